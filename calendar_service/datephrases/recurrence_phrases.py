"""Recurrence phrases: "every second Tuesday of the month until June 2027". README.md has the grammar.

A phrase is folded (`tokens.phrase_key`) and compared with patterns made of the vocabulary.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.datephrases.errors import DatePhraseError, RecurrenceError
from calendar_service.datephrases.languages import ENGLISH, LANGUAGES, VOCABULARY
from calendar_service.datephrases.resolver import parse_when
from calendar_service.datephrases.rrule import WEEKDAY_CODES, RecurrenceRule
from calendar_service.datephrases.tokens import phrase_key, tokenize
from calendar_service.records.errors import Sentence, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_MAX_COUNT = 999
_WORKING_WEEK = WEEKDAY_CODES[:5]


# --- patterns of folded phrases --------------------------------------------------------------------


def _any(phrases: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True)))})"


_V = VOCABULARY
_CODES = {f"{name}{ngettext}": WEEKDAY_CODES[day] for name, day in _V.weekdays.items() for ngettext in ("", "s")}
_EVERY, _ON, _DAY, _ORDINAL = _any(_V.every), _any(_V.on_days), _any(_CODES), _any(_V.ordinals)
_AND = f"(?: ,(?: {_any(_V.and_words)})?| {_any(_V.and_words)})"
_DAY_LIST = f"{_DAY}(?:{_AND} (?:{_EVERY} |{_ON} )?{_DAY})*"
_NTH = f"{_ORDINAL}(?:{_AND} (?:{_ON} )?{_ORDINAL})* {_DAY}"
_NTH_LIST = f"{_NTH}(?:{_AND} (?:{_EVERY} |{_ON} )?{_NTH})*"

_EVERY_UNIT = re.compile(rf"{_EVERY} (?:([0-9]{{1,2}}|{_any(_V.intervals)}) )?({_any(_V.units)})(?: (.+))?")
_ADVERB = re.compile(rf"({_any(_V.adverbs)})(?: (.+))?")
_ON_DAYS = re.compile(rf"(?:\( )?(?:{_ON} )?({_DAY_LIST}|{_NTH_LIST})(?: \))?")
_EVERY_DAY = re.compile(rf"(?:{_EVERY}|on)( {_any(_V.alternate)})? ({_DAY_LIST})")
_NTH_OF_MONTH = re.compile(rf"(?:on )?(?:(?:{_EVERY}|{_ON}) )?({_NTH_LIST}) {_any(_V.of_month)}")
_ONE_OF_TWO = re.compile("|".join(each.format(f"({_any(_V.units)}|{_DAY})") for each in _V.one_of_two))
_COUNTED = re.compile(rf"(.+?)(?: ,)? ([0-9]{{1,4}}) {_any(_V.times)}")
_ENDING = re.compile(rf"(.+?)(?: ,)? {_any(_V.until)}(?: (?:{_any(_V.end_articles)} )?{_any(_V.end_of)}(?: ')?)? (.+)")
_MONTH_AND_YEAR = re.compile(r"[^\W\d_]+\.? [0-9]{4}")


# --- parsing ---------------------------------------------------------------------------------------


def parse_recurrence_phrase(words: str) -> RecurrenceRule:
    """Return the rule of a recurrence phrase in words. Raise RecurrenceError."""
    return _parse(words, words)


def example_with_end(words: str, year: int = 2030) -> str:
    """Return the words of an endless rule with an example of an end, in their own language."""
    if "=" in words:
        return f"{words.rstrip('; ')};UNTIL={year}1231"
    first = phrase_key(words).partition(" ")[0]
    language = next((each for each in LANGUAGES if first in each.recurrence_openers), ENGLISH)
    return language.until_example.format(words, year)


def check_count(words: str, count: int) -> int:
    """Return the number of occurrences if calendar clients support it. Raise RecurrenceError."""
    if not 1 <= count <= _MAX_COUNT:
        raise RecurrenceError(
            words, gettext_noop("{words} repeats {count} times; it may be 1 to {most}."), count=count, most=_MAX_COUNT
        )
    return count


def _parse(words: str, text: str) -> RecurrenceRule:
    """Return the rule of `text`, the part of `words` without its end."""
    tokens, key = tokenize(text), phrase_key(text)
    if match := _COUNTED.fullmatch(key):
        head = text[: tokens[match[1].count(" ")].end]
        return _with_end(words, head, count=check_count(words, int(match[2])))
    if match := _ENDING.fullmatch(key):
        head = text[: tokens[match[1].count(" ")].end]
        end = text[tokens[key[: match.start(2)].count(" ")].start :]
        return _with_end(words, head, until=_parse_last_day(words, end))
    rule = _parse_unit(words, key) or _parse_weekdays(key) or _parse_nth_weekdays(key)
    if rule is None:
        raise RecurrenceError(words, gettext_noop("{words} is not understood as a way to repeat."))
    return rule


def _with_end(words: str, head: str, *, until: date | None = None, count: int | None = None) -> RecurrenceRule:
    rule = _parse(words, head)
    if not rule.is_endless:
        raise RecurrenceError(words, gettext_noop("{words} says twice when it ends."))
    return replace(rule, until=until, count=count)


def _parse_last_day(words: str, end: str) -> date:
    try:
        if _MONTH_AND_YEAR.fullmatch(end):
            month = parse_when(f"1 {end}").first
            return month.replace(day=monthrange(month.year, month.month)[1])
        return parse_when(end).last
    except DatePhraseError as error:
        raise RecurrenceError(
            words, gettext_noop("{words} has an end that is not understood: {reason}"), reason=error.message
        ) from None


def _parse_unit(words: str, key: str) -> RecurrenceRule | None:
    """Parse "weekly", "every two weeks on Monday", "chaque mois (premier mardi)", "un mardi sur deux"."""
    if match := _ONE_OF_TWO.fullmatch(key):
        name = match[match.lastindex or 0]
        unit = _V.units.get(name)
        return RecurrenceRule(unit, 2) if unit else RecurrenceRule("WEEKLY", 2, by_day=(_CODES[name],))
    if match := _ADVERB.fullmatch(key):
        return _with_days(RecurrenceRule(_V.adverbs[match[1]]), match[2])
    if not (match := _EVERY_UNIT.fullmatch(key)):
        return None
    number, unit_name, days = match.groups()
    if f"{number} {unit_name}" in _V.ambiguous_intervals:
        remedy = Sentence("Write `toutes les semaines`, `toutes les deux semaines` or FREQ=DAILY;INTERVAL=15.")
        raise RecurrenceError(words, gettext_noop("{words} may mean days or weeks."), remedy)
    interval = int(number) if (number or "").isdigit() else _V.intervals[number] if number else 1
    return _with_days(RecurrenceRule(_V.units[unit_name], interval), days) if interval else None


def _with_days(rule: RecurrenceRule, key: str | None) -> RecurrenceRule | None:
    """Add weekdays to a rule of weeks, or the first Monday and its like to one of months."""
    if key is None:
        return rule
    match = _ON_DAYS.fullmatch(key)
    has_ordinal = bool(match and re.match(_ORDINAL, match[1]))
    if not match or rule.frequency != ("MONTHLY" if has_ordinal else "WEEKLY"):
        return None
    return replace(rule, by_day=_nth_codes(match[1]) if has_ordinal else _codes(match[1]))


def _parse_weekdays(key: str) -> RecurrenceRule | None:
    if key in _V.working_week:
        return RecurrenceRule("WEEKLY", by_day=_WORKING_WEEK)
    match = _EVERY_DAY.fullmatch(key)
    return RecurrenceRule("WEEKLY", 2 if match[1] else 1, _codes(match[2])) if match else None


def _parse_nth_weekdays(key: str) -> RecurrenceRule | None:
    match = _NTH_OF_MONTH.fullmatch(key)
    return RecurrenceRule("MONTHLY", by_day=_nth_codes(match[1])) if match else None


def _codes(key: str) -> tuple[str, ...]:
    found = {_CODES[name] for name in re.findall(rf"\b{_DAY}\b", key)}
    return tuple(code for code in WEEKDAY_CODES if code in found)


def _nth_codes(key: str) -> tuple[str, ...]:
    """Return the codes of "first and third Monday and last Friday": 1MO, 3MO, -1FR."""
    ordinals: list[int] = []
    codes: list[str] = []
    for part in re.findall(rf"\b(?:{_ORDINAL}|{_DAY})\b", key):
        if part in _V.ordinals:
            ordinals.append(_V.ordinals[part])
        else:
            codes += [f"{number}{_CODES[part]}" for number in ordinals]
            ordinals = []
    return tuple(dict.fromkeys(codes))
