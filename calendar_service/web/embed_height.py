"""Estimate the height of a widget: a site gives its frame one before the frame can tell its own."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calendar_service.web.agenda import AgendaMonth, AgendaRow
    from calendar_service.web.widget_query import WidgetQuery

# CSS pixels, as widget.css has them: a line of small text, a character of it and of a title, the padding of a solid
# widget on both sides; from which widths its rows and its month have more columns; the width of a countdown.
_LINE, _CHARACTER, _TITLE_CHARACTER, _PADDING = 21, 7.4, 9, 32
_WIDE_LINES, _WIDE_ROWS, _WIDE_MONTH, _PILL = 480, 560, 640, 120


def estimate_height(query: WidgetQuery, values: dict[str, Any], width: int) -> int:
    """Return the height at a width in CSS pixels; `values` are those of the view's template."""
    padding = _PADDING if query.theme == "solid" else 0
    width -= padding
    foot = 57 if width >= 540 else 89
    match query.view:
        case "month":
            main = _month(values, width)
        case "next":
            main = _next(values["row"], width)
        case _:
            main = _list(query.view, values, width)
    return ceil(main + foot + padding)


def _list(view: str, values: dict[str, Any], width: int) -> float:
    coming, past = values["coming"], values["past"]
    height = sum(_rows(view, months, width) for months in (coming, past))
    height += (40 if values["window"] else 0) + (48 if past else 0) + (44 if values["more"] > 0 else 0)
    return height + (32 + 24 * _lines(90, width, _TITLE_CHARACTER) if values["is_empty"] else 0)


def _rows(view: str, months: list[AgendaMonth], width: int) -> float:
    rows = [row for month in months for row in month.rows]
    if view == "compact":
        return sum(_short_row(row, width) for row in rows)
    return sum(_row(row, width) for row in rows) + 43 * len(months)


def _row(row: AgendaRow, width: int) -> float:
    columns = 128 if width >= _WIDE_ROWS else 108 if width >= 360 else 56
    # The countdown stands above the title, or beside it.
    above = 26 if row.countdown and width < _WIDE_ROWS else 0
    beside = _PILL if row.countdown and width >= _WIDE_ROWS else 0
    label = _LINE * _lines(len(row.kind) * 1.4 + len(row.place) + 3, width - columns)
    return 27 + above + _texts(row, width - columns, beside) + label


def _short_row(row: AgendaRow, width: int) -> float:
    if width >= _WIDE_LINES:
        return max(59, 17 + _texts(row, width - 188))
    return 17 + _LINE + _texts(row, width - 56)


def _texts(row: AgendaRow, width: float, beside: float = 0) -> float:
    """Return the height of the title, the times and the notes; the title leaves `beside` of its width free."""
    title = len(f"{row.state} {row.title.text} {row.only}")
    times = [each for each in (row.clock_words, *row.times[1:]) if each]
    moved = [*row.changed, *([row.deadline_before] if row.deadline_before else [])]
    notes = [*row.registration, *(f"{each.before}{each.old}{each.after}" for each in moved)]
    notes += [row.reason.words] if row.reason else []
    return (
        22 * _lines(title, width - beside, _TITLE_CHARACTER)
        + sum(_LINE * _lines(len(each), width) for each in times)
        + sum(6 + _LINE * _lines(len(each), width) for each in notes)
    )


def _next(row: AgendaRow | None, width: int) -> float:
    if row is None:
        return 56
    countdown = 57 if row.countdown else 0
    button = 56 if row.can_be_added else 0
    return 50 + countdown + button + _texts(row, width - 20) + _LINE * bool(row.place)


def _month(values: dict[str, Any], width: int) -> float:
    weeks = len(values["weeks"])
    if width >= _WIDE_MONTH:
        return 76 + 97 * weeks
    rows = sum(_row(row, width) for month in values["coming"] for row in month.rows)
    return 84 + 45 * weeks + (rows or 56) + (44 if values["more"] else 0)


def _lines(characters: float, width: float, per_character: float = _CHARACTER) -> int:
    return max(1, ceil(characters * per_character / max(width, 100)))
