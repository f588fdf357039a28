"""Feeds as JSCalendar (RFC 8984): a Group of Events, and of Tasks for what ends something.

The entries, their UIDs, instants and states are those of the .ics. Beyond it, texts stand in every language that a
record has, a deadline has its very instant, and no zone needs to be explained.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.records import uids
from calendar_service.records.leads import CalendarLead
from calendar_service.records.moments import assumed_end
from calendar_service.records.occurrences import first_day_of
from calendar_service.records.shorten import shorten
from calendar_service.records.texts import output_languages
from calendar_service.records.times import (
    CivilTime,
    DaySpan,
    EndOfDay,
    civil_from_instant,
    day_of_instant,
    write_instant,
)
from calendar_service.records.zones import is_iana
from calendar_service.writers import phrases
from calendar_service.writers.alarms import REMIND_AT, alarm_offset
from calendar_service.writers.description import describe_entry
from calendar_service.writers.feed import PRODID, describe_feed
from calendar_service.writers.i18n import language
from calendar_service.writers.recurrence import spell_out
from calendar_service.writers.render_context import RenderContext
from calendar_service.writers.sanitize import MAX_LINE_UNITS, clean_address, clean_line, plain
from calendar_service.writers.single import stretch_for
from calendar_service.writers.states import shown_join, shown_registration
from calendar_service.writers.tags import name_tags
from calendar_service.writers.vevent_specs import vevent_specs
from calendar_service.writers.vevents import COLOURS, is_free, rings, state_of, summarize

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.datephrases.rrule import RecurrenceRule
    from calendar_service.records.edition import Entry
    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Calendar, Span, TimeSpan
    from calendar_service.writers.feed import FeedContents
    from calendar_service.writers.recurrence import Stretch
    from calendar_service.writers.vevent_specs import VEventSpec

_Object = dict[str, Any]

_UTC = "Etc/UTC"
_LAST_SECOND = time(23, 59, 59)
_SECONDS_OF_DAY = 24 * 60 * 60
# What an occurrence has from its series and may not change (RFC 8984, 4.3.5).
_OF_THE_SERIES = frozenset({"@type", "uid", "prodId", "recurrenceRules", "recurrenceOverrides", "relatedTo"})


def write_jscalendar(contents: FeedContents) -> bytes:
    """Write the Group of a selection."""
    head, edition, view = contents.head, contents.edition, contents.view
    today = day_of_instant(contents.now, edition.calendar.zone)
    group = {
        "@type": "Group",
        "uid": head.identity,
        "prodId": PRODID,
        "updated": write_instant(head.changed_at),
        "title": clean_line(head.name),
        "description": describe_feed(head, edition, view),
        "locale": view.lang.code,
        "entries": [
            each
            for entry in contents.entries
            for each in _entries(entry, contents, stretch_for(entry.record, contents.selection, today))
        ],
        "source": head.source,
    }
    return json.dumps({name: value for name, value in group.items() if value != ""}, ensure_ascii=False).encode()


def _entries(entry: Entry, contents: FeedContents, stretch: Stretch) -> list[_Object]:
    """Return the objects of a record: of a series one, with the occurrences that differ inside it."""
    calendar, view = contents.edition.calendar, contents.view
    others = [_in_language(code, view) for code in _other_languages(entry, calendar, view)]
    by_language = [vevent_specs(entry, calendar, each, stretch, contents.within) for each in (view, *others)]
    found: list[_Object] = []
    for spec, *translated in zip(*by_language, strict=True):
        made = _object(spec, entry, calendar, view)
        localized = {
            other.lang.code: _differing(_texts(each, entry, calendar, other), _texts(spec, entry, calendar, view))
            for each, other in zip(translated, others, strict=True)
        }
        made["localizations"] = {code: patch for code, patch in localized.items() if patch}
        made = {name: value for name, value in made.items() if value not in ({}, "")}
        if spec.recurrence:
            # Occurrences that differ stand behind their series.
            key = _id_on(spec.recurrence)
            found[-1].setdefault("recurrenceOverrides", {})[key] = _override(made, found[-1], key)
        else:
            found.append(made)
    return found


def _in_language(code: str, view: RenderContext) -> RenderContext:
    return RenderContext(language(code), view.base_url, view.default_language, view.zone, view.alarm)


def _other_languages(entry: Entry, calendar: Calendar, view: RenderContext) -> list[str]:
    """List the calendar's other languages that a record has a text in."""
    record = entry.record
    codes = [code for code in calendar.languages if code != view.lang.code and code in output_languages()]
    return [code for code in codes if code in record.title or code in record.summary]


def _differing(texts: dict[str, str], main: dict[str, str]) -> dict[str, str]:
    return {pointer: text for pointer, text in texts.items() if text != main.get(pointer) and pointer in main}


def _override(made: _Object, series: _Object, key: str) -> _Object:
    """Return the patch that makes of a series' occurrence what it is (RFC 8984, 4.3.5)."""
    inherited = series | {"start": key}
    names = [*made, *(name for name in inherited if name not in made)]
    return {
        name: made.get(name) for name in names if name not in _OF_THE_SERIES and made.get(name) != inherited.get(name)
    }


