"""Working days: tables by hand, every day of two years, and the holidays package itself as oracle."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.working_days import UnknownCountry, WorkingDays, day_off_words

FRANCE = """2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-08-15 2026-11-01
    2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-08 2027-05-06 2027-05-17 2027-07-14 2027-08-15
    2027-11-01 2027-11-11 2027-12-25"""
GERMANY = """2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-10-03 2026-12-25 2026-12-26
    2027-01-01 2027-03-26 2027-03-29 2027-05-01 2027-05-06 2027-05-17 2027-10-03 2027-12-25 2027-12-26"""


def day(text):
    return date.fromisoformat(text)


def days_from(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("country", "closures", "before", "n", "expected"),
    [
        # Friday 10 July 2026: nothing but a weekend lies before it.
        (None, "", "2026-07-10", 5, "2026-07-03"),
        ("FR", "", "2026-07-10", 5, "2026-07-03"),
        ("FR", "", "2026-07-10", 1, "2026-07-09"),
        ("FR", "", "2026-07-10", 0, "2026-07-10"),
        # Friday 17 July: the 14th does not count in France, and does in Germany.
        ("FR", "", "2026-07-17", 5, "2026-07-09"),
        ("DE", "", "2026-07-17", 5, "2026-07-10"),
        # Counting from a day on which nobody works.
        ("FR", "", "2026-07-12", 1, "2026-07-10"),
        ("FR", "", "2026-07-14", 1, "2026-07-13"),
        # Over New Year, with the house closed between the years.
        ("FR", "", "2027-01-04", 5, "2026-12-24"),
        ("FR", "2026-12-28 2026-12-29 2026-12-30 2026-12-31", "2027-01-04", 5, "2026-12-18"),
        (None, "2026-12-25 2027-01-01", "2027-01-04", 5, "2026-12-24"),
        # The Emirates: Friday and Saturday until 2021, Saturday and Sunday since.
        ("AE", "", "2021-06-14", 1, "2021-06-13"),
        ("AE", "", "2021-06-13", 1, "2021-06-10"),
        ("AE", "", "2022-06-13", 1, "2022-06-10"),
        # Morocco: Throne Day is 30 July. Cyprus: Green Monday 2026 is 23 February. Korea: Chuseok is 24-26 September.
        ("MA", "", "2026-07-31", 1, "2026-07-29"),
        ("CY", "", "2026-02-24", 1, "2026-02-20"),
        ("KR", "", "2026-09-28", 1, "2026-09-23"),
        # China worked on Sunday 4 February 2024, for a bridge at New Year.
        ("CN", "", "2024-02-05", 1, "2024-02-04"),
        ("CN", "2024-02-04", "2024-02-05", 1, "2024-02-02"),
    ],
)
def test_working_days_are_counted_back(country, closures, before, n, expected):
    days = WorkingDays(country, frozenset(map(day, closures.split())))
    assert days.back(day(before), n) == day(expected)


@pytest.mark.parametrize(("country", "public_holidays"), [("FR", FRANCE), ("DE", GERMANY)])
def test_every_day_of_two_years(country, public_holidays):
    off = set(map(day, public_holidays.split()))
    days = WorkingDays(country)
    by_hand = {each: each.weekday() < 5 and each not in off for each in days_from(date(2026, 1, 1), date(2027, 12, 31))}
    assert {each: days.is_working(each) for each in by_hand} == by_hand

    worked = [each for each, works in by_hand.items() if works]
    for each in days_from(date(2026, 2, 1), date(2027, 12, 31)):
        earlier = [one for one in worked if one < each]
        assert [days.back(each, n) for n in range(1, 11)] == earlier[:-11:-1]


@pytest.mark.parametrize("n", [1, 2, 5, 10, 30])
@pytest.mark.parametrize("country", ["FR", "DE", "KR", "MA", "AE", "CY"])
def test_the_holidays_package_counts_alike(country, n):
    oracle, days = holidays.country_holidays(country), WorkingDays(country)
    # Every third day, so that each weekday is met in each month: 2021 and 2022 hold the change in the Emirates.
    for each in days_from(date(2021, 1, 1), date(2027, 12, 31))[::3]:
        assert days.back(each, n) == oracle.get_nth_working_day(each, -n), each


def test_every_country_has_holidays():
    off = {code: not WorkingDays(code).is_working(date(2026, 1, 3)) for code in COUNTRIES}
    # The third of January 2026 is a Saturday: where it is worked on, the weekend is another.
    worked = {code for code, free in off.items() if not free}
    assert len(off) > 240
    assert {"FR", "DE", "KR", "MA", "AE", "CY"} & worked == set()
    assert {"HK", "PY"} <= worked


DATES = st.dates(date(1970, 6, 1), date(2100, 12, 31))


@given(
    st.sampled_from([None, "FR", "KR", "MA", "AE", "IR", "US", "CN"]),
    st.data(),
    DATES,
    st.integers(1, 40),
)
def test_exactly_n_working_days_lie_between(country, data, before, n):
    near = st.dates(before - timedelta(days=60), before)
    closures = data.draw(st.frozensets(near, max_size=20))
    days = WorkingDays(country, closures)
    found = days.back(before, n)
    weekend_or_holiday = holidays.country_holidays(country) if country else None
    works = [
        each
        for each in days_from(found, before - timedelta(days=1))
        if each not in closures
        and (weekend_or_holiday.is_working_day(each) if weekend_or_holiday is not None else each.weekday() < 5)
    ]
    assert (len(works), works[0]) == (n, found)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("fr", "Did you mean 'FR'?"),
        ("FRA", "Did you mean 'FR'?"),
        ("XX", "Write ISO 3166, as in FR, or no country for Monday to Friday."),
        ("", "Write ISO 3166, as in FR, or no country for Monday to Friday."),
    ],
)
def test_an_unknown_country_is_refused(code, remedy):
    with pytest.raises(UnknownCountry) as caught:
        WorkingDays(code)
    assert str(caught.value) == f"{code!r} is not a country code. {remedy}"
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("country", "on", "words"),
    [
        ("FR", "2027-07-14", "National Day"),
        ("FR", "2027-03-29", "Easter Monday"),
        ("FR", "2027-07-17", "a Saturday"),
        ("DE", "2027-07-14", ""),
        ("KR", "2026-09-24", "The day preceding Chuseok"),
    ],
)
def test_why_a_day_is_no_working_day(country, on, words):
    assert day_off_words(country, day(on)) == words


def test_equal_working_days_are_one_group():
    closures = frozenset({date(2026, 12, 24)})
    assert (
        len({WorkingDays("FR", closures), WorkingDays("FR", closures), WorkingDays("FR"), WorkingDays(None, closures)})
        == 3
    )
