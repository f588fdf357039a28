"""The notice that a record has changed, or is new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.changes import ChangeKind
from calendar_service.records.edition import is_correction
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.main_moment import main_moment
from calendar_service.records.shorten import shorten
from calendar_service.records.times import day_of_instant
from calendar_service.reminders.messages.change_texts import (
    STANDINGS,
    changed_row,
    headline,
    new_headline,
    news_title,
    planned_label,
    reason_for,
)
from calendar_service.reminders.messages.common import (
    counted_to,
    make_content,
    make_message,
    make_subject,
    short_moment,
    write_preheader,
)
from calendar_service.reminders.messages.content import Button
from calendar_service.reminders.messages.program_data import notice_data
from calendar_service.reminders.messages.render import fit_to_size
from calendar_service.writers import phrases
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.reminders.channels.base import Message
    from calendar_service.reminders.messages.content import ChangedValue, Detail, MessageContent, TimeBlock
    from calendar_service.reminders.messages.items import RecordNotice
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_CHANGES = 12
_MAX_PLACE = 60


def compose_notice(notice: RecordNotice, edition: Edition, *, now: datetime, view: RenderContext) -> Message:
    """Return the notice of the changes of a record, most important first, or of a new record.

    The record is shown as it was after the change, whatever came later.
    """
    before, after, differences = notice.before, notice.after, notice.differences
    shown = replace(notice.entry, revision=after)
    if before is None:
        return _compose_new(shown, edition, now=now, view=view)
    lang, main = view.lang, main_moment(shown, edition.calendar, now)
    first, records = differences[0], (before.record, after.record)
    value_changes = [each for each in differences if each.what not in STANDINGS]
    rows = tuple(changed_row(each, records, shown, edition.calendar, view) for each in value_changes[:_MAX_CHANGES])
    content = make_content(shown, main, edition, view, now)
    head = headline(first, lang, is_correction=is_correction(before.record, after.record))
    content = replace(
        content,
        preheader=write_preheader(content, head),
        label=content.label if content.state == head else head,
        changes=rows,
        when=_state_block(content, after.record.kind, first, rows),
        history=_reason(shown, edition, differences, lang) + _left_out(value_changes, lang),
        facts=_without_changed(content, value_changes, lang),
        button=_calendar_button(view) if after.withdrawn else content.button,
        why=lang.gettext("You get this email because you asked {sender} for reminders.", sender=content.sender),
    )
    news = next((each for each in differences if each.what is not ChangeKind.CONFIRMED), first)
    subject = make_subject(head, content, _notice_when(news, main, edition, view, now))
    message = make_message("notice", subject, content, (shown, main), edition, now)
    return replace(message, data=notice_data(notice, edition, now=now, view=view))


def _compose_new(entry: Entry, edition: Edition, *, now: datetime, view: RenderContext) -> Message:
    lang, main = view.lang, main_moment(entry, edition.calendar, now)
    head = new_headline(entry.record.kind, lang)
    content = make_content(entry, main, edition, view, now)
    content = replace(
        content,
        preheader=write_preheader(content, head),
        label=head,
        when=content.when and replace(content.when, counted=counted_to(entry, main, edition, view, now)),
        why=lang.gettext(
            "You get this email because you asked {sender} to tell you about new announcements.", sender=content.sender
        ),
    )
    short = short_moment(main, edition, view, now)
    if main.name is MomentName.CLOSES:
        short = lang.gettext("closes {when}", when=short)
    return make_message("new", make_subject(head, content, short), content, (entry, main), edition, now)


def _state_block(
    content: MessageContent, kind: Kind, first: RecordChange, rows: tuple[ChangedValue, ...]
) -> TimeBlock | None:
    """Return the time to show beside the changes: none if they include it, the old one of a cancelled record."""
    if content.when and first.what in {ChangeKind.CANCELLED, ChangeKind.WITHDRAWN, ChangeKind.POSTPONED}:
        return replace(content.when, label=planned_label(kind, content.view.lang))
    shows_time = rows and first.what not in {ChangeKind.PLACE, ChangeKind.DOCUMENT, ChangeKind.QUESTION}
    return None if shows_time else content.when


def _notice_when(first: RecordChange, main: MainMoment, edition: Edition, view: RenderContext, now: datetime) -> str:
    lang, zone = view.lang, edition.calendar.zone
    year = day_of_instant(now, zone).year
    match first.what:
        case ChangeKind.POSTPONED:
            return lang.gettext("no new date yet")
        case ChangeKind.MOVED | ChangeKind.SERIES if first.new:
            return lang.gettext("now {when}", when=phrases.short_when(first.new, zone, year, lang))
        case ChangeKind.PLACE:
            return shorten(clean_line(fit_to_size(phrases.short_place(first.new_place, lang))), _MAX_PLACE)
        case ChangeKind.DOCUMENT | ChangeKind.QUESTION:
            return shorten(fit_to_size(news_title(first, lang)), _MAX_PLACE)
        case ChangeKind.ADDED | ChangeKind.REMOVED | ChangeKind.OCCURRENCE_CANCELLED | ChangeKind.OCCURRENCE_RESTORED:
            at = first.new or first.old
            return phrases.short_when(at, zone, year, lang) if at else ""
    return short_moment(main, edition, view, now)


def _reason(entry: Entry, edition: Edition, differences: list[RecordChange], lang: Language) -> tuple[str, ...]:
    day = day_of_instant(entry.revision.changed_at, edition.calendar.zone)
    reason = reason_for(differences, entry, lang)
    decided = lang.gettext("Changed on {day}.", day=lang.day(day, weekday=False))
    return (*((reason.words,) if reason else ()), decided)


def _left_out(value_changes: list[RecordChange], lang: Language) -> tuple[str, ...]:
    number = len(value_changes) - _MAX_CHANGES
    if number <= 0:
        return ()
    return (lang.ngettext("{number} more change is on the page.", "{number} more changes are on the page.", number),)


def _without_changed(content: MessageContent, value_changes: list[RecordChange], lang: Language) -> tuple[Detail, ...]:
    """Return the details without those that are among the changes."""
    labels = {phrases.moment_label(each.moment, lang) for each in value_changes if each.moment and not each.session}
    labels |= {lang.gettext("Where")} if any(each.what is ChangeKind.PLACE for each in value_changes) else set()
    return tuple(fact for fact in content.facts if fact.label not in labels)


def _calendar_button(view: RenderContext) -> Button:
    return Button(view.lang.gettext("Go to the calendar"), f"{view.base_url}{view.prefix}/")
