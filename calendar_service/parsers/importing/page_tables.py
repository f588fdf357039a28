"""Tables of a page with a head row: each row becomes the lines of one item."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import names_an_event
from calendar_service.parsers.importing.page_labels import Label, label_of, labelled
from calendar_service.parsers.importing.page_source import Role, SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BRACKET = re.compile(r"\(([^()]{2,30})\)\s*$")
_PAIR = 2
_A_MOMENT = "3 May 2027 10:00"
_DATES = (Label.DATE, Label.CLOSES, Label.APPLICATION)
_ORDER = (Label.DATE, Label.CLOSES, Label.APPLICATION, Label.REGISTRATION, Label.QUESTIONS)


def spread_tables(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines with the rows below a known head as items; other rows as they are."""
    head: list[Label | None] = []
    names: tuple[str, ...] = ()
    for line in lines:
        if len(line.cells) > 1 and (found := _head(line.cells)):
            head, names = found, line.cells
            yield SourceLine(line.number, "", Role.BREAK)
        elif head and len(line.cells) > 1 and len(line.cells) <= len(head):
            yield from _row(line, head, names)
        elif head and not line.text:
            continue
        elif head and line.role is Role.NOTE:  # a row that heads others
            yield line
        else:
            if head:
                yield SourceLine(line.number, "", Role.BREAK)
            head = []
            yield _pair(line)


def _pair(line: SourceLine) -> SourceLine:
    """Return a row of a label and a value as one line."""
    if len(line.cells) != _PAIR or label_of(line.cells[0]) is None:
        return line
    return replace(line, text=f"{line.cells[0].rstrip(' :')}: {line.cells[1]}", cells=())


def is_head(cells: tuple[str, ...]) -> bool:
    """Return True if a row names the columns of a table that can be read."""
    return len(cells) > 1 and bool(_head(cells))


def _head(cells: tuple[str, ...]) -> list[Label | None]:
    """Return what each column holds; nothing if this is no head row."""
    if any(carries_date(cell) for cell in cells):
        return []
    labels = [label_of(cell) for cell in cells]
    if not any(label in _DATES for label in labels):
        return []
    if Label.TITLE not in labels:
        unknown = [at for at, label in enumerate(labels) if label is None and cells[at]]
        if len(unknown) != 1:
            return []
        labels[unknown[0]] = Label.TITLE
    return labels


def _with_zone(cell: str, name: str) -> str:
    """Return hours with the zone in the head of their column: "Time (CET)"."""
    zone = _BRACKET.search(name)
    if not zone or not cell:
        return cell
    try:
        is_zone = parse_when(f"{_A_MOMENT} {zone[1]}").label is not None
    except DatePhraseError:
        is_zone = False
    return f"{cell} {zone[1]}" if is_zone else cell


def _row(line: SourceLine, head: list[Label | None], names: tuple[str, ...]) -> Iterator[SourceLine]:
    cells = list(zip(head, names, line.cells, strict=False))
    named, title = next(((name, cell) for label, name, cell in cells if label is Label.TITLE and cell), ("", ""))
    yield SourceLine(line.number, "", Role.BREAK)
    if title:
        yield SourceLine(line.number, title, Role.TITLE, url=line.url, is_event=names_an_event(named))
    time = next((_with_zone(cell, name) for label, name, cell in cells if label is Label.TIME), "")
    for known in _ORDER:
        for label, name, cell in cells:
            if label is known and cell:
                words = f"{cell}, {time}" if time and label is Label.DATE else cell
                yield labelled(known, words, line.number, name)
    taken = {Label.TITLE, Label.TIME, *_ORDER}
    seen_title = False
    for label, name, cell in cells:
        is_more = label is Label.TITLE and seen_title
        seen_title = seen_title or label is Label.TITLE
        if label in taken and not is_more:
            continue
        if label in (None, Label.TITLE, Label.END):
            if carries_date(cell):
                yield SourceLine(line.number, f"left out, {name}: {cell}", Role.NOTE)
        elif cell:
            yield labelled(label, cell, line.number, name)
    yield SourceLine(line.number, "", Role.BREAK)
