"""Parse RRULE values (RFC 5545, 3.3.10), as programs and people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from calendar_service.datephrases.errors import RecurrenceError
from calendar_service.datephrases.recurrence_phrases import (
    check_count,
    parse_recurrence_phrase,
)
from calendar_service.datephrases.rrule import LAST_DAY, WEEKDAY_CODES, RecurrenceRule
from calendar_service.records.errors import Sentence, gettext_noop

if TYPE_CHECKING:
    from datetime import tzinfo

    from calendar_service.datephrases.rrule import Frequency

_MAX_INTERVAL: Final = 999
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RRULE = re.compile(r"\s*(?:RRULE\s*:)?\s*([A-Z-]+\s*=.*)", re.IGNORECASE)
_RULE_PART = re.compile(r"([A-Z]+)\s*=\s*([A-Z0-9,+: -]+)")
_PLAIN = len("TU")  # against "2TU"
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBERS: Final = {
    "BYMONTHDAY": ("by_month_day", 31),
    "BYMONTH": ("by_month", 12),
    "BYYEARDAY": ("by_year_day", 366),
    "BYWEEKNO": ("by_week_no", 53),
    "BYSETPOS": ("by_set_pos", 366),
}
"""The field of each part that lists numbers, and the largest of them."""
_CLOCK_PARTS: Final = {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
_DEFAULTS: Final = frozenset({("RSCALE", "GREGORIAN"), ("SKIP", "OMIT")})  # RFC 7529, 4.1
_LAST_ORDINAL: Final = {"MONTHLY": 5, "YEARLY": 53}


def parse_recurrence(words: str) -> RecurrenceRule:
    """Return the rule of a recurrence phrase or of an RRULE value. Raise RecurrenceError."""
    text = " ".join(words.split())
    if match := _RRULE.fullmatch(text):
        return replace(_parse_rrule(words, match[1].upper()), words=text)
    return replace(parse_recurrence_phrase(text), words=text)


def weekday(day: date) -> str:
    """Return the weekday code of a day, MO to SU."""
    return WEEKDAY_CODES[day.weekday()]


def settle_rule(rule: RecurrenceRule, first: date, clock: time | None, zone: tzinfo) -> RecurrenceRule:
    """Return the rule of a record that begins on `first` at `clock` in `zone`, with what its first date decides.

    A weekly rule names its weekday, as Outlook's form of one always does. Days of a yearly rule without a month are of
    the first date's month, as libical and Google have it. UNTIL with a time becomes the last day that it leaves.
    BYHOUR, BYMINUTE and BYSECOND must be the time of the start, and are left out. Raise RecurrenceError.
    """
    for name, number in rule.clock_parts:
        if clock is None or getattr(clock, _CLOCK_PARTS[name]) != number:
            why = (
                gettext_noop("{words} has {part}, which is not the start, {clock}.")
                if clock
                else gettext_noop("{words} has {part}, and the record has whole days.")
            )
            values = {"clock": f"{clock:%H:%M}"} if clock else {}
            remedy = Sentence("Take out {part}.", part=name)
            raise RecurrenceError(rule.words, why, remedy, part=f"{name}={number}", **values)
    rule = replace(rule, clock_parts=())
    if rule.frequency == "WEEKLY" and not rule.by_day:
        rule = replace(rule, by_day=(weekday(first),))
    is_bare = not (rule.by_month or rule.by_day or rule.by_week_no or rule.by_year_day)
    if rule.frequency == "YEARLY" and rule.by_month_day and is_bare:
        rule = replace(rule, by_month=(first.month,))
    if rule.until is None or rule.until_clock is None:
        return rule
    limit = datetime.combine(rule.until, rule.until_clock, UTC if rule.until_is_utc else zone)
    days = (rule.until + timedelta(days=ahead) for ahead in (1, 0, -1, -2))
    last = next(day for day in days if datetime.combine(day, clock or time(), zone) <= limit)
    return replace(rule, until=last, until_clock=None, until_is_utc=False)


def _parse_rrule(words: str, text: str) -> RecurrenceRule:
    parts: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        match = _RULE_PART.fullmatch(part.strip())
        if not match or match[1] in parts:
            raise RecurrenceError(
                words, gettext_noop("{words} has a part that cannot be read: {part}."), part=repr(part)
            )
        parts[match[1]] = match[2].replace(" ", "")
    parts = {name: value for name, value in parts.items() if (name, value) not in _DEFAULTS}
    frequency = parts.pop("FREQ", "")
    if frequency not in _FREQUENCIES:
        if not frequency:
            raise RecurrenceError(words, gettext_noop("{words} repeats at no known rate; the finest rate is DAILY."))
        why = gettext_noop("{words} repeats {frequency}; the finest rate is DAILY.")
        raise RecurrenceError(words, why, frequency=frequency)
    rule = RecurrenceRule(cast("Frequency", frequency))
    for name, value in parts.items():
        rule = (_with_clock_part if name in _CLOCK_PARTS else _with_part)(words, rule, name, value)
    _check_parts(words, rule)
    return _in_short(rule)


def _with_part(words: str, rule: RecurrenceRule, name: str, value: str) -> RecurrenceRule:
    try:
        match name:
            case "INTERVAL" if 1 <= int(value) <= _MAX_INTERVAL:
                return replace(rule, interval=int(value))
            case "COUNT":
                return replace(rule, count=check_count(words, int(value)))
            case "UNTIL" if (match := _UNTIL.fullmatch(re.sub("[:-]", "", value))) and date.fromisoformat(
                match[1]
            ) <= LAST_DAY:
                return _with_until(rule, *match.groups())
            case "BYDAY" if days := [_byday(day, rule.frequency) for day in value.split(",")]:
                return replace(rule, by_day=tuple(dict.fromkeys(days)))
            case "WKST" if value in WEEKDAY_CODES:
                return replace(rule, week_start=value)
            case _ if name in _NUMBERS:
                field, most = _NUMBERS[name]
                numbers = sorted({int(number) for number in value.split(",")}, key=lambda n: (n < 0, n))
                if 1 <= min(map(abs, numbers)) <= max(map(abs, numbers)) <= most and (
                    numbers[0] > 0 or field != "by_month"
                ):
                    changes: dict[str, Any] = {field: tuple(numbers)}
                    return replace(rule, **changes)
    except RecurrenceError:
        raise
    except ValueError:
        pass
    raise RecurrenceError(
        words, gettext_noop("{words} has a part that this calendar does not take: {part}."), part=f"{name}={value}"
    )


def _with_clock_part(words: str, rule: RecurrenceRule, name: str, value: str) -> RecurrenceRule:
    """Add BYHOUR, BYMINUTE or BYSECOND, which may have one number."""
    if "," in value:
        remedy = Sentence("Write one record for each time of the day.")
        why = gettext_noop("{words} has several times a day: {part}.")
        raise RecurrenceError(words, why, remedy, part=f"{name}={value}")
    if not value.isdigit():
        raise RecurrenceError(
            words, gettext_noop("{words} has a part that this calendar does not take: {part}."), part=f"{name}={value}"
        )
    return replace(rule, clock_parts=(*rule.clock_parts, (name, int(value))))


def _with_until(rule: RecurrenceRule, day: str, clock: str | None, utc: str | None) -> RecurrenceRule:
    until = date.fromisoformat(day)
    if not clock:
        return replace(rule, until=until)
    at = time(int(clock[:2]), int(clock[2:4]), min(int(clock[4:]), 59))  # a leap second is allowed
    if (at, utc) == (time(23, 59, 59), ""):
        return replace(rule, until=until)
    return replace(rule, until=until, until_clock=at, until_is_utc=bool(utc))


def _byday(text: str, frequency: Frequency) -> str:
    """Return a weekday, with its number if it has one: "2TU". Raise ValueError."""
    match = _BYDAY.fullmatch(text)
    number = int(match[1] or 0) if match else 0
    # A number that goes with no other frequency is refused later, in its own words.
    if not match or abs(number) > _LAST_ORDINAL.get(frequency, 53) or (match[1] and not number):
        raise ValueError(text)
    return f"{number or ''}{match[2]}"


def _check_parts(words: str, rule: RecurrenceRule) -> None:
    """Check which parts go together (RFC 5545, 3.3.10). Raise RecurrenceError."""
    has_ordinal = any(len(day) > _PLAIN for day in rule.by_day)
    # A leap year, so that 29 February passes.
    longest = [monthrange(2024, month)[1] for month in rule.by_month]
    if longest and rule.by_month_day and min(map(abs, rule.by_month_day)) > max(longest):
        day, month = rule.by_month_day[0], rule.by_month[0]
        raise RecurrenceError(
            words, gettext_noop("{words} names day {day} of month {month}, which never comes."), day=day, month=month
        )
    if rule.count and rule.until:
        raise RecurrenceError(words, gettext_noop("{words} has both COUNT and UNTIL; RFC 5545 allows one."))
    if has_ordinal and rule.frequency in ("DAILY", "WEEKLY"):
        raise RecurrenceError(
            words, gettext_noop("{words} numbers a weekday, which goes with MONTHLY and YEARLY only.")
        )
    if has_ordinal and rule.by_week_no:
        raise RecurrenceError(
            words,
            gettext_noop("{words} numbers a weekday, which does not go with BYWEEKNO: a week has each of them once."),
        )
    if rule.by_month_day and rule.frequency == "WEEKLY":
        raise RecurrenceError(words, gettext_noop("{words} has BYMONTHDAY, which does not go with WEEKLY."))
    if rule.by_week_no and rule.frequency != "YEARLY":
        raise RecurrenceError(words, gettext_noop("{words} has BYWEEKNO, which goes with YEARLY only."))
    if rule.by_year_day and rule.frequency != "YEARLY":
        raise RecurrenceError(words, gettext_noop("{words} has BYYEARDAY, which goes with YEARLY only."))
    others = (rule.by_day, rule.by_month_day, rule.by_month, rule.by_year_day, rule.by_week_no)
    if rule.frequency == "WEEKLY" and rule.by_day and rule.by_set_pos and not _chosen_weekdays(rule):
        raise RecurrenceError(words, gettext_noop("{words} chooses days by BYSETPOS of which no week has as many."))
    if rule.by_set_pos and not any(others):
        raise RecurrenceError(
            words, gettext_noop("{words} has BYSETPOS without another part that gives it days to choose from.")
        )


def _in_short(rule: RecurrenceRule) -> RecurrenceRule:
    """Return an equal rule in the form that most programs know."""
    if rule.frequency == "WEEKLY" and rule.by_set_pos and not rule.by_month:
        rule = replace(rule, by_day=_chosen_weekdays(rule), by_set_pos=())
    if not (rule.frequency == "WEEKLY" and rule.interval > 1) and not rule.by_week_no:
        rule = replace(rule, week_start="MO")
    limits = rule.by_month or rule.by_month_day or rule.by_set_pos
    if rule.frequency == "DAILY" and rule.interval == 1 and rule.by_day and not limits:
        return replace(rule, frequency="WEEKLY", by_day=tuple(code for code in WEEKDAY_CODES if code in rule.by_day))
    of_month = rule.frequency == "MONTHLY" or (rule.frequency == "YEARLY" and len(rule.by_month) == 1)
    one_day = len(rule.by_day) == 1 and len(rule.by_day[0]) == _PLAIN
    others = rule.by_month_day or rule.by_year_day or rule.by_week_no
    if of_month and one_day and not others and len(rule.by_set_pos) == 1 and abs(rule.by_set_pos[0]) <= 5:  # weeks
        return replace(rule, by_day=(f"{rule.by_set_pos[0]}{rule.by_day[0]}",), by_set_pos=())
    return rule


def _chosen_weekdays(rule: RecurrenceRule) -> tuple[str, ...]:
    """Return the weekdays that BYSETPOS chooses of every week; dateutil would count those of the first week only."""
    start = WEEKDAY_CODES.index(rule.week_start)
    week = [code for code in (*WEEKDAY_CODES[start:], *WEEKDAY_CODES[:start]) if code in rule.by_day]
    chosen = {week[at - 1 if at > 0 else at] for at in rule.by_set_pos if abs(at) <= len(week)}
    return tuple(code for code in WEEKDAY_CODES if code in chosen)
