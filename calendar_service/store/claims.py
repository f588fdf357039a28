"""Claimed deliveries: claiming, loading, and settling them.

A claim is an UPDATE with the old state in its WHERE clause, and settling one with the claiming worker in it, so that
two workers never send the same delivery, whatever the clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, literal, null, select, text, update

from calendar_service.records.notification_keys import BundleKey, NotificationKind
from calendar_service.store.group_sync import read_group
from calendar_service.store.notification_columns import KEY_COLUMNS, encode_bundle, key_of, select_key_id
from calendar_service.store.outbox import DeliveryState, affected_rows
from calendar_service.store.pauses import is_paused
from calendar_service.store.signups import Signup
from calendar_service.store.tables import deliveries, groups, memberships, occasions, signups, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.records.notification_keys import RecipientGroup, StoredKey


@dataclass(frozen=True)
class Recipient:
    """The subscriber of a delivery, as far as a message needs to know. Private values are not in its repr."""

    id: int
    ref: str = field(repr=False)
    channel: str
    address: str = field(repr=False)
    address_key: str
    owner: str = field(repr=False)
    secret: str = field(repr=False)
    language: str
    zone: str
    link_version: int
    is_active: bool


@dataclass(frozen=True)
class BundledItem:
    """An item of a digest or of the message of an edition, and the number of its key."""

    occasion_id: int
    notification: StoredKey


@dataclass(frozen=True)
class ClaimedDelivery:
    """A claimed delivery with everything its message needs; `recipient` and `signup` are None if they were erased."""

    id: int
    notification: StoredKey
    due_at: datetime
    expires_at: datetime
    attempts: int
    recipient: Recipient | None
    signup: Signup | None
    items: tuple[BundledItem, ...] = ()


def next_wake(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next delivery becomes due (aware, UTC), or None; those due already are not counted."""
    later = text("state = 'waiting'"), deliveries.c.next_at > now
    at: datetime | None = connection.scalar(select(func.min(deliveries.c.next_at)).where(*later))
    return at


def count_waiting(connection: Connection, now: datetime, most: int) -> int:
    """Return how many deliveries are due by `now` (aware), at most `most`."""
    due = select(deliveries.c.id).where(text("state = 'waiting'"), deliveries.c.next_at <= now).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(due)) or 0


def claim_deliveries(connection: Connection, worker_id: int, now: datetime, most: int) -> list[int]:
    """Claim up to `most` deliveries due by `now`, oldest first; return their ids, none while sending is paused."""
    due = select(deliveries.c.id).where(text("state = 'waiting'"), deliveries.c.next_at <= now, ~is_paused())
    due = due.order_by(deliveries.c.next_at, deliveries.c.id).limit(most).with_for_update(skip_locked=True)
    # As a CTE it is worked out once; PostgreSQL may ask a subquery anew for each row, and so claim far more than that.
    once = due.cte("due")
    claimed = (
        update(deliveries)
        .where(deliveries.c.id.in_(select(once.c.id)), text("state = 'waiting'"))
        .values(state=DeliveryState.CLAIMED, worker_id=worker_id)
        .returning(deliveries.c.id)
    )
    return sorted(connection.scalars(claimed))


def release_claims(connection: Connection, worker_id: int, delivery_ids: Sequence[int] | None = None) -> int:
    """Release the claims of a worker that were not sent, all or some; return how many."""
    mine = update(deliveries).where(text("state = 'claimed'"), deliveries.c.worker_id == worker_id)
    if delivery_ids is not None:
        mine = mine.where(deliveries.c.id.in_(delivery_ids))
    return affected_rows(connection.execute(mine.values(state=DeliveryState.WAITING, worker_id=null())))


