"""The digest: what would have been many letters of a day or a week, as one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import DaySpan, civil_from_instant
from calendar_service.reminders.channels.post import Letter
from calendar_service.reminders.letters.changes import new_headline, written_at
from calendar_service.reminders.letters.facts import Main, days_ahead, given_moment, title_of
from calendar_service.reminders.letters.parts import make_subject, sender_name
from calendar_service.reminders.letters.setting import set_html, set_text, shorten
from calendar_service.reminders.letters.sheet import Button, Day, Row, Sheet
from calendar_service.writers import sentences
from calendar_service.writers.content import clean_line
from calendar_service.writers.countdowns import countdown
from calendar_service.writers.description import time_lines
from calendar_service.writers.sentences import Worded

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.enums import MomentName
    from calendar_service.records.record import Point
    from calendar_service.writers.language import Language
    from calendar_service.writers.view import View

# So many keep a letter under 100 KiB where each letter of a title takes nine bytes of mail.
_MAX_ROWS = 25
_TITLE = 100


@dataclass(frozen=True)
class DigestItem:
    """What one letter would have been about. `occurrence` is the day that the rule gave, where a record recurs."""

    entry: Entry
    kind: Literal["reminder", "new"]
    moment: MomentName
    at: Point
    occurrence: date | None = None


def compose_digest(
    items: list[DigestItem], edition: Edition, *, period: Literal["daily", "weekly"], now: datetime, view: View
) -> Letter:
    """Write reminders and news as rows by day, soonest first. There is at least one item."""
    lang, zone = view.lang, edition.calendar.zone
    ordered = sorted(items, key=lambda item: (instant_bounds(item.at, zone), item.entry.record.id, item.kind))
    rows = [(_day(item, edition), _row(item, edition, view, now)) for item in ordered[:_MAX_ROWS]]
    left_out = len(ordered) - len(rows)
    heading = _heading(period, civil_from_instant(now, view.zone or zone).day, lang)
    sheet = Sheet(
        view=view,
        sender=sender_name(edition, lang),
        preheader=" · ".join(f"{row.counted}: {row.title.text}" for _, row in rows[:3]),
        heading=Worded(heading, lang.code),
        label=lang.say("Daily letter") if period == "daily" else lang.say("Weekly letter"),
        days=tuple(
            Day(_opening(lang.day(day)), [row for _, row in group])
            for day, group in groupby(rows, key=lambda pair: pair[0])
        ),
        more=lang.plural("{number} more is in the calendar.", "{number} more are in the calendar.", left_out)
        if left_out
        else "",
        button=Button(lang.say("To the calendar"), f"{view.base_url}{view.prefix}/"),
        why=_why(period, sender_name(edition, lang), lang),
    )
    return Letter(
        subject=_subject(ordered[0], len(ordered), sheet, edition, now),
        text=set_text(sheet),
        html=set_html(sheet),
        language=lang.code,
        data={"type": "digest", "period": period, "items": [_data(item, view) for item in ordered[:_MAX_ROWS]]},
    )


def _day(item: DigestItem, edition: Edition) -> date:
    if isinstance(item.at, DaySpan):
        return item.at.first
    return civil_from_instant(item.at.instant, edition.calendar.zone).day


def _opening(words: str) -> str:
    return words[:1].upper() + words[1:]


def _row(item: DigestItem, edition: Edition, view: View, now: datetime) -> Row:
    record, main = item.entry.record, _main(item)
    title = title_of(item.entry, view)
    called = sentences.state(item.entry, view.lang)
    named = view.lang.say("{label}: {title}", label=called, title=title.text) if called else title.text
    return Row(
        counted=_counted(item, edition, view, now),
        title=Worded(shorten(named, _TITLE), title.language),
        only=sentences.only_languages(record, view.lang),
        lines=time_lines(main.span, record, edition.calendar, view),
        url=view.page_url(record.id),
        kind=record.kind.value,
    )


def _main(item: DigestItem) -> Main:
    return given_moment(item.entry.record, item.moment, item.at, item.occurrence)


def _counted(item: DigestItem, edition: Edition, view: View, now: datetime) -> str:
    counted = countdown(item.moment, days_ahead(item.at, edition.calendar, view, now), view.lang)
    if item.kind == "reminder":
        return counted
    new = new_headline(item.entry.record.kind, view.lang)
    return view.lang.say("{label}: {title}", label=new, title=counted[:1].lower() + counted[1:])


def _heading(period: str, day: date, lang: Language) -> str:
    told = lang.day(day)
    if period == "daily":
        return lang.say("What is coming, as of {day}", day=told)
    return lang.say("What is coming, in the week of {day}", day=lang.day(day, weekday=False))


def _why(period: str, sender: str, lang: Language) -> str:
    if period == "daily":
        return lang.say("You get this letter because you asked {sender} for reminders once a day.", sender=sender)
    return lang.say("You get this letter because you asked {sender} for reminders once a week.", sender=sender)


def _subject(first: DigestItem, number: int, sheet: Sheet, edition: Edition, now: datetime) -> str:
    lang, view = sheet.view.lang, sheet.view
    row = _row(first, edition, view, now)
    about = Sheet(view=view, sender="", preheader="", heading=row.title, only=row.only)
    more = lang.plural("and {number} more", "and {number} more", number - 1) if number > 1 else ""
    zone = edition.calendar.zone
    short = sentences.short_when(first.at, zone, civil_from_instant(now, zone).day.year, lang)
    return make_subject(row.counted, about, f"{short}, {more}" if more else short)


def _data(item: DigestItem, view: View) -> dict[str, Any]:
    record = item.entry.record
    return {
        "type": item.kind,
        "record": record.id,
        "kind": record.kind.value,
        "title": shorten(clean_line(title_of(item.entry, view).text), _TITLE),
        "url": view.page_url(record.id),
        "moment": item.moment.value,
        "at": written_at(item.at),
    }
