"""Leads: how long before a moment a reminder is due.

A calendar lead counts calendar days and keeps the wall-clock time; an exact lead counts elapsed hours; a working-day
lead skips weekends and holidays. They differ across a clock change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.datephrases.resolver import parse_clock
from calendar_service.datephrases.tokens import phrase_key, tokenize
from calendar_service.records.errors import CalendarError, counted

if TYPE_CHECKING:
    from datetime import time

    from calendar_service.records.record import Calendar, Record

_MINUTE, _HOUR, _DAY, _WEEK, _MONTH, _WORKING_DAY = "minute", "hour", "day", "week", "month", "working day"
_UNITS = {
    **dict.fromkeys(("minute", "minutes", "min"), _MINUTE),
    **dict.fromkeys(("hour", "hours", "heure", "heures", "h"), _HOUR),
    **dict.fromkeys(("day", "days", "jour", "jours"), _DAY),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), _WEEK),
    **dict.fromkeys(("month", "months", "mois"), _MONTH),
    **{f"{kind} day{ngettext}": _WORKING_DAY for kind in ("working", "business") for ngettext in ("", "s")},
    **dict.fromkeys(("workday", "workdays"), _WORKING_DAY),
    **{f"jour{ngettext} {kind}{ngettext}": _WORKING_DAY for kind in ("ouvrable", "ouvre") for ngettext in ("", "s")},
}
# Words are compared as `phrase_key` folds them: "le jour meme a 9 h".
_COUNTED = re.compile(rf"([0-9]{{1,3}}) ({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?: before| avant)?")
_SAME_DAY = {"on the day", "the same day", "le jour meme"}
_DAY_BEFORE = {"the day before", "la veille"}
_AT = re.compile("(.+) (?:at|a) (.+)")
_ISO_DAYS = re.compile(r"-?P([0-9]{1,3})([DWM])")
_ISO_TIME = re.compile(r"-?PT([0-9]{1,3})([HM])")
_ISO_UNITS = {"D": _DAY, "W": _WEEK, "M": _MONTH}
_ISO_TIME_UNITS = {"H": _HOUR, "M": _MINUTE}
_MAX_DAYS = 366
_FALLBACK = ("7 days", "1 day")
"""The leads of a programme that names none."""


@dataclass(frozen=True)
class CalendarLead:
    """A number of months and days before, at the same wall-clock time or at `at`."""

    months: int = 0
    days: int = 0
    at: time | None = None


@dataclass(frozen=True)
class ExactLead:
    """A number of minutes before, in elapsed time."""

    minutes: int


@dataclass(frozen=True)
class WorkingDayLead:
    """A number of working days before, at the same wall-clock time."""

    days: int


Lead = CalendarLead | ExactLead | WorkingDayLead


class UnknownLead(CalendarError):
    """A lead cannot be parsed."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not understood.",
            remedy="Write for example 14 days, 24 hours, 5 working days, 1 month, 1 day before at 18:00 "
            "or on the day at 09:00; in French 14 jours, la veille à 18 h.",
        )
        self.words = words


def suggested_leads(record: Record | None, calendar: Calendar) -> tuple[str, ...]:
    """Return the leads that a record suggests, else those of its calendar; None stands for all records."""
    return (record.reminders if record else ()) or calendar.reminders or _FALLBACK


def read_lead(words: str) -> Lead:
    """Parse a lead such as "14 days", "24 hours", "P7D", "la veille à 18 h". Raise UnknownLead."""
    text = " ".join(words.split())
    lead: Lead | None
    if match := _ISO_DAYS.fullmatch(text):
        lead = _counted(int(match[1]), _ISO_UNITS[match[2]])
    elif match := _ISO_TIME.fullmatch(text):
        lead = _counted(int(match[1]), _ISO_TIME_UNITS[match[2]])
    else:
        lead = _in_words(text)
    if lead is None:
        raise UnknownLead(words)
    return lead


def _in_words(text: str) -> Lead | None:
    tokens, key = tokenize(text), phrase_key(text)
    match = _AT.fullmatch(key)
    if not match:
        return _how_long_before(key)
    lead = _how_long_before(match[1]) or (CalendarLead() if match[1] in _SAME_DAY else None)
    at = _time_of_day(text[tokens[match[1].count(" ") + 2].start :])
    return replace(lead, at=at) if isinstance(lead, CalendarLead) and at else None


def _time_of_day(words: str) -> time | None:
    try:
        return parse_clock(words)
    except DatePhraseError:
        return None


def _how_long_before(key: str) -> Lead | None:
    if key in _DAY_BEFORE:
        return CalendarLead(days=1)
    match = _COUNTED.fullmatch(key)
    return _counted(int(match[1]), _UNITS[match[2]]) if match else None


def _counted(count: int, unit: str) -> Lead | None:
    """Return the lead of a number and a unit; None for zero and for more than a year."""
    lead: Lead
    days = count
    match unit:
        case "minute":
            lead, days = ExactLead(count), 0
        case "hour":
            lead, days = ExactLead(60 * count), count // 24
        case "working day":
            lead = WorkingDayLead(count)
        case "month":
            lead, days = CalendarLead(months=count), 30 * count
        case _:
            days = count * (7 if unit == _WEEK else 1)
            lead = CalendarLead(days=days)
    return lead if count and days <= _MAX_DAYS else None


def write_lead(lead: Lead) -> str:
    """Format a lead in its canonical form: "7 days", "24 hours", "1 day at 18:00"."""
    match lead:
        case ExactLead(minutes=minutes):
            return counted(minutes // 60, "hour") if minutes % 60 == 0 else counted(minutes, "minute")
        case WorkingDayLead(days=days):
            return counted(days, "working day")
        case CalendarLead(months=months, days=days, at=at):
            text = counted(months, "month") if months else counted(days, "day") if days else "on the day"
            return f"{text} at {at:%H:%M}" if at else text
