"""The errors of the whole service: each carries its data and says what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]


class CalendarError(ValueError):
    """The base of every error that this service raises on purpose.

    `remedy` tells the reader what to change; it is part of the message.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class Severity(StrEnum):
    """How much a problem weighs: an error stops publication, a note does not."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth knowing, at one place of the calendar file.

    `path` leads from the top of the file to the value, as in ("records", 2, "closes").
    """

    path: Path
    message: str
    value: object = None
    remedy: str = ""
    severity: Severity = field(default=Severity.ERROR)

    @property
    def where(self) -> str:
        """The path in words: `records[2].closes`."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that a word nearly is, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" for a word that is nearly a known one, else nothing."""
    close = nearest(word, known)
    return f"Did you mean {close!r}?" if close else ""


def gettext_noop(message: str) -> str:
    """Mark a sentence for the catalogue where it is not said at once."""
    return message