def mark_settled(
    connection: Connection,
    worker_id: int,
    delivery: ClaimedDelivery,
    state: DeliveryState,
    now: datetime,
    reason: str = "",
) -> bool:
    """Mark a claimed delivery as settled, with its digest items. Return False if it is not this worker's any more."""
    mine = deliveries.c.id == delivery.id, text("state = 'claimed'"), deliveries.c.worker_id == worker_id
    settled: dict[str, Any] = {"state": state, "reason": reason[:200], "settled_at": now, "worker_id": null()}
    tried = int(state is not DeliveryState.DROPPED)
    marked = update(deliveries).where(*mine).values(**settled, attempts=deliveries.c.attempts + tried)
    if affected_rows(connection.execute(marked)) == 0:
        return False
    if isinstance(delivery.notification, BundleKey) and delivery.recipient:
        parts = (
            deliveries.c.subscriber_id == delivery.recipient.id,
            deliveries.c.bundle == encode_bundle(delivery.notification),
            text("state = 'bundled'"),
        )
        known = deliveries.c.occasion_id.in_([each.occasion_id for each in delivery.items])
        connection.execute(update(deliveries).where(*parts, known).values(**settled))
        # What was added after it had been claimed is not in it.
        connection.execute(update(deliveries).where(*parts).values(state=DeliveryState.WAITING, bundle=""))
    return True


def postpone(
    connection: Connection, worker_id: int, delivery_id: int, next_at: datetime, reason: str, *, tried: bool
) -> None:
    """Release a claimed delivery, to be tried again at `next_at`; `tried` counts the attempt."""
    mine = deliveries.c.id == delivery_id, text("state = 'claimed'"), deliveries.c.worker_id == worker_id
    later: dict[str, Any] = {
        "state": DeliveryState.WAITING,
        "next_at": next_at,
        "reason": reason[:200],
        "attempts": deliveries.c.attempts + int(tried),
        "worker_id": null(),
    }
    connection.execute(update(deliveries).where(*mine).values(**later))


# -- what a message needs --------------------------------------------------------------------------------------------


def load_deliveries(connection: Connection, delivery_ids: Sequence[int]) -> list[ClaimedDelivery]:
    """Load claimed deliveries with their notification key and their recipient."""
    columns = [
        deliveries.c.id.label("delivery_id"),
        deliveries.c.due_at,
        deliveries.c.expires_at,
        deliveries.c.attempts,
        *KEY_COLUMNS,
        *(subscribers.c[name] for name in _RECIPIENT_COLUMNS),
        subscribers.c.id.label("recipient_id"),
        subscribers.c.state.label("recipient_state"),
        *(signups.c[name].label(f"signup_{name}") for name in _SIGNUP_COLUMNS),
    ]
    joined = (
        select(*columns)
        .select_from(deliveries)
        .join(occasions, occasions.c.id == deliveries.c.occasion_id)
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .outerjoin(signups, signups.c.id == deliveries.c.signup_id)
        .where(deliveries.c.id.in_(delivery_ids))
        .order_by(deliveries.c.id)
    )
    found = [_claimed_delivery(row) for row in connection.execute(joined)]
    return [replace(each, items=_load_items(connection, each)) for each in found]


def load_bare(connection: Connection, delivery_id: int) -> ClaimedDelivery:
    """Load only those columns of a claimed delivery that are needed to postpone it."""
    columns = deliveries.c.due_at, deliveries.c.expires_at, deliveries.c.attempts, *KEY_COLUMNS
    joined = select(*columns).join(occasions, occasions.c.id == deliveries.c.occasion_id)
    row = connection.execute(joined.where(deliveries.c.id == delivery_id)).one()
    return ClaimedDelivery(delivery_id, key_of(row), row.due_at, row.expires_at, row.attempts, None, None)


def load_active_watches(connection: Connection, recipient_ids: Iterable[int]) -> dict[int, list[RecipientGroup]]:
    """Return the watches of subscribers by id; none of those who are not active."""
    joined = select(memberships.c.subscriber_id, groups).join(groups, groups.c.id == memberships.c.group_id)
    found: dict[int, list[RecipientGroup]] = {}
    for row in connection.execute(joined.where(memberships.c.subscriber_id.in_(list(recipient_ids)))):
        found.setdefault(row.subscriber_id, []).append(read_group(row))
    return found


