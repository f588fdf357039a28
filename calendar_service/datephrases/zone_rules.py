"""Rules for zones: "CET", "heure de Paris", "Asia/Seoul", "UTC+2", "KST (UTC+9)". README.md has the grammar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.syntax import Zone
from calendar_service.datephrases.tokens import NAME_SIGNS
from calendar_service.datephrases.zone_labels import abbreviations, is_label
from calendar_service.datephrases.zone_names import city_zones, refused_zone_words, zone_words
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import Clock, PhraseParts
    from calendar_service.datephrases.tokens import TokenStream

_ABBREVIATION: Final = re.compile("(?=.*[A-Z].*[A-Z])[A-Za-z]{2,6}")
"""What the tz database writes for a zone, as in "KST", "ChST": never a word of a phrase."""


class ZoneRules:
    """Rules over the tokens of one phrase; `plain_clock` reads a clock."""

    def __init__(self, tokens: TokenStream, parts: PhraseParts, plain_clock: Callable[[], Clock | None]) -> None:
        self.tokens = tokens
        self.parts = parts
        self.plain_clock = plain_clock

    def zone(self) -> Zone | None:
        """Read a zone."""
        return self.tokens.first_of(
            *(self._abbreviation_and_offset, self._label, self._zone_and_offset),
            *(self._city_in_brackets, self._city_of_clock),
        )

    def _city_in_brackets(self) -> Zone | None:
        """Read the "Athens" of "14:00 (Athens)" and the "Athens, UTC+2" of "14:00 (Athens, UTC+2)"."""
        start = self.tokens.at
        if not self.parts.shape.endswith("C") or self.tokens.peek(-1) != "(":
            return None
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS)):
            self.tokens.at = end
            zone = city_zones().get(key)
            if zone and self.tokens.peek() == ")":
                return Zone(zone, self.tokens.text_since(start))
            if zone and self.tokens.accept(",") and (offset := self.tokens.first_of(self._offset_in_words)):
                return Zone(zone, self.tokens.text_since(start), offset)
        return None

    def _city_of_clock(self) -> Zone | None:
        """Read the cities of "9:00 New York / 14:00 Brussels": two clocks of one moment, which are compared.

        A city with its offset behind it is the zone of its clock, too.
        """
        parts, start = self.parts, self.tokens.at
        if not parts.shape.endswith("C"):
            return None
        is_second = bool(parts.zones) and parts.zones[-1].clocks < len(parts.clocks)
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS)):
            self.tokens.at = end
            is_first = self.tokens.peek() in ("/", "=", "|") and self.tokens.follows(self._clock_behind_sign)
            zone = city_zones().get(key)
            if zone and (is_first or is_second):
                return Zone(zone, self.tokens.text_since(start))
            words = self.tokens.text_since(start)
            if zone and (offset := self.tokens.first_of(self._offset_in_brackets)):  # "4 p.m. Islamabad (UTC+5)"
                return Zone(zone, words, offset)
        return None

    def _clock_behind_sign(self) -> Clock | None:
        self.tokens.at += 1
        return self.plain_clock()

    def _abbreviation_and_offset(self) -> Zone | None:
        """Read "KST (UTC+9)": letters that name no single zone, where the offset leaves no doubt."""
        start = self.tokens.at
        if self.tokens.peek() in zone_words() or not self.parts.shape.endswith("C"):
            return None
        self.tokens.at += 1
        words = self.tokens.text_since(start)
        offset = self._offset_in_brackets() if _ABBREVIATION.fullmatch(words) else None
        return Zone(offset, words, offset) if offset else None

    def _label(self) -> Zone | None:
        """Read "EEST" and "Korean Standard Time", whose zone depends on the day."""
        start = self.tokens.at
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS) if self.parts.clocks else []):
            self.tokens.at = end
            words = self.tokens.text_since(start)
            if key in zone_words():
                return None
            if is_label(key) and self._is_written_as_label(key, words):
                return Zone("", words, self.tokens.first_of(self._offset_in_brackets), label=key)
        return None

    def _is_written_as_label(self, key: str, words: str) -> bool:
        """Return True unless the letters may be a word: "est" is one, "EST" and "17:00 est" are not."""
        is_behind_clock = self.parts.shape.endswith("C") and key in abbreviations()
        return " " in key or is_behind_clock or bool(_ABBREVIATION.fullmatch(words))

    def _zone_and_offset(self) -> Zone | None:
        start = self.tokens.at
        name = self.tokens.first_of(self._offset_after_clock, self._zone_name)
        words = self.tokens.text_since(start)
        return Zone(name, words, self.tokens.first_of(self._offset_in_brackets)) if name else None

    def _offset_in_brackets(self) -> str | None:
        """Read "(UTC+2)" behind a zone."""
        offset = self._offset_in_words() if self.tokens.accept("(") else None
        return offset if self.tokens.accept(")") else None

    def _offset_in_words(self) -> str | None:
        """Read "UTC+2"."""
        return self._zone_name() if zone_words().get(self.tokens.peek()) == "UTC" else None

    def _zone_name(self) -> str | None:
        start = self.tokens.at
        # "Washington, DC time"
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS | {","})):
            self.tokens.at = end
            if remedy := refused_zone_words().get(key):
                if city := self.tokens.first_of(self._city_behind):
                    return city
                words = self.tokens.text_since(start)
                raise self.parts.error(
                    words, Sentence("{words} does not name one time zone.", words=repr(words)), remedy
                )
            name = zone_words().get(key)
            if name:
                self._skip_full_stop(start)
            if name == "UTC":
                return self.tokens.first_of(lambda: self._offset_after_utc(start)) or name
            if name:
                return name
        return None

    def _skip_full_stop(self, start: int) -> None:
        """Skip the last full stop of "T.U."."""
        if "." in self.tokens.text_since(start):
            self.tokens.accept(".")

    def _city_behind(self) -> str | None:
        """Read the "(Tirana)" of "5 pm local time (Tirana)"."""
        is_in_brackets = bool(self.tokens.accept("("))
        if not is_in_brackets and not self.tokens.accept(","):
            return None
        for key, end in reversed(self.tokens.names_at(NAME_SIGNS)):
            self.tokens.at = end
            if (zone := city_zones().get(key)) and (not is_in_brackets or self.tokens.accept(")")):
                return zone
        return None

    def _offset_after_utc(self, start: int) -> str | None:
        """Read "+2" of "UTC+2" that begins at `start`; refuse "11:00 UTC-12:30": the dash has two meanings."""
        tokens, at = self.tokens, self.tokens.at
        sign = tokens.accept("+-")
        if not sign or (sign == "-" and not tokens.is_glued()):
            return None
        is_in_brackets = tokens.peek(start - tokens.at - 1) == "("
        end = self.plain_clock() if sign == "-" and not is_in_brackets else None
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
        if not self.tokens.peek(-1).isdecimal():
            return None
        start, is_glued = self.tokens.at, self.tokens.is_glued()
        if self.tokens.accept("z") and (is_glued or self.tokens.text_since(start) == "Z"):
            return "UTC"
        self.tokens.at = start
        is_spaced = not is_glued and self.parts.shape.endswith("C")  # "13:30 +0200"
        is_plus = self.tokens.peek() == "+" and (is_glued or is_spaced)
        if not self.tokens.is_glued(1) or not (is_plus or self.tokens.is_iso_offset()):
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
