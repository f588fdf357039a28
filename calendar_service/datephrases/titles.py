"""Titles before a moment: "Semester dates: 13 September 2027", "The Ministry accepts applications until 5 May 2027"."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.languages import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_WORDS: Final = 25
_SIGNS: Final = frozenset("'-,:;&()[]/.!\"«»|@·•")
_DAYS: Final = sorted(
    name for name in {*VOCABULARY.months, *VOCABULARY.weekdays} if len(name) > 4
)  # "Tuesday", not "mai"
_MISSPELT: Final = 0.8


def is_title_of_moment(tokens: Sequence[str]) -> bool:
    """Return True if words before a moment only say what happens then.

    None of them may say that it is another time, or no sure one, or be a misspelt weekday or month. Those that say that
    something was extended may, if what stands before the moment is "until" and the like: "Prolongation jusqu'au".
    """
    if any(f" {phrase} " in f" {' '.join(tokens)} " for phrase in VOCABULARY.hours_in_words):
        return False
    is_new = any(" ".join(tokens[-n:]) in VOCABULARY.until_moment for n in range(1, 5))
    text = [each for each in _without_known(list(tokens)) if not (is_new and each in VOCABULARY.extended)]
    words = [word for word in text if word not in _SIGNS]
    return len(words) <= _MAX_WORDS and all(
        word.isalpha() and word not in _REFUSED and not get_close_matches(word, _DAYS, 1, _MISSPELT) for word in words
    )


def _without_known(tokens: list[str]) -> list[str]:
    """Return the tokens that are in no lead-in or opener: the "no" of "no later than" says nothing by itself."""
    rest: list[str] = []
    at = 0
    while at < len(tokens):
        length = next((n for n in range(8, 0, -1) if " ".join(tokens[at : at + n]) in _KNOWN), 0)
        if not length:
            rest.append(tokens[at])
        at += length or 1
    return rest


_KNOWN: Final = VOCABULARY.lead_ins | VOCABULARY.openers | VOCABULARY.before | VOCABULARY.online
_REFUSED: Final = VOCABULARY.time_words | VOCABULARY.months.keys() | VOCABULARY.weekdays.keys()
