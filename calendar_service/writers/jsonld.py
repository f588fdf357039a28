"""Records as schema.org JSON-LD: what search engines and assistants read from a page.

An event is an Event, each coming occurrence of a series one of its own. A call for tenders is a Demand that is valid
until it closes; it happens nowhere and is not an Event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import MomentName, Status
from calendar_service.records.occurrences import Occurrence, occurrence_on, occurrences_of, shift
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant
from calendar_service.writers import phrases
from calendar_service.writers.record_source import source_json
from calendar_service.writers.states import shown_join, state_texts

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Place, Point, Question, Schedule, Span
    from calendar_service.writers.render_context import RenderContext

_CONTEXT = "https://schema.org"
_NAMES = f"{_CONTEXT}/"
SOURCE_TYPE = "application/vnd.calendar-service.record+json"
"""The type of the whole record, by which an import knows it."""
# A script element ends at the next "</script", whatever stands around it.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class AheadBounds:
    """How much of a series is listed: up to a number of occurrences that overlap a period."""

    start: datetime
    end: datetime
    number: int


def write_jsonld(entry: Entry, edition: Edition, view: RenderContext, ahead: AheadBounds) -> str:
    """Return the content of a script element of a record's page."""
    record = entry.record
    text = source_json(entry)
    source = [{"@type": "CreativeWork", "encodingFormat": SOURCE_TYPE, "text": text}] if text else []
    if record.schedule is None:
        described = _with_subjects(_demand(entry, edition, view), source)
    else:
        sessions = _sessions(entry, view)
        nodes = [
            _common(entry, edition, view, each)
            | _where(entry, view, each)
            | _happening(each, entry, record.schedule)
            | sessions
            for each in _listed_occurrences(record.schedule, edition, ahead)
        ]
        nodes = [_with_subjects(nodes[0], source), *nodes[1:]] if nodes else source
        described = nodes[0] if len(nodes) == 1 else {"@graph": nodes}
    return json.dumps({"@context": _CONTEXT} | described, ensure_ascii=False).translate(_ESCAPES)


