"""What letters about records have in common: the sheet, the subject, and the finished letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import MomentName
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.channels.post import Letter
from calendar_service.reminders.letters.changes import written_at
from calendar_service.reminders.letters.facts import days_ahead, facts_of, printed_words, summary_of, title_of
from calendar_service.reminders.letters.setting import set_html, set_text
from calendar_service.reminders.letters.sheet import Button, Sheet, When
from calendar_service.writers import sentences
from calendar_service.writers.content import clean_line, clip, count_units
from calendar_service.writers.countdowns import countdown
from calendar_service.writers.description import time_lines
from calendar_service.writers.single import write_file

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.reminders.letters.facts import Main
    from calendar_service.writers.language import Language
    from calendar_service.writers.view import View

_MAX_SUBJECT = 200
_MAX_MOVES = 5
# With the two texts of a letter and the coding of mail, this keeps it under 100 KiB.
_MAX_FILE = 30_000


def make_sheet(entry: Entry, main: Main, edition: Edition, view: View, now: datetime) -> Sheet:
    """Make what all letters about one record have in common; preheader and reason are still to be filled in."""
    record, lang, calendar = entry.record, view.lang, edition.calendar
    is_happening = main.name is MomentName.STARTS
    label = lang.say("When") if is_happening else sentences.moment_label(main.name, lang)
    return Sheet(
        view=view,
        sender=sender_name(edition, lang),
        preheader="",
        heading=title_of(entry, view),
        kind=record.kind.value,
        label=sentences.kind(record, lang),
        state=lang.say("Withdrawn") if entry.revision.withdrawn else sentences.state(entry, lang),
        only=sentences.only_languages(record, lang),
        when=When(label, time_lines(main.span, record, calendar, view)),
        button=Button(lang.say("See all details"), view.page_url(record.id)),
        history=tuple(sentences.moves(entry, calendar, lang)[-_MAX_MOVES:]),
        facts=facts_of(entry, main, edition, view, now),
        summary=summary_of(entry, view),
    )


def sender_name(edition: Edition, lang: Language) -> str:
    """Name the calendar on one line."""
    return clean_line(sentences.pick(edition.calendar.name, lang.code).text) or edition.calendar.id


def make_subject(head: str, sheet: Sheet, moment: str) -> str:
    """Write "what: title - moment" in at most 200 characters; where that is too long, the title gives way."""
    title = f"{sheet.heading.text} {sheet.only}".strip()
    lang = sheet.view.lang

    def written(named: str) -> str:
        if not moment:
            return lang.say("{label}: {title}", label=head, title=named)
        return lang.say("{label}: {title} - {moment}", label=head, title=named, moment=moment)

    room = _MAX_SUBJECT - count_units(written(""))
    return clean_line(written(clip(title, max(room, 1))))


def make_letter(
    kind: str, subject: str, sheet: Sheet, about: tuple[Entry, Main], edition: Edition, now: datetime
) -> Letter:
    """Set a sheet about one record, with the record's file beside it and what programs get of it."""
    entry, main = about
    record, view = entry.record, sheet.view
    file = write_file(entry, edition, view, now)
    attachment = file if len(file) <= _MAX_FILE else b""
    data: dict[str, Any] = {
        "type": kind,
        "record": record.id,
        "kind": record.kind.value,
        "title": sheet.heading.text,
        "url": view.page_url(record.id),
        "moment": main.name.value,
        "at": written_at(main.at),
        "words": clean_line(printed_words(record, main)),
        "when": time_lines(main.span, record, edition.calendar, view),
    }
    return Letter(
        subject=subject,
        text=set_text(sheet),
        html=set_html(sheet),
        language=view.lang.code,
        record_id=record.id,
        attachment=attachment,
        attachment_name=f"{record.id}.ics" if attachment else "",
        data=data,
    )


def short_moment(main: Main, edition: Edition, view: View, now: datetime) -> str:
    """Write the moment as the subject says it, on the programme's clock."""
    zone = edition.calendar.zone
    return sentences.short_when(main.span, zone, civil_from_instant(now, zone).day.year, view.lang)


def counted_to(entry: Entry, main: Main, edition: Edition, view: View, now: datetime) -> str:
    """Say how far away the moment is; nothing of what is past or called off."""
    days = days_ahead(main.at, edition.calendar, view, now)
    return countdown(main.name, days, view.lang) if days >= 0 and not entry.is_called_off else ""


def write_preheader(sheet: Sheet, head: str) -> str:
    """Write what mail programs show behind the subject."""
    lines = sheet.when.lines if sheet.when else []
    return " · ".join([head, *lines])
