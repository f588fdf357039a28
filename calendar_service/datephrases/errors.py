"""Errors of date phrases: each shows the words in question and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError, quote

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_SHOWN_LENGTH = 80
_MAX_SHOWN_TEXTS = 6
_DATE_EXAMPLE = "Write for example '7 July 2020 at 11.00-12.30 CET' or 'mardi 7 juillet 2020 de 11 h à 12 h 30'."
_RECURRENCE_EXAMPLE = (
    "Write for example `every year`, `every week, 10 times`, "
    "`every second Tuesday of the month until June 2027` or `toutes les deux semaines jusqu'en juin 2027`."
)


class PhraseError(CalendarError):
    """Base class: a phrase cannot be parsed. `words` is the whole phrase."""

    def __init__(self, words: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.words = words


class DatePhraseError(PhraseError):
    """A date phrase has words that are not understood, or that contradict each other.

    The message shows only the words in question: whoever shows it has the whole phrase.
    """

    def __init__(
        self,
        words: str,
        understood: Collection[str],
        not_understood: Collection[str],
        reason: str = "",
        remedy: str = "",
    ) -> None:
        if not reason:
            message = _not_understood_message(understood, not_understood)
        elif any(text in reason for text in not_understood):
            message = reason
        else:
            message = f"{_quoted_list(not_understood)}: {reason}"
        super().__init__(words, message, remedy or _DATE_EXAMPLE)
        self.understood = tuple(understood)
        self.not_understood = tuple(not_understood)


class RecurrenceError(PhraseError):
    """A recurrence phrase or RRULE cannot be parsed, or calendar clients would not accept it."""

    def __init__(self, words: str, reason: str, remedy: str = "") -> None:
        super().__init__(words, f"{words!r} {reason}", remedy or _RECURRENCE_EXAMPLE)


def _not_understood_message(understood: Collection[str], not_understood: Collection[str]) -> str:
    no, yes = ("are" if len(texts) > 1 else "is" for texts in (not_understood, understood))
    rest = f"; {_quoted_list(understood)} {yes}" if understood else ""
    return f"{_quoted_list(not_understood)} {no} not understood{rest}."


def _quoted_list(texts: Collection[str]) -> str:
    *most, last = (quote(text, MAX_SHOWN_LENGTH) for text in texts)
    if len(most) >= _MAX_SHOWN_TEXTS:
        most, last = most[:_MAX_SHOWN_TEXTS], f"{len(texts) - _MAX_SHOWN_TEXTS} more"
    return f"{', '.join(most)} and {last}" if most else last
