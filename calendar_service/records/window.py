"""Which entries an output holds at a time: those the selection chooses, within its stretch of time.

Without `from`, `to` or `id` an output reaches twelve months back and as far ahead as there is anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from calendar_service.records.edition import WITHDRAWN_STAYS
from calendar_service.records.moments import instant_bounds, midnight, record_bounds
from calendar_service.records.occurrences import all_days, occurrence_on
from calendar_service.records.times import civil_from_instant

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Record, Schedule
    from calendar_service.records.selection import Selection

MONTHS_BACK = 12
_ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Choice:
    """The entries of an output in order of time, and when the choice last changed by the clock alone."""

    entries: list[Entry]
    changed_at: datetime


def choose(edition: Edition, selection: Selection, now: datetime) -> Choice:
    """Choose the entries of a selection as of `now`, an aware datetime."""
    zone = edition.calendar.zone
    start, end = window(edition, selection, now)
    accepted = [entry for entry in edition.entries.values() if selection.accepts(entry.record)]
    shown = [entry for entry in accepted if not (entry.is_called_off and selection.hide_cancelled)]
    changed = edition.published_at
    kept = []
    for entry in shown:
        begins, stops = extent(entry.record, zone)
        leaves = _leaves_at(entry, stops, zone, windowed=selection.is_windowed)
        if leaves <= now:
            changed = max(changed, leaves)
        elif (stops > start or begins >= start) and begins < end:
            kept.append((begins, entry.record.id, entry))
    kept.sort(key=lambda item: item[:2])
    return Choice([entry for _, _, entry in kept], changed)


def window(edition: Edition, selection: Selection, now: datetime) -> tuple[datetime, datetime]:
    """Give the half-open stretch of time of a selection, in UTC; open ends are the ends of time."""
    zone = edition.calendar.zone
    never = datetime.min.replace(tzinfo=UTC)
    start = midnight(selection.first, zone) if selection.first else never
    end = midnight(selection.last + timedelta(days=1), zone) if selection.last else _ALWAYS
    if not selection.is_windowed:
        start = midnight(_oldest_day(now, zone), zone)
    return start, end


def extent(record: Record, zone: str) -> tuple[datetime, datetime]:
    """Give the stretch from a record's first moment to its last; endless rules reach the end of time."""
    begins, stops = record_bounds(record, zone)
    if record.schedule and record.schedule.rule:
        return begins, max(stops, _rule_end(record.schedule, zone))
    return begins, stops


def _rule_end(schedule: Schedule, zone: str) -> datetime:
    if schedule.rule is None or schedule.rule.is_endless:
        return _ALWAYS
    spans = [occurrence_on(schedule, day).span for day in all_days(schedule)]
    spans += [change.span for change in schedule.changes if change.span] or [schedule.span]
    return max(instant_bounds(span, zone)[1] for span in spans)


def _oldest_day(now: datetime, zone: str) -> date:
    today = civil_from_instant(now, zone).day
    return today - relativedelta(months=MONTHS_BACK)


def _leaves_at(entry: Entry, stops: datetime, zone: str, *, windowed: bool) -> datetime:
    """Give when an entry leaves the output by the clock alone: withdrawn long ago, or fallen behind the window."""
    leaves = entry.revision.changed_at + WITHDRAWN_STAYS if entry.revision.withdrawn else _ALWAYS
    if windowed or stops == _ALWAYS:
        return leaves
    # The day after the last one that a window beginning on it still overlaps.
    last_day = civil_from_instant(stops - timedelta(microseconds=1), zone).day
    falls_behind = midnight(last_day + timedelta(days=1) + relativedelta(months=MONTHS_BACK), zone)
    return min(leaves, falls_behind)
