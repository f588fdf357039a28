"""Times drawn to scale: open calls as bars on one line, and the key dates of one record as marks on a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import midnight
from calendar_service.records.times import day_of_instant
from calendar_service.web.agenda import first_day_of_item, machine_time, page_path, urgency
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead, keep_together

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition
    from calendar_service.web.agenda import AgendaItem
    from calendar_service.writers.phrases import LocalizedText
    from calendar_service.writers.render_context import RenderContext

_SHORTEST, _LONGEST = 1.0, 100.0  # per cent of the line
_NEXT_MONTH = timedelta(days=32)
_MOST_MARKS = 6
# A mark's name needs this much of the line, so that it does not run into the next one or out of the picture.
_NAME_WIDTH = 8.0
# Marks of key dates keep this far from the ends of their line, and from each other.
_EDGE, _APART = 3.0, 7.0


@dataclass(frozen=True)
class Bar:
    """One open call. `length` is in per cent of the line."""

    title: LocalizedText
    url: str
    datetime: str
    day: str
    countdown: str
    urgency: str
    length: str


@dataclass(frozen=True)
class Timeline:
    """The bars, the first to close on top; `marks` are the starts of months: where (per cent), and the name.

    `others` counts the open calls that are not drawn.
    """

    bars: list[Bar]
    marks: list[tuple[str, str]]
    others: int


@dataclass(frozen=True)
class Mark:
    """A key date on the line: where (per cent), its number in the list or "", and "past", "ahead" or "old"."""

    place: str
    number: str
    state: str


@dataclass(frozen=True)
class Scale:
    """The key dates of a record to scale; `today` is where now is, "" if before or after all of them."""

    marks: list[Mark]
    today: str
    passed: str


def make_scale(points: list[tuple[datetime, str, str]], now: datetime) -> Scale:
    """Draw `points` (instant, number, state) to scale, in order of time; marks that would touch are moved apart."""
    points = sorted(points)
    first, last = points[0][0], points[-1][0]

    def place_of(at: datetime) -> float:
        return _EDGE + (_LONGEST - 2 * _EDGE) * ((at - first) / (last - first) if last > first else 0)

    places = _apart([place_of(at) for at, _, _ in points])
    marks = [Mark(_per_cent(place), number, state) for place, (_, number, state) in zip(places, points, strict=True)]
    if now <= first:
        return Scale(marks, "", _per_cent(0))
    return Scale(marks, _per_cent(place_of(now)) if now < last else "", _per_cent(place_of(min(now, last))))


def _apart(places: list[float]) -> list[float]:
    """Return places in order with at least `_APART` between them, none beyond the end of the line."""
    apart = min(_APART, (_LONGEST - 2 * _EDGE) / max(1, len(places) - 1))
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + apart) if moved else place)
    limit = _LONGEST - _EDGE
    for number in range(len(moved) - 1, -1, -1):
        moved[number] = min(moved[number], limit)
        limit = moved[number] - apart
    return moved


def make_timeline(items: list[AgendaItem], most: int, edition: Edition, view: RenderContext, now: datetime) -> Timeline:
    """Draw the first `most` of `items`, in order of closing, on a line from `now` to the last closing."""
    shown, zone = items[:most], edition.calendar.zone
    end = max(item.ends for item in shown)
    return Timeline(
        bars=[_bar(item, edition, view, now, end) for item in shown],
        marks=_marks(now, end, zone, view),
        others=len(items) - len(shown),
    )


def _bar(item: AgendaItem, edition: Edition, view: RenderContext, now: datetime, end: datetime) -> Bar:
    record, zone = item.entry.record, edition.calendar.zone
    day = first_day_of_item(item, zone)
    return Bar(
        title=phrases.pick(record.title, view.lang.code),
        url=page_path(record.id, view),
        datetime=machine_time(item.at, zone),
        day=view.lang.short_day(day, year=day.year != day_of_instant(now, zone).year),
        countdown=keep_together(countdown_words(MomentName.STARTS, days_ahead(item.at, zone, now), view.lang)),
        urgency=urgency(item.at, zone, now),
        length=_per_cent(max(_SHORTEST, _share(item.ends, now, end))),
    )


def _marks(now: datetime, end: datetime, zone: str, view: RenderContext) -> list[tuple[str, str]]:
    """Return where months start; so many that their names have room."""
    months = _months_between(day_of_instant(now, zone), day_of_instant(end, zone))
    step = -(-len(months) // _MOST_MARKS) or 1
    found: list[tuple[str, str]] = []
    last = 0.0
    for month in months[::step]:
        place = _share(midnight(month, zone), now, end)
        if last + _NAME_WIDTH <= place <= _LONGEST - _NAME_WIDTH:
            found.append((_per_cent(place), view.lang.short_month(month)))
            last = place
    return found


def _months_between(first: date, last: date) -> list[date]:
    months, month = [], (first.replace(day=1) + _NEXT_MONTH).replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + _NEXT_MONTH).replace(day=1)
    return months


def _share(at: datetime, now: datetime, end: datetime) -> float:
    return _LONGEST * (at - now) / (end - now) if end > now else _LONGEST


def _per_cent(share: float) -> str:
    return f"{share:.1f}%"
