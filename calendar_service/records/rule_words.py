"""The words for how a record comes again, English and French, read into a rule.

    rule    =  frequency ["," N "times" | "until" (day | month)]
    frequency  =  "weekly" | "every" [N] unit [days] | ["every"] ordinal weekday "of the month"
               |  "every" ["other"] weekdays | "every weekday"

Words are read whole or refused. Names of weekdays come from `vocabulary`, days and months at the end are read by
`words`; what is compared here is folded as there: "toutes les deux semaines, jusqu ' en juin 2027".
"""

# ruff: noqa: TC003 (pydantic reads the annotations of `Rule` when the module runs)

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from calendar_service.records.errors import CalendarError
from calendar_service.records.vocabulary import WEEKDAYS, tokens_and_key, tokens_of
from calendar_service.records.words import WordsNotUnderstood, read_when

if TYPE_CHECKING:
    from collections.abc import Iterable

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MAX_COUNT = 999
_WORKING_WEEK = WEEKDAY_CODES[:5]


class UnfitRule(CalendarError):
    """A rule of repetition that cannot be read, or that calendars would not survive."""

    def __init__(self, words: str, why: str, remedy: str = "") -> None:
        example = (
            "Write for example `every year`, `every week, 10 times`, "
            "`every second Tuesday of the month until June 2027` or `toutes les deux semaines jusqu'en juin 2027`."
        )
        super().__init__(f"{words!r} {why}", remedy=remedy or example)
        self.words = words


@dataclass(frozen=True)
class Rule:
    """A recurrence rule (RFC 5545, 3.3.10) on calendar days; `until` is the last day, included."""

    frequency: Frequency
    interval: int = 1
    by_day: tuple[str, ...] = ()
    by_month_day: int | None = None
    by_month: int | None = None
    count: int | None = None
    until: date | None = None
    words: str = ""

    @property
    def is_endless(self) -> bool:
        """Tell whether the rule never stops."""
        return self.count is None and self.until is None


# --- the words, folded -----------------------------------------------------------------------------

_UNITS: dict[str, Frequency] = {
    **dict.fromkeys(("day", "days", "jour", "jours"), "DAILY"),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), "WEEKLY"),
    **dict.fromkeys(("month", "months", "mois"), "MONTHLY"),
    **dict.fromkeys(("year", "years", "an", "ans", "annee", "annees"), "YEARLY"),
}
_ADVERBS: dict[str, Frequency] = {
    **dict.fromkeys(("daily", "quotidien", "quotidienne"), "DAILY"),
    **dict.fromkeys(("weekly", "hebdomadaire"), "WEEKLY"),
    **dict.fromkeys(("monthly", "mensuel", "mensuelle"), "MONTHLY"),
    **dict.fromkeys(("yearly", "annually", "annuel", "annuelle"), "YEARLY"),
}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("two deux", "three trois", "four quatre", "five cinq", "six", "seven sept", "eight", "nine neuf", "ten dix"), 2
    )
    for word in words.split()
}
_SECOND_TO_FOURTH = {"other": 2, "second": 2, "third": 3, "fourth": 4}
_ORDINALS = {
    **dict.fromkeys(("first", "1 st", "premier", "premiers", "1 er"), 1),
    **dict.fromkeys(("second", "2 nd", "deuxieme", "deuxiemes", "second", "seconds", "2 e", "2 eme"), 2),
    **dict.fromkeys(("third", "3 rd", "troisieme", "troisiemes", "3 e", "3 eme"), 3),
    **dict.fromkeys(("fourth", "4 th", "quatrieme", "quatriemes", "4 e", "4 eme"), 4),
    **dict.fromkeys(("fifth", "5 th", "cinquieme", "cinquiemes", "5 e", "5 eme"), 5),
    **dict.fromkeys(("last", "dernier", "derniers"), -1),
}
_DAYS = {f"{name}{plural}": WEEKDAY_CODES[day] for name, day in WEEKDAYS.items() for plural in ("", "s")}
# Said of a fortnight or a week, although the number is another.
_SAID_OF_WEEKS = {"8", "huit", "15", "quinze"}


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


