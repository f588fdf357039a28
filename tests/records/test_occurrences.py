"""Occurrences, against a plain expansion by dateutil, over the clock changes of ten zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.datephrases import parse_recurrence
from calendar_service.records.occurrences import (
    Occurrence,
    all_days,
    end_of,
    happens_within,
    occurrence_on,
    occurrences_of,
    shift,
)
from calendar_service.records.record import OccurrenceChange, Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan

ZONES = [
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/Santiago",
    "UTC",
]
RULES = {
    "every day": {"freq": rrule.DAILY},
    "every week": {"freq": rrule.WEEKLY},
    "every 2 weeks, 20 times": {"freq": rrule.WEEKLY, "interval": 2, "count": 20},
    "every month": {"freq": rrule.MONTHLY},
    "every year": {"freq": rrule.YEARLY},
    "every day until 31 December 2028": {"freq": rrule.DAILY, "until": datetime(2028, 12, 31)},
}
days = st.dates(date(2026, 1, 1), date(2028, 12, 1))


def span_in(zone, first, start, minutes):
    begin = datetime.combine(first, start)
    finish = begin + timedelta(minutes=minutes)
    return TimeSpan(CivilTime(first, start, zone), CivilTime(finish.date(), finish.time(), zone) if minutes else None)


def expanded(rule, span, start, end):
    """Expand a rule by dateutil on bare days, and put each start on the zone's clock by zoneinfo."""
    first = datetime.combine(span.starts.day, time())
    found = []
    for day in rrule.rrule(dtstart=first, **RULES[rule]):
        if day.date() > end.date() + timedelta(days=3):
            break
        moved = day.date() - first.date()
        bounds = []
        for point in (span.starts, span.ends or span.starts):
            local = datetime.combine(point.day + moved, point.clock, ZoneInfo(point.zone))
            bounds.append(local.astimezone(UTC))
        begins, stops = bounds
        if start <= begins < end if begins == stops else (begins < end and stops > start):
            found.append((day.date(), begins, stops))
    return found


@given(
    st.sampled_from(ZONES),
    st.sampled_from(sorted(RULES)),
    days,
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from([0, 60, 90, 1500]),
    st.integers(0, 500),
    st.integers(0, 24 * 60 * 40),
)
@settings(max_examples=100)
def test_they_equal_a_plain_expansion(zone, words, first, start, minutes, after, length):
    span = span_in(zone, first, start, minutes)
    begin = datetime.combine(first, start, UTC) + timedelta(days=after - 20, hours=1)
    end = begin + timedelta(minutes=length)
    schedule = Schedule(span, "", parse_recurrence(words))
    found = occurrences_of(schedule, begin, end, "Europe/Paris")
    bounds = [(each.day, each.span.starts.instant, (each.span.ends or each.span.starts).instant) for each in found]
    assert sorted(bounds) == sorted(expanded(words, span, begin, end))
    assert happens_within(schedule, begin, end, "Europe/Paris") == bool(bounds)
    assert [each[1] for each in bounds] == sorted(each[1] for each in bounds)


def at(day, hour=10, minute=0):
    return datetime(2027, 7, day, hour, minute, tzinfo=UTC)


WEEKLY = Schedule(
    TimeSpan(CivilTime(date(2027, 7, 6), time(10), "UTC"), CivilTime(date(2027, 7, 6), time(11), "UTC")),
    "",
    parse_recurrence("every tuesday"),
)


def days_in(schedule, start, end):
    return [(each.day.day, each.is_moved, each.is_cancelled) for each in occurrences_of(schedule, start, end, "UTC")]


def test_the_window_is_half_open():
    assert days_in(WEEKLY, at(6, 11), at(13, 10)) == []
    assert days_in(WEEKLY, at(6, 10, 59), at(13, 10, 1)) == [(6, False, False), (13, False, False)]


def test_a_point_at_the_start_of_the_window_is_in_it():
    point = replace(WEEKLY, span=TimeSpan(WEEKLY.span.starts))
    assert days_in(point, at(6), at(13)) == [(6, False, False)]


def test_excepted_days_are_left_out():
    schedule = replace(WEEKLY, excepted=(date(2027, 7, 13),))
    assert days_in(schedule, at(1), at(28)) == [(6, False, False), (20, False, False), (27, False, False)]
    days = all_days(schedule)
    assert [next(days).day, next(days).day] == [6, 20]


def test_a_moved_occurrence_is_where_it_was_moved_to():
    far = TimeSpan(CivilTime(date(2027, 12, 1), time(9), "UTC"))
    schedule = replace(WEEKLY, changes=(OccurrenceChange(date(2027, 7, 13), far, "1 December"),))
    assert days_in(schedule, at(12), at(15)) == []
    december = datetime(2027, 12, 1, tzinfo=UTC)
    assert days_in(schedule, december, december + timedelta(days=1)) == [(13, True, False)]
    early = replace(
        WEEKLY,
        changes=(
            OccurrenceChange(date(2027, 7, 13), replace(far, starts=CivilTime(date(2027, 1, 5), time(9), "UTC"))),
        ),
    )
    assert days_in(early, datetime(2027, 1, 1, tzinfo=UTC), at(1)) == [(13, True, False)]


def test_a_cancelled_occurrence_stays_and_says_so():
    schedule = replace(WEEKLY, changes=(OccurrenceChange(date(2027, 7, 13), None),))
    assert days_in(schedule, at(12), at(21)) == [(13, False, True), (20, False, False)]
    assert occurrence_on(schedule, date(2027, 7, 13)) == Occurrence(
        date(2027, 7, 13), shift(WEEKLY.span, date(2027, 7, 13)), is_cancelled=True
    )


def test_whole_days_are_those_of_the_asked_zone():
    schedule = Schedule(DaySpan(date(2027, 7, 6), date(2027, 7, 7)), "")
    eve = datetime(2027, 7, 5, 15, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert [bool(occurrences_of(schedule, eve - hour, eve, zone)) for zone in ("Asia/Seoul", "UTC")] == [False, False]
    assert [bool(occurrences_of(schedule, eve, eve + hour, zone)) for zone in ("Asia/Seoul", "UTC")] == [True, False]


def test_a_skipped_time_slides_forward():
    span = TimeSpan(CivilTime(date(2027, 3, 27), time(2, 30), "Europe/Paris"))
    moved = shift(span, date(2027, 3, 28))
    assert moved.starts == CivilTime(date(2027, 3, 28), time(3, 30), "Europe/Paris")


def test_the_ends_of_time_do_no_harm():
    never, always = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    endless = Schedule(DaySpan(date(2098, 7, 6), date(2098, 7, 6)), "", parse_recurrence("every year"))
    assert [each.day.year for each in occurrences_of(endless, never, always, "UTC")] == [2098, 2099, 2100]
    assert happens_within(WEEKLY, never, always, "UTC")


def test_when_a_series_is_over():
    finite = replace(WEEKLY, rule=parse_recurrence("every tuesday, 3 times"))
    assert (end_of(WEEKLY, "UTC"), end_of(finite, "UTC")) == (None, at(20, 11))
    late = replace(
        finite, changes=(OccurrenceChange(date(2027, 7, 6), TimeSpan(CivilTime(date(2027, 7, 30), time(9), "UTC"))),)
    )
    assert end_of(late, "UTC") == at(30, 9)
    assert end_of(replace(WEEKLY, rule=None), "UTC") == at(6, 11)
