"""Whole calendars: a head, the VTIMEZONEs that are named, and the records' VEVENTs, joined."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar as VCalendar
from icalendar import Event, vDuration, vText, vUri

from calendar_service.records.times import civil_from_instant
from calendar_service.records.zones import is_iana
from calendar_service.writers import sentences
from calendar_service.writers.ical import clip
from calendar_service.writers.vtimezone import write_vtimezone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.writers.ical import Block
    from calendar_service.writers.view import View

# Google drops what is over these, without a word.
MAX_EVENTS = 1_000
MAX_BYTES = 1_000_000
_HEAD_ROOM = 30_000
REFRESH = timedelta(hours=1)
_PRODID = "-//calendar-service//calendar-service//EN"
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Head:
    """What a calendar says of itself: its name, its address, and the last change of anything in it."""

    name: str
    source: str
    changed_at: datetime
    omitted: int = 0


def fit(blocks: Sequence[Block], first_coming: int) -> tuple[Sequence[Block], int]:
    """Keep as many blocks as calendar programs take, and say how many records were left out.

    `first_coming` is the place of the first block that is not past. What is past goes first, the
    oldest before the newer; then what is furthest ahead.
    """
    order = [*range(first_coming, len(blocks)), *range(first_coming - 1, -1, -1)]
    kept: set[int] = set()
    events = size = 0
    for place in order:
        block = blocks[place]
        if events + block.events > MAX_EVENTS or size + len(block.body) > MAX_BYTES - _HEAD_ROOM:
            break
        kept.add(place)
        events += block.events
        size += len(block.body)
    return [block for place, block in enumerate(blocks) if place in kept], len(blocks) - len(kept)


def write_feed(head: Head, blocks: Sequence[Block], edition: Edition, view: View) -> bytes:
    """Write a calendar. One without any event gets a notice, since an empty VCALENDAR is none."""
    zones = sorted({zone for block in blocks for zone in block.zones})
    parts = [
        _head(head, edition, view),
        *(write_vtimezone(zone) for zone in zones),
        *(block.body for block in blocks),
    ]
    if not any(block.events for block in blocks):
        parts.append(_notice(edition, view))
    return b"".join([*parts, _END])


def _head(head: Head, edition: Edition, view: View) -> bytes:
    lang, calendar = view.lang, edition.calendar
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, head.source))
    description = _description(head, edition, view)
    refresh = vDuration(REFRESH)
    feed = VCalendar()
    feed.add("version", "2.0")
    feed.add("prodid", _PRODID)
    feed.add("calscale", "GREGORIAN")
    feed.add("uid", identity)
    feed.add("x-wr-relcalid", identity)
    for name in ("name", "x-wr-calname"):
        feed.add(name, vText(clip(head.name)), parameters={"LANGUAGE": lang.code} if name == "name" else {})
    for name in ("description", "x-wr-caldesc"):
        feed.add(name, vText(description), parameters={"LANGUAGE": lang.code} if name == "description" else {})
    feed.add("x-wr-timezone", calendar.zone if is_iana(calendar.zone) else "UTC")
    feed.add("last-modified", head.changed_at.astimezone(UTC))
    feed.add("url", vUri(f"{view.base_url}{view.prefix}/"))
    feed.add("source", vUri(head.source), parameters={"VALUE": "URI"})
    feed.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", refresh.to_ical().decode())
    feed.add("color", "navy")
    return feed.to_ical(sorted=False).removesuffix(_END)


def _description(head: Head, edition: Edition, view: View) -> str:
    lang = view.lang
    text = sentences.pick(edition.calendar.description, lang.code).text
    cut = head.omitted and lang.plural(
        "{number} record is left out, because calendar programs take no more than 1,000 entries and 1 MB.",
        "{number} records are left out, because calendar programs take no more than 1,000 entries and 1 MB.",
        head.omitted,
    )
    return "\n\n".join(part for part in (text, cut) if part) or head.name


def _notice(edition: Edition, view: View) -> bytes:
    calendar, lang = edition.calendar, view.lang
    day = civil_from_instant(edition.published_at, calendar.zone).day
    event = Event()
    event.add("uid", f"nothing-yet@{calendar.id}")
    event.add("dtstamp", edition.published_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", vText(lang.say("Nothing in this calendar at present")), parameters={"LANGUAGE": lang.code})
    event.add(
        "description",
        vText(lang.say("What is announced will appear here by itself.")),
        parameters={"LANGUAGE": lang.code},
    )
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("x-microsoft-cdo-alldayevent", "TRUE")
    event.add("url", vUri(f"{view.base_url}{view.prefix}/"))
    return event.to_ical(sorted=False)
