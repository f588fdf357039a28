"""The words that announcement pages use for dates, hours and zones, in English and French.

Names of months, weekdays, cities and time zones come from CLDR through Babel, so another language
costs one entry in `LOCALES` and its small words below. All words here are folded: lower case,
without accents, cut as `tokens_of` cuts them and joined by single spaces.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from babel import Locale
from babel.core import get_global
from dateutil.parser import parserinfo

from calendar_service.records.countries import COMMON_ZONES
from calendar_service.records.zones import CENTRAL_EUROPEAN_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The variants add what pages print and the plain locales lack: "Sept", "juill.".
LOCALES: Final = tuple(Locale.parse(name) for name in ("en", "en_GB", "en_AU", "fr", "fr_CA"))

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
_LOOKALIKES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("’‘ʼ`´", "'")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", " "),
)


@dataclass(frozen=True)
class Token:
    """A number, a word or one sign: its folded text and its place in the line."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Make words comparable: no accents, no capitals, plain dashes and quotes."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LOOKALIKES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def tokens_of(text: str) -> list[Token]:
    """Cut a line; spaces, and signs that nobody sees, only separate."""
    found = _TOKEN.finditer(text.translate(_LOOKALIKES))
    return [Token(fold(match[0]), match.start(), match.end()) for match in found]


def key_of(text: str) -> str:
    """Write a phrase as the tables of this module hold it."""
    return " ".join(token.text for token in tokens_of(text))


def tokens_and_key(text: str) -> tuple[list[Token], str]:
    """Cut a line, and write it as a phrase whose words are the tokens, one for one."""
    tokens = tokens_of(text)
    # Some single signs fold to several words: the greeting U+FDFA, or an accent that stands alone.
    return tokens, " ".join(token.text.replace(" ", "_") for token in tokens)


def name_key(words: str) -> str:
    """Write a name as the zone tables hold it: without the signs inside, but for the slash."""
    return " ".join(token for token in words.split() if token not in NAME_SIGNS)


# --- months and weekdays -------------------------------------------------------------------------


# Abbreviations in common use that CLDR does not carry.
_MORE_NAMES = {("months", 2): ("fev",), ("days", 1): ("tues",), ("days", 3): ("thur", "thurs")}


def _names(part: str, number: int, language: str = "") -> tuple[str, ...]:
    locales = [locale for locale in LOCALES if language in ("", locale.language)]
    tables = (getattr(locale, part)["format"][width] for locale in locales for width in ("wide", "abbreviated"))
    names = {fold(table[number]).removesuffix(".") for table in tables}
    return tuple(sorted(names.union(_MORE_NAMES.get((part, number), ()))))


class MonthNames(parserinfo):
    """Month names for dateutil, in all languages at once."""

    MONTHS: list[Any] = [_names("months", number) for number in range(1, 13)]  # noqa: RUF012 (dateutil's form)
    # The grammar has weekdays of its own; for dateutil "mar" is a month and never "mardi".
    WEEKDAYS: list[Any] = []  # noqa: RUF012

    def convertyear(self, year: int, century_specified: bool = False) -> int:  # noqa: ARG002
        """Keep the year: dateutil would measure a short one against the present day."""
        return year


NAMES: Final = MonthNames()
MONTHS: Final = {name: number for number, names in enumerate(NAMES.MONTHS, 1) for name in names}
FRENCH_MONTHS: Final = {name for number in range(1, 13) for name in _names("months", number, "fr")}
WEEKDAYS: Final = {name: number for number in range(7) for name in _names("days", number)}

# --- small words ---------------------------------------------------------------------------------


def _phrases(text: str) -> frozenset[str]:
    return frozenset(key_of(line) for line in text.split("|"))


ORDINALS: Final = frozenset({"st", "nd", "rd", "th", "er"})
HOUR_WORDS: Final = frozenset({"h", "heure", "heures", "hrs", "hours"})
MINUTE_WORDS: Final = frozenset({"min", "mn", "minutes"})
NOON: Final = frozenset({"noon", "midi"})
MIDNIGHT: Final = frozenset({"midnight", "minuit"})
HALVES: Final[dict[str, Literal["am", "pm"]]] = {
    "am": "am",
    "a . m": "am",
    "du matin": "am",
    "pm": "pm",
    "p . m": "pm",
    "de l ' apres - midi": "pm",
    "du soir": "pm",
}
SEPARATORS: Final = frozenset(",;:|()[]@·•")
NAME_SIGNS: Final = frozenset("'-_.")

