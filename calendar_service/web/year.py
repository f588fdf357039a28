"""A year as twelve small months: a day on which something is has a dot for each kind, and is a link."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import Kind
from calendar_service.records.times import day_of_instant
from calendar_service.web.agenda import first_day_of_item
from calendar_service.web.month import last_day_of_item, last_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.web.agenda import AgendaItem
    from calendar_service.writers.render_context import RenderContext

_WEEK = 7
_MONTHS = range(1, 13)


@dataclass(frozen=True)
class YearDay:
    """A day of a small month. `kinds` are those of what is on, in a fixed order; `words` say the day and how many."""

    day: date
    words: str
    url: str
    kinds: list[str]
    is_today: bool


@dataclass(frozen=True)
class SmallMonth:
    """A month; a day of its weeks is None where the week reaches into another month."""

    name: str
    url: str
    weeks: list[list[YearDay | None]]


def make_year(
    items: list[AgendaItem],
    year: int,
    edition: Edition,
    view: RenderContext,
    now: datetime,
    urls: tuple[Callable[[date], str], Callable[[date], str]],
) -> list[SmallMonth]:
    """Return the months of a year; `urls` return the URL of a month, by its first day, and of the agenda of a day.

    What is cancelled or postponed has no dot.
    """
    month_url, day_url = urls
    by_day = _by_day([item for item in items if not item.is_off], year, edition.calendar.zone)
    today = day_of_instant(now, edition.calendar.zone)

    def make_day(day: date) -> YearDay:
        here = by_day.get(day, [])
        kinds = [kind for kind in Kind if any(item.entry.record.kind is kind for item in here)]
        number = view.lang.ngettext("{number} entry", "{number} entries", len(here))
        words = f"{view.lang.day(day)}: {number}"
        return YearDay(day, words, day_url(day) if here else "", [str(kind) for kind in kinds], day == today)

    firsts = [date(year, month, 1) for month in _MONTHS]
    return [SmallMonth(view.lang.month(first), month_url(first), _weeks(first, make_day)) for first in firsts]


def _weeks(first: date, make_day: Callable[[date], YearDay]) -> list[list[YearDay | None]]:
    """Return the weeks of a month, from Monday."""
    days: list[YearDay | None] = [None] * first.weekday()
    days += [make_day(first.replace(day=number)) for number in range(1, last_of(first).day + 1)]
    days += [None] * (-len(days) % _WEEK)
    return [days[start : start + _WEEK] for start in range(0, len(days), _WEEK)]


def _by_day(items: list[AgendaItem], year: int, zone: str) -> dict[date, list[AgendaItem]]:
    """Return what is on, for each day of a year."""
    found: dict[date, list[AgendaItem]] = defaultdict(list)
    for item in items:
        day = max(first_day_of_item(item, zone), date(year, 1, 1))
        last = min(last_day_of_item(item, zone), date(year, 12, 31))
        while day <= last:
            found[day].append(item)
            day += timedelta(days=1)
    return found
