"""The lines of a page as they stand in it, before anybody knows what they mean; tables keep their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import UnfitSource, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LINES = 20_000
_MOST_CELLS = 30
_RULE = re.compile(r"[\s|:=+_-]*")  # between the head of a table and its rows


class Role(Enum):
    """What is known of a line from where it stands: in a table, behind a label, in a heading."""

    NONE = auto()
    BREAK = auto()  # between two items
    TITLE = auto()
    DATE = auto()
    PLACE = auto()
    STATUS = auto()
    REFERENCE = auto()
    NOTE = auto()  # left out, and said so
    TEXT = auto()
    DETAIL = auto()  # behind a label: never a title


@dataclass(frozen=True)
class SourceLine:
    """One line, or one row of a table; no text at all is an empty line."""

    number: int
    text: str
    role: Role = Role.NONE
    cells: tuple[str, ...] = ()
    url: str = ""
    is_event: bool = False  # the head of its column says so


def text_lines(text: str) -> Iterator[SourceLine]:
    """Yield the lines of plain text. Raise UnfitSource if there are too many."""
    for number, line in enumerate(text.splitlines(), 1):
        if number > _MOST_LINES:
            raise UnfitSource(f"the page has more than {_MOST_LINES:,} lines.", line=number, remedy="Split the page.")
        yield SourceLine(number, "" if _RULE.fullmatch(line) else tidy(line), cells=_cells(line))


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row that is written with tabs or pipes; none for any other line."""
    if "\t" in line.strip():
        cells = line.strip("\r\n").split("\t")
    elif " | " in line or line.count("|") > 1:
        cells = line.strip().strip("|").split("|")
    else:
        return ()
    return tuple(tidy(cell) for cell in cells[:_MOST_CELLS])
