"""Records to iCalendar (RFC 5545, RFC 7986): the VEVENTs of one record at a time.

A record's bytes depend on its revision and the view only, so they are made once and joined into any
feed. Times are written with the zone they were announced in where our VTIMEZONE tells it rightly,
else in UTC. Each choice below that looks odd answers a calendar program's habit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Event

from calendar_service.records import entries
from calendar_service.records.enums import Kind, Status
from calendar_service.records.occurrences import first_day
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant
from calendar_service.records.zones import is_iana
from calendar_service.writers import sentences
from calendar_service.writers.alarms import make_alarm
from calendar_service.writers.content import (
    MAX_LINE_UNITS,
    add_block,
    add_line,
    add_stamps,
    add_uri,
    clean_line,
    clip,
    count_units,
    to_octets,
)
from calendar_service.writers.description import describe
from calendar_service.writers.recurrence import write_rule
from calendar_service.writers.slots import DEADLINE_BLOCK, UNKNOWN_LENGTH, slots_of
from calendar_service.writers.vtimezone import describes

if TYPE_CHECKING:
    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Span
    from calendar_service.writers.recurrence import Stretch
    from calendar_service.writers.slots import Slot
    from calendar_service.writers.view import View

__all__ = ["DEADLINE_BLOCK", "UNKNOWN_LENGTH", "Block", "write_entry"]

_COLOURS = {Kind.EVENT: "royalblue", Kind.WEBINAR: "teal", Kind.TENDER: "chocolate"}
_SHORTEST_TITLE = 60


@dataclass(frozen=True)
class Block:
    """The VEVENTs of one record: their bytes, how many there are, and the zones they name."""

    body: bytes
    events: int
    zones: frozenset[str]


def write_entry(entry: Entry, calendar: Calendar, view: View, stretch: Stretch) -> Block:
    """Write all VEVENTs of a record, the main one first.

    `stretch` bounds only a rule that is written out day by day; see `recurrence.is_written_out`.
    """
    zones: set[str] = set()
    bodies = [
        to_octets(_event(slot, entry, calendar, view, zones)) for slot in slots_of(entry, calendar, view, stretch)
    ]
    return Block(b"".join(bodies), len(bodies), frozenset(zones))


def _event(slot: Slot, entry: Entry, calendar: Calendar, view: View, zones: set[str]) -> Event:
    record, called_off = entry.record, entry.is_called_off or slot.cancelled
    event = Event()
    add_line(event, "uid", entries.uid(slot.name, calendar.id))
    add_stamps(event, entry.revision.changed_at)
    event.add("sequence", entry.revision.sequence)
    _add_times(event, slot, zones)
    summary, code = _summary(slot, entry, view)
    add_line(event, "summary", summary, code)
    add_block(event, "description", describe(slot.span, entry, calendar, view, slot), view.lang.code)
    if clean_line(slot.place):
        add_line(event, "location", slot.place, view.lang.code)
    _add_state(event, slot, entry, called_off=called_off)
    words = [clean_line(word) for word in (sentences.kind(record, view.lang), *record.tags)]
    event.add("categories", [word for word in words if word])
    event.add("color", _COLOURS[record.kind])
    _add_links(event, slot, entry, calendar, view)
    if view.alarm and not called_off and record.status is not Status.POSTPONED:
        event.add_component(make_alarm(view.alarm, slot, summary, code))
    return event


def _add_times(event: Event, slot: Slot, zones: set[str]) -> None:
    span = slot.span
    if isinstance(span, DaySpan):
        event.add("dtstart", span.first)
        # DTEND is exclusive; without it Exchange refuses the event.
        event.add("dtend", span.last + timedelta(days=1))
    else:
        ends = span.ends or civil_from_instant(span.starts.instant + UNKNOWN_LENGTH, span.starts.zone)
        both = (span.starts, ends)
        in_zone = slot.rule is not None or all(_has_zone_form(civil) for civil in both)
        for name, civil in zip(("dtstart", "dtend"), both, strict=True):
            event.add(name, _written(civil, zones, in_zone=in_zone))
    if slot.rule:
        event.add("rrule", write_rule(slot.rule, span))
    if slot.excepted:
        parameters = {"VALUE": "DATE"} if isinstance(span, DaySpan) else {}
        event.add("exdate", [_start_on(span, day, zones) for day in slot.excepted], parameters=parameters)
    if slot.recurrence:
        event.add("recurrence-id", _start_on(slot.recurrence, first_day(slot.recurrence), zones))


def _has_zone_form(civil: CivilTime) -> bool:
    """Tell whether readers of the time in its zone get the right instant.

    The second of a repeated hour has no form with a zone (RFC 5545, 3.3.5).
    """
    return is_iana(civil.zone) and not civil.fold and describes(civil.zone, civil.instant)


def _written(civil: CivilTime, zones: set[str], *, in_zone: bool) -> datetime:
    if not (in_zone and is_iana(civil.zone)):
        return civil.instant
    zones.add(civil.zone)
    return civil.local


def _start_on(span: Span, day: date, zones: set[str]) -> date | datetime:
    """Give the start by the rule on a day, in the form of the series' DTSTART."""
    if isinstance(span, DaySpan):
        return day
    return _written(CivilTime(day, span.starts.clock, span.starts.zone), zones, in_zone=True)


def _summary(slot: Slot, entry: Entry, view: View) -> tuple[str, str]:
    """Give the title with its state before and its language behind it, and the language it is in."""
    lang = view.lang
    written_in = sentences.pick(entry.record.title, lang.code).language
    prefix = lang.say("Cancelled") if slot.cancelled else sentences.state(entry, lang)
    own = clean_line(slot.title) or entry.record.id
    title = lang.say("{label}: {title}", label=prefix, title=own) if prefix else own
    suffix = sentences.only_languages(entry.record, lang)
    if not suffix:
        return title, written_in
    # The reader must see the suffix even where the title is cut.
    room = max(_SHORTEST_TITLE, MAX_LINE_UNITS - count_units(suffix) - 1)
    return f"{clip(title, room)} {suffix}", written_in


def _add_state(event: Event, slot: Slot, entry: Entry, *, called_off: bool) -> None:
    status = entry.record.status
    unsure = status in (Status.TENTATIVE, Status.POSTPONED)
    event.add("status", "CANCELLED" if called_off else "TENTATIVE" if unsure else "CONFIRMED")
    all_day = isinstance(slot.span, DaySpan)
    free = called_off or all_day or slot.moment is not None or status is Status.POSTPONED
    event.add("transp", "TRANSPARENT" if free else "OPAQUE")
    busy = "FREE" if free else "TENTATIVE" if status is Status.TENTATIVE else "BUSY"
    event.add("x-microsoft-cdo-busystatus", busy)
    if all_day:
        event.add("x-microsoft-cdo-alldayevent", "TRUE")


def _add_links(event: Event, slot: Slot, entry: Entry, calendar: Calendar, view: View) -> None:
    record = entry.record
    add_uri(event, "url", record.join or record.url or view.page_url(record.id))
    if record.join:
        label = view.lang.say("Join online")
        add_uri(event, "conference", record.join, VALUE="URI", FEATURE="VIDEO", LABEL=label)
    if slot.is_extra:
        add_line(event, "related-to", entries.uid(record.id, calendar.id))
