"""Render records as iCalendar (RFC 5545, RFC 7986): the VEVENTs of one record at a time.

A record's bytes depend only on its revision and the view, so they are made once and used in any feed. Times are written
in the zone they were announced in if our VTIMEZONE describes it correctly, else in UTC. Each odd-looking choice below
is there for a calendar client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from calendar_service.records import uids
from calendar_service.records.enums import Kind, Status
from calendar_service.records.moments import assumed_end
from calendar_service.records.occurrences import first_day_of
from calendar_service.records.shorten import count_units, shorten
from calendar_service.records.times import CivilTime, DaySpan
from calendar_service.records.zones import is_iana
from calendar_service.writers import phrases
from calendar_service.writers.alarms import make_alarm
from calendar_service.writers.content_lines import ComponentWriter, escape
from calendar_service.writers.description import describe_entry
from calendar_service.writers.record_source import source_json
from calendar_service.writers.recurrence import write_rule
from calendar_service.writers.sanitize import (
    MAX_LINE_UNITS,
    add_block,
    add_line,
    add_stamps,
    add_uri,
    clean_line,
)
from calendar_service.writers.states import shown_join, takes_place
from calendar_service.writers.tags import name_tags
from calendar_service.writers.vevent_specs import vevent_specs
from calendar_service.writers.vtimezone import describes, keeps_utc

if TYPE_CHECKING:
    from calendar_service.records.edition import Entry
    from calendar_service.records.feed_window import Bounds
    from calendar_service.records.record import Calendar, Span
    from calendar_service.writers.recurrence import Stretch
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.vevent_specs import VEventSpec

SOURCE_PROPERTY = "X-CALENDAR-SERVICE-RECORD"
COLOURS = {Kind.EVENT: "royalblue", Kind.WEBINAR: "teal", Kind.TENDER: "chocolate"}
_SHORTEST_TITLE = 60
_SOURCE_LINES = re.compile(rb"(?m)^X-CALENDAR-SERVICE-RECORD:(?:[^\r\n]|\r\n )*+\r\n")


@dataclass(frozen=True, slots=True)
class SerializedEvents:
    """The VEVENTs of one record: their bytes with a checksum, their number, and the zones they use."""

    body: bytes
    events: int
    zones: frozenset[str]
    checksum: int = field(init=False)

    def __post_init__(self) -> None:
        """Sum up the bytes."""
        object.__setattr__(self, "checksum", crc32(self.body))


def write_vevents(
    entry: Entry, calendar: Calendar, view: RenderContext, stretch: Stretch, within: Bounds | None = None
) -> SerializedEvents:
    """Return the VEVENTs of a record, the main one first: all, or those that lie `within` bounds.

    `stretch` limits only a rule that is written out day by day; see `recurrence.is_written_out`.
    """
    zones: set[str] = set()
    specs = vevent_specs(entry, calendar, view, stretch, within)
    events = [_event(spec, entry, calendar, view, zones) for spec in specs]
    on = (number for number, spec in enumerate(specs) if takes_place(entry, spec.occurrence))
    if events and (source := source_json(entry)):
        add_block(events[next(on, 0)], SOURCE_PROPERTY, source)
    bodies = [event.to_octets() for event in events]
    return SerializedEvents(b"".join(bodies), len(bodies), _shared(frozenset(zones)))


@lru_cache(maxsize=256)
def _shared(zones: frozenset[str]) -> frozenset[str]:
    """Return one object for all that are equal: most blocks use the same zone."""
    return zones


def without_source(block: SerializedEvents) -> SerializedEvents:
    """Return a block without the whole record."""
    return replace(block, body=_SOURCE_LINES.sub(b"", block.body, count=1))


def _event(spec: VEventSpec, entry: Entry, calendar: Calendar, view: RenderContext, zones: set[str]) -> ComponentWriter:
    record = entry.record
    event = ComponentWriter("VEVENT")
    add_line(event, "UID", uids.uid(spec.name, calendar.id))
    add_stamps(event, entry.revision.changed_at)
    event.add("SEQUENCE", f"{entry.revision.sequence}")
    _add_times(event, spec, zones)
    summary, code = summarize(spec, entry, view)
    add_line(event, "SUMMARY", summary, code)
    add_block(event, "DESCRIPTION", describe_entry(spec.span, entry, calendar, view, spec), view.lang.code)
    if clean_line(spec.place):
        add_line(event, "LOCATION", spec.place, view.lang.code)
    _add_state(event, spec, entry)
    tags = name_tags(record.tags, calendar, view.lang)
    words = [clean_line(word) for word in (phrases.kind(record, view.lang), *tags)]
    event.add("CATEGORIES", ",".join([escape(word) for word in words if word]))
    event.add("COLOR", COLOURS[record.kind])
    _add_links(event, spec, entry, calendar, view)
    if view.alarm and rings(spec, entry):
        event.add_component(make_alarm(view.alarm, spec, summary, code))
    return event


def _add_times(event: ComponentWriter, spec: VEventSpec, zones: set[str]) -> None:
    span = spec.span
    if isinstance(span, DaySpan):
        event.add_times("DTSTART", [span.first])
        # DTEND is exclusive; without it Exchange refuses the event.
        event.add_times("DTEND", [span.last + timedelta(days=1)])
    else:
        both = (span.starts, assumed_end(span))
        in_zone = spec.rule is not None or all(_has_zone_form(civil) for civil in both)
        for name, civil in zip(("DTSTART", "DTEND"), both, strict=True):
            event.add_times(name, [_written(civil, zones, in_zone=in_zone)])
    if spec.rule:
        event.add("RRULE", write_rule(spec.rule, span))
    if spec.excepted:
        event.add_times("EXDATE", [_start_on(span, day, zones) for day in spec.excepted])
    if spec.recurrence:
        event.add_times("RECURRENCE-ID", [_start_on(spec.recurrence, first_day_of(spec.recurrence), zones)])


def _has_zone_form(civil: CivilTime) -> bool:
    """Return True if clients get the right instant from the time in its zone.

    The second of a repeated hour cannot be written with a zone (RFC 5545, 3.3.5).
    """
    return is_iana(civil.zone) and not civil.fold and describes(civil.zone, civil.instant)


def _written(civil: CivilTime, zones: set[str], *, in_zone: bool) -> datetime:
    if not (in_zone and is_iana(civil.zone)):
        return civil.instant
    zones.add(civil.zone)
    # A zone that keeps UTC needs no clock of its own.
    return civil.instant if keeps_utc(civil.zone) else civil.local


def _start_on(span: Span, day: date, zones: set[str]) -> date | datetime:
    """Return the start by the rule on a day, of the same type as the series' DTSTART."""
    if isinstance(span, DaySpan):
        return day
    return _written(CivilTime(day, span.starts.clock, span.starts.zone), zones, in_zone=True)


