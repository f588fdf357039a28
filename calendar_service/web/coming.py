"""What will be sent, in words: to one reader, and to all as the operator sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.leads import UnknownLead, read_lead
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.forecast import forecast, upcoming
from calendar_service.reminders.people.choices import readable
from calendar_service.store.engine import reading
from calendar_service.store.schedule import load_first_passes
from calendar_service.writers import sentences
from calendar_service.writers.selection_words import describe_lead

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.occasions import Occasion
    from calendar_service.store.engine import Database
    from calendar_service.store.subscribers import Subscriber
    from calendar_service.writers.language import Language
    from calendar_service.writers.sentences import Worded

PLANNED_WITHIN = timedelta(days=30)
_MOST = 5


@dataclass(frozen=True)
class Planned:
    """Letters that will go: when, about what, and to how many readers."""

    when: str
    title: Worded
    label: str
    readers: int


def list_upcoming(
    engine: Database, edition: Edition, reader: Subscriber, now: datetime, lang: Language
) -> list[Planned]:
    """List which letters a reader gets next, on the reader's own clock; of watches that can be read."""
    reader = replace(reader, watches=readable(reader.watches))
    with reading(engine) as connection:
        seen = load_first_passes(connection)
    return [
        Planned(
            when=sentences.when(civil_from_instant(due.due_at, reader.zone), reader.zone, lang),
            title=_title(due.occasion, edition, lang),
            label=_label(due.occasion, lang),
            readers=1,
        )
        for due in upcoming(edition, reader, now, seen)[:_MOST]
    ]


def list_planned(engine: Database, edition: Edition, now: datetime, lang: Language) -> list[Planned]:
    """List what will go out, to all readers together."""
    zone = edition.calendar.zone
    return [
        Planned(
            when=sentences.when(civil_from_instant(each.due_at, zone), zone, lang),
            title=_title(each.occasion, edition, lang),
            label=_label(each.occasion, lang),
            readers=each.readers,
        )
        for each in forecast(engine, edition, now, now + PLANNED_WITHIN, with_addresses=False)
        if each.occasion.record_id
    ]


def _title(occasion: Occasion, edition: Edition, lang: Language) -> Worded:
    entry = edition.entries.get(occasion.record_id)
    return sentences.pick(entry.record.title, lang.code) if entry else sentences.Worded(occasion.record_id, "")


def _label(occasion: Occasion, lang: Language) -> str:
    if not occasion.lead:
        return lang.say("Notice")
    try:
        lead = describe_lead(read_lead(occasion.lead), lang)
    except UnknownLead:  # an earlier version took it; the rest of the list is shown
        lead = occasion.lead
    moment = sentences.moment_label(MomentName(occasion.moment), lang)
    return lang.say("{label}: {title}", label=moment, title=lead)
