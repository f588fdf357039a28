"""Records to iCalendar (RFC 5545, RFC 7986): the VEVENTs of one record at a time.

A record's bytes depend on its revision and the view only, so they are made once and joined into any
feed. Times are written with the zone they were announced in where our VTIMEZONE tells it rightly,
else in UTC. Each choice below that looks odd answers a calendar program's habit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event, vRecur, vText, vUri
from icalendar.prop import vInline

from calendar_service.records import entries
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.leads import CalendarLead, ExactLead
from calendar_service.records.moments import midnight
from calendar_service.records.occurrences import all_days, first_day, occurrence_on
from calendar_service.records.record import TimeSpan
from calendar_service.records.repeats import is_portable
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant
from calendar_service.records.zones import is_iana
from calendar_service.writers import sentences
from calendar_service.writers.description import describe
from calendar_service.writers.vtimezone import describes, describes_from

if TYPE_CHECKING:
    from calendar_service.records.edition import Entry
    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Calendar, Point, Record, Schedule, Session, Span
    from calendar_service.records.repeats import Rule
    from calendar_service.writers.view import View

MAX_LINE_UNITS = 255
# Exchange refuses events without an end: a deadline is a block that ends when it closes, and a
# happening whose end was not announced is given an hour.
DEADLINE_BLOCK = timedelta(minutes=30)
UNKNOWN_LENGTH = timedelta(hours=1)
REMIND_AT = time(9)
_WRITTEN_OUT_YEARS = 10
_COLOURS = {Kind.EVENT: "royalblue", Kind.WEBINAR: "teal", Kind.TENDER: "chocolate"}


@dataclass(frozen=True)
class Block:
    """The VEVENTs of one record: their bytes, how many there are, and the zones they name."""

    body: bytes
    events: int
    zones: frozenset[str]


@dataclass(frozen=True)
class _Slot:
    """What one VEVENT says: its own name, title, time and state; the rest is the record's."""

    name: str
    title: str
    span: Span
    is_deadline: bool = False
    is_extra: bool = False
    place: str = ""
    rule: Rule | None = None
    excepted: tuple[date, ...] = ()
    recurrence: Span | None = None
    cancelled: bool = False


def write_entry(entry: Entry, calendar: Calendar, view: View) -> Block:
    """Write all VEVENTs of a record, the main one first."""
    slots = _happening_slots(entry, view) if entry.record.schedule else _tender_slots(entry, calendar, view)
    slots += _extra_slots(entry, calendar, view)
    events = [_event(slot, entry, calendar, view) for slot in slots]
    zones = {zone for event in events for zone in _zones(event)}
    return Block(b"".join(event.to_ical(sorted=False) for event in events), len(events), frozenset(zones))


# -- which events a record makes ----------------------------------------------------------------


def _happening_slots(entry: Entry, view: View) -> list[_Slot]:
    record, schedule = entry.record, _schedule(entry.record)
    place = sentences.place(record.place, view.lang)
    title = sentences.pick(record.title, view.lang.code).text
    if schedule.rule is None:
        return [_Slot(record.id, title, schedule.span, place=place)]
    if not _can_recur(schedule):
        return _written_out(record, schedule, title, place)
    main = _Slot(record.id, title, schedule.span, place=place, rule=schedule.rule, excepted=schedule.excepted)
    overrides = []
    for change in schedule.changes:
        by_rule = replace(schedule, changes=())
        original = occurrence_on(by_rule, change.occurrence).span
        overrides.append(
            replace(
                main,
                span=change.span or original,
                rule=None,
                excepted=(),
                recurrence=original,
                cancelled=change.span is None,
            )
        )
    return [main, *overrides]


def _written_out(record: Record, schedule: Schedule, title: str, place: str) -> list[_Slot]:
    """Write each occurrence as an event of its own, where calendar programs would misread the rule."""
    first = first_day(schedule.span)
    horizon = date(first.year + _WRITTEN_OUT_YEARS, 12, 31)
    slots = []
    for day in all_days(schedule):
        if day > horizon:
            break
        found = occurrence_on(schedule, day)
        name = entries.occurrence_entry(record, day)
        slots.append(_Slot(name, title, found.span, place=place, cancelled=found.is_cancelled))
    return slots


def _tender_slots(entry: Entry, calendar: Calendar, view: View) -> list[_Slot]:
    record = entry.record
    closes = record.milestones[MomentName.CLOSES].at
    title = sentences.pick(record.title, view.lang.code).text
    return [_deadline_slot(record.id, MomentName.CLOSES, closes, title, calendar, view)]


def _extra_slots(entry: Entry, calendar: Calendar, view: View) -> list[_Slot]:
    record = entry.record
    title = sentences.pick(record.title, view.lang.code).text
    slots = [
        _deadline_slot(entries.moment_entry(record, name), name, record.milestones[name].at, title, calendar, view)
        for name in entries.extra_moments(record)
    ]
    return slots + [_session_slot(record, session, title, view) for session in record.sessions]


