"""Rules for what stands beside a moment: how long it takes, when doors open, which moment it replaces, remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.titles import is_remark
from calendar_service.datephrases.tokens import name_key
from calendar_service.datephrases.zone_labels import is_label
from calendar_service.datephrases.zone_names import city_zones, zone_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import Clock, Day, PhraseParts
    from calendar_service.datephrases.tokens import TokenStream

_OPENERS: Final = frozenset("(,;[")
_CLOSERS: Final = {"(": ")", "[": "]"}
_RANGES: Final = VOCABULARY.range_words | VOCABULARY.and_words
_HOUR: Final = 60
_LONGEST: Final = 12 * _HOUR


def is_harmless(words: str) -> bool:
    """Return True if words behind a moment are a remark that names no zone: "limited places"."""
    key = name_key(words)
    names = {key, *key.split()}
    return is_remark(words) and not any(
        name in zone_words() or name in city_zones() or is_label(name) or name in VOCABULARY.halves for name in names
    )


class AsideRules:
    """Rules over the tokens of one phrase, behind its first moment; `day` and `clock` read a day and a clock."""

    def __init__(
        self,
        tokens: TokenStream,
        parts: PhraseParts,
        day: Callable[[], Day | None],
        clock: Callable[[], Clock | None],
    ) -> None:
        self.tokens = tokens
        self.parts = parts
        self.day = day
        self.clock = clock

    def rule(self) -> bool | None:
        """Read what stands beside the moment."""
        if not self.parts.shape:
            return self.tokens.first_of(lambda: self._duration(""), self._moved_from)
        return self.tokens.first_of(
            *(
                lambda each=each: self._enclosed(each)
                for each in (
                    self._superseded,
                    self._aside,
                    self._break,
                    self._duration,
                    self._days_long,
                    self._extended,
                )
            ),
            self._remark,
        )

    def _enclosed(self, rule: Callable[[str], bool | None]) -> bool | None:
        opener = self.tokens.accept(_OPENERS)
        if not rule(opener):
            return None
        closer = _CLOSERS.get(opener)
        return None if closer and not self.tokens.accept(closer) else True

    def _superseded(self, _: str) -> bool | None:
        """Read "(was 8 September 2027, 12:00)": the moment that this one replaces."""
        if not self.tokens.accept_phrase(VOCABULARY.superseded):
            return None
        self._skip_openers()
        if not self.day():
            return None
        self.tokens.first_of(self._clock_of_superseded)
        # The end of a range must not become that of the moment itself.
        return None if self.tokens.peek() in ("-", "/") or self.tokens.phrase_at(_RANGES) else True

    def _moved_from(self) -> bool | None:
        """Read the "moved from 12 July to" of the new moment that follows, and its like in other words."""
        is_range = bool(self.tokens.accept_phrase(VOCABULARY.moved_from))
        if not is_range and not self.tokens.accept_phrase(VOCABULARY.superseded):
            return None
        self._skip_openers()
        if not self.day():
            return None
        self.tokens.first_of(self._clock_of_superseded)
        if is_range:
            return bool(self.tokens.accept_phrase(VOCABULARY.range_words)) or None
        self.tokens.accept(",")
        return bool(self.tokens.accept_phrase(VOCABULARY.moved_to)) or None

    def _clock_of_superseded(self) -> Clock | None:
        self.tokens.accept(",")
        self._skip_openers()
        return self.clock()

    def _aside(self, opener: str) -> bool | None:
        """Read "(doors open at 9:30)"."""
        is_aside = opener and "C" in self.parts.shape and self.tokens.accept_phrase(VOCABULARY.asides)
        if not is_aside:
            return None
        self.tokens.accept(":")
        self._skip_openers()
        is_hour = self.tokens.first_of(self.clock, self._day_and_clock) is not None
        return None if not is_hour or self.tokens.peek() == "-" or self.tokens.phrase_at(_RANGES) else True

    def _break(self, opener: str) -> bool | None:
        """Read "(lunch break 12.30-13.30)"."""
        if not opener or "C" not in self.parts.shape or not self.tokens.accept_phrase(VOCABULARY.breaks):
            return None
        self.tokens.accept(":")
        self._skip_openers()
        begins = self.tokens.first_of(self.clock)
        is_range = bool(begins and (self.tokens.accept("-") or self.tokens.accept_phrase(VOCABULARY.range_words)))
        return bool(is_range and self.clock()) or None

    def _extended(self, opener: str) -> bool | None:
        """Read "(extended!)": that the moment is a new one."""
        if opener not in _CLOSERS or not self.tokens.accept(VOCABULARY.extended):
            return None
        self.tokens.accept("!")
        return self.tokens.peek() == _CLOSERS[opener] or None

    def _days_long(self, opener: str) -> bool | None:
        """Read "(3 days)"."""
        number = self.tokens.accept_number(1, 2) if opener in _CLOSERS else ""
        if not number or not self.tokens.accept(VOCABULARY.day_units):
            return None
        self.parts.total_days = int(number)
        return True

    def _day_and_clock(self) -> Clock | None:
        return self._clock_of_superseded() if self.day() else None

    def _duration(self, opener: str) -> bool | None:
        """Read "(1 hour)", "duration: 90 minutes", "durée : 1h30"."""
        is_named = bool(self.tokens.accept_phrase(VOCABULARY.durations))
        if not (is_named or opener in _CLOSERS) or self.parts.minutes:
            return None
        self.tokens.accept(":")
        minutes = self.tokens.first_of(lambda: self._minutes_long(is_named=is_named))
        if not minutes or minutes > _LONGEST:
            return None
        self.parts.minutes = minutes
        return True

    def _minutes_long(self, *, is_named: bool) -> int | None:
        tokens = self.tokens
        number = tokens.accept_number(1, 2, 3)
        if not number:
            return None
        half = 30 if tokens.peek() == "." and tokens.peek(1) == "5" else 0  # "1.5 hours"
        tokens.at += 2 if half else 0
        if not half and tokens.accept(VOCABULARY.minute_words | {"mins", "minute"}):
            return int(number)
        unit = tokens.accept(VOCABULARY.duration_hours)
        if not unit or (unit == "h" and not is_named):  # "(1h)" may be a time of day
            return None
        tokens.accept_phrase(VOCABULARY.and_words)
        more = tokens.accept_number(2)
        tokens.accept(VOCABULARY.minute_words | {"mins"})
        return int(number) * _HOUR + half + int(more or 0)

    def _remark(self) -> bool | None:
        """Read "(limited places)": words in brackets that say nothing about the time."""
        tokens = self.tokens
        if not tokens.accept("("):
            return None
        start = tokens.at
        while not tokens.at_end and tokens.peek() != ")":
            tokens.at += 1
        if tokens.at_end or tokens.at == start or not is_harmless(tokens.text_since(start)):
            return None
        return bool(tokens.accept(")"))

    def _skip_openers(self) -> None:
        while self.tokens.accept_phrase(VOCABULARY.openers):
            pass
