"""Records that were published when a time without a zone was read in the calendar's zone.

Now such a time is in the record's `timezone`. So the same words may mean another instant than in the edition before,
although nobody has moved anything: that is no move of a deadline, and nobody is notified of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from calendar_service.records.errors import Sentence
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, EndOfDay, civil_from_instant, write_minute
from calendar_service.records.zones import abbreviation, city_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.record import Milestone, OccurrenceChange, Point, Record, Schedule, Session, Span

READING = 2
"""How this version reads a time without a zone: 1 was in the calendar's zone, 2 is in the record's `timezone`."""

_TimedT = TypeVar("_TimedT", "Schedule", "OccurrenceChange", "Session")


def as_read_now(old: Record, new: Record) -> Record:
    """Return the old state of a record with the times of the new one where their words are the same.

    Only times that the new reading puts from another zone into the record's are taken over.
    """
    zone = new.zone
    if zone is None or old.zone != zone:
        return old
    sessions = {each.id: each for each in new.sessions}
    return replace(
        old,
        schedule=_schedule(old.schedule, new.schedule, zone),
        milestones={name: _milestone(each, new.milestones.get(name), zone) for name, each in old.milestones.items()},
        sessions=tuple(_timed(each, sessions.get(each.id), zone) for each in old.sessions),
    )


def _schedule(old: Schedule | None, new: Schedule | None, zone: str) -> Schedule | None:
    if old is None or new is None:
        return old
    changes = {each.occurrence: each for each in new.changes}
    changed = tuple(_timed(each, changes.get(each.occurrence), zone) for each in old.changes)
    return replace(_timed(old, new, zone), changes=changed)


def _timed(old: _TimedT, new: _TimedT | None, zone: str) -> _TimedT:
    is_same = new is not None and old.words == new.words and _is_read_anew(old.span, new.span, zone)
    return replace(old, span=new.span) if is_same and new else old


def _milestone(old: Milestone, new: Milestone | None, zone: str) -> Milestone:
    is_same = new is not None and old.words == new.words and _is_read_anew(old.at, new.at, zone)
    return new if is_same and new else old


def _is_read_anew(old: Point | Span | None, new: Point | Span | None, zone: str) -> bool:
    """Return True if two times show the same on the clock, the new one in the record's zone."""
    match old, new:
        case CivilTime(), CivilTime():
            return new.zone == zone and (old.day, old.clock) == (new.day, new.clock)
        case EndOfDay(), EndOfDay():
            return new.zone == zone and old.day == new.day
        case TimeSpan(), TimeSpan():
            has_same_end = old.ends == new.ends or _is_read_anew(old.ends, new.ends, zone)
            return has_same_end and _is_read_anew(old.starts, new.starts, zone)
    return False


def describe_rereading(old: Record, new: Record) -> str:
    """Return a sentence on the instants that the new reading changes; "" if it changes none."""
    before, now = dict(_times(old)), dict(_times(as_read_now(old, new)))
    moved = [(name, was, now[name]) for name, was in before.items() if was.instant != now[name].instant]
    if not moved:
        return ""
    (label, words), was, at = moved[0]
    others = len(moved) - 1
    said: dict[str, object] = {"record": new.id, "name": label, "words": repr(words)}
    said |= {"before": _clock(was), "after": _clock(at), "zone": was.zone}
    if others:
        more = Sentence("1 more time") if others == 1 else Sentence("{number} more times", number=f"{others:,}")
        return Sentence(
            "{record}: {name} {words} was published as {before}, and is read as {after} now, and {more}, because a "
            "time without a zone is in the record's `timezone`. Confirm it, or write the zone beside the time: {zone}",
            more=more,
            **said,
        )
    return Sentence(
        "{record}: {name} {words} was published as {before}, and is read as {after} now, because a "
        "time without a zone is in the record's `timezone`. Confirm it, or write the zone beside the time: {zone}",
        **said,
    )


def _clock(at: CivilTime | EndOfDay) -> str:
    instant = at.instant
    clock = civil_from_instant(instant, at.zone).clock
    return Sentence(
        "{clock} in {city} ({instant})",
        clock=f"{clock:%H:%M} {abbreviation(instant, at.zone)}",
        city=city_words(at.zone),
        instant=write_minute(instant),
    )


def _times(record: Record) -> Iterator[tuple[tuple[str, str], CivilTime | EndOfDay]]:
    """Yield the clock times and ends of days of a record, each by its name and its words."""
    schedule = record.schedule
    named: list[tuple[str, str, Point | Span | None]] = []
    if schedule:
        named.append(("", schedule.words, schedule.span))
        named += [(f" of {each.occurrence.isoformat()}", each.words, each.span) for each in schedule.changes]
    named += [(f" of session {each.id}", each.words, each.span) for each in record.sessions]
    for suffix, words, span in named:
        if isinstance(span, TimeSpan):
            yield (f"starts{suffix}", words), span.starts
            if span.ends:
                yield (f"ends{suffix}", words), span.ends
    for name, milestone in record.milestones.items():
        if isinstance(milestone.at, CivilTime | EndOfDay):
            yield (name.value, milestone.words), milestone.at
