"""The notice of several changed or new records: all that an edition changes for a subscriber, in one message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.enums import Status
from calendar_service.records.main_moment import main_moment
from calendar_service.reminders.channels.base import Message
from calendar_service.reminders.messages.change_texts import (
    STANDINGS,
    changed_row,
    headline,
    new_headline,
    planned_label,
    reason_for,
)
from calendar_service.reminders.messages.common import sender_name
from calendar_service.reminders.messages.content import Button, DigestDay, DigestRow, MessageContent
from calendar_service.reminders.messages.details import title_of
from calendar_service.reminders.messages.items import RecordNotice, notice_order
from calendar_service.reminders.messages.program_data import notices_data
from calendar_service.reminders.messages.render import render_rows
from calendar_service.writers import phrases
from calendar_service.writers.description import message_times
from calendar_service.writers.phrases import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.reminders.messages.content import ChangedValue
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_ROWS = 25
_MAX_LINES = 12


def compose_notices(
    notices: Iterable[RecordNotice], edition: Edition, *, now: datetime, view: RenderContext
) -> Message:
    """Return the notice of several records, each with its changes and a link to its page.

    The data for programs are those of the first record's own notice, with those of all in `records`.
    """
    lang = view.lang
    ordered = sorted(notices, key=lambda each: notice_order(each, edition, now))
    shown = ordered[:_MAX_ROWS]
    sender = sender_name(edition, lang)
    subject = lang.ngettext(
        "{number} change in {calendar}", "{number} changes in {calendar}", len(ordered), calendar=sender
    )
    rows = [notice_row(each, edition, view, now) for each in shown]

    def content(number: int) -> MessageContent:
        return MessageContent(
            view=view,
            sender=sender,
            preheader=" · ".join(f"{row.counted}: {row.title.text}" for row in rows[:3]),
            heading=LocalizedText(subject, lang.code),
            days=tuple(_sections(shown[:number], rows[:number], lang)),
            more=more_words(len(ordered) - number, lang),
            button=Button(lang.gettext("Go to the calendar"), f"{view.base_url}{view.prefix}/"),
            why=lang.gettext("You get this email because you asked {sender} for reminders.", sender=sender),
        )

    rendered = render_rows(content, len(rows))
    return Message(
        subject=subject,
        text=rendered.text,
        html=rendered.html,
        language=lang.code,
        data=notices_data(ordered, edition, now=now, view=view),
    )


def more_words(number: int, lang: Language) -> str:
    """Return how many records a message leaves out, "" if none; its button leads to them."""
    if number <= 0:
        return ""
    return lang.ngettext("{number} more is in the calendar.", "{number} more are in the calendar.", number)


def _sections(notices: list[RecordNotice], rows: list[DigestRow], lang: Language) -> Iterator[DigestDay]:
    changed = [row for notice, row in zip(notices, rows, strict=True) if notice.before]
    new = [row for notice, row in zip(notices, rows, strict=True) if not notice.before]
    if changed:
        yield DigestDay(lang.gettext("Changed"), changed)
    if new:
        yield DigestDay(lang.gettext("New"), new)


def notice_row(notice: RecordNotice, edition: Edition, view: RenderContext, now: datetime) -> DigestRow:
    """Return what a notice tells of a record as a row of a longer message."""
    entry, lang = replace(notice.entry, revision=notice.after), view.lang
    first = notice.differences[0] if notice.before else None
    return DigestRow(
        counted=headline(first, lang) if first else new_headline(entry.record.kind, lang),
        title=title_of(entry, view),
        only=phrases.only_languages(entry.record, lang),
        lines=_lines(notice, entry, edition, view, now),
        url=view.page_url(entry.record.id),
        kind=entry.record.kind.value,
    )


def _lines(notice: RecordNotice, entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> list[str]:
    calendar, records = edition.calendar, (notice.before.record if notice.before else None, notice.after.record)
    changes = [each for each in notice.differences if each.what not in STANDINGS]
    lines = [
        line for each in changes for line in _changed(changed_row(each, records, entry, calendar, view), view.lang)
    ]
    if not lines:
        lines = message_times(main_moment(entry, calendar, now).span, entry.record, calendar, view)
        if entry.is_called_off or entry.record.status is Status.POSTPONED:
            planned_for = planned_label(entry.record.kind, view.lang)
            lines[0] = view.lang.gettext("{label}: {title}", label=planned_for, title=lines[0])
    reason = reason_for(notice.differences, entry, view.lang) if notice.before else None
    return [*lines[:_MAX_LINES], *((reason.words,) if reason else ())]


def _changed(change: ChangedValue, lang: Language) -> Iterator[str]:
    """Yield a change as lines: the new value behind the label, the old one, and its own reason."""
    first, *others = change.new or change.old
    yield lang.gettext("{label}: {title}", label=change.label, title=first)
    yield from others
    if change.new and change.old:
        yield lang.gettext("{label}: {title}", label=lang.gettext("Previously"), title=", ".join(change.old))
    if change.reason:
        yield change.reason
