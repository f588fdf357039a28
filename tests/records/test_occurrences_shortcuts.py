"""What `occurrences_of` and `shift` leave out of their work changes nothing: compared with all of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.datephrases.rrule import RecurrenceRule, days_of
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrences_of, overlaps, shift
from calendar_service.records.record import Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant, keeps_offset
from calendar_service.records.zones import tzinfo_of

ZONES = [
    "Europe/Paris",
    "America/New_York",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "UTC",
    "UTC-11:00",
]
FIRST = date(2027, 1, 5)
INSTANTS = st.datetimes(datetime(2026, 12, 1), datetime(2029, 6, 1), timezones=st.just(UTC))


def span_at(day, clock, zone, hours):
    starts = CivilTime(day, clock, zone)
    return TimeSpan(starts, civil_from_instant(starts.instant + timedelta(hours=hours), zone) if hours else None)


SPANS = st.builds(
    span_at,
    st.just(FIRST),
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
    st.sampled_from([0, 1, 9, 30, 200]),
) | st.integers(0, 5).map(lambda days: DaySpan(FIRST, FIRST + timedelta(days=days)))
RULES = st.builds(
    RecurrenceRule,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    interval=st.integers(1, 3),
    count=st.integers(1, 300),
)


@given(span=SPANS, rule=RULES, bounds=st.tuples(INSTANTS, INSTANTS), zone=st.sampled_from(ZONES))
@settings(max_examples=200)
def test_occurrences_are_all_that_overlap_in_order(span, rule, bounds, zone):
    start, end = sorted(bounds)
    schedule = Schedule(span, "", rule)
    spans = {day: shift(span, day) for day in days_of(rule, FIRST)}
    inside = [day for day, each in spans.items() if overlaps(each, start, end, zone)]
    inside.sort(key=lambda day: (instant_bounds(spans[day], zone), day))
    assert [(each.day, each.span) for each in occurrences_of(schedule, start, end, zone)] == [
        (day, spans[day]) for day in inside
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_moves_to_each_day_as_the_clocks_show_it(zone):
    for clock in (time(), time(0, 30), time(2), time(2, 30), time(3), time(12), time(23, 59)):
        span = TimeSpan(CivilTime(FIRST, clock, zone))
        for number in range(800):
            day = FIRST + timedelta(days=number)
            slowly = civil_from_instant(CivilTime(day, clock, zone).instant, zone)
            assert shift(span, day).starts == slowly, (zone, day, clock)


@pytest.mark.parametrize("zone", ZONES)
def test_days_that_keep_their_offset(zone):
    tz = tzinfo_of(zone)
    for number in range(800):
        day = FIRST + timedelta(days=number)
        minutes = [datetime.combine(day, time(), tz) + timedelta(minutes=each) for each in range(0, 24 * 60, 10)]
        offsets = {each.replace(fold=fold).utcoffset() for each in minutes for fold in (0, 1)}
        assert not keeps_offset(zone, day) or len(offsets) == 1, (zone, day)
