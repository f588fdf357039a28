"""When the planner looked, and since when the changes of an edition count.

Whether something is due must not hang on the stamp of an edition, which a clock that was wrong has written. So the
planner notes each of its passes, and of each edition the pass that first saw it and the last one before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text, update

from calendar_service.records.notification_keys import NotificationKind
from calendar_service.store.outbox import DeliveryState, FanOutOutcome
from calendar_service.store.process_state import read_state, write_state
from calendar_service.store.tables import deliveries, editions, firings, memberships, occasions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

AHEAD = timedelta(minutes=1)
"""By how much the last pass may be ahead of now before a clock is taken to be wrong: several hosts differ a little."""
_PASSED = "passed"
_OFTEN = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(minutes=61)


@dataclass(frozen=True)
class FirstPass:
    """The pass that first saw an edition, `at`, and the last one `before` it (the same for the very first pass).

    What an edition changes counts from `before` on, so that nothing falls between two passes.
    """

    before: datetime
    at: datetime


def load_first_passes(connection: Connection) -> dict[int, FirstPass]:
    """Return for each edition that the planner has seen when that was, by its number."""
    columns = editions.c.number, editions.c.scheduled_from, editions.c.scheduled_at
    rows = connection.execute(select(*columns).where(editions.c.scheduled_at.is_not(None)))
    return {row.number: FirstPass(row.scheduled_from or row.scheduled_at, row.scheduled_at) for row in rows}


def first_pass_of(connection: Connection, number: int) -> FirstPass | None:
    """Return when the planner first saw an edition; None if it has not yet."""
    columns = editions.c.scheduled_from, editions.c.scheduled_at
    row = connection.execute(select(*columns).where(editions.c.number == number)).one_or_none()
    if row is None or row.scheduled_at is None:
        return None
    return FirstPass(row.scheduled_from or row.scheduled_at, row.scheduled_at)


def last_edition_seen_before(connection: Connection, at: datetime) -> int:
    """Return the number before the first edition that was seen at an instant or later; 0 if there is none."""
    later = select(func.min(editions.c.number)).where(editions.c.scheduled_at >= at)
    first: int | None = connection.scalar(later)
    newest: int = connection.scalar(select(func.max(editions.c.number))) or 0
    return newest if first is None else first - 1


def is_pass_to_note(connection: Connection, newest: int, now: datetime) -> bool:
    """Return True if this pass is to be noted: not where another one was a moment ago, and has seen the same."""
    noted = read_state(connection, _PASSED)
    unseen = select(editions.c.number).where(editions.c.number <= newest, editions.c.scheduled_at.is_(None)).limit(1)
    return noted is None or not timedelta(0) <= now - noted[1] < _OFTEN or connection.scalar(unseen) is not None


def note_pass(connection: Connection, newest: int, now: datetime) -> bool:
    """Note that the planner looks now, at editions up to `newest`; return True if the last pass was ahead of now.

    Then a clock was wrong, and what it has written as ahead is put right, so that it silences nothing.
    """
    noted = read_state(connection, _PASSED)
    last = noted[1] if noted else now
    was_ahead = last > now + AHEAD
    if was_ahead:
        _put_right(connection, now)
    unseen = editions.c.number <= newest, editions.c.scheduled_at.is_(None)
    connection.execute(update(editions).where(*unseen).values(scheduled_from=min(last, now), scheduled_at=now))
    write_state(connection, _PASSED, "", now)
    return was_ahead


def begin_memberships(connection: Connection, now: datetime, *, only_fresh: bool) -> None:
    """Set memberships that begin in the future, written by a clock that was ahead, to begin now."""
    begun = now.replace(microsecond=0)
    late = memberships.c.since > (begun if only_fresh else now + AHEAD)
    these = (text("is_fresh"), late) if only_fresh else (late,)
    connection.execute(update(memberships).where(*these).values(since=begun))


def _put_right(connection: Connection, now: datetime) -> None:
    ahead = update(editions).where(editions.c.scheduled_at > now)
    connection.execute(ahead.values(scheduled_from=now, scheduled_at=now))
    # Noted as over by a clock that was ahead, but not over.
    connection.execute(delete(firings).where(firings.c.outcome == FanOutOutcome.MISSED, firings.c.expires_at > now))
    notices = select(occasions.c.id).where(occasions.c.kind == NotificationKind.NOTICE)
    waiting = update(deliveries).where(deliveries.c.state == DeliveryState.WAITING, deliveries.c.next_at > now)
    notices_due = waiting.where(deliveries.c.due_at > now, deliveries.c.occasion_id.in_(notices))
    connection.execute(notices_due.values(due_at=now, next_at=now))
    tried = waiting.where(deliveries.c.due_at <= now, deliveries.c.next_at > now + _LONGEST_RETRY)
    connection.execute(tried.values(next_at=now))