def summarize(spec: VEventSpec, entry: Entry, view: RenderContext) -> tuple[str, str]:
    """Return the title with its state before and its language behind it, and the language it is in."""
    lang = view.lang
    written_in = phrases.pick(entry.record.title, lang.code).language
    prefix = lang.gettext("Cancelled") if spec.is_cancelled else phrases.state(entry, lang)
    own = clean_line(spec.title) or entry.record.id
    title = lang.gettext("{label}: {title}", label=prefix, title=own) if prefix else own
    suffix = phrases.only_languages(entry.record, lang)
    if not suffix:
        return title, written_in
    # The suffix must be visible even where the title is cut.
    room = max(_SHORTEST_TITLE, MAX_LINE_UNITS - count_units(suffix) - 1)
    return f"{shorten(title, room)} {suffix}", written_in


def state_of(spec: VEventSpec, entry: Entry) -> str:
    """Return CONFIRMED, TENTATIVE or CANCELLED (RFC 5545, 3.8.1.11)."""
    if entry.is_called_off or spec.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.record.status in (Status.TENTATIVE, Status.POSTPONED) else "CONFIRMED"


def is_free(spec: VEventSpec, entry: Entry) -> bool:
    """Return True if an entry makes nobody busy: what is called off or postponed, whole days, and single moments."""
    return not takes_place(entry, spec.occurrence) or isinstance(spec.span, DaySpan) or spec.moment is not None


def rings(spec: VEventSpec, entry: Entry) -> bool:
    """Return True if an entry may have an alarm."""
    return takes_place(entry, spec.occurrence)


def _add_state(event: ComponentWriter, spec: VEventSpec, entry: Entry) -> None:
    event.add("STATUS", state_of(spec, entry))
    free = is_free(spec, entry)
    event.add("TRANSP", "TRANSPARENT" if free else "OPAQUE")
    busy = "FREE" if free else "TENTATIVE" if entry.record.status is Status.TENTATIVE else "BUSY"
    event.add("X-MICROSOFT-CDO-BUSYSTATUS", busy)
    if isinstance(spec.span, DaySpan):
        event.add("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE")


def _add_links(event: ComponentWriter, spec: VEventSpec, entry: Entry, calendar: Calendar, view: RenderContext) -> None:
    record, join = entry.record, shown_join(entry, spec.occurrence)
    add_uri(event, "URL", join or record.url or view.page_url(record.id))
    if join:
        label = view.lang.gettext("Join online")
        add_uri(event, "CONFERENCE", join, VALUE="URI", FEATURE="VIDEO", LABEL=label)
    if spec.is_extra:
        add_line(event, "RELATED-TO", uids.uid(record.id, calendar.id))
