"""A recurrence rule, its days, and whether calendar clients support it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import dropwhile, islice
from typing import TYPE_CHECKING, Annotated, Final, Literal

from dateutil import rrule as dateutil_rrule
from pydantic import BeforeValidator, PlainSerializer

from calendar_service.datephrases.errors import RecurrenceError
from calendar_service.datephrases.plain_rules import plain_days
from calendar_service.records.errors import Sentence, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""RFC 5545's, Monday first."""
LAST_DAY: Final = date(2100, 12, 31)
"""The last day that any phrase or rule reaches."""
Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]

_FREQUENCIES: Final[dict[str, Literal[0, 1, 2, 3]]] = {
    "DAILY": dateutil_rrule.DAILY,
    "WEEKLY": dateutil_rrule.WEEKLY,
    "MONTHLY": dateutil_rrule.MONTHLY,
    "YEARLY": dateutil_rrule.YEARLY,
}
_OUTLOOK_ORDINALS: Final = frozenset({"1", "2", "3", "4", "-1"})
_OUTLOOK_INTERVAL: Final = 99


def _numbers(value: object) -> object:
    """Return what earlier versions stored of such a part, one number or nothing, as a list."""
    return (value,) if isinstance(value, int) else value or ()


def _plain(numbers: tuple[int, ...]) -> int | list[int]:
    return numbers[0] if len(numbers) == 1 else list(numbers)


Numbers = Annotated[tuple[int, ...], BeforeValidator(_numbers), PlainSerializer(_plain)]


@dataclass(frozen=True)
class RecurrenceRule:
    """A recurrence rule (RFC 5545, 3.3.10) on calendar days; `until` is the last day, included.

    `until_clock` is the time of an UNTIL that has one, in UTC or on the record's clock; `clock_parts` are BYHOUR,
    BYMINUTE and BYSECOND. A record's rule has none of them any more, see `rrule_value.settle_rule`. `week_start` is MO
    where it makes no difference.
    """

    frequency: Frequency
    interval: int = 1
    by_day: tuple[str, ...] = ()
    by_month_day: Numbers = ()
    by_month: Numbers = ()
    count: int | None = None
    until: date | None = None
    words: str = ""
    by_set_pos: Numbers = ()
    by_year_day: Numbers = ()
    by_week_no: Numbers = ()
    week_start: str = "MO"
    until_clock: time | None = None
    until_is_utc: bool = False
    clock_parts: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        """Take one number for a list of one."""
        for name in ("by_month_day", "by_month"):
            object.__setattr__(self, name, _numbers(getattr(self, name)))

    @property
    def is_endless(self) -> bool:
        """True if the rule has no end."""
        return self.count is None and self.until is None


def days_of(rule: RecurrenceRule, first: date) -> Iterator[date]:
    """Yield the days of the rule from `first` on, in order; an endless rule stops in the year 2100."""
    return days_from(rule, first, first)


def days_from(rule: RecurrenceRule, first: date, start: date) -> Iterator[date]:
    """Yield the days of the rule that are not before `start`."""
    found = plain_days(rule, first, min(rule.until or LAST_DAY, LAST_DAY), WEEKDAY_CODES)
    if found is None:
        found = (each.date() for each in _dateutil_rule(rule, first))
    # dateutil is never told a count: it would search for the last ones up to the year 9999.
    return dropwhile(lambda day: day < start, islice(found, rule.count))


@lru_cache(maxsize=4096)
def last_day_of(rule: RecurrenceRule, first: date) -> date | None:
    """Return the last day of a finite rule; None if it has no day."""
    last = None
    for last in days_of(rule, first):  # noqa: B007 (the last one is meant)
        pass
    return last


def check_first_day(rule: RecurrenceRule, first: date) -> None:
    """Check that the first date is a day of the rule, as RFC 5545 requires. Raise RecurrenceError."""
    # Asked of the day itself: a rule that gives no day at all would be searched for a long time.
    if next(iter(_dateutil_rule(rule, first, until=first)), None) is None:
        why = gettext_noop("{words} does not fall on the first date, {day}, a {weekday}.")
        remedy = Sentence("Correct the first date, or how it repeats.")
        raise RecurrenceError(rule.words, why, remedy, day=first.isoformat(), weekday=f"{first:%A}")
    if rule.until and rule.until < first:
        why, remedy = (
            gettext_noop("{words} ends before the first date, {day}."),
            Sentence("Correct the first date or the end."),
        )
        raise RecurrenceError(rule.words, why, remedy, day=first.isoformat())


def check_last_day(rule: RecurrenceRule, first: date) -> None:
    """Check that a counted rule reaches its end. Raise RecurrenceError."""
    if rule.count and sum(1 for _ in days_of(rule, first)) < rule.count:
        why = gettext_noop("{words} would go on after {year}.")
        raise RecurrenceError(rule.words, why, Sentence("Say fewer times."), year=LAST_DAY.year)


def is_portable(rule: RecurrenceRule, first: date) -> bool:
    """Return True if Outlook can represent the rule (MS-OXCICAL 2.1.3.2.2); others are written out day by day."""
    ordinals = {day[:-2] for day in rule.by_day if day[:-2]}
    has_lists = len(rule.by_month) > 1 or len(rule.by_month_day) > 1 or (rule.by_month_day and rule.by_month_day[0] < 0)
    is_rare = rule.by_set_pos or rule.by_year_day or rule.by_week_no
    if is_rare or has_lists or not ordinals <= _OUTLOOK_ORDINALS or rule.interval > _OUTLOOK_INTERVAL:
        return False
    late_day = max(*rule.by_month_day, first.day, 0) > 28  # every month has 28 days
    match rule.frequency:
        case "DAILY":
            return not (rule.by_day or rule.by_month or rule.by_month_day)
        case "WEEKLY":
            return not (ordinals or rule.by_month or rule.by_month_day)
        case "MONTHLY":
            by_weekday = bool(ordinals) and len(rule.by_day) == 1 and not rule.by_month_day
            return not rule.by_month and (by_weekday or (not rule.by_day and not late_day))
        case _:
            if rule.interval != 1 or (rule.by_month_day and not rule.by_month):
                return False
            by_weekday = bool(ordinals) and len(rule.by_day) == 1 and bool(rule.by_month) and not rule.by_month_day
            leap_day = (first.month, first.day) == (2, 29)
            return by_weekday or (not rule.by_day and not leap_day)


def _carrier(day: date) -> datetime:
    """Return the UTC midnight that carries a day: dateutil calculates on datetimes."""
    return datetime.combine(day, time(), UTC)


def _dateutil_rule(rule: RecurrenceRule, first: date, until: date | None = None) -> dateutil_rrule.rrule:
    """Return the rule for dateutil, without its count; a search stops at `until`, or with the last day of all."""
    return dateutil_rrule.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=_carrier(first),
        interval=rule.interval,
        wkst=WEEKDAY_CODES.index(rule.week_start),
        byweekday=[_dateutil_weekday(day) for day in rule.by_day] or None,
        bymonthday=rule.by_month_day or None,
        bymonth=rule.by_month or None,
        bysetpos=rule.by_set_pos or None,
        byyearday=rule.by_year_day or None,
        byweekno=rule.by_week_no or None,
        until=_carrier(until or rule.until or LAST_DAY),
    )


def _dateutil_weekday(day: str) -> dateutil_rrule.weekday:
    ordinal = int(day[:-2]) if day[:-2] else None
    return dateutil_rrule.weekday(WEEKDAY_CODES.index(day[-2:]), ordinal)
