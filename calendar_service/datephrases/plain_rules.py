"""The days of the plainest rules by arithmetic: every so many days or weeks, or months on a day that all months have.

Nearly all series have such a rule, and python-dateutil, which knows all rules, takes some microseconds for each day.
The tests compare the two.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendar_service.datephrases.rrule import RecurrenceRule

_WEEK = 7
_MONTHS = 12
_IN_EVERY_MONTH = 28


def plain_days(rule: RecurrenceRule, first: date, last: date, weekdays: Sequence[str]) -> Iterator[date] | None:
    """Return the days of a rule from `first` to `last`, without its count and end; None if it is not plain.

    `weekdays` are the codes of the days of a week, from Monday on.
    """
    if rule.by_month or rule.by_month_day or rule.by_set_pos or rule.by_year_day or rule.by_week_no:
        return None
    match rule.frequency:
        case "DAILY" if not rule.by_day:
            return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1, rule.interval))
        case "WEEKLY" if set(rule.by_day) <= set(weekdays):
            days = [weekdays.index(day) for day in rule.by_day] or [first.weekday()]
            return _weekly(first, last, rule.interval, weekdays.index(rule.week_start), days)
        case "MONTHLY" if not rule.by_day and first.day <= _IN_EVERY_MONTH:
            return _monthly(first, last, rule.interval)
    return None


def _weekly(first: date, last: date, interval: int, week_start: int, days: list[int]) -> Iterator[date]:
    begin = first.toordinal() - (first.weekday() - week_start) % _WEEK
    places = sorted({(day - week_start) % _WEEK for day in days})
    for week in count(begin, _WEEK * interval):
        for place in places:
            if week + place > last.toordinal():
                return
            if week + place >= first.toordinal():
                yield date.fromordinal(week + place)


def _monthly(first: date, last: date, interval: int) -> Iterator[date]:
    for number in count(first.month - 1, interval):
        day = date(first.year + number // _MONTHS, number % _MONTHS + 1, first.day)
        if day > last:
            return
        yield day
