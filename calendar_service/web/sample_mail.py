"""The next reminder of a selection, to be shown beside the forms that ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.due import due
from calendar_service.records.leads import read_lead, suggested_leads
from calendar_service.records.main_moment import main_moment
from calendar_service.records.selection import BadSelection
from calendar_service.records.times import civil_from_instant
from calendar_service.records.working_days import WorkingDays
from calendar_service.reminders.messages.reminder import write_reminder
from calendar_service.reminders.plan import selected
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.records.selection import Selection
    from calendar_service.reminders.messages.content import MessageContent
    from calendar_service.writers.render_context import RenderContext


@dataclass(frozen=True)
class SampleMail:
    """A reminder that goes out at the suggested times, and when in words."""

    subject: str
    sent: str
    content: MessageContent


def make_sample_mail(queries: Iterable[str], edition: Edition, view: RenderContext, now: datetime) -> SampleMail | None:
    """Return the next reminder about what canonical queries select, with the suggested leads; None if none is due."""
    zone = view.zone or edition.calendar.zone
    selections = [selection for query in queries if (selection := _read(query, edition))]
    found = min(_due(selections, edition, zone, now), key=lambda each: (each[0], each[1].record.id), default=None)
    if found is None:
        return None
    sent_at, entry, main = found
    subject, content = write_reminder(entry, edition, main, view, sent_at)
    return SampleMail(subject, phrases.when_words(civil_from_instant(sent_at, zone), zone, view.lang), content)


def _read(query: str, edition: Edition) -> Selection | None:
    try:
        return selected(query, edition.calendar.languages)
    except BadSelection:
        return None


def _due(
    selections: list[Selection], edition: Edition, zone: str, now: datetime
) -> Iterator[tuple[datetime, Entry, MainMoment]]:
    calendar = edition.calendar
    days, read = WorkingDays(closures=frozenset(calendar.closures)), lru_cache(read_lead)
    for entry in edition.entries.values():
        is_chosen = any(each.accepts(entry.record, calendar.tag_labels) for each in selections)
        if not (entry.revision.holds and is_chosen):
            continue
        main = main_moment(entry, calendar, now)
        for lead in suggested_leads(entry.record, calendar):
            sent_at = due(read(lead), main.at, zone, days)
            if sent_at and sent_at > now:
                yield sent_at, entry, main