def _load_items(connection: Connection, delivery: ClaimedDelivery) -> tuple[BundledItem, ...]:
    if not isinstance(delivery.notification, BundleKey) or delivery.recipient is None:
        return ()
    bundle = deliveries.c.bundle == encode_bundle(delivery.notification)
    joined = (
        select(occasions.c.id, *KEY_COLUMNS)
        .join(deliveries, deliveries.c.occasion_id == occasions.c.id)
        .where(deliveries.c.subscriber_id == delivery.recipient.id, bundle, text("deliveries.state = 'bundled'"))
        .order_by(occasions.c.id)
    )
    return tuple(BundledItem(row.id, key_of(row)) for row in connection.execute(joined))


class KnownNotice(NamedTuple):
    """A notice of a record that a subscriber gets or got, and what became of it."""

    key: StoredKey
    state: str
    reason: str

    @property
    def is_pending(self) -> bool:
        """Return True if it has not been sent or given up."""
        return self.state in _PENDING


def list_notices(connection: Connection, recipient_id: int, record_id: str) -> list[KnownNotice]:
    """Return the notices of a record to a subscriber."""
    of_record = occasions.c.kind == NotificationKind.NOTICE, occasions.c.record_id == record_id
    joined = select(*KEY_COLUMNS, deliveries.c.state, deliveries.c.reason).join(
        deliveries, deliveries.c.occasion_id == occasions.c.id
    )
    rows = connection.execute(joined.where(*of_record, deliveries.c.subscriber_id == recipient_id))
    return [KnownNotice(key_of(row), row.state, row.reason) for row in rows]


def free_part(connection: Connection, recipient_id: int, bundle: BundleKey, part: StoredKey) -> None:
    """Release one item of a subscriber's digest, or message of an edition, as a message of its own."""
    _change_part(connection, recipient_id, bundle, part, state=DeliveryState.WAITING, bundle="")


def drop_part(
    connection: Connection, recipient_id: int, bundle: BundleKey, part: StoredKey, reason: str, now: datetime
) -> None:
    """Drop one item of a subscriber's digest, or message of an edition."""
    _change_part(connection, recipient_id, bundle, part, state=DeliveryState.DROPPED, reason=reason, settled_at=now)


def _change_part(connection: Connection, recipient_id: int, of: BundleKey, part: StoredKey, **values: object) -> None:
    this = deliveries.c.subscriber_id == recipient_id, deliveries.c.bundle == encode_bundle(of)
    is_part = deliveries.c.occasion_id.in_(select_key_id(part)), text("state = 'bundled'")
    connection.execute(update(deliveries).where(*this, *is_part).values(**values))


_PENDING = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.BUNDLED)
_RECIPIENT_COLUMNS = ("ref", "channel", "address", "address_key", "owner", "secret", "language", "zone", "link_version")
_SIGNUP_COLUMNS = tuple(column.name for column in signups.c)


def _claimed_delivery(row: Any) -> ClaimedDelivery:
    recipient = (
        Recipient(
            id=row.recipient_id,
            is_active=row.recipient_state == "active",
            **{name: getattr(row, name) for name in _RECIPIENT_COLUMNS},
        )
        if row.recipient_id is not None
        else None
    )
    signup = (
        Signup(**{name: getattr(row, f"signup_{name}") for name in _SIGNUP_COLUMNS})
        if row.signup_id is not None
        else None
    )
    return ClaimedDelivery(row.delivery_id, key_of(row), row.due_at, row.expires_at, row.attempts, recipient, signup)


# -- channels that fail ---------------------------------------------------------------------------------------------


def count_failure(connection: Connection, recipient_id: int, now: datetime) -> tuple[int, datetime]:
    """Count a failure of a subscriber's channel; return the number of failures in a row, and since when."""
    failing = update(subscribers).where(subscribers.c.id == recipient_id)
    since = func.coalesce(subscribers.c.failing_since, literal(now, subscribers.c.failing_since.type))
    counted = failing.values(failures=subscribers.c.failures + 1, failing_since=since)
    row = connection.execute(counted.returning(subscribers.c.failures, subscribers.c.failing_since)).one_or_none()
    return (row.failures, row.failing_since) if row else (0, now)


def clear_failures(connection: Connection, recipient_id: int) -> None:
    """Reset the failure count of a channel that works again."""
    failing = subscribers.c.id == recipient_id, subscribers.c.failures > 0
    connection.execute(update(subscribers).where(*failing).values(failures=0, failing_since=null()))
