"""When a reminder falls due: from a lead and a moment to an instant.

Three rules say which clock and which calendar count:

- A clock time is counted back on its own zone's calendar and clock. "7 days" before 17:00 in Paris is 17:00 in Paris,
  over a change of the clocks too, and so one instant for all readers. A time named by the lead is of that clock too.
- A date without a clock time (an all-day date, a deadline by the end of a day) is counted back from the day as it was
  printed, and reminds at 09:00, or the time named by the lead, on the reader's own clock.
- An exact lead counts hours that really pass: before the clock time, before the end of the day that is a deadline,
  and before whole days begin where the reader is.

A local time that the clocks skip slides forward by the gap, and a repeated one is its first. A month clips: one month
before 31 March is the last of February. Where that would be too late, there is no reminder.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from calendar_service.records.leads import CalendarLead, ExactLead, WorkingDayLead
from calendar_service.records.moments import instant_bounds, midnight
from calendar_service.records.times import CivilTime, DaySpan

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Point
    from calendar_service.records.working_days import WorkingDays

MORNING = time(9)
"""When a date without a clock time reminds."""


def due(lead: Lead, at: Point, zone: str, days: WorkingDays) -> datetime | None:
    """Return the instant (UTC) at which a reminder of `at` falls due for a reader whose clock is `zone`.

    None if that would not be before it is too late. Raise UnknownZone.
    """
    instant = _counted_back(lead, at, zone, days)
    return instant if instant < too_late(at, zone) else None


def too_late(at: Point, zone: str) -> datetime:
    """Return the first instant (UTC) at which to remind of `at` makes no sense any more.

    For a clock time and the end of a day that is the moment itself. Whole days are the moment for as long as the first
    of them lasts where the reader is, so that "on the day at 09:00" means something for them.
    """
    if isinstance(at, DaySpan):
        return midnight(at.first + timedelta(days=1), zone)
    return at.instant


def _counted_back(lead: Lead, at: Point, zone: str, days: WorkingDays) -> datetime:
    match lead:
        case ExactLead(minutes=minutes):
            begins, _ = instant_bounds(at, zone)
            return begins - timedelta(minutes=minutes)
        case CalendarLead(months=months, days=calendar_days, at=clock):
            day = _day(at) - relativedelta(months=months, days=calendar_days)
            return _on_day(day, clock, at, zone)
        case WorkingDayLead(days=working_days):
            return _on_day(days.back(_day(at), working_days), None, at, zone)


def _day(at: Point) -> date:
    return at.first if isinstance(at, DaySpan) else at.day


def _on_day(day: date, clock: time | None, at: Point, zone: str) -> datetime:
    if isinstance(at, CivilTime):
        return _instant(day, clock or at.clock, at.zone)
    return _instant(day, clock or MORNING, zone)


def _instant(day: date, clock: time, zone: str) -> datetime:
    # With fold 0, PEP 495 reads a skipped time by the offset before the gap, which slides it forward,
    # and a repeated time as the first.
    return CivilTime(day, clock, zone).instant
