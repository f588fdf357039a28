"""The page of a year: how many things are on each day, and of which kinds."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import DaySpan
from calendar_service.records.zones import tzinfo_of
from calendar_service.verification.expected import listed_at
from calendar_service.verification.facts import StatedTime
from calendar_service.verification.page_words import page_words_of
from calendar_service.verification.states import is_on

if TYPE_CHECKING:
    from calendar_service.records.record import Point, Span
    from calendar_service.verification.expected import Scope

_DAY = timedelta(days=1)


class _Year(HTMLParser):
    """Each day that is a link: its words, and the kinds that have a dot."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.days: list[tuple[str, list[str]]] = []
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = self._inside or tag == "td"
        if self._inside and tag == "a":
            self.days.append((given.get("aria-label", ""), []))
        if self._inside and tag == "circle" and self.days:
            self.days[-1][1].append(given.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"


def find_year(body: bytes, scope: Scope) -> list[StatedTime]:
    """Return how many things the page of a year has on each day, and the kinds of its dots."""
    words, found = page_words_of(scope.lang), []
    for label, kinds in _Year(body.decode()).days:
        day, _, number = label.rpartition(":")
        read = [fact.value for fact in words.read_lines([day.strip()])]
        count = re.search(r"\d+", number)
        found.append(StatedTime("day", f"{' '.join(read)}: {count[0] if count else '?'} {' '.join(sorted(kinds))}"))
    return found


def expect_year(year: int, scope: Scope) -> list[StatedTime]:
    """Return what the page of a year must have: what does not take place is not counted."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    bounds = [datetime.combine(day, time(), tzinfo_of(scope.home)) for day in (first, last + _DAY)]
    kinds: dict[date, list[str]] = defaultdict(list)
    for entry in scope.edition.shown_at(scope.now):
        for at, occurrence in listed_at(entry, bounds[0], bounds[1], scope):
            begins, ends = _days_of(at, scope)
            day = max(begins, first)
            while is_on(entry, occurrence) and day <= min(ends, last):
                kinds[day].append(str(entry.record.kind))
                day += _DAY
    return [StatedTime("day", f"{day}: {len(on)} {' '.join(sorted(set(on)))}") for day, on in sorted(kinds.items())]


def _days_of(at: Point | Span, scope: Scope) -> tuple[date, date]:
    """Return the first and the last day on the calendar's clock; what ends at midnight ends on the day before."""
    if isinstance(at, DaySpan):
        return at.first, at.last
    begins, ends = (each.astimezone(tzinfo_of(scope.home)) for each in instant_bounds(at, scope.home))
    return begins.date(), max(begins, ends - timedelta(microseconds=1)).date()
