"""Rules for numbers in a title before the first moment: "n° 4", "Session 9:", "3rd", "Forum 2027:"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.languages import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import Day, PhraseParts
    from calendar_service.datephrases.tokens import TokenStream

_NOT_COUNTED: Final = VOCABULARY.month_prepositions | VOCABULARY.range_words | VOCABULARY.and_words
_BEHIND_DAY: Final = _NOT_COUNTED | VOCABULARY.months.keys()
_PERIODS: Final = frozenset(VOCABULARY.units) | VOCABULARY.duration_hours


class TitleRules:
    """Rules over the tokens of one phrase; `day` reads a day, also behind "on" and the like.

    Afterwards `counting` has the tokens that count something, and say nothing about the time.
    """

    def __init__(self, tokens: TokenStream, parts: PhraseParts, day: Callable[[], Day | None]) -> None:
        self.tokens = tokens
        self.parts = parts
        self.day = day
        self.counting: set[int] = set()

    def number(self) -> bool | None:
        """Read the "n° 4" of "Webinaire n° 4 : 23 juin 2027"."""
        tokens, start = self.tokens, self.tokens.at
        if self.parts.shape or not tokens.accept_phrase(VOCABULARY.numbering):
            return None
        is_number = tokens.accept_number(1, 2, 3) and tokens.peek() in (":", ",", "-", "(", "|")
        return self.skip(start) if is_number else None

    def year(self) -> bool | None:
        """Read the "2027" of "Forum 2027 : 4 et 5 mai 2027"."""
        tokens, start = self.tokens, self.tokens.at
        if self.parts.shape or not tokens.peek(-1).isalpha() or not tokens.accept_number(4):
            return None
        is_label = tokens.peek() in (":", ",", "|", "-") and not tokens.is_glued(1)
        end = tokens.at
        tokens.at += 1
        is_before_day = is_label and tokens.follows(self.day)
        tokens.at = end
        return self.skip(start) if is_before_day else None

    def part(self) -> bool | None:
        """Read the "Session 9" of "Session 9: 12 May 2027"."""
        tokens, start = self.tokens, self.tokens.at
        if self.parts.shape or not tokens.accept(VOCABULARY.numbered_parts) or not tokens.accept_number(1, 2):
            return None
        is_label = tokens.peek() in (":", "|") and not tokens.is_glued(1)
        is_dash = tokens.peek() == "-" and not tokens.is_glued() and not tokens.is_glued(1)
        if is_dash and self.tokens.tokens[start].text in VOCABULARY.counted_parts:
            words = tokens.text_since(start)
            raise self.parts.error(words, f"{words!r} may be a number or a day.", "Put a colon behind it: Session 2: …")
        tokens.accept(":|")
        return self.skip(start) if is_label and tokens.follows(self.day) else None

    def ordinal(self) -> bool | None:
        """Read the "3rd" of "3rd Annual Forum: 12 May 2027"."""
        tokens, start = self.tokens, self.tokens.at
        is_ordinal = not self.parts.shape and tokens.accept_number(1, 2) and tokens.is_glued()
        if not is_ordinal or not tokens.accept(VOCABULARY.ordinal_suffixes | VOCABULARY.title_suffixes):
            return None
        following = tokens.peek()
        return self.skip(start) if following.isalpha() and following not in _BEHIND_DAY else None

    def skip(self, start: int) -> bool:
        """Note that the tokens since `start` count something; return True."""
        self.counting.update(range(start, self.tokens.at))
        return True

    def period_before(self) -> bool | None:
        """Read "48 hours before the event, i.e." before the date that it comes to."""
        tokens, start = self.tokens, self.tokens.at
        if self.parts.shape or not tokens.accept_number(1, 2) or not tokens.accept(_PERIODS):
            return None
        if not tokens.accept_phrase(VOCABULARY.periods_before):
            return None
        while not tokens.at_end and not tokens.phrase_at(VOCABULARY.equals):
            if not (tokens.peek().isalpha() or tokens.peek() in ("'", ",", "-")):
                return None
            tokens.at += 1
        return self.skip(start) if tokens.accept_phrase(VOCABULARY.equals) else None
