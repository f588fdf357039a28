"""Restore into a database that has only gone forward since the backup: bring back only what was lost.

What people and the service have done since then stays: who left or was erased, what was sent and published. From the
backup come rows that are missing or were changed by somebody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Text, and_, case, cast, exists, literal, null, or_, select, update

from calendar_service.store.outbox import affected_rows
from calendar_service.store.tables import (
    attempts,
    deliveries,
    editions,
    firings,
    groups,
    memberships,
    metadata,
    occasions,
    revisions,
    subscribers,
    suppressions,
    watches,
)
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement, Connection, FromClause, Table

# What has a life of its own, or is over soon: of this nothing comes back.
_LEFT = {
    "editor_links",
    "editor_sessions",
    "faults",
    "identity",
    "notes",
    "preview_links",
    "publish_intents",
    "scheduled_records",
    "signups",
    "tallies",
    "waiting_changes",
    "workers",
}
# These change without `changed_at`: how often a channel failed.
_COUNTED = {"id", "failures", "failing_since"}
_FIXED = ("sequence", "withdrawn", "record")
_BY_HAND = (subscribers, watches, memberships, suppressions, deliveries)


def bring_back(connection: Connection, backup: Callable[[Table], FromClause]) -> dict[str, int]:
    """Restore the rows that the present tables lack; return the number of rows of each table.

    Ids mean the same on both sides, since the database continues the backup.
    """
    counts: dict[str, int] = {}
    for table in (editions, revisions, attempts, groups, occasions):
        counts[table.name] = _insert_missing(connection, table, backup(table))
    counts["revisions"] += _mend(connection, revisions, backup(revisions), _FIXED, ~revisions.c.is_reduced)
    counts["subscribers"] = _bring_back_subscribers(connection, backup)
    counts["suppressions"] = _bring_back_suppressions(connection, backup(suppressions))
    counts["firings"] = _insert_missing(connection, firings, backup(firings))
    counts["deliveries"] = _bring_back_deliveries(connection, backup(deliveries))
    done = {table.name for table in (*_BY_HAND, editions, revisions, attempts, groups, occasions, firings)}
    for table in metadata.sorted_tables:
        # Tables that came later than this: their rows, where they are missing.
        if table.name not in done | _LEFT:
            counts[table.name] = _insert_missing(connection, table, backup(table))
    return counts


def _insert_missing(connection: Connection, table: Table, other: FromClause, *where: ColumnElement[bool]) -> int:
    return _insert(connection, table, select(*other.c).where(*where))


def _insert(connection: Connection, table: Table, rows: Any) -> int:
    # SQLite takes ON for a part of a join where there is no WHERE.
    rows = rows.where(literal(value=True))
    entered = insert_on_conflict(connection, table).from_select([column.name for column in table.c], rows)
    return affected_rows(connection.execute(entered.on_conflict_do_nothing()))


def _mend(
    connection: Connection, table: Table, other: FromClause, names: Iterable[str], *where: ColumnElement[bool]
) -> int:
    """Restore columns that differ from the backup although this service never changes them."""
    same = and_(*(table.c[column.name] == other.c[column.name] for column in table.primary_key))
    differs = or_(*(_text(table.c[name]).is_distinct_from(_text(other.c[name])) for name in names))
    values = {name: other.c[name] for name in names}
    return affected_rows(connection.execute(update(table).where(same, differs, *where).values(**values)))


def _text(column: Any) -> Any:
    """Compare JSON as text: PostgreSQL has no equality for it."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _bring_back_subscribers(connection: Connection, backup: Callable[[Table], FromClause]) -> int:
    """Restore subscribers who are missing without having been erased, and what was changed without their action."""
    other = backup(subscribers)
    present = subscribers.alias("present")
    is_there = exists().where(or_(present.c.id == other.c.id, present.c.address_key == other.c.address_key))
    is_erased = exists().where(suppressions.c.address_key == other.c.address_key)
    count = _insert(connection, subscribers, select(*other.c).where(~is_there, ~is_erased))
    untouched = subscribers.c.changed_at == other.c.changed_at
    names = [column.name for column in subscribers.c if column.name not in _COUNTED]
    count += _mend(connection, subscribers, other, names, untouched, subscribers.c.ref == other.c.ref)
    same = and_(subscribers.c.id == other.c.id, subscribers.c.ref == other.c.ref, untouched)
    meant = select(subscribers.c.id).join(other, same)
    for table in (watches, memberships):
        rows = backup(table)
        _insert(connection, table, select(*rows.c).where(rows.c.subscriber_id.in_(meant)))
    return count


def _bring_back_suppressions(connection: Connection, other: FromClause) -> int:
    """Restore suppressions, except those of addresses that their owner has confirmed again."""
    is_active = exists().where(subscribers.c.address_key == other.c.address_key, subscribers.c.state == "active")
    return _insert(connection, suppressions, select(*other.c).where(~is_active, other.c.until.is_(None)))


def _bring_back_deliveries(connection: Connection, other: FromClause) -> int:
    has_subscriber = exists().where(subscribers.c.id == other.c.subscriber_id)
    special = {
        "subscriber_id": case((has_subscriber, other.c.subscriber_id), else_=null()),
        "signup_id": null(),
        "worker_id": null(),
        "state": case((other.c.state == "claimed", "waiting"), else_=other.c.state),
    }
    columns = [special[column.name].label(column.name) if column.name in special else column for column in other.c]
    # Without a subscriber it could not be distinguished from others of its occasion.
    return _insert(connection, deliveries, select(*columns).where(has_subscriber))
