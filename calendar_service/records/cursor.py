"""A cursor over the tokens of one line of date words, and what has been read of it so far.

A rule is a method that gives what it read, or None; after None `at` may be anywhere, and `_first_of`
sets it back.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn, TypeVar

from calendar_service.records import vocabulary
from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")
Half = Literal["", "am", "pm"]
EXAMPLE = "A line that works: '7 July 2020 at 11.00-12.30 CET', 'mardi 7 juillet 2020 de 11 h à 12 h 30'."
LONGEST_PHRASE = 8
LONGEST_SHOWN = 80
_MOST_SHOWN = 6


class WordsNotUnderstood(CalendarError):
    """A line of date words that is not understood whole.

    The message shows the words in question, once, and not the whole line: who shows the message has that.
    """

    def __init__(
        self,
        words: str,
        understood: Collection[str],
        not_understood: Collection[str],
        reason: str = "",
        remedy: str = "",
    ) -> None:
        shown = any(text in reason for text in not_understood)
        message = reason if shown or not reason else f"{_list(not_understood)}: {reason}"
        super().__init__(message or _missed(understood, not_understood), remedy=remedy or EXAMPLE)
        self.words = words
        self.understood = tuple(understood)
        self.not_understood = tuple(not_understood)


def _missed(understood: Collection[str], not_understood: Collection[str]) -> str:
    """Say which words were not understood, and which were."""
    no, yes = ("are" if len(texts) > 1 else "is" for texts in (not_understood, understood))
    rest = f"; {_list(understood)} {yes}" if understood else ""
    return f"{_list(not_understood)} {no} not understood{rest}."


def _list(texts: Collection[str]) -> str:
    *most, last = map(_quote, texts)
    if len(most) >= _MOST_SHOWN:
        most, last = most[:_MOST_SHOWN], f"{len(texts) - _MOST_SHOWN} more"
    return f"{', '.join(most)} and {last}" if most else last


def _quote(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


@dataclass(frozen=True)
class Day:
    """A day as printed; an empty month or year stands at the other end of the range."""

    day: str
    month: str = ""
    year: str = ""
    weekday: str = ""
    month_leads: bool = False
    iso: bool = False
    words: str = ""


@dataclass(frozen=True)
class Clock:
    """A time as printed; "am" and "pm" may stand at the other end of the range."""

    hour: int
    minute: int = 0
    second: int = 0
    half: Half = ""
    bare: bool = False  # "9" of "9-11 am"
    to_24: bool = False  # "17 h" and "noon" need no am or pm, whatever the other end says
    words: str = ""


@dataclass(frozen=True)
class Zone:
    """A zone by name, and as printed; `offset` is a literal one that stands in brackets behind it.

    `clocks` counts the clocks before it: a zone behind the first of two is that of the first.
    """

    name: str
    words: str
    offset: str | None = None
    clocks: int = 0


class Cursor:
    """One line and what has been read of it; `shape` has a letter for each day, clock and range sign.

    The range signs are "-" for a dash, "~" for a word that means one, "&" for "and".
    """

    def __init__(self, words: str, *, day_first: bool) -> None:
        self.words = words
        self.text = unicodedata.normalize("NFC", words)
        self.tokens = vocabulary.tokens_of(self.text)
        self.day_first = day_first
        self.at = 0
        self.shape = ""
        self.days: list[Day] = []
        self.clocks: list[Clock] = []
        self.zones: list[Zone] = []
        self.online = False
        self.parts: list[str] = []
        self.unknown: list[tuple[int, int]] = []
        self._between = False

    def refuse(self, words: str, reason: str, remedy: str) -> NoReturn:
        """Refuse the line for the sake of some of its words."""
        raise WordsNotUnderstood(self.words, [part for part in self.parts if part != words], [words], reason, remedy)

    def _peek(self, ahead: int = 0) -> str:
        here = self.at + ahead
        return self.tokens[here].text if 0 <= here < len(self.tokens) else ""

    def _glued(self, ahead: int = 0) -> bool:
        """Tell whether no space stands before the token."""
        here = self.at + ahead
        return 0 < here < len(self.tokens) and self.tokens[here - 1].end == self.tokens[here].start

    def _take(self, texts: Collection[str]) -> str:
        text = self._peek()
        if not text or text not in texts:
            return ""
        self.at += 1
        return text

    def _number(self, *lengths: int) -> str:
        text = self._peek()
        if not (text.isascii() and text.isdecimal() and len(text) in lengths):
            return ""
        self.at += 1
        return text

    def _phrase(self, phrases: Collection[str]) -> str:
        phrase = self._phrase_at(phrases)
        self.at += len(phrase.split())
        return phrase

    def _phrase_at(self, phrases: Collection[str], ahead: int = 0) -> str:
        """Give the longest of the phrases that stands here."""
        here = self.at + ahead
        texts = [token.text for token in self.tokens[here : here + LONGEST_PHRASE]]
        candidates = (" ".join(texts[:length]) for length in range(len(texts), 0, -1))
        return next((phrase for phrase in candidates if phrase in phrases), "")

    def _first_of(self, *rules: Callable[[], T | None]) -> T | None:
        start = self.at
        for rule in rules:
            if (found := rule()) is not None:
                return found
            self.at = start
        return None

    def _follows(self, rule: Callable[[], object]) -> bool:
        start = self.at
        found = rule()
        self.at = start
        return bool(found)

    def _opened(self, rule: Callable[[], T | None]) -> T | None:
        self._openers()
        return rule()

    def _since(self, start: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[self.at - 1].end] if start < self.at else ""

    # --- small words ----------------------------------------------------------------------------

    def _openers(self) -> bool:
        """Read "on", "from", "le" …; say whether one of them announces an "and" that means a range."""
        between = False
        while phrase := self._phrase(vocabulary.OPENERS):
            between = between or phrase in vocabulary.BETWEEN
        return between

    def _range_sign(self) -> str:
        if self._take("-"):
            return "-"
        if self._peek() == "/" and self.days and self.days[-1].iso:
            self.at += 1
            return "~"
        if self._phrase(vocabulary.RANGE_WORDS):
            return "~"
        return "&" if self._phrase(vocabulary.AND_WORDS) else ""
