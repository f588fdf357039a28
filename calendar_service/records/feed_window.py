"""Select the entries of an output: those that match the selection and lie within its time window.

Without `from`, `to` or `id` the window reaches twelve months back and is open towards the future. `from` and `to` bound
what is listed: occurrences, sessions and milestones that lie in it, and records that have one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from calendar_service.records.edition import WITHDRAWN_STAYS
from calendar_service.records.errors import gettext_noop
from calendar_service.records.moments import instant_bounds, midnight, record_bounds
from calendar_service.records.occurrences import all_days, count_days, end_of, happens_within, occurrences_of, overlaps
from calendar_service.records.selection import BadSelection
from calendar_service.records.times import day_of_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Point, Record, Span
    from calendar_service.records.selection import Selection

Bounds = tuple[datetime, datetime]
"""A half-open stretch of time, in UTC."""

MONTHS_BACK = 12
OCCURRENCES_AHEAD = timedelta(days=731)
"""How far ahead the occurrences of what recurs are listed, where the selection does not say it."""
MAX_OCCURRENCES = 20_000
"""So many occurrences of recurring records an answer lists at most, where its selection says from or to when."""
_ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WindowContents:
    """The entries of an output in order of time, and when the contents last changed by the passing of time alone.

    `recurring` are those of the records that recur by a rule.
    """

    entries: list[Entry]
    changed_at: datetime
    recurring: list[Record]


def select_contents(
    edition: Edition, selection: Selection, now: datetime, extent_of: Callable[[Entry, str], Bounds] | None = None
) -> WindowContents:
    """Return the entries of a selection as of `now`, an aware datetime.

    `extent_of` returns the extent of an entry's record, from a cache if there is one.
    """
    find_extent = extent_of or (lambda entry, zone: extent(entry.record, zone))
    zone = edition.calendar.zone
    start, end = window(edition, selection, now)
    shown: Iterable[tuple[str, Entry]] = edition.entries.items()
    if selection.has_filters:
        labels = edition.calendar.tag_labels
        shown = [(name, entry) for name, entry in shown if selection.accepts(entry.record, labels)]
    if selection.hide_cancelled:
        shown = [(name, each) for name, entry in shown if (each := without_cancelled(entry))]
    changed = edition.published_at
    is_windowed, is_bounded = selection.is_windowed, selection.is_bounded
    kept = []
    recurring: list[Record] = []
    for name, entry in shown:
        begins, stops = bounds = find_extent(entry, zone)
        if not is_windowed or entry.revision.withdrawn:
            leaves = _leaves_at(entry, stops, zone, windowed=is_windowed)
            if leaves <= now:
                changed = max(changed, leaves)
                continue
        record = entry.record
        if _is_within(record, bounds, (start, end), zone, is_bounded=is_bounded):
            kept.append((begins, name, entry))
            if record.schedule and record.schedule.rule:
                recurring.append(record)
    kept.sort(key=itemgetter(0, 1))
    return WindowContents([entry for _, _, entry in kept], changed, recurring)


def without_cancelled(entry: Entry) -> Entry | None:
    """Return an entry without its cancelled occurrences, as if they were excepted; None if nothing takes place."""
    schedule = entry.record.schedule
    if entry.is_called_off:
        return None
    off = tuple(change.occurrence for change in schedule.changes if change.span is None) if schedule else ()
    if schedule is None or not off:
        return entry
    kept = replace(
        schedule,
        excepted=(*schedule.excepted, *off),
        changes=tuple(change for change in schedule.changes if change.span),
    )
    if next(all_days(kept), None) is None:
        return None
    record = replace(entry.record, schedule=kept)
    return replace(entry, revision=replace(entry.revision, record=record), is_abridged=True)


def window(edition: Edition, selection: Selection, now: datetime) -> Bounds:
    """Return the half-open time window of a selection, in UTC; open ends are the minimum and maximum datetime."""
    zone = edition.calendar.zone
    never = datetime.min.replace(tzinfo=UTC)
    start = midnight(selection.first, zone) if selection.first else never
    end = midnight(selection.last + timedelta(days=1), zone) if selection.last else _ALWAYS
    if not selection.is_windowed:
        start = midnight(_oldest_day(now, zone), zone)
    return start, end


def list_bounds(edition: Edition, selection: Selection, now: datetime, ahead: timedelta = OCCURRENCES_AHEAD) -> Bounds:
    """Return the period in which occurrences are listed: the selection's; `ahead` from its beginning if it is open."""
    start, end = window(edition, selection, now)
    return start, end if selection.last else max(start, now) + ahead


