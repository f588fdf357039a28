"""Write iCalendar components as content lines (RFC 5545, 3.1): values escaped, parameters quoted, lines folded.

Not with icalendar, which parses feeds, and judges these bytes in the tests: it keeps an object for each property and
folds character by character, which took two thirds of the time of a feed. Content lines are what this service is for,
and these rules are few. Its choices are kept, so that no feed changed with the writer: lines of at most 74 octets
before the line break, and no fold behind a backslash or a circumflex, so that an escaped character is never split.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_ROOM = 74
_TO_ESCAPE = re.compile(r"[\\;,\r\n]")
# RFC 6868: what a quoted parameter cannot have.
_ESCAPED_IN_PARAMETER = {"^": "^^", '"': "^'", "\r\n": "^n", "\r": "^n", "\n": "^n"}
_TO_ESCAPE_IN_PARAMETER = re.compile(r'\r\n|[\^"\r\n]')
_TO_QUOTE = re.compile("[,;:’]")


class ComponentWriter:
    """A component with its properties in the order they are added, each name once, then its components.

    `lines` are the unfolded content lines by the names of their properties.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, str] = {}
        self._components: list[ComponentWriter] = []

    def add(self, name: str, value: str, **parameters: str) -> None:
        """Add a property with its value as it is to stand there; parameters that are empty are left out."""
        head = name
        for key, each in parameters.items():
            if each:
                head += f";{key}={_quote(each)}"
        self.lines[name] = f"{head}:{value}"

    def add_text(self, name: str, text: str, **parameters: str) -> None:
        """Add a property that is a text."""
        self.add(name, escape(text), **parameters)

    def add_times(self, name: str, times: Sequence[date]) -> None:
        """Add a property of one or more times: all days, all in UTC, or all in the same zone."""
        first, value = times[0], ",".join(map(write_time, times))
        if not isinstance(first, datetime):
            self.add(name, value, VALUE="DATE")
        else:
            self.add(name, value, TZID="" if first.tzinfo is UTC else str(first.tzinfo))

    def add_component(self, component: ComponentWriter) -> None:
        """Add a component inside this one."""
        self._components.append(component)

    def to_octets(self) -> bytes:
        """Return the component with CRLF line ends."""
        inner = [component.to_octets() for component in self._components]
        lines = [f"BEGIN:{self.name}", *self.lines.values()]
        folded = [line if len(line) <= _ROOM and line.isascii() else fold_line(line) for line in lines]
        return b"".join(["\r\n".join(folded).encode(), b"\r\n", *inner, f"END:{self.name}\r\n".encode()])


def fold_line(line: str) -> str:
    """Return a content line folded between characters, none of its lines longer than 75 octets in UTF-8."""
    octets = line.encode()
    if len(octets) <= _ROOM:
        return line
    parts, start = [], 0
    while len(octets) - start > _ROOM:
        end = start + _ROOM
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        if octets[end - 1] in b"\\^":
            end -= 1
        parts.append(octets[start:end])
        start = end
    parts.append(octets[start:])
    return b"\r\n ".join(parts).decode()


def escape(text: str) -> str:
    """Return a text as a TEXT value (RFC 5545, 3.3.11)."""
    if not _TO_ESCAPE.search(text):
        return text
    escaped = text.replace("\\N", "\n").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def write_time(at: date) -> str:
    """Write a day, a time in UTC, or the clock time of a zone (RFC 5545, 3.3.4 and 3.3.5)."""
    written = at.isoformat()  # many times faster than strftime
    day = f"{written[:4]}{written[5:7]}{written[8:10]}"
    if not isinstance(at, datetime):
        return day
    return f"{day}T{written[11:13]}{written[14:16]}{written[17:19]}{'Z' if at.tzinfo is UTC else ''}"


@lru_cache(maxsize=1024)
def _quote(value: str) -> str:
    """Return the value of a parameter, quoted where it must be."""
    escaped = _TO_ESCAPE_IN_PARAMETER.sub(lambda found: _ESCAPED_IN_PARAMETER[found[0]], value)
    return f'"{escaped}"' if _TO_QUOTE.search(escaped) else escaped
