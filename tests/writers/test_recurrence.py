"""Which rules stand in a feed, how they are written, and which days are written out instead."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from calendar_service.datephrases import RecurrenceRule as Rule
from calendar_service.datephrases import parse_recurrence
from calendar_service.records.occurrences import shift
from calendar_service.records.record import OccurrenceChange, Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan
from calendar_service.writers.recurrence import (
    can_recur,
    days_of_other_length,
    days_within,
    write_rule,
    written_stretch,
)

PARIS = "Europe/Paris"


def timed(day, start="09:00", end="10:00", *, zone=PARIS, end_zone=None, fold=0):
    first, last = time.fromisoformat(start), time.fromisoformat(end)
    return TimeSpan(CivilTime(day, first, zone, fold), CivilTime(day, last, end_zone or zone))


SUNDAY = date(2027, 10, 3)
TUESDAY = date(2027, 10, 5)
DAY = DaySpan(TUESDAY, TUESDAY)
ENDS_NOT = {
    "weekly": (timed(TUESDAY), Rule("WEEKLY"), True),
    "all day": (DAY, Rule("YEARLY"), True),
    "in UTC": (timed(TUESDAY, zone="UTC"), Rule("WEEKLY"), True),
    "second Tuesday": (timed(date(2027, 10, 12)), Rule("MONTHLY", by_day=("2TU",)), True),
    "fifth Sunday": (timed(date(2027, 10, 31)), Rule("MONTHLY", by_day=("5SU",)), False),
    "last but one": (DAY, Rule("MONTHLY", by_day=("-2TU",)), False),
    "day 31": (timed(date(2027, 10, 31)), Rule("MONTHLY"), False),
    "every two years": (DAY, Rule("YEARLY", interval=2), False),
    "a day of every month, yearly": (DAY, Rule("YEARLY", by_month_day=5), False),
    "two nths": (DAY, Rule("MONTHLY", by_day=("1TU", "3TU")), False),
    "end in UTC": (timed(TUESDAY, end_zone="UTC"), Rule("WEEKLY"), False),
    "start in UTC": (timed(TUESDAY, zone="UTC", end_zone=PARIS), Rule("WEEKLY"), False),
    "a bare offset": (timed(TUESDAY, zone="UTC+01:00"), Rule("WEEKLY"), False),
    "no present rule": (timed(TUESDAY, zone="Asia/Jerusalem"), Rule("WEEKLY"), False),
    "before the present rule": (timed(date(1995, 10, 3)), Rule("WEEKLY"), False),
    "repeated hour": (timed(SUNDAY, "02:30", "03:30"), Rule("WEEKLY"), False),
    "ends in the repeated hour": (timed(SUNDAY, "01:30", "02:30"), Rule("WEEKLY"), False),
    "just after it": (timed(SUNDAY, "03:00", "03:30"), Rule("WEEKLY"), True),
    "just before it": (timed(SUNDAY, "01:00", "01:59"), Rule("WEEKLY"), True),
    "never on that day": (timed(TUESDAY, "02:30", "03:30"), Rule("WEEKLY"), True),
    "over before that day": (timed(SUNDAY, "02:30", "03:30"), Rule("WEEKLY", count=2), True),
    "skipped hour": (timed(date(2027, 3, 7), "02:30", "03:30"), Rule("WEEKLY", until=date(2027, 4, 25)), False),
    "yearly, once on that day": (timed(date(2027, 10, 31), "02:30", "03:30", fold=1), Rule("YEARLY"), False),
    "evening change of Easter Island": (
        timed(date(2027, 4, 3), "21:30", "21:45", zone="Pacific/Easter"),
        Rule("WEEKLY"),
        False,
    ),
    "a zone that changes no clocks": (timed(SUNDAY, "02:30", "03:30", zone="Asia/Seoul"), Rule("WEEKLY"), True),
}


@pytest.mark.parametrize("name", ENDS_NOT)
def test_can_recur(name):
    span, rule, answer = ENDS_NOT[name]
    assert can_recur(Schedule(span, "", rule)) is answer


@pytest.mark.parametrize(
    ("span", "rule", "text"),
    [
        (timed(TUESDAY), Rule("WEEKLY"), "FREQ=WEEKLY;BYDAY=TU"),
        (timed(TUESDAY), Rule("WEEKLY", interval=2, by_day=("TU", "TH")), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
        (timed(TUESDAY), Rule("MONTHLY", count=3), "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=5"),
        (timed(TUESDAY), Rule("MONTHLY", by_day=("1TU",)), "FREQ=MONTHLY;BYDAY=1TU"),
        (DAY, Rule("YEARLY"), "FREQ=YEARLY"),
        (DAY, Rule("YEARLY", by_month=10), "FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=10"),
        (DAY, Rule("DAILY", until=date(2027, 12, 1)), "FREQ=DAILY;UNTIL=20271201"),
        (timed(TUESDAY), Rule("DAILY", until=date(2027, 12, 1)), "FREQ=DAILY;UNTIL=20271201T225959Z"),
        (timed(TUESDAY), Rule("DAILY", until=date(2027, 10, 9)), "FREQ=DAILY;UNTIL=20271009T215959Z"),
    ],
)
def test_rule_is_written_as_programs_take_it(span, rule, text):
    assert write_rule(rule, span) == text


TODAY = date(2027, 11, 23)


@pytest.mark.parametrize(
    ("rule", "first", "last", "stretch"),
    [
        (Rule("WEEKLY"), None, None, (date(2026, 11, 1), date(2030, 11, 30))),
        (Rule("WEEKLY", count=9), None, None, (date(2026, 11, 1), date(2037, 11, 30))),
        (Rule("DAILY", count=9), None, None, (date(2026, 11, 1), date(2028, 11, 30))),
        (Rule("WEEKLY"), date(2020, 1, 5), None, (date(2020, 1, 5), date(2030, 11, 30))),
        (Rule("WEEKLY"), None, date(2027, 12, 24), (date(2026, 11, 1), date(2027, 12, 24))),
    ],
)
def test_stretch_that_is_written_out(rule, first, last, stretch):
    assert written_stretch(rule, TODAY, first, last) == stretch


def test_stretch_changes_with_the_month_only():
    days = [date(2027, 11, 1) + timedelta(days=n) for n in range(31)]
    stretches = [written_stretch(Rule("WEEKLY"), day) for day in days]
    assert len(set(stretches[:30])) == 1
    assert stretches[30] != stretches[0]


def test_days_written_out_know_moves_and_exceptions():
    far = timed(date(2028, 1, 4), zone="Asia/Jerusalem")
    schedule = Schedule(
        timed(TUESDAY, zone="Asia/Jerusalem"),
        "",
        Rule("WEEKLY", count=5),
        excepted=(date(2027, 10, 12),),
        changes=(OccurrenceChange(date(2027, 10, 19), far), OccurrenceChange(date(2027, 10, 26), None)),
    )
    assert days_within(schedule, (date(2027, 10, 1), date(2027, 12, 31))) == [
        date(2027, 10, 5),
        date(2027, 10, 26),
        date(2027, 11, 2),
    ]
    assert days_within(schedule, (date(2028, 1, 1), date(2028, 12, 31))) == [date(2027, 10, 19)]


NIGHT = TimeSpan(
    CivilTime(date(2027, 3, 20), time(22), "Europe/Paris"), CivilTime(date(2027, 3, 21), time(6), "Europe/Paris")
)
HOURS = {
    "nights": (NIGHT, "every day", [date(2027, 3, 27), date(2027, 10, 30), date(2028, 3, 25)]),
    "every second night": (NIGHT, "every 2 days", [date(2027, 10, 30)]),
    "early hours of one day": (
        TimeSpan(
            CivilTime(date(2027, 3, 21), time(0, 30), "Europe/Paris"),
            CivilTime(date(2027, 3, 21), time(5), "Europe/Paris"),
        ),
        "every Sunday",
        [date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26)],
    ),
    "evenings": (replace(NIGHT, ends=CivilTime(date(2027, 3, 20), time(23), "Europe/Paris")), "every day", []),
    "no end": (replace(NIGHT, ends=None), "every day", []),
    "a place without summer time": (
        TimeSpan(
            CivilTime(date(2027, 3, 20), time(22), "Asia/Seoul"), CivilTime(date(2027, 3, 21), time(6), "Asia/Seoul")
        ),
        "every day",
        [],
    ),
}


@pytest.mark.parametrize(("span", "words", "days"), HOURS.values(), ids=HOURS)
def test_the_days_on_which_the_exact_length_would_be_wrong(span, words, days):
    schedule = Schedule(span, "", parse_recurrence(words))
    assert days_of_other_length(schedule, (date(2027, 1, 1), date(2028, 9, 30))) == days
    assert can_recur(schedule)
    left_out = replace(
        schedule, excepted=tuple(days[:1]), changes=tuple(OccurrenceChange(day, None) for day in days[1:])
    )
    assert days_of_other_length(left_out, (date(2027, 1, 1), date(2028, 9, 30))) == []


def test_a_series_that_begins_in_such_a_night_is_written_out():
    first = shift(NIGHT, date(2027, 3, 27))
    assert first.ends.instant - first.starts.instant == timedelta(hours=7)
    assert not can_recur(Schedule(first, "", parse_recurrence("every week")))