def _object(spec: VEventSpec, entry: Entry, calendar: Calendar, view: RenderContext) -> _Object:
    """Return the Event or Task of an entry; properties may be empty."""
    record, is_task = entry.record, spec.ends_at_moment
    state = state_of(spec, entry).lower()
    words = (phrases.kind(record, view.lang), *name_tags(record.tags, calendar, view.lang))
    made: _Object = {
        "@type": "Task" if is_task else "Event",
        "uid": uids.uid(spec.name, calendar.id),
        "prodId": PRODID,
        "updated": write_instant(entry.revision.changed_at),
        "sequence": entry.revision.sequence,
        "title": "",
        "description": "",
        "locale": view.lang.code,
        **(_due(spec, entry) if is_task else _times(spec)),
        **({} if is_task else {"status": state}),
        **({"progress": "cancelled"} if is_task and state == "cancelled" else {}),
        **({"freeBusyStatus": "free"} if is_free(spec, entry) else {}),
        "keywords": {line: True for word in words if (line := clean_line(word))},
        "categories": {f"{view.base_url}/?kind={record.kind}": True},
        "color": COLOURS[record.kind],
        "locations": _locations(spec, entry),
        "virtualLocations": _virtual_locations(spec, entry),
        "links": _links(spec, entry, view),
        "participants": _participants(entry),
        "relatedTo": _related(spec, entry, calendar),
        "alerts": _alerts(view.alarm, spec) if view.alarm and rings(spec, entry) else {},
    }
    for pointer, text in _texts(spec, entry, calendar, view).items():
        *path, name = pointer.split("/")
        holder = made
        for part in path:
            holder = holder[part]
        holder[name] = text
    return made


# -- texts --------------------------------------------------------------------------------------


def _texts(spec: VEventSpec, entry: Entry, calendar: Calendar, view: RenderContext) -> dict[str, str]:
    """Return every text of an object in the view's language, by its JSON Pointer (RFC 8984, 4.6.1)."""
    record, lang = entry.record, view.lang
    texts = {
        "title": shorten(summarize(spec, entry, view)[0], MAX_LINE_UNITS),
        "description": plain(describe_entry(spec.span, entry, calendar, view, spec)),
        "locations/place/name": spec.place,
        "virtualLocations/join/name": lang.gettext("Join online") if shown_join(entry, spec.occurrence) else "",
        "links/register/title": lang.gettext("Register") if shown_registration(entry, spec.occurrence) else "",
        "links/more/title": lang.gettext("More") if record.url else "",
        "participants/buyer/name": phrases.pick(record.buyer, lang.code).text,
        "participants/contact/name": record.contact.name if record.contact else "",
    }
    for number, organiser in enumerate(record.organisers, 1):
        texts[f"participants/organiser-{number}/name"] = phrases.pick(organiser, lang.code).text
    for number, document in enumerate(record.documents, 1):
        texts[f"links/document-{number}/title"] = phrases.pick(document.title, lang.code).text
    texts = {pointer: text if pointer == "description" else clean_line(text) for pointer, text in texts.items()}
    return {pointer: text for pointer, text in texts.items() if text}


# -- times --------------------------------------------------------------------------------------


def _times(spec: VEventSpec) -> _Object:
    """Return when an event is: on the clock of its zone, or whole days on any clock."""
    rules = [_rule(spec.rule, first_day_of(spec.span))] if spec.rule else []
    overrides = {_id_on(spec.span, day): {"excluded": True} for day in spec.excepted}
    series = {"recurrenceRules": rules, "recurrenceOverrides": overrides} if spec.rule else {}
    if isinstance(spec.span, DaySpan):
        days = (spec.span.last - spec.span.first).days + 1
        start = _id_on(spec.span)
        return {"start": start, "duration": f"P{days}D", "showWithoutTime": True} | series
    start, zone = _on_clock(spec.span.starts)
    return {"start": start, "timeZone": zone, "duration": _duration(spec.span, zone)} | series


def _due(spec: VEventSpec, entry: Entry) -> _Object:
    """Return when a task is due: at its moment; on a bare date, at the last second of that day."""
    at = entry.record.milestones[spec.moment].at if spec.moment else spec.span
    if isinstance(at, CivilTime):
        due, zone = _on_clock(at)
        return {"due": due, "timeZone": zone}
    if isinstance(at, EndOfDay):
        due, zone = _on_clock(civil_from_instant(at.instant, at.zone))
        return {"due": due, "timeZone": zone, "showWithoutTime": True}
    last = at.last if isinstance(at, DaySpan) else at.starts.day
    return {"due": _local(datetime.combine(last, _LAST_SECOND, UTC)), "showWithoutTime": True}


def _on_clock(civil: CivilTime) -> tuple[str, str]:
    """Return a local date-time and its zone; in UTC where the zone has no IANA name, or shows the time twice."""
    if is_iana(civil.zone) and not civil.fold:
        return _local(civil.local), civil.zone
    return _local(civil.instant), _UTC


