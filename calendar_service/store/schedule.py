"""The planner's passes, and since when the changes of an edition count.

Whether something is due must not depend on the stamp of an edition, which a wrong clock may have written. So the
planner records each of its passes, and for each edition the pass that saw it first and the pass before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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


_FIRST_PASS = (editions.c.scheduled_from, editions.c.scheduled_at, editions.c.is_silent)


@dataclass(frozen=True)
class FirstPass:
    """The pass that saw an edition first, `at`, and the one `before` it (equal for the very first pass); both aware.

    Changes of an edition count from `before` on, so that nothing is lost between two passes. Of one that `is_silent`
    nothing is announced.
    """

    before: datetime
    at: datetime
    is_silent: bool = False


def load_first_passes(connection: Connection) -> dict[int, FirstPass]:
    """Return the first pass of each edition, by its number."""
    columns = editions.c.number, *_FIRST_PASS
    rows = connection.execute(select(*columns).where(editions.c.scheduled_at.is_not(None)))
    return {row.number: _first_pass(row) for row in rows}


def first_pass_of(connection: Connection, number: int) -> FirstPass | None:
    """Return the first pass of an edition; None if there was none yet."""
    row = connection.execute(select(*_FIRST_PASS).where(editions.c.number == number)).one_or_none()
    return None if row is None or row.scheduled_at is None else _first_pass(row)


def _first_pass(row: Any) -> FirstPass:
    return FirstPass(row.scheduled_from or row.scheduled_at, row.scheduled_at, row.is_silent)


def last_edition_seen_before(connection: Connection, at: datetime) -> int:
    """Return the number before the first edition that was seen at an instant or later; 0 if there is none."""
    later = select(func.min(editions.c.number)).where(editions.c.scheduled_at >= at)
    first: int | None = connection.scalar(later)
    newest: int = connection.scalar(select(func.max(editions.c.number))) or 0
    return newest if first is None else first - 1


def is_pass_to_note(connection: Connection, newest: int, now: datetime) -> bool:
    """Return True if this pass must be recorded: not if a recent one has seen the same editions."""
    noted = read_state(connection, _PASSED)
    unseen = select(editions.c.number).where(editions.c.number <= newest, editions.c.scheduled_at.is_(None)).limit(1)
    return noted is None or not timedelta(0) <= now - noted[1] < _OFTEN or connection.scalar(unseen) is not None


def note_pass(connection: Connection, newest: int, now: datetime) -> bool:
    """Record a pass at `now` with editions up to `newest`; return True if the last pass was later than `now`.

    Then a clock was wrong, and the times it has written in the future are corrected, so that they suppress nothing.
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
    """Begin memberships now that a clock which was ahead has set to begin in the future."""
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
