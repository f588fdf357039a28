"""The rules for clocks and zones in a line of date words.

clock   =  11.30 | 11:30 | 11 h 30 | 3 pm | noon, or the bare hour of "3-4.30 pm"
zone    =  CET | UTC+2 | Europe/Paris | Brussels time | heure de Paris | …, also with its offset: CEST (UTC+2)
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import NoReturn

from calendar_service.records import vocabulary
from calendar_service.records.cursor import LONGEST_PHRASE, Clock, Cursor, Half, Zone
from calendar_service.records.vocabulary import MONTHS

# What the tz database writes for a zone, as in "KST", "ChST": never a word of the line.
_LETTERS = re.compile("(?=.*[A-Z].*[A-Z])[A-Za-z]{2,6}")


class Hours(Cursor):
    """A cursor that can read clocks and zones."""

    # --- clocks ----------------------------------------------------------------------------------

    def _clock(self) -> Clock | None:
        return self._first_of(self._plain_clock, self._hour_before_range)

    def _hour_before_range(self) -> Clock | None:
        """Read the first hour of "3-4.30 pm" and "de 9 à 17 h"."""
        if not (hour := self._number(1, 2)):
            return None
        after_hour = self.at
        end = self._range_and_clock()
        if not end or not (end.half or end.to_24):
            return None
        self.at = after_hour
        return self._checked(Clock(int(hour), bare=True, to_24=end.to_24), hour)

    def _range_and_clock(self) -> Clock | None:
        return self._opened(self._plain_clock) if self._range_sign() else None

    def _plain_clock(self) -> Clock | None:
        start = self.at
        hour = self._number(1, 2)
        if hour in ("", "12") and self._take(vocabulary.NOON):
            return Clock(12, to_24=True)
        if hour in ("", "12") and self._take(vocabulary.MIDNIGHT):
            self.refuse_midnight(self._since(start))
        if not hour:
            return None
        clock = self._first_of(lambda: self._minutes(int(hour)), lambda: self._hour_word(int(hour)))
        half = self._half()
        if not clock and not half:
            return None
        return self._checked(replace(clock or Clock(int(hour)), half=half), self._since(start))

    def _minutes(self, hour: int) -> Clock | None:
        """Read ":30", ".30", ":30:00" after the hour."""
        sign = self._peek()
        if not (self._glued() and self._glued(1) and self._take(":.")) or not (minute := self._number(2)):
            return None
        second = ""
        if sign == ":" == self._peek() and self._glued() and self._glued(1):
            self.at += 1
            if not (second := self._number(2)):
                return None
        # "11:30 heure de Paris" is the beginning of a zone.
        to_24 = self._peek() != "heure" and bool(self._take(vocabulary.HOUR_WORDS))
        return Clock(hour, int(minute), int(second or 0), to_24=to_24)

    def _hour_word(self, hour: int) -> Clock | None:
        """Read "h", "h 30", "heures 30", "h 30 min" after the hour."""
        if not self._take(vocabulary.HOUR_WORDS):
            return None
        start = self.at
        minute = self._number(2)
        if self._take(MONTHS) or self._take(vocabulary.ORDINALS):  # "à 17 h 10 juillet": the number is a day
            self.at, minute = start, ""
        if minute:
            self._take(vocabulary.MINUTE_WORDS)
        return Clock(hour, int(minute or 0), to_24=True)

    def _half(self) -> Half:
        phrase = self._phrase(vocabulary.HALVES)
        if phrase and "." in phrase:
            self._take(".")
        return vocabulary.HALVES[phrase] if phrase else ""

    def _checked(self, clock: Clock, words: str) -> Clock:
        if clock.hour == 24:  # noqa: PLR2004 (the hour after the last)
            self.refuse_midnight(words)
        if clock.hour > 23 or clock.minute > 59 or clock.second > 59:  # noqa: PLR2004 (a day's last second)
            self.refuse(words, f"{words} is not a time of day.", "Write hours up to 23 and minutes up to 59.")
        if clock.half and not 1 <= clock.hour <= 12:  # noqa: PLR2004 (hours of half a day)
            self.refuse(words, f"{words} mixes the clock of 12 hours with that of 24.", "Write 17:00 or 5 pm.")
        if clock.half == "am" and (clock.hour, clock.minute) == (12, 0):
            self.refuse_midnight(words)
        return clock

    def refuse_midnight(self, words: str) -> NoReturn:
        """Refuse words for midnight."""
        self.refuse(
            words,
            f"{words} may mean the beginning or the end of the day.",
            "Write 23:59 for the end of the day, or 00:00 for its beginning.",
        )

    # --- zones -----------------------------------------------------------------------------------

    def _zone(self) -> bool | None:
        zone = self._first_of(self._letters_and_offset, self._zone_and_offset)
        if not zone:
            return None
        self.zones.append(replace(zone, clocks=len(self.clocks)))
        return True

    def _zone_and_offset(self) -> Zone | None:
        start = self.at
        name = self._first_of(self._offset_after_clock, self._named_zone)
        words = self._since(start)
        return Zone(name, words, self._first_of(self._offset_in_brackets)) if name else None

    def _letters_and_offset(self) -> Zone | None:
        """Read "KST (UTC+9)": letters that name no single zone, where the offset leaves no doubt."""
        if self._peek() in vocabulary.zone_words() or not self.shape.endswith("C"):
            return None
        self.at += 1
        words = self._since(self.at - 1)
        offset = self._offset_in_brackets() if _LETTERS.fullmatch(words) else None
        return Zone(offset, words, offset) if offset else None

    def _offset_in_brackets(self) -> str | None:
        """Read "(UTC+2)" behind a zone."""
        if not self._take("(") or vocabulary.zone_words().get(self._peek()) != "UTC":
            return None
        offset = self._named_zone()
        return offset if self._take(")") else None

    def _named_zone(self) -> str:
        start = self.at
        known, refused = vocabulary.zone_words(), vocabulary.refused_zone_words()
        for key, end in reversed(self._zone_keys()):
            self.at = end
            if key in refused:
                words = self._since(start)
                self.refuse(words, f"{words!r} does not name one time zone.", refused[key])
            if known.get(key) == "UTC" and self._peek() in ("+", "-"):
                return self._utc_with_offset(in_brackets=self.tokens[start - 1].text == "(" and start > 0)
            if key in known:
                return known[key]
        return ""

    def _zone_keys(self) -> list[tuple[str, int]]:
        """List what may be a zone's name here, with its end, the longest last."""
        words: list[str] = []
        found: list[tuple[str, int]] = []
        for here, token in enumerate(self.tokens[self.at : self.at + 2 * LONGEST_PHRASE], self.at + 1):
            if token.text.isalpha() or token.text == "/":
                words.append(token.text)
                found.append((" ".join(words), here))
            elif token.text not in vocabulary.NAME_SIGNS:
                break
        return found

    def _utc_with_offset(self, *, in_brackets: bool) -> str:
        return self._first_of(lambda: self._offset_after_utc(in_brackets=in_brackets)) or "UTC"

    def _offset_after_utc(self, *, in_brackets: bool) -> str | None:
        """Read "+2" of "UTC+2"; "11:00 UTC-12:30" is refused, for the dash has two meanings there."""
        start, sign = self.at, self._peek()
        if sign == "-" and not self._glued(1):
            return None
        self.at += 1
        clock = self._plain_clock() if sign == "-" and not in_brackets else None
        if clock and self.shape.endswith("C") and (clock.hour, clock.minute) > _hour_and_minute(self.clocks[-1]):
            self.refuse(
                self._since(start - 1),
                "the dash may begin an offset or the end of a range.",
                "Put the zone after the range, as in 11:00-12:30 UTC, or the offset in brackets.",
            )
        self.at = start + 1
        return self._offset(sign)

    def _offset_after_clock(self) -> str | None:
        """Read "Z" and "+01:00" of ISO 8601."""
        if not self._glued() or not self._peek(-1).isdecimal():
            return None
        if self._take("z"):
            return "UTC"
        sign = self._peek()
        if not (sign == "+" or self._is_iso_offset()) or not self._glued(1):
            return None
        self.at += 1
        return self._offset(sign)

    def _is_iso_offset(self) -> bool:
        """Tell whether the dash here belongs to "2027-03-15T17:00-05:00"."""
        return self._peek() == "-" and self._glued() and "t" in (self._peek(-4), self._peek(-6))

    def _offset(self, sign: str) -> str | None:
        start = self.at
        digits = self._number(1, 2, 4)
        minutes = digits[2:]
        if len(digits) in (1, 2) and self._peek() == ":" and self._glued():
            self.at += 1
            minutes = self._number(2)
        if not digits or (self.at - start > 1 and not minutes):
            return None
        hour, minute = int(digits[:2]), int(minutes or 0)
        if hour > 14 or minute > 59:  # noqa: PLR2004 (no clock on earth is further from UTC)
            words = sign + self._since(start)
            self.refuse(words, f"{words} is not the offset of any zone.", "Write it like UTC+01:00.")
        return f"UTC{sign}{hour:02}:{minute:02}" if hour or minute else "UTC"


def _hour_and_minute(clock: Clock) -> tuple[int, int]:
    return clock.hour, clock.minute


def clock_time(clock: Clock) -> time:
    """Give the time of day of a clock as printed."""
    hour = clock.hour % 12 + (12 if clock.half == "pm" else 0) if clock.half else clock.hour
    return time(hour, clock.minute, clock.second)


def read_clock(words: str) -> time | None:
    """Read words that are a time of day and nothing else; None where they are not. Raises WordsNotUnderstood."""
    hours = Hours(words, day_first=False)
    clock = hours._plain_clock()  # noqa: SLF001 (the class is of this module)
    return clock_time(clock) if clock and hours.at == len(hours.tokens) else None
