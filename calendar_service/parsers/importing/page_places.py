"""Places that a page names without their country: before a date, in a hall, with a street."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from babel import Locale

from calendar_service.parsers.importing.dated_text import carries_date, date_start
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import is_place, read_place, reads_as_name
from calendar_service.parsers.importing.page_labels import label_of
from calendar_service.parsers.importing.page_source import is_sentence
from calendar_service.parsers.importing.page_states import state_alone
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_MOST_WORDS = 8
_MOST_WORDS_OF_CITY = 3
_MOST_WORDS_OF_NAME = 2
_LONGEST = 120
_EDGES = " ,;:|([–—-·•"
_NO_PLACE = re.compile(
    r"\b(?:days?|weeks?|months?|years?|editions?|seasons?|jours?|journees?|semaines?|mois|annees?|fetes?|saisons?"
    r"|news|press|calls?|tenders?|appels?|publi\w*|posted|updated|issued|new(?! (?:york|delhi|orleans|haven))"
    r"|programmes?|agenda|save|until|by|since|next"
    r"|events?|evenements?|part|chapter|version)\b"
)
_ONLINE = re.compile(
    r"(?:en |par |by |via )?(?:visio(?:-?conference)?|video-?conference|zoom|teams|webex)|en distanciel|a distance"
    r"|remote|on-?line|en ligne"
)
_IN_PERSON = re.compile(r"\s*\((?:in[ -]person|on[ -]site|en presentiel|sur place|physical)\b[^()]*\)", re.IGNORECASE)
_AND_ONLINE = re.compile(r"\s*(?:,|\band|\bet)\s*(?:also )?(?:online|on-line|en ligne)$", re.IGNORECASE)
_MARK = re.compile(r"\s*\([A-Z*]{1,2}\)$")  # "(P)": open to the press
_STATE_BEHIND = re.compile(r"\s+[–—-]\s+[^\W\d]+$")
_HALL = re.compile(
    r"\b(?:rooms?|salles?|halls?|palais|palace|palacio|palazzo|centres?|centers?|centro|hotels?|universit\w+|campus"
    r"|houses?|maisons?|mairie|hotel de ville|buildings?|batiments?|auditoriums?|amphi\w*|museums?|musees?|theat\w+"
    r"|library|bibliotheque|mediatheque|ministry|ministere|parliament|parlement|castle|chateau|espace|cite|academy"
    r"|academie|institute?|school|ecole|faculte|faculty|stadium|arena|cinema|embassy|ambassade|headquarters|siege)\b"
)
_STREET = re.compile(
    r"(?P<name>.*?)[\s,–—-]*(?P<address>\b\d{1,4}(?: ?(?:bis|ter|[a-c]))?,? (?:rue|avenue|av\.|bd|boulevard|place"
    r"|quai|chemin|route|allee|cours|impasse|square|passage)\b[^,]{2,60})"
    r"[\s,–—-]+(?:(?:[a-z]{1,2}-)?\d{4,5}) (?P<city>[^\d,]{2,40})"
    r"(?:, (?P<country>[^\d,]{3,30}))?"
)


def place_before(text: str) -> tuple[str, bool]:
    """Return the words of a place before a date, "Lisbon 28-29 May", and whether its country is among them."""
    before = text[: date_start(text)].strip(_EDGES) if carries_date(text) else ""
    if not before or len(before.split()) > _MOST_WORDS or label_of(before) or names_a_happening(before):
        return "", False
    folded = fold_text(before).replace("’", "'")
    if is_place(before) or _ONLINE.fullmatch(folded):
        return before, True
    is_city = len(before.split()) <= _MOST_WORDS_OF_CITY and isinstance(read_place(before, has_clock=False), str)
    return (before, False) if is_city and not _NO_PLACE.search(folded) and not state_alone(before) else ("", False)


def place_on_line(text: str, *, below_hours: bool = False) -> Any:
    """Return a line below a date as a place if it names a hall, a street or a known city; None if it does not.

    Right below hours a name of one or two words is one, too.
    """
    if len(text) > _LONGEST or carries_date(text) or names_a_happening(text):
        return None
    if found := _with_street(text):
        return found
    bare = _IN_PERSON.sub("", text)
    if hybrid := _AND_ONLINE.search(bare):
        found = place_on_line(bare[: hybrid.start()], below_hours=below_hours)
        return {"name": found, "online": True} if isinstance(found, str) else found
    name = read_place(bare, has_clock=False)
    is_short = len(bare.split()) <= _MOST_WORDS and not is_sentence(bare) and bare[:1].isupper() and ":" not in bare
    if name is None and is_short and (_HALL.match(fold_text(bare)) or _is_in_city(bare)):
        return bare
    if not isinstance(name, str) or _NO_PLACE.search(fold_text(text)):
        return None
    is_short = below_hours and len(text.split()) <= _MOST_WORDS_OF_NAME
    return name if is_short or names_a_hall(text) or _is_in_city(text) else None


def peel_city(title: str) -> tuple[str, str]:
    """Return a title without the name behind its last comma, and that name: a city, or online."""
    bare, state = _MARK.sub("", title), ""
    if match := _STATE_BEHIND.search(bare):
        bare, state = bare[: match.start()], bare[match.start() :]
    head, comma, name = bare.rpartition(", ")
    is_city = len(name.split()) == 1 and reads_as_name(name) and not names_a_happening(name)
    if not comma or not (is_city or _ONLINE.fullmatch(fold_text(name))):
        return title, ""
    return f"{head}{state}", name


def _is_in_city(text: str) -> bool:
    """Return True for a known city, and for a name with that of a city behind it: "Citadelle, Namur"."""
    parts = [part.strip() for part in text.split(",")]
    if fold_text(parts[-1]) in _cities():
        return True
    city = parts[-1].removeprefix("The ").removeprefix("La ").removeprefix("Le ")
    if len(parts) == 2 and _HALL.search(fold_text(parts[0])) and reads_as_name(city):
        return len(city.split()) == 1 and len(text.split()) <= _MOST_WORDS
    return len(parts) == 2 and len(city.split()) == 1 and len(parts[0].split()) <= _MOST_WORDS_OF_CITY


def names_a_hall(text: str) -> bool:
    """Return True if a text is a name with a word for a room, a building or an institution in it."""
    folded = fold_text(text).replace("’", "'")
    is_name = len(text.split()) <= _MOST_WORDS and isinstance(read_place(text, has_clock=False), str)
    return is_name and bool(_HALL.search(folded)) and not _NO_PLACE.search(folded)


def _with_street(text: str) -> dict[str, str] | None:
    folded = fold_text(text).replace("’", "'")
    match = _STREET.fullmatch(folded) if len(folded) == len(text) else None
    if match is None:
        return None
    parts = {name: text[match.start(name) : match.end(name)].strip(" ,–—-") for name in ("name", "address", "city")}
    country = (
        read_place(f"{parts['city']}, {text[match.start('country') :]}", has_clock=False) if match["country"] else {}
    )
    parts |= {"country": country["country"]} if isinstance(country, dict) and country else {}
    return {name: words for name, words in parts.items() if words}


@lru_cache(maxsize=1)
def _cities() -> AbstractSet[str]:
    """Return the cities by which time zones are named, in English and French."""
    zones = available_timezones()
    named = [each["city"] for code in ("en", "fr") for each in Locale(code).time_zones.values() if "city" in each]
    last = [zone.rpartition("/")[2].replace("_", " ") for zone in zones if "/" in zone and not zone.startswith("Etc/")]
    return {fold_text(name) for name in (*named, *last)}
