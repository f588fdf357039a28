"""The messages about every record as they would be sent now, to be looked at and verified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.changes import RecordState, find_changes
from calendar_service.records.enums import Status
from calendar_service.records.main_moment import main_moment
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.reminders.channels.base import Message
    from calendar_service.writers.render_context import RenderContext


@dataclass(frozen=True)
class SampleMessage:
    """One message about a record; `occurrence` is the day that the rule gave of what it is about."""

    record: str
    what: str
    message: Message
    occurrence: date | None = None


def sample_messages(edition: Edition, view: RenderContext, now: datetime) -> Iterator[SampleMessage]:
    """Yield what subscribers are sent about each record: reminder, digest and news, or that it does not take place."""
    for entry in edition.shown_at(now):
        yield from _about(entry, edition, view, now) if entry.revision.holds else _off(entry, edition, view, now)


def _about(entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> Iterator[SampleMessage]:
    name, main = entry.record.id, main_moment(entry, edition.calendar, now)
    day = main.occurrence
    reminder = compose_reminder(entry, edition, main.name, main.at, occurrence=day, now=now, view=view)
    yield SampleMessage(name, "reminder", reminder, day)
    item = DigestItem(entry, "reminder", main.name, main.at, day)
    yield SampleMessage(
        name, "digest", compose_digest([item], edition, period=DigestPeriod.DAILY, now=now, view=view), day
    )
    new = compose_notice(RecordNotice(entry, None, entry.revision, []), edition, now=now, view=view)
    yield SampleMessage(name, "notice of what is new", new, day)


def _off(entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> Iterator[SampleMessage]:
    after = entry.revision
    before = replace(after, record=replace(after.record, status=Status.CONFIRMED), withdrawn=False)
    changes = find_changes((before.record, RecordState.ON), (after.record, after.state), edition.calendar.zone, now)
    notice = compose_notice(RecordNotice(entry, before, after, changes), edition, now=now, view=view)
    yield SampleMessage(entry.record.id, "notice", notice, main_moment(entry, edition.calendar, now).occurrence)
