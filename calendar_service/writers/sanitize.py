"""Make texts safe for content lines; nothing else writes a text into iCalendar.

The parser of the calendar file refuses unsafe characters already. They are removed here once more, so that no record,
wherever it comes from, can add a line, a property or a component (RFC 5545, 3.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from icalendar import vText, vUri

from calendar_service.records.shorten import shorten
from calendar_service.records.texts import FORBIDDEN

if TYPE_CHECKING:
    from datetime import datetime

    from icalendar.cal import Component

MAX_LINE_UNITS = 255
_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"


def plain(text: str) -> str:
    """Return a text of one or more lines without invisible characters, with LF line ends."""
    return FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ").strip()


def clean_line(text: str) -> str:
    """Return a text as one line."""
    return " ".join(plain(text).split())


def clean_address(address: str) -> str:
    """Return a URL with every character percent-encoded that RFC 3986 does not allow."""
    return quote(address, safe=_IN_ADDRESSES, errors="replace")


def add_block(component: Component, name: str, text: str, code: str = "") -> None:
    """Add a text of several lines, with `code` as its LANGUAGE if there is one."""
    component.add(name, vText(plain(text)), parameters=_language(code))


def add_line(component: Component, name: str, text: str, code: str = "") -> None:
    """Add a text of one line, cut to the length that Outlook shows."""
    component.add(name, vText(shorten(clean_line(text), MAX_LINE_UNITS)), parameters=_language(code))


def add_uri(component: Component, name: str, address: str, **parameters: str) -> None:
    """Add a URL."""
    component.add(name, vUri(clean_address(address)), parameters=parameters)


def add_stamps(component: Component, changed_at: datetime) -> None:
    """Add the time of the last change; without METHOD it is also DTSTAMP (RFC 5545, 3.8.7.2)."""
    component.add("dtstamp", changed_at)
    component.add("last-modified", changed_at)


def to_octets(component: Component) -> bytes:
    """Serialise a component with its properties in insertion order."""
    untyped: Any = component  # icalendar leaves the result of to_ical open
    octets: bytes = untyped.to_ical(sorted=False)
    return octets


def _language(code: str) -> dict[str, str]:
    return {"LANGUAGE": code} if _LANGUAGE.fullmatch(code) else {}