def _duration(span: TimeSpan, zone: str) -> str:
    """Write how long a span is: with days, which follow the clock, where that ends at its time."""
    ends = assumed_end(span)
    exact = ends.instant - span.starts.instant
    days = (ends.day - span.starts.day).days - (ends.clock < span.starts.clock)
    later = CivilTime(span.starts.day + timedelta(days=days), span.starts.clock, span.starts.zone)
    rest = ends.instant - later.instant
    if zone == _UTC or days < 1 or not timedelta() <= rest < timedelta(days=1) or ends.zone != span.starts.zone:
        return _seconds(exact)
    return f"P{days}D{_seconds(rest).removeprefix('P') if rest else ''}"


def _seconds(length: timedelta) -> str:
    """Write an exact length in hours, minutes and seconds (RFC 8984, 1.4.6)."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "H"), (minutes, "M"), (seconds, "S")]
    while parts and not parts[-1][0]:
        parts.pop()
    while parts and not parts[0][0]:
        parts.pop(0)
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts) or "0S")


def _id_on(span: Span, day: date | None = None) -> str:
    """Return the recurrence id of a span on a day, its own where none is named, as a local date-time."""
    if isinstance(span, DaySpan):
        return _local(datetime.combine(day or span.first, time(), UTC))
    return _on_clock(CivilTime(day or span.starts.day, span.starts.clock, span.starts.zone))[0]


def _local(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _rule(rule: RecurrenceRule, first: date) -> _Object:
    """Return a RecurrenceRule (RFC 8984, 4.3.3)."""
    spelled = spell_out(rule, first)
    parts: _Object = {
        "@type": "RecurrenceRule",
        "frequency": spelled.frequency.lower(),
        "interval": spelled.interval if spelled.interval > 1 else None,
        "firstDayOfWeek": spelled.week_start.lower() if spelled.week_start != "MO" else None,
        "byMonth": [str(month) for month in spelled.by_month] or None,
        "byMonthDay": list(spelled.by_month_day) or None,
        "byDay": [_weekday(day) for day in spelled.by_day] or None,
        "count": spelled.count,
        "until": _local(datetime.combine(spelled.until, _LAST_SECOND, UTC)) if spelled.until else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _weekday(day: str) -> _Object:
    nth = {"nthOfPeriod": int(day[:-2])} if day[:-2] else {}
    return {"@type": "NDay", "day": day[-2:].lower(), **nth}


# -- places, people, links ----------------------------------------------------------------------


def _locations(spec: VEventSpec, entry: Entry) -> _Object:
    if not clean_line(spec.place):
        return {}
    zone = entry.record.zone
    return {"place": {"@type": "Location", **({"timeZone": zone} if zone and is_iana(zone) else {})}}


def _virtual_locations(spec: VEventSpec, entry: Entry) -> _Object:
    join = shown_join(entry, spec.occurrence)
    if not join:
        return {}
    return {"join": {"@type": "VirtualLocation", "uri": clean_address(join), "features": {"video": True}}}


def _links(spec: VEventSpec, entry: Entry, view: RenderContext) -> _Object:
    record = entry.record
    found = {
        "page": (view.page_url(record.id), "alternate"),
        "more": (record.url, "describedby"),
        "register": (shown_registration(entry, spec.occurrence), "related"),
        "contact": (record.contact.url if record.contact else "", "help"),
    }
    found |= {f"document-{number}": (each.url, "related") for number, each in enumerate(record.documents, 1)}
    return {
        name: {"@type": "Link", "href": clean_address(href), "rel": rel} for name, (href, rel) in found.items() if href
    }


def _participants(entry: Entry) -> _Object:
    """Return who organises. None has an address to send answers to, since programs would mail there."""
    record = entry.record
    owners = [f"organiser-{number}" for number, _ in enumerate(record.organisers, 1)]
    owners += ["buyer"] if record.buyer else []
    found: _Object = {name: {"@type": "Participant", "roles": {"owner": True}} for name in owners}
    if record.contact and (record.contact.name or record.contact.email):
        found["contact"] = {"@type": "Participant", "roles": {"contact": True}}
        if email := clean_line(record.contact.email):
            found["contact"]["email"] = email
    return found


def _related(spec: VEventSpec, entry: Entry, calendar: Calendar) -> _Object:
    if not spec.is_extra:
        return {}
    return {uids.uid(entry.record.id, calendar.id): {"@type": "Relation", "relation": {"parent": True}}}


def _alerts(lead: Lead, spec: VEventSpec) -> _Object:
    """Return the alert that a subscriber asks for, at the time at which the .ics rings."""
    offset = alarm_offset(lead, spec)
    if spec.ends_at_moment and isinstance(spec.span, DaySpan) and isinstance(lead, CalendarLead):
        at = lead.at or REMIND_AT
        # The .ics counts from the beginning of the day, and this from its last second.
        rest = _seconds(timedelta(seconds=_SECONDS_OF_DAY - 1, hours=-at.hour, minutes=-at.minute))
        offset = f"-P{lead.days}D{rest.removeprefix('P')}"
    anchor = {"relativeTo": "end"} if spec.ends_at_moment else {}
    return {"lead": {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": offset, **anchor}}}
