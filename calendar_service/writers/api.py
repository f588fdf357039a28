"""Records as JSON for programs: each moment with its instant in UTC, its zone, and the printed words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.moments import moments_of, span_points
from calendar_service.records.occurrences import occurrences_of, overlaps
from calendar_service.records.times import DaySpan, write_instant
from calendar_service.records.zones import tzinfo_of
from calendar_service.writers import phrases
from calendar_service.writers.record_source import source_fields
from calendar_service.writers.states import moved_from, told_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calendar_service.records.deadline_history import DeadlineChange
    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Point, Span
    from calendar_service.writers.feed import FeedContents
    from calendar_service.writers.render_context import RenderContext

MOMENTS = "moments"
SESSIONS = "sessions"


def write_records(contents: FeedContents) -> bytes:
    """Return the body of /api/v1/records. Occurrences are listed up to two years ahead, or to `to=`."""
    edition = contents.edition
    records = [_record(entry, contents) for entry in contents.entries]
    return json.dumps({"edition": edition.number, "records": records}, ensure_ascii=False).encode()


def _list_deadline_history(entry: Entry, view: RenderContext) -> list[dict[str, Any]]:
    """Return the deadlines that were replaced as JSON objects, oldest first, without what is not known.

    `at` is the old deadline in UTC, `published_at` the instant of the edition that replaced it, and `decided` the day
    that the file names.
    """
    return [_deadline_change(each, view) for each in entry.deadline_history]


def _deadline_change(change: DeadlineChange, view: RenderContext) -> dict[str, Any]:
    old = change.old.at
    values = {
        "moment": change.moment,
        "at": "" if isinstance(old, DaySpan) else write_instant(old.instant),
        "date": old.first.isoformat() if isinstance(old, DaySpan) else "",
        "words": change.old.words,
        "kind": change.kind,
        "published_at": write_instant(change.published_at) if change.published_at else "",
        "decided": change.decided.isoformat() if change.decided else "",
        "reason": phrases.pick(change.reason, view.lang.code).text,
    }
    return {name: value for name, value in values.items() if value}


def _list_questions(entry: Entry, view: RenderContext) -> list[dict[str, str]]:
    found = []
    for each in entry.record.questions:
        question, answer = (phrases.pick(text, view.lang.code) for text in (each.question, each.answer))
        values = {"question": question.text, "answer": answer.text, "language": answer.language}
        found.append(values | ({"published": each.published.isoformat()} if each.published else {}))
    return found


@dataclass(frozen=True)
class ApiField:
    """One key of a record: its value, the JSON Schema of that, and whether it is promised to be always there.

    One that is not always there (`is_always`) is left out where its value is empty.
    """

    value: Callable[[Entry, RenderContext], Any]
    schema: dict[str, Any]
    is_required: bool = False
    is_always: bool = True


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
RECORD_FIELDS: dict[str, ApiField] = {
    "id": ApiField(lambda entry, _: entry.record.id, _TEXT, is_required=True),
    "kind": ApiField(lambda entry, _: entry.record.kind, {"enum": list(Kind)}, is_required=True),
    "status": ApiField(
        lambda entry, _: "cancelled" if entry.is_called_off else entry.record.status,
        {"enum": list(Status)},
        is_required=True,
    ),
    "sequence": ApiField(lambda entry, _: entry.revision.sequence, {"type": "integer"}, is_required=True),
    "title": ApiField(
        lambda entry, view: phrases.pick(entry.record.title, view.lang.code).text, _TEXT, is_required=True
    ),
    "url": ApiField(lambda entry, view: view.page_url(entry.record.id), _TEXT, is_required=True),
    MOMENTS: ApiField(
        lambda *_: [], {"type": "array", "items": {"$ref": "#/components/schemas/Moment"}}, is_required=True
    ),
    SESSIONS: ApiField(
        lambda *_: [], {"type": "array", "items": {"$ref": "#/components/schemas/Session"}}, is_always=False
    ),
    "languages": ApiField(lambda entry, _: list(entry.record.languages), _TEXTS),
    "tags": ApiField(lambda entry, _: list(entry.record.tags), _TEXTS),
    "deadline_history": ApiField(
        _list_deadline_history,
        {"type": "array", "items": {"$ref": "#/components/schemas/DeadlineChange"}},
        is_always=False,
    ),
    "questions": ApiField(
        _list_questions,
        {"type": "array", "items": {"$ref": "#/components/schemas/Question"}},
        is_always=False,
    ),
    "changed_at": ApiField(
        lambda entry, _: write_instant(entry.revision.changed_at), {"type": "string", "format": "date-time"}
    ),
    "reason": ApiField(lambda entry, view: _reason(entry, view)[0], _TEXT, is_always=False),
    "reason_language": ApiField(lambda entry, view: _reason(entry, view)[1], _TEXT, is_always=False),
    "place_before": ApiField(lambda entry, view: phrases.place(entry.place_before, view.lang), _TEXT, is_always=False),
    "source": ApiField(
        lambda entry, _: source_fields(entry),
        {"type": "object", "description": "The record with the keys of the calendar file, for import."},
        is_always=False,
    ),
}
"""The keys of a record in the API, in order; OpenAPI describes them from here."""


STATE_FIELDS = ("reason", "reason_language", "place_before")
"""The keys that say why a record is in its state, and where it was to be before."""
LIST_FIELDS = ("deadline_history", "questions")
"""The keys with lists that an item of a JSON Feed has, too."""


def _reason(entry: Entry, view: RenderContext) -> tuple[str, str]:
    reason = told_reason(entry, view.lang)
    return (reason.text, reason.language) if reason else ("", "")


def _record(entry: Entry, contents: FeedContents) -> dict[str, Any]:
    values = {name: field.value(entry, contents.view) for name, field in RECORD_FIELDS.items()}
    made = {name: value for name, value in values.items() if value or RECORD_FIELDS[name].is_always}
    # The only keys that depend on when and for which days it is asked for.
    made[MOMENTS] = list_moments(entry, contents)
    if sessions := list_sessions(entry, contents):
        made[SESSIONS] = sessions
    return made


def pick_fields(names: tuple[str, ...], entry: Entry, view: RenderContext) -> dict[str, Any]:
    """Return those of some `RECORD_FIELDS` that are not empty."""
    values = {name: RECORD_FIELDS[name].value(entry, view) for name in names}
    return {name: value for name, value in values.items() if value}


def list_moments(entry: Entry, contents: FeedContents) -> list[dict[str, Any]]:
    """Return the moments of a record as JSON objects, those of each occurrence if it recurs.

    Where the selection has `from` or `to`, they are those of the occurrences and milestones that lie in it.

    `at` is the instant in UTC, `local` the same in the zone of the request (`tz=`), of the place, or of the calendar,
    with its offset. A deadline printed as a bare date has an instant too: the end of that day.
    """
    zone = contents.edition.calendar.zone
    local = contents.view.other_zone(entry.record) or zone
    return [
        {"name": name} | _moment(at, zone, local) | {"words": words} | more
        for name, at, words, more in _points(entry, contents, zone)
    ]


def list_sessions(entry: Entry, contents: FeedContents) -> list[dict[str, Any]]:
    """Return the sessions of a record as JSON objects, each with its moments and, if it has one, its own place.

    Where the selection has `from` or `to`, they are those that lie in it.
    """
    view, within, zone = contents.view, contents.within, contents.edition.calendar.zone
    local = view.other_zone(entry.record) or zone
    found = []
    for session in entry.record.sessions:
        if within and not overlaps(session.span, *within, zone):
            continue
        points = span_points(session.span)
        moments = [{"name": name} | _moment(at, zone, local) | {"words": session.words} for name, at in points]
        title, place = phrases.pick(session.title, view.lang.code).text, phrases.place(session.place, view.lang)
        found.append({"id": session.id, "title": title} | ({"place": place} if place else {}) | {MOMENTS: moments})
    return found


def _points(entry: Entry, contents: FeedContents, zone: str) -> Iterator[tuple[MomentName, Point, str, dict[str, str]]]:
    record, schedule = entry.record, entry.record.schedule
    if schedule and schedule.rule:
        moved = {change.occurrence: change.words for change in schedule.changes if change.span}
        for occurrence in occurrences_of(schedule, *contents.bounds, zone):
            words = moved.get(occurrence.day, schedule.words)
            more = {"occurrence": occurrence.day.isoformat()}
            more |= {"status": "cancelled"} if occurrence.is_cancelled else {}
            if own := phrases.reason(occurrence.reason, contents.view.lang):
                more |= {"reason": own.text, "reason_language": own.language}
            before = _points_before(entry, occurrence)
            for name, at in span_points(occurrence.span):
                yield name, at, words, more | before.get(name, {})
    before = _points_before(entry)
    for moment in moments_of(record):
        whole: Point | Span = moment.at
        if schedule and moment.name in (MomentName.STARTS, MomentName.ENDS):
            if schedule.rule:
                continue
            whole = schedule.span
        if contents.within is None or overlaps(whole, *contents.within, zone):
            yield moment.name, moment.at, moment.words, before.get(moment.name, {})


def _points_before(entry: Entry, occurrence: Occurrence | None = None) -> dict[MomentName, dict[str, str]]:
    """Return for each moment that has moved where it was before."""
    span = moved_from(entry, occurrence)
    points = span_points(span) if span else []
    if occurrence is None:
        points += [(each.moment, each.old.at) for each in entry.deadline_history]
    return {name: {"moved_from": _written(at)} for name, at in points}


def _written(at: Point) -> str:
    return at.first.isoformat() if isinstance(at, DaySpan) else write_instant(at.instant)


def _moment(at: Point, zone: str, local: str) -> dict[str, Any]:
    if isinstance(at, DaySpan):
        return {"date": at.first.isoformat(), "zone": zone}
    there = at.instant.astimezone(tzinfo_of(local)).isoformat(timespec="seconds")
    return {"at": write_instant(at.instant), "local": there, "zone": at.zone}
