"""Decide which rules a feed can have as RRULE, and format them; the others are written out day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from calendar_service.datephrases.rrule import WEEKDAY_CODES, is_portable
from calendar_service.records.moments import midnight
from calendar_service.records.occurrences import all_days, first_day_of, shift
from calendar_service.records.record import Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan
from calendar_service.records.zones import is_iana
from calendar_service.writers.content_lines import write_time
from calendar_service.writers.vtimezone import change_days, describes, describes_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.datephrases.rrule import RecurrenceRule
    from calendar_service.records.record import Record, Span

_MONTHS_BACK = 12
# How far a rule is written out: all of one that ends, unless it comes very often or ends very late.
_MONTHS_AHEAD = 36
_MONTHS_AHEAD_DAILY = 12
_MONTHS_AHEAD_ENDING = 120
# In so many years every weekday meets nearly every date, and so the clock changes all it will meet.
_CLOCK_YEARS = 12

Stretch = tuple[date, date]
"""The days, both included, for which a rule is written out."""


def is_written_out(record: Record) -> bool:
    """Return True if a record recurs by a rule that a feed cannot have as RRULE."""
    return bool(record.schedule and record.schedule.rule) and not can_recur(record.schedule)


def varies_by_month(record: Record) -> bool:
    """Return True if the entries of a record depend on the days that they are written for (`written_stretch`)."""
    schedule = record.schedule
    if schedule is None or schedule.rule is None:
        return False
    return is_written_out(record) or _reaches_over_clock_change(schedule)


def written_stretch(rule: RecurrenceRule, today: date, first: date | None = None, last: date | None = None) -> Stretch:
    """Return the days for which a rule is written out; it changes only with the month, so that feeds rarely change.

    `first` and `last` are the days that a selection names itself.
    """
    month = today.replace(day=1)
    ahead = _MONTHS_AHEAD_DAILY if rule.frequency == "DAILY" else _MONTHS_AHEAD
    if not rule.is_endless and rule.frequency != "DAILY":
        ahead = _MONTHS_AHEAD_ENDING
    begins = first or _month(month, -_MONTHS_BACK)
    ends = last or _month(max(month, first or month), ahead + 1) - timedelta(days=1)
    return begins, ends


def _month(day: date, months: int) -> date:
    """Return the first day of the month that is `months` later."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def days_within(schedule: Schedule, stretch: Stretch) -> list[date]:
    """Return the days of the rule whose occurrence overlaps the period, on its own clock."""
    first, last = stretch
    length = timedelta(days=_length_in_days(schedule.span))
    changed = {change.occurrence: change.span for change in schedule.changes if change.span}
    by_rule = [day for day in takewhile(lambda day: day <= last, all_days(schedule)) if day + length >= first]
    # A moved occurrence belongs where it has been moved to, wherever the rule had put it.
    kept = {day for day in by_rule if day not in changed}
    moved = {day for day, span in changed.items() if _overlaps_days(span, first, last)}
    return sorted(kept | moved)


@lru_cache(maxsize=8192)
def can_recur(schedule: Schedule) -> bool:
    """Return True if a feed can have the rule: clients support it, and its clock is known for ever."""
    rule, span = schedule.rule, schedule.span
    if rule is None or not is_portable(rule, first_day_of(span)):
        return False
    if isinstance(span, DaySpan):
        return True
    zone = span.starts.zone
    if span.ends is not None and span.ends.zone != zone:
        return False
    if not is_iana(zone):
        return zone == "UTC"
    if _is_over_clock_change(span):
        return False
    known_from = describes_from(zone)
    return known_from is not None and known_from <= span.starts.day and not _meets_clock_change(schedule, span)


def days_of_other_length(schedule: Schedule, stretch: Stretch) -> list[date]:
    """Return the days within a period whose occurrence programs would end at a wrong hour: the clocks change in it.

    Its end is at the hour that was announced; but an instance by the rule is as long as the first one, exactly
    (RFC 5545, 3.8.5.3). Occurrences with a change of their own are not among them.
    """
    if not _reaches_over_clock_change(schedule):
        return []
    changed = {change.occurrence for change in schedule.changes}
    found = _days_over_clock_change(schedule, range(first_day_of(schedule.span).year, stretch[1].year + 2))
    return [day for day in found if day not in changed and stretch[0] <= day <= stretch[1]]


@lru_cache(maxsize=8192)
def _reaches_over_clock_change(schedule: Schedule) -> bool:
    years = range(first_day_of(schedule.span).year, first_day_of(schedule.span).year + _CLOCK_YEARS)
    return next(_days_over_clock_change(schedule, years), None) is not None


