"""Resolve the calendar's own settings in the calendar file, and collect every problem with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.record import Calendar
from calendar_service.records.texts import output_languages, read_text
from calendar_service.records.times import days_between
from calendar_service.records.timing import Timing

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.records.errors import Path, Problem
    from calendar_service.records.schema import CalendarSchema

_LONGEST_CLOSURE = 60


def resolve_calendar(shape: CalendarSchema) -> tuple[Calendar, list[Problem]]:
    """Return the calendar's own settings, with their problems."""
    default = shape.languages[0]
    calendar = Calendar(
        id=shape.id,
        name=read_text(shape.name, default),
        zone=shape.timezone,
        languages=tuple(dict.fromkeys(shape.languages)),
        description=read_text(shape.description, default),
        url=shape.url or "",
        reminders=tuple(shape.reminders or ()),
        day_first=bool(shape.day_first),
        tag_labels={tag.casefold(): read_text(each, default) for tag, each in (shape.tag_labels or {}).items()},
    )
    timing = Timing(calendar, ("calendar",), None)
    for number, code in enumerate(shape.languages):
        if code not in output_languages():
            message = "pages, feeds and mails cannot be written in this language yet, so it is left out."
            known = ", ".join(output_languages())
            remedy = f"Take it out of `languages`; there are {known}. From the next minor version on this is an error."
            timing.note(("languages", number), message, code, remedy)
    closures = {day for n, words in enumerate(shape.closures or ()) for day in _closed(timing, ("closures", n), words)}
    return replace(calendar, closures=tuple(sorted(closures))), timing.problems


def _closed(timing: Timing, field: Path, words: str) -> list[date]:
    """Return the days of one closure."""
    when = timing.when(field, words)
    if when is None:
        return []
    if when.start or when.zone or when.online:
        timing.refuse(field, "it must be a day, or days, and nothing else.", words, "Write 24 December 2026.")
    days = days_between(when.first, when.last)
    if len(days) > _LONGEST_CLOSURE:
        message = f"it covers {len(days):,} days, and may cover {_LONGEST_CLOSURE}."
        timing.refuse(field, message, words, "Check the year, or write several lines.")
        return []
    return days