def days_asked(edition: Edition, selection: Selection) -> Bounds | None:
    """Return the window that `from` and `to` ask for; None without them."""
    # With one of them it does not depend on the present time.
    return window(edition, selection, edition.published_at) if selection.is_bounded else None


def extent(record: Record, zone: str) -> tuple[datetime, datetime]:
    """Return the time from a record's first moment to its last, in UTC; an endless rule reaches the maximum datetime.

    Whole days are those of `zone`.
    """
    begins, stops = record_bounds(record, zone)
    if record.schedule and record.schedule.rule:
        moved = [change.span for change in record.schedule.changes if change.span]
        begins = min([begins, *(instant_bounds(span, zone)[0] for span in moved)])
        return begins, max(stops, end_of(record.schedule, zone) or _ALWAYS)
    return begins, stops


def check_occurrences(listed: Iterable[tuple[Record, date, date]], selection: Selection) -> None:
    """Check that an answer does not list more than MAX_OCCURRENCES occurrences.

    `listed` are the records whose occurrences are listed one by one, each from a first to a last day. Without `from` or
    `to` a selection may be as long as the calendar makes it. Raise BadSelection for the parameter to narrow.
    """
    day = selection.last or selection.first
    if day is None:
        return
    room = MAX_OCCURRENCES
    for record, first, last in listed:
        if record.schedule and record.schedule.rule:
            room -= count_days(record.schedule, first, last, room + 1)
        if room < 0:
            sentence = gettext_noop("In this time there are more than {most} dates of what recurs.")
            advice = gettext_noop("Choose a shorter time with from= and to=.")
            name = "to" if selection.last else "from"
            raise BadSelection(name, day.isoformat(), sentence, advice, most=f"{MAX_OCCURRENCES}")


def _is_within(record: Record, whole: Bounds, within: Bounds, zone: str, *, is_bounded: bool) -> bool:
    """Return True if part of a record lies in a half-open window: an occurrence, a session or a milestone."""
    (begins, stops), (start, end) = whole, within
    if not ((stops > start or begins >= start) and begins < end):
        return False
    schedule = record.schedule
    if not is_bounded or (begins >= start and (schedule is None or schedule.rule is None)):
        return True  # what begins first lies in it
    points: list[Point | Span] = [milestone.at for milestone in record.milestones.values()]
    points += [session.span for session in record.sessions]
    if any(overlaps(at, start, end, zone) for at in points):
        return True
    return schedule is not None and happens_within(schedule, max(start, begins), end, zone)


def _oldest_day(now: datetime, zone: str) -> date:
    today = day_of_instant(now, zone)
    return today - relativedelta(months=MONTHS_BACK)


def _leaves_at(entry: Entry, stops: datetime, zone: str, *, windowed: bool) -> datetime:
    """Return when an entry leaves the output by the passing of time: withdrawn long ago, or before the window."""
    leaves = entry.revision.changed_at + WITHDRAWN_STAYS if entry.revision.withdrawn else _ALWAYS
    if windowed or stops == _ALWAYS:
        return leaves
    return min(leaves, _falls_behind(stops, zone))


@lru_cache(maxsize=32_768)
def _falls_behind(stops: datetime, zone: str) -> datetime:
    """Return the day after the last one that a window beginning on it still overlaps."""
    last_day = day_of_instant(stops - timedelta(microseconds=1), zone)
    return midnight(last_day + timedelta(days=1) + relativedelta(months=MONTHS_BACK), zone)


def next_start(record: Record, zone: str, now: datetime) -> datetime | None:
    """Return when the next occurrence, session or moment of a record begins, or None if all are past.

    `now` is aware; the result is in UTC. Whole days are those of `zone`.
    """
    if record.schedule and record.schedule.rule:
        occurrences = occurrences_of(record.schedule, now, now + timedelta(days=366), zone)
        return instant_bounds(occurrences[0].span, zone)[0] if occurrences else None
    points: list[Point | Span] = [milestone.at for milestone in record.milestones.values()]
    points += [session.span for session in record.sessions]
    points += [record.schedule.span] if record.schedule else []
    bounds = [instant_bounds(at, zone) for at in points]
    return min((begins for begins, ends in bounds if ends >= now), default=None)
