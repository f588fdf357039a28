"""Leads: how long before a moment a reminder falls due.

A calendar lead counts days on the calendar and keeps the wall time; an exact lead counts hours
that really pass; a working-day lead skips weekends and holidays. They differ over a clock change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from calendar_service.records.errors import CalendarError

_COUNTED = re.compile(r"(\d{1,3}) (minute|hour|working day|day|week|month)s?(?: before)?")
_ON_THE_DAY = re.compile(r"on the day at (\d{1,2})[:.](\d{2})")
_ISO_DAYS = re.compile(r"-?P(\d{1,3})([DW])")
_ISO_TIME = re.compile(r"-?PT(\d{1,3})([HM])")
_ISO_UNITS = {"D": "day", "W": "week", "H": "hour", "M": "minute"}
_MAX_DAYS = 366


@dataclass(frozen=True)
class CalendarLead:
    """So many months and days earlier, at the same wall time or at `at`."""

    months: int = 0
    days: int = 0
    at: time | None = None


@dataclass(frozen=True)
class ExactLead:
    """So many minutes earlier, of real time."""

    minutes: int


@dataclass(frozen=True)
class WorkingDayLead:
    """So many working days earlier, at the same wall time."""

    days: int


Lead = CalendarLead | ExactLead | WorkingDayLead


class UnknownLead(CalendarError):
    """No lead is written like this."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not a lead.",
            remedy="Write for example 14 days, 24 hours, 5 working days, 1 month or on the day at 09:00.",
        )
        self.words = words


def read_lead(words: str) -> Lead:
    """Read a lead such as "14 days", "24 hours", "P7D". Raises UnknownLead."""
    text = " ".join(words.split())
    if match := _ON_THE_DAY.fullmatch(text.lower()):
        return _on_the_day(words, int(match[1]), int(match[2]))
    if match := _COUNTED.fullmatch(text.lower()):
        return _counted(words, int(match[1]), match[2])
    if match := _ISO_DAYS.fullmatch(text) or _ISO_TIME.fullmatch(text):
        return _counted(words, int(match[1]), _ISO_UNITS[match[2]])
    raise UnknownLead(words)


def _on_the_day(words: str, hour: int, minute: int) -> Lead:
    try:
        return CalendarLead(at=time(hour, minute))
    except ValueError:
        raise UnknownLead(words) from None


def _counted(words: str, count: int, unit: str) -> Lead:
    lead: Lead
    match unit:
        case "minute":
            lead, days = ExactLead(count), 0
        case "hour":
            lead, days = ExactLead(60 * count), count // 24
        case "working day":
            lead, days = WorkingDayLead(count), count
        case "month":
            lead, days = CalendarLead(months=count), 30 * count
        case _:
            days = count * (7 if unit == "week" else 1)
            lead = CalendarLead(days=days)
    if count == 0 or days > _MAX_DAYS:
        raise UnknownLead(words)
    return lead