def _session_slot(record: Record, session: Session, title: str, view: View) -> _Slot:
    own = sentences.pick(session.title, view.lang.code).text
    place = sentences.place(session.place or record.place, view.lang)
    name = entries.session_entry(record, session.id)
    return _Slot(name, f"{own} - {title}", session.span, is_extra=True, place=place)


def _deadline_slot(name: str, moment: MomentName, at: Point, title: str, calendar: Calendar, view: View) -> _Slot:
    label = sentences.moment_label(moment, view.lang)
    if isinstance(at, CivilTime):
        label = f"{label} {sentences.clock_in(at, calendar.zone, view.lang)}"
        span: Span = TimeSpan(civil_from_instant(at.instant - DEADLINE_BLOCK, at.zone), at)
    elif isinstance(at, EndOfDay):
        span = DaySpan(at.day, at.day)
    else:
        span = at
    worded = view.lang.say("{label}: {title}", label=label, title=title)
    return _Slot(name, worded, span, is_deadline=True, is_extra=moment is not MomentName.CLOSES)


def _schedule(record: Record) -> Schedule:
    assert record.schedule is not None  # noqa: S101 (callers look first; this tells the type checker)
    return record.schedule


def _can_recur(schedule: Schedule) -> bool:
    """Tell whether the rule can stand in the feed: programs map it, and the zone's clock is known for good."""
    rule, span = schedule.rule, schedule.span
    if rule is None or not is_portable(rule, first_day(span)):
        return False
    if isinstance(span, DaySpan):
        return True
    if not is_iana(span.starts.zone) or span.starts.fold:
        return span.starts.zone == "UTC"
    known_from = describes_from(span.starts.zone)
    same_zone = span.ends is None or span.ends.zone == span.starts.zone
    return known_from is not None and known_from <= span.starts.day and same_zone


# -- one event ----------------------------------------------------------------------------------


def _event(slot: _Slot, entry: Entry, calendar: Calendar, view: View) -> Event:
    record = entry.record
    event = Event()
    event.add("uid", entries.uid(slot.name, calendar.id))
    event.add("dtstamp", entry.revision.changed_at)
    event.add("last-modified", entry.revision.changed_at)
    event.add("sequence", entry.revision.sequence)
    _add_times(event, slot)
    _add_summary(event, slot, entry, view)
    _add_text(event, "description", describe(slot.span, entry, calendar, view), view.lang.code)
    if slot.place:
        _add_text(event, "location", clip(slot.place), view.lang.code)
    _add_state(event, slot, entry)
    event.add("categories", [sentences.kind(record, view.lang), *record.tags])
    event.add("color", _COLOURS[record.kind])
    _add_links(event, slot, entry, calendar, view)
    _add_alarm(event, slot, entry, view)
    return event


def _add_times(event: Event, slot: _Slot) -> None:
    span = slot.span
    if isinstance(span, DaySpan):
        start: date | datetime = span.first
        # DTEND is exclusive; without it Exchange refuses the event.
        end: date | datetime = span.last + timedelta(days=1)
    else:
        in_zone = slot.rule is not None or slot.recurrence is not None
        ends = span.ends or civil_from_instant(span.starts.instant + UNKNOWN_LENGTH, span.starts.zone)
        start, end = _written(span.starts, trusted=in_zone), _written(ends, trusted=in_zone)
    event.add("dtstart", start)
    event.add("dtend", end)
    if slot.rule:
        event.add("rrule", _recur(slot.rule, span))
    if slot.excepted:
        parameters = {"VALUE": "DATE"} if isinstance(span, DaySpan) else {}
        event.add("exdate", [_start_on(span, day) for day in slot.excepted], parameters=parameters)
    if slot.recurrence:
        event.add("recurrence-id", _start_on(slot.recurrence, first_day(slot.recurrence)))


def _written(civil: CivilTime, *, trusted: bool) -> datetime:
    """Give the datetime to write: in its zone where readers will get the right instant, else in UTC.

    The second of a repeated hour has no form with a zone (RFC 5545, 3.3.5), so it is in UTC too.
    """
    if is_iana(civil.zone) and not civil.fold and (trusted or describes(civil.zone, civil.instant)):
        return civil.local
    return civil.instant


def _start_on(span: Span, day: date) -> date | datetime:
    if isinstance(span, DaySpan):
        return day
    return _written(CivilTime(day, span.starts.clock, span.starts.zone), trusted=True)


