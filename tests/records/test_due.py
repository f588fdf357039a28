"""When reminders fall due: tables over the changes of the clocks, and properties over all zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from calendar_service.records.due import due, too_late
from calendar_service.records.leads import CalendarLead, ExactLead, WorkingDayLead
from calendar_service.records.times import (
    CivilTime,
    DaySpan,
    EndOfDay,
    RepeatedTime,
    SkippedTime,
    civil_from_instant,
    civil_time,
)
from calendar_service.records.working_days import WorkingDays
from calendar_service.records.zones import COMMON_ZONES, UnknownZone

PARIS, NEW_YORK, AUCKLAND, LORD_HOWE = "Europe/Paris", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe"
WEEK, DAY, MONTH = CalendarLead(days=7), CalendarLead(days=1), CalendarLead(months=1)
DAY_OF_24_HOURS = ExactLead(24 * 60)
AT_NINE = CalendarLead(at=time(9))
FIVE_WORKING_DAYS = WorkingDayLead(5)
NO_COUNTRY = WorkingDays()


def clock_time(text, zone, fold=0):
    stamp = datetime.fromisoformat(text)
    return CivilTime(stamp.date(), stamp.time(), zone, fold)


def end_of(text, zone=PARIS):
    return EndOfDay(date.fromisoformat(text), zone)


def whole_days(first, last):
    return DaySpan(date.fromisoformat(first), date.fromisoformat(last))


def stated(instant):
    if instant is None:
        return None
    assert instant.tzinfo is UTC
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ" if instant.second else "%Y-%m-%dT%H:%MZ")


@pytest.mark.parametrize(
    ("moment", "zone", "lead", "expected"),
    [
        # Paris goes forward on 29 March 2026 at 02:00 and back on 25 October at 03:00.
        ("2026-03-20 17:00", PARIS, WEEK, "2026-03-13T16:00Z"),
        ("2026-04-02 17:00", PARIS, WEEK, "2026-03-26T16:00Z"),
        ("2026-03-29 17:00", PARIS, DAY, "2026-03-28T16:00Z"),
        ("2026-03-29 17:00", PARIS, DAY_OF_24_HOURS, "2026-03-28T15:00Z"),
        ("2026-04-05 02:30", PARIS, WEEK, "2026-03-29T01:30Z"),  # skipped: 03:30 CEST
        ("2026-10-28 17:00", PARIS, WEEK, "2026-10-21T15:00Z"),
        ("2026-10-25 17:00", PARIS, DAY, "2026-10-24T15:00Z"),
        ("2026-10-25 17:00", PARIS, DAY_OF_24_HOURS, "2026-10-24T16:00Z"),
        ("2026-11-01 02:30", PARIS, WEEK, "2026-10-25T00:30Z"),  # repeated: the first
        # New York goes forward on 8 March 2026 at 02:00 and back on 1 November at 02:00.
        ("2026-03-10 12:00", NEW_YORK, WEEK, "2026-03-03T17:00Z"),
        ("2026-03-08 12:00", NEW_YORK, DAY, "2026-03-07T17:00Z"),
        ("2026-03-08 12:00", NEW_YORK, DAY_OF_24_HOURS, "2026-03-07T16:00Z"),
        ("2026-03-15 02:30", NEW_YORK, WEEK, "2026-03-08T07:30Z"),
        ("2026-11-03 12:00", NEW_YORK, WEEK, "2026-10-27T16:00Z"),
        ("2026-11-01 12:00", NEW_YORK, DAY, "2026-10-31T16:00Z"),
        ("2026-11-01 12:00", NEW_YORK, DAY_OF_24_HOURS, "2026-10-31T17:00Z"),
        ("2026-11-08 01:30", NEW_YORK, WEEK, "2026-11-01T05:30Z"),
        # Auckland goes back on 5 April 2026 at 03:00 and forward on 27 September at 02:00.
        ("2026-04-07 17:00", AUCKLAND, WEEK, "2026-03-31T04:00Z"),
        ("2026-04-05 17:00", AUCKLAND, DAY, "2026-04-04T04:00Z"),
        ("2026-04-05 17:00", AUCKLAND, DAY_OF_24_HOURS, "2026-04-04T05:00Z"),
        ("2026-04-12 02:30", AUCKLAND, WEEK, "2026-04-04T13:30Z"),
        ("2026-09-29 17:00", AUCKLAND, WEEK, "2026-09-22T05:00Z"),
        ("2026-09-27 17:00", AUCKLAND, DAY, "2026-09-26T05:00Z"),
        ("2026-09-27 17:00", AUCKLAND, DAY_OF_24_HOURS, "2026-09-26T04:00Z"),
        ("2026-10-04 02:30", AUCKLAND, WEEK, "2026-09-26T14:30Z"),
        # Lord Howe moves by half an hour: back on 5 April 2026 at 02:00, forward on 4 October at 02:00.
        ("2026-04-07 17:00", LORD_HOWE, WEEK, "2026-03-31T06:00Z"),
        ("2026-04-05 17:00", LORD_HOWE, DAY, "2026-04-04T06:00Z"),
        ("2026-04-05 17:00", LORD_HOWE, DAY_OF_24_HOURS, "2026-04-04T06:30Z"),
        ("2026-04-12 01:45", LORD_HOWE, WEEK, "2026-04-04T14:45Z"),
        ("2026-10-06 17:00", LORD_HOWE, WEEK, "2026-09-29T06:30Z"),
        ("2026-10-04 17:00", LORD_HOWE, DAY, "2026-10-03T06:30Z"),
        ("2026-10-04 17:00", LORD_HOWE, DAY_OF_24_HOURS, "2026-10-03T06:00Z"),
        ("2026-10-11 02:15", LORD_HOWE, WEEK, "2026-10-03T15:45Z"),
        # Zones without a law.
        ("2026-04-02 17:00", "UTC+01:00", WEEK, "2026-03-26T16:00Z"),
        ("2026-04-02 17:00", "AoE", WEEK, "2026-03-27T05:00Z"),
        # A month clips.
        ("2026-03-31 17:00", PARIS, MONTH, "2026-02-28T16:00Z"),
        ("2028-03-31 17:00", PARIS, MONTH, "2028-02-29T16:00Z"),
        ("2026-12-31 17:00", PARIS, MONTH, "2026-11-30T16:00Z"),
        ("2026-07-10 17:00", PARIS, CalendarLead(months=6), "2026-01-10T16:00Z"),
        ("2026-03-31 17:00", PARIS, CalendarLead(months=1, days=1), "2026-02-27T16:00Z"),
        ("2026-07-10 17:00", PARIS, CalendarLead(), None),
        # Working days keep the time on the clock.
        ("2026-07-10 17:00", PARIS, FIVE_WORKING_DAYS, "2026-07-03T15:00Z"),
        ("2026-04-02 17:00", PARIS, FIVE_WORKING_DAYS, "2026-03-26T16:00Z"),
        ("2026-11-09 12:00", NEW_YORK, WorkingDayLead(6), "2026-10-30T16:00Z"),
        ("2026-07-10 17:00", PARIS, ExactLead(0), None),
        ("2026-07-10 17:00", PARIS, ExactLead(1), "2026-07-10T14:59Z"),
    ],
)
@pytest.mark.parametrize("subscriber_zone", [PARIS, "Pacific/Kiritimati", "AoE"])
def test_a_clock_time_reminds_everybody_at_one_instant(moment, zone, lead, subscriber_zone, expected):
    assert stated(due(lead, clock_time(moment, zone), subscriber_zone, NO_COUNTRY)) == expected


DAY_AT_SIX = CalendarLead(days=1, at=time(18))


@pytest.mark.parametrize(
    ("moment", "zone", "lead", "subscriber_zone", "expected"),
    [
        ("2026-07-10 17:00", PARIS, AT_NINE, PARIS, "2026-07-10T07:00Z"),
        ("2026-07-10 09:01", PARIS, AT_NINE, PARIS, "2026-07-10T07:00Z"),
        ("2026-07-10 09:00", PARIS, AT_NINE, PARIS, None),
        ("2026-07-10 08:00", PARIS, AT_NINE, PARIS, None),
        ("2026-07-10 17:00", PARIS, CalendarLead(at=time(0)), PARIS, "2026-07-09T22:00Z"),
        ("2026-03-29 03:15", PARIS, CalendarLead(at=time(2, 30)), PARIS, None),  # slides to 03:30, too late
        # Each at 18:00 of their own, on the day before the day that it is there.
        ("2026-07-10 17:00", PARIS, DAY_AT_SIX, PARIS, "2026-07-09T16:00Z"),
        ("2026-07-10 16:59", PARIS, DAY_AT_SIX, "Asia/Seoul", "2026-07-09T09:00Z"),
        ("2026-07-10 17:00", PARIS, DAY_AT_SIX, "Asia/Seoul", "2026-07-10T09:00Z"),
        ("2026-07-10 05:59", PARIS, DAY_AT_SIX, NEW_YORK, "2026-07-08T22:00Z"),
        ("2026-07-10 17:00", PARIS, CalendarLead(months=1, at=time(18)), "Asia/Seoul", "2026-06-11T09:00Z"),
        ("2026-11-01 12:00", PARIS, DAY_AT_SIX, NEW_YORK, "2026-10-31T22:00Z"),
        ("2026-11-02 12:00", PARIS, DAY_AT_SIX, NEW_YORK, "2026-11-01T23:00Z"),
        # An hour on the day that is too late only there is that of the day before.
        ("2026-07-10 10:00", PARIS, AT_NINE, NEW_YORK, "2026-07-09T13:00Z"),
        ("2026-07-10 16:00", PARIS, AT_NINE, NEW_YORK, "2026-07-10T13:00Z"),
        ("2026-07-10 17:00", PARIS, AT_NINE, "Asia/Seoul", "2026-07-10T00:00Z"),
        ("2026-07-10 08:00", PARIS, AT_NINE, NEW_YORK, None),
    ],
)
def test_an_hour_of_the_lead_is_on_the_subscribers_clock(moment, zone, lead, subscriber_zone, expected):
    assert stated(due(lead, clock_time(moment, zone), subscriber_zone, NO_COUNTRY)) == expected


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (DAY, "2026-10-24T00:30Z"),
        (ExactLead(60), "2026-10-25T00:30Z"),
        (CalendarLead(at=time(2, 30)), "2026-10-25T00:30Z"),  # the first 02:30 reminds of the second
    ],
)
def test_the_second_of_a_repeated_hour(lead, expected):
    assert stated(due(lead, clock_time("2026-10-25 02:30", PARIS, fold=1), PARIS, NO_COUNTRY)) == expected


def test_the_first_of_a_repeated_hour_is_not_reminded_of_in_itself():
    assert due(CalendarLead(at=time(2, 30)), clock_time("2026-10-25 02:30", PARIS), PARIS, NO_COUNTRY) is None


@pytest.mark.parametrize(
    ("at", "lead", "subscriber_zone", "expected"),
    [
        # A deadline by the end of a day: 09:00 on the subscriber's clock.
        (end_of("2026-07-10"), WEEK, PARIS, "2026-07-03T07:00Z"),
        (end_of("2026-07-10"), WEEK, NEW_YORK, "2026-07-03T13:00Z"),
        (end_of("2026-07-10"), WEEK, AUCKLAND, "2026-07-02T21:00Z"),
        (end_of("2026-07-10"), WEEK, LORD_HOWE, "2026-07-02T22:30Z"),
        (end_of("2026-07-10"), WEEK, "AoE", "2026-07-03T21:00Z"),
        (end_of("2026-07-10"), AT_NINE, PARIS, "2026-07-10T07:00Z"),
        (end_of("2026-07-10"), CalendarLead(at=time(18, 30)), NEW_YORK, None),  # 22:30Z, when 10 July is over in Paris
        (end_of("2026-07-10"), CalendarLead(at=time(17, 59)), NEW_YORK, "2026-07-10T21:59Z"),
        (end_of("2026-07-10"), CalendarLead(days=2, at=time(18, 30)), NEW_YORK, "2026-07-08T22:30Z"),
        (end_of("2026-07-10", AUCKLAND), AT_NINE, "Pacific/Honolulu", None),
        (end_of("2026-07-10", AUCKLAND), DAY, "Pacific/Honolulu", "2026-07-09T19:00Z"),
        # The subscriber's own changes of the clock.
        (end_of("2026-04-02"), MONTH, NEW_YORK, "2026-03-02T14:00Z"),
        (end_of("2026-04-02"), WEEK, PARIS, "2026-03-26T08:00Z"),
        (end_of("2026-04-08"), WEEK, AUCKLAND, "2026-03-31T20:00Z"),
        (end_of("2026-10-08"), WEEK, LORD_HOWE, "2026-09-30T22:30Z"),
        (end_of("2026-04-05"), CalendarLead(days=7, at=time(2, 30)), PARIS, "2026-03-29T01:30Z"),
        (end_of("2026-11-01"), CalendarLead(days=7, at=time(2, 30)), PARIS, "2026-10-25T00:30Z"),
        (end_of("2026-03-31"), MONTH, PARIS, "2026-02-28T08:00Z"),
        (end_of("2028-03-31"), MONTH, PARIS, "2028-02-29T08:00Z"),
        # Hours count from the end of the day, wherever the subscriber is.
        (end_of("2026-07-10"), DAY_OF_24_HOURS, PARIS, "2026-07-09T21:59:59Z"),
        (end_of("2026-07-10"), DAY_OF_24_HOURS, AUCKLAND, "2026-07-09T21:59:59Z"),
        (end_of("2026-10-25"), DAY_OF_24_HOURS, PARIS, "2026-10-24T22:59:59Z"),
        # Whole days.
        (whole_days("2026-06-20", "2026-06-21"), WEEK, PARIS, "2026-06-13T07:00Z"),
        (whole_days("2026-06-20", "2026-06-21"), WEEK, AUCKLAND, "2026-06-12T21:00Z"),
        (whole_days("2026-06-20", "2026-06-21"), AT_NINE, PARIS, "2026-06-20T07:00Z"),
        (whole_days("2026-06-20", "2026-06-21"), AT_NINE, "Pacific/Honolulu", "2026-06-20T19:00Z"),
        (whole_days("2026-06-20", "2026-06-21"), CalendarLead(at=time(23, 59)), PARIS, "2026-06-20T21:59Z"),
        (whole_days("2026-06-20", "2026-06-21"), DAY_OF_24_HOURS, NEW_YORK, "2026-06-19T04:00Z"),
        (whole_days("2026-06-20", "2026-06-21"), DAY_OF_24_HOURS, AUCKLAND, "2026-06-18T12:00Z"),
        # Working days.
        (end_of("2026-07-10"), FIVE_WORKING_DAYS, PARIS, "2026-07-03T07:00Z"),
        (end_of("2026-07-10"), FIVE_WORKING_DAYS, NEW_YORK, "2026-07-03T13:00Z"),
        (whole_days("2026-07-13", "2026-07-13"), WorkingDayLead(1), PARIS, "2026-07-10T07:00Z"),
    ],
)
def test_a_date_reminds_at_nine_on_the_subscribers_clock(at, lead, subscriber_zone, expected):
    assert stated(due(lead, at, subscriber_zone, NO_COUNTRY)) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (WorkingDays(), "2026-07-10T07:00Z"),
        (WorkingDays("FR"), "2026-07-09T07:00Z"),
        (WorkingDays("DE"), "2026-07-10T07:00Z"),
        (WorkingDays("FR", frozenset({date(2026, 7, 9)})), "2026-07-08T07:00Z"),
    ],
)
def test_the_country_and_the_closures_count(days, expected):
    assert stated(due(FIVE_WORKING_DAYS, end_of("2026-07-17"), PARIS, days)) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (clock_time("2026-07-10 17:00", PARIS), "2026-07-10T15:00Z"),
        (end_of("2026-07-10"), "2026-07-10T21:59:59Z"),
        (whole_days("2026-06-20", "2026-06-22"), "2026-06-21T04:00Z"),  # the end of the first day
    ],
)
def test_too_late_is_the_moment_itself(at, expected):
    assert stated(too_late(at, NEW_YORK)) == expected


def test_an_unknown_zone_is_named():
    with pytest.raises(UnknownZone, match="Europe/Pariss"):
        due(WEEK, end_of("2026-07-10"), "Europe/Pariss", NO_COUNTRY)


ZONES = st.sampled_from([*sorted(COMMON_ZONES), "UTC", "AoE", "UTC+14:00"])
DATES = st.dates(date(1972, 1, 1), date(2100, 12, 31))
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
CALENDAR_LEADS = st.builds(CalendarLead, st.integers(0, 12), st.integers(0, 366), st.none() | CLOCKS)
LEADS = CALENDAR_LEADS | st.builds(ExactLead, st.integers(0, 60_000)) | st.builds(WorkingDayLead, st.integers(1, 60))
DAYS = st.sampled_from(
    [NO_COUNTRY, WorkingDays("FR"), WorkingDays("AE"), WorkingDays("KR", frozenset({date(2026, 7, 9)}))]
)


@st.composite
def clock_times(draw):
    """Make clock times that exist, in either of two repeated hours."""
    day, clock, zone, fold = draw(DATES), draw(CLOCKS), draw(ZONES), draw(st.sampled_from([0, 1]))
    try:
        return civil_time(day, clock, zone, fold)
    except SkippedTime:
        assume(False)  # noqa: FBT003 (Hypothesis' own way)


DATES_ONLY = st.builds(EndOfDay, DATES, ZONES) | st.builds(
    lambda first, n: DaySpan(first, first + timedelta(days=n)), DATES, st.integers(0, 5)
)


def read_clock(day, clock, zone):
    """Give the instant at which a wall clock first shows a time; None where it skips it."""
    try:
        return civil_time(day, clock, zone).instant
    except RepeatedTime:
        return min(civil_time(day, clock, zone, fold).instant for fold in (0, 1))
    except SkippedTime:
        return None


@given(LEADS, clock_times() | DATES_ONLY, ZONES, DAYS)
def test_never_too_late_and_always_utc(lead, at, zone, days):
    instant = due(lead, at, zone, days)
    if instant is not None:
        assert instant.tzinfo is UTC
        assert instant < too_late(at, zone)
        if not isinstance(at, DaySpan):
            assert instant < at.instant


@given(LEADS, clock_times() | DATES_ONLY, ZONES, DAYS)
def test_there_is_a_reminder_unless_it_would_be_on_the_last_day(lead, at, zone, days):
    # Two days, since a zone may lie 26 hours from another or, as Samoa did, leave out a day.
    far = lead.minutes > 0 if isinstance(lead, ExactLead) else lead.days > 2 or getattr(lead, "months", 0) > 0
    assert not far or due(lead, at, zone, days) is not None


@given(CALENDAR_LEADS, clock_times(), ZONES)
def test_a_calendar_lead_keeps_the_wall_time(lead, at, subscriber_zone):
    instant = due(lead, at, subscriber_zone, NO_COUNTRY)
    there = civil_from_instant(at.instant, subscriber_zone)
    day, clock, zone = (there.day, lead.at, subscriber_zone) if lead.at else (at.day, at.clock, at.zone)
    expected = read_clock(day - relativedelta(months=lead.months, days=lead.days), clock, zone)
    assume(instant is not None and expected is not None and expected < at.instant)
    assert instant == expected


@given(CALENDAR_LEADS, DATES_ONLY, ZONES)
def test_a_date_keeps_nine_on_the_subscribers_clock(lead, at, subscriber_zone):
    instant = due(lead, at, subscriber_zone, NO_COUNTRY)
    day = (at.first if isinstance(at, DaySpan) else at.day) - relativedelta(months=lead.months, days=lead.days)
    expected = read_clock(day, lead.at or time(9), subscriber_zone)
    assume(instant is not None and expected is not None)
    assert instant == expected


@given(st.integers(1, 60_000), clock_times() | st.builds(EndOfDay, DATES, ZONES), ZONES)
def test_an_exact_lead_lets_exactly_its_minutes_pass(minutes, at, subscriber_zone):
    assert due(ExactLead(minutes), at, subscriber_zone, NO_COUNTRY) == at.instant - timedelta(minutes=minutes)


@given(clock_times() | DATES_ONLY, ZONES, DAYS, st.integers(1, 40))
def test_a_working_day_lead_reminds_on_a_working_day(at, subscriber_zone, days, n):
    instant = due(WorkingDayLead(n), at, subscriber_zone, days)
    moment_day = at.first if isinstance(at, DaySpan) else at.day
    clock, zone = (at.clock, at.zone) if isinstance(at, CivilTime) else (time(9), subscriber_zone)
    candidates = [moment_day - timedelta(days=back) for back in range(1, 150)]
    worked = [day for day in candidates if days.is_working(day)]
    expected = read_clock(worked[n - 1], clock, zone)
    assume(instant is not None and expected is not None)
    assert instant == expected


@given(LEADS, clock_times(), ZONES, ZONES, DAYS)
def test_a_clock_time_is_one_instant_for_two_subscribers(lead, at, one, other, days):
    assume(getattr(lead, "at", None) is None)
    assert due(lead, at, one, days) == due(lead, at, other, days)
