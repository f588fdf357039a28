"""Drafts to publish, without a file: what the parsers would have made of one."""

from datetime import UTC, date, datetime, time

from calendar_service.records.edition import Draft
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.record import Calendar, Milestone, Place, Record, Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay

ZONE = "Europe/Paris"
CALENDAR = Calendar(id="example.org", name={"en": "Example"}, zone=ZONE, languages=("en", "fr"))
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def draft(*records, calendar=CALENDAR):
    return Draft(calendar, records)


def event(name="event", day=date(2026, 6, 1), title="Event", **more):
    schedule = more.pop("schedule", None) or Schedule(DaySpan(day, day), words=day.isoformat())
    return Record(id=name, kind=Kind.EVENT, title={"en": title}, schedule=schedule, **more)


def webinar(name="webinar", clock=time(10), place=None, **more):
    span = TimeSpan(CivilTime(date(2026, 6, 1), clock, ZONE), CivilTime(date(2026, 6, 1), time(18), ZONE))
    schedule = Schedule(span, words=f"1 June 2026, {clock:%H.%M}-18.00")
    return Record(
        id=name,
        kind=Kind.WEBINAR,
        title={"en": "Webinar"},
        schedule=schedule,
        place=place or Place(online=True),
        **more,
    )


def tender(name="tender", closes=date(2026, 7, 10), title="Tender", **more):
    milestones = {MomentName.CLOSES: Milestone(EndOfDay(closes, ZONE), words=closes.isoformat())} if closes else {}
    milestones |= more.pop("milestones", {})
    return Record(id=name, kind=Kind.TENDER, title={"en": title}, milestones=milestones, **more)
