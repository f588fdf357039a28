"""Decide which VEVENTs a record makes, and the properties of each: UID name, title, time, state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records import uids
from calendar_service.records.enums import MomentName
from calendar_service.records.occurrences import happens_within, occurrence_on, overlaps
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant
from calendar_service.writers import phrases
from calendar_service.writers.recurrence import can_recur, days_of_other_length, days_within

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.datephrases.rrule import RecurrenceRule
    from calendar_service.records.edition import Entry
    from calendar_service.records.feed_window import Bounds
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Calendar, Point, Record, Schedule, Session, Span
    from calendar_service.writers.recurrence import Stretch
    from calendar_service.writers.render_context import RenderContext

# Exchange refuses events without an end: a deadline is a block that ends when it closes.
_DEADLINE_BLOCK = timedelta(minutes=30)
_HAPPENS_AT = frozenset({MomentName.OPENS, MomentName.AWARD_EXPECTED})


@dataclass(frozen=True)
class VEventSpec:
    """One VEVENT: its own UID name, title, time and state; all else is the record's.

    `moment` is its milestone, "" for the event itself. `occurrence` is the one of a series that it stands for;
    `recurrence` is the time by the rule of one that differs from it.
    """

    name: str
    title: str
    span: Span
    place: str = ""
    moment: MomentName | None = None
    session: Session | None = None
    rule: RecurrenceRule | None = None
    excepted: tuple[date, ...] = ()
    recurrence: Span | None = None
    occurrence: Occurrence | None = None

    @property
    def is_cancelled(self) -> bool:
        """Return True if it is an occurrence that does not take place."""
        return self.occurrence is not None and self.occurrence.is_cancelled

    @property
    def is_extra(self) -> bool:
        """Return True if it is additional to the record's main event."""
        return self.session is not None or self.moment not in (None, MomentName.CLOSES)

    @property
    def is_part(self) -> bool:
        """Return True if it stands for a session or milestone of a record, and not for the record."""
        return self.session is not None or self.moment is not None

    @property
    def ends_at_moment(self) -> bool:
        """Return True if its end is what counts, as for a deadline at a time or at the end of a day."""
        return self.moment is not None and self.moment not in _HAPPENS_AT


def vevent_specs(
    entry: Entry, calendar: Calendar, view: RenderContext, stretch: Stretch, within: Bounds | None = None
) -> list[VEventSpec]:
    """Return the VEVENTs of a record, the main one first.

    Those that lie outside the bounds `within` are left out. A series with its rule is left out if none of its
    occurrences lies in them, or not at all: without the entry of one that was moved, a program would show it where the
    rule has it.
    """
    specs = _all_specs(entry, calendar, view, stretch)
    return specs if within is None else [spec for spec in specs if _lies_within(spec, entry, within, calendar.zone)]


def _lies_within(spec: VEventSpec, entry: Entry, within: Bounds, zone: str) -> bool:
    record = entry.record
    if record.schedule and (spec.rule or spec.recurrence):
        return happens_within(record.schedule, *within, zone)
    return overlaps(record.milestones[spec.moment].at if spec.moment else spec.span, *within, zone)


def _all_specs(entry: Entry, calendar: Calendar, view: RenderContext, stretch: Stretch) -> list[VEventSpec]:
    record = entry.record
    title = phrases.pick(record.title, view.lang.code).text or record.id
    specs = _happening(record, record.schedule, title, view, stretch) if record.schedule else []
    names = [name for name in (MomentName.CLOSES,) if name in record.milestones]
    names += uids.extra_moments(record)
    specs += [_milestone(record, name, title, calendar, view) for name in names]
    return specs + [_session(record, session, title, view) for session in record.sessions]


def _happening(
    record: Record, schedule: Schedule, title: str, view: RenderContext, stretch: Stretch
) -> list[VEventSpec]:
    main = VEventSpec(record.id, title, schedule.span, phrases.place(record.place, view.lang))
    if schedule.rule is None:
        return [main]
    if not can_recur(schedule):
        return [_written_out(main, record, schedule, day) for day in days_within(schedule, stretch)]
    series = replace(main, rule=schedule.rule, excepted=schedule.excepted)
    days = [change.occurrence for change in schedule.changes] + days_of_other_length(schedule, stretch)
    return [series, *(_override(main, schedule, day) for day in days)]


def _override(main: VEventSpec, schedule: Schedule, day: date) -> VEventSpec:
    original = occurrence_on(replace(schedule, changes=()), day).span
    found = occurrence_on(schedule, day)
    return replace(main, span=found.span, recurrence=original, occurrence=found)


def _written_out(main: VEventSpec, record: Record, schedule: Schedule, day: date) -> VEventSpec:
    found = occurrence_on(schedule, day)
    return replace(main, name=uids.occurrence_entry(record, day), span=found.span, occurrence=found)


def _milestone(record: Record, name: MomentName, title: str, calendar: Calendar, view: RenderContext) -> VEventSpec:
    at = record.milestones[name].at
    label = phrases.moment_label(name, view.lang)
    if isinstance(at, CivilTime):
        label = f"{label} {phrases.clock_in(at, calendar.zone, view.lang)}"
    worded = view.lang.gettext("{label}: {title}", label=label, title=title)
    entry_name = record.id if name is MomentName.CLOSES else uids.moment_entry(record, name)
    return VEventSpec(entry_name, worded, milestone_span(name, at), moment=name)


def milestone_span(name: MomentName, at: Point) -> Span:
    """Return the span that a milestone has in a calendar: a block of half an hour, or whole days."""
    match at:
        case CivilTime() if name in _HAPPENS_AT:
            return TimeSpan(at, civil_from_instant(at.instant + _DEADLINE_BLOCK, at.zone))
        case CivilTime():
            return TimeSpan(civil_from_instant(at.instant - _DEADLINE_BLOCK, at.zone), at)
        case EndOfDay(day):
            return DaySpan(day, day)
        case DaySpan():
            return at


def _session(record: Record, session: Session, title: str, view: RenderContext) -> VEventSpec:
    own = phrases.pick(session.title, view.lang.code).text
    place = phrases.place(session.place or record.place, view.lang)
    return VEventSpec(uids.session_entry(record, session.id), f"{own} - {title}", session.span, place, session=session)
