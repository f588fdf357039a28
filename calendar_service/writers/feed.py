"""Whole calendars: header, the VTIMEZONEs in use, and the VEVENTs of the records."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from calendar_service.records.times import day_of_instant
from calendar_service.records.zones import is_iana
from calendar_service.writers import phrases
from calendar_service.writers.content_lines import ComponentWriter
from calendar_service.writers.sanitize import add_block, add_line, add_stamps, add_uri, clean_line, plain
from calendar_service.writers.vtimezone import write_vtimezone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.feed_window import Bounds
    from calendar_service.records.selection import Selection
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.vevents import SerializedEvents

# Google drops what is over these, without a word.
MAX_EVENTS = 1_000
MAX_FEED_BYTES = 1_000_000
_HEAD_ROOM = 30_000
_MOST_PASSED_OVER = 50
REFRESH = "PT1H"
PRODID = "-//calendar-service//calendar-service//EN"
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class FeedHead:
    """The calendar's own properties: its name, its URL, and the last change of anything in it."""

    name: str
    source: str
    changed_at: datetime
    omitted: int = 0

    @property
    def identity(self) -> str:
        """The UUID of the calendar, which follows from its address."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.source))


class FeedUnit(Enum):
    """What an output makes of a record."""

    VEVENTS = auto()
    """VEVENTs, which are serialized once for each revision; no more than calendar programs take."""
    ENTRIES = auto()
    """The same entries in another form: of a series one with its rule, where a rule can stand."""
    MOMENTS = auto()
    """Each named time, of a series those of each occurrence."""
    TEXTS = auto()
    """One text."""


@dataclass(frozen=True)
class FeedContents:
    """What is to be written and how: all that the writer of an output format is given.

    `bounds` is the stretch in which occurrences are listed, and `within` the one that `from` and `to` ask for, None
    without them. `blocks` are the entries' VEVENTs, where the format is made of them. `next_url` is where the next
    page is, if there is one.
    """

    head: FeedHead
    entries: Sequence[Entry]
    edition: Edition
    view: RenderContext
    selection: Selection
    bounds: Bounds
    now: datetime
    within: Bounds | None = None
    blocks: Sequence[SerializedEvents] = ()
    next_url: str = ""


def fit_to_limits(order: Iterable[int], make: Callable[[int], SerializedEvents]) -> dict[int, SerializedEvents]:
    """Return as many blocks as calendar clients accept, by their places, in order.

    `order` lists the places, the most important first; `make` makes the block of a place. A block too big for the
    remaining bytes is skipped, so that one record with very many dates does not displace all others. Nothing is made
    once the feed is full; a feed that has skipped 50 blocks counts as full.
    """
    kept: dict[int, SerializedEvents] = {}
    zones: set[str] = set()
    events, room, passed_over = 0, MAX_FEED_BYTES - _HEAD_ROOM, 0
    for place in order:
        if events == MAX_EVENTS or passed_over == _MOST_PASSED_OVER:
            break
        block = make(place)
        new_zones = block.zones - zones
        size = len(block.body) + sum(len(write_vtimezone(zone)) for zone in new_zones)
        if events + block.events <= MAX_EVENTS and size <= room:
            kept[place] = block
            zones |= new_zones
            events, room = events + block.events, room - size
        else:
            passed_over += 1
    return dict(sorted(kept.items()))


def write_feed(head: FeedHead, blocks: Sequence[SerializedEvents], edition: Edition, view: RenderContext) -> bytes:
    """Return a calendar. If it has no event it gets a notice, since an empty VCALENDAR is invalid."""
    zones = sorted(frozenset().union(*{block.zones for block in blocks}))
    parts = [
        _head(head, edition, view),
        *(write_vtimezone(zone) for zone in zones),
        *(block.body for block in blocks),
    ]
    if not any(block.events for block in blocks):
        parts.append(_notice(edition, view))
    return b"".join([*parts, _END])


def _head(head: FeedHead, edition: Edition, view: RenderContext) -> bytes:
    lang, calendar = view.lang.code, edition.calendar
    name = clean_line(head.name) or calendar.id
    description = describe_feed(head, edition, view) or name
    feed = ComponentWriter("VCALENDAR")
    feed.add("VERSION", "2.0")
    feed.add("PRODID", PRODID)
    feed.add("CALSCALE", "GREGORIAN")
    # Not UID too (RFC 7986, 5.3): vdirsyncer takes it for the UID of each event and keeps only the last.
    feed.add("X-WR-RELCALID", head.identity)
    add_line(feed, "NAME", name, lang)
    add_line(feed, "X-WR-CALNAME", name)
    add_block(feed, "DESCRIPTION", description, lang)
    add_block(feed, "X-WR-CALDESC", description)
    feed.add("X-WR-TIMEZONE", calendar.zone if is_iana(calendar.zone) else "UTC")
    feed.add_times("LAST-MODIFIED", [head.changed_at.astimezone(UTC)])
    add_uri(feed, "URL", _first_page_url(view))
    add_uri(feed, "SOURCE", head.source, VALUE="URI")
    feed.add("REFRESH-INTERVAL", REFRESH, VALUE="DURATION")
    feed.add("X-PUBLISHED-TTL", REFRESH)
    feed.add("COLOR", "navy")
    return feed.to_octets().removesuffix(_END)


def _first_page_url(view: RenderContext) -> str:
    return f"{view.base_url}{view.prefix}/"


def describe_feed(head: FeedHead, edition: Edition, view: RenderContext) -> str:
    """Describe a calendar, and how much is left out of it where it is cut."""
    lang = view.lang
    text = phrases.pick(edition.calendar.description, lang.code).text
    cut = head.omitted and lang.ngettext(
        "{number} announcement is left out, because calendar apps take no more than 1,000 entries and 1 MB.",
        "{number} announcements are left out, because calendar apps take no more than 1,000 entries and 1 MB.",
        head.omitted,
    )
    return plain("\n\n".join(part for part in (text, cut) if part))


def _notice(edition: Edition, view: RenderContext) -> bytes:
    calendar, lang = edition.calendar, view.lang
    day = day_of_instant(edition.published_at, calendar.zone)
    event = ComponentWriter("VEVENT")
    add_line(event, "UID", f"nothing-yet@{calendar.id}")
    add_stamps(event, edition.published_at)
    event.add("SEQUENCE", "0")
    event.add_times("DTSTART", [day])
    event.add_times("DTEND", [day + timedelta(days=1)])
    add_line(event, "SUMMARY", lang.gettext("Nothing in this calendar at present"), lang.code)
    text = lang.gettext("New dates will appear here automatically.") + f"\n\n{_first_page_url(view)}"
    add_block(event, "DESCRIPTION", text, lang.code)
    event.add("STATUS", "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT")
    event.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
    event.add("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE")
    add_uri(event, "URL", _first_page_url(view))
    return event.to_octets()
