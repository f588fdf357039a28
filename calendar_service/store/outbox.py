"""The outbox: what has fallen due for groups of readers, and is fanned out to them.

Everything here may be done twice, by any number of workers at once: a firing is entered once by its key (group,
occasion, bundle), and a delivery once by its own (occasion, subscriber).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, or_, select, text, true, tuple_, update

from calendar_service.records.occasions import Group, Kind, Occasion, Topic
from calendar_service.store.conflicts import insert_or
from calendar_service.store.tables import deliveries, firings, groups, memberships, occasions, subscribers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, CursorResult, Select


OCCASION_COLUMNS = (
    occasions.c.kind,
    occasions.c.record_id,
    occasions.c.occurrence,
    occasions.c.moment,
    occasions.c.revision,
    occasions.c.lead,
)


class State(StrEnum):
    """What has become of a delivery. BUNDLED waits for its digest; all from SENT on are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    BUNDLED = "bundled"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """What has become of an occasion for a group: sent on its way, or noticed only when it was over."""

    FIRED = "fired"
    MISSED = "missed"


@dataclass(frozen=True)
class Firing:
    """An occasion that has fallen due for a group.

    Meant are its readers who asked for it up to `due_at`, and later than `after` if given, but for those who were, or
    will be, told on one of the occasions in `unless`. With `only_fresh`, those alone who have just joined.
    """

    group_id: int
    occasion: Occasion
    due_at: datetime
    expires_at: datetime
    bundle: str = ""
    after: datetime | None = None
    unless: tuple[Occasion, ...] = ()
    only: tuple[int, ...] = ()


# -- groups ---------------------------------------------------------------------------------------------------------


def load_groups(connection: Connection) -> list[Group]:
    """List the groups that have readers; none whose topic only a newer version of this program knows."""
    has_readers = exists().where(memberships.c.group_id == groups.c.id)
    known = groups.c.topic.in_(list(Topic))
    return [_group(row) for row in connection.execute(select(groups).where(has_readers, known).order_by(groups.c.id))]


def fresh_groups(connection: Connection) -> set[int]:
    """List the groups that readers have joined since the worker looked."""
    # Without DISTINCT: for it SQLite goes through all memberships by their key, not through the few by the index.
    return set(connection.scalars(select(memberships.c.group_id).where(text("is_fresh"))))


Fresh = tuple[int, "datetime"]
"""A reader who has joined a group, by number, and since when."""


def list_fresh(connection: Connection, group_id: int, most: int) -> list[Fresh]:
    """List readers who have joined a group since the worker looked, up to `most`, with since when."""
    columns = memberships.c.subscriber_id, memberships.c.since
    some = select(*columns).where(text("is_fresh"), memberships.c.group_id == group_id).limit(most)
    return sorted((row.subscriber_id, row.since) for row in connection.execute(some))


def unmark_fresh(connection: Connection, group_id: int, looked_at: Iterable[Fresh]) -> int:
    """Note that the worker has looked at readers of a group; who joined anew meanwhile keeps the mark."""
    keys = memberships.c.subscriber_id, memberships.c.since
    these = memberships.c.group_id == group_id, tuple_(*keys).in_(list(looked_at)), text("is_fresh")
    return affected(connection.execute(update(memberships).where(*these).values(is_fresh=False)))


def _group(row: Any) -> Group:
    return Group(row.id, Topic(row.topic), row.selection, row.lead, row.zone, row.country, row.digest)


Asked = Sequence[tuple[int, "datetime | None"]]
"""Groups, and for each the time after which (excluded) readers must have asked, None for any."""


def count_readers(connection: Connection, asked: Asked, due_at: datetime) -> int:
    """Count the readers of groups, each once, who asked for it up to a time."""
    return connection.scalar(select(func.count()).select_from(_readers_of(asked, due_at).subquery())) or 0


