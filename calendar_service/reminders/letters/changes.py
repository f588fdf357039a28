"""What has happened to a record, in words: the headline of a notice, and what was beside what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_service.records.differences import What
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import first_day
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import DaySpan
from calendar_service.reminders.letters.sheet import Changed
from calendar_service.writers import sentences
from calendar_service.writers.api import write_instant
from calendar_service.writers.content import clean_line
from calendar_service.writers.description import time_lines

if TYPE_CHECKING:
    from calendar_service.records.differences import Difference
    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.writers.language import Language
    from calendar_service.writers.view import View

STANDINGS = frozenset({What.CANCELLED, What.WITHDRAWN, What.POSTPONED, What.REVIVED})
"""Differences of a record as a whole, which have no old and new time."""


def headline(difference: Difference, lang: Language) -> str:
    """Say in a few words what has happened: "Deadline extended"."""
    say = lang.say
    session = bool(difference.session)
    match difference.what:
        case What.MOVED:
            return _moved(difference, lang)
        case What.ADDED:
            return say("Session added") if session else say("Date added")
        case What.REMOVED:
            return say("Session dropped") if session else say("Date dropped")
    words = {
        What.CANCELLED: say("Cancelled"),
        What.WITHDRAWN: say("Withdrawn"),
        What.POSTPONED: say("Postponed"),
        What.REVIVED: say("Takes place after all"),
        What.OCCURRENCE_CANCELLED: say("One date cancelled"),
        What.OCCURRENCE_RESTORED: say("One date takes place after all"),
        What.SERIES: say("New dates"),
        What.PLACE: say("Place changed"),
    }
    return words[difference.what]


def new_headline(kind: Kind, lang: Language) -> str:
    """Say that a record is new."""
    names = {
        Kind.EVENT: lang.say("New event"),
        Kind.WEBINAR: lang.say("New webinar"),
        Kind.TENDER: lang.say("New call for tenders"),
    }
    return names[kind]


def _moved(difference: Difference, lang: Language) -> str:
    say, later = lang.say, _is_later(difference)
    if difference.session:
        return say("Session moved")
    match difference.moment:
        case MomentName.CLOSES:
            return say("Deadline extended") if later else say("Deadline brought forward")
        case MomentName.QUESTIONS_BY:
            return say("More time for questions") if later else say("Less time for questions")
        case MomentName.REGISTRATION_CLOSES:
            return say("Registration open longer") if later else say("Registration closes earlier")
        case MomentName.OPENS:
            return say("Opening of bids moved")
        case MomentName.AWARD_EXPECTED:
            return say("Award moved")
    return say("New time") if _same_day(difference) else say("New date")


def _is_later(difference: Difference) -> bool:
    old, new = difference.old, difference.new
    return old is not None and new is not None and instant_bounds(new, "UTC") > instant_bounds(old, "UTC")


def _same_day(difference: Difference) -> bool:
    match difference.old, difference.new:
        case (DaySpan() | TimeSpan()) as old, (DaySpan() | TimeSpan()) as new:
            return first_day(old) == first_day(new)
    return False


def changed_row(
    difference: Difference, records: tuple[Record | None, Record], entry: Entry, calendar: Calendar, view: View
) -> Changed:
    """Say what was and what is. `records` are the record before and after; times are the reader's too."""
    lang = view.lang
    label = _label(difference, records, lang)
    if difference.what is What.PLACE:
        was, new = (
            [clean_line(text)] if (text := sentences.place(place, lang)) else []
            for place in (difference.old_place, difference.new_place)
        )
        return Changed(label, was, new or [lang.say("not yet known")])

    def lines(span: Point | Span | None) -> list[str]:
        return time_lines(span, entry.record, calendar, view) if span else []

    old = lines(difference.old)[:1]  # what holds no more is told on one clock
    match difference.what:
        case What.OCCURRENCE_CANCELLED:
            return Changed(label, old, [], lang.say("Cancelled"))
        case What.OCCURRENCE_RESTORED:
            return Changed(label, [], lines(difference.new), lang.say("Takes place after all"))
        case What.ADDED:
            return Changed(label, [], lines(difference.new), lang.say("Added"))
        case What.REMOVED:
            return Changed(label, old, [], lang.say("Dropped"))
        case What.SERIES:
            return _series(label, records, difference, calendar.zone, lang)
    return Changed(label, old, lines(difference.new))


def _series(
    label: str, records: tuple[Record | None, Record], difference: Difference, zone: str, lang: Language
) -> Changed:
    sides = []
    for record, span in zip(records, (difference.old, difference.new), strict=True):
        rule = record.schedule.rule if record and record.schedule else None
        first = sentences.when(span, zone, lang) if span else ""
        sides.append([text for text in (first, sentences.rule(rule, lang) if rule else "") if text])
    return Changed(label, sides[0], sides[1])


def _label(difference: Difference, records: tuple[Record | None, Record], lang: Language) -> str:
    if difference.what is What.PLACE:
        return lang.say("Where")
    if difference.session:
        held = [each for record in records if record for each in record.sessions if each.id == difference.session]
        return clean_line(sentences.pick(held[-1].title, lang.code).text) if held else lang.say("Session")
    if difference.moment is MomentName.STARTS or difference.moment is None:
        return lang.say("When")
    return sentences.moment_label(difference.moment, lang)


def written_at(at: Point | Span) -> str:
    """Write a point, or when a span begins, for programs: an instant in UTC, or a date."""
    match at:
        case DaySpan(first, _):
            return first.isoformat()
        case TimeSpan(starts, _):
            return write_instant(starts.instant)
    return write_instant(at.instant)


def change_data(difference: Difference, lang: Language) -> dict[str, Any]:
    """Give a difference as JSON values; what does not apply is left out."""
    values = {
        "what": difference.what.value,
        "moment": difference.moment.value if difference.moment else "",
        "session": difference.session,
        "occurrence": difference.occurrence.isoformat() if difference.occurrence else "",
        "old": written_at(difference.old) if difference.old else sentences.place(difference.old_place, lang),
        "new": written_at(difference.new) if difference.new else sentences.place(difference.new_place, lang),
    }
    return {name: value for name, value in values.items() if value}
