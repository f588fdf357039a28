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
_SENTENCE_END = (".", "…", ";", ",")
_SENDER = re.compile(r"(?:From|De|Von)\s*:")
_MAIL_HEAD = re.compile(
    r"(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|De|À|A|Envoyé|Date d'envoi|Objet|Répondre à|Von|An|Betreff)\s*:\s"
)
_POINT = re.compile(r"[*•–-] \S")
_MOST_LINES_OF_POINT = 8
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
    level: int = 0  # of a heading
    is_leaf: bool = False  # a day whose parts stood in lines of their own
    is_headed: bool = False  # in an element that has one title, which is another line


def is_sentence(text: str) -> bool:
    """Return True if a text ends as a sentence does, or a part of one."""
    return text.endswith(_SENTENCE_END)


def text_lines(text: str) -> Iterator[SourceLine]:
    """Yield the lines of plain text. Raise UnfitSource if there are too many."""
    lines = _joined(text.splitlines())
    head = _length_of_mail_head(lines)
    for number, line in enumerate(lines, 1):
        if number <= head and line.strip():
            yield SourceLine(number, f"left out, of the mail: {tidy(line)}", Role.NOTE)
            continue
        if number > _MOST_LINES:
            raise UnfitSource(f"the page has more than {_MOST_LINES:,} lines.", line=number, remedy="Split the page.")
        yield SourceLine(number, "" if _RULE.fullmatch(line) else tidy(line), cells=_cells(line))


def _joined(lines: list[str]) -> list[str]:
    """Return the lines with those that are indented below a point of a list put behind it, and left empty."""
    out = lines[:]
    point = -1
    for at, line in enumerate(lines):
        if _POINT.match(line):
            point = at
        elif point >= 0 and line.strip() and line.startswith("  ") and at - point <= _MOST_LINES_OF_POINT:
            out[point] = f"{out[point]} {line.strip()}"
            out[at] = ""
        else:
            point = -1
    return out


def _length_of_mail_head(lines: list[str]) -> int:
    """Return how many lines at the beginning are the head of a mail; 0 if there is none."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = first
    while end < len(lines) and _MAIL_HEAD.match(lines[end]):
        end += 1
    return end if end - first > 1 and any(_SENDER.match(line) for line in lines[first:end]) else 0


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row that is written with tabs or pipes; none for any other line."""
    if "\t" in line.strip():
        cells = line.strip("\r\n").split("\t")
    elif " | " in line or line.count("|") > 1:
        cells = line.strip().strip("|").split("|")
    else:
        return ()
    return tuple(tidy(cell) for cell in cells[:_MOST_CELLS])
