"""The moment of a record that a message or a list is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds, span_points
from calendar_service.records.occurrences import occurrence_on, occurrences_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Calendar, Point, Record, Span

_AHEAD = timedelta(days=3660)


@dataclass(frozen=True)
class MainMoment:
    """The moment that a message is about; `span` is the whole time span of an event, else the moment itself."""

    name: MomentName
    at: Point
    span: Point | Span
    occurrence: date | None = None


def main_moment(entry: Entry, calendar: Calendar, now: datetime) -> MainMoment:
    """Return the main moment of a record at `now` (aware): its closing, or when it happens, next if it recurs."""
    record = entry.record
    if record.schedule is None:
        at = record.milestones[MomentName.CLOSES].at
        return MainMoment(MomentName.CLOSES, at, at)
    if record.schedule.rule is None:
        return _happening(record.schedule.span)
    coming = occurrences_of(record.schedule, now, now + _AHEAD, calendar.zone)
    held = [each for each in coming if not each.is_cancelled and instant_bounds(each.span, calendar.zone)[0] > now]
    for each in held or coming:
        return _happening(each.span, each.day)
    return _happening(record.schedule.span)


def main_moment_at(record: Record, name: MomentName, at: Point, occurrence: date | None) -> MainMoment:
    """Return the moment that a reminder names; the whole span if it is the start of one."""
    schedule = record.schedule
    if name is MomentName.STARTS and schedule:
        span = occurrence_on(schedule, occurrence).span if occurrence else schedule.span
        if span_points(span)[0][1] == at:
            return MainMoment(name, at, span, occurrence)
    return MainMoment(name, at, at, occurrence)


def _happening(span: Span, occurrence: date | None = None) -> MainMoment:
    return MainMoment(MomentName.STARTS, span_points(span)[0][1], span, occurrence)


def occurrence_of(record: Record, main: MainMoment) -> Occurrence | None:
    """Return the occurrence of a series that a moment belongs to; None for any other moment."""
    return occurrence_on(record.schedule, main.occurrence) if record.schedule and main.occurrence else None


def printed_words(record: Record, main: MainMoment) -> str:
    """Return the words in which a moment was printed."""
    if main.name in record.milestones:
        return record.milestones[main.name].words
    if record.schedule is None:
        return ""
    changes = {change.occurrence: change.words for change in record.schedule.changes if change.span}
    return changes.get(main.occurrence, record.schedule.words) if main.occurrence else record.schedule.words
