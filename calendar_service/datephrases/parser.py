"""Stage 2: parse tokens into the parts of a date phrase. README.md has the grammar.

A rule is a method `_rule() -> result | None`. After None the position is undefined: use `TokenStream.first_of` to try
several rules, it restores the position. Words that no rule matches are an error; nothing is skipped or guessed. Rules
raise DatePhraseError for words that are understood but ambiguous.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.syntax import Clock, Day, PhraseParts, Zone
from calendar_service.datephrases.tokens import TokenStream
from calendar_service.datephrases.zone_names import ABBREVIATION, NAME_SIGNS, hint_for, refused_zone_words, zone_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.vocabulary import Half

_T = TypeVar("_T")
_SEPARATORS = frozenset(",;:|()[]@·•")
# "7 juillet à 11 h" is no range, "9 h à 10 h" is one.
_RANGE_OR_OPENER = VOCABULARY.range_words & VOCABULARY.openers
# Some hour words begin a zone: "11:30 heure de Paris".
_HOUR_UNITS = VOCABULARY.hour_words - {pattern.split()[0] for pattern in VOCABULARY.city_time}
_MONTH_NAMES = {number: name for name, number in VOCABULARY.months.items()}


class Parser:
    """Parses one date phrase. `day_first` says that 10/07/2020 is 10 July; else such digits are refused."""

    def __init__(self, words: str, *, day_first: bool = False) -> None:
        self.tokens = TokenStream(words)
        self.parts = PhraseParts(words)
        self.day_first = day_first
        self._unknown: list[tuple[int, int]] = []
        self._between = False  # "between" or "entre" waits for its other end

    def parse(self) -> PhraseParts:
        """Return the parts of the whole phrase. Raise DatePhraseError."""
        rules = (self._lead_in, self._range, self._moment, self._before, self._zone, self._online)
        while not self.tokens.at_end:
            start = self.tokens.at
            if self._separator():
                continue
            if self.tokens.first_of(*rules):
                self.parts.note(self.tokens.text_since(start))
            else:
                self._note_unknown(start)
        if self._unknown:
            raise self._unknown_words()
        if self._between:
            raise self.parts.error(
                self.parts.words, "'between' has one end only.", "Write both ends: between 9 and 10 am."
            )
        return self.parts

    def parse_clock(self) -> Clock | None:
        """Return the clock that is the whole phrase, or None. Raise DatePhraseError."""
        clock = self._plain_clock()
        return clock if self.tokens.at_end else None

    # --- parts -----------------------------------------------------------------------------------

    def _separator(self) -> bool:
        tokens = self.tokens
        if tokens.accept(_SEPARATORS):
            return True
        is_last = tokens.at == len(tokens.tokens) - 1
        # "Deadline - 10 July 2020", "10 July 2020 - Online"
        is_beside_words = (self.parts.understood and not self.parts.shape) or tokens.phrase_at(VOCABULARY.online, 1)
        return bool((is_last and tokens.accept(".")) or (is_beside_words and tokens.accept("-")))

    def _lead_in(self) -> bool | None:
        return (not self.parts.shape and bool(self.tokens.accept_phrase(VOCABULARY.lead_ins))) or None

    def _online(self) -> bool | None:
        if self.parts.is_online or not self.tokens.accept_phrase(VOCABULARY.online):
            return None
        self.parts.is_online = True
        return True

    def _before(self) -> bool | None:
        start = self.tokens.at
        if self.tokens.accept_phrase(VOCABULARY.before):
            words = self.tokens.text_since(start)
            reason = f"{words!r} does not say whether the day itself counts."
            raise self.parts.error(words, reason, "Write the last day, or the last minute, that counts.")
        return None

    def _moment(self) -> bool | None:
        is_between = self._openers()
        start = self.tokens.at
        if day := self._day():
            self.parts.days.append(replace(day, words=self.tokens.text_since(start)))
            self.parts.shape += "D"
            if day.is_iso and self.tokens.is_glued_sign():
                self.tokens.accept(("t",))
        elif clock := self._clock():
            self.parts.clocks.append(replace(clock, words=self.tokens.text_since(start)))
            self.parts.shape += "C"
        else:
            return None
        self._between = self._between or is_between
        return True

    def _range(self) -> bool | None:
        if not self.parts.shape.endswith(("D", "C")) or self.tokens.is_iso_offset():
            return None
        if self.parts.shape.endswith("D") and self.tokens.peek() in _RANGE_OR_OPENER:
            return None
        sign = self._range_sign()
        if not sign or not self.tokens.follows(lambda: self._opened(self._day) or self._clock()):
            return None
        self.parts.shape += "~" if sign == "&" and self._between else sign
        self._between = False
        return True

    def _range_sign(self) -> str:
        if self.tokens.accept("-"):
            return "-"
        if self.parts.days and self.parts.days[-1].is_iso and self.tokens.accept("/"):
            return "~"
        if self.tokens.accept_phrase(VOCABULARY.range_words):
            return "~"
        return "&" if self.tokens.accept_phrase(VOCABULARY.and_words) else ""

    def _openers(self) -> bool:
        """Skip "on", "from", "le" …; return True if "and" then joins the ends of a range."""
        is_between = False
        while phrase := self.tokens.accept_phrase(VOCABULARY.openers):
            is_between = is_between or phrase in VOCABULARY.between
        return is_between

    def _opened(self, rule: Callable[[], _T | None]) -> _T | None:
        self._openers()
        return rule()

    def _after_range(self, rule: Callable[[], _T | None]) -> _T | None:
        return self._opened(rule) if self._range_sign() else None

    # --- days ------------------------------------------------------------------------------------

    def _day(self) -> Day | None:
        return self.tokens.first_of(self._iso_day, self._day_in_digits, self._weekday_and_day, self._named_day)

    def _iso_day(self) -> Day | None:
        year, month, day = self.tokens.accept_joined_numbers("-", (4,), (2,), (2,))
        return Day(day, self._month_in_digits(month), year, is_iso=True) if day else None

    def _day_in_digits(self) -> Day | None:
        start = self.tokens.at
        for sign in "/.-":
            self.tokens.at = start
            day, month, year = self.tokens.accept_joined_numbers(sign, (1, 2), (1, 2), (2, 4) if sign != "-" else (4,))
            if year:
                return self._checked_digits(day, month, year, self.tokens.text_since(start))
        return None

    def _checked_digits(self, day: str, month: str, year: str, words: str) -> Day:
        if len(year) == 2:  # digits of a year
            raise self.parts.error(words, f"{words} has a year of two digits.", "Write the year in four digits.")
        if not self.day_first:
            remedy = "Write the month as a word (10 July 2020) or the date as 2020-07-10."
            raise self.parts.error(words, f"{words} may mean day/month or month/day.", remedy)
        return Day(day, self._month_in_digits(month), year)

    def _month_in_digits(self, digits: str) -> str:
        if int(digits) not in _MONTH_NAMES:
            raise self.parts.error(digits, f"{digits} is not a month.", "Write the month as a word: 13 July 2020.")
        return _MONTH_NAMES[int(digits)]

    def _weekday_and_day(self) -> Day | None:
        weekday = self.tokens.accept_with(VOCABULARY.weekdays, ".,")
        self.tokens.accept(VOCABULARY.day_articles)
        day = self._named_day() if weekday else None
        return replace(day, weekday=weekday) if day else None

    def _named_day(self) -> Day | None:
        return self.tokens.first_of(self._day_month, self._month_day, self._day_of_same_month, self._day_before_range)

    def _day_month(self) -> Day | None:
        if not (day := self._day_number()):
            return None
        self.tokens.accept(VOCABULARY.month_prepositions)
        return Day(day, month, self._year()) if (month := self.tokens.accept_with(VOCABULARY.months, ".")) else None

    def _weekday_day_month(self) -> Day | None:
        self.tokens.accept_with(VOCABULARY.weekdays, ".,")
        return self._day_month()

    def _month_day(self) -> Day | None:
        if not (month := self.tokens.accept_with(VOCABULARY.months, ".")) or not (day := self._day_number()):
            return None
        return Day(day, month, self._year(), is_month_first=True)

    def _day_of_same_month(self) -> Day | None:
        """Read the second day of "June 29-30, 2021"."""
        if not self.parts.shape.rstrip("-~&").endswith("D") or self.tokens.follows(self._plain_clock):
            return None
        first = self.parts.days[-1]
        if not first.is_month_first or first.year or not (day := self._day_number()):
            return None
        return Day(day, "", self._year(), is_month_first=True)

    def _day_before_range(self) -> Day | None:
        """Read the first day of "29-30 June 2021"."""
        day = self._day_number()
        return Day(day) if day and self.tokens.follows(lambda: self._after_range(self._weekday_day_month)) else None

    def _day_number(self) -> str:
        number = self.tokens.accept_number(1, 2)
        if not number or not 1 <= int(number) <= 31:  # days of a month
            return ""
        self.tokens.accept(VOCABULARY.ordinal_suffixes)
        return number

    def _year(self) -> str:
        start = self.tokens.at
        self.tokens.accept(",")
        if not (year := self.tokens.accept_number(4)):
            self.tokens.at = start
        return year

    # --- clocks ----------------------------------------------------------------------------------

    def _clock(self) -> Clock | None:
        return self.tokens.first_of(self._plain_clock, self._hour_before_range)

    def _plain_clock(self) -> Clock | None:
        tokens, start = self.tokens, self.tokens.at
        hour = tokens.accept_number(1, 2)
        if hour in ("", "12") and tokens.accept(VOCABULARY.noon):
            return Clock(12, is_24_hour=True)
        if hour in ("", "12") and tokens.accept(VOCABULARY.midnight):
            return self._checked_clock(Clock(24), tokens.text_since(start))
        if not hour:
            return None
        clock = tokens.first_of(lambda: self._minutes(int(hour)), lambda: self._hour_unit(int(hour)))
        half = self._half()
        if not clock and not half:
            return None
        return self._checked_clock(replace(clock or Clock(int(hour)), half=half), tokens.text_since(start))

    def _minutes(self, hour: int) -> Clock | None:
        """Read ":30", ".30", ":30:00" after the hour."""
        tokens, sign, second = self.tokens, self.tokens.peek(), "0"
        if not tokens.is_glued_sign() or not tokens.accept(":.") or not (minute := tokens.accept_number(2)):
            return None
        if sign == ":" and tokens.is_glued_sign() and tokens.accept(":") and not (second := tokens.accept_number(2)):
            return None
        return Clock(hour, int(minute), int(second), is_24_hour=bool(tokens.accept(_HOUR_UNITS)))

    def _hour_unit(self, hour: int) -> Clock | None:
        """Read "h", "h 30", "heures 30", "h 30 min" after the hour."""
        tokens = self.tokens
        if not tokens.accept(VOCABULARY.hour_words):
            return None
        start = tokens.at
        minute = tokens.accept_number(2)
        # "à 17 h 10 juillet": the number is a day
        if tokens.accept(VOCABULARY.months) or tokens.accept(VOCABULARY.ordinal_suffixes):
            tokens.at, minute = start, ""
        if minute:
            tokens.accept(VOCABULARY.minute_words)
        return Clock(hour, int(minute or 0), is_24_hour=True)

    def _half(self) -> Half:
        phrase = self.tokens.accept_phrase(VOCABULARY.halves)
        if "." in phrase:
            self.tokens.accept(".")
        return VOCABULARY.halves[phrase] if phrase else ""

    def _hour_before_range(self) -> Clock | None:
        """Read the first hour of "3-4.30 pm" and "de 9 à 17 h"."""
        if not (hour := self.tokens.accept_number(1, 2)):
            return None
        after_hour = self.tokens.at
        end = self._after_range(self._plain_clock)
        if not end or not (end.half or end.is_24_hour):
            return None
        self.tokens.at = after_hour
        return self._checked_clock(Clock(int(hour), is_24_hour=end.is_24_hour), hour)

    def _checked_clock(self, clock: Clock, words: str) -> Clock:
        if problem := clock.problem:
            raise self.parts.error(words, f"{words} {problem[0]}", problem[1])
        return clock

    # --- zones -----------------------------------------------------------------------------------

    def _zone(self) -> bool | None:
        zone = self.tokens.first_of(self._abbreviation_and_offset, self._zone_and_offset)
        if not zone:
            return None
        self.parts.zones.append(replace(zone, clocks=len(self.parts.clocks)))
        return True

    def _abbreviation_and_offset(self) -> Zone | None:
        """Read "KST (UTC+9)": letters that name no single zone, where the offset leaves no doubt."""
        start = self.tokens.at
        if self.tokens.peek() in zone_words() or not self.parts.shape.endswith("C"):
            return None
        self.tokens.at += 1
        words = self.tokens.text_since(start)
        offset = self._offset_in_brackets() if ABBREVIATION.fullmatch(words) else None
        return Zone(offset, words, offset) if offset else None

    def _zone_and_offset(self) -> Zone | None:
        start = self.tokens.at
        name = self.tokens.first_of(self._offset_after_clock, self._zone_name)
        words = self.tokens.text_since(start)
        return Zone(name, words, self.tokens.first_of(self._offset_in_brackets)) if name else None

    def _offset_in_brackets(self) -> str | None:
        """Read "(UTC+2)" behind a zone."""
        if not self.tokens.accept("(") or zone_words().get(self.tokens.peek()) != "UTC":
            return None
        offset = self._zone_name()
        return offset if self.tokens.accept(")") else None

    def _zone_name(self) -> str | None:
        start = self.tokens.at
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS)):
            self.tokens.at = end
            if remedy := refused_zone_words().get(key):
                words = self.tokens.text_since(start)
                raise self.parts.error(words, f"{words!r} does not name one time zone.", remedy)
            name = zone_words().get(key)
            if name == "UTC":
                return self.tokens.first_of(lambda: self._offset_after_utc(start)) or name
            if name:
                return name
        return None

    def _offset_after_utc(self, start: int) -> str | None:
        """Read "+2" of "UTC+2" that begins at `start`; refuse "11:00 UTC-12:30": the dash has two meanings."""
        tokens, at = self.tokens, self.tokens.at
        sign = tokens.accept("+-")
        if not sign or (sign == "-" and not tokens.is_glued()):
            return None
        is_in_brackets = tokens.peek(start - tokens.at - 1) == "("
        end = self._plain_clock() if sign == "-" and not is_in_brackets else None
        start_clock = self.parts.clocks[-1] if self.parts.shape.endswith("C") else None
        if end and start_clock and (end.hour, end.minute) > (start_clock.hour, start_clock.minute):
            raise self.parts.error(
                tokens.text_since(at - 1),
                "the dash may begin an offset or the end of a range.",
                "Put the zone after the range, as in 11:00-12:30 UTC, or the offset in brackets.",
            )
        tokens.at = at + 1
        return self._offset(sign)

    def _offset_after_clock(self) -> str | None:
        """Read "Z" and "+01:00" of ISO 8601."""
        if not self.tokens.is_glued() or not self.tokens.peek(-1).isdecimal():
            return None
        if self.tokens.accept("z"):
            return "UTC"
        if not self.tokens.is_glued(1) or not (self.tokens.peek() == "+" or self.tokens.is_iso_offset()):
            return None
        return self._offset(self.tokens.accept("+-"))

    def _offset(self, sign: str) -> str | None:
        """Read the digits of an offset; return the name of a literal zone."""
        tokens, start = self.tokens, self.tokens.at
        digits = tokens.accept_number(1, 2, 4)
        hours = digits[:2]
        has_colon = len(digits) in (1, 2) and tokens.is_glued() and tokens.accept(":")
        minutes = tokens.accept_number(2) if has_colon else digits[2:]
        if not digits or (has_colon and not minutes):
            return None
        if int(hours) > 14 or int(minutes or 0) > 59:  # no clock on earth is further from UTC
            words = sign + tokens.text_since(start)
            raise self.parts.error(words, f"{words} is not the offset of any zone.", "Write it like UTC+01:00.")
        return f"UTC{sign}{int(hours):02}:{int(minutes or 0):02}" if int(hours + minutes) else "UTC"

    # --- what is not understood ------------------------------------------------------------------

    def _note_unknown(self, start: int) -> None:
        self.tokens.at = start + 1
        if self._unknown and self._unknown[-1][1] == start:
            start = self._unknown.pop()[0]
        self._unknown.append((start, self.tokens.at))

    def _unknown_words(self) -> DatePhraseError:
        texts = [self.tokens.text_of(start, end) for start, end in self._unknown]
        remedy = next((hint for text in texts if (hint := hint_for(text))), "")
        return DatePhraseError(self.parts.words, self.parts.understood, texts, remedy=remedy)
