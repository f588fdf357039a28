"""Feeds as jCal (RFC 7265): the same calendar in JSON."""

from __future__ import annotations

import json

from icalendar import Calendar


def write_jcal(feed: bytes) -> bytes:
    """Write an iCalendar feed as jCal."""
    return json.dumps(Calendar.from_ical(feed).to_jcal(), ensure_ascii=False).encode()
