"""Instants that the present tz database gives, and those that a new one has moved although nobody changed a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.moments import span_points
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.times import CivilTime, EndOfDay, write_instant, write_minute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from calendar_service.records.record import Point, Record

_INSTANTS_AHEAD = timedelta(days=731)
_MARGIN = timedelta(days=2)  # more than any clock was ever moved
_CLOCKED = CivilTime | EndOfDay

InstantKey = tuple[str, date | None]
"""What an instant belongs to: a moment or a session's start or end, and the occurrence where a record recurs."""


@dataclass(frozen=True)
class Derived:
    """An instant as the present tz database gives it, with the zone it was derived in."""

    key: InstantKey
    at: datetime
    zone: str


@dataclass(frozen=True)
class Shift:
    """An instant that changes with a new tz database although nobody changed the record."""

    old: datetime
    new: Derived


def derive_instants(record: Record, since: datetime) -> list[Derived]:
    """Return the instants of all moments and sessions, and of occurrences up to two years after `since` (aware).

    Whole days have no instant: they are dates, whatever the clocks do.
    """
    return [Derived(key, at.instant, at.zone) for key, at in _points(record, since) if isinstance(at, _CLOCKED)]


def _points(record: Record, since: datetime) -> Iterator[tuple[InstantKey, Point]]:
    schedule = record.schedule
    if schedule and schedule.rule:
        for each in occurrences_of(schedule, since - _MARGIN, since + _INSTANTS_AHEAD, "UTC"):
            if not each.is_cancelled:
                yield from (((name.value, each.day), at) for name, at in span_points(each.span))
    elif schedule:
        yield from (((name.value, None), at) for name, at in span_points(schedule.span))
    yield from (((name.value, None), milestone.at) for name, milestone in record.milestones.items())
    for session in record.sessions:
        yield from (((f"session {session.id} {name}", None), at) for name, at in span_points(session.span))


def find_shifts(kept: Mapping[InstantKey, datetime], derived: Iterable[Derived], now: datetime) -> list[Shift]:
    """Compare the instants `kept` at publication with those `derived` now, if either is after `now` (aware)."""
    pairs = ((kept.get(new.key), new) for new in derived)
    return [Shift(old, new) for old, new in pairs if old and old > now and old != new.at]


def describe_shifts(record_id: str, shifts: list[Shift], databases: tuple[str, str]) -> list[str]:
    """Return one sentence for each shift, or for all of one series. `databases` are the old and new tz versions."""
    by_name: dict[str, list[Shift]] = {}
    for shift in shifts:
        by_name.setdefault(shift.new.key[0], []).append(shift)
    before, after = databases
    sentences = []
    for name, (first, *others) in by_name.items():
        day = first.new.key[1]
        sentences.append(
            f"{record_id}: {name}{f' of {day}' if day else ''} moves from {_utc(first.old)} to {_utc(first.new.at)}"
            + (f", and {len(others)} later ones too" if others else "")
            + f", because the clocks of {first.new.zone} have new rules (tz database {before} -> {after})"
        )
    return sentences


def _utc(at: datetime) -> str:
    return write_instant(at) if at.second else write_minute(at)
