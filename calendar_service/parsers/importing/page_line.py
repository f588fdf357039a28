"""A classified line of a page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing.dated_text import carries_date

if TYPE_CHECKING:
    from calendar_service.parsers.importing.page_dates import DateLine


class LineKind(Enum):
    """The kind of a line."""

    TEXT = auto()
    DATE = auto()
    PLACE = auto()
    STATUS = auto()
    LANGUAGE = auto()
    REFERENCE = auto()
    NOTE = auto()
    DETAIL = auto()
    STOP = auto()


@dataclass(frozen=True)
class PageLine:
    """One line, or the joined lines of one paragraph. `is_cut`: the line above it may belong to it."""

    number: int
    text: str
    sort: LineKind = LineKind.TEXT
    date: DateLine | None = None
    language: str = ""
    is_cut: bool = False
    joined: tuple[tuple[int, str], ...] = ()
    place: Any = None
    status: str = ""
    is_title: bool = False
    url: str = ""
    question: str = ""
    is_event: bool = False
    opens: bool = False  # a paragraph of several lines
    is_headed: bool = False  # a heading beside it is the title
    is_kind: bool = False  # a note of what kind of event it is

    def dated(self) -> list[tuple[int, str]]:
        """Return its lines in the source that name a day, with their numbers."""
        return [(number, text) for number, text in parts_of(self) if carries_date(text)]


def parts_of(line: PageLine) -> tuple[tuple[int, str], ...]:
    """Return the lines in the source that a line was made of."""
    return line.joined or ((line.number, line.text),)
