"""Complete the dates of a page from the page itself: days before months in figures, and years that stand elsewhere.

"24.06.2019" somewhere in a page shows that "10/05/2019" in it is in May. A date without a year gets that of the heading
or date above it. If its weekday fits that year it is decided, else a person is asked: the year is only proposed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS, WEEKDAYS
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.page_dates import read_date_line
from calendar_service.parsers.importing.page_labels import value_of_date_label
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\d/-]|\.\d)")
_WITH_WEEKDAY = re.compile(
    rf"(?:\b(?P<weekday>{_WEEKDAY})\.?,? )?(?<![\d./-])(?P<first>\d{{1,2}})(?P<sign>[./])(?P<second>\d{{1,2}})(?P=sign)"
    r"(?P<year>(?:19|20)\d\d)(?![\d/-]|\.\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(
    rf"(?<![\d/.])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?(?:[ .]{{1,2}}| (?:of|de) )(?P<month>{_MONTH})\b\.?"
    rf"|\b(?P<month_first>{_MONTH})\.? (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.h])"
)
_NAMED_WEEKDAY = re.compile(rf"\b({_WEEKDAY})\b")
_MONTH_HEADING = re.compile(rf"({_MONTH})(?: ((?:19|20)\d\d))?")
_BARE_DAYS = re.compile(r"\d{1,2}(?:er)?(?: ?(?:[-–—]|to|au|et|and|&) ?\d{1,2})?")
_IN_DATE = re.compile(rf"\b(?:{_MONTH})\.?,? (?:19|20)\d\d\b")
_BEHIND = re.compile(r",? ((?:19|20)\d\d)\b")
_NEARBY = 8
_FROM, _TO = re.compile(r"(?:from|du) "), re.compile(r"(?:to|au|until) ")
_CLOCK = r"\d{1,2}(?:[:.h]\d{2}|h| ?[ap]m|[:.]\d{2} ?[ap]m)"
_WHEN = re.compile(r"(?:when|quand|time|heure)\s*[:–-]?\s*(?:from |de )?", re.IGNORECASE)
_HOURS = re.compile(rf"(?:{_WHEN.pattern})?{_CLOCK}(?: ?(?:[-–—]|to|a|until|jusqu'a) ?{_CLOCK})?")
_AGENDA = 2  # hours below one day
_MOST_WORDS = 20
_LONGEST_HEADING = 12


def complete_dates(lines: list[SourceLine]) -> tuple[list[SourceLine], dict[int, str]]:
    """Return the lines with their dates completed, and the questions about that, by the number of the line."""
    found = _with_days_of_months(_joined(_in_words(lines)))
    questions: dict[int, str] = {}
    years = _Years(found)
    whole = [_with_year(line, at, years, questions) for at, line in enumerate(found)]
    return _with_days_of_hours(whole, questions), questions


def _with_days_of_hours(lines: list[SourceLine], questions: dict[int, str]) -> list[SourceLine]:
    """Return the lines with the day of the heading above before bare hours, where several hours stand below one."""
    if sum(bool(_HOURS.fullmatch(fold_text(line.text))) for line in lines) < _AGENDA:
        return lines
    out = lines[:]
    day: int | None = None
    hours: list[int] = []
    for at, line in enumerate([*lines, SourceLine(0, "", Role.DATE)]):
        if line.text and _HOURS.fullmatch(fold_text(line.text)) and day is not None:
            hours.append(at)
        elif line.role is Role.DATE or (line.text and not line.cells and read_date_line(line.text)):
            if day is not None and len(hours) >= _AGENDA:
                _spread_day(out, day, hours, questions)
            day, hours = (at if _is_bare_day(line.text) else None), []
    return out


def _is_bare_day(text: str) -> bool:
    read = read_date_line(text)
    if read is None or read.when is None or read.rest or read.place or read.is_deadline:
        return False
    return read.when.start is None and read.when.first == read.when.last


def _spread_day(lines: list[SourceLine], day: int, hours: list[int], questions: dict[int, str]) -> None:
    heading = lines[day]
    lines[day] = replace(heading, text="", role=Role.BREAK)
    for at in hours:
        line = lines[at]
        lines[at] = replace(line, text=f"{heading.text}, {_WHEN.sub('', line.text)}", role=Role.NONE)
        questions[line.number] = f"The day of these hours is taken from line {heading.number}: {heading.text!r}. Right?"


def _joined(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with "to 3 May 2027" put behind the line above that begins with "from"."""
    out: list[SourceLine] = []
    for line in lines:
        above = out[-1] if out else None
        is_from = above and _FROM.match(fold_text(above.text)) and carries_date(above.text) and not above.cells
        if above and is_from and _TO.match(fold_text(line.text)) and carries_date(line.text):
            out[-1] = replace(above, text=f"{above.text} {line.text}")
        else:
            out.append(line)
    return out


# --- figures -------------------------------------------------------------------------------------


