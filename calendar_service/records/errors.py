"""Errors of the whole service: each carries its data and a remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from calendar_service.records.shorten import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]


class CalendarError(ValueError):
    """Base class of every error that this service raises on purpose.

    `remedy` says what to change; it is part of the message.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class Severity(StrEnum):
    """An error stops publication, a note does not."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """An error or a note about one value of the calendar file.

    `path` leads from the top of the file to the value, as in ("records", 2, "closes").
    """

    path: Path
    message: str
    value: object = None
    remedy: str = ""
    severity: Severity = field(default=Severity.ERROR)

    @property
    def where(self) -> str:
        """The path as text: `records[2].closes`."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text


def quote(text: str, units: int) -> str:
    """Return words of a file as messages show them: in quotes, and of at most `units` UTF-16 code units."""
    return repr(shorten(text, units))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, for messages in English alone: "1 record", "1,000 records"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most similar to `word`, or ""."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


class Sentence(str):
    """An English sentence that keeps what it is made of, so that a page can say it in another language.

    `template` is in the catalogues, with holes as in "there is no key {key} here."; `values` fill them, and may be
    sentences themselves.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Make the sentence of a template."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" for a word that is similar to a known one, else ""."""
    close = nearest(word, known)
    return Sentence("Did you mean {word}?", word=repr(close)) if close else ""


def gettext_noop(message: str) -> str:
    """Mark a sentence for the catalogue if it is translated later; return it unchanged."""
    return message
