"""The outbox: due notifications are fanned out to the subscribers of groups.

Every operation may run twice, in any number of workers at once: a fan-out is unique by its key (group, notification,
digest), and a delivery by its own (notification, subscriber).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, exists, func, literal, or_, select, text, tuple_, update

from calendar_service.records.notification_keys import DigestKey, NotificationKind, RecipientGroup, ReminderKey, Topic
from calendar_service.store.group_sync import read_group
from calendar_service.store.notification_columns import (
    EDITION_BUNDLE,
    KEY_COLUMNS,
    decode_bundle,
    encode_bundle,
    encode_key,
    is_bundle_of,
    is_notice_of,
    key_id,
    key_of,
    select_key_id,
)
from calendar_service.store.tables import deliveries, firings, groups, memberships, occasions, revisions, subscribers
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, CursorResult

    from calendar_service.records.notification_keys import DueNotification, EditionKey, NotificationKey, StoredKey

_PAGE = 500


class DeliveryState(StrEnum):
    """The state of a delivery. BUNDLED waits for its digest; SENT and all later states are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    BUNDLED = "bundled"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    DROPPED = "dropped"


SILENT = "published without messages"
"""Why the notices of an edition are not sent that was published so."""
_UNSENT = (DeliveryState.WAITING, DeliveryState.CLAIMED)


class FanOutOutcome(StrEnum):
    """The result of a fan-out: deliveries were added, or it was noticed only when the moment was over."""

    FIRED = "fired"
    MISSED = "missed"


# -- groups ---------------------------------------------------------------------------------------------------------


def load_groups(connection: Connection) -> list[RecipientGroup]:
    """Return the groups that have subscribers, without topics that only a newer version knows."""
    has_subscribers = exists().where(memberships.c.group_id == groups.c.id)
    known = groups.c.topic.in_(list(Topic))
    return [
        read_group(row)
        for row in connection.execute(select(groups).where(has_subscribers, known).order_by(groups.c.id))
    ]


def fresh_groups(connection: Connection) -> set[int]:
    """Return the ids of groups that subscribers have joined since the last pass."""
    # Without DISTINCT: for it SQLite goes through all memberships by their key, not through the few by the index.
    return set(connection.scalars(select(memberships.c.group_id).where(text("is_fresh"))))


class Fresh(NamedTuple):
    """A subscriber who has joined a group, since when, and the newest edition then; None where nobody noted it."""

    subscriber_id: int
    since: datetime
    edition: int | None


def list_fresh(connection: Connection, group_id: int, most: int) -> list[Fresh]:
    """Return up to `most` subscribers who have joined a group since the last pass, each with since when."""
    columns = memberships.c.subscriber_id, memberships.c.since, memberships.c.edition
    some = select(*columns).where(text("is_fresh"), memberships.c.group_id == group_id).limit(most)
    return sorted((Fresh(*row) for row in connection.execute(some)), key=lambda each: each.subscriber_id)


def unmark_fresh(connection: Connection, group_id: int, reviewed_at: Iterable[Fresh]) -> int:
    """Remove the mark from subscribers who have been handled; one who has joined again meanwhile keeps it."""
    keys = tuple_(memberships.c.subscriber_id, memberships.c.since)
    same = keys.in_([(each.subscriber_id, each.since) for each in reviewed_at])
    these = memberships.c.group_id == group_id, same, text("is_fresh")
    return affected_rows(connection.execute(update(memberships).where(*these).values(is_fresh=False)))


def list_recipients(
    connection: Connection, dues: Sequence[DueNotification], unless: Collection[NotificationKey] = ()
) -> set[int]:
    """Return the subscribers to whom some notifications, which differ in their group only, would be fanned out.

    Left out is who has a delivery of it, or of one of `unless`.
    """
    due, these = dues[0], [each.group.id for each in dues]
    asked = [memberships.c.group_id.in_(these), *_asked(due)[1:], ~_has(due.notification)]
    chosen = select(memberships.c.subscriber_id).where(*asked, *(~_has(each) for each in unless))
    return set(connection.scalars(chosen))