def list_readers(connection: Connection, asked: Asked, due_at: datetime) -> list[str]:
    """List the addresses of the readers of groups, each once, who asked for it up to a time."""
    chosen = _readers_of(asked, due_at).subquery()
    joined = select(subscribers.c.address).join(chosen, chosen.c.subscriber_id == subscribers.c.id)
    return list(connection.scalars(joined.order_by(subscribers.c.address)))


def _readers_of(asked: Asked, due_at: datetime) -> Select[tuple[int]]:
    these = [
        and_(memberships.c.group_id == group_id, memberships.c.since > after if after else true())
        for group_id, after in asked
    ]
    return select(memberships.c.subscriber_id).where(memberships.c.since <= due_at, or_(*these)).distinct()


def list_waiting(connection: Connection, until: datetime) -> list[tuple[datetime, Occasion, str]]:
    """List what waits in the outbox to be sent before a time, with the reader's address."""
    columns = deliveries.c.next_at, subscribers.c.address, *OCCASION_COLUMNS
    joined = select(*columns).join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    joined = joined.join(occasions, occasions.c.id == deliveries.c.occasion_id)
    waiting = joined.where(text("deliveries.state IN ('waiting', 'claimed')"), deliveries.c.next_at < until)
    waiting = waiting.where(occasions.c.kind.in_(list(Kind)))
    return [(row.next_at, read_occasion(row), row.address) for row in connection.execute(waiting)]


# -- falling due ----------------------------------------------------------------------------------------------------


def load_fired(connection: Connection, since: datetime) -> set[tuple[int, Occasion, str]]:
    """List the keys (group, occasion, bundle) of all that has fired and was not over at `since`."""
    columns = [firings.c.group_id, firings.c.bundle, *OCCASION_COLUMNS]
    joined = select(*columns).join(occasions, occasions.c.id == firings.c.occasion_id)
    known = occasions.c.kind.in_(list(Kind))  # a newer version may have fired what this one has no word for
    rows = connection.execute(joined.where(firings.c.expires_at > since, known))
    return {(row.group_id, read_occasion(row), row.bundle) for row in rows}


def fire(connection: Connection, firing: Firing, now: datetime) -> int | None:
    """Fan an occasion out to the readers of its group; None if that was done before. Gives how many it reaches."""
    occasion_id = occasion_number(connection, firing.occasion)
    if not firing.only and not _enter(connection, firing, occasion_id, now, Outcome.FIRED):
        return None
    if firing.occasion.kind is Kind.DIGEST:
        chosen = _readers(connection, firing).where(_has_bundled(firing.occasion.revision))
    else:
        chosen = _readers(connection, firing)
    return _fan_out(connection, firing, occasion_id, chosen)


def note_missed(connection: Connection, firing: Firing, now: datetime) -> int | None:
    """Note that an occasion was over before anybody could be told; gives how many were not, None if it was noted."""
    occasion_id = occasion_number(connection, firing.occasion)
    chosen = _readers(connection, firing).subquery()
    told = select(deliveries.c.subscriber_id).where(deliveries.c.occasion_id == occasion_id)
    count = select(func.count()).select_from(chosen).where(chosen.c.subscriber_id.not_in(told))
    readers = connection.scalar(count) or 0
    return readers if _enter(connection, firing, occasion_id, now, Outcome.MISSED, readers) else None


def occasion_number(connection: Connection, occasion: Occasion) -> int:
    """Give the number of an occasion, entering it where it is new."""
    values = _occasion_values(occasion)
    found = select(occasions.c.id).where(*(occasions.c[name] == value for name, value in values.items()))
    number: int | None = connection.scalar(found)
    if number is None:
        connection.execute(insert_or(connection, occasions).values(**values).on_conflict_do_nothing())
        number = connection.execute(found).scalar_one()
    assert number is not None  # noqa: S101 (told to the type checker)
    return number


def _enter(
    connection: Connection, firing: Firing, occasion_id: int, now: datetime, outcome: Outcome, readers: int = 0
) -> bool:
    entered = insert_or(connection, firings).values(
        group_id=firing.group_id,
        occasion_id=occasion_id,
        bundle=firing.bundle,
        due_at=firing.due_at,
        expires_at=firing.expires_at,
        fired_at=now,
        outcome=outcome,
        readers=readers,
    )
    return affected(connection.execute(entered.on_conflict_do_nothing())) == 1


