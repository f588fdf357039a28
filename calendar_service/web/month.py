"""A month as a table of weeks; an item of several days has one line."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.feed_window import select_contents, window
from calendar_service.records.times import DaySpan, civil_from_instant, day_of_instant
from calendar_service.web.agenda import AgendaItem, first_day_of_item, in_order, items_of, off_class, page_path
from calendar_service.writers import phrases
from calendar_service.writers.states import state_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.record import Calendar
    from calendar_service.records.selection import Selection
    from calendar_service.writers.render_context import RenderContext

SHOWN_ON_A_DAY = 3
_WEEK = 7


@dataclass(frozen=True)
class Piece:
    """The part of an item on one day; `starts` and `stops` are True if the item does so on this day.

    `days` is how many days of the row the title can run over, and 0 where a day before has it. `notes` are the
    sentences on its state.
    """

    title: phrases.LocalizedText
    url: str
    kind: str
    kind_words: str
    state: str
    notes: str
    clock: str
    off_class: str
    starts: bool
    stops: bool
    days: int


@dataclass(frozen=True)
class Cell:
    """A day of the grid. A piece is None if nothing is on its line on this day."""

    day: date
    words: str
    is_inside: bool
    is_today: bool
    url: str
    pieces: list[Piece | None]
    number: int
    more: int


@dataclass(frozen=True)
class Week:
    """A week from Monday to Sunday, with its number by ISO 8601."""

    number: int
    cells: list[Cell]


def items_of_days(edition: Edition, selection: Selection, first: date, last: date, now: datetime) -> list[AgendaItem]:
    """Return the items of a selection from day `first` to day `last`, in order of time."""
    within = replace(selection, first=max(first, selection.first or first), last=min(last, selection.last or last))
    if within.first and within.last and within.last < within.first:
        return []
    bounds, zone = window(edition, within, now), edition.calendar.zone
    entries = select_contents(edition, within, now).entries
    return in_order(item for entry in entries for item in items_of(entry, bounds, bounds, zone))


def make_weeks(
    items: list[AgendaItem],
    first: date,
    edition: Edition,
    view: RenderContext,
    now: datetime,
    day_url: Callable[[date], str],
) -> list[Week]:
    """Return the weeks of a month with their items; `day_url` returns the URL of the agenda of one day."""
    zone = edition.calendar.zone
    grid = _Grid(first, day_of_instant(now, zone), edition.calendar, view, day_url)
    spans = [(item, first_day_of_item(item, zone), last_day_of_item(item, zone)) for item in items]
    weeks = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last_of(first):
        days = [monday + timedelta(days=number) for number in range(_WEEK)]
        rows = _rows_of_days(spans, [day for day in days if day.month == first.month])
        cells = [_cell(day, rows.get(day, {}), grid) for day in days]
        weeks.append(Week(monday.isocalendar().week, cells))
        monday += timedelta(days=_WEEK)
    return weeks


def last_of(first: date) -> date:
    """Return the last day of the month that begins on `first`."""
    return first.replace(day=monthrange(first.year, first.month)[1])


@dataclass(frozen=True)
class _Grid:
    """Values that all cells of a month share."""

    first: date
    today: date
    calendar: Calendar
    view: RenderContext
    day_url: Callable[[date], str]


_Span = tuple[AgendaItem, date, date]
"""An item with its first and its last day."""


def _rows_of_days(spans: list[_Span], days: list[date]) -> dict[date, dict[int, _Span]]:
    """Return the lines of each day of a week: an item has the same line on all its days, the longest item first."""
    rows: dict[date, dict[int, _Span]] = {day: {} for day in days}
    here = [span for span in spans if span[1] <= days[-1] and span[2] >= days[0]]
    for span in sorted(here, key=lambda span: (max(span[1], days[0]), span[1] - span[2], span[0].begins)):
        own = [day for day in days if span[1] <= day <= span[2]]
        row = next(number for number in range(len(here)) if all(number not in rows[day] for day in own))
        for day in own:
            rows[day][row] = span
    return rows


def _cell(day: date, rows: dict[int, _Span], grid: _Grid) -> Cell:
    shown = [row for row in rows if row < SHOWN_ON_A_DAY]
    pieces = [_piece(rows[row], day, grid) if row in rows else None for row in range(max(shown, default=-1) + 1)]
    return Cell(
        day=day,
        words=grid.view.lang.day(day),
        is_inside=day.month == grid.first.month,
        is_today=day == grid.today,
        url=grid.day_url(day) if rows else "",
        pieces=pieces,
        number=len(rows),
        more=len(rows) - len(shown),
    )


def _piece(span: _Span, day: date, grid: _Grid) -> Piece:
    item, begins, ends = span
    view = grid.view
    record = item.entry.record
    state = state_texts(item.entry, grid.calendar, view.lang, item.occurrence)
    timed = not isinstance(item.at, DaySpan) and day == begins
    return Piece(
        title=phrases.pick(record.title, view.lang.code),
        url=page_path(record.id, view),
        kind=record.kind,
        kind_words=phrases.kind(record, view.lang),
        state=state.word,
        notes=" ".join(state.lines),
        clock=view.lang.clock(civil_from_instant(item.begins, grid.calendar.zone).local) if timed else "",
        off_class=off_class(item.entry, is_off=item.is_off),
        starts=day == begins,
        stops=day == ends,
        days=_days_in_row(day, begins, ends, grid),
    )


def _days_in_row(day: date, begins: date, ends: date, grid: _Grid) -> int:
    monday = day - timedelta(days=day.weekday())
    if day != max(begins, monday, grid.first):
        return 0
    return (min(ends, monday + timedelta(days=_WEEK - 1), last_of(grid.first)) - day).days + 1


def last_day_of_item(item: AgendaItem, zone: str) -> date:
    """Return the day on which an item ends in the calendar's zone."""
    if item.ends <= item.begins:
        return first_day_of_item(item, zone)
    return day_of_instant(item.ends - timedelta(microseconds=1), zone)