def load_addresses(connection: Connection, subscriber_ids: Iterable[int]) -> dict[int, str]:
    """Return the addresses of subscribers by id."""
    ids = sorted(subscriber_ids)
    found: dict[int, str] = {}
    for start in range(0, len(ids), _PAGE):
        page = subscribers.c.id.in_(ids[start : start + _PAGE])
        rows = connection.execute(select(subscribers.c.id, subscribers.c.address).where(page))
        found |= {row.id: row.address for row in rows}
    return found


def _has(key: NotificationKey) -> ColumnElement[bool]:
    """Return what holds for those who have a delivery of it: a waiting one, or one that went ahead of its time."""
    number = select_key_id(key).scalar_subquery()
    return exists().where(deliveries.c.subscriber_id == memberships.c.subscriber_id, deliveries.c.occasion_id == number)


def _asked(due: DueNotification) -> list[ColumnElement[bool]]:
    """Return what holds for those who asked for it in time."""
    asked = [memberships.c.group_id == due.group.id, _asked_in_time(due)]
    return [*asked, memberships.c.since > due.after] if due.after else asked


def _asked_in_time(due: DueNotification) -> ColumnElement[bool]:
    in_time = memberships.c.since <= due.due_at
    if not due.new_in:
        return in_time
    ways = [memberships.c.edition < due.new_in, and_(memberships.c.edition.is_(None), in_time)]
    is_reminder = isinstance(due.notification, ReminderKey)
    return or_(*ways, memberships.c.since <= due.counted) if is_reminder else or_(*ways)


def list_waiting(connection: Connection, until: datetime) -> list[tuple[datetime, int]]:
    """Return what is in the outbox and due before a time: when it goes, and its number."""
    waiting = text("deliveries.state IN ('waiting', 'claimed')"), deliveries.c.next_at < until
    rows = connection.execute(select(deliveries.c.next_at, deliveries.c.id).where(*waiting).order_by(deliveries.c.id))
    return [(row.next_at, row.id) for row in rows]


def list_bundled(connection: Connection, digest: DigestKey) -> list[tuple[int, StoredKey]]:
    """Return what waits for a digest: for which subscriber, and what."""
    joined = select(deliveries.c.subscriber_id, *KEY_COLUMNS).join(
        occasions, occasions.c.id == deliveries.c.occasion_id
    )
    bundled = text("deliveries.state = 'bundled'"), deliveries.c.bundle == encode_bundle(digest)
    return [(row.subscriber_id, key_of(row)) for row in connection.execute(joined.where(*bundled))]


# -- falling due ----------------------------------------------------------------------------------------------------


def load_fan_outs(connection: Connection, since: datetime) -> set[tuple[int, StoredKey, StoredKey | None]]:
    """Return the keys (group, notification, digest) of all fan-outs that were not over at `since`."""
    columns = [firings.c.group_id, firings.c.bundle, *KEY_COLUMNS]
    joined = select(*columns).join(occasions, occasions.c.id == firings.c.occasion_id)
    rows = connection.execute(joined.where(firings.c.expires_at > since))
    return {(row.group_id, key_of(row), decode_bundle(row.bundle)) for row in rows}


def perform_fan_out(
    connection: Connection,
    due: DueNotification,
    now: datetime,
    *,
    unless: Collection[NotificationKey] = (),
    only: Collection[int] = (),
    is_ahead: bool = False,
) -> int | None:
    """Add a delivery for each subscriber of the group; return how many, or None if that was done before, or is closed.

    Ahead of its time the fan-out is not entered as done: it comes again for who joins until then.
    """
    occasion_id = key_id(connection, due.notification)
    if _is_closed(connection, occasion_id):
        return None
    if not only and not is_ahead and not _enter(connection, due, occasion_id, now, FanOutOutcome.FIRED):
        return None
    if isinstance(due.notification, DigestKey):
        chosen = _select_recipients(connection, due, unless, only).where(_has_bundled(due.notification))
    else:
        chosen = _select_recipients(connection, due, unless, only)
    return _fan_out(connection, due, occasion_id, chosen)