RANGE_WORDS: Final = _phrases("to|until|till|through|thru|au|à|jusqu'à|jusqu'au")
AND_WORDS: Final = _phrases("and|et|&")
BETWEEN: Final = _phrases("between|entre")
OPENERS: Final = BETWEEN | _phrases(
    "at|on|the|from|by|no later than|starting|starting at|starting from|starts at|at the latest on|time:"
    "|le|les|du|de|dès|à|à partir de|à partir du|au plus tard|au plus tard le|heure :|horaire :|horaires :"
)
BEFORE: Final = _phrases("before|avant|prior to")
ONLINE: Final = _phrases("online|on-line|en ligne")
LEAD_INS: Final = _phrases(
    "deadline|the deadline is|new deadline|extended deadline|deadline extended to|deadline for applications"
    "|application deadline|submission deadline|deadline for submission|deadline for questions|extended to"
    "|extended until|open until|closing date|closing|closes|closes on|opens|opens on|starts|starts on|date"
    "|dates|date and time|when|save the date|due|due date"
    "|date limite|nouvelle date limite|date limite de dépôt|date limite de candidature"
    "|date limite d'inscription|date limite de remise des offres|date limite reportée au"
    "|échéance|délai|clôture|clôture des inscriptions"
    "|ouvert jusqu'au|prolongé jusqu'au|reporté au|quand|date et heure|dates et heures"
)

# --- zones ---------------------------------------------------------------------------------------

CENTRAL_EUROPE: Final = "CET"  # the sentinel of `When.zone`
_AREAS = frozenset(
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split()  # noqa: SIM905
)

# Cities that programmes meet in and that are not the exemplar city of their zone.
_CITY_ALIASES = {
    "Europe/Paris": "Strasbourg|Lyon|Marseille|Lille|Bordeaux|Nantes|Toulouse|Nice|Montpellier|Grenoble",
    "Europe/Brussels": "Antwerp|Anvers|Ghent|Gand|Liège|Namur|Charleroi",
    "Europe/Amsterdam": "The Hague|La Haye|Rotterdam|Utrecht|Maastricht",
    "Europe/Berlin": "Bonn|Munich|Frankfurt|Francfort|Hamburg|Hambourg|Cologne|Leipzig|Stuttgart",
    "Europe/Zurich": "Geneva|Genève|Bern|Berne|Lausanne|Basel|Bâle|Neuchâtel",
    "Europe/Rome": "Milan|Turin|Reggio Emilia|Bologna|Bologne|Venice|Venise",
    "Europe/Madrid": "Barcelona|Barcelone|Bilbao|Valencia",
    "Europe/Warsaw": "Krakow|Cracovie|Lublin|Wroclaw",
    "Europe/London": "UK|Edinburgh|Édimbourg|Manchester|Cardiff|Belfast",
    "Europe/Kyiv": "Kiev|Melitopol|Odesa|Odessa|Lviv",
    "Asia/Nicosia": "Limassol",
    "Asia/Seoul": "Ansan|Busan|Pusan",
    "Asia/Tokyo": "Osaka|Kyoto|Hamamatsu",
    "Asia/Shanghai": "Beijing|Pékin",
    "Asia/Kolkata": "New Delhi|Delhi|Mumbai|Bombay",
    "America/Toronto": "Ottawa|Montreal|Montréal|Quebec|Québec",
    "America/New_York": "Washington|Boston",
    "America/Los_Angeles": "San Francisco",
}

_ABBREVIATIONS = {
    "EST EDT ET": "America/New_York",
    "CST CDT CT": "America/Chicago",
    "MST MDT MT": "America/Denver",
    "PST PDT PT": "America/Los_Angeles",
    "AST ADT": "America/Halifax",
    "BST": "Europe/London",
    "IST": "Europe/Dublin, Asia/Kolkata or Asia/Jerusalem",
    "WET WEST": "Europe/Lisbon",
    "EET EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "HKT": "Asia/Hong_Kong",
    "SGT": "Asia/Singapore",
    "AEST AEDT": "Australia/Sydney",
    "NZST NZDT": "Pacific/Auckland",
    "SAST": "Africa/Johannesburg",
}

