"""The occurrences of a schedule: one, or a recurrence rule with exceptions and changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING

from calendar_service.datephrases.rrule import LAST_DAY, days_from, days_of, last_day_of
from calendar_service.records.moments import instant_bounds, span_points
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant, keeps_offset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.enums import MomentName
    from calendar_service.records.record import OccurrenceChange, Point, Record, Schedule, Span
    from calendar_service.records.texts import Text

_MARGIN = timedelta(days=2)
_EARLY = 1000  # years before which nothing happens, and at whose lower end sums would overflow


@dataclass(frozen=True)
class Occurrence:
    """One occurrence. `day` is the day that the rule gave, its recurrence id; `span` is when it takes place.

    `reason` is why it was changed, if that is told of it alone.
    """

    day: date
    span: Span
    is_moved: bool = False
    is_cancelled: bool = False
    reason: Text = field(default_factory=dict, hash=False)


def occurrences_of(schedule: Schedule, start: datetime, end: datetime, zone: str) -> list[Occurrence]:
    """Return the occurrences that overlap the half-open window [start, end), in chronological order.

    `start` and `end` are aware; whole days are those of `zone`. A point in time counts if it lies in the window, a span
    if any part of it does. An endless rule is cut off at `end`.
    """
    if not schedule.changes:
        # In order by their days; far from both bounds none need be compared with them.
        low, high = start.date() + _MARGIN, end.date() - _MARGIN - _length(schedule.span)
        days = _candidates(schedule, start, end)
        return [each for each in days if low < each.day < high or overlaps(each.span, start, end, zone)]
    found = []
    for each in _candidates(schedule, start, end):
        bounds = instant_bounds(each.span, zone)
        if _is_between(bounds, start, end):
            found.append((bounds, each.day, each))
    found.sort(key=itemgetter(0, 1))
    return [each for _, _, each in found]


def happens_within(schedule: Schedule, start: datetime, end: datetime, zone: str) -> bool:
    """Return True if any occurrence overlaps the half-open window [start, end); both bounds are aware."""
    return any(overlaps(each.span, start, end, zone) for each in _candidates(schedule, start, end))


def overlaps(at: Point | Span, start: datetime, end: datetime, zone: str) -> bool:
    """Return True if a point or any part of a span lies in the half-open window [start, end), both aware.

    Whole days are those of `zone`.
    """
    return _is_between(instant_bounds(at, zone), start, end)


def _is_between(bounds: tuple[datetime, datetime], start: datetime, end: datetime) -> bool:
    begins, stops = bounds
    return start <= begins < end if begins == stops else begins < end and stops > start


def count_days(schedule: Schedule, first: date, last: date, most: int) -> int:
    """Return how many days the rule gives from `first` to `last`, both included; at most `most`."""
    if schedule.rule is None:
        return 0
    days = takewhile(lambda day: day <= last, days_from(schedule.rule, first_day_of(schedule.span), first))
    return sum(1 for _ in islice(days, most))


def end_of(schedule: Schedule, zone: str) -> datetime | None:
    """Return the instant (UTC) at which the last occurrence ends; None for an endless rule."""
    spans = [schedule.span, *(change.span for change in schedule.changes if change.span)]
    if schedule.rule:
        if schedule.rule.is_endless:
            return None
        last = last_day_of(schedule.rule, first_day_of(schedule.span))
        spans += [shift(schedule.span, last)] if last else []
    return max(instant_bounds(span, zone)[1] for span in spans)


def first_day_of(span: Span) -> date:
    """Return the day on which a span begins, on its own clock."""
    return span.first if isinstance(span, DaySpan) else span.starts.day


def shift(span: Span, day: date) -> Span:
    """Return a span moved to another day at the same wall-clock time.

    A wall-clock time that is skipped on that day moves forward by the gap (RFC 5545, 3.3.5).
    """
    days = day - first_day_of(span)
    if isinstance(span, DaySpan):
        return DaySpan(span.first + days, span.last + days)
    return TimeSpan(_shift_civil(span.starts, days), span.ends and _shift_civil(span.ends, days))


def all_days(schedule: Schedule) -> Iterator[date]:
    """Yield the days of the rule without its exceptions; endless if the rule is."""
    first = first_day_of(schedule.span)
    days = days_of(schedule.rule, first) if schedule.rule else iter([first])
    return (day for day in days if day not in schedule.excepted)


def comes_on(schedule: Schedule, day: date) -> bool:
    """Return True if the rule gives a day and it is not an exception."""
    if day in schedule.excepted:
        return False
    first = first_day_of(schedule.span)
    return next(days_from(schedule.rule, first, day), None) == day if schedule.rule else day == first


def occurrence_on(schedule: Schedule, day: date) -> Occurrence:
    """Return the occurrence whose day by the rule is `day`, with its change if there is one."""
    for change in schedule.changes:
        if change.occurrence == day:
            return _changed(schedule, change)
    return Occurrence(day, shift(schedule.span, day))


def _candidates(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Occurrence]:
    first = first_day_of(schedule.span)
    if schedule.rule is None:
        yield occurrence_on(schedule, first)
        return
    changed = {change.occurrence for change in schedule.changes}
    length = _length(schedule.span)
    days = days_from(schedule.rule, first, _reach_back(start, length))
    last = end.date() + _MARGIN if end.date() < LAST_DAY else LAST_DAY
    for day in takewhile(lambda day: day <= last, days):
        if day not in schedule.excepted and day not in changed:
            yield Occurrence(day, shift(schedule.span, day))
    # A moved occurrence may lie far from its day by the rule, so each is looked at.
    yield from (_changed(schedule, change) for change in schedule.changes)


def _changed(schedule: Schedule, change: OccurrenceChange) -> Occurrence:
    if change.span is None:
        planned = shift(schedule.span, change.occurrence)
        return Occurrence(change.occurrence, planned, is_cancelled=True, reason=change.reason)
    return Occurrence(change.occurrence, change.span, is_moved=True, reason=change.reason)


def _reach_back(start: datetime, length: timedelta) -> date:
    return date.min if start.year <= _EARLY else (start - length - _MARGIN).date()


def _length(span: Span) -> timedelta:
    start, end = instant_bounds(span, "UTC")
    return end - start


def _shift_civil(civil: CivilTime, days: timedelta) -> CivilTime:
    moved = CivilTime(civil.day + days, civil.clock, civil.zone, civil.fold)
    if not civil.fold and keeps_offset(civil.zone, moved.day):
        return moved  # the clocks show each time once on that day
    return civil_from_instant(moved.instant, civil.zone)


def point_at(record: Record, moment: MomentName, occurrence: date | None) -> Point | None:
    """Return the present time of a moment; None if the moment or the occurrence does not exist any more."""
    if milestone := record.milestones.get(moment):
        return milestone.at
    schedule = record.schedule
    if schedule is None or (schedule.rule is None) != (occurrence is None):
        return None
    if occurrence is None:
        return span_points(schedule.span)[0][1]
    happening = occurrence_on(schedule, occurrence)
    return None if happening.is_cancelled or not comes_on(schedule, occurrence) else span_points(happening.span)[0][1]
