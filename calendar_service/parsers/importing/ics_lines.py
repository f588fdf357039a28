"""Parse the bytes of an .ics file into components and properties, with all limits checked before anything is built.

icalendar parses each content line. Components are assembled here: parsing a whole calendar with the library would
expand every RDATE and look up every zone that a hostile file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icalendar.parser import Contentline

from calendar_service.parsers.importing.candidates import MAX_ITEMS, UnfitSource, decode_source, shorten_value

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 8
_MAX_LINE = 1024 * 1024  # a feed of ours has no more
_MAX_PROPERTIES = 1_000
_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEAD = re.compile(r'[^":]*(?:"[^"]*"[^":]*)*:')
_READ = frozenset(
    "UID DTSTART DTEND DURATION SUMMARY DESCRIPTION LOCATION URL STATUS CATEGORIES CONFERENCE"  # noqa: SIM905 (words)
    " RRULE RDATE EXDATE EXRULE"
    " RECURRENCE-ID ATTACH CLASS RELATED-TO X-GOOGLE-CONFERENCE X-CALENDAR-SERVICE-RECORD"
    " X-MICROSOFT-SKYPETEAMSMEETINGURL X-MICROSOFT-ONLINEMEETINGEXTERNALLINK".split()
)
_READ_OF_ZONES = frozenset({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"})
_READ_IN = {
    "VCALENDAR": frozenset({"PRODID", "X-WR-TIMEZONE"}),
    "VTIMEZONE": frozenset({"TZID", "X-LIC-LOCATION"}),
    "STANDARD": _READ_OF_ZONES,
    "DAYLIGHT": _READ_OF_ZONES,
}


@dataclass(frozen=True)
class Property:
    """One content line: its parameters and its raw value, escapes included."""

    line: int
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """One VEVENT, or the calendar's own properties."""

    name: str
    line: int
    properties: dict[str, list[Property]] = field(default_factory=dict)

    def get(self, name: str) -> Property | None:
        """Return the first property with a name, or None."""
        return next(iter(self.properties.get(name, ())), None)

    def value(self, name: str) -> str:
        """Return the value of the first property with a name, "" if there is none."""
        found = self.get(name)
        return found.value if found else ""


def read_components(data: bytes) -> Iterator[Component]:
    """Yield each component of VCALENDAR when it ends, and each VCALENDAR after its components. Raise UnfitSource."""
    stack: list[Component] = []
    found = events = 0
    for number, line in _unfolded(decode_source(data)):
        name = match[0].upper() if (match := _NAME.match(line)) else ""
        if not name or line[len(name) : len(name) + 1] not in (":", ";"):
            raise _broken(number, f"the line is no iCalendar: {shorten_value(line)!r}.")
        if name == "BEGIN":
            events += line.upper().strip() == "BEGIN:VEVENT"
            stack.append(_begun(number, line, stack, events))
        elif name == "END":
            if not stack or stack[-1].name != line[4:].strip().upper():
                raise _broken(number, f"{shorten_value(line)} ends what has not begun.")
            found += 1
            yield stack.pop()
        elif not stack:
            raise _broken(number, "the line stands outside of BEGIN:VCALENDAR.")
        elif name in _READ_IN.get(stack[-1].name, _READ if len(stack) == 2 else frozenset()):
            _keep(stack[-1], name, _property(number, line))
    if stack:
        raise _broken(stack[-1].line, f"BEGIN:{stack[-1].name} has no END: the file is cut off.")
    if not found:
        raise UnfitSource("there is no BEGIN:VCALENDAR: this is not an .ics file.")


def _begun(number: int, line: str, stack: list[Component], events: int) -> Component:
    name = line[6:].strip().upper()
    if bool(stack) == (name == "VCALENDAR"):
        raise _broken(number, f"{shorten_value(line)} stands in a wrong place.")
    if len(stack) >= _MAX_DEPTH:
        raise _broken(number, "components are nested too deep.")
    if events > MAX_ITEMS:
        raise _broken(number, f"there are more than {MAX_ITEMS:,} events.")
    return Component(name, number)


def _keep(component: Component, name: str, found: Property) -> None:
    values = component.properties.setdefault(name, [])
    values.append(found)
    if len(values) > _MAX_PROPERTIES:
        raise _broken(found.line, f"one event has more than {_MAX_PROPERTIES:,} {name}s.")


def _property(number: int, line: str) -> Property:
    if len(line) > _MAX_LINE:
        raise _broken(number, f"the line has more than {_MAX_LINE:,} characters.")
    try:
        _, parameters, _ = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, KeyError, AssertionError) as error:
        raise _broken(number, f"the line cannot be read: {shorten_value(str(error))}") from None
    plain = {str(key).upper(): str(each if isinstance(each, str) else each[0]) for key, each in parameters.items()}
    head = _HEAD.match(line)
    # icalendar takes the escapes out of every value; here they still tell one value of a list from the next.
    return Property(number, plain, line[head.end() :] if head else "")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the unfolded lines (RFC 5545, 3.1), each with the number of its first line."""
    parts: list[str] = []
    start = length = 0
    # A carriage return alone ends a line only where nothing else does; elsewhere it is a stray one, and is reported.
    for number, line in enumerate(re.split(r"\r?\n" if "\n" in text else r"\r", text), 1):
        if parts and line[:1] in (" ", "\t"):
            length += len(line)
            if length <= 4 * _MAX_LINE:
                parts.append(line[1:])
            continue
        if parts:
            yield start, "".join(parts)
        start, length, parts = number, len(line), [line] if line.strip() else []
    if parts:
        yield start, "".join(parts)


def _broken(line: int, message: str) -> UnfitSource:
    return UnfitSource(message, line=line, remedy="Export the file again.")
