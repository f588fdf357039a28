"""The moments of a record in chronological order, and their instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant

if TYPE_CHECKING:
    from calendar_service.records.record import Point, Record, Span

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
UNKNOWN_LENGTH = timedelta(hours=1)
"""How long a happening is taken to last whose end was not announced."""
_WRITTEN = re.compile(rf"({_DAY})(?:/({_DAY})|T([0-9:.]+) (\S+)(?: fold=(1))?)?")


@dataclass(frozen=True)
class Moment:
    """A moment, with the words in which it was printed."""

    name: MomentName
    at: Point
    words: str


def moments_of(record: Record) -> list[Moment]:
    """Return the moments of a record, start and end first; of a recurring record, those of the first occurrence."""
    found = (
        [Moment(name, at, record.schedule.words) for name, at in span_points(record.schedule.span)]
        if record.schedule
        else []
    )
    return found + [Moment(name, milestone.at, milestone.words) for name, milestone in record.milestones.items()]


def span_points(span: Span) -> list[tuple[MomentName, Point]]:
    """Return the start and, if it was announced, the end of a span, each with its name."""
    if isinstance(span, DaySpan):
        days = [(MomentName.STARTS, span.first), (MomentName.ENDS, span.last)]
        return [(name, DaySpan(day, day)) for name, day in days]
    ends: list[tuple[MomentName, Point]] = [(MomentName.ENDS, span.ends)] if span.ends else []
    return [(MomentName.STARTS, span.starts), *ends]


def assumed_end(span: TimeSpan) -> CivilTime:
    """Return the end of a span; UNKNOWN_LENGTH after its start if none was announced."""
    return span.ends or civil_from_instant(span.starts.instant + UNKNOWN_LENGTH, span.starts.zone)


def write_point(at: Point) -> str:
    """Format a point in time in its canonical civil form: "2027-07-10T17:00:00 Europe/Paris"."""
    match at:
        case DaySpan(first, last):
            return first.isoformat() if first == last else f"{first}/{last}"
        case EndOfDay(day, zone):
            return f"{day}T24:00 {zone}"
        case CivilTime(day, clock, zone, fold):
            return f"{day}T{clock.isoformat()} {zone}{' fold=1' if fold else ''}"


def read_point(written: str) -> Point:
    """Read what `write_point` has written. Raise ValueError for anything else."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no point in time")
    first, last, clock, zone, fold = match.groups()
    day = date.fromisoformat(first)
    at: Point
    if clock is None:
        at = DaySpan(day, date.fromisoformat(last or first))
    elif clock == "24:00":
        at = EndOfDay(day, zone)
    else:
        at = CivilTime(day, time.fromisoformat(clock), zone, 1 if fold else 0)
    if write_point(at) != written:
        raise ValueError(f"{written!r} is not how {at} is written")
    return at


def instant_bounds(at: Point | Span, zone: str) -> tuple[datetime, datetime]:
    """Return the half-open interval that a point or span covers, in UTC.

    Whole days are those of `zone`. A clock time covers no time: both bounds are equal.
    """
    match at:
        case DaySpan(first, last):
            return midnight(first, zone), midnight(last + timedelta(days=1), zone)
        case TimeSpan(starts, ends):
            return starts.instant, (ends or starts).instant
        case CivilTime() | EndOfDay():
            return at.instant, at.instant


def midnight(day: date, zone: str) -> datetime:
    """Return the instant (UTC) at which a day begins in a zone."""
    return CivilTime(day, time(), zone).local.astimezone(UTC)


def record_bounds(record: Record, zone: str) -> tuple[datetime, datetime]:
    """Return the time from the first to the last moment of a record that does not recur, in UTC."""
    points: list[Point | Span] = [milestone.at for milestone in record.milestones.values()]
    points += [session.span for session in record.sessions]
    points += [record.schedule.span] if record.schedule else []
    bounds = [instant_bounds(at, zone) for at in points]
    return min(start for start, _ in bounds), max(end for _, end in bounds)
