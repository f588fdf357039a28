"""Write dates in figures in words, where the page shows which figure is the day: "24.06.2019", "10/05/2019"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS, WEEKDAYS
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.parsers.importing.page_source import SourceLine

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\d/-]|\.\d)")
_WITH_WEEKDAY = re.compile(
    rf"(?:\b(?P<weekday>{_WEEKDAY})\.?,? )?(?<![\d./-])(?P<first>\d{{1,2}})(?P<sign>[./])(?P<second>\d{{1,2}})(?P=sign)"
    r"(?P<year>(?:19|20)\d\d)(?![\d/-]|\.\d)",
    re.IGNORECASE,
)
_DOTTED_SPAN = re.compile(
    r"(?<![\d.])(?P<first>\d{1,2})(?:\.(?P<first_month>\d{2})\.?)?\.? ?[-–] ?"
    r"(?P<last>\d{1,2})\.(?P<month>\d{2})\.(?P<year>20\d\d)(?!\d)"
)
_SHORT_YEAR = re.compile(rf"(?<![\w-])(\d{{1,2}})-({_MONTH})-(?:20)?(\d\d)(?![\d-])", re.IGNORECASE)
_OFFSET = re.compile(r"\(GMT ([+-]?)(\d{1,2})\.00\)(?: [A-Z][\w/ ]+ Time)?$")  # "(GMT 2.00) Central Africa Time"
_ARROW = re.compile(rf"(?<=[^\W\d]) ?[>→»] ?(?=\d{{1,2}}(?:er)? (?:{_MONTH})\b)", re.IGNORECASE)


def figures_in_words(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with dates in figures in ISO 8601, where the page shows which is the day."""
    pairs = [
        (sign, int(first), int(second)) for line in lines for first, sign, second, _ in _NUMERIC.findall(line.text)
    ]
    day_first = {sign for sign in "./" if _is_day_first([pair[1:] for pair in pairs if pair[0] == sign], sign)}

    lines = [_map_text(line, lambda text: _DOTTED_SPAN.sub(_span_in_words, text)) for line in lines]
    lines = [_map_text(line, lambda text: _SHORT_YEAR.sub(r"\1 \2 20\3", text)) for line in lines]
    lines = [_map_text(line, lambda text: _ARROW.sub(" - ", _OFFSET.sub(_offset_in_words, text))) for line in lines]

    def worded(match: re.Match[str]) -> str:
        year, month, day = int(match["year"]), int(match["second"]), int(match["first"])
        if match["sign"] not in day_first or not exists(year, month, day):
            return match[0]
        weekday = WEEKDAYS.get(fold_text(match["weekday"] or ""))
        is_fit = weekday in (None, date(year, month, day).weekday())
        return date(year, month, day).isoformat() if is_fit else match[0]

    return [
        _map_text(line, lambda text: _WITH_WEEKDAY.sub(worded, text)) if day_first and _is_unclear(line.text) else line
        for line in lines
    ]


def _offset_in_words(match: re.Match[str]) -> str:
    return f"UTC{match[1] or '+'}{int(match[2]):02}:00"


def _span_in_words(match: re.Match[str]) -> str:
    """Return "28 - 29.04.2027" and "31.05 - 01.06.2027" in ISO 8601."""
    year, month = int(match["year"]), int(match["month"])
    days = [(int(match["first_month"] or month), int(match["first"])), (month, int(match["last"]))]
    if not all(exists(year, *day) for day in days):
        return match[0]
    first, last = (date(year, *day) for day in days)
    return f"{first} to {last}" if first < last else match[0]


def _is_unclear(text: str) -> bool:
    """Return True if a date in a text may begin with the day or the month."""
    return any(max(int(first), int(second)) <= 12 for first, _, second, _ in _NUMERIC.findall(text))


def _map_text(line: SourceLine, change: Callable[[str], str]) -> SourceLine:
    """Return a line with its text, and that of its cells, changed."""
    return replace(line, text=change(line.text), cells=tuple(change(cell) for cell in line.cells))


def _is_day_first(pairs: list[tuple[int, int]], sign: str) -> bool:
    """Return True if the first of two figures is the day: shown by a day over 12, or written with dots."""
    shown = sign == "." or any(first > 12 for first, _ in pairs)
    return bool(pairs) and shown and all(second <= 12 for _, second in pairs)


def exists(year: int, month: int, day: int) -> bool:
    """Return True if there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
