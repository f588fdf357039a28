"""Names of time zones in phrases: IANA names, cities, abbreviations, long names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from babel.core import get_global

from calendar_service.datephrases.errors import MAX_SHOWN_LENGTH
from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.tokens import name_key, tokenize
from calendar_service.records.errors import Sentence, suggest
from calendar_service.records.zones import CENTRAL_EUROPEAN_LABELS, COMMON_ZONES, IANA_ZONES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CENTRAL_EUROPE: Final = "CET"
"""Stands in `DatePhrase.zone` for every Central European label: the civil time of the programme's seat."""
_NO_CITY_AREAS = ("US", "Canada")  # these are old names of zones in America/
_AMBIGUOUS_COUNTRIES = ("GE",)  # a state of the United States, too
_MAIN_ZONES = {
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "UA": "Europe/Kyiv",
}
"""Of countries with others, that nobody calls by the country's name."""
_SHORTEST_MISSPELT = 3  # "at" is as similar to "août" as a misspelt month
_LOCAL_TIME_REMEDY = Sentence("Say which city: Brussels time, heure de Paris.")


@lru_cache(maxsize=1)
def cities() -> Mapping[str, str]:
    """Map the names of cities, as printed, to zones; a name shared by two zones is left out."""
    zones: dict[str, set[str]] = {}
    for city, zone in [*_cldr_cities(), *VOCABULARY.city_aliases.items()]:
        zones.setdefault(city, set()).add(zone)
    return {city: each.pop() for city, each in zones.items() if len(each) == 1}


@lru_cache(maxsize=1)
def city_zones() -> Mapping[str, str]:
    """Map the names of cities, folded, to zones."""
    return {name_key(city): zone for city, zone in cities().items()}


def _cldr_cities() -> Iterator[tuple[str, str]]:
    # CLDR keeps the first name that a zone ever had: Asia/Calcutta for Asia/Kolkata.
    first_names = get_global("zone_aliases")
    for zone in COMMON_ZONES:
        area, _, place = zone.partition("/")
        for locale in VOCABULARY.locales if place and area not in _NO_CITY_AREAS else ():
            city = locale.time_zones.get(first_names.get(zone, zone), {}).get("city")
            if not city and locale.language == "en":  # then, by CLDR's rule, the zone's name has it
                city = place.rpartition("/")[2].replace("_", " ")
            if city:
                yield city, zone


@lru_cache(maxsize=1)
def zone_words() -> Mapping[str, str]:
    """Map every known name of a zone to the zone."""
    words = {name_key(zone): zone for zone in IANA_ZONES if "/" in zone}
    for city, zone in cities().items():
        key = name_key(city)
        keys = {key, *(key.removeprefix(article) for article in VOCABULARY.city_articles)}
        words |= {pattern.format(each): zone for each in keys for pattern in VOCABULARY.city_time}
    words |= {pattern.format(name): zone for name, zone in _countries() for pattern in VOCABULARY.city_time}
    words |= VOCABULARY.zone_words
    words |= _long_names("Europe_Central", CENTRAL_EUROPE) | _long_names("GMT", "UTC")
    labels = [label.lower() for label in CENTRAL_EUROPEAN_LABELS]
    pairs = [f"{one} / {other}" for one in labels for other in labels]
    return words | dict.fromkeys([*labels, *(f"{label} time" for label in labels), *pairs], CENTRAL_EUROPE)


def _countries() -> Iterator[tuple[str, str]]:
    """Yield the folded name of each country that has one zone, with that zone."""
    for code, zones in get_global("territory_zones").items():
        zone = _MAIN_ZONES.get(code) or (zones[0] if len(zones) == 1 else "")
        for locale in VOCABULARY.locales if zone and code not in _AMBIGUOUS_COUNTRIES else ():
            if name := locale.territories.get(code):
                yield name_key(name), zone


def _long_names(metazone: str, zone: str) -> dict[str, str]:
    names = (name for locale in VOCABULARY.locales for name in locale.meta_zones[metazone]["long"].values())
    return {name_key(name): zone for name in names}


@lru_cache(maxsize=1)
def refused_zone_words() -> Mapping[str, str]:
    """Map zone words that name no zone to the remedy."""
    return dict.fromkeys(VOCABULARY.local_time, _LOCAL_TIME_REMEDY)


def hint_for(words: str) -> str:
    """Return a remedy that suggests a zone or word for a misspelt one, or ""."""
    words = words[:MAX_SHOWN_LENGTH]
    key = " ".join(token.text for token in tokenize(words))
    if "/" in key:
        city = cities().get(words.rpartition("/")[2].strip())
        return Sentence("Did you mean {word}?", word=repr(city)) if city else suggest(words, COMMON_ZONES)
    if any(re.fullmatch(pattern, key) for pattern in VOCABULARY.misspelt_city):
        city = " ".join(word for word in key.split() if word not in VOCABULARY.city_time_words)
        return suggest(city, cities()) or Sentence("Name a city that has a zone of its own: Brussels time.")
    known = VOCABULARY.months | VOCABULARY.weekdays  # spelt well, but it stands where it means nothing
    misspelt = [word for word in key.split()[:4] if word not in known and len(word) >= _SHORTEST_MISSPELT]
    return next((hint for word in misspelt if (hint := suggest(word, VOCABULARY.suggested_words))), "")
