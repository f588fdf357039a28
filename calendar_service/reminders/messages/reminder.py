"""The reminder of one moment of a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.main_moment import main_moment_at
from calendar_service.reminders.messages.common import (
    make_content,
    make_message,
    make_subject,
    short_moment,
    write_preheader,
)
from calendar_service.writers.countdowns import countdown_words, days_ahead

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.enums import MomentName
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.records.record import Point
    from calendar_service.reminders.channels.base import Message
    from calendar_service.reminders.messages.content import MessageContent
    from calendar_service.writers.render_context import RenderContext


def compose_reminder(  # noqa: PLR0913 (what a reminder is of, and for whom)
    entry: Entry,
    edition: Edition,
    moment: MomentName,
    at: Point,
    *,
    occurrence: date | None,
    now: datetime,
    view: RenderContext,
) -> Message:
    """Return the reminder of a moment. `occurrence` is the day that the rule gave, for a recurring record."""
    main = main_moment_at(entry.record, moment, at, occurrence)
    subject, content = write_reminder(entry, edition, main, view, now)
    return make_message("reminder", subject, content, (entry, main), edition, now)


def write_reminder(
    entry: Entry, edition: Edition, main: MainMoment, view: RenderContext, now: datetime
) -> tuple[str, MessageContent]:
    """Return the subject and the content of the reminder of a moment."""
    counted = countdown_words(main.name, days_ahead(main.at, edition.calendar.zone, now, view.zone), view.lang)
    content = make_content(entry, main, edition, view, now)
    content = replace(
        content,
        preheader=write_preheader(content, counted),
        when=content.when and replace(content.when, counted=counted),
        why=view.lang.gettext("You get this email because you asked {sender} for reminders.", sender=content.sender),
    )
    return make_subject(counted, content, short_moment(main, edition, view, now)), content