_EVERY = "(?:every|each|chaque|tous les|toutes les)"
_THE = "(?:on the|on|the|le|les)"
_AND = "(?: ,(?: and| et| &)?| and| et| &)"
_DAY, _ORDINAL = _any(_DAYS), _any(_ORDINALS)
_DAY_LIST = f"{_DAY}(?:{_AND} (?:{_EVERY} |{_THE} )?{_DAY})*"
_NTH = f"{_ORDINAL}(?:{_AND} (?:{_THE} )?{_ORDINAL})* {_DAY}"
_NTH_LIST = f"{_NTH}(?:{_AND} (?:{_EVERY} |{_THE} )?{_NTH})*"
_MONTH = "(?:(?:of|in) (?:the|each|every) month|monthly|du mois|de chaque mois)"
_INTERVAL = rf"[0-9]{{1,2}}|huit|quinze|{_any({**_NUMBERS, **_SECOND_TO_FOURTH})}"

_EVERY_UNIT = re.compile(rf"{_EVERY} (?:({_INTERVAL}) )?({_any(_UNITS)})(?: (.+))?")
_ADVERB = re.compile(rf"({_any(_ADVERBS)})(?: (.+))?")
_ON_DAYS = re.compile(rf"(?:\( )?(?:{_THE} )?({_DAY_LIST}|{_NTH_LIST})(?: \))?")
_EVERY_DAY = re.compile(rf"(?:{_EVERY}|on)( other| second)? ({_DAY_LIST})")
_EVERY_NTH = re.compile(rf"(?:on )?(?:(?:{_EVERY}|{_THE}) )?({_NTH_LIST}) {_MONTH}")
_ONE_OF_TWO = re.compile(rf"(?:un|une) ({_any(_UNITS)}|{_DAY}) sur deux")
_WEEKDAYS_ONLY = re.compile(r"(?:every|each|on) (?:weekday|weekdays)|(?:chaque|tous les) (?:jour|jours) de semaine")
_ALL_WEEKDAYS = re.compile(r"(?:from )?monday (?:to|through|-) friday|du lundi au vendredi")
_COUNTED = re.compile(r"(.+?)(?: ,)? ([0-9]{1,4}) (?:times?|fois)")
_ENDING = re.compile(
    r"(.+?)(?: ,)? (?:until|till|jusqu ' (?:au|a|en))(?: (?:the |la )?(?:end of|fin de|fin)(?: ')?)? (.+)"
)
_MONTH_ONLY = re.compile(r"[^\W\d_]+\.? [0-9]{4}")
_FRENCH = re.compile(r"chaque|tous|toutes|le|les|une?|du|\w+(?:ien|ienne|uel|uelle|aire)")


# --- reading ---------------------------------------------------------------------------------------


def read_words(words: str) -> Rule:
    """Read a rule from words. Raises UnfitRule."""
    return _read(words, words)


def until_when(words: str) -> str:
    """Show how to end a rule that never ends, in its own language."""
    first = next((token.text for token in tokens_of(words)), "")
    return f"{words} jusqu'en décembre 2030" if _FRENCH.fullmatch(first) else f"{words} until December 2030"


def _read(words: str, text: str) -> Rule:
    """Read `text`, which is what is left of `words` without its end."""
    tokens, key = tokens_and_key(text)
    if match := _COUNTED.fullmatch(key):
        head = text[: tokens[match[1].count(" ")].end]
        return _with_end(words, head, count=checked_count(words, int(match[2])))
    if match := _ENDING.fullmatch(key):
        head = text[: tokens[match[1].count(" ")].end]
        end = text[tokens[key[: match.start(2)].count(" ")].start :]
        return _with_end(words, head, until=_last_day(words, end))
    if rule := _unit(words, key) or _weekdays(key) or _nth(key):
        return rule
    raise UnfitRule(words, "is not understood as a way to repeat.")


