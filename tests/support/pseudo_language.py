"""A language made for the tests: each letter of a sentence is drawn wide, so that what is not said by it can be seen.

It is Polish without its sentences, as Polish has three plural forms and CLDR knows all its names.
"""

import re

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from calendar_service.records.countries import COUNTRIES, zones_of_country
from calendar_service.writers.i18n import CATALOGUES, language

CODE = "pl"
_WIDE = {
    ord(message): ord(message) + 0xFEE0 for message in map(chr, range(ord("A"), ord("z") + 1)) if message.isalpha()
}
_SAID = re.compile("[Ａ-Ｚａ-ｚ⟦⟧]+")
# Names of programs and formats, and signs, that are the same in every language.
NAMES = ["kind", "Google Calendar", "Outlook.com", "Microsoft 365", "Apple", "Thunderbird", "webcal"]
_SAME = re.compile(
    r"\b[a-z]+=\S*|{city}|\b(?:CET|CEST|KST|EET|UTC|AoE)\b|(?:https?|webcal)://\S+|\S+@\S+|\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+\b|&\w+;"
)


def draw(sentence):
    """Draw a sentence wide, but for its {names}."""
    parts = re.split(r"({\w+})", sentence)
    return f"⟦{''.join(part if part.startswith('{') else part.translate(_WIDE) for part in parts)}⟧"


def write_catalogue(folder):
    """Write the catalogue of all sentences beside those that there are."""
    made = Catalog(locale=CODE)
    with (CATALOGUES / "fr.po").open("rb") as file:
        (folder / "fr.po").write_bytes(file.read())
        file.seek(0)
        ids = [message.id for message in read_po(file) if message.id]
    for each in ids:
        one, many = each if isinstance(each, tuple) else (each, each)
        made.add(each, draw(one) if one is each else (draw(one), draw(many), draw(many)))
    with (folder / f"{CODE}.po").open("wb") as file:
        write_po(file, made)


class Known:
    """What may stand on a page undrawn: a calendar's own texts, CLDR's names, and what somebody typed."""

    def __init__(self, lang, files, typed):
        self._texts = {*NAMES, *typed, *_names_of_cldr(lang)}
        for file in files:
            self._texts |= set(_own_texts(yaml.safe_load(file.read_text(encoding="utf-8"))))
        longest_first = sorted((text for text in self._texts if text), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
        self._seen = {}

    def leaks(self, text):
        """List the words that nothing accounts for."""
        told = " ".join(_SAID.sub(" ", text).split())
        if told in self._texts or not re.search(r"[^\W\d_]{2}", told):
            return []
        if told not in self._seen:
            self._seen[told] = re.findall(r"[^\W\d_]{2,}", _SAME.sub(" ", self._pattern.sub(" ", told)))
        return self._seen[told]


def _names_of_cldr(lang):
    locale = lang.locale
    for names in (locale.days, locale.months):
        for context in names.values():
            for form in context.values():
                yield from (str(name) for name in form.values())
    yield from (str(name) for name in (*locale.territories.values(), *locale.languages.values()))
    yield from (lang.city_of(zone) for country in COUNTRIES for zone in zones_of_country(country))
    yield from (language(code).own_name() for code in ("en", "fr", CODE))
    yield from ("i", "lub")  # the words of its lists


def _own_texts(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from _own_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _own_texts(each)
    elif isinstance(value, str):
        yield " ".join(value.split())
        yield from (" ".join(part.split()) for part in value.split("\n\n"))