def _readers(connection: Connection, firing: Firing) -> Any:
    asked = [memberships.c.group_id == firing.group_id, memberships.c.since <= firing.due_at]
    if firing.after is not None:
        asked.append(memberships.c.since > firing.after)
    if firing.only:
        asked.append(memberships.c.subscriber_id.in_(firing.only))
    if numbers := [occasion_number(connection, each) for each in firing.unless]:
        told = exists().where(
            deliveries.c.subscriber_id == memberships.c.subscriber_id, deliveries.c.occasion_id.in_(numbers)
        )
        asked.append(~told)
    return select(memberships.c.subscriber_id).where(*asked)


def _has_bundled(name: str) -> ColumnElement[bool]:
    return exists().where(
        deliveries.c.subscriber_id == memberships.c.subscriber_id,
        deliveries.c.bundle == name,
        text("deliveries.state = 'bundled'"),
    )


def _fan_out(connection: Connection, firing: Firing, occasion_id: int, chosen: Any) -> int:
    state = State.BUNDLED if firing.bundle else State.WAITING
    rows = chosen.add_columns(
        literal(occasion_id),
        literal(firing.bundle),
        literal(str(state)),
        literal(firing.due_at, deliveries.c.due_at.type),
        literal(firing.due_at, deliveries.c.next_at.type),
        literal(firing.expires_at, deliveries.c.expires_at.type),
    )
    columns = ["subscriber_id", "occasion_id", "bundle", "state", "due_at", "next_at", "expires_at"]
    fanned_out = insert_or(connection, deliveries).from_select(columns, rows, include_defaults=False)
    added = affected(connection.execute(fanned_out.on_conflict_do_nothing()))
    this = (
        firings.c.group_id == firing.group_id,
        firings.c.occasion_id == occasion_id,
        firings.c.bundle == firing.bundle,
    )
    connection.execute(update(firings).where(*this).values(readers=firings.c.readers + added))
    return added


def free_stranded(connection: Connection, now: datetime) -> int:
    """Let go as letters of their own the parts of digests that have gone without them."""
    digest = deliveries.alias("digest")
    what = occasions.alias("what")
    gone = (
        exists()
        .where(digest.c.subscriber_id == deliveries.c.subscriber_id)
        .where(digest.c.occasion_id == what.c.id)
        .where(what.c.kind == Kind.DIGEST, what.c.revision == deliveries.c.bundle)
        .where(digest.c.state != State.WAITING)
    )
    stranded = text("deliveries.state = 'bundled'"), deliveries.c.due_at <= now, gone
    return affected(connection.execute(update(deliveries).where(*stranded).values(state=State.WAITING, bundle="")))


def free_parts(connection: Connection, digest: str) -> int:
    """Let go as letters of their own the parts of a digest that could not go in its time."""
    parts = text("deliveries.state = 'bundled'"), deliveries.c.bundle == digest
    return affected(connection.execute(update(deliveries).where(*parts).values(state=State.WAITING, bundle="")))


def read_occasion(row: Any) -> Occasion:
    """Make the occasion of a row with OCCASION_COLUMNS."""
    day = date.fromisoformat(row.occurrence) if row.occurrence else None
    return Occasion(Kind(row.kind), row.record_id, day, row.moment, row.revision, row.lead)


def _occasion_values(occasion: Occasion) -> dict[str, str]:
    return {
        "kind": str(occasion.kind),
        "record_id": occasion.record_id,
        "occurrence": occasion.occurrence.isoformat() if occasion.occurrence else "",
        "moment": str(occasion.moment),
        "revision": occasion.revision,
        "lead": occasion.lead,
    }


def affected(result: CursorResult[Any]) -> int:
    """Give how many rows a statement has changed."""
    return result.rowcount
