"""Civil times: skipped, repeated, and the ends of days."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.times import (
    CivilTime,
    EndOfDay,
    RepeatedTime,
    SkippedTime,
    civil_from_instant,
    civil_time,
    days_between,
)
from calendar_service.records.zones import COMMON_ZONES, tzinfo_of

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize("clock", [time(2), time(2, 30), time(2, 59, 59)])
def test_a_skipped_time_is_refused(clock):
    with pytest.raises(SkippedTime, match=f"{clock:%H:%M} does not exist on 28 March 2027 in Europe/Paris"):
        civil_time(SPRING, clock, "Europe/Paris")


def test_a_repeated_time_asks_which():
    with pytest.raises(RepeatedTime, match="02:30 happens twice on 2027-10-31 in Europe/Paris"):
        civil_time(AUTUMN, time(2, 30), "Europe/Paris")
    instants = [civil_time(AUTUMN, time(2, 30), "Europe/Paris", fold).instant.hour for fold in (0, 1)]
    assert instants == [0, 1]


@pytest.mark.parametrize("clock", [time(1, 59), time(3)])
def test_the_times_beside_a_change_exist_once(clock):
    assert civil_time(SPRING, clock, "Europe/Paris", 1) == CivilTime(SPRING, clock, "Europe/Paris")


def change_days(zone, year):
    """Return the days of a year on which the clocks of a zone change."""
    noons = [datetime(year, 1, 1, 12, tzinfo=tzinfo_of(zone)) + timedelta(days=n) for n in range(-1, 367)]
    return [b.date() for a, b in pairwise(noons) if a.utcoffset() != b.utcoffset()]


@pytest.mark.parametrize("year", [2007, 2016, 2027, 2039])
def test_every_change_of_every_clock(year):
    """Count how often each quarter of an hour is shown; a time that is shown once is taken as it is."""
    found, quarter = Counter(), timedelta(minutes=15)
    for zone in sorted(COMMON_ZONES):
        for day in change_days(zone, year):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
            shown = Counter((start + n * quarter).astimezone(tzinfo_of(zone)).replace(tzinfo=None) for n in range(288))
            for n in range(96):
                local = datetime(day.year, day.month, day.day) + n * quarter
                times = shown[local]
                try:
                    civil = civil_time(day, local.time(), zone)
                    assert (times, civil) == (1, CivilTime(day, local.time(), zone)), (zone, local)
                except SkippedTime:
                    assert times == 0, (zone, local)
                except RepeatedTime:
                    assert times == 2, (zone, local)
                found[times] += 1
    assert min(found[0], found[2]) > 100


ENDS = [
    (date(2020, 7, 10), "Europe/Paris", datetime(2020, 7, 10, 21, 59, 59, tzinfo=UTC)),
    (date(2020, 1, 10), "Europe/Paris", datetime(2020, 1, 10, 22, 59, 59, tzinfo=UTC)),
    (date(2020, 7, 10), "AoE", datetime(2020, 7, 11, 11, 59, 59, tzinfo=UTC)),
    (date(2020, 7, 10), "UTC+05:30", datetime(2020, 7, 10, 18, 29, 59, tzinfo=UTC)),
    # The clocks of Havana go back from 1:00 to 0:00; those of Asunción went back from midnight to 23:00.
    (date(2023, 3, 25), "America/Asuncion", datetime(2023, 3, 26, 3, 59, 59, tzinfo=UTC)),
]


@pytest.mark.parametrize(("day", "zone", "instant"), ENDS)
def test_a_day_ends_with_its_last_second(day, zone, instant):
    assert EndOfDay(day, zone).instant == instant


@given(st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)), st.sampled_from(sorted(COMMON_ZONES)))
def test_an_instant_survives_the_wall_clock(bare, zone):
    instant = bare.replace(tzinfo=UTC, microsecond=0, fold=0)
    civil = civil_from_instant(instant, zone)
    assert (civil.instant, civil_time(civil.day, civil.clock, zone, civil.fold)) == (instant, civil)


def test_days_between_holds_both_ends():
    assert days_between(date(2027, 2, 28), date(2027, 3, 1)) == [date(2027, 2, 28), date(2027, 3, 1)]
