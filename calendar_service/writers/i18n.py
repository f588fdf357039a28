"""Languages: a gettext catalogue, and CLDR's names of days, months, zones and countries.

A language is a file `translations/<code>.po`; the keys of the catalogue are English sentences.
"""

from __future__ import annotations

import gettext
import re
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from calendar_service.records.errors import Sentence
from calendar_service.records.texts import CATALOGUES, output_languages
from calendar_service.records.zones import is_iana, offset_words, tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# British English writes the day before the month and the clock to 24, as the programme's pages do.
_LOCALES = {"en": "en_GB"}
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_FRENCH_FIRST = re.compile(r"\b1 (?=[^\W\d])")


class Language:
    """One language of output."""

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        self.code = code
        self.locale = Locale.parse(_LOCALES.get(code, code))
        self._translations = translations

    def gettext(self, message: str, **values: object) -> str:
        """Return the translation of a sentence with its {names} filled in."""
        text = self._translations.gettext(message)
        return text.format(**values) if values else text

    def say(self, text: str) -> str:
        """Return a sentence in this language as far as its catalogue has it; any other text as it is."""
        if not isinstance(text, Sentence):
            return text
        values = {name: self.say(each) if isinstance(each, str) else each for name, each in text.values.items()}
        said = self._translations.gettext(text.template)
        return said.format(**values) if values else said

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the translation of a sentence by the language's plural rule; `{number}` stands for the number."""
        return self._translations.ngettext(one, many, number).format(number=number, **values)

    def day(self, day: date, *, weekday: bool = True, month: bool = True, year: bool = True) -> str:
        """Format a day in full: "Tuesday 7 July 2020"; without its month and year "Tuesday 7"."""
        weekdays, months = self._names
        # CLDR writes "1 décembre"; French says the first of a month with an ordinal.
        number = "1er" if day.day == 1 and self.code == "fr" else f"{day.day}"
        before = f"{weekdays[day.weekday()]} " if weekday else ""
        return f"{before}{number}{f' {months[day.month]}' if month else ''}{f' {day.year}' if year else ''}"

    @cached_property
    def _names(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The weekdays from 0 for Monday and the months from 1, as dates have them.

        Not with babel's `format_date`: feeds have some days for each record, and it parses its pattern each time.
        """
        return dict(self.locale.days["format"]["wide"]), dict(self.locale.months["format"]["wide"])

    def short_day(self, day: date, *, year: bool = False) -> str:
        """Format a day for a short line: "Tue 7 July", with the year if asked for."""
        text = format_date(day, "EEE d MMMM y" if year else "EEE d MMMM", locale=self.locale)
        return _FRENCH_FIRST.sub("1er ", text) if self.code == "fr" else text

    def short_month(self, day: date) -> str:
        """Return the short name of a month: "Jul", "juil."."""
        return format_date(day, "LLL", locale=self.locale)

    def month(self, day: date) -> str:
        """Format a month: "July 2020"."""
        return format_date(day, "LLLL y", locale=self.locale)

    def weekday(self, day: date) -> str:
        """Return the short name of a weekday: "Tue"."""
        return format_date(day, "EEE", locale=self.locale)

    def weekdays(self) -> list[tuple[str, str]]:
        """Return the weekdays from Monday, each as its letter and its name: ("T", "Tuesday")."""
        names = self.locale.days["stand-alone"]
        return [(names["narrow"][number], names["wide"][number]) for number in range(7)]

    def own_name(self) -> str:
        """Return the language's name in itself: "English", "Français"."""
        return str(self.locale.languages.get(self.code, self.code)).capitalize()

    def clock(self, local: datetime) -> str:
        """Format the time of an aware datetime, in its own zone: "11:00"."""
        return f"{local.hour:02}:{local.minute:02}"

    def city_of(self, zone: str) -> str:
        """Return the place that a zone is named after: "Seoul", "Séoul"."""
        if not is_iana(zone):
            return zone
        if zone.startswith("Etc/GMT"):  # whose sign is the other way round: Etc/GMT+5 is UTC-5
            return offset_words(_ANY_TIME, zone)
        city: str = get_timezone_location(tzinfo_of(zone), locale=self.locale, return_city=True)
        # Places that CLDR has no name for are called by the rest of their zone's: "Argentina/Buenos Aires".
        return city.rpartition("/")[2]

    def country(self, code: str) -> str:
        """Return the name of a country by its ISO 3166 code."""
        return str(self.locale.territories.get(code, code))

    def language(self, code: str) -> str:
        """Return the name of a language by its code."""
        return str(self.locale.languages.get(code, code))

    def join(self, parts: list[str]) -> str:
        """Join parts with the language's commas and "and"."""
        return format_list(parts, locale=self.locale)


@lru_cache
def language(code: str) -> Language:
    """Return a language that has a catalogue. Raise KeyError for any other."""
    if code == "en":
        return Language(code, gettext.NullTranslations())
    path = CATALOGUES / f"{code}.po"
    if code not in output_languages():
        raise KeyError(code)
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Language(code, gettext.GNUTranslations(compiled))
