"""Errors of date phrases: each shows the words in question and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError, Sentence, quote

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_SHOWN_LENGTH = 80
_MAX_SHOWN_TEXTS = 6
_DATE_EXAMPLE = Sentence(
    "Write for example '7 July 2020 at 11.00-12.30 CET' or 'mardi 7 juillet 2020 de 11 h à 12 h 30'."
)
_RECURRENCE_EXAMPLE = Sentence(
    "Write for example `every year`, `every week, 10 times`, "
    "`every second Tuesday of the month until June 2027` or `toutes les deux semaines jusqu'en juin 2027`."
)
_NOT_UNDERSTOOD = {
    (False, ""): Sentence("{words} is not understood."),
    (True, ""): Sentence("{words} are not understood."),
    (False, "one"): Sentence("{words} is not understood; {rest} is."),
    (True, "one"): Sentence("{words} are not understood; {rest} is."),
    (False, "many"): Sentence("{words} is not understood; {rest} are."),
    (True, "many"): Sentence("{words} are not understood; {rest} are."),
}


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
            message = Sentence("{words}: {reason}", words=_quoted_list(not_understood), reason=reason)
        super().__init__(words, message, remedy or _DATE_EXAMPLE)
        self.understood = tuple(understood)
        self.not_understood = tuple(not_understood)


class RecurrenceError(PhraseError):
    """A recurrence phrase or RRULE cannot be parsed, or calendar clients would not accept it.

    `template` is that of a Sentence, in which {words} are the words in quotes.
    """

    def __init__(self, words: str, template: str, remedy: str = "", **values: object) -> None:
        super().__init__(words, Sentence(template, words=repr(words), **values), remedy or _RECURRENCE_EXAMPLE)


def _not_understood_message(understood: Collection[str], not_understood: Collection[str]) -> str:
    rest = "many" if len(understood) > 1 else "one" if understood else ""
    template = _NOT_UNDERSTOOD[len(not_understood) > 1, rest]
    values = {"rest": _quoted_list(understood)} if understood else {}
    return Sentence(template, words=_quoted_list(not_understood), **values)


def _quoted_list(texts: Collection[str]) -> str:
    *most, last = (quote(text, MAX_SHOWN_LENGTH) for text in texts)
    if len(most) >= _MAX_SHOWN_TEXTS:
        more = len(texts) - _MAX_SHOWN_TEXTS
        most, last = most[:_MAX_SHOWN_TEXTS], Sentence("{number} more", number=more)
    return Sentence("{most} and {last}", most=", ".join(most), last=last) if most else last
