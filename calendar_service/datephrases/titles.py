"""Titles before a moment, "Semester dates: 13 September 2027", and places behind it: "12 May 2027, Ghent"."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_WORDS: Final = 25
_SHORTEST_WORD: Final = 4
_MAX_PLACE_WORDS: Final = 12
_LONGEST_ABBREVIATION: Final = 6
_SIGNS: Final = frozenset("'-,:;&()[]/.!\"«»|@·•")
_DAYS: Final = sorted(
    name for name in {*VOCABULARY.months, *VOCABULARY.weekdays} if len(name) > 4
)  # "Tuesday", not "mai"
_MISSPELT: Final = 0.8


def is_title_of_moment(tokens: Sequence[str], *, is_range: bool = False) -> bool:
    """Return True if words before a moment only say what happens then.

    None of them may say that it is another time, or no sure one, or be a misspelt weekday or month. Those that say that
    something was extended may, if what stands before the moment is "until" and the like, or "new deadline":
    "Prolongation jusqu'au". A week is sure where the moment `is_range` of days: "Semaine européenne du 12 au 16 mai".
    """
    text = f" {' '.join(tokens)} "
    if any(f" {phrase} " in text for phrase in VOCABULARY.hours_in_words):
        return False
    is_new = any(" ".join(tokens[-n:]) in VOCABULARY.until_moment for n in range(1, 5)) or (
        not is_range and any(f" {phrase} " in text for phrase in VOCABULARY.new_moment)
    )
    sure = (VOCABULARY.extended if is_new else frozenset()) | (VOCABULARY.weeks if is_range else frozenset())
    rest = [each for each in _without_known(list(tokens)) if each not in sure]
    words = [word for word in rest if word not in _SIGNS]
    return len(words) <= _MAX_WORDS and all(
        word.isalpha() and word not in _REFUSED and not get_close_matches(word, _DAYS, 1, _MISSPELT) for word in words
    )


def names_place(words: str) -> bool:
    """Return True if words behind a moment can only be a place: "Palais de l'Europe", "in Strasbourg".

    Each is a name, or joins names. None may say something about the time, or be the abbreviation of a zone.
    """
    tokens = tokenize(words)
    if any(token.text == "/" for token in tokens):  # "heure de Londres/Paris"
        return False
    while tokens and tokens[0].text in VOCABULARY.place_prepositions:
        tokens = tokens[1:]
    names = [token for token in tokens if token.text not in _SIGNS and token.text not in VOCABULARY.place_joins]
    return 0 < len(names) <= _MAX_PLACE_WORDS and all(
        _is_name(words[each.start : each.end], each.text) for each in names
    )


def place_name(words: str) -> str:
    """Return the name of a place without the "in" before it; "The" may begin the name itself."""
    names = (
        words[token.start :]
        for token in tokenize(words)
        if token.text not in VOCABULARY.place_prepositions or words[token.start].isupper()
    )
    return next(names, words)


def is_remark(words: str) -> bool:
    """Return True if words in brackets behind a moment say nothing about the time: "in English", "limited places"."""
    tokens = tokenize(words)
    texts = [token.text for token in tokens if token.text not in _SIGNS]
    is_plain = all(text.isalpha() and text not in VOCABULARY.remark_words for text in texts) and words == words.lower()
    return 0 < len(texts) <= _MAX_PLACE_WORDS and is_plain and is_title_of_moment(texts)


def is_purpose(words: str) -> bool:
    """Return True if words behind a moment only say what it is for: "to apply", "pour répondre"."""
    texts = [token.text for token in tokenize(words) if token.text not in _SIGNS]
    rest = texts[1:] if texts and texts[0] in _PURPOSE else texts
    has_word = any(len(text) >= _SHORTEST_WORD for text in rest)
    return has_word and not _without_known(rest) and not _REFUSED & set(texts)


def is_venue(words: str) -> bool:
    """Return True if a place is a building or a room: it has no clock of its own, as a city may have."""
    return not VOCABULARY.venues.isdisjoint(token.text for token in tokenize(words))


def _is_name(word: str, folded: str) -> bool:
    is_abbreviation = word.isupper() and len(word) <= _LONGEST_ABBREVIATION
    is_misspelt = bool(get_close_matches(folded, _DAYS, 1, _MISSPELT))
    return word.isalpha() and word[:1].isupper() and not is_abbreviation and folded not in _REFUSED and not is_misspelt


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
_PURPOSE: Final = frozenset({"to", "for", "pour", "de", "des"})
_REFUSED: Final = VOCABULARY.time_words | VOCABULARY.months.keys() | VOCABULARY.weekdays.keys()
