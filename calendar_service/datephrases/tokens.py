"""Stage 1: split a phrase into tokens, and step through them.

All comparison is on folded text: lower case, no accents, plain dashes and quotes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_T = TypeVar("_T")
MAX_PHRASE_TOKENS = 8
"""The number of tokens in the longest phrase of a vocabulary; a test checks it."""
NAME_SIGNS: Final = frozenset("'-_.")
"""Signs inside a zone's name that are not compared."""
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
_LOOKALIKES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("’‘ʼ`´", "'")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", " "),
)


@dataclass(frozen=True)
class Token:
    """A number, a word or one sign: its folded text, and its position in the original text."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return text without accents and capitals, with plain dashes and quotes."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LOOKALIKES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a text; spaces and invisible characters only separate."""
    matches = _TOKEN.finditer(text.translate(_LOOKALIKES))
    return [Token(fold(match[0]), match.start(), match.end()) for match in matches]


def phrase_key(text: str) -> str:
    """Return the folded tokens of a text joined by spaces: the form in which phrases are compared."""
    # Some single signs fold to several words, as the greeting U+FDFA does.
    return " ".join(token.text.replace(" ", "_") for token in tokenize(text))


def name_key(text: str) -> str:
    """Return the name of a zone in the form in which names are compared: folded, without `NAME_SIGNS`."""
    return " ".join(token for token in phrase_key(text).split() if token not in NAME_SIGNS)


class TokenStream:
    """The tokens of one text, and a current position.

    `accept…` methods return the matched text and advance; if nothing matches they return "" and do not move.
    """

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self.tokens = tokenize(self.text)
        self.at = 0

    @property
    def at_end(self) -> bool:
        """True if all tokens have been consumed."""
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        """Return the text of a token relative to the position, "" outside of the text."""
        here = self.at + ahead
        return self.tokens[here].text if 0 <= here < len(self.tokens) else ""

    def is_glued(self, ahead: int = 0) -> bool:
        """Return True if there is no space before the token."""
        here = self.at + ahead
        return 0 < here < len(self.tokens) and self.tokens[here - 1].end == self.tokens[here].start

    def is_glued_sign(self) -> bool:
        """Return True if there is no space before or after the token."""
        return self.is_glued() and self.is_glued(1)

    def is_iso_offset(self) -> bool:
        """Return True if the dash here is the sign of an offset, as in "2027-03-15T17:00-05:00"."""
        return self.peek() == "-" and self.is_glued() and "t" in (self.peek(-4), self.peek(-6))

    def accept(self, texts: Collection[str]) -> str:
        """Accept one token out of `texts`."""
        text = self.peek()
        if not text or text not in texts:
            return ""
        self.at += 1
        return text

    def accept_with(self, texts: Collection[str], signs: Collection[str]) -> str:
        """Accept one token out of `texts`, and one of `signs` if it follows."""
        text = self.accept(texts)
        if text:
            self.accept(signs)
        return text

    def accept_number(self, *lengths: int) -> str:
        """Accept a number with one of these counts of digits."""
        text = self.peek()
        return self.accept((text,)) if text.isascii() and text.isdecimal() and len(text) in lengths else ""

    def accept_joined_numbers(self, sign: str, *lengths: tuple[int, ...]) -> tuple[str, str, str]:
        """Accept three numbers joined by the same sign without spaces; return empty strings if there are none."""
        first, *others = lengths
        numbers = [self.accept_number(*first)]
        for each in others:
            is_joined = self.is_glued_sign() and self.accept(sign)
            numbers.append(self.accept_number(*each) if is_joined else "")
        return (numbers[0], numbers[1], numbers[2]) if all(numbers) else ("", "", "")

    def accept_phrase(self, phrases: Collection[str]) -> str:
        """Accept the longest of `phrases` that matches here."""
        phrase = self.phrase_at(phrases)
        self.at += len(phrase.split())
        return phrase

    def phrase_at(self, phrases: Collection[str], ahead: int = 0) -> str:
        """Return the longest of `phrases` that matches here, or ""."""
        here = self.at + ahead
        texts = [token.text for token in self.tokens[here : here + MAX_PHRASE_TOKENS]]
        candidates = (" ".join(texts[:length]) for length in range(len(texts), 0, -1))
        return next((phrase for phrase in candidates if phrase in phrases), "")

    def names_at(self, signs: Collection[str]) -> list[tuple[str, int]]:
        """Return the possible names here, each with the position behind it, the longest last.

        A name consists of words and slashes; `signs` may be inside it and are left out.
        """
        words: list[str] = []
        names: list[tuple[str, int]] = []
        for end, token in enumerate(self.tokens[self.at : self.at + 2 * MAX_PHRASE_TOKENS], self.at + 1):
            if token.text.isalpha() or token.text == "/":
                words.append(token.text)
                names.append((" ".join(words), end))
            elif token.text not in signs:
                break
        return names

    def text_since(self, start: int) -> str:
        """Return the original text from token `start` to the position."""
        return self.text_of(start, self.at) if start < self.at else ""

    def text_of(self, start: int, end: int) -> str:
        """Return the original text of the tokens from `start` to `end`, excluded."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def first_of(self, *rules: Callable[[], _T | None]) -> _T | None:
        """Return the result of the first rule that does not return None; restore the position after each that does."""
        start = self.at
        for rule in rules:
            if (result := rule()) is not None:
                return result
            self.at = start
        return None

    def follows(self, rule: Callable[[], object]) -> bool:
        """Return True if a rule matches here, without advancing."""
        start = self.at
        result = rule()
        self.at = start
        return bool(result)
