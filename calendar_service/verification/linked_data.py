"""Parse the JSON-LD in a page, by the meaning that schema.org gives to its names."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import MomentName, Status
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrence_on, occurrences_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import DaySpan
from calendar_service.verification.facts import StatedTime, spell
from calendar_service.verification.questions import expect_linked_questions, read_linked_questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Point, Span
    from calendar_service.verification.expected import Scope

_TIMES = ("startDate", "endDate", "previousStartDate", "validThrough")


def read_linked(blocks: Iterable[str]) -> list[StatedTime]:
    """Return the facts in the JSON-LD of a page: each time, and the state of each event."""
    found: list[StatedTime] = []
    for block in blocks:
        for node in _nodes(json.loads(block)):
            for part in (node, *node.get("subEvent", [])):
                found += [StatedTime(f"JSON-LD {name}", _moment(part[name])) for name in _TIMES if name in part]
            found += read_linked_questions(node)
            if "eventStatus" in node:
                found.append(StatedTime("JSON-LD eventStatus", node["eventStatus"].rpartition("/")[2]))
    return found


def expect_linked(entry: Entry, scope: Scope, ahead: timedelta, number: int) -> list[StatedTime]:
    """Return the facts that the JSON-LD must have: the next occurrences of a series, the end of a tender."""
    schedule = entry.record.schedule
    asked = expect_linked_questions(entry, scope.lang)
    if schedule is None:
        return [StatedTime("JSON-LD validThrough", _last(entry.record.milestones[MomentName.CLOSES].at)), *asked]
    listed = [
        occurrence_on(schedule, schedule.span.first if isinstance(schedule.span, DaySpan) else schedule.span.starts.day)
    ]
    if schedule.rule:
        listed = occurrences_of(schedule, scope.now, scope.now + ahead, scope.home)[:number]
    sessions = [fact for each in entry.record.sessions for fact in _expect_times(each.span)]
    return [fact for each in listed for fact in (*_expect_event(each, entry), *asked)] + sessions


def _expect_event(occurrence: Occurrence, entry: Entry) -> list[StatedTime]:
    facts = _expect_times(occurrence.span)
    if occurrence.is_cancelled or entry.is_called_off:
        return [*facts, StatedTime("JSON-LD eventStatus", "EventCancelled")]
    if entry.record.status is Status.POSTPONED:
        return [*facts, StatedTime("JSON-LD eventStatus", "EventPostponed")]
    if not occurrence.is_moved and entry.planned_before is None:
        return [*facts, StatedTime("JSON-LD eventStatus", "EventScheduled")]
    return [*facts, StatedTime("JSON-LD eventStatus", "EventRescheduled"), _planned(occurrence, entry)]


def _expect_times(span: Span) -> list[StatedTime]:
    facts = [StatedTime("JSON-LD startDate", _first(span))]
    if isinstance(span, DaySpan) or span.ends:
        facts.append(StatedTime("JSON-LD endDate", _last(span)))
    return facts


def _planned(occurrence: Occurrence, entry: Entry) -> StatedTime:
    """Return the original start of a record, or of an occurrence by its rule: at the first one's wall-clock time."""
    if entry.planned_before:
        return StatedTime("JSON-LD previousStartDate", _first(entry.planned_before))
    span = entry.record.schedule.span if entry.record.schedule else None
    if isinstance(span, TimeSpan):
        at = datetime.combine(occurrence.day, span.starts.clock, span.starts.local.tzinfo)
        return StatedTime("JSON-LD previousStartDate", spell(at))
    return StatedTime("JSON-LD previousStartDate", occurrence.day.isoformat())


def _nodes(block: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = block.get("@graph", [block])
    return nodes


def _moment(value: str) -> str:
    """Return the instant or the day that a schema.org time names; one without an offset is neither."""
    if len(value) == len("2027-01-01"):
        return date.fromisoformat(value).isoformat()
    at = datetime.fromisoformat(value)
    return spell(at) if at.tzinfo else f"unreadable {value!r}"


def _first(span: Span) -> str:
    return span.first.isoformat() if isinstance(span, DaySpan) else spell(span.starts.instant)


def _last(at: Point | Span) -> str:
    return at.last.isoformat() if isinstance(at, DaySpan) else spell(instant_bounds(at, "UTC")[1].astimezone(UTC))
