"""Feeds as jCal (RFC 7265): the same calendar in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from icalendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN, _END = b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n"
_EVENT = b"BEGIN:VEVENT\r\n"
_EVENTS_AT_ONCE = 100


def write_jcal(feed: bytes) -> bytes:
    """Return an iCalendar feed as jCal, converting some events at a time, since parsed events use much memory."""
    head, *events = feed.removesuffix(_END).split(_EVENT)
    name, properties, components = Calendar.from_ical(head + _END).to_jcal()
    written = [json.dumps(each, ensure_ascii=False) for each in components]
    written += _events(events)
    start = json.dumps([name, properties], ensure_ascii=False).removesuffix("]")
    return f"{start}, [{', '.join(written)}]]".encode()


def _events(events: list[bytes]) -> Iterator[str]:
    for first in range(0, len(events), _EVENTS_AT_ONCE):
        some = b"".join(_EVENT + event for event in events[first : first + _EVENTS_AT_ONCE])
        _, _, components = Calendar.from_ical(_BEGIN + some + _END).to_jcal()
        yield from (json.dumps(each, ensure_ascii=False) for each in components)
