"""Texts in one or more languages, and the characters that no text may contain."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from babel import Locale

from calendar_service.records.errors import CalendarError, Sentence

Text = dict[str, str]
"""One text by language code; never empty where a text is required."""

LANGUAGE_NAMES: dict[str, str] = {
    code: name for code, name in Locale("en").languages.items() if len(code) <= 3
}  # longer codes are scripts and variants

CATALOGUES = Path(__file__).parents[1] / "writers" / "translations"
"""The folder of the catalogues, one file for each language beside English."""

# C0 without tab and newline, DEL, C1, line and paragraph separators, byte order mark, bidi embeddings,
# overrides and isolates, surrogates: they end lines, hide text or turn it around in some calendar client.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


class UnfitText(CalendarError):
    """A text contains characters that calendar clients cannot show."""


def clean_input_block(value: str) -> str:
    """Return a text of several lines, trimmed and in Unicode form NFC. Raise UnfitText."""
    if found := FORBIDDEN.search(value):
        code = f"U+{ord(found[0]):04X}"
        raise UnfitText(
            Sentence(
                "it holds the invisible character {code} at position {place}.", code=code, place=found.start() + 1
            ),
            remedy=Sentence("Delete it; it may have come with a copied text."),
        )
    return unicodedata.normalize("NFC", value.strip())


def clean_input_line(value: str) -> str:
    """Return a text of one line, trimmed and in Unicode form NFC. Raise UnfitText also for a line break or tab."""
    text = clean_input_block(value)
    if "\n" in text or "\t" in text:
        raise UnfitText(Sentence("it must stand on one line."), remedy=Sentence("Take out the line break or tab."))
    return text


def read_text(value: str | Text | None, language: str) -> Text:
    """Return a text as the file has it: none, one in `language`, or one for each language."""
    if value is None:
        return {}
    return {language: value} if isinstance(value, str) else dict(value)


def check_language(code: str) -> str:
    """Return a known language code unchanged. Raise UnfitText."""
    if code not in LANGUAGE_NAMES:
        named = [
            Sentence("Write {code} for {name}.", code=short, name=name)
            for short, name in LANGUAGE_NAMES.items()
            if name.lower() == code.lower()
        ]
        remedy = named[0] if named else Sentence("Write a code such as en, fr or uk.")
        raise UnfitText(Sentence("{value} is not a language code.", value=repr(code)), remedy=remedy)
    return code


@cache
def output_languages() -> tuple[str, ...]:
    """Return the codes of the languages that outputs can be written in: English, and those with a catalogue."""
    return ("en", *sorted(path.stem for path in CATALOGUES.glob("*.po")))


def fold_text(value: str) -> str:
    """Return the form in which texts are searched: without case and accents."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
