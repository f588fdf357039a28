"""Restore over a database that does not continue the backup: what is carried over into the backup's state.

The two may have nothing in common. So subscribers are matched by the random reference in their links, addresses by
their keyed hash, and deliveries by their key; row numbers mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, func, literal, null, or_, select, update

from calendar_service.records.notification_keys import NotificationKind
from calendar_service.store.notification_columns import KEY_COLUMNS, is_notice_of
from calendar_service.store.outbox import affected_rows
from calendar_service.store.tables import (
    deliveries,
    memberships,
    occasions,
    revisions,
    subscribers,
    suppressions,
)
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, FromClause, Table

_FINAL = ("sent", "failed", "bounced")
_WHAT = [column.name for column in KEY_COLUMNS]
CARRIED_TABLES = ("subscribers", "suppressions", "deliveries", "occasions", "revisions")
"""The tables of the replaced database that are looked at."""


def carry_over(connection: Connection, replaced: Callable[[Table], FromClause]) -> dict[str, int]:
    """Carry over who left or was erased, and what was sent; return the number of each.

    `lost` are the subscribers of the replaced database who are not in the backup.
    """
    other = replaced(subscribers)
    counts = {
        "suppressions": _take_suppressions(connection, replaced(suppressions)),
        "ended": _end_subscribers(connection, other),
        "erased": _erase(connection, other, replaced(suppressions)),
        "sent": _mark_sent(connection, replaced),
    }
    is_known = exists().where(or_(subscribers.c.ref == other.c.ref, subscribers.c.address_key == other.c.address_key))
    lost = select(func.count()).select_from(other).where(~is_known, other.c.state != "ended")
    return counts | {"lost": connection.scalar(lost) or 0}


def _take_suppressions(connection: Connection, other: FromClause) -> int:
    names = [column.name for column in suppressions.c]
    rows = select(*other.c).where(literal(value=True))
    entered = insert_on_conflict(connection, suppressions).from_select(names, rows).on_conflict_do_nothing()
    return affected_rows(connection.execute(entered))


def _end_subscribers(connection: Connection, other: FromClause) -> int:
    same = and_(subscribers.c.ref == other.c.ref, other.c.changed_at > subscribers.c.changed_at)
    stopped = other.c.state.in_(["ended", "paused"])
    ids = list(connection.scalars(select(subscribers.c.id).join(other, same).where(stopped)))
    values = {name: other.c[name] for name in ("state", "ended_at", "changed_at")}
    connection.execute(update(subscribers).where(same, stopped).values(**values))
    now_stopped = select(subscribers.c.id).where(subscribers.c.state != "active")
    connection.execute(delete(memberships).where(memberships.c.subscriber_id.in_(now_stopped)))
    ended = select(subscribers.c.id).where(subscribers.c.state == "ended")
    _drop(connection, deliveries.c.subscriber_id.in_(ended))
    return len(ids)


def _erase(connection: Connection, other: FromClause, reasons: FromClause) -> int:
    """Erase subscribers who were erased in the replaced database, as their remaining hash shows."""
    is_there = exists().where(or_(other.c.ref == subscribers.c.ref, other.c.address_key == subscribers.c.address_key))
    proof = exists().where(
        reasons.c.address_key == subscribers.c.address_key, reasons.c.since >= subscribers.c.changed_at
    )
    gone = list(connection.scalars(select(subscribers.c.id).where(~is_there, proof)))
    these = select(subscribers.c.id).where(~is_there, proof)
    _drop(connection, deliveries.c.subscriber_id.in_(these))
    connection.execute(delete(subscribers).where(~is_there, proof))
    return len(gone)


def _drop(connection: Connection, whose: ColumnElement[bool]) -> None:
    unsent = deliveries.c.state.in_(["waiting", "claimed", "bundled"])
    values = {"state": "dropped", "reason": "unsubscribed", "settled_at": deliveries.c.due_at, "worker_id": null()}
    connection.execute(update(deliveries).where(whose, unsent).values(**values))


def _mark_sent(connection: Connection, replaced: Callable[[Table], FromClause]) -> int:
    """Mark deliveries as sent that were sent, by their key and their subscriber's reference.

    The key of a notice is the number of a revision, which may be used again after a restore: only those of revisions
    that the backup also has are carried over.
    """
    what, there, subscriber = replaced(occasions), replaced(deliveries), replaced(subscribers)
    known = select(*(what.c[name] for name in _WHAT)).where(literal(value=True)).distinct()
    connection.execute(insert_on_conflict(connection, occasions).from_select(_WHAT, known).on_conflict_do_nothing())
    same_what = and_(*(occasions.c[name] == what.c[name] for name in _WHAT))
    their, ours = replaced(revisions), revisions
    same_revision = exists().where(
        ours.c.record_id == their.c.record_id,
        ours.c.number == their.c.number,
        ours.c.changed_at == their.c.changed_at,
        is_notice_of(what, their),
    )
    names = [column.name for column in deliveries.c if column.name not in {"id", "signup_id", "worker_id"}]
    mapped = {"occasion_id": occasions.c.id, "subscriber_id": subscribers.c.id}
    rows = (
        select(*(mapped.get(name, there.c[name]) for name in names))
        .select_from(there)
        .join(what, what.c.id == there.c.occasion_id)
        .join(occasions, same_what)
        .join(subscriber, subscriber.c.id == there.c.subscriber_id)
        .join(subscribers, subscribers.c.ref == subscriber.c.ref)
        .where(there.c.state.in_(_FINAL), or_(what.c.kind != NotificationKind.NOTICE, same_revision))
    )
    entered = insert_on_conflict(connection, deliveries).from_select(names, rows, include_defaults=False)
    final = {name: entered.excluded[name] for name in ("state", "reason", "attempts", "settled_at")}
    keys = [deliveries.c.occasion_id, deliveries.c.subscriber_id]
    unsent = deliveries.c.state.not_in(_FINAL)
    anew = entered.on_conflict_do_update(index_elements=keys, set_={**final, "worker_id": null()}, where=unsent)
    return affected_rows(connection.execute(anew))