def _recur(rule: Rule, span: Span) -> vRecur:
    parts: dict[str, Any] = {"FREQ": rule.frequency}
    if rule.interval > 1:
        parts["INTERVAL"] = rule.interval
    if rule.by_month:
        parts["BYMONTH"] = rule.by_month
    if rule.by_month_day:
        parts["BYMONTHDAY"] = rule.by_month_day
    if rule.by_day:
        parts["BYDAY"] = list(rule.by_day)
    if rule.count:
        parts["COUNT"] = rule.count
    if rule.until:
        parts["UNTIL"] = rule.until if isinstance(span, DaySpan) else _until(rule.until, span)
    return vRecur(parts)


def _until(last: date, span: TimeSpan) -> datetime:
    """Give UNTIL for a timed rule: in UTC (RFC 5545, 3.3.10), at the end of the last day on the record's clock."""
    return midnight(last + timedelta(days=1), span.starts.zone) - timedelta(seconds=1)


def _add_summary(event: Event, slot: _Slot, entry: Entry, view: View) -> None:
    lang = view.lang
    prefix = lang.say("Cancelled") if slot.cancelled else sentences.state(entry, lang)
    title = lang.say("{label}: {title}", label=prefix, title=slot.title) if prefix else slot.title
    suffix = sentences.only_languages(entry.record, lang)
    # The reader must see the suffix even where the title is cut.
    text = clip(title, MAX_LINE_UNITS - _units(suffix) - 1) + f" {suffix}" if suffix else clip(title)
    written_in = sentences.pick(entry.record.title, lang.code).language
    _add_text(event, "summary", text, written_in)


def _add_state(event: Event, slot: _Slot, entry: Entry) -> None:
    status, called_off = entry.record.status, entry.is_called_off or slot.cancelled
    if called_off:
        event.add("status", "CANCELLED")
    else:
        event.add("status", "TENTATIVE" if status in (Status.TENTATIVE, Status.POSTPONED) else "CONFIRMED")
    all_day = isinstance(slot.span, DaySpan)
    free = called_off or all_day or slot.is_deadline or status is Status.POSTPONED
    event.add("transp", "TRANSPARENT" if free else "OPAQUE")
    busy = "FREE" if free else "TENTATIVE" if status is Status.TENTATIVE else "BUSY"
    event.add("x-microsoft-cdo-busystatus", busy)
    if all_day:
        event.add("x-microsoft-cdo-alldayevent", "TRUE")


def _add_links(event: Event, slot: _Slot, entry: Entry, calendar: Calendar, view: View) -> None:
    record = entry.record
    event.add("url", vUri(record.join or record.url or view.page_url(record.id)))
    if record.join:
        parameters = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": view.lang.say("Join online")}
        event.add("conference", vUri(record.join), parameters=parameters)
    if slot.is_extra:
        event.add("related-to", entries.uid(record.id, calendar.id))


def _add_alarm(event: Event, slot: _Slot, entry: Entry, view: View) -> None:
    postponed = entry.record.status is Status.POSTPONED
    if view.alarm is None or entry.is_called_off or slot.cancelled or postponed:
        return
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", str(event["summary"]))
    alarm["TRIGGER"] = _trigger(view.alarm, slot)
    event.add_component(alarm)


def _trigger(lead: Lead, slot: _Slot) -> vInline:
    """Write how long before: of a deadline before its end, of an all-day entry before nine in the morning."""
    if isinstance(slot.span, DaySpan) and isinstance(lead, CalendarLead):
        at = lead.at or REMIND_AT
        return vInline(_duration(lead.days * 1440 - at.hour * 60 - at.minute, days=False))
    trigger = vInline(
        _duration(lead.days, days=True) if isinstance(lead, CalendarLead) else _duration(_minutes(lead), days=False)
    )
    if slot.is_deadline:
        trigger.params["RELATED"] = "END"
    return trigger


def _minutes(lead: Lead) -> int:
    assert isinstance(lead, ExactLead)  # noqa: S101 (the selection takes no other lead as an alarm)
    return lead.minutes


def _duration(number: int, *, days: bool) -> str:
    """Write a duration before (RFC 5545, 3.3.6). Days are nominal and hours exact, so neither becomes the other."""
    if days:
        return f"-P{number}D"
    sign = "-" if number > 0 else ""
    hours, minutes = divmod(abs(number), 60)
    return f"{sign}PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


# -- small things -------------------------------------------------------------------------------


def _add_text(event: Event, name: str, text: str, code: str) -> None:
    event.add(name, vText(text), parameters={"LANGUAGE": code})


def clip(text: str, units: int = MAX_LINE_UNITS) -> str:
    """Cut a text to a number of UTF-16 units, as Outlook counts, with an ellipsis."""
    if _units(text) <= units:
        return text
    kept = text.encode("utf-16-le")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip() + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _zones(event: Event) -> set[str]:
    values = [event["dtstart"].dt, event["dtend"].dt]
    if "recurrence-id" in event:
        values.append(event["recurrence-id"].dt)
    return {value.tzinfo.key for value in values if isinstance(value, datetime) and isinstance(value.tzinfo, ZoneInfo)}
