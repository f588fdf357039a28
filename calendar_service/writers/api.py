"""Records as JSON for programs: each moment with its instant in UTC, its zone, and the printed words."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import MomentName
from calendar_service.records.feed_window import window
from calendar_service.records.moments import moments_of, span_points
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.times import DaySpan, write_instant
from calendar_service.records.zones import tzinfo_of
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Point
    from calendar_service.records.selection import Selection
    from calendar_service.writers.feed import FeedContents
    from calendar_service.writers.render_context import RenderContext

Bounds = tuple[datetime, datetime]
"""The half-open stretch of time for which the occurrences of what recurs are listed."""

OCCURRENCES_AHEAD = timedelta(days=731)


def write_records(contents: FeedContents) -> bytes:
    """Return the body of /api/v1/records. Occurrences are listed up to two years ahead, or to `to=`.

    `now` is aware.
    """
    edition = contents.edition
    records = [_record(entry, edition, contents.view, contents.bounds) for entry in contents.entries]
    return json.dumps({"edition": edition.number, "records": records}, ensure_ascii=False).encode()


def list_bounds(edition: Edition, selection: Selection, now: datetime) -> Bounds:
    """Return the period in which occurrences are listed: the selection's, two years ahead if it is open."""
    start, end = window(edition, selection, now)
    return start, end if selection.last else now + OCCURRENCES_AHEAD


def _record(entry: Entry, edition: Edition, view: RenderContext, bounds: Bounds) -> dict[str, Any]:
    record = entry.record
    return {
        "id": record.id,
        "kind": record.kind,
        "status": "cancelled" if entry.is_called_off else record.status,
        "sequence": entry.revision.sequence,
        "title": phrases.pick(record.title, view.lang.code).text,
        "url": view.page_url(record.id),
        "moments": list_moments(entry, edition, bounds, view),
        "languages": list(record.languages),
        "tags": list(record.tags),
        "changed_at": write_instant(entry.revision.changed_at),
    }


def list_moments(entry: Entry, edition: Edition, bounds: Bounds, view: RenderContext) -> list[dict[str, Any]]:
    """Return the moments of a record as JSON objects, those of each occurrence if it recurs.

    `at` is the instant in UTC, `local` the same in the zone of the request (`tz=`), of the place, or of the calendar,
    with its offset. A deadline printed as a bare date has an instant too: the end of that day.
    """
    record, zone = entry.record, edition.calendar.zone
    local = view.other_zone(record) or zone
    return [
        {"name": name} | _moment(at, zone, local) | {"words": words} | more
        for name, at, words, more in _points(entry, bounds, zone)
    ]


def _points(entry: Entry, bounds: Bounds, zone: str) -> Iterator[tuple[MomentName, Point, str, dict[str, str]]]:
    record = entry.record
    if record.schedule and record.schedule.rule:
        moved = {change.occurrence: change.words for change in record.schedule.changes if change.span}
        for occurrence in occurrences_of(record.schedule, *bounds, zone):
            words = moved.get(occurrence.day, record.schedule.words)
            more = {"occurrence": occurrence.day.isoformat()}
            more |= {"status": "cancelled"} if occurrence.is_cancelled else {}
            for name, at in span_points(occurrence.span):
                yield name, at, words, more
    for moment in moments_of(record):
        if not (record.schedule and record.schedule.rule and moment.name in (MomentName.STARTS, MomentName.ENDS)):
            yield moment.name, moment.at, moment.words, {}


def _moment(at: Point, zone: str, local: str) -> dict[str, Any]:
    if isinstance(at, DaySpan):
        return {"date": at.first.isoformat(), "zone": zone}
    there = at.instant.astimezone(tzinfo_of(local)).isoformat(timespec="seconds")
    return {"at": write_instant(at.instant), "local": there, "zone": at.zone}
