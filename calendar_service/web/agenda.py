"""The agenda: what is coming and what is past, as rows that a template only has to lay out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.times import DaySpan, civil_from_instant
from calendar_service.writers import sentences
from calendar_service.writers.api import write_instant
from calendar_service.writers.description import time_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Point, Span
    from calendar_service.records.selection import Selection
    from calendar_service.writers.language import Language
    from calendar_service.writers.sentences import Worded
    from calendar_service.writers.view import View

AHEAD = timedelta(days=366)
BACK = timedelta(days=366)
LEAST_PAST = 12
SOON_DAYS, URGENT_DAYS, MANY_DAYS = 14, 3, 60


@dataclass(frozen=True)
class Row:
    """One line of the agenda."""

    entry: Entry
    url: str
    day: date
    begins: datetime
    ends: datetime
    datetime: str
    times: list[str]
    title: Worded
    only: str
    kind: str
    state: str
    place: str
    countdown: str
    urgency: str
    is_deadline: bool
    moves: list[str]


@dataclass(frozen=True)
class Month:
    """The rows of one month."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Agenda:
    """What is coming, soonest first, and what is past, latest first."""

    coming: list[Month]
    past: list[Month]


def make_agenda(entries: list[Entry], edition: Edition, selection: Selection, view: View, now: datetime) -> Agenda:
    """Make the rows of entries. What recurs comes up to a year ahead, and once, its last time, in the past."""
    coming: list[Row] = []
    past: list[Row] = []
    for entry in entries:
        rows = list(_rows(entry, edition, selection, view, now))
        coming += [row for row in rows if _is_coming(row, now)]
        past += [row for row in rows if not _is_coming(row, now)][-1:]
    coming.sort(key=lambda row: (row.begins, row.entry.record.id))
    past.sort(key=lambda row: (row.begins, row.entry.record.id), reverse=True)
    if not selection.is_windowed:
        recent = [row for row in past if row.ends >= now - BACK]
        past = past[: max(len(recent), LEAST_PAST)]
    return Agenda(_by_month(coming, view.lang), _by_month(past, view.lang))


def make_row(
    entry: Entry, at: Point | Span, edition: Edition, view: View, now: datetime, *, cancelled: bool = False
) -> Row:
    """Make the row of an entry at one of its points or spans."""
    record, calendar, lang = entry.record, edition.calendar, view.lang
    begins, ends = instant_bounds(at, calendar.zone)
    day = at.first if isinstance(at, DaySpan) else civil_from_instant(begins, calendar.zone).day
    today = civil_from_instant(now, calendar.zone).day
    state = lang.say("Cancelled") if cancelled else sentences.state(entry, lang)
    is_deadline = MomentName.CLOSES in record.milestones
    is_off = cancelled or entry.is_called_off
    return Row(
        entry=entry,
        url=view.page_url(record.id).removeprefix(view.base_url),
        day=day,
        begins=begins,
        ends=ends,
        datetime=at.first.isoformat() if isinstance(at, DaySpan) else write_instant(begins),
        times=time_lines(at, record, calendar, view),
        title=sentences.pick(record.title, lang.code),
        only=sentences.only_languages(record, lang),
        kind=sentences.kind(record, lang),
        state=state,
        place=sentences.place(record.place, lang),
        countdown="" if is_off else countdown(day, today, (begins, ends), now, lang, is_deadline=is_deadline),
        urgency=_urgency(day, today) if is_deadline and not is_off and ends >= now else "",
        is_deadline=is_deadline,
        moves=sentences.moves(entry, calendar, lang),
    )


def countdown(
    day: date, today: date, bounds: tuple[datetime, datetime], now: datetime, lang: Language, *, is_deadline: bool
) -> str:
    """Say how far away it is, in days of the calendar; nothing for what is past."""
    begins, ends = bounds
    if ends < now or (ends == now and begins < now):
        return lang.say("Closed") if is_deadline else ""
    if begins <= now and not is_deadline:
        return lang.say("Now")
    days = (day - today).days
    if is_deadline:
        if days <= 0:
            return lang.say("Closes today")
        if days == 1:
            return lang.say("Closes tomorrow")
        if days > MANY_DAYS:
            return lang.plural("Closes in {number} month", "Closes in {number} months", _months(days))
        return lang.plural("Closes in {number} day", "Closes in {number} days", days)
    if days <= 0:
        return lang.say("Today")
    if days == 1:
        return lang.say("Tomorrow")
    if days > MANY_DAYS:
        return lang.plural("in {number} month", "in {number} months", _months(days))
    return lang.plural("in {number} day", "in {number} days", days)


def shown_times(entry: Entry) -> Point | Span:
    """Give the point or span that a record is listed at: its closing, or when it happens first."""
    record = entry.record
    if record.schedule:
        return record.schedule.span
    return record.milestones[MomentName.CLOSES].at


def _rows(entry: Entry, edition: Edition, selection: Selection, view: View, now: datetime) -> Iterator[Row]:
    schedule = entry.record.schedule
    if schedule is None or schedule.rule is None:
        yield make_row(entry, shown_times(entry), edition, view, now)
        return
    zone = edition.calendar.zone
    start = now - 5 * BACK if selection.first is None else datetime.combine(selection.first, datetime.min.time(), UTC)
    for occurrence in occurrences_of(schedule, start, now + AHEAD, zone):
        yield make_row(entry, occurrence.span, edition, view, now, cancelled=occurrence.is_cancelled)


def _is_coming(row: Row, now: datetime) -> bool:
    return row.ends > now or (row.begins == row.ends and row.ends >= now)


def _months(days: int) -> int:
    return round(days / 30.44)


def _urgency(day: date, today: date) -> str:
    days = (day - today).days
    return "urgent" if days <= URGENT_DAYS else "soon" if days <= SOON_DAYS else ""


def _by_month(rows: list[Row], lang: Language) -> list[Month]:
    months = groupby(rows, key=lambda row: (row.day.year, row.day.month))
    return [Month(lang.month(found[0].day), found) for _, group in months if (found := list(group))]
