"""The grammar of date words: from the tokens of one line to its parts, left to right.

    line    =  lead-in*  part*                  "Deadline:", "Date limite :"
    part    =  moment | range | zone | "online"
    moment  =  opener*  (day | clock)           "on", "from", "le", "à partir de"
    day     =  ISO | digits | [weekday] day month [year] | [weekday] month day [year]
    clock   =  11.30 | 11:30 | 11 h 30 | 3 pm | noon
    range   =  "-" | "to" | "au" | "and" | …

A rule is a method that gives what it read, or None (then `at` may be anywhere: `_first_of` resets
it). What no rule reads is kept in `unknown`; nothing is skipped. What the parts mean together is
the business of `words`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from calendar_service.records import vocabulary
from calendar_service.records.countries import COMMON_ZONES
from calendar_service.records.cursor import LONGEST_SHOWN, Day, WordsNotUnderstood
from calendar_service.records.errors import suggest
from calendar_service.records.hours import Hours
from calendar_service.records.vocabulary import MONTHS, NAMES, WEEKDAYS


class Line(Hours):
    """One line of date words, read part by part."""

    def read(self) -> None:
        """Read the whole line. Raises WordsNotUnderstood."""
        while self.at < len(self.tokens):
            start = self.at
            if self._separator():
                continue
            if self._first_of(self._lead_in, self._range, self._moment, self._before, self._zone, self._says_online):
                self._note(start)
            else:
                self._miss()
        if self.unknown:
            self._refuse_unknown()
        if self._between:
            self.refuse(self.words, "'between' has one end only.", "Write both ends: between 9 and 10 am.")

    def _note(self, start: int) -> None:
        words = self._since(start)
        if any(c.isalnum() for c in words):
            self.parts.append(words)

    # --- parts -----------------------------------------------------------------------------------

    def _separator(self) -> bool:
        if self._take(vocabulary.SEPARATORS):
            return True
        last = self.at == len(self.tokens) - 1
        # "Deadline - 10 July 2020", "10 July 2020 - Online"
        beside_words = (self.parts and not self.shape) or self._phrase_at(vocabulary.ONLINE, 1)
        if (self._peek() == "." and last) or (self._peek() == "-" and beside_words):
            self.at += 1
            return True
        return False

    def _lead_in(self) -> bool | None:
        return (not self.shape and bool(self._phrase(vocabulary.LEAD_INS))) or None

    def _says_online(self) -> bool | None:
        if self.online or not self._phrase(vocabulary.ONLINE):
            return None
        self.online = True
        return True

    def _moment(self) -> bool | None:
        start = self.at
        between = self._openers()
        after_openers = self.at
        if day := self._first_of(self._day):
            self.days.append(replace(day, words=self._since(after_openers)))
            self.shape += "D"
            self._iso_t(day)
        elif clock := self._first_of(self._clock):
            self.clocks.append(replace(clock, words=self._since(after_openers)))
            self.shape += "C"
        else:
            self.at = start
            return None
        self._between = self._between or between
        return True

    def _before(self) -> bool | None:
        start = self.at
        if self._phrase(vocabulary.BEFORE):
            self.refuse(
                self._since(start),
                f"{self._since(start)!r} does not say whether the day itself counts.",
                "Write the last day, or the last minute, that counts.",
            )
        return None

    def _range(self) -> bool | None:
        if self.shape[-1:] not in ("D", "C") or self._is_iso_offset():
            return None
        at_means_on = self._peek() == "a" and self.shape[-1:] == "D"
        sign = self._range_sign()
        if not sign or at_means_on or not self._follows(lambda: self._opened(self._day) or self._opened(self._clock)):
            return None
        self.shape += "~" if sign == "&" and self._between else sign
        self._between = False
        return True

    # --- days ------------------------------------------------------------------------------------

    def _day(self) -> Day | None:
        return self._first_of(self._iso_day, self._digits_day, self._weekday_and_day, self._named_day)

    def _weekday_and_day(self) -> Day | None:
        if not (weekday := self._take(WEEKDAYS)):
            return None
        self._take(".,")
        self._take(("the", "le"))
        found = self._named_day()
        return replace(found, weekday=weekday) if found else None

    def _named_day(self) -> Day | None:
        return self._first_of(self._day_month, self._month_day, self._day_of_same_month, self._day_before_range)

    def _day_month(self) -> Day | None:
        if not (day := self._day_number()):
            return None
        self._take(("of",))
        if not (month := self._month()):
            return None
        return Day(day, month, self._year())

    def _month_day(self) -> Day | None:
        if not (month := self._month()) or not (day := self._day_number()):
            return None
        return Day(day, month, self._year(), month_leads=True)

    def _day_of_same_month(self) -> Day | None:
        """Read the second day of "June 29-30, 2021"."""
        waits = self.shape.rstrip("-~&").endswith("D") and self.days[-1].month_leads and not self.days[-1].year
        if not waits or self._follows(self._plain_clock) or not (day := self._day_number()):
            return None
        return Day(day, "", self._year(), month_leads=True)

    def _day_before_range(self) -> Day | None:
        """Read the first day of "29-30 June 2021"."""
        if not (day := self._day_number()):
            return None
        return Day(day) if self._follows(self._range_and_day_month) else None

    def _range_and_day_month(self) -> Day | None:
        if not self._range_sign():
            return None
        self._openers()
        if self._take(WEEKDAYS):
            self._take(".,")
        return self._day_month()

    def _iso_day(self) -> Day | None:
        year, month, day = self._numbers("-", (4,), (2,), (2,))
        return Day(day, self._month_in_digits(month), year, iso=True) if day else None

    def _digits_day(self) -> Day | None:
        start = self.at
        for sign in "/.-":
            self.at = start
            day, month, year = self._numbers(sign, (1, 2), (1, 2), (2, 4) if sign != "-" else (4,))
            if year:
                return self._checked_digits(day, month, year, self._since(start))
        return None

    def _checked_digits(self, day: str, month: str, year: str, words: str) -> Day:
        if len(year) != 4:  # noqa: PLR2004 (digits of a year)
            self.refuse(words, f"{words} has a year of two digits.", "Write the year in four digits.")
        if not self.day_first:
            self.refuse(
                words,
                f"{words} may mean day/month or month/day.",
                "Write the month as a word (10 July 2020) or the date as 2020-07-10.",
            )
        return Day(day, self._month_in_digits(month), year)

    def _month_in_digits(self, digits: str) -> str:
        if not 1 <= int(digits) <= 12:  # noqa: PLR2004 (months of a year)
            self.refuse(digits, f"{digits} is not a month.", "Write the month as a word: 13 July 2020.")
        return str(NAMES.MONTHS[int(digits) - 1][0])

    def _numbers(self, sign: str, *lengths: tuple[int, ...]) -> tuple[str, str, str]:
        """Read three numbers with the same sign between them and no space."""
        first, *others = lengths
        found = [self._number(*first)]
        for length in others:
            glued = self._glued() and self._glued(1) and bool(self._take(sign))
            found.append(self._number(*length) if glued else "")
        return (found[0], found[1], found[2]) if all(found) else ("", "", "")

    def _day_number(self) -> str:
        number = self._number(1, 2)
        if number and 1 <= int(number) <= 31:  # noqa: PLR2004 (days of a month)
            self._take(vocabulary.ORDINALS)
            return number
        return ""

    def _month(self) -> str:
        month = self._take(MONTHS)
        if month:
            self._take(".")
        return month

    def _year(self) -> str:
        start = self.at
        self._take(",")
        if not (year := self._number(4)):
            self.at = start
        return year

    def _iso_t(self, day: Day) -> None:
        if day.iso and self._peek() == "t" and self._glued() and self._glued(1):
            self.at += 1

    # --- what is not understood ------------------------------------------------------------------

    def _miss(self) -> None:
        start, self.at = self.at, self.at + 1
        if self.unknown and self.unknown[-1][1] == start:
            start = self.unknown.pop()[0]
        self.unknown.append((start, self.at))

    def _refuse_unknown(self) -> NoReturn:
        missed = [self.text[self.tokens[a].start : self.tokens[b - 1].end] for a, b in self.unknown]
        remedy = next((hint for words in missed if (hint := _suggestion(words))), "")
        raise WordsNotUnderstood(self.words, self.parts, missed, remedy=remedy)


def _suggestion(words: str) -> str:
    """Suggest a word for a misspelt one, a zone for a misspelt zone."""
    words = words[:LONGEST_SHOWN]
    key = vocabulary.key_of(words)
    if "/" in key:
        city = vocabulary.cities().get(vocabulary.name_key(words.rpartition("/")[2].strip()))
        return f"Did you mean {city!r}?" if city else suggest(words, COMMON_ZONES)
    if key.endswith(" time") or key.startswith("heure "):
        return suggest(_city_of(key), vocabulary.cities()) or "Name a city that has a zone of its own: Brussels time."
    return next((hint for word in key.split()[:4] if (hint := suggest(word, vocabulary.known_words()))), "")


def _city_of(key: str) -> str:
    small = ("heure", "locale", "de", "d", "du", "'", "a", "time")
    return " ".join(word for word in key.split() if word not in small)
