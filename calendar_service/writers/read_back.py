"""How the times of a record were read, in words for the person who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.writers.phrases import city, local_when, moment_label, rule, when_words

if TYPE_CHECKING:
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.writers.i18n import Language


def read_back(record: Record, calendar: Calendar, lang: Language) -> dict[str, str]:
    """Return the times of a record in words, by what they are: `when`, `repeats`, or the name of a milestone.

    Each is in the calendar's zone and, where that differs, in the record's.
    """
    found = {}
    if record.schedule:
        found["when"] = _in_both_zones(record.schedule.span, record, calendar, lang)
        if record.schedule.rule:
            found["repeats"] = rule(record.schedule.rule, lang)
    for name, milestone in record.milestones.items():
        found[name.value] = _in_both_zones(milestone.at, record, calendar, lang)
    return found


def read_back_lines(record: Record, calendar: Calendar, lang: Language) -> list[str]:
    """Return the times of a record in words, a line for each; those of milestones begin with their label."""
    labels = {name.value: f"{moment_label(name, lang)}: " for name in record.milestones}
    return [f"{labels.get(name, '')}{words}" for name, words in read_back(record, calendar, lang).items()]


def _in_both_zones(at: Point | Span, record: Record, calendar: Calendar, lang: Language) -> str:
    words = when_words(at, calendar.zone, lang)
    there = local_when(at, calendar.zone, record.zone, lang) if record.zone else ""
    return f"{words}; {city(record, record.zone, lang)}: {there}" if there and record.zone else words
