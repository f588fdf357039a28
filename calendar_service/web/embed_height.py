"""Estimate the height of a widget: a site gives its frame one before the frame can tell its own."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from calendar_service.web.agenda import AgendaMonth, AgendaRow
    from calendar_service.web.widget_query import WidgetQuery
    from calendar_service.writers.i18n import Language

# CSS pixels, as widget.css has them: a line of small text and of a title; the padding of a solid widget on both
# sides; from which widths its rows, its month and its foot have more columns.
_LINE, _TITLE, _PADDING = 21, 22, 32
_WIDE_LINES, _WIDE_ROWS, _WIDE_MONTH, _WIDE_FOOT = 480, 560, 640, 532
_SMALL, _NORMAL, _TITLE_SIZE, _LARGE, _BOLD = 14, 16, 17, 29, 1.12
# Where a frame changes its height: at the widths of the columns above, and often where lines break.
_STEPS = (240, 280, 320, 340, 360, 400, 440, 480, 520, 564, 600, 640, 672, 720, 800, 960)
_SAME = 1.06
# How wide letters are, in font sizes: those of DejaVu Sans, which is wider than what most systems have.
_WIDTHS = dict.fromkeys("'iljIJ ,.·’:;|\xa0", 0.31) | dict.fromkeys("f-()tr", 0.38) | dict.fromkeys("szcçLFk", 0.56)
_WIDTHS |= dict.fromkeys("mwMW", 0.92) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ", 0.73)
_WIDTH = 0.635


def estimate_height(query: WidgetQuery, values: dict[str, Any], width: int) -> int:
    """Return the height at a width in CSS pixels; `values` are those of the view's template."""
    padding = _PADDING if query.theme == "solid" else 0
    width -= padding
    foot = 57 if width >= _WIDE_FOOT else 89
    match query.view:
        case "month":
            main = _month(values, width)
        case "next":
            main = _next(values["row"], width)
        case _:
            main = _list(query, values, width)
    return ceil(main + foot + padding)


def estimate_steps(query: WidgetQuery, values: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the heights at all widths, each with the width from which on it holds.

    A frame cannot follow the site's colours, so that `auto` may have the padding of `solid`.
    """
    queries = [query, replace(query, theme="solid")] if query.theme == "auto" else [query]
    steps: list[tuple[int, int]] = []
    for width in _STEPS:
        height = max(estimate_height(each, values, width) for each in queries)
        if not steps or not height <= steps[-1][1] <= height * _SAME:
            steps.append((width, height))
    return steps


def _list(query: WidgetQuery, values: dict[str, Any], width: int) -> float:
    coming, past = values["coming"], values["past"]
    height = sum(_rows(query, months, values, width) for months in (coming, past))
    height += (40 if values["window"] else 0) + (48 if past else 0) + (44 if values["more"] > 0 else 0)
    return height + (32 + _TITLE * _lines("n" * 90, width, 16) if values["is_empty"] else 0)


def _rows(query: WidgetQuery, months: list[AgendaMonth], values: dict[str, Any], width: int) -> float:
    rows = [row for month in months for row in month.rows]
    if query.view == "compact":
        lang = language(query.selection.lang)
        return sum(_short_row(row, lang, values["this_year"], width) for row in rows)
    return sum(_row(row, width) for row in rows) + 43 * len(months)


def _row(row: AgendaRow, width: int) -> float:
    columns = 128 if width >= _WIDE_ROWS else 108 if width >= 360 else 56
    # The date has a width of its own; on narrow widgets the link to the file stands below it.
    least = 86 if width >= _WIDE_ROWS else 81 if width >= 360 or not row.can_be_added else 123
    # The countdown stands above the title, or beside it.
    above = 26 if row.countdown and width < _WIDE_ROWS else 0
    beside = 38 + _advance(row.countdown, 13) * _BOLD if row.countdown and width >= _WIDE_ROWS else 0
    label = _LINE * _lines(f"{'n' * round(len(row.kind) * 1.3)} {row.place}", width - columns)
    size = _BOLD * (_TITLE_SIZE if width >= _WIDE_ROWS else _NORMAL)
    return max(least, 29 + above + _texts(row, width - columns, size, beside) + label)


def _short_row(row: AgendaRow, lang: Language, year: int, width: int) -> float:
    day = f"{lang.weekday(row.day)} {row.day.day} {lang.short_month(row.day)}"
    day += f" {row.day.year}" if row.day.year != year else ""
    counted = _SMALL * (_BOLD if row.urgency else 1)
    if width >= _WIDE_LINES:
        left = _lines(day, 128, _SMALL * _BOLD) + (_lines(row.countdown, 128, counted) if row.countdown else 0)
        return 19 + max(_LINE * left, _texts(row, width - 204, _NORMAL), 38 if row.can_be_added else 0)
    day_width = _advance(day, _SMALL * _BOLD)
    left = _lines(f"· {row.countdown}", width - 56, counted, day_width + 5) if row.countdown else 1
    return 19 + _LINE * left + _texts(row, width - 56, _NORMAL)


def _texts(row: AgendaRow, width: float, size: float, beside: float = 0) -> float:
    """Return the height of the title, the times and the notes; the title leaves `beside` of its first line free."""
    title = f"{row.state} {row.title.text} {row.only}".strip()
    times = [each for each in (row.clock_words, *row.times[1:]) if each]
    moved = [*([row.deadline_before] if row.deadline_before else []), *row.changed]
    notes = [[f"{each.before}{each.old}{each.after}"] for each in moved]
    notes += [[row.reason.words]] if row.reason else []
    notes += [row.registration] if row.registration else []
    return (
        _TITLE * _lines(title, width, size, beside)
        + sum(_LINE * _lines(each, width) for each in times)
        + sum(6 + sum(_LINE * _lines(each, width - 12) for each in note) for note in notes)
    )


def _next(row: AgendaRow | None, width: int) -> float:
    if row is None:
        return 56
    size = _LARGE if width >= 360 else 24
    countdown = 1.2 * size * _lines(row.countdown, width - 20, size * _BOLD) if row.countdown else 0
    button = 56 if row.can_be_added else 0
    # The first of the times stands there in full.
    day = _LINE * (_lines(row.times[0], width - 20) - (_lines(row.clock_words, width - 20) if row.clock_words else 0))
    place = _LINE * _lines(row.place, width - 20) if row.place else 0
    return 38 + countdown + button + day + _texts(row, width - 20, _TITLE_SIZE * _BOLD) + place


def _month(values: dict[str, Any], width: int) -> float:
    weeks = len(values["weeks"])
    rows = sum(_row(row, width) for month in values["coming"] for row in month.rows)
    if width >= _WIDE_MONTH:
        return 76 + 97 * weeks + (0 if rows else 56)
    return 84 + 45 * weeks + (rows or 56) + (44 if values["more"] else 0)


def _lines(text: str, width: float, size: float = _SMALL, beside: float = 0) -> int:
    """Return how many lines a text takes, of which the first leaves `beside` free."""
    space = _WIDTHS[" "] * size
    lines, left = 1, width - beside
    for word in text.split(" "):
        length = _advance(word, size)
        if length > left and left < width:
            lines, left = lines + 1, width
        lines += int(length // width)
        left -= length % width + space
    return lines


def _advance(text: str, size: float) -> float:
    return size * sum(_WIDTHS.get(each, _WIDTH) for each in text)
