"""Parse RRULE values (RFC 5545), compute the days of a rule, and check what calendar clients support."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Literal, cast

from dateutil import rrule as dateutil_rrule

from calendar_service.datephrases.errors import RecurrenceError
from calendar_service.datephrases.recurrence_phrases import (
    WEEKDAY_CODES,
    RecurrenceRule,
    check_count,
    parse_recurrence_phrase,
)
from calendar_service.datephrases.resolver import LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.datephrases.vocabulary import Frequency

_MAX_INTERVAL = 99
_FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": dateutil_rrule.DAILY,
    "WEEKLY": dateutil_rrule.WEEKLY,
    "MONTHLY": dateutil_rrule.MONTHLY,
    "YEARLY": dateutil_rrule.YEARLY,
}
_RULE_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+:-]+)")
_PLAIN = len("TU")  # against "2TU"
_UNTIL_DAY = re.compile(r"\d{8}(?:T\d{6})?")
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


def parse_recurrence(words: str) -> RecurrenceRule:
    """Return the rule of a recurrence phrase or of an RRULE value. Raise RecurrenceError."""
    text = " ".join(words.split())
    if text.upper().removeprefix("RRULE:").startswith("FREQ="):
        return replace(_parse_rrule(words, text.upper().removeprefix("RRULE:")), words=text)
    return replace(parse_recurrence_phrase(text), words=text)


def days_of(rule: RecurrenceRule, first: date) -> Iterator[date]:
    """Yield the days of the rule from `first` on, in order; an endless rule stops in the year 2100."""
    return days_from(rule, first, first)


def days_from(rule: RecurrenceRule, first: date, start: date) -> Iterator[date]:
    """Yield the days of the rule that are not before `start`."""
    # The UTC midnight is only a carrier for the day: dateutil calculates on datetimes.
    carrier = datetime.combine(max(start, first), time(), UTC)
    found = cast("Iterator[datetime]", _dateutil_rule(rule, first).xafter(carrier, inc=True))
    return takewhile(lambda day: day <= LAST_DAY, (each.date() for each in found))


@lru_cache(maxsize=4096)
def last_day_of(rule: RecurrenceRule, first: date) -> date | None:
    """Return the last day of a finite rule; None if it has no day."""
    last = None
    for last in days_of(rule, first):  # noqa: B007 (the last one is meant)
        pass
    return last


def weekday(day: date) -> str:
    """Return the weekday code of a day, MO to SU."""
    return WEEKDAY_CODES[day.weekday()]


def check_first_day(rule: RecurrenceRule, first: date) -> None:
    """Check that the first date is a day of the rule, as RFC 5545 requires. Raise RecurrenceError."""
    # Asked of the day itself: a rule that gives no day at all would be searched for a long time.
    if not _has_day(rule, first):
        why = f"does not fall on the first date, {first.isoformat()}, a {first:%A}."
        raise RecurrenceError(rule.words, why, "Correct the first date, or how it repeats.")
    if rule.until and rule.until < first:
        why = f"ends before the first date, {first.isoformat()}."
        raise RecurrenceError(rule.words, why, "Correct the first date or the end.")


def check_last_day(rule: RecurrenceRule, first: date) -> None:
    """Check that a counted rule reaches its end. Raise RecurrenceError."""
    if rule.count and sum(1 for _ in days_of(rule, first)) < rule.count:
        raise RecurrenceError(rule.words, f"would go on after {LAST_DAY.year}.", "Say fewer times.")


def _has_day(rule: RecurrenceRule, day: date) -> bool:
    """Return True if a day matches the days, months and weekdays of a rule."""
    if (rule.by_month or day.month) != day.month or (rule.by_month_day or day.day) != day.day:
        return False
    if rule.frequency == "YEARLY" and not rule.by_month and any(len(code) > _PLAIN for code in rule.by_day):
        first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    else:
        first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    before, after = (day - first).days, (last - day).days
    code = weekday(day)
    return not rule.by_day or not {code, f"{before // 7 + 1}{code}", f"-{after // 7 + 1}{code}"}.isdisjoint(rule.by_day)


def is_portable(rule: RecurrenceRule, first: date) -> bool:
    """Return True if Outlook can represent the rule (MS-OXCICAL 2.1.3.2.2); others are written out day by day."""
    late_day = max(rule.by_month_day or 0, first.day) > 28  # every month has 28 days
    ordinal = any(len(day) > _PLAIN for day in rule.by_day)
    match rule.frequency:
        case "DAILY":
            return not (rule.by_day or rule.by_month or rule.by_month_day)
        case "WEEKLY":
            return not (ordinal or rule.by_month or rule.by_month_day)
        case "MONTHLY":
            by_weekday = ordinal and len(rule.by_day) == 1 and not rule.by_month_day
            return not rule.by_month and (by_weekday or (not rule.by_day and not late_day))
        case _:
            if rule.interval != 1:
                return False
            by_weekday = ordinal and len(rule.by_day) == 1 and bool(rule.by_month) and not rule.by_month_day
            leap_day = (first.month, first.day) == (2, 29)
            return by_weekday or (not rule.by_day and not leap_day)


def _dateutil_rule(rule: RecurrenceRule, first: date) -> dateutil_rrule.rrule:
    until = rule.until and datetime.combine(rule.until, time(), UTC)
    return dateutil_rrule.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=datetime.combine(first, time(), UTC),
        interval=rule.interval,
        byweekday=[_dateutil_weekday(day) for day in rule.by_day] or None,
        bymonthday=rule.by_month_day,
        bymonth=rule.by_month,
        count=rule.count,
        until=until,
    )


def _dateutil_weekday(day: str) -> dateutil_rrule.weekday:
    ordinal = int(day[:-2]) if day[:-2] else None
    return dateutil_rrule.weekday(WEEKDAY_CODES.index(day[-2:]), ordinal)


def _parse_rrule(words: str, text: str) -> RecurrenceRule:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        match = _RULE_PART.fullmatch(part)
        if not match or match[1] in parts:
            raise RecurrenceError(words, f"has a part that cannot be read: {part!r}.")
        parts[match[1]] = match[2]
    frequency = parts.pop("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise RecurrenceError(words, f"repeats {frequency or 'at no known rate'}; the finest rate is DAILY.")
    rule = RecurrenceRule(cast("Frequency", frequency))
    for name, value in parts.items():
        rule = _with_part(words, rule, name, value)
    return _checked_dates(words, rule)


def _with_part(words: str, rule: RecurrenceRule, name: str, value: str) -> RecurrenceRule:
    try:
        match name:
            case "INTERVAL" if 1 <= int(value) <= _MAX_INTERVAL:
                return replace(rule, interval=int(value))
            case "COUNT":
                return replace(rule, count=check_count(words, int(value)))
            case "UNTIL" if _UNTIL_DAY.fullmatch(value) and (until := date.fromisoformat(value[:8])) <= LAST_DAY:
                return replace(rule, until=until)
            case "BYDAY" if all(_BYDAY.fullmatch(day) for day in value.split(",")):
                return replace(rule, by_day=tuple(day.removeprefix("+") for day in value.split(",")))
            case "BYMONTHDAY" if 1 <= int(value) <= 31:  # days of a month
                return replace(rule, by_month_day=int(value))
            case "BYMONTH" if 1 <= int(value) <= 12:  # months of a year
                return replace(rule, by_month=int(value))
            case "WKST" if value == "MO":
                return rule
    except RecurrenceError:
        raise
    except ValueError:
        pass
    raise RecurrenceError(words, f"has a part that this calendar does not take: {name}={value}.")


def _checked_dates(words: str, rule: RecurrenceRule) -> RecurrenceRule:
    # A leap year, so that 29 February passes.
    if rule.by_month and rule.by_month_day and rule.by_month_day > monthrange(2024, rule.by_month)[1]:
        raise RecurrenceError(words, f"names day {rule.by_month_day} of month {rule.by_month}, which never comes.")
    if rule.count and rule.until:
        raise RecurrenceError(words, "has both COUNT and UNTIL; RFC 5545 allows one.")
    if rule.frequency in ("DAILY", "WEEKLY") and any(len(day) > _PLAIN for day in rule.by_day):
        raise RecurrenceError(words, "numbers a weekday, which goes with MONTHLY and YEARLY only.")
    return rule
