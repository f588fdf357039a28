"""Compute when a reminder is due: from a lead and a moment to an instant.

Four rules decide which clock and which calendar count:

- A clock time is counted back on the calendar and clock of its own zone. "7 days" before 17:00 in Paris is 17:00 in
  Paris, also across a clock change, and so the same instant for all subscribers.
- A time that the lead names is the subscriber's: "1 day before at 18:00" is 18:00 on the subscriber's own clock, on the
  day before the day that the moment has there. Where 09:00 "on the day" comes too late only there, it is 09:00 the day
  before.
- A date without a clock time (an all-day date, a deadline at the end of a day) is counted back from the printed day,
  and the reminder is due at 09:00, or at the time named by the lead, on the subscriber's own clock.
- An exact lead counts elapsed hours: before the clock time, before the end of the day of a deadline, and before whole
  days begin in the subscriber's zone.

A local time that the clocks skip moves forward by the gap; a repeated one is its first occurrence. Months are clipped:
one month before 31 March is the last day of February. If the reminder would be due too late, there is none.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from calendar_service.records.leads import CalendarLead, ExactLead, WorkingDayLead
from calendar_service.records.moments import instant_bounds, midnight
from calendar_service.records.times import CivilTime, DaySpan, day_of_instant

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Point
    from calendar_service.records.working_days import WorkingDays

MORNING = time(9)
"""When a date without a clock time reminds."""


def due(lead: Lead, at: Point, zone: str, days: WorkingDays) -> datetime | None:
    """Return the instant (UTC) at which a reminder of `at` is due for a subscriber in the zone `zone`.

    Return None if that instant is not before `too_late`. Raise UnknownZone.
    """
    instant = _counted_back(lead, at, zone, days)
    return instant if instant < too_late(at, zone) else None


def too_late(at: Point, zone: str) -> datetime:
    """Return the first instant (UTC) at which a reminder of `at` is useless, for a subscriber in the zone `zone`.

    For a clock time or the end of a day it is the moment itself. For whole days it is the end of the first day in
    `zone`, so that a lead such as "on the day at 09:00" is possible. Raise UnknownZone.
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
            back = relativedelta(months=months, days=calendar_days)
            if clock and isinstance(at, CivilTime):
                return _on_own_clock(back, clock, at, zone)
            return _on_day(_day(at) - back, clock, at, zone)
        case WorkingDayLead(days=working_days):
            return _on_day(days.back(_day(at), working_days), None, at, zone)


def _day(at: Point) -> date:
    return at.first if isinstance(at, DaySpan) else at.day


def _on_day(day: date, clock: time | None, at: Point, zone: str) -> datetime:
    if isinstance(at, CivilTime):
        return _instant(day, at.clock, at.zone)
    return _instant(day, clock or MORNING, zone)


def _on_own_clock(back: relativedelta, clock: time, at: CivilTime, zone: str) -> datetime:
    """Return when a clock of the subscriber's shows a time, counted back from the day of the moment there."""
    day = day_of_instant(at.instant, zone) - back
    found = _instant(day, clock, zone)
    is_late_only_there = found >= at.instant > _instant(at.day - back, clock, at.zone)
    return _instant(day - timedelta(days=1), clock, zone) if is_late_only_there else found


def _instant(day: date, clock: time, zone: str) -> datetime:
    # With fold 0, PEP 495 reads a skipped time by the offset before the gap, which slides it forward,
    # and a repeated time as the first.
    return CivilTime(day, clock, zone).instant
