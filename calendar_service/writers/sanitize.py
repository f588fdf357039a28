"""Make texts safe for content lines; nothing else writes a text into iCalendar.

The parser of the calendar file refuses unsafe characters already. They are removed here once more, so that no record,
wherever it comes from, can add a line, a property or a component (RFC 5545, 3.1).
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import quote

from calendar_service.records.shorten import shorten
from calendar_service.records.texts import FORBIDDEN
from calendar_service.writers.content_lines import write_time

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.writers.content_lines import ComponentWriter

MAX_LINE_UNITS = 255
_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
_SOUND = re.compile(f"[A-Za-z0-9_.~{re.escape(_IN_ADDRESSES)}-]*")


def plain(text: str) -> str:
    """Return a text of one or more lines without invisible characters, with LF line ends."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text.strip()
    return FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ").strip()


def clean_line(text: str) -> str:
    """Return a text as one line."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(plain(text).split())


def clean_address(address: str) -> str:
    """Return a URL with every character percent-encoded that RFC 3986 does not allow."""
    return address if _SOUND.fullmatch(address) else quote(address, safe=_IN_ADDRESSES, errors="replace")


def add_block(component: ComponentWriter, name: str, text: str, code: str = "") -> None:
    """Add a text of several lines, with `code` as its LANGUAGE if there is one."""
    component.add_text(name, plain(text), LANGUAGE=_language(code))


def add_line(component: ComponentWriter, name: str, text: str, code: str = "") -> None:
    """Add a text of one line, cut to the length that Outlook shows."""
    component.add_text(name, shorten(clean_line(text), MAX_LINE_UNITS), LANGUAGE=_language(code))


def add_uri(component: ComponentWriter, name: str, address: str, **parameters: str) -> None:
    """Add a URL."""
    component.add(name, clean_address(address), **parameters)


def add_stamps(component: ComponentWriter, changed_at: datetime) -> None:
    """Add the time of the last change; without METHOD it is also DTSTAMP (RFC 5545, 3.8.7.2)."""
    stamp = write_time(changed_at.astimezone(UTC))
    component.add("DTSTAMP", stamp)
    component.add("LAST-MODIFIED", stamp)


def _language(code: str) -> str:
    return code if _LANGUAGE.fullmatch(code) else ""