def _with_end(words: str, head: str, *, until: date | None = None, count: int | None = None) -> Rule:
    rule = _read(words, head)
    if not rule.is_endless:
        raise UnfitRule(words, "says twice when it ends.")
    return replace(rule, until=until, count=count)


def _unit(words: str, key: str) -> Rule | None:
    """Read "weekly", "every two weeks on Monday", "chaque mois (premier mardi)"."""
    if match := _ONE_OF_TWO.fullmatch(key):
        unit = _UNITS.get(match[1])
        return Rule(unit, interval=2) if unit else Rule("WEEKLY", interval=2, by_day=(_DAYS[match[1]],))
    if match := _ADVERB.fullmatch(key):
        return _on_days(Rule(_ADVERBS[match[1]]), match[2])
    if not (match := _EVERY_UNIT.fullmatch(key)):
        return None
    if match[1] in _SAID_OF_WEEKS and match[2] == "jours":
        remedy = "Write `toutes les semaines`, `toutes les deux semaines` or FREQ=DAILY;INTERVAL=15."
        raise UnfitRule(words, "may mean days or weeks.", remedy)
    interval = _interval(match[1])
    return _on_days(Rule(_UNITS[match[2]], interval=interval), match[3]) if interval else None


def _interval(word: str | None) -> int:
    if word is None:
        return 1
    return int(word) if word.isdigit() else (_NUMBERS | _SECOND_TO_FOURTH).get(word, 0)


def _on_days(rule: Rule, key: str | None) -> Rule | None:
    """Put days to a rule: weekdays to one of weeks, the first Monday and its like to one of months."""
    if key is None:
        return rule
    match = _ON_DAYS.fullmatch(key)
    numbered = bool(re.match(_ORDINAL, match[1])) if match else False
    if not match or rule.frequency != ("MONTHLY" if numbered else "WEEKLY"):
        return None
    return replace(rule, by_day=_numbered(match[1]) if numbered else _plain(match[1]))


def _weekdays(key: str) -> Rule | None:
    if _WEEKDAYS_ONLY.fullmatch(key) or _ALL_WEEKDAYS.fullmatch(key):
        return Rule("WEEKLY", by_day=_WORKING_WEEK)
    if match := _EVERY_DAY.fullmatch(key):
        return Rule("WEEKLY", interval=2 if match[1] else 1, by_day=_plain(match[2]))
    return None


def _nth(key: str) -> Rule | None:
    match = _EVERY_NTH.fullmatch(key)
    return Rule("MONTHLY", by_day=_numbered(match[1])) if match else None


def _plain(key: str) -> tuple[str, ...]:
    found = {_DAYS[name] for name in re.findall(rf"\b{_DAY}\b", key)}
    return tuple(code for code in WEEKDAY_CODES if code in found)


def _numbered(key: str) -> tuple[str, ...]:
    """Give the codes of "first and third Monday and last Friday": 1MO, 3MO, -1FR."""
    waiting: list[int] = []
    found: list[str] = []
    for part in re.findall(rf"\b(?:{_ORDINAL}|{_DAY})\b", key):
        if part in _ORDINALS:
            waiting.append(_ORDINALS[part])
        else:
            found += [f"{number}{_DAYS[part]}" for number in waiting]
            waiting = []
    return tuple(dict.fromkeys(found))


def _last_day(words: str, text: str) -> date:
    try:
        if _MONTH_ONLY.fullmatch(text):
            month = read_when(f"1 {text}").first
            return month.replace(day=monthrange(month.year, month.month)[1])
        return read_when(text).last
    except WordsNotUnderstood as error:
        raise UnfitRule(words, f"has an end that is not understood: {error.message}") from None


def checked_count(words: str, count: int) -> int:
    """Pass a number of times that a calendar can hold. Raises UnfitRule."""
    if not 1 <= count <= _MAX_COUNT:
        raise UnfitRule(words, f"repeats {count} times; it may be 1 to {_MAX_COUNT}.")
    return count
