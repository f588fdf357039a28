"""What became of messages: how many were sent and failed on each day, those that failed, and trying them again.

No addresses are read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, null, select, text, update

from calendar_service.records.notification_keys import BundleKey
from calendar_service.store.engine import reading
from calendar_service.store.notification_columns import KEY_COLUMNS, encode_bundle, key_of
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.subscribers import SubscriberState
from calendar_service.store.tables import deliveries, occasions, subscribers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.records.notification_keys import StoredKey
    from calendar_service.store.engine import Database

_FAILED = (DeliveryState.FAILED, DeliveryState.BOUNCED)
# Items of a digest are not messages of their own.
_IS_MESSAGE = deliveries.c.bundle == ""


@dataclass(frozen=True)
class DayCount:
    """The messages that were settled on one day."""

    sent: int
    failed: int


@dataclass(frozen=True)
class FailedMessages:
    """The messages of one notification that failed for one reason. `retriable` can be tried again in time."""

    occasion_id: int
    key: StoredKey
    channel: str
    reason: str
    number: int
    retriable: int
    last_at: datetime


def count_settled(engine: Database, edges: Sequence[datetime]) -> list[DayCount]:
    """Return the counts between each two of the times, which are in order. Raise DatabaseFault."""
    settled = deliveries.c.settled_at
    day = case(*((settled < end, number) for number, end in enumerate(edges[1:])), else_=len(edges))
    query = (
        select(
            day.label("day"),
            func.sum(case((deliveries.c.state == DeliveryState.SENT, 1), else_=0)).label("sent"),
            func.sum(case((deliveries.c.state.in_(_FAILED), 1), else_=0)).label("failed"),
        )
        .where(settled >= edges[0], settled < edges[-1], _IS_MESSAGE)
        .group_by(day)
    )
    with reading(engine) as connection:
        found = {row.day: DayCount(int(row.sent), int(row.failed)) for row in connection.execute(query)}
    return [found.get(number, DayCount(0, 0)) for number, _ in enumerate(pairwise(edges))]


def count_active(engine: Database) -> int:
    """Return how many subscribers get messages. Raise DatabaseFault."""
    query = select(func.count()).select_from(subscribers).where(subscribers.c.state == SubscriberState.ACTIVE)
    with reading(engine) as connection:
        return connection.scalar(query) or 0


def list_failures(engine: Database, since: datetime, now: datetime, most: int) -> list[FailedMessages]:
    """Return the messages that failed since a time, by notification and reason, newest first. Raise DatabaseFault."""
    again = and_(deliveries.c.state == DeliveryState.FAILED, deliveries.c.expires_at > now)
    grouped = (*KEY_COLUMNS, subscribers.c.channel, deliveries.c.occasion_id, deliveries.c.reason)
    newest = func.max(deliveries.c.settled_at)
    query = (
        select(
            *grouped,
            func.count().label("number"),
            func.sum(case((again, 1), else_=0)).label("retriable"),
            newest.label("last_at"),
        )
        .select_from(deliveries)
        .join(occasions, occasions.c.id == deliveries.c.occasion_id)
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(deliveries.c.settled_at >= since, deliveries.c.state.in_(_FAILED), _IS_MESSAGE)
        .group_by(*grouped)
        .order_by(newest.desc(), deliveries.c.occasion_id)
        .limit(most)
    )
    with reading(engine) as connection:
        return [
            FailedMessages(
                row.occasion_id,
                key_of(row),
                row.channel or "",
                row.reason,
                row.number,
                int(row.retriable),
                row.last_at,
            )
            for row in connection.execute(query)
        ]


def retry_failed(connection: Connection, occasion_id: int, since: datetime, now: datetime) -> int:
    """Have the messages of a notification that failed since a time sent again; return how many.

    Not those for which it is too late, nor those whose address is dead. Whether each still holds is checked as always
    before it is sent.
    """
    this = (
        deliveries.c.occasion_id == occasion_id,
        deliveries.c.state == DeliveryState.FAILED,
        deliveries.c.expires_at > now,
        deliveries.c.settled_at >= since,
        _IS_MESSAGE,
    )
    again = {"next_at": now, "settled_at": null(), "reason": ""}
    retried = update(deliveries).where(*this).values(state=DeliveryState.WAITING, **again)
    rows = connection.execute(retried.returning(deliveries.c.subscriber_id)).all()
    key = connection.execute(select(*KEY_COLUMNS).where(occasions.c.id == occasion_id)).one_or_none()
    bundle = key_of(key) if key else None
    if rows and isinstance(bundle, BundleKey):
        items = (
            deliveries.c.subscriber_id.in_([row.subscriber_id for row in rows]),
            deliveries.c.bundle == encode_bundle(bundle),
            text("deliveries.state = 'failed'"),
        )
        connection.execute(update(deliveries).where(*items).values(state=DeliveryState.BUNDLED, **again))
    return len(rows)
