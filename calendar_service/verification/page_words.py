"""Parse printed words independently: from names of days and months, clock times and printed offsets alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale

from calendar_service.verification.facts import StatedTime, spell_days, spell_words

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLOCK = r"\d{1,2}:\d\d"
_OFFSET = r"UTC(?:[+-]\d{1,2}(?::\d\d)?)?"
_ZONE = rf"(?:\S+ \({_OFFSET}\)|{_OFFSET})(?![\w+-])"
_SPACES = re.compile(r"\s+")


class UnreadableWords(ValueError):
    """A date, clock time or offset is unreadable or contradicts itself."""


class PageWords:
    """Parses the sentences about time in one language."""

    def __init__(self, code: str) -> None:
        locale = Locale.parse(code)
        self._weekdays = [name for _, name in sorted(locale.days["format"]["wide"].items())]
        self._months = [name for _, name in sorted(locale.months["format"]["wide"].items())]
        months = "|".join(map(re.escape, self._months))
        bare = rf"(\d{{1,2}})(?:er)? ({months}) (\d{{4}})\b"
        day = rf"({'|'.join(map(re.escape, self._weekdays))}) {bare}"
        unnamed = re.sub(r"\((?!\?)", "(?:", day)
        stamp = rf"{unnamed}(?:, {_CLOCK}(?:-{_CLOCK})? {_ZONE})?"
        # A clock without a day stands behind the name of a place, or alone.
        alone = rf"(?:^|(?<=: )){_CLOCK}(?:-{_CLOCK})? {_ZONE}"
        # Of several days, the first has neither month nor year where the last has the same: "7-9 July 2020".
        named = rf"(?:({'|'.join(map(re.escape, self._weekdays))}) )?(\d{{1,2}})(?:er)?"
        span = rf"{named}(?: ({months}))?(?: (\d{{4}}))?(?:-| [^\s\d,]+ ){named} ({months}) (\d{{4}})\b(?!, {_CLOCK})"
        self._span = re.compile(rf"(?<!\d){span}")
        unnamed_span = re.sub(r"\((?!\?)", "(?:", self._span.pattern)
        self._when = re.compile(rf"{unnamed_span}|(?:{stamp}|{alone})(?: [^\s\d,]+ {stamp})?")
        self._part = re.compile(rf"(?:({unnamed}), )?({_CLOCK})(?:-({_CLOCK}))? ({_ZONE})")
        self._day = re.compile(day)
        self._bare = re.compile(bare)

    def read_lines(self, lines: Iterable[str], what: str = "words", day: date | None = None) -> list[StatedTime]:
        """Return the facts of lines, each of which is a time, perhaps behind a label, or a recurrence.

        A clock without a day is of the day of the line before; `day` is that of the first one.
        """
        found: list[StatedTime] = []
        for raw in lines:
            line = _SPACES.sub(" ", raw).strip()
            match = next((each for each in self._when.finditer(line) if each.end() == len(line)), None)
            try:
                if match:
                    day, value = self._read(match[0], day)
                    found.append(StatedTime(what, value))
                elif re.search(_CLOCK, line):
                    found.append(StatedTime(what, f"unreadable words {line!r}"))
                elif bare := self._bare.search(line):
                    found.append(StatedTime("until", self._date(*bare.groups()).isoformat()))
            except UnreadableWords:
                found.append(StatedTime(what, f"unreadable words {line!r}"))
        return found

    def read_moves(self, lines: Iterable[str]) -> list[StatedTime]:
        """Return the facts of sentences about moved deadlines: from when, to when, decided on which day."""
        found: list[StatedTime] = []
        for raw in lines:
            line = _SPACES.sub(" ", raw).strip()
            matches = list(self._when.finditer(line))[:2]
            try:
                values = [self._read(each[0], None)[1] for each in matches]
                found += [
                    StatedTime(what, value) for what, value in zip(("moved from", "moved to"), values, strict=False)
                ]
                if matches and (decided := self._bare.search(line, matches[-1].end())):
                    found.append(StatedTime("moved on", self._date(*decided.groups()).isoformat()))
            except UnreadableWords:
                found.append(StatedTime("moved to", f"unreadable words {line!r}"))
        return found

    def read_deadline_before(self, lines: Iterable[str]) -> list[StatedTime]:
        """Return the fact of a short sentence on the first deadline: its day."""
        found = [self._bare.search(_SPACES.sub(" ", line)) for line in lines]
        return [StatedTime("first deadline", self._date(*each.groups()).isoformat()) for each in found if each]

    def read_start(self, text: str, what: str) -> list[StatedTime]:
        """Return the fact of the time that a text begins with."""
        match = self._when.match(_SPACES.sub(" ", text))
        try:
            return [StatedTime(what, self._read(match[0], None)[1])] if match else []
        except UnreadableWords:
            return [StatedTime(what, f"unreadable words {text!r}")]

    def day_number(self, text: str) -> int | None:
        """Return the day of the month that a time begins with."""
        match = self._when.match(_SPACES.sub(" ", text))
        number = re.search(r"\d+", match[0]) if match and not re.match(_CLOCK, match[0]) else None
        return int(number[0]) if number else None

    def _read(self, text: str, before: date | None) -> tuple[date, str]:
        """Return the first day and the value of a time; one without a day has the day of the line before."""
        parts = list(self._part.finditer(text))
        if not parts:
            first_day, last_day = self._read_days(text)
            return first_day, spell_days(first_day, last_day)
        stamps: list[tuple[datetime, timedelta]] = []
        first = before
        for named, starts, ends, zone in (part.groups() for part in parts):
            match = self._day.fullmatch(named) if named else None
            day = self._named(*match.groups()) if match else before
            if day is None:
                raise UnreadableWords(text)
            first = day if not stamps else first
            offset = _offset(zone)
            stamps += [(_instant(day, clock, offset), offset) for clock in (starts, ends) if clock]
        return first or stamps[0][0].date(), spell_words(*stamps)

    def _read_days(self, text: str) -> tuple[date, date]:
        """Return the first and the last day of a text without a clock."""
        if match := self._span.fullmatch(text):
            begin, first, month, year, end, last, last_month, last_year = match.groups()
            last_day = self._named(end, last, last_month, last_year)
            return self._named(begin, first, month or last_month, year or last_year), last_day
        days = [self._named(*match.groups()) for match in self._day.finditer(text)]
        return days[0], days[-1]

    def _named(self, weekday: str | None, number: str, month: str, year: str) -> date:
        day = self._date(number, month, year)
        if weekday and self._weekdays[day.weekday()] != weekday:
            raise UnreadableWords(f"{weekday} {number} {month} {year}")
        return day

    def _date(self, number: str, month: str, year: str) -> date:
        try:
            return date(int(year), self._months.index(month) + 1, int(number))
        except ValueError:
            raise UnreadableWords(f"{number} {month} {year}") from None


@lru_cache
def page_words_of(code: str) -> PageWords:
    """Return the parser of a language."""
    return PageWords(code)


def _offset(zone: str) -> timedelta:
    match = re.search(r"UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?\)?$", zone)
    if match is None:
        raise UnreadableWords(zone)
    size = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


def _instant(day: date, clock: str, offset: timedelta) -> datetime:
    hour, minute = map(int, clock.split(":"))
    try:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - offset
    except ValueError:
        raise UnreadableWords(clock) from None
