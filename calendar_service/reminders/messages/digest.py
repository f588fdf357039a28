"""The digest: the notifications of a day or a week in one message."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from calendar_service.records.main_moment import MainMoment, main_moment_at, occurrence_of
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.shorten import shorten
from calendar_service.records.times import DaySpan, day_of_instant
from calendar_service.reminders.channels.base import Message
from calendar_service.reminders.messages.change_texts import new_headline
from calendar_service.reminders.messages.common import make_subject, sender_name
from calendar_service.reminders.messages.content import Button, DigestDay, DigestRow, MessageContent
from calendar_service.reminders.messages.details import title_of
from calendar_service.reminders.messages.edition_notice import more_words, notice_row
from calendar_service.reminders.messages.items import digest_order
from calendar_service.reminders.messages.program_data import digest_data
from calendar_service.reminders.messages.render import render_rows
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead
from calendar_service.writers.description import message_times
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.states import state_texts

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition
    from calendar_service.reminders.messages.items import DigestItem
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_ROWS = 25
_TITLE = 100
_STATE_LINE = 160


def compose_digest(
    items: list[DigestItem], edition: Edition, *, period: DigestPeriod, now: datetime, view: RenderContext
) -> Message:
    """Return reminders and news as rows by day, earliest first. There is at least one item."""
    lang, zone = view.lang, edition.calendar.zone
    ordered = sorted(items, key=lambda item: digest_order(item, edition))
    rows = [(_day(item, edition), _row(item, edition, view, now)) for item in ordered[:_MAX_ROWS]]
    heading = _heading(period, day_of_instant(now, view.zone or zone), lang)

    def content(number: int) -> MessageContent:
        left_out = len(ordered) - number
        return MessageContent(
            view=view,
            sender=sender_name(edition, lang),
            preheader=" · ".join(f"{row.counted}: {row.title.text}" for _, row in rows[:3]),
            heading=LocalizedText(heading, lang.code),
            label=lang.gettext("Daily summary") if period is DigestPeriod.DAILY else lang.gettext("Weekly summary"),
            days=tuple(
                DigestDay(_opening(lang.day(day)), [row for _, row in group])
                for day, group in groupby(rows[:number], key=lambda pair: pair[0])
            ),
            more=more_words(left_out, lang),
            button=Button(lang.gettext("Go to the calendar"), f"{view.base_url}{view.prefix}/"),
            why=_why(period, sender_name(edition, lang), lang),
        )

    rendered = render_rows(content, len(rows))
    return Message(
        subject=_subject(ordered[0], len(ordered), rendered.content, edition, now),
        text=rendered.text,
        html=rendered.html,
        language=lang.code,
        data=digest_data(period.value, ordered, edition, view),
    )


def _day(item: DigestItem, edition: Edition) -> date:
    if isinstance(item.at, DaySpan):
        return item.at.first
    return day_of_instant(item.at.instant, edition.calendar.zone)


def _opening(words: str) -> str:
    return words[:1].upper() + words[1:]


def _row(item: DigestItem, edition: Edition, view: RenderContext, now: datetime) -> DigestRow:
    if item.notice:
        return notice_row(item.notice, edition, view, now)
    record, main = item.entry.record, _main(item)
    title = title_of(item.entry, view)
    state = state_texts(item.entry, edition.calendar, view.lang, occurrence_of(record, main))
    named = view.lang.gettext("{label}: {title}", label=state.word, title=title.text) if state.word else title.text
    return DigestRow(
        counted=_counted(item, edition, view, now),
        title=LocalizedText(shorten(named, _TITLE, at_word=True), title.language),
        only=phrases.only_languages(record, view.lang),
        lines=[
            *message_times(main.span, record, edition.calendar, view),
            *(shorten(line, _STATE_LINE, at_word=True) for line in state.lines),
        ],
        url=view.page_url(record.id),
        kind=record.kind.value,
    )


def _main(item: DigestItem) -> MainMoment:
    return main_moment_at(item.entry.record, item.moment, item.at, item.occurrence)


def _counted(item: DigestItem, edition: Edition, view: RenderContext, now: datetime) -> str:
    counted = countdown_words(item.moment, days_ahead(item.at, edition.calendar.zone, now, view.zone), view.lang)
    if item.kind == "reminder":
        return counted
    new = new_headline(item.entry.record.kind, view.lang)
    return view.lang.gettext("{label}: {title}", label=new, title=counted[:1].lower() + counted[1:])


def _heading(period: DigestPeriod, day: date, lang: Language) -> str:
    day_text = lang.day(day)
    if period is DigestPeriod.DAILY:
        return lang.gettext("Upcoming dates, as of {day}", day=day_text)
    return lang.gettext("Upcoming dates, week of {day}", day=lang.day(day, weekday=False))


def _why(period: DigestPeriod, sender: str, lang: Language) -> str:
    if period is DigestPeriod.DAILY:
        return lang.gettext("You get this email because you asked {sender} for reminders once a day.", sender=sender)
    return lang.gettext("You get this email because you asked {sender} for reminders once a week.", sender=sender)


def _subject(first: DigestItem, number: int, content: MessageContent, edition: Edition, now: datetime) -> str:
    lang, view = content.view.lang, content.view
    row = _row(first, edition, view, now)
    about = MessageContent(view=view, sender="", preheader="", heading=row.title, only=row.only)
    more = lang.ngettext("and {number} more", "and {number} more", number - 1) if number > 1 else ""
    zone = edition.calendar.zone
    short = phrases.short_when(first.at, zone, day_of_instant(now, zone).year, lang)
    return make_subject(row.counted, about, f"{short}, {more}" if more else short)