def record_missed(
    connection: Connection, due: DueNotification, now: datetime, unless: Collection[NotificationKey] = ()
) -> int | None:
    """Record that a notification was too late to send; return to how many subscribers, None if that is known."""
    occasion_id = key_id(connection, due.notification)
    if _is_closed(connection, occasion_id):
        return None
    chosen = _select_recipients(connection, due, unless).subquery()
    notified = select(deliveries.c.subscriber_id).where(deliveries.c.occasion_id == occasion_id)
    count = select(func.count()).select_from(chosen).where(chosen.c.subscriber_id.not_in(notified))
    subscribers = connection.scalar(count) or 0
    return subscribers if _enter(connection, due, occasion_id, now, FanOutOutcome.MISSED, subscribers) else None


def _is_closed(connection: Connection, occasion_id: int) -> bool:
    """Return True if its fan-outs and deliveries were deleted after a time: whether somebody had it is not known."""
    this = occasions.c.id == occasion_id
    return connection.scalar(select(occasions.c.closed_at).where(this)) is not None


def _enter(
    connection: Connection,
    due: DueNotification,
    occasion_id: int,
    now: datetime,
    outcome: FanOutOutcome,
    subscribers: int = 0,
) -> bool:
    entered = insert_on_conflict(connection, firings).values(
        group_id=due.group.id,
        occasion_id=occasion_id,
        bundle=encode_bundle(due.bundle),
        due_at=due.due_at,
        expires_at=due.expires_at,
        fired_at=now,
        outcome=outcome,
        readers=subscribers,
    )
    return affected_rows(connection.execute(entered.on_conflict_do_nothing())) == 1


def _select_recipients(
    connection: Connection, due: DueNotification, unless: Collection[NotificationKey], only: Collection[int] = ()
) -> Any:
    asked = _asked(due)
    if only:
        asked.append(memberships.c.subscriber_id.in_(list(only)))
    if numbers := [key_id(connection, each) for each in sorted(unless, key=encode_key)]:
        notified = exists().where(
            deliveries.c.subscriber_id == memberships.c.subscriber_id, deliveries.c.occasion_id.in_(numbers)
        )
        asked.append(~notified)
    return select(memberships.c.subscriber_id).where(*asked)


def _has_bundled(digest: DigestKey) -> ColumnElement[bool]:
    return exists().where(
        deliveries.c.subscriber_id == memberships.c.subscriber_id,
        deliveries.c.bundle == encode_bundle(digest),
        text("deliveries.state = 'bundled'"),
    )


def _fan_out(connection: Connection, due: DueNotification, occasion_id: int, chosen: Any) -> int:
    state = DeliveryState.BUNDLED if due.bundle else DeliveryState.WAITING
    rows = chosen.add_columns(
        literal(occasion_id),
        literal(encode_bundle(due.bundle)),
        literal(str(state)),
        literal(due.due_at, deliveries.c.due_at.type),
        literal(due.due_at, deliveries.c.next_at.type),
        literal(due.expires_at, deliveries.c.expires_at.type),
    )
    columns = ["subscriber_id", "occasion_id", "bundle", "state", "due_at", "next_at", "expires_at"]
    fanned_out = insert_on_conflict(connection, deliveries).from_select(columns, rows, include_defaults=False)
    added = affected_rows(connection.execute(fanned_out.on_conflict_do_nothing()))
    this = (
        firings.c.group_id == due.group.id,
        firings.c.occasion_id == occasion_id,
        firings.c.bundle == encode_bundle(due.bundle),
    )
    connection.execute(update(firings).where(*this).values(readers=firings.c.readers + added))
    return added


