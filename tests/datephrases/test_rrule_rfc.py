"""RFC 5545's own examples of rules from DAILY to YEARLY (3.3.10, 3.8.5.3), and random rules, against dateutil."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendar_service.datephrases import (
    WEEKDAY_CODES,
    RecurrenceError,
    check_first_day,
    days_of,
    is_portable,
    last_day_of,
    parse_recurrence,
    settle_rule,
)

NEW_YORK = ZoneInfo("America/New_York")
NINE = time(9)


def _examples():
    with Path(__file__).with_name("rfc5545_rules.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


EXAMPLES = _examples()


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row["rule"])
@pytest.mark.parametrize("form", ["{}", "RRULE:{};", "rrule:{}"])
def test_the_examples_of_the_standard(row, form):
    text = form.format(row["rule"].lower() if "rrule" in form else row["rule"])
    first = date.fromisoformat(row["first"])
    rule = settle_rule(parse_recurrence(text), first, NINE, NEW_YORK)
    check_first_day(rule, first)
    expected = row["days"].split()
    assert [f"{day:%m-%d}" for day in islice(days_of(rule, first), len(expected))] == expected
    assert row["last"] == ("" if rule.is_endless else last_day_of(rule, first).isoformat())


UNTILS = [
    ("20270630T080000Z", date(2027, 6, 30)),
    ("20270630T075959Z", date(2027, 6, 29)),
    ("20270629T235959Z", date(2027, 6, 29)),
    ("20270630T100000", date(2027, 6, 30)),
    ("20270630T095900", date(2027, 6, 29)),
    ("20270630", date(2027, 6, 30)),
]


@pytest.mark.parametrize(("until", "last"), UNTILS)
def test_the_time_of_until_counts(until, last):
    rule = parse_recurrence(f"FREQ=DAILY;UNTIL={until}")
    settled = settle_rule(rule, date(2027, 6, 1), time(10), ZoneInfo("Europe/Paris"))
    assert (settled.until, settled.until_clock) == (last, None)


def test_until_of_whole_days_is_on_the_calendars_clock():
    rule = parse_recurrence("FREQ=DAILY;UNTIL=20270629T220000Z")  # midnight in Paris, as some programs write it
    assert settle_rule(rule, date(2027, 6, 1), None, ZoneInfo("Europe/Paris")).until == date(2027, 6, 30)


def test_a_day_without_a_month_is_of_the_first_dates_month():
    first = date(2027, 7, 29)
    rule = settle_rule(parse_recurrence("FREQ=YEARLY;BYMONTHDAY=29"), first, NINE, UTC)
    assert list(islice(days_of(rule, first), 2)) == [first, date(2028, 7, 29)]
    assert is_portable(rule, first)


def numbers(low, high, size=3):
    each = st.integers(low, high) | st.integers(-high, -1) if low > 0 else st.integers(1, high)
    return st.lists(each, min_size=1, max_size=size, unique=True).map(lambda values: ",".join(map(str, values)))


months = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(lambda each: ",".join(map(str, each)))
plain_days = st.lists(st.sampled_from(WEEKDAY_CODES), min_size=1, max_size=4, unique=True).map(",".join)
nth_days = st.builds("{}{}".format, st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]), st.sampled_from(WEEKDAY_CODES))
PARTS = {
    "DAILY": {"BYDAY": plain_days, "BYMONTH": months, "BYMONTHDAY": numbers(1, 31)},
    "WEEKLY": {"BYDAY": plain_days, "BYMONTH": months},
    "MONTHLY": {"BYDAY": plain_days | nth_days, "BYMONTH": months, "BYMONTHDAY": numbers(1, 31)},
    "YEARLY": {
        "BYDAY": plain_days | nth_days,
        "BYMONTH": months,
        "BYMONTHDAY": numbers(1, 31),
        "BYYEARDAY": numbers(1, 366),
        "BYWEEKNO": numbers(1, 53),
    },
}


@st.composite
def rules(draw):
    frequency = draw(st.sampled_from(sorted(PARTS)))
    chosen = draw(st.sets(st.sampled_from(sorted(PARTS[frequency])), max_size=2))
    parts = [f"{name}={draw(PARTS[frequency][name])}" for name in sorted(chosen)]
    if parts and frequency != "WEEKLY" and draw(st.booleans()):  # dateutil counts from the first date, not the week
        parts.append(f"BYSETPOS={draw(numbers(1, 4, 2))}")
    parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    parts.append(f"WKST={draw(st.sampled_from(WEEKDAY_CODES))}")
    parts.append(draw(st.sampled_from(["COUNT=7", "UNTIL=20401231T235959Z", "UNTIL=20331231T090000Z"])))
    return ";".join([f"FREQ={frequency}", *draw(st.permutations(parts))])


@example("FREQ=DAILY;INTERVAL=1;WKST=MO;COUNT=7", date(2028, 2, 29))
@example("FREQ=YEARLY;BYMONTHDAY=1;BYSETPOS=2;INTERVAL=1;WKST=MO;COUNT=7", date(2026, 1, 1))
@given(rules(), st.dates(date(2026, 1, 1), date(2029, 12, 31)))
@settings(max_examples=40)
def test_any_rule_gives_the_days_that_dateutil_gives(text, day):
    start = datetime.combine(day, NINE, UTC)
    try:
        rule = parse_recurrence(text)
    except RecurrenceError:  # two parts that do not go together, or a day that never comes
        return
    plain = text.replace("COUNT=7", "UNTIL=20401231T235959Z")
    first = next(
        iter(rrulestr(plain, dtstart=start).between(start, datetime(2035, 12, 31, tzinfo=UTC), inc=True)), None
    )
    if first is None:
        return
    rule = settle_rule(rule, first.date(), NINE, UTC)
    if rule.by_month and "BYMONTH=" not in text:  # dateutil takes every month here
        plain = f"{plain};BYMONTH={rule.by_month[0]}"
        if next(iter(rrulestr(plain, dtstart=first)), None) != first:
            with pytest.raises(RecurrenceError):
                check_first_day(rule, first.date())
            return
    check_first_day(rule, first.date())
    expected = [each.date() for each in islice(rrulestr(plain, dtstart=first), rule.count or 20)]
    found = [each for each in islice(days_of(rule, first.date()), 20) if each.year < 2041]
    assert found == expected


def test_what_outlook_cannot_have_is_not_portable():
    texts = ["MONTHLY;BYMONTHDAY=1,15", "MONTHLY;BYMONTHDAY=-1", "YEARLY;BYMONTH=6,7", "YEARLY;BYYEARDAY=100"]
    texts += ["MONTHLY;BYDAY=5TU", "MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "YEARLY;BYWEEKNO=20", "DAILY;BYMONTH=1"]
    assert [text for text in texts if is_portable(parse_recurrence(f"FREQ={text}"), date(2027, 6, 1))] == []