def _in_words(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with dates in figures in ISO 8601, where the page shows which is the day."""
    pairs = [
        (sign, int(first), int(second)) for line in lines for first, sign, second, _ in _NUMERIC.findall(line.text)
    ]
    day_first = {sign for sign in "./" if _is_day_first([pair[1:] for pair in pairs if pair[0] == sign], sign)}

    def worded(match: re.Match[str]) -> str:
        year, month, day = int(match["year"]), int(match["second"]), int(match["first"])
        if match["sign"] not in day_first or not _exists(year, month, day):
            return match[0]
        weekday = WEEKDAYS.get(fold_text(match["weekday"] or ""))
        is_fit = weekday in (None, date(year, month, day).weekday())
        return date(year, month, day).isoformat() if is_fit else match[0]

    return [_changed(line, worded) if day_first and _is_unclear(line.text) else line for line in lines]


def _is_unclear(text: str) -> bool:
    """Return True if a date in a text may begin with the day or the month."""
    return any(max(int(first), int(second)) <= 12 for first, _, second, _ in _NUMERIC.findall(text))


def _changed(line: SourceLine, worded: Callable[[re.Match[str]], str]) -> SourceLine:
    cells = tuple(_WITH_WEEKDAY.sub(worded, cell) for cell in line.cells)
    return replace(line, text=_WITH_WEEKDAY.sub(worded, line.text), cells=cells)


def _is_day_first(pairs: list[tuple[int, int]], sign: str) -> bool:
    """Return True if the first of two figures is the day: shown by a day over 12, or written with dots."""
    shown = sign == "." or any(first > 12 for first, _ in pairs)
    return bool(pairs) and shown and all(second <= 12 for _, second in pairs)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


# --- months as headings --------------------------------------------------------------------------


def _with_days_of_months(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with the month of the heading above behind bare days: "26-30" below "January"."""
    out: list[SourceLine] = []
    heading: tuple[int, str] | None = None
    for line in lines:
        folded = fold_text(line.text.strip(" :.")).replace("’", "'")
        if line.text and _MONTH_HEADING.fullmatch(folded):
            heading = (len(out), line.text.strip(" :."))
            out.append(line)
        elif heading and line.text and _BARE_DAYS.fullmatch(folded):
            out[heading[0]] = replace(out[heading[0]], text="", role=Role.BREAK)
            out += [replace(line, text="", role=Role.BREAK), replace(line, text=f"{line.text} {heading[1]}")]
        else:
            out.append(line)
    return out


# --- years ---------------------------------------------------------------------------------------


class _Years:
    """The years that the dates and headings of a page name, each with its line."""

    def __init__(self, lines: list[SourceLine]) -> None:
        self.dated: list[tuple[int, int, int]] = []
        self.headings: list[tuple[int, int, int]] = []
        self.days: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for at, line in enumerate(lines):
            folded = fold_text(line.text)
            years = {int(year) for year in _YEAR.findall(folded)}
            for day in _DAY.finditer(folded):
                if year := _BEHIND.match(folded, day.end()):
                    self.days.setdefault(_day_and_month(day), []).append((at, int(year[1])))
            if len(years) == 1 and (_IN_DATE.search(folded) or carries_date(line.text)):
                self.dated.append((at, years.pop(), line.number))
            elif len(years) == 1 and len(line.text.split()) <= _LONGEST_HEADING:
                self.headings.append((at, years.pop(), line.number))

    def near(self, at: int) -> tuple[int, int, bool] | None:
        """Return the year that counts for a line, the line that names it, and whether that is a date."""
        for named, is_date in ((self.dated, True), (self.headings, False)):
            if named:
                place = bisect_left(named, (at, 0, 0))
                _, year, number = named[max(place - 1, 0)]
                return year, number, is_date
        return None

    def of_day(self, at: int, day: tuple[int, int]) -> int | None:
        """Return the year of the same day nearby, if it is named whole there."""
        known = self.days.get(day, [])
        first, last = bisect_left(known, (at - _NEARBY, 0)), bisect_left(known, (at + _NEARBY + 1, 0))
        found = {year for _, year in known[first:last]}
        return found.pop() if len(found) == 1 else None


def _day_and_month(day: re.Match[str]) -> tuple[int, int]:
    return int(day["day"] or day["day_behind"]), MONTHS[day["month"] or day["month_first"]]


def _with_year(line: SourceLine, at: int, years: _Years, questions: dict[int, str]) -> SourceLine:
    if line.cells:
        cells = tuple(_completed(cell, line, at, years, questions) or cell for cell in line.cells)
        return line if cells == line.cells else replace(line, cells=cells, text=" | ".join(cells))
    value = value_of_date_label(line.text)
    text = _completed(value, line, at, years, questions)
    return replace(line, text=line.text[: len(line.text) - len(value)] + text) if text else line


def _completed(text: str, line: SourceLine, at: int, years: _Years, questions: dict[int, str]) -> str:
    """Return a date with its year; "" if it is none, or has one."""
    folded = fold_text(text)
    days = list(_DAY.finditer(folded)) if len(folded) == len(text) and len(text.split()) <= _MOST_WORDS else []
    near = years.near(at) if days and not _YEAR.search(text) else None
    if near is None:
        return ""
    day, weekday = _day_and_month(days[0]), _NAMED_WEEKDAY.search(folded)
    whole = years.of_day(at, day)
    fitting = whole or (_year_by_weekday(day, WEEKDAYS[weekday[1]], near[0]) if weekday else None)
    year = fitting or near[0]
    end = days[-1].end()
    words = f"{text[:end].rstrip('.')} {year}{text[end:]}"
    read = read_date_line(words)
    if read is None or read.when is None or (read.rest and not read.when.end):
        return ""
    if not whole and (fitting != near[0] or not near[2]):
        questions[line.number] = f"{text!r} names no year; {year} follows from line {near[1]}: is that right?"
    return words


def _year_by_weekday(day: tuple[int, int], weekday: int, near: int) -> int | None:
    """Return the only year around in which a day falls on a weekday; None if there is none."""
    number, month = day
    fitting = [
        year
        for year in (near, near + 1, near - 1)
        if _exists(year, month, number) and date(year, month, number).weekday() == weekday
    ]
    return fitting[0] if fitting else None