_COASTS = {"eastern": "et", "central": "ct", "mountain": "mt", "pacific": "pt"}
_LOCAL = "Say which city: Brussels time, heure de Paris."


@lru_cache(maxsize=1)
def cities() -> Mapping[str, str]:
    """Map the names of cities, as pages write them, to zones; a name that two zones share is left out."""
    found: dict[str, set[str]] = {}
    for name, zone in _city_names():
        found.setdefault(name, set()).add(zone)
    return {name: zones.pop() for name, zones in found.items() if len(zones) == 1}


def _city_names() -> Iterator[tuple[str, str]]:
    # CLDR keeps the first name that a zone ever had: Asia/Calcutta for Asia/Kolkata.
    first_names = get_global("zone_aliases")
    for zone in COMMON_ZONES:
        area, _, place = zone.partition("/")
        for locale in LOCALES if area in _AREAS else ():
            city = locale.time_zones.get(first_names.get(zone, zone), {}).get("city")
            if not city and locale.language == "en":  # then, by CLDR's rule, the zone's name has it
                city = place.rpartition("/")[2].replace("_", " ")
            if city:
                yield city, zone
    for zone, names in _CITY_ALIASES.items():
        yield from ((name, zone) for name in names.split("|"))


@lru_cache(maxsize=1)
def zone_words() -> Mapping[str, str]:
    """Map every way to print a zone that is understood to the zone it names."""
    words = {name_key(key_of(zone)): zone for zone in COMMON_ZONES if "/" in zone}
    for city, zone in cities().items():
        words |= dict.fromkeys(_city_phrases(name_key(key_of(city))), zone)
    words |= dict.fromkeys(("utc", "gmt", "tu"), "UTC")
    words |= dict.fromkeys(("aoe", "anywhere on earth", "time anywhere on earth"), "AoE")
    words |= dict.fromkeys(_long_names("Europe_Central"), CENTRAL_EUROPE)
    words |= dict.fromkeys(_long_names("GMT"), "UTC")
    words |= {a: CENTRAL_EUROPE for label in CENTRAL_EUROPEAN_LABELS for a in (label.lower(), f"{label} time".lower())}
    words |= {f"{a} / {b}".lower(): CENTRAL_EUROPE for a in CENTRAL_EUROPEAN_LABELS for b in CENTRAL_EUROPEAN_LABELS}
    return words


def _city_phrases(city: str) -> Iterator[str]:
    # "Le Caire" is "heure du Caire", and "La Havane" may lose its article in a hurry.
    for name in {city, city.removeprefix("le "), city.removeprefix("la ")}:
        yield from (f"{name} time", f"{name} local time", f"local time in {name}")
        yield from (f"heure {small} {name}" for small in ("de", "d", "du", "des", "a"))
        yield from (f"heure locale {small} {name}" for small in ("de", "d", "du", "a"))


def _long_names(metazone: str) -> Iterator[str]:
    for locale in LOCALES:
        for name in locale.meta_zones[metazone]["long"].values():
            yield name_key(key_of(name))


@lru_cache(maxsize=1)
def refused_zone_words() -> Mapping[str, str]:
    """Map zone words that name no single zone to the remedy."""
    words = {
        label.lower(): f"{label} has more than one meaning or season: write an IANA name, here {zone}."
        for labels, zone in _ABBREVIATIONS.items()
        for label in labels.split()
    }
    words |= {f"{coast} time": words[label] for coast, label in _COASTS.items()}
    return words | dict.fromkeys(("local time", "heure locale", "heures locales", "local times"), _LOCAL)


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """List words worth suggesting for a misspelt one, as they are printed."""
    tables = (getattr(locale, part)["format"]["wide"] for locale in LOCALES for part in ("months", "days"))
    return frozenset(name for table in tables for name in table.values()) | {
        "Deadline",
        "Date limite",
        "Online",
    }
