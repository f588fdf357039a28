"""Plain rules by arithmetic have the days that python-dateutil finds."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.datephrases import rrule
from calendar_service.datephrases.plain_rules import plain_days
from calendar_service.datephrases.rrule import LAST_DAY, WEEKDAY_CODES, RecurrenceRule, days_from

DAYS = st.dates(date(1999, 1, 1), date(2100, 12, 1))
RULES = st.builds(
    RecurrenceRule,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    interval=st.integers(1, 14),
    by_day=st.just(()) | st.lists(st.sampled_from(WEEKDAY_CODES), max_size=4, unique=True).map(tuple),
    by_month=st.just(()) | st.just((7,)),
    by_month_day=st.just(()) | st.just((15,)),
    count=st.none() | st.integers(1, 40),
    until=st.none() | DAYS,
    week_start=st.sampled_from(["MO", "SU", "TH"]),
)


def by_dateutil(rule, first, start):
    days = (each.date() for each in islice(rrule._dateutil_rule(rule, first), rule.count))
    return list(islice((day for day in days if day >= start), 60))


@given(rule=RULES, first=DAYS, later=st.integers(0, 900))
@settings(max_examples=400)
def test_days_are_those_of_dateutil(rule, first, later):
    start = min(first + timedelta(days=later), LAST_DAY)
    assert list(islice(days_from(rule, first, start), 60)) == by_dateutil(rule, first, start)


@pytest.mark.parametrize(
    ("rule", "is_plain"),
    [
        (RecurrenceRule("DAILY", interval=3), True),
        (RecurrenceRule("WEEKLY", by_day=("TU", "SU")), True),
        (RecurrenceRule("MONTHLY"), True),
        (RecurrenceRule("DAILY", by_day=("MO",)), False),
        (RecurrenceRule("WEEKLY", by_day=("1MO",)), False),
        (RecurrenceRule("MONTHLY", by_day=("1MO",)), False),
        (RecurrenceRule("MONTHLY", by_month_day=(15,)), False),
        (RecurrenceRule("YEARLY"), False),
    ],
)
def test_which_rules_are_plain(rule, is_plain):
    assert (plain_days(rule, date(2027, 1, 5), LAST_DAY, WEEKDAY_CODES) is not None) == is_plain


def test_a_day_that_some_months_lack_is_not_plain():
    assert plain_days(RecurrenceRule("MONTHLY"), date(2027, 1, 29), LAST_DAY, WEEKDAY_CODES) is None