def _days_over_clock_change(schedule: Schedule, years: range) -> Iterator[date]:
    """Yield the days of the rule in some years whose occurrence is longer or shorter than its hours say."""
    span = schedule.span
    if not isinstance(span, TimeSpan) or span.ends is None or schedule.rule is None:
        return
    near = _near_clock_changes(span.starts.zone, years, _length_in_days(span) + 1)
    for day in takewhile(lambda day: day.year < years.stop, all_days(schedule)):
        moved = shift(span, day) if day in near else None
        if isinstance(moved, TimeSpan) and _is_over_clock_change(moved):
            yield day


def _is_over_clock_change(span: TimeSpan) -> bool:
    """Return True if a span is longer or shorter than its hours say."""
    if span.ends is None:
        return False
    starts, ends = (datetime.combine(each.day, each.clock, UTC) for each in (span.starts, span.ends))
    return ends - starts != span.ends.instant - span.starts.instant


def _near_clock_changes(zone: str, years: range, reach: int) -> frozenset[date]:
    """Return the days from which an occurrence may reach a change of the clocks within `reach` days."""
    changes = change_days(zone, years)
    return frozenset(day - timedelta(days=back) for day in changes for back in range(-1, reach + 1))


def spell_out(rule: RecurrenceRule, first: date) -> RecurrenceRule:
    """Return a rule with the weekday or the day of the month that RFC 5545 lets one leave to the first date."""
    by_day, by_month_day = rule.by_day, rule.by_month_day
    if rule.frequency == "WEEKLY" and not by_day:
        by_day = (WEEKDAY_CODES[first.weekday()],)
    if not by_day and (rule.frequency == "MONTHLY" or rule.by_month):
        by_month_day = by_month_day or (first.day,)
    return replace(rule, by_day=by_day, by_month_day=by_month_day)


def write_rule(rule: RecurrenceRule, span: Span) -> str:
    """Write a rule as programs take it, with the parts that RFC 5545 lets one leave to DTSTART, in the RFC's order."""
    rule = spell_out(rule, first_day_of(span))
    parts = {
        "FREQ": rule.frequency,
        "UNTIL": write_time(_until(rule.until, span)) if rule.until else "",
        "COUNT": f"{rule.count}" if rule.count else "",
        "INTERVAL": f"{rule.interval}" if rule.interval > 1 else "",
        "BYDAY": ",".join(rule.by_day),
        "BYMONTHDAY": ",".join(map(str, rule.by_month_day)),
        "BYMONTH": ",".join(map(str, rule.by_month)),
        "WKST": rule.week_start if rule.week_start != "MO" else "",
    }
    return ";".join([f"{name}={value}" for name, value in parts.items() if value])


def _until(last: date, span: Span) -> date:
    """Return UNTIL: a day for whole days, else the last second of that day on the record's clock, in UTC (3.3.10)."""
    if isinstance(span, DaySpan):
        return last
    return midnight(last + timedelta(days=1), span.starts.zone) - timedelta(seconds=1)


def _meets_clock_change(schedule: Schedule, span: TimeSpan) -> bool:
    """Return True if an occurrence falls into an hour that the clocks skip or repeat.

    RFC 5545 takes a repeated time for the first of the two, ical.js for the second.
    """
    years = range(span.starts.day.year, span.starts.day.year + _CLOCK_YEARS)
    near = _near_clock_changes(span.starts.zone, years, _length_in_days(span) + 1)
    if not near:
        return False
    days = takewhile(lambda day: day.year < years.stop, all_days(replace(schedule, excepted=())))
    return any(_is_unclear(span, day) for day in days if day in near)


def _is_unclear(span: TimeSpan, day: date) -> bool:
    moved = shift(span, day)
    if not isinstance(moved, TimeSpan):  # it has clock times, as `span` has
        return False
    pairs: list[tuple[CivilTime, CivilTime]] = [(span.starts, moved.starts)]
    if span.ends and moved.ends:
        pairs.append((span.ends, moved.ends))
    return any(was.clock != now.clock or not describes(now.zone, now.instant) for was, now in pairs)


def _overlaps_days(span: Span, first: date, last: date) -> bool:
    begins = first_day_of(span)
    return begins <= last and begins + timedelta(days=_length_in_days(span)) >= first


def _length_in_days(span: Span) -> int:
    if isinstance(span, DaySpan):
        return (span.last - span.first).days
    return (span.ends.day - span.starts.day).days if span.ends else 0
