"""What falls due, and when: the pure core of reminders. It knows groups of subscribers, not subscribers, and no clock.

- A reminder is due at its lead before the moment (`records.due`), never before the moment stood as it stands now: what
  was due by then was announced by the notice of the change. Of a new record, what was due already is due at once.
  Since when it stands is known by the planner's own passes, never by the stamp of an edition.
- Where subscribers want a digest, what is due until the next one goes with the last one before it; what was not known
  when that one went, and what a subscriber asked for only after it, goes as a message of its own, or, where it is late
  already, with the next one if that comes before the moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from calendar_service.records.due import MORNING, due, too_late
from calendar_service.records.edition import REMINDABLE
from calendar_service.records.enums import MomentName
from calendar_service.records.leads import (
    CalendarLead,
    ExactLead,
    WorkingDayLead,
    read_lead,
    suggested_leads,
    write_lead,
)
from calendar_service.records.moments import span_points
from calendar_service.records.notification_keys import (
    DigestKey,
    DigestPeriod,
    DueNotification,
    ReminderKey,
    Topic,
    lead_of,
    record_of,
)
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.selection import read_selection
from calendar_service.records.times import CivilTime, DaySpan, day_of_instant
from calendar_service.records.working_days import WorkingDays
from calendar_service.records.zones import tzinfo_of
from calendar_service.reminders.setting_aside import Failures, NoFailures
from calendar_service.reminders.subjects import of_group, of_record
from calendar_service.store.schedule import FirstPass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.leads import Lead
    from calendar_service.records.notification_keys import NotificationKey, RecipientGroup
    from calendar_service.records.record import Point, Record
    from calendar_service.records.selection import Selection

LONGEST_LEAD = timedelta(days=367)
ReminderTarget = tuple["MomentName", "Point", "date | None"]
"""A moment that one can be reminded of: where it stands, and the day that the rule gave, of what recurs."""

_Aimed = tuple["Entry", list[ReminderTarget]]
_Seen = Mapping[int, FirstPass]
_Memory = dict[object, list[tuple[DueNotification, FirstPass]]]
_LONG_AGO = FirstPass(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
_ZONES = timedelta(days=2)  # more than any two clocks differ
_LONGEST_DIGEST = timedelta(days=DigestPeriod.WEEKLY.days)


def plan_reminders(
    edition: Edition,
    groups: Iterable[RecipientGroup],
    start: datetime,
    end: datetime,
    seen: _Seen,
    failures: Failures | None = None,
) -> list[DueNotification]:
    """Return what is due before `end` and not over at `start` (both aware), in order of time.

    `seen` says for each edition by number when it was first seen; a missing one counts as seen long ago. There is no
    limit to the past: what was due long ago is included as long as its moment is ahead. A group that cannot be read,
    and a record that cannot be planned, is left out and added to `failures`; without `failures` the first error is
    raised.
    """
    failures = NoFailures() if failures is None else failures
    by_record: list[_Aimed] = []
    for entry in edition.entries.values():
        try:
            if found := list(_targets(entry, edition.calendar.zone, start, end)):
                by_record.append((entry, found))
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the other records are planned)
            failures.add(of_record(entry.record.id), error)
    accepted: dict[str, list[_Aimed]] = {}
    memory: _Memory = {}
    found_due: list[DueNotification] = []
    for group in without_unreadable(groups, edition, failures):
        if group.topic is Topic.REMINDERS:
            if group.selection not in accepted:
                accepted[group.selection] = _accepted(group.selection, by_record, edition, failures)
            for aimed in accepted[group.selection]:
                try:
                    found_due += _plan_record(group, aimed, edition, end, seen, memory)
                except Exception as error:  # noqa: BLE001 (the group can be read, so it is the record that fails)
                    failures.add(of_record(aimed[0].record.id), error)
        found_due += _digests(group, start, end)
    ahead = [each for each in found_due if each.due_at < end and each.expires_at > start]
    return sorted(
        ahead, key=lambda each: (each.due_at, record_of(each.notification), lead_of(each.notification), each.group.id)
    )


def without_unreadable(groups: Iterable[RecipientGroup], edition: Edition, failures: Failures) -> list[RecipientGroup]:
    """Return the groups whose selection, lead, zone, country and digest can be read; the others are failures."""
    found = []
    for group in groups:
        try:
            _check(group, edition.calendar.languages)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the other groups are served)
            failures.add(of_group(group), error)
        else:
            found.append(group)
    return found


def _check(group: RecipientGroup, languages: tuple[str, ...]) -> None:
    selected(group.selection, languages)
    if group.lead:
        read_lead(group.lead)
    if group.zone:
        tzinfo_of(group.zone)
    WorkingDays(group.country or None)
    if group.digest:
        DigestPeriod(group.digest)


def _accepted(selection: str, by_record: list[_Aimed], edition: Edition, failures: Failures) -> list[_Aimed]:
    chosen = selected(selection, edition.calendar.languages)
    found = []
    for each in by_record:
        try:
            if chosen.accepts(each[0].record, edition.calendar.tag_labels):
                found.append(each)
        except Exception as error:  # noqa: BLE001 (the selection can be read, so it is the record that fails)
            failures.add(of_record(each[0].record.id), error)
    return found


@lru_cache(maxsize=4096)
def selected(query: str, languages: tuple[str, ...]) -> Selection:
    """Parse the selection of a group."""
    return read_selection(parse_qsl(query), languages)


def _targets(entry: Entry, zone: str, start: datetime, end: datetime) -> Iterator[ReminderTarget]:
    """Yield the moments of a record that are not over at `start` and whose reminders can fall due before `end`."""
    for name, at, day in points(entry.record, zone, start - _ZONES, end + LONGEST_LEAD):
        if name in entry.armed and too_late(at, zone) > start - _ZONES:
            yield name, at, day


def points(record: Record, zone: str, start: datetime, end: datetime) -> Iterator[ReminderTarget]:
    """Yield the moments that one can be reminded of; of a recurring record those in the period, with their day."""
    for name, milestone in record.milestones.items():
        if name in REMINDABLE:
            yield name, milestone.at, None
    schedule = record.schedule
    if schedule is None:
        return
    if schedule.rule is None:
        yield *span_points(schedule.span)[0], None
        return
    for each in occurrences_of(schedule, start, end, zone):
        if not each.is_cancelled:
            yield *span_points(each.span)[0], each.day


def _plan_record(
    group: RecipientGroup, aimed: _Aimed, edition: Edition, end: datetime, seen: _Seen, memory: _Memory
) -> Iterator[DueNotification]:
    entry, targets = aimed
    leads = (group.lead,) if group.lead else suggested_leads(entry.record, edition.calendar)
    shared = entry.record.id, leads, group.zone, group.country
    if shared not in memory:
        closures = frozenset(edition.calendar.closures)
        counted: dict[NotificationKey, tuple[DueNotification, FirstPass]] = {}
        for target in targets:
            first = seen.get(entry.armed[target[0]].edition, _LONG_AGO)
            for lead in leads:
                if not _is_far(target[1], lead, end) and (due := _count(group, entry, target, lead, first, closures)):
                    counted.setdefault(due.notification, (due, first))
        memory[shared] = list(counted.values())
    for each, first in memory[shared]:
        yield from _in_digests(replace(each, group=group), first)


def _is_far(at: Point, words: str, end: datetime) -> bool:
    """Return True, cheaply and only if it is certain, if neither a reminder nor its digest is due by `end`."""
    day = at.first if isinstance(at, DaySpan) else at.day
    return day - _longest(words) - _ZONES - _LONGEST_DIGEST > end.date()


@lru_cache(maxsize=1024)
def _names_a_time(words: str) -> bool:
    lead = read_lead(words)
    return isinstance(lead, CalendarLead) and lead.at is not None


@lru_cache(maxsize=1024)
def _longest(words: str) -> timedelta:
    match read_lead(words):
        case ExactLead(minutes=minutes):
            return timedelta(minutes=minutes, days=1)
        case WorkingDayLead(days=days):
            return timedelta(days=5 * days + 120)  # holidays and closures come in between
        case CalendarLead(months=months, days=days):
            return timedelta(days=31 * months + days)


def _count(
    group: RecipientGroup, entry: Entry, target: ReminderTarget, words: str, first: FirstPass, closures: frozenset[date]
) -> DueNotification | None:
    """Return the reminder of a moment by one lead, as it is due where there is no digest."""
    moment, at, occurrence = target
    # Unless the lead names a time, a clock time is counted back on its own clock: one calculation for all subscribers.
    zone = at.zone if isinstance(at, CivilTime) and not _names_a_time(words) else group.zone
    lead, counted, expires_at = _counted_back(words, at, zone, group.country, closures)
    # What was published without messages has no late ones, either.
    is_new = entry.armed[moment].is_first and not first.is_silent
    if counted is None or (counted < first.before and not is_new):
        return None
    due_at = max(counted, first.at) if is_new else counted
    key = ReminderKey(entry.record.id, occurrence, moment, at, lead)
    new_in = entry.armed[moment].edition if counted < due_at else 0
    return DueNotification(group, key, due_at, counted, expires_at, new_in=new_in) if due_at < expires_at else None


@lru_cache(maxsize=200_000)
def _counted_back(
    words: str, at: Point, zone: str, country: str, closures: frozenset[date]
) -> tuple[Lead, datetime | None, datetime]:
    """Return the lead in its canonical form, when it is due, and when that is too late."""
    lead = read_lead(words)
    return read_lead(write_lead(lead)), due(lead, at, zone, WorkingDays(country or None, closures)), too_late(at, zone)


def _in_digests(single: DueNotification, seen: FirstPass) -> Iterator[DueNotification]:
    """Yield a reminder as it goes to its group: by itself, with a digest, or with one to those who asked in time."""
    group, due_at = single.group, single.due_at
    if not group.digest:
        yield single
        return
    period = DigestPeriod(group.digest)
    if single.counted < due_at:  # late already: the next digest will do, if it comes in time
        following = digest_after(period, due_at, group.zone)
        yield _bundled(single, following) if following.at < single.expires_at else single
        return
    last = digest_before(period, due_at, group.zone)
    if last.at <= seen.before and last.at < seen.at:  # it went with a pass that did not know of this yet
        yield single
        return
    yield _bundled(single, last)
    yield replace(single, after=last.at)


def _bundled(single: DueNotification, digest: DigestKey) -> DueNotification:
    return replace(single, due_at=digest.at, bundle=digest)


def _digests(group: RecipientGroup, start: datetime, end: datetime) -> Iterator[DueNotification]:
    """Yield the digests of a group that can still be sent: those of the last period before `start`, and later ones."""
    if not group.digest:
        return
    digest = digest_before(DigestPeriod(group.digest), start, group.zone)
    while digest.at < end:
        yield DueNotification(group, digest, digest.at, digest.at, digest.at + timedelta(days=digest.period.days))
        digest = digest_after(digest.period, digest.at, group.zone)


def digest_before(period: DigestPeriod, at: datetime, zone: str) -> DigestKey:
    """Return the last digest up to `at`: sent at 09:00 in the zone, a weekly one on Mondays."""
    day = day_of_instant(at, zone)
    if period is DigestPeriod.WEEKLY:
        day -= timedelta(days=day.weekday())
    found = CivilTime(day, MORNING, zone).instant
    while found > at:
        day -= timedelta(days=period.days)
        found = CivilTime(day, MORNING, zone).instant
    return DigestKey(period, found)


def digest_after(period: DigestPeriod, at: datetime, zone: str) -> DigestKey:
    """Return the first digest after `at`."""
    # The clocks may change in between; a quarter of a day more than the period is always the next one.
    return digest_before(period, digest_before(period, at, zone).at + timedelta(days=period.days, hours=6), zone)


def is_ahead(record: Record, zone: str, now: datetime) -> bool:
    """Return True if a record has a moment within the next year that one can be reminded of."""
    return next_point(record, zone, now) is not None


def next_point(record: Record, zone: str, now: datetime) -> ReminderTarget | None:
    """Return the next main moment of a record: its closing, else the first within a year; None if there is none."""
    ahead = [found for found in points(record, zone, now, now + LONGEST_LEAD) if too_late(found[1], zone) > now]
    return min(ahead, key=lambda found: (found[0] is not MomentName.CLOSES, too_late(found[1], zone)), default=None)
