"""Rules for days: "7 July 2020", "mardi 7 juillet", "2020-07-07", "07/07/2020". README.md has the grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.syntax import Day
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import Clock, PhraseParts
    from calendar_service.datephrases.tokens import TokenStream

_MONTHS, _LAST_DAY = 12, 31
_DIGITS: Final = re.compile(r"(?<![\d./])(\d{1,2})[./](\d{1,2})[./]\d{4}(?![\d/])")
_JOINS: Final = VOCABULARY.range_words | VOCABULARY.and_words
_MONTH_NAMES: Final = {number: name for name, number in VOCABULARY.months.items()}


class DayRules:
    """Rules over the tokens of one phrase; each returns a Day or None.

    `plain_clock` reads a clock, and `after_range` what a rule reads behind the sign of a range. `day_first` says that
    10/07/2020 is 10 July.
    """

    def __init__(
        self,
        tokens: TokenStream,
        parts: PhraseParts,
        plain_clock: Callable[[], Clock | None],
        after_range: Callable[[Callable[[], Day | None]], Day | None],
        *,
        day_first: bool,
    ) -> None:
        self.tokens = tokens
        self.parts = parts
        self.plain_clock = plain_clock
        self.after_range = after_range
        self.day_first = day_first

    def day(self) -> Day | None:
        """Read a day."""
        rules = self._iso_day, self._day_in_digits, self._digits_before_range, self._dashed_day
        return self.tokens.first_of(*rules, self._weekday_and_day, self._named_day)

    def _iso_day(self) -> Day | None:
        start = self.tokens.at
        for sign in "-/":
            self.tokens.at = start
            year, month, day = self.tokens.accept_joined_numbers(sign, (4,), (2,), (2,))
            if day:
                return Day(day, self._month_in_digits(month), year, is_iso=True)
        return None

    def _day_in_digits(self) -> Day | None:
        start = self.tokens.at
        for sign in "/.-":
            self.tokens.at = start
            day, month, year = self.tokens.accept_joined_numbers(sign, (1, 2), (1, 2), (2, 4) if sign != "-" else (4,))
            if year:
                return self._checked_digits(day, month, year, self.tokens.text_since(start))
        return None

    def _dashed_day(self) -> Day | None:
        """Read "26-Apr-2027"."""
        tokens = self.tokens
        if not (day := self.number()) or not tokens.is_glued_sign() or not tokens.accept("-"):
            return None
        month = tokens.accept(VOCABULARY.months)
        is_joined = month and tokens.is_glued_sign() and tokens.accept("-")
        year = tokens.accept_number(2, 4) if is_joined else ""
        return Day(day, month, year if len(year) != 2 else f"20{year}") if year else None  # "26-Apr-27"

    def _checked_digits(self, day: str, month: str, year: str, words: str) -> Day:
        if len(year) == 2 and self.day_first:  # "09/07/27"
            year = f"20{year}"
        if len(year) == 2:
            raise self.parts.error(
                words,
                Sentence("{words} has a year of two digits.", words=words),
                Sentence("Write the year in four digits."),
            )
        if int(day) <= 12 < int(month):  # "07/13/2020" has one meaning, and so has "13/07/2020"
            day, month = month, day
        if not (self.day_first or self._has_sure_digits()) and int(day) <= 12 and day != month:
            remedy = Sentence("Write the month as a word (10 July 2020) or the date as 2020-07-10.")
            raise self.parts.error(words, Sentence("{words} may mean day/month or month/day.", words=words), remedy)
        return Day(day, self._month_in_digits(month), year)

    def _has_sure_digits(self) -> bool:
        """Return True if another date of the phrase has its day first: "08/04/2027 to 16/04/2027"."""
        pairs = [(int(each[1]), int(each[2])) for each in _DIGITS.finditer(self.parts.words)]
        is_sure = any(first > _MONTHS for first, _ in pairs)
        return is_sure and not any(second > _MONTHS for _, second in pairs)

    def _month_in_digits(self, digits: str) -> str:
        if int(digits) not in _MONTH_NAMES:
            raise self.parts.error(
                digits,
                Sentence("{words} is not a month.", words=digits),
                Sentence("Write the month as a word: 13 July 2020."),
            )
        return _MONTH_NAMES[int(digits)]

    def weekday_in_brackets(self, day: Day) -> Day:
        """Add the weekday of "26 May 2027 (Wednesday)" and "26 May 2027, Wednesday,", or both of a range."""
        tokens, start = self.tokens, self.tokens.at
        opener = tokens.accept("(,")
        weekday = opener and tokens.accept_with(VOCABULARY.weekdays, ".")
        if opener == "(" and weekday and (last := tokens.first_of(self._last_weekday)):
            self.parts.days[-1] = replace(self.parts.days[-1], weekday=weekday)
            return replace(day, weekday=last)
        is_closed = tokens.accept(")") if opener == "(" else tokens.at_end or tokens.peek() == ","
        if weekday and not day.weekday and is_closed:
            return replace(day, weekday=weekday)
        tokens.at = start
        return day

    def _last_weekday(self) -> str | None:
        """Read the "to Friday)" of "10-14 May 2027 (Monday to Friday)"."""
        tokens = self.tokens
        is_range = tokens.accept("-") or tokens.accept_phrase(VOCABULARY.range_words)
        if not is_range or not self.parts.days or self.parts.days[-1].weekday:
            return None
        weekday = tokens.accept_with(VOCABULARY.weekdays, ".")
        return weekday if tokens.accept(")") else None

    def _weekday_and_day(self) -> Day | None:
        weekday = self.tokens.accept_with(VOCABULARY.weekdays, ".")
        self.tokens.accept(",")
        self.tokens.accept(VOCABULARY.day_articles)
        day = self.tokens.first_of(self._day_in_digits, self._named_day) if weekday else None
        if not day or (weekday in VOCABULARY.months and day.is_month_first and not day.month):
            return None  # "Feb 25-Mar 1": a month here
        return replace(day, weekday=weekday)

    def _named_day(self) -> Day | None:
        return self.tokens.first_of(self.day_month, self._month_day, self._day_of_same_month, self._day_before_range)

    def day_month(self) -> Day | None:
        """Read "7 July 2020"."""
        if not (day := self.number()):
            return None
        self.tokens.accept(VOCABULARY.month_prepositions)
        return Day(day, month, self._year()) if (month := self.tokens.accept_with(VOCABULARY.months, ".")) else None

    def listed_day(self, *, with_month: bool = False) -> Day:
        """Read the "Wednesday 5" or "the 5th" of a list of days, or the last, with its month; else an empty day."""
        self.tokens.accept(VOCABULARY.day_articles)
        weekday = self.tokens.accept_with(VOCABULARY.weekdays, ".")
        day = self.day_month() if with_month else Day(self.number())
        return replace(day, weekday=weekday) if day else Day("")

    def _weekday_day_month(self) -> Day | None:
        self.tokens.accept_with(VOCABULARY.weekdays, ".,")
        return self.day_month()

    def _month_day(self) -> Day | None:
        if not (month := self.tokens.accept_with(VOCABULARY.months, ".")):
            return None
        self.tokens.accept(VOCABULARY.day_articles)
        day = self.number()
        return Day(day, month, self._year(), is_month_first=True) if day else None

    def _digits_before_range(self) -> Day | None:
        """Read the first day of "28.02. - 03.03.2028": one of the two must tell which number is the day."""
        tokens, start = self.tokens, self.tokens.at
        day = tokens.accept_number(1, 2)
        sign = tokens.accept("./") if day and tokens.is_glued_sign() else ""
        month = tokens.accept_number(1, 2) if sign else ""
        if not month or not 1 <= int(month) <= _MONTHS or not 1 <= int(day) <= _LAST_DAY:
            return None
        if sign == "." and tokens.is_glued():
            tokens.accept(".")
        end = tokens.at
        following = self._digits_behind(day_first=self.day_first or int(day) > _MONTHS)
        is_told = self.day_first or int(day) > _MONTHS or (following and int(following.day) > _MONTHS)
        if not following or tokens.peek() == sign:
            return None
        if not is_told:
            words = tokens.text_of(start, end)
            remedy = Sentence("Write the month as a word: 5 March - 9 March 2028.")
            raise self.parts.error(words, Sentence("{words} may mean day/month or month/day.", words=words), remedy)
        self.day_first = True  # "31.05. - 04.06.2027": the other end is written alike
        return Day(day, self._month_in_digits(month))

    def _digits_behind(self, *, day_first: bool) -> Day | None:
        """Return the other end of a range in digits, without advancing."""
        start, known = self.tokens.at, self.day_first
        self.day_first = day_first
        found = self.after_range(self._weekday_and_digits)
        self.tokens.at, self.day_first = start, known
        return found

    def _weekday_and_digits(self) -> Day | None:
        self.tokens.accept_with(VOCABULARY.weekdays, ".,")
        return self._day_in_digits()

    def _day_of_same_month(self) -> Day | None:
        """Read the second day of "June 29-30, 2021"."""
        if not self.parts.shape.rstrip("-~&").endswith("D") or self.tokens.follows(self.plain_clock):
            return None
        first = self.parts.days[-1]
        if not first.is_month_first or first.year or not (day := self.number()):
            return None
        return Day(day, "", self._year(), is_month_first=True)

    def _day_before_range(self) -> Day | None:
        """Read the first day of "29-30 June 2021", "28 au 29/02/2028" and "25/26 May 2027"."""
        day = self.number()
        ends = (
            lambda: self.after_range(self._weekday_day_month),
            lambda: self.after_range(self._weekday_and_digits),
            self._behind_slash,
        )
        return Day(day) if day and any(self.tokens.follows(end) for end in ends) else None

    def _behind_slash(self) -> Day | None:
        return self.day_month() if self.tokens.is_glued_sign() and self.tokens.accept("/") else None

    def number(self) -> str:
        """Read the number of a day, with its suffix; "" if there is none."""
        number = self.tokens.accept_number(1, 2)
        if not number or not 1 <= int(number) <= 31:  # days of a month
            return ""
        if not self.tokens.accept(VOCABULARY.ordinal_suffixes):
            self._skip_full_stop()
        return number

    def _skip_full_stop(self) -> None:
        """Skip the full stop of "17. November 2027" and "17. - 19. November 2027"; "Lot 3. November" is a number."""
        tokens = self.tokens
        following = tokens.peek(1)
        is_ordinal = following in VOCABULARY.months or following in (",", "-") or tokens.phrase_at(_JOINS, 1)
        if is_ordinal and tokens.peek(-2) not in VOCABULARY.numbered_parts:
            tokens.accept(".")

    def _year(self) -> str:
        start = self.tokens.at
        self.tokens.accept(",")
        if year := self.tokens.accept_number(4):
            return year
        self.tokens.at = start
        if self.tokens.accept("'") and self.tokens.is_glued() and (year := self.tokens.accept_number(2)):  # "8 Apr '27"
            return f"20{year}"
        self.tokens.at = start
        return ""
