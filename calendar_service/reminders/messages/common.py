"""Shared builders of messages about records: content, subject, and the finished message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.main_moment import occurrence_of
from calendar_service.records.shorten import count_units, shorten
from calendar_service.records.times import day_of_instant
from calendar_service.reminders.channels.base import Message
from calendar_service.reminders.messages.content import Button, MessageContent, TimeBlock
from calendar_service.reminders.messages.details import details_of, summary_of, title_of
from calendar_service.reminders.messages.program_data import record_data
from calendar_service.reminders.messages.render import render_html, render_text
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead
from calendar_service.writers.description import message_times
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.single import write_file
from calendar_service.writers.states import state_texts

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_SUBJECT = 200
_MAX_MOVES = 5
# With the two texts of a message and the coding of mail, this keeps it under 100 KiB.
_MAX_FILE = 30_000


def make_content(
    entry: Entry, main: MainMoment, edition: Edition, view: RenderContext, now: datetime
) -> MessageContent:
    """Return the content that all messages about one record share; preheader and reason are not filled in."""
    record, lang, calendar = entry.record, view.lang, edition.calendar
    is_happening = main.name is MomentName.STARTS
    state = state_texts(entry, calendar, lang, occurrence_of(record, main))
    label = lang.gettext("When") if is_happening else phrases.moment_label(main.name, lang)
    return MessageContent(
        view=view,
        sender=sender_name(edition, lang),
        preheader="",
        heading=title_of(entry, view),
        kind=record.kind.value,
        label=phrases.kind(record, lang),
        state=state.word,
        only=phrases.only_languages(record, lang),
        when=TimeBlock(label, message_times(main.span, record, calendar, view)),
        button=Button(lang.gettext("See all details"), view.page_url(record.id)),
        history=(*phrases.moves(entry, calendar, lang)[-_MAX_MOVES:], *state.lines),
        facts=details_of(entry, main, edition, view, now),
        summary=summary_of(entry, view),
    )


def sender_name(edition: Edition, lang: Language) -> str:
    """Return the name of the calendar on one line."""
    return clean_line(phrases.pick(edition.calendar.name, lang.code).text) or edition.calendar.id


def make_subject(head: str, content: MessageContent, moment: str) -> str:
    """Return "what: title - moment" in at most 200 characters; if it is longer, the title is cut."""
    title = f"{content.heading.text} {content.only}".strip()
    lang = content.view.lang

    def written(named: str) -> str:
        if not moment:
            return lang.gettext("{label}: {title}", label=head, title=named)
        return lang.gettext("{label}: {title} - {moment}", label=head, title=named, moment=moment)

    room = _MAX_SUBJECT - count_units(written(""))
    return clean_line(written(shorten(title, max(room, 1))))


def make_message(
    kind: str, subject: str, content: MessageContent, about: tuple[Entry, MainMoment], edition: Edition, now: datetime
) -> Message:
    """Return the message of a content about one record, with the record's file and the data for programs."""
    entry, main = about
    file = write_file(entry, edition, content.view, now)
    attachment = file if len(file) <= _MAX_FILE else b""
    return Message(
        subject=subject,
        text=render_text(content),
        html=render_html(content),
        language=content.view.lang.code,
        record_id=entry.record.id,
        attachment=attachment,
        attachment_name=f"{entry.record.id}.ics" if attachment else "",
        data=record_data(kind, entry, main, edition, content.view),
    )


def short_moment(main: MainMoment, edition: Edition, view: RenderContext, now: datetime) -> str:
    """Return the moment for a subject line, in the calendar's zone."""
    zone = edition.calendar.zone
    return phrases.short_when(main.span, zone, day_of_instant(now, zone).year, view.lang)


def counted_to(entry: Entry, main: MainMoment, edition: Edition, view: RenderContext, now: datetime) -> str:
    """Return how far away the moment is; "" if it is past or cancelled."""
    days = days_ahead(main.at, edition.calendar.zone, now, view.zone)
    return countdown_words(main.name, days, view.lang) if days >= 0 and not entry.is_called_off else ""


def write_preheader(content: MessageContent, head: str) -> str:
    """Return the text that mail programs show behind the subject."""
    lines = content.when.lines if content.when else []
    return " · ".join([head, *lines])
