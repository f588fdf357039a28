"""Write a record as the fields of the calendar file, so that another instance can import it whole.

Every output has it in one place of its own: what iCalendar, CSV and the others have no place for is not lost. Each time
names its zone, so that it means the same in any calendar; `words` has the words in which it was announced, by field.
What an output does not say of a record is not here either: links to what does not take place, a reason before its time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.record import Extension, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.writers.states import shown_join, shown_registration, told_reason_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Contact, Place, Point, Record, Schedule, Span
    from calendar_service.records.texts import Text

_ONLINE = "online"
_ZERO = timedelta()
_ON_ONE_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
Fields = dict[str, Any]


def source_json(entry: Entry) -> str:
    """Return the fields of a record as JSON on one line; "" if there are none."""
    fields = source_fields(entry)
    return _ON_ONE_LINE.encode(fields) if fields else ""


def source_fields(entry: Entry) -> Fields:
    """Return a record with the keys of the calendar file, and `words`; {} if it is not the whole of it."""
    if entry.is_abridged:
        return {}
    shown: Fields = {
        "status": Status.CANCELLED if entry.is_called_off else entry.record.status,
        "join": shown_join(entry),
        "registration_url": shown_registration(entry),
        "extensions": tuple(_extensions(entry)),
        "note_of_change": told_reason_text(entry),
    }
    other = {name: value for name, value in shown.items() if value != getattr(entry.record, name)}
    return record_fields(replace(entry.record, **other) if other else entry.record)


def record_fields(record: Record) -> Fields:
    """Return the whole of a record with the keys of the calendar file, and `words`."""
    words: dict[str, str] = {}
    closing = record.milestones.get(MomentName.REGISTRATION_CLOSES)
    registration = {"url": record.registration_url, "closes": _point(closing.at) if closing else ""}
    if closing:
        words["registration.closes"] = closing.words
    fields: Fields = {
        "id": record.id,
        "kind": record.kind.value,
        "status": "" if record.status is Status.CONFIRMED else record.status.value,
        "title": record.title,
        "summary": record.summary,
        "url": record.url,
        **_times(record, words),
        "fold": _fold(record),
        "place": _place(record.place),
        "timezone": record.zone,
        "join": record.join,
        "registration": _known(registration),
        "sessions": list(_sessions(record, words)),
        "buyer": record.buyer,
        "reference": record.reference,
        "extensions": list(_deadlines_before(record, words)),
        "tags": list(record.tags),
        "languages": list(record.languages),
        "countries": list(record.countries),
        "organisers": list(record.organisers),
        "contact": _contact(record.contact),
        "documents": [{"title": each.title, "url": each.url} for each in record.documents],
        "questions": list(_questions(record)),
        "reminders": list(record.reminders),
        "note_of_change": record.note_of_change,
        "correction": record.correction,
    }
    own = {field: text for field, text in words.items() if text}
    return _known({**fields, "words": own}) | ({"fold": 0} if fields["fold"] == 0 else {})


def _known(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}


# --- times ---------------------------------------------------------------------------------------


def _times(record: Record, words: dict[str, str]) -> Fields:
    """Return the schedule of an event, or the milestones of a tender; add the words of each to `words`."""
    if record.kind is Kind.TENDER:
        words |= {name.value: each.words for name, each in record.milestones.items()}
        return {name.value: _point(each.at) for name, each in record.milestones.items()}
    if record.schedule is None:
        return {}
    fields = _schedule(record.schedule, words)
    if record.place and record.place.online and record.place.name:
        first = "when" if "when" in fields else "starts"
        fields[first] += f", {_ONLINE}"  # a named place that one can also take part in from anywhere
    return fields


def _schedule(schedule: Schedule, words: dict[str, str]) -> Fields:
    words["when"] = schedule.words
    found = _when(schedule.span)
    if schedule.rule:
        found["repeats"] = schedule.rule.words
    found["except"] = [day.isoformat() for day in schedule.excepted]
    changes = []
    for number, change in enumerate(schedule.changes):
        what = {"when": _span(change.span)} if change.span else {"status": "cancelled"}
        changes.append(_known({"occurrence": change.occurrence.isoformat(), **what, "reason": change.reason}))
        words[f"changes.{number}.when"] = change.words
    return found | {"changes": changes}


def _when(span: Span) -> Fields:
    if isinstance(span, TimeSpan) and span.ends and span.ends.zone != span.starts.zone:
        return {"starts": _point(span.starts), "ends": _point(span.ends)}
    return {"when": _span(span)}


def _sessions(record: Record, words: dict[str, str]) -> Iterator[Fields]:
    for number, session in enumerate(record.sessions):
        words[f"sessions.{number}.when"] = session.words
        when, place = _span(session.span), _place(session.place)
        yield _known({"id": session.id, "title": session.title, "when": when, "place": place})


def _extensions(entry: Entry) -> Iterator[Extension]:
    """Yield the deadlines that were replaced, also those that only publishing has seen; no corrected mistakes."""
    for change in entry.deadline_history:
        if change.moment is MomentName.CLOSES and not change.is_correction:
            yield Extension(change.old.at, change.old.words, change.decided, change.reason)


def _deadlines_before(record: Record, words: dict[str, str]) -> Iterator[Fields]:
    for number, each in enumerate(record.extensions):
        words[f"extensions.{number}.closes"] = each.words
        decided = each.decided.isoformat() if each.decided else ""
        yield _known({"closes": _point(each.at), "decided": decided, "reason": each.reason})


def _questions(record: Record) -> Iterator[Fields]:
    for each in record.questions:
        published = each.published.isoformat() if each.published else ""
        yield _known({"q": each.question, "a": each.answer, "published": published})


def _span(span: Span) -> str:
    match span:
        case DaySpan():
            return _point(span)
        case TimeSpan(starts, None):
            return _point(starts)
        case TimeSpan(starts, ends) if ends and ends.day == starts.day:
            return f"{starts.day.isoformat()} {_clock(starts)}-{_clock(ends)} {starts.zone}"
        case TimeSpan(starts, ends):
            return f"{starts.day.isoformat()} {_clock(starts)} - {_point(ends) if ends else ''}"


def _point(at: Point) -> str:
    match at:
        case CivilTime():
            return f"{at.day.isoformat()} {_clock(at)} {at.zone}"
        case EndOfDay(day, zone):
            return f"{day.isoformat()} {zone}"
        case DaySpan(first, last):
            return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def _clock(at: CivilTime) -> str:
    return f"{at.clock:%H:%M:%S}" if at.clock.second else f"{at.clock:%H:%M}"


def _fold(record: Record) -> int | None:
    """Return which of a time that happens twice is meant; None if none does."""
    return next((at.fold for at in _civil_times(record) if _is_repeated(at)), None)


def _civil_times(record: Record) -> Iterable[CivilTime]:
    spans = [record.schedule.span, *(each.span for each in record.schedule.changes)] if record.schedule else []
    spans += [each.span for each in record.sessions]
    points: list[Point | None] = [each.at for each in record.milestones.values()]
    for span in spans:
        points += [span.starts, span.ends] if isinstance(span, TimeSpan) else []
    return (at for at in points if isinstance(at, CivilTime))


def _is_repeated(at: CivilTime) -> bool:
    local = at.local
    return (local.replace(fold=0).utcoffset() or _ZERO) > (local.replace(fold=1).utcoffset() or _ZERO)


# --- places and people ---------------------------------------------------------------------------


def _place(place: Place | None) -> str | Fields:
    if place is None:
        return ""
    name: str | Text = _ONLINE if place.online and not place.name else place.name
    if place == type(place)(online=True):
        return _ONLINE
    return _known({"name": name, "city": place.city, "country": place.country, "address": place.address})


def _contact(contact: Contact | None) -> Fields:
    return _known({"name": contact.name, "email": contact.email, "url": contact.url}) if contact else {}
