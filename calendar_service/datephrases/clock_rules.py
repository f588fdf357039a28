"""Rules for clock times: "11.00", "5 pm", "17 h 30", "noon", "1400 hrs". README.md has the grammar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.syntax import Clock
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import PhraseParts
    from calendar_service.datephrases.tokens import TokenStream
    from calendar_service.datephrases.vocabulary import Half

_T = TypeVar("_T")
# Some hour words begin a zone: "11:30 heure de Paris".
_HOUR_UNITS = VOCABULARY.hour_words - {pattern.split()[0] for pattern in VOCABULARY.city_time}
_UTC_WORDS = frozenset({"utc", "gmt", "z"})
_NOON = (12, 0)
_EITHER_HALF = range(1, 9)
"""Of these hours "o'clock" may be the morning or the evening; 9 to 12 o'clock are those before noon."""
_ENDS_OF_DAY = ((24, 0), (23, 59), (0, 0))


class ClockRules:
    """Rules over the tokens of one phrase; each returns a Clock or None."""

    def __init__(self, tokens: TokenStream, parts: PhraseParts) -> None:
        self.tokens = tokens
        self.parts = parts

    def clock(self, after_range: Callable[[Callable[[], Clock | None]], Clock | None]) -> Clock | None:
        """Read a clock; `after_range` reads the other end of a range, which may have what this one lacks."""
        return self.tokens.first_of(self.plain_clock, lambda: self._hour_before_range(after_range))

    def plain_clock(self) -> Clock | None:
        """Read a clock that is complete by itself."""
        tokens, start = self.tokens, self.tokens.at
        hour = tokens.accept_number(1, 2)
        if hour in ("", "12") and tokens.accept(VOCABULARY.noon):
            return Clock(12, is_24_hour=True)
        if hour in ("", "12") and tokens.accept(VOCABULARY.midnight):
            return tokens.first_of(lambda: self._in_brackets(self._end_of_day)) or Clock(24, is_midnight=True)
        if not hour:
            return self._four_digits()
        clock = tokens.first_of(lambda: self._minutes(int(hour)), lambda: self._hour_unit(int(hour)))
        is_o_clock = tokens.accept_phrase(VOCABULARY.o_clock)
        half = self._half()
        if not clock and not half and not is_o_clock:
            return None
        if not clock and not half and int(hour) in _EITHER_HALF:
            words = tokens.text_since(start)
            raise self.parts.error(
                words, Sentence("{words} may be am or pm.", words=words), Sentence("Write 15:00 or 3 pm.")
            )
        found = self._checked(replace(clock or Clock(int(hour)), half=half), tokens.text_since(start))
        return self._named(found)

    def _named(self, clock: Clock) -> Clock:
        """Skip the word behind "12:00 noon" and "23:59 (midnight)"; "12:00 midnight" may be either end of the day."""
        is_24 = not clock.half
        if (clock.hour, clock.minute) == _NOON and clock.half != "am" and self._word(VOCABULARY.noon):
            return replace(clock, is_24_hour=True)
        if is_24 and (clock.hour, clock.minute) in _ENDS_OF_DAY:
            self._word(VOCABULARY.midnight)
        elif (clock.hour, clock.minute) == _NOON and self._word(VOCABULARY.midnight):
            return Clock(24, is_midnight=True)
        elif (clock.half, clock.hour, clock.minute) == ("pm", 11, 59):
            self._word(VOCABULARY.midnight)
        return clock

    def _word(self, words: frozenset[str]) -> str:
        found = self.tokens.first_of(
            lambda: self.tokens.accept(words) or None,
            lambda: self._in_brackets(lambda: self.tokens.accept(words) or None),
        )
        return found or ""

    def _in_brackets(self, rule: Callable[[], _T | None]) -> _T | None:
        found = rule() if self.tokens.accept("(") else None
        return found if self.tokens.accept(")") else None

    def _end_of_day(self) -> Clock | None:
        clock = self.plain_clock()
        return clock if clock and not clock.is_midnight and (clock.hour, clock.minute) in _ENDS_OF_DAY else None

    def _four_digits(self) -> Clock | None:
        """Read "1400 hrs" and "1400 UTC"."""
        digits = self.tokens.accept_number(4)
        if not digits or not (self.tokens.accept(_HOUR_UNITS) or self.tokens.peek() in _UTC_WORDS):
            return None
        return self._checked(_clock_of(digits), digits)

    def _minutes(self, hour: int) -> Clock | None:
        """Read ":30", ".30", ":30:00" after the hour."""
        tokens, sign, second = self.tokens, self.tokens.peek(), "0"
        if not tokens.is_glued_sign():
            return self._spaced_minutes(hour)
        if not tokens.accept(":.") or not (minute := tokens.accept_number(2)):
            return None
        if sign == ":" and tokens.is_glued_sign() and tokens.accept(":") and not (second := tokens.accept_number(2)):
            return None
        return Clock(hour, int(minute), int(second), is_24_hour=bool(tokens.accept(_HOUR_UNITS)))

    def _spaced_minutes(self, hour: int) -> Clock | None:
        """Read " : 00" of "15 : 00"; in "Session 9 : 12 May" the number is a day."""
        tokens = self.tokens
        is_spaced = not tokens.is_glued() and not tokens.is_glued(1)
        minute = tokens.accept_number(2) if is_spaced and tokens.accept(":") else ""
        if not minute or tokens.peek() in VOCABULARY.months or tokens.peek() in VOCABULARY.ordinal_suffixes:
            return None
        return Clock(hour, int(minute), is_24_hour=bool(tokens.accept(_HOUR_UNITS)))

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

    def _hour_before_range(self, after_range: Callable[[Callable[[], Clock | None]], Clock | None]) -> Clock | None:
        """Read the first hour of "3-4.30 pm", "de 9 à 17 h" and "1000-1230 hrs"."""
        hour = self.tokens.accept_number(1, 2) or self.tokens.accept_number(4)
        if not hour:
            return None
        after_hour = self.tokens.at
        end = after_range(self.plain_clock)
        if not end or not (end.half or end.is_24_hour):
            return None
        self.tokens.at = after_hour
        clock = replace(_clock_of(hour), is_24_hour=end.is_24_hour)
        return self._checked(clock, hour)

    def _checked(self, clock: Clock, words: str) -> Clock:
        if problem := clock.problem:
            raise self.parts.error(words, f"{words} {problem[0]}", problem[1])
        is_midnight = (clock.half, clock.hour, clock.minute, clock.second) == ("am", 12, 0, 0)
        return Clock(24, is_midnight=True) if is_midnight else clock


def _clock_of(digits: str) -> Clock:
    if len(digits) == 4:  # "1400"
        return Clock(int(digits[:2]), int(digits[2:]), is_24_hour=True)
    return Clock(int(digits))