def _with_subjects(node: dict[str, Any], more: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a node with more that is about it, beside its questions."""
    subjects = [*node.get("subjectOf", []), *more]
    return node | ({"subjectOf": subjects if len(subjects) > 1 else subjects[0]} if subjects else {})


def _listed_occurrences(schedule: Schedule, edition: Edition, ahead: AheadBounds) -> list[Occurrence]:
    if schedule.rule is None:
        return [occurrence_on(schedule, _first_day(schedule.span))]
    return occurrences_of(schedule, ahead.start, ahead.end, edition.calendar.zone)[: ahead.number]


def _common(
    entry: Entry, edition: Edition, view: RenderContext, occurrence: Occurrence | None = None
) -> dict[str, Any]:
    record, calendar = entry.record, edition.calendar
    title, summary = (phrases.pick(text, view.lang.code) for text in (record.title, record.summary))
    state = state_texts(entry, calendar, view.lang, occurrence)
    told = [*([f"{state.word}."] if state.word else []), *phrases.moves(entry, calendar, view.lang), *state.lines]
    found = {
        "name": title.text,
        "description": " ".join(part for part in (*told, summary.text) if part),
        "url": view.page_url(record.id),
        "inLanguage": list(record.languages),
        "subjectOf": [_question(each, view) for each in record.questions],
    }
    return {name: value for name, value in found.items() if value}


def _question(asked: Question, view: RenderContext) -> dict[str, Any]:
    question, answer = (phrases.pick(text, view.lang.code) for text in (asked.question, asked.answer))
    answered: dict[str, Any] = {"@type": "Answer", "text": answer.text, "inLanguage": answer.language}
    if asked.published:
        answered["datePublished"] = asked.published.isoformat()
    return {"@type": "Question", "text": question.text, "inLanguage": question.language, "acceptedAnswer": answered}


def _happening(occurrence: Occurrence, entry: Entry, schedule: Schedule) -> dict[str, Any]:
    span = occurrence.span
    found = {"@type": "Event", "startDate": _start(span)}
    if ends := _end(span):
        found["endDate"] = ends
    status = "EventScheduled"
    if occurrence.is_cancelled or entry.is_called_off:
        status = "EventCancelled"
    elif entry.record.status is Status.POSTPONED:
        status = "EventPostponed"
    elif occurrence.is_moved:
        status = "EventRescheduled"
        found["previousStartDate"] = _start(shift(schedule.span, occurrence.day))
    elif entry.planned_before:
        status = "EventRescheduled"
        found["previousStartDate"] = _start(entry.planned_before)
    return found | {"eventStatus": f"{_NAMES}{status}"}


def _sessions(entry: Entry, view: RenderContext) -> dict[str, Any]:
    found = []
    for session in entry.record.sessions:
        known = {
            "@type": "Event",
            "name": phrases.pick(session.title, view.lang.code).text,
            "startDate": _start(session.span),
            "endDate": _end(session.span),
            "location": _venue(session.place, view) if session.place else {},
        }
        found.append({name: value for name, value in known.items() if value})
    return {"subEvent": found} if found else {}


def _where(entry: Entry, view: RenderContext, occurrence: Occurrence) -> dict[str, Any]:
    found: dict[str, Any] = {}
    record, place = entry.record, entry.record.place
    if place:
        room = {"@type": "VirtualLocation", "url": shown_join(entry, occurrence) or view.page_url(record.id)}
        venue = _venue(place, view)
        kinds = {(True, False): "Online", (False, True): "Offline", (True, True): "Mixed"}
        if kind := kinds.get((place.online, bool(venue))):
            found["eventAttendanceMode"] = f"{_NAMES}{kind}EventAttendanceMode"
        places = [room] * place.online + [venue] * bool(venue)
        if places:
            found["location"] = places[0] if len(places) == 1 else places
    organisers = [phrases.pick(each, view.lang.code).text for each in record.organisers]
    if organisers:
        found["organizer"] = [{"@type": "Organization", "name": name} for name in organisers]
    return found


def _venue(place: Place, view: RenderContext) -> dict[str, Any]:
    """Return the physical place; the country of an online event is none."""
    name, city = (phrases.pick(text, view.lang.code).text for text in (place.name, place.city))
    address = {"streetAddress": place.address, "addressLocality": city, "addressCountry": place.country or ""}
    known = {key: value for key, value in address.items() if value}
    if not (name or city or place.address) and (place.online or not known):
        return {}
    venue: dict[str, Any] = {"@type": "Place", "name": name or city or view.lang.country(place.country or "")}
    return venue | ({"address": {"@type": "PostalAddress"} | known} if known else {})


def _demand(entry: Entry, edition: Edition, view: RenderContext) -> dict[str, Any]:
    record = entry.record
    found = {"@type": "Demand"} | _common(entry, edition, view)
    found.pop("inLanguage", None)
    found["validThrough"] = _stamp(record.milestones[MomentName.CLOSES].at, edition.calendar.zone)
    if record.reference:
        found["identifier"] = record.reference
    return found


def _first_day(span: Span) -> Any:
    return span.first if isinstance(span, DaySpan) else span.starts.day


def _start(span: Span) -> str:
    return span.first.isoformat() if isinstance(span, DaySpan) else _civil(span.starts)


def _end(span: Span) -> str:
    """Format the end if it was announced; the last of whole days is included."""
    if isinstance(span, DaySpan):
        return span.last.isoformat()
    return _civil(span.ends) if span.ends else ""


def _stamp(at: Point, zone: str) -> str:
    match at:
        case DaySpan(_, last):
            return last.isoformat()
        case EndOfDay():
            return civil_from_instant(at.instant, zone).local.isoformat()
        case CivilTime():
            return _civil(at)


def _civil(at: CivilTime) -> str:
    return at.local.isoformat()
