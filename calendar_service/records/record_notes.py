"""Notes on a record without errors: what its times say that its author may not have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.enums import MomentName
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant
from calendar_service.records.working_days import day_off_words
from calendar_service.records.zones import abbreviation, city_words, offset_words

if TYPE_CHECKING:
    from calendar_service.datephrases import DatePhrase
    from calendar_service.records.errors import Path
    from calendar_service.records.record import Record
    from calendar_service.records.schema import AnyRecordShape
    from calendar_service.records.timing import Timing

_DEADLINES: dict[MomentName, Path] = {
    MomentName.QUESTIONS_BY: ("questions_by",),
    MomentName.CLOSES: ("closes",),
    MomentName.REGISTRATION_CLOSES: ("registration", "closes"),
}


def add_notes(timing: Timing, shape: AnyRecordShape, record: Record) -> None:
    """Add the notes on a record that `shape` resolves to, to those of its `timing`."""
    _check_fold(timing, shape)
    _check_clock(timing, shape, record)
    _check_abbreviations(timing, record)
    _check_working_days(timing, record)


def _check_fold(timing: Timing, shape: AnyRecordShape) -> None:
    """Add a note if `fold` has no effect."""
    if shape.fold is not None and not timing.needs_fold:
        message = "no time of this record comes twice, so `fold` says nothing."
        timing.note(("fold",), message, shape.fold, "Take it out.")


def _check_clock(timing: Timing, shape: AnyRecordShape, record: Record) -> None:
    """Add a note for times printed without a zone where the clocks of the place and the calendar differ.

    With `timezone` each of them is in another zone than the calendar's. If only the country tells where the place
    is, they are all in the calendar's, and one note is enough; none is given where the place is online.
    """
    if shape.timezone:
        for field, when, at in timing.without_zone:
            _note_reading(timing, field, when, at, timing.calendar.zone)
    elif record.zone and not (record.place and record.place.online):
        clocked = [each for each in timing.without_zone if isinstance(each[2], CivilTime)]
        for field, when, at in clocked[:1]:
            _note_reading(timing, field, when, at, record.zone)


def _note_reading(timing: Timing, field: Path, when: DatePhrase, at: CivilTime | EndOfDay, zone: str) -> None:
    """Add a note that says in which zone a time is read, and what time that is in another zone."""
    if offset_words(at.instant, at.zone) == offset_words(at.instant, zone):
        return
    here, there = (civil_from_instant(at.instant, each) for each in (at.zone, zone))
    on_day = "" if there.day == here.day else f" on {there.day.isoformat()}"
    printed, example = f"{here.clock:%H:%M}", f"{here.clock:%H:%M} {zone}"
    if isinstance(at, EndOfDay):
        printed, example = when.words, f"{when.words}, {zone}"
    message = (
        f"{printed} is read as {here.clock:%H:%M} {abbreviation(at.instant, at.zone)} in {city_words(at.zone)}, "
        f"which is {there.clock:%H:%M}{on_day} in {city_words(zone)}."
    )
    timing.note(field, message, when.words, f"Write the zone beside the time if another was meant: {example}.")


def _check_abbreviations(timing: Timing, record: Record) -> None:
    """Add a note that a series with an abbreviation such as EST keeps its offset all year."""
    if record.schedule and record.schedule.rule and timing.by_abbreviation:
        field, when = timing.by_abbreviation[0]
        message = f"every time of the series is at {when.zone}, in summer and in winter."
        timing.note(field, message, when.words, "For a place's own clock write its zone: America/New_York.")


def _check_working_days(timing: Timing, record: Record) -> None:
    """Add a note for each deadline on a weekend or public holiday of the country of its place."""
    country = record.place.country if record.place else None
    for name, field in _DEADLINES.items() if country else ():
        milestone = record.milestones.get(name)
        if milestone is None or isinstance(milestone.at, DaySpan):
            continue
        if why := day_off_words(country or "", milestone.at.day):
            message = f"{milestone.at.day.day} {milestone.at.day:%B %Y} is {why} in {COUNTRIES[country or '']}."
            timing.note(field, message, milestone.words, "Choose a working day if that was not intended.")
