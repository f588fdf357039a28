"""Gauges: how much is waiting, how late it is, and the last heartbeat of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import QueuePool, func, select, text

from calendar_service.store.engine import reading
from calendar_service.store.outbox import DeliveryState as Delivered
from calendar_service.store.pauses import is_paused
from calendar_service.store.subscribers import SubscriberState
from calendar_service.store.tables import deliveries, signups, subscribers, workers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from calendar_service.store.engine import Database

_LATELY = timedelta(hours=1)
# A heartbeat that is farther ahead of the clock was written by a wrong one, and proves nothing.
_AHEAD = timedelta(minutes=5)
# Enough for a quantile of an hour, which may have many more.
_MAX_SENT = 10_000


@dataclass(frozen=True)
class WorkerHealth:
    """Whether reminders are being sent.

    `last_tick` is the last heartbeat of any worker and `oldest_due` the due time of the oldest waiting delivery (aware,
    UTC), each None if there is none. `is_needed` is True if anything waits for a worker.
    """

    last_tick: datetime | None
    oldest_due: datetime | None
    is_needed: bool


@dataclass(frozen=True)
class Gauges:
    """Counts by state, and the delay in seconds of each message sent in the last hour, ascending.

    `settled` are those of the last hour: counting all that ever were would take longer every year.
    """

    worker_health: WorkerHealth
    unsettled: dict[str, int]
    settled: dict[str, int]
    subscribers: dict[str, int]
    signups_waiting: int
    lateness: list[float]


def count_connections(engine: Database) -> dict[str, int]:
    """Return how many connections of this process's pool are in use, and how many are idle."""
    pool = engine.pool
    return {"used": pool.checkedout(), "idle": pool.checkedin()} if isinstance(pool, QueuePool) else {}


def read_worker_health(engine: Database, now: datetime) -> WorkerHealth:
    """Return whether workers are alive and on time. Raise DatabaseFault."""
    with reading(engine) as connection:
        return _worker_health(connection, now)


def read_gauges(engine: Database, now: datetime) -> Gauges:
    """Read all gauges in one consistent state. Raise DatabaseFault."""
    with reading(engine) as connection:
        return Gauges(
            worker_health=_worker_health(connection, now),
            unsettled={state: _number(connection, state) for state in _UNSETTLED},
            settled=dict.fromkeys(_SETTLED, 0) | _settled(connection, now),
            subscribers=dict.fromkeys(SubscriberState, 0) | _counts(connection, select(subscribers.c.state)),
            signups_waiting=connection.scalar(_PENDING_SIGNUPS) or 0,
            lateness=_lateness(connection, now),
        )


_UNSETTLED = (Delivered.WAITING, Delivered.CLAIMED, Delivered.BUNDLED)
_SETTLED = (Delivered.SENT, Delivered.FAILED, Delivered.BOUNCED, Delivered.DROPPED)
_PENDING_SIGNUPS = select(func.count()).select_from(signups).where(signups.c.state == "asked")
_WAITING = text("state = 'waiting'")


def _worker_health(connection: Connection, now: datetime) -> WorkerHealth:
    # By next_at, which the index holds: what waits to be tried again later is not late.
    due = select(func.min(deliveries.c.due_at)).where(_WAITING, deliveries.c.next_at <= now)
    somebody = select(subscribers.c.id).where(subscribers.c.state == "active").limit(1)
    something = select(deliveries.c.id).where(_WAITING).limit(1)
    asked = select(signups.c.id).where(signups.c.state == "asked").limit(1)
    return WorkerHealth(
        last_tick=connection.scalar(select(func.max(workers.c.beat_at)).where(workers.c.beat_at <= now + _AHEAD)),
        # What waits while sending is paused is not late.
        oldest_due=None if connection.scalar(select(is_paused())) else connection.scalar(due),
        is_needed=any(connection.scalar(each) is not None for each in (somebody, something, asked)),
    )


def _number(connection: Connection, state: Delivered) -> int:
    # The state stands in the statement itself, as it does in the condition of the index.
    these = select(func.count()).select_from(deliveries).where(text(f"state = '{state}'"))
    return connection.scalar(these) or 0


def _settled(connection: Connection, now: datetime) -> dict[str, int]:
    return _counts(connection, select(deliveries.c.state).where(deliveries.c.settled_at > now - _LATELY))


def _counts(connection: Connection, states: Select[tuple[str]]) -> dict[str, int]:
    each = states.subquery().c.state
    counted = select(each.label("state"), func.count().label("number")).group_by(each)
    return {row.state: row.number for row in connection.execute(counted)}


def _lateness(connection: Connection, now: datetime) -> list[float]:
    sent = (
        select(deliveries.c.due_at, deliveries.c.settled_at)
        .where(deliveries.c.state == "sent", deliveries.c.settled_at > now - _LATELY)
        .order_by(deliveries.c.settled_at.desc())
        .limit(_MAX_SENT)
    )
    return sorted((settled - due).total_seconds() for due, settled in connection.execute(sent))
