"""The agenda: rows of coming and past items for the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from calendar_service.records.changes import RecordState
from calendar_service.records.enums import MomentName
from calendar_service.records.feed_window import check_occurrences, days_asked, list_bounds
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrences_of, overlaps
from calendar_service.records.times import DaySpan, day_of_instant, write_instant
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead, keep_together, registration_countdown
from calendar_service.writers.description import time_lines
from calendar_service.writers.states import can_be_added, moved_from, state_texts, takes_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.feed_window import Bounds
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Milestone, Point, Span
    from calendar_service.records.selection import Selection
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.phrases import LocalizedText, MarkedText
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.states import StateTexts

LISTED_AHEAD = timedelta(days=366)
BACK = timedelta(days=366)
LEAST_PAST = 12
FEW = 3
"""How many past dates stand open where nothing is coming."""
ROWS_ON_A_PAGE = 50
SOON_DAYS, URGENT_DAYS = 14, 3


@dataclass(frozen=True)
class AgendaItem:
    """An entry at one of its times, before it is formatted."""

    entry: Entry
    at: Point | Span
    begins: datetime
    ends: datetime
    occurrence: Occurrence | None = None

    @property
    def is_off(self) -> bool:
        """Return True if it does not take place: cancelled, withdrawn or postponed."""
        return not takes_place(self.entry, self.occurrence)

    def is_coming(self, now: datetime) -> bool:
        """Return True if it ends after `now` (aware)."""
        return self.ends > now or (self.begins == self.ends and self.ends >= now)


ListedItems = tuple[list[AgendaItem], list[AgendaItem]]
"""The coming items, earliest first, and the past ones, latest first."""


@dataclass(frozen=True)
class MovedMoment:
    """The sentence about something that was moved, in three parts: the old date or place can be struck through."""

    before: str
    old: str
    after: str
    is_closing: bool = False


@dataclass(frozen=True)
class AgendaRow:
    """One line of the agenda.

    The first of `times` begins with the day, which is also shown beside the row: `day_words` is that beginning,
    and `clock_words` the rest, or several days in short. `is_near` is True for what is on or less than two weeks ahead.
    """

    entry: Entry
    url: str
    day: date
    begins: datetime
    ends: datetime
    datetime: str
    times: list[str]
    day_words: str
    clock_words: str
    title: LocalizedText
    only: str
    kind: str
    state: str
    is_off: bool
    can_be_added: bool
    off_class: str
    changed: list[MovedMoment]
    reason: MarkedText | None
    place: str
    countdown: str
    is_near: bool
    urgency: str
    is_deadline: bool
    registration: list[str]
    deadline_before: MovedMoment | None


@dataclass(frozen=True)
class AgendaMonth:
    """The rows of one month."""

    name: str
    rows: list[AgendaRow]


@dataclass(frozen=True)
class Agenda:
    """A page of coming items, earliest first, followed by past ones, latest first.

    Of the days that `from` and `to` ask for, `within` has all items, earliest first, and the other two are empty.
    Where nothing is coming, `past` has the last few, and `earlier` those before.
    """

    coming: list[AgendaMonth]
    past: list[AgendaMonth]
    earlier: list[AgendaMonth]
    within: list[AgendaMonth]
    has_coming: bool
    has_past: bool
    page: int = 1
    pages: int = 1


def make_agenda(
    listed: ListedItems, edition: Edition, selection: Selection, view: RenderContext, now: datetime, page: int = 1
) -> Agenda:
    """Return a page of the agenda; `page` counts from 1."""
    coming, past = listed
    first = (page - 1) * ROWS_ON_A_PAGE
    items = in_order([*past, *coming]) if selection.is_bounded else [*coming, *past]
    shown = items[first : first + ROWS_ON_A_PAGE]
    ahead = max(0, min(len(coming) - first, len(shown)))
    open_until = ahead + FEW if page == 1 and not coming else len(shown)
    parts = (shown[:ahead], shown[ahead:open_until], shown[open_until:], shown)
    months = [by_month(part, edition, view, now) for part in parts]
    return Agenda(
        coming=[] if selection.is_bounded else months[0],
        past=[] if selection.is_bounded else months[1],
        earlier=[] if selection.is_bounded else months[2],
        within=months[3] if selection.is_bounded else [],
        has_coming=bool(coming),
        has_past=bool(past),
        page=page,
        pages=max(1, -(-(len(coming) + len(past)) // ROWS_ON_A_PAGE)),
    )


def list_items(entries: list[Entry], edition: Edition, selection: Selection, now: datetime) -> ListedItems:
    """Return the coming items, earliest first, and the past ones, latest first.

    A recurring record is listed for a year ahead, and once in the past, at its last occurrence; but within `from` and
    `to` at all its occurrences. Raise BadSelection if there are too many.
    """
    zone = edition.calendar.zone
    within, (start, end) = days_asked(edition, selection), list_bounds(edition, selection, now, LISTED_AHEAD)
    first, last = selection.first or date.min, selection.last or end.date()
    check_occurrences(((entry.record, first, last) for entry in entries), selection)
    start = start if within else now - 5 * BACK
    coming: list[AgendaItem] = []
    past: list[AgendaItem] = []
    for entry in entries:
        items = items_of(entry, (start, end), within, zone)
        coming += [item for item in items if item.is_coming(now)]
        gone = [item for item in items if not item.is_coming(now)]
        past += gone if within else gone[-1:]
    past.sort(key=_by_time, reverse=True)
    if not selection.is_windowed:
        recent = [item for item in past if item.ends >= now - BACK]
        past = past[: max(len(recent), LEAST_PAST)]
    return in_order(coming), past


def items_of(entry: Entry, bounds: Bounds, within: Bounds | None, zone: str) -> list[AgendaItem]:
    """Return the items of an entry: its occurrences within `bounds`; of what does not recur, the one if it is `within`.

    None is everywhere.
    """
    schedule = entry.record.schedule
    if schedule is not None and schedule.rule is not None:
        return [item_of(entry, each.span, zone, each) for each in occurrences_of(schedule, *bounds, zone)]
    at = shown_times(entry)
    return [item_of(entry, at, zone)] if within is None or overlaps(at, *within, zone) else []


def in_order(items: Iterable[AgendaItem]) -> list[AgendaItem]:
    """Return items in order of time."""
    return sorted(items, key=_by_time)


def by_month(items: Iterable[AgendaItem], edition: Edition, view: RenderContext, now: datetime) -> list[AgendaMonth]:
    """Return the rows of items, grouped by month."""
    rows = [make_row(item, edition, view, now) for item in items]
    months = groupby(rows, key=lambda row: (row.day.year, row.day.month))
    return [AgendaMonth(view.lang.month(found[0].day), found) for _, group in months if (found := list(group))]


def item_of(entry: Entry, at: Point | Span, zone: str, occurrence: Occurrence | None = None) -> AgendaItem:
    """Return the item of an entry at one of its points or spans; whole days are days in `zone` (IANA name)."""
    begins, ends = instant_bounds(at, zone)
    return AgendaItem(entry, at, begins, ends, occurrence)


def make_row(item: AgendaItem, edition: Edition, view: RenderContext, now: datetime) -> AgendaRow:
    """Return the row of an item, formatted in the language and zone of `view`."""
    entry, at, lang = item.entry, item.at, view.lang
    record, calendar = entry.record, edition.calendar
    day = first_day_of_item(item, calendar.zone)
    today = day_of_instant(now, calendar.zone)
    state = state_texts(entry, calendar, lang, item.occurrence)
    is_deadline = MomentName.CLOSES in record.milestones
    is_off = item.is_off
    deadline = deadline_ahead(item, calendar.zone, today, now)
    times = time_lines(at, record, calendar, view)
    day_words, clock_words = _split(at, times[0], lang.day(day), lang)
    return AgendaRow(
        entry=entry,
        url=page_path(record.id, view),
        day=day,
        begins=item.begins,
        ends=item.ends,
        datetime=machine_time(at, calendar.zone),
        times=times,
        day_words=day_words,
        clock_words=clock_words,
        title=phrases.pick(record.title, lang.code),
        only=phrases.only_languages(record, lang),
        kind=phrases.kind(record, lang),
        state=state.word,
        is_off=is_off,
        can_be_added=can_be_added(entry, calendar.zone, now, item.occurrence),
        off_class=off_class(entry, is_off=is_off),
        changed=_changed(item, state, edition, lang),
        reason=state.reason,
        place=phrases.place(record.place, lang),
        countdown="" if is_off else keep_together(_countdown(item, deadline, calendar.zone, now, lang)),
        is_near=(item.begins - now).days < SOON_DAYS,
        urgency=urgency(deadline.at, calendar.zone, now) if deadline else "",
        is_deadline=is_deadline,
        registration=_registration(item, edition, view, now),
        deadline_before=_deadline_before(entry, edition, lang),
    )


def _countdown(item: AgendaItem, deadline: Milestone | None, zone: str, now: datetime, lang: Language) -> str:
    """Return the countdown to an item or to what closes before it; "" if it is past."""
    is_tender = MomentName.CLOSES in item.entry.record.milestones
    if deadline and not is_tender:
        return registration_countdown(deadline.at, zone, now, lang)
    if item.ends < now or (item.ends == now and item.begins < now):
        return lang.gettext("Closed") if is_tender else ""
    if item.begins <= now and not is_tender:
        return lang.gettext("Now")
    name = MomentName.CLOSES if is_tender else MomentName.STARTS
    return countdown_words(name, days_ahead(item.at, zone, now), lang)


def deadline_ahead(item: AgendaItem, zone: str, today: date, now: datetime) -> Milestone | None:
    """Return the deadline that the mark of a row is about: a closing, or that of a registration which closes soon."""
    milestones = item.entry.record.milestones
    if item.is_off:
        return None
    if closing := milestones.get(MomentName.CLOSES):
        return closing if item.ends >= now else None
    registration = registration_ahead(item, zone, now)
    soon = registration and (_day_of(registration, zone) - today).days <= SOON_DAYS
    return registration if soon else None


def registration_ahead(item: AgendaItem, zone: str, now: datetime) -> Milestone | None:
    """Return until when one can register for an item; None if that is past, or not announced.

    That of a series stands at the next of its occurrences that takes place.
    """
    closes = item.entry.record.milestones.get(MomentName.REGISTRATION_CLOSES)
    if closes is None or item.is_off or item.ends < now or instant_bounds(closes.at, zone)[1] < now:
        return None
    return closes if item.occurrence is None or _is_next(item, item.occurrence, zone, now) else None


def _is_next(item: AgendaItem, occurrence: Occurrence, zone: str, now: datetime) -> bool:
    """Return True if no other occurrence of its series takes place before an item."""
    schedule = item.entry.record.schedule
    until_then = occurrences_of(schedule, now, max(item.begins, now), zone) if schedule else []
    return all(each.is_cancelled or each.day == occurrence.day for each in until_then)


def _registration(item: AgendaItem, edition: Edition, view: RenderContext, now: datetime) -> list[str]:
    """Return the lines on the end of a registration that is still open."""
    calendar, lang = edition.calendar, view.lang
    closes = registration_ahead(item, calendar.zone, now)
    if closes is None:
        return []
    first, *others = time_lines(closes.at, item.entry.record, calendar, view)
    label = phrases.moment_label(MomentName.REGISTRATION_CLOSES, lang)
    return [lang.gettext("{label}: {title}", label=label, title=first), *others]


def _day_of(milestone: Milestone, zone: str) -> date:
    at = milestone.at
    return at.first if isinstance(at, DaySpan) else day_of_instant(at.instant, zone)


def moves_of(entry: Entry, edition: Edition, lang: Language) -> list[MovedMoment]:
    """Return a sentence for each move of a deadline, oldest first."""
    zone = edition.calendar.zone
    return [
        MovedMoment(
            *sentence.partition(phrases.when_words(moved.old.at, zone, lang)),
            is_closing=moved.moment is MomentName.CLOSES,
        )
        for moved, sentence in zip(entry.deadline_history, phrases.moves(entry, edition.calendar, lang), strict=True)
    ]


def _deadline_before(entry: Entry, edition: Edition, lang: Language) -> MovedMoment | None:
    """Return a short sentence on the first deadline, for lists; None if it never moved."""
    day, sentence = phrases.deadline_before(entry, edition.calendar, lang)
    return MovedMoment(*sentence.partition(day)) if sentence else None


def _changed(item: AgendaItem, state: StateTexts, edition: Edition, lang: Language) -> list[MovedMoment]:
    """Return a sentence for the old date and one for the old place of an item, as far as they have changed."""
    old, found = moved_from(item.entry, item.occurrence), []
    if old:
        words = phrases.when_words(old, edition.calendar.zone, lang)
        found.append(MovedMoment(*state.moved.partition(words)))
    if state.place:
        place = phrases.place(item.entry.place_before, lang)
        found.append(MovedMoment(*state.place.partition(place)))
    return found


def off_class(entry: Entry, *, is_off: bool) -> str:
    """Return the CSS classes of what does not take place; what is postponed has only its date struck through."""
    return "" if not is_off else "off postponed" if entry.revision.state is RecordState.POSTPONED else "off"


def page_path(record_id: str, view: RenderContext) -> str:
    """Return the path of a record's page, with the visitor's zone as its query."""
    path = view.page_url(record_id).removeprefix(view.base_url)
    return f"{path}?tz={view.zone}" if view.zone else path


def machine_time(at: Point | Span, zone: str) -> str:
    """Return the start of a point or span as the `datetime` of a <time> element: a date, or an instant in UTC."""
    return at.first.isoformat() if isinstance(at, DaySpan) else write_instant(instant_bounds(at, zone)[0])


def shown_times(entry: Entry) -> Point | Span:
    """Return the point or span that a record is listed at: its closing, or its first occurrence."""
    record = entry.record
    if record.schedule:
        return record.schedule.span
    return record.milestones[MomentName.CLOSES].at


def first_day_of_item(item: AgendaItem, zone: str) -> date:
    """Return the day on which an item begins in the calendar's zone."""
    return item.at.first if isinstance(item.at, DaySpan) else day_of_instant(item.begins, zone)


def _split(at: Point | Span, line: str, day: str, lang: Language) -> tuple[str, str]:
    """Return the day at the beginning of a line, with what follows it up to the next word, and the rest."""
    if isinstance(at, DaySpan):
        return (line, "") if at.first == at.last else ("", phrases.days(at.first, at.last, lang, weekday=False))
    rest = line.removeprefix(day).lstrip(", ")
    return line.removesuffix(rest), rest


def _by_time(item: AgendaItem) -> tuple[datetime, str]:
    return item.begins, item.entry.record.id


def urgency(at: Point | Span, zone: str, now: datetime) -> str:
    """Return the CSS class of a deadline: "urgent" up to three days ahead, "soon" up to 14, else ""."""
    days = days_ahead(at, zone, now)
    return "urgent" if days <= URGENT_DAYS else "soon" if days <= SOON_DAYS else ""