def release_orphaned_digest_items(connection: Connection, now: datetime) -> int:
    """Release the items of digests that have gone without them, as messages of their own."""
    digest = deliveries.alias("digest")
    what = occasions.alias("what")
    gone = (
        exists()
        .where(digest.c.subscriber_id == deliveries.c.subscriber_id)
        .where(digest.c.occasion_id == what.c.id)
        .where(is_bundle_of(what, deliveries))
        .where(digest.c.state.not_in(_UNSENT))
    )
    stranded = text("deliveries.state = 'bundled'"), deliveries.c.due_at <= now, gone
    return affected_rows(
        connection.execute(update(deliveries).where(*stranded).values(state=DeliveryState.WAITING, bundle=""))
    )


def combine_notices(connection: Connection, edition: EditionKey) -> int:
    """Make one message of the notices that wait for it, for each subscriber with several; return how many.

    The only notice of a subscriber is released as a message of its own.
    """
    is_bundled, number = text("deliveries.state = 'bundled'"), key_id(connection, edition)
    combined, what = deliveries.alias("combined"), occasions.alias("what")
    is_mine = combined.c.subscriber_id == deliveries.c.subscriber_id
    is_alive = is_mine, combined.c.state.in_(_UNSENT)
    has_message = exists().where(*is_alive, combined.c.occasion_id == what.c.id, is_bundle_of(what, deliveries))
    # Those of a pass that was cut off before it came to this go with the others.
    left = is_bundled, deliveries.c.bundle.startswith(EDITION_BUNDLE), ~has_message
    connection.execute(update(deliveries).where(*left).values(bundle=encode_bundle(edition)))
    these = is_bundled, deliveries.c.bundle == encode_bundle(edition)
    columns = ["subscriber_id", "occasion_id", "state", "due_at", "next_at", "expires_at"]
    several = (
        select(
            deliveries.c.subscriber_id,
            literal(number),
            literal(str(DeliveryState.WAITING)),
            func.min(deliveries.c.due_at),
            func.min(deliveries.c.next_at),
            func.max(deliveries.c.expires_at),
        )
        .where(*these)
        .group_by(deliveries.c.subscriber_id)
        .having(func.count() > 1)
    )
    entered = insert_on_conflict(connection, deliveries).from_select(columns, several, include_defaults=False)
    made = affected_rows(connection.execute(entered.on_conflict_do_nothing()))
    has_this = exists().where(*is_alive, combined.c.occasion_id == number)
    released = update(deliveries).where(*these, ~has_this).values(state=DeliveryState.WAITING, bundle="")
    connection.execute(released)
    return made


def drop_notices(connection: Connection, edition: int, now: datetime) -> int:
    """Drop the notices of an edition that are not sent yet; return how many."""
    of_edition = exists().where(revisions.c.edition == edition, is_notice_of(occasions, revisions))
    theirs = select(occasions.c.id).where(occasions.c.kind == NotificationKind.NOTICE, of_edition)
    pending = deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.BUNDLED))
    dropped = update(deliveries).where(pending, deliveries.c.occasion_id.in_(theirs))
    values = {"state": DeliveryState.DROPPED, "reason": SILENT, "settled_at": now}
    return affected_rows(connection.execute(dropped.values(**values)))


def release_digest_items(connection: Connection, digest: DigestKey, useful_at: datetime | None = None) -> int:
    """Release the items of a digest that could not go in its time, as messages of their own; all, or the useful."""
    parts = text("deliveries.state = 'bundled'"), deliveries.c.bundle == encode_bundle(digest)
    released = update(deliveries).where(*parts).values(state=DeliveryState.WAITING, bundle="")
    if useful_at:
        released = released.where(deliveries.c.expires_at > useful_at)
    return affected_rows(connection.execute(released))


def affected_rows(result: CursorResult[Any]) -> int:
    """Return how many rows a statement has changed."""
    return result.rowcount
