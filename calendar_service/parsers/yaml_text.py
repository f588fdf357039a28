"""Decode the bytes of a YAML file, and refuse characters with surprising meanings, by line and column."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError, Path
from calendar_service.records.texts import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_LINE = 64 * 1024
_MOST_SHOWN = 100

Position = tuple[int, int]
"""Line and column, both counted from 1."""

# Each file is searched by the first; the second, which takes ten times as long, finds the place.
_SHORT_LINES = re.compile(rb"(?:[^\n]{0,%d}+\n)*+[^\n]{0,%d}+" % (MAX_LINE, MAX_LINE))
_LONG_LINE = re.compile(rb"(?m)^[^\n]{%d}" % (MAX_LINE + 1))
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What no text may hold, and tabs, but not CR LF: seen here first, they can be named by line and column.
_PERHAPS_STRANGE = re.compile(f"[\t{FORBIDDEN.pattern[1:]}")
_STRANGE = re.compile(rf"(?!\r\n)(?:\t|{FORBIDDEN.pattern})")
# A tab that indents, a lone CR, or NUL: the lines do not mean what they seem to.
_STRUCTURAL = re.compile(r"^ *\t|\r(?!\n)|\0", re.MULTILINE)
_NAMES = {
    "\t": ("a tab", "Use spaces."),
    "\r": ("a line end of old Macs (CR alone)", "Save it with the line ends of Unix or Windows."),
}


class UnfitYaml(CalendarError):
    """The file cannot be parsed further; `place` is where, `path` under which key."""

    def __init__(self, message: str, place: Position, path: Path = (), remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.place = place
        self.path = path


def decode_yaml(data: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark. Raise UnfitYaml."""
    if len(data) > MAX_FILE_BYTES:
        raise UnfitYaml(f"the file has more than {MAX_FILE_BYTES:,} bytes.", (1, 1), remedy="Split it.")
    if data.startswith(_UTF_16) or b"\0" in data[:4]:
        raise _unfit_encoding("UTF-16", (1, 1))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        raise _unfit_encoding("another encoding", (line, len(before.decode()) + 1)) from None
    if not _SHORT_LINES.fullmatch(data) and (long := _LONG_LINE.search(data)):
        line = data.count(b"\n", 0, long.start()) + 1
        raise UnfitYaml(f"the line has more than {MAX_LINE:,} bytes.", (line, 1), remedy="Break it up.")
    return text


def _unfit_encoding(seen: str, place: Position) -> UnfitYaml:
    return UnfitYaml(f"the file is in {seen}, not in UTF-8.", place, remedy="Save it with the encoding UTF-8.")


def strange_characters(text: str) -> Iterator[tuple[Position, str, str]]:
    """Yield the first tab or invisible character of each line: place, message and remedy."""
    if not _PERHAPS_STRANGE.search(text.replace("\r\n", "\n")):
        return
    last_line = shown = 0
    for found in _STRANGE.finditer(text):
        place = position_in(text, found.start())
        if place[0] == last_line:
            continue
        last_line, shown = place[0], shown + 1
        name, remedy = _NAMES.get(found[0], (f"the invisible character U+{ord(found[0]):04X}", "Delete it."))
        yield place, f"the line holds {name}.", remedy
        if shown == _MOST_SHOWN:
            return


def without_strange(text: str) -> str | None:
    """Return the text with spaces instead of strange characters, so that parsing can go on; None if that changes it."""
    return None if _STRUCTURAL.search(text) else _STRANGE.sub(" ", text)


def position_in(text: str, position: int) -> Position:
    """Return the line and column of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
