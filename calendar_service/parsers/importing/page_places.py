"""Places as pages print them: with their country, with a street, of a hall, or known cities."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from babel import Locale

from calendar_service.datephrases import MONTHS, WEEKDAYS
from calendar_service.parsers.importing.candidates import ONLINE_WORDS
from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.dated_text import carries_date, fold_aligned
from calendar_service.parsers.importing.page_words import is_sentence, label_of, names_a_happening, state_alone

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_LONGEST = 120
_MOST_WORDS = 8
_MOST_WORDS_OF_CITY = 3
_MOST_WORDS_OF_NAME = 2
_ONLINE = re.compile(
    r"(?:(?:online|on-line|virtual|virtuel|virtuelle|en ligne|remote)(?: (?:event|meeting|only|seulement))?"
    r"|webex|(?:en |par |by |via |on |sur )?(?:visio(?:-?conference)?|video-?conference|zoom|(?:ms |microsoft )?teams)"
    r"|en distanciel|a distance)"
)
_ONLINE_BEHIND = re.compile(
    r"[\s,;|()–—-]*\b(?:on-?line|en ligne"
    r"|(?:en|par|by|via|on|sur) (?:visio(?:-?conf[ée]rence)?|video-?conference|zoom|teams))\b[\s).]*$",
    re.IGNORECASE,
)
_AND_ONLINE = re.compile(
    r"\s*(?:,|\band|\bet)\s*(?:also )?(?:online|on-line|en ligne|streamed|en visio\w*)\)?\s*$", re.IGNORECASE
)
_HYBRID = re.compile(r"^hybrid[e]?\s*[:(–-]?\s*", re.IGNORECASE)
_SAYS_ONLINE = re.compile(r"\b(?:online|on-line|en ligne|virtually|virtuellement|en visio\w*)\b")
# Words that belong to a time: a place that holds one of them is no place.
_OF_TIME = re.compile(
    r"\d|\b(?:time|times|local|hours?|hrs?|heures?|locales?|noon|midi|midnight|minuit|am|pm|gmt|utc|from|until|till|to"
    r"|au|jusqu'au|before|avant|or|ou|tbc|tba|cancelled|annule|annulee|postponed|reporte|reportee|every|each|chaque)\b"
)
_NUMBERED = re.compile(
    r"\b(?:room|salle|hall|floor|etage|building|batiment|amphi|stand|studio|level) [a-z]?\d{1,4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th|e|er|eme) (?:floor|etage)\b"
)
_SMALL = frozenset(
    "a and at d da de del della der des di du e el en et für i im in l la le les of on s sur the und y & van".split()  # noqa: SIM905
)
_BETWEEN = re.compile(r"\s*(?:[,()]\s*)+|\s[–—-]\s")  # the parts of a place
_BRACKETS = re.compile(r"\s*[()]+\s*")
_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6} (?=[^\W\d])")
_PREPOSITION = re.compile(r"^(?:in|at|à|au|aux|en|dans) (?:the |la |le |l')?(?=[A-ZÀ-Ý])")
_ABBREVIATION = re.compile(r"\b[A-Z]{2,5}\b")
_FULL = re.compile(r"\s*\((?:complet|full|fully booked|sold out)\)$", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"\b(?:days?|weeks?|months?|years?|editions?|seasons?|jours?|journees?|semaines?|mois|annees?|fetes?|saisons?"
    r"|news|press|calls?|tenders?|appels?|publi\w*|posted|updated|issued|new(?! (?:york|delhi|orleans|haven))"
    r"|regist\w+|inscri\w+|sign|book|apply|contacts?|share|download|follow|subscribe|details?|facebook|twitter|linkedin"
    r"|programmes?|agenda|save|until|by|since|next|free|gratuit"
    r"|events?|evenements?|part|chapter|version)\b"
)
_IN_PERSON = re.compile(r"\s*\((?:in[ -]person|on[ -]site|en presentiel|sur place|physical)\b[^()]*\)", re.IGNORECASE)
_MARK = re.compile(r"\s*\([A-Z*]{1,2}\)$")  # "(P)": open to the press
_HALL_OF = re.compile(
    r"\b(?:hotel de ville|mairie|prefecture|universite|palais des congres|town hall|city hall|university|port|gare)"
    r" (?:de |d'|du |of |in )(?=[^\W\d_])"
)
_INITIAL = re.compile(r"\b[A-Z]\. ?[A-Z]")  # of a person
_TOWN_HALL = re.compile(r"(?:the )?[a-z]+ (?:hall|centre|center|library|museum|theatre|palace)")
_HALL = re.compile(
    r"\b(?:rooms?|salles?|halls?|palais|palace|palacio|palazzo|centres?|centers?|centro|hotels?|universit\w+|campus"
    r"|houses?|maisons?|mairie|hotel de ville|buildings?|batiments?|auditoriums?|amphi\w*|museums?|musees?|theat\w+"
    r"|library|bibliotheque|mediatheque|ministry|ministere|parliament|parlement|castle|chateau|espace|cite|academy"
    r"|academie|institute?|school|ecole|faculte|faculty|stadium|arena|cinema|embassy|ambassade|headquarters|siege"
    r"|prefecture|citadelle|villa|abbaye|abbey|forum des halles)\b"
)
_STREET = re.compile(
    r"(?P<name>.*?)[\s,–—-]*(?P<address>\b\d{1,4}(?: ?(?:bis|ter|[a-c]))?,? (?:rue|avenue|av\.|bd|boulevard|place"
    r"|quai|chemin|route|allee|cours|impasse|square|passage)\b[^,]{2,60})"
    r"[\s,–—-]+(?:(?:[a-z]{1,2}-)?\d{4,5} )?(?P<city>[^\d,]{2,40})"
    r"(?:, (?P<country>[^\d,]{3,30}))?"
)
_WITH_POSTCODE = re.compile(
    r"(?P<name>.+?),? (?:[A-Z]{1,2}-)?\d{4,5} (?P<city>[^\d,.]{2,40}), (?P<country>[^\d,.]{3,30})"
)
_AT = re.compile(r"\b(?:in|at|à|au|aux|a)\s+(?:the\s+)?(?=[^\W\d_a-zà-ÿ])")
_NEVER = frozenset({"english", "french", "german", "spanish", "anglais", "francais", "allemand", *MONTHS, *WEEKDAYS})
_MOST_WORDS_AFTER_AT = 10
_MOST_NAMES = 4


def is_online(text: str) -> bool:
    """Return True if a text says only that something is online."""
    return bool(_ONLINE.fullmatch(fold_aligned(text.strip(" .()[]–—-·|"))))


def says_online(text: str) -> bool:
    """Return True if a sentence says that one can take part from anywhere."""
    return bool(_SAYS_ONLINE.search(fold_aligned(text)))


def without_online(text: str) -> tuple[str, bool]:
    """Return words without an "online" at their end, and whether there is one."""
    bare = _ONLINE_BEHIND.sub("", text)
    return (bare, True) if bare != text else (text, is_online(text) and bool(text))


def is_place(words: str) -> bool:
    """Return True if words are surely a place: they end with a country."""
    return isinstance(read_place(words), dict)


def read_place(rest: str, *, has_clock: bool = False) -> Any:
    """Return the words behind a date as a place: "Ansan, South Korea"; None if they are not one."""
    words = _PREPOSITION.sub("", _ONLINE_BEHIND.sub("", rest).strip(" ,;:|()–—-@·•"))
    if not words or _OF_TIME.search(_NUMBERED.sub("", fold_aligned(words))) or not reads_as_name(words):
        return None
    ends = [match.start() for match in _BETWEEN.finditer(words)]
    starts = [0, *(match.end() for match in _BETWEEN.finditer(words))]
    parts = [words[start:end].strip() for start, end in zip(starts, [*ends, len(words)], strict=True)]
    country = country_code(parts[-1])
    if has_clock and any(_ABBREVIATION.fullmatch(word) and word not in {"UK", "USA"} for word in words.split()):
        return None  # "EST", "AMT": it may be a time zone
    if country is None:
        return None if names_a_happening(words) else _BRACKETS.sub(", ", words)
    place: dict[str, str] = {}
    if len(parts) > 2:  # a hall, a city, a country
        place["name"] = _BRACKETS.sub(", ", words[: ends[-2]].strip(" ,;:|(–—-"))
    if len(parts) > 1:
        place["city"] = parts[-2]
    return {**place, "country": country}


def reads_as_name(words: str) -> bool:
    """Return True if words are written as names: capitalised, except for "of", "de" and the like."""
    found = [word.strip("()'’\"“”.,") for word in re.split(r"[\s’']+", words)]
    found = [word for word in found if word]
    is_name = all(word[0].isupper() or not word[0].isalpha() or word.lower() in _SMALL for word in found)
    return bool(found) and is_name and any(word[0].isupper() for word in found) and not words.endswith((".", "…"))


def place_of_label(words: str) -> Any:
    """Return words behind a label as a place: all that is before the city and the country is its name."""
    if is_online(words):
        return ONLINE_WORDS
    if found := place_alone(words) or _with_street(words):
        return found
    if match := _WITH_POSTCODE.match(words):
        parts = {name: match[name].strip(" ,–—-") for name in ("name", "city")}
        if country := country_code(match["country"]):
            return {**parts, "country": country}
    for each in (words, words.split(". ", maxsplit=1)[0]):
        parts_of = [part.strip() for part in each.split(",") if part.strip()]
        country = country_code(parts_of[-1].rstrip(".")) if len(parts_of) > 1 else None
        city = _POSTCODE.sub("", parts_of[-2]) if country else ""
        if country and reads_as_name(city) and not any(char.isdigit() for char in city):
            name = ", ".join(parts_of[:-2])
            return {**({"name": name} if name else {}), "city": city, "country": country}
    bare = _AND_ONLINE.sub("", words)
    return {"name": bare, "online": True} if bare != words and bare.strip() else words


def place_alone(text: str) -> Any:
    """Return a line that surely is a place, with its country or online, as one; None for any other."""
    if len(text) > _LONGEST:
        return None
    if is_online(text):
        return ONLINE_WORDS
    bare = _HYBRID.sub("", _AND_ONLINE.sub("", text)).strip(" ()")
    found = read_place(bare) if ":" not in bare else None
    if not isinstance(found, dict) or "city" not in found:
        return None
    return {**found, "online": True} if bare != text.strip(" ()") else found


def place_near_date(text: str, *, below_hours: bool = False) -> Any:
    """Return a line beside a date as a place if it names a hall, a street or a known city; None if it does not.

    Right below hours a name of one or two words is one, too.
    """
    if (
        len(text) > _LONGEST
        or carries_date(text)
        or _INITIAL.search(text)
        or (names_a_happening(text) and not _HALL.match(fold_aligned(text)))
    ):
        return None
    if found := _with_street(text):
        return found
    bare = _FULL.sub("", _IN_PERSON.sub("", text))
    if hybrid := _AND_ONLINE.search(bare):
        found = place_near_date(bare[: hybrid.start()], below_hours=below_hours)
        return {"name": found, "online": True} if isinstance(found, str) else found
    name = read_place(bare)
    is_short = len(bare.split()) <= _MOST_WORDS and not is_sentence(bare) and bare[:1].isupper() and ":" not in bare
    is_hall = _HALL.match(fold_aligned(bare)) or is_town_hall(bare)
    if name is None and is_short and (is_hall or _is_in_city(bare)):
        return bare
    if not isinstance(name, str) or _NO_PLACE.search(fold_aligned(text)):
        return None
    is_short = below_hours and len(text.split()) <= _MOST_WORDS_OF_NAME
    return name if is_short or names_a_hall(text) or _is_in_city(text) else None


def place_before(before: str) -> tuple[str, bool]:
    """Return the words before a date if they are a place, "Lisbon", and whether that is sure; "" if they are none."""
    before = before.strip(" ,;:|([–—-·•")
    if not before or len(before.split()) > _MOST_WORDS or label_of(before) or names_a_happening(before):
        return "", False
    if is_place(before) or is_online(before):
        return before, True
    folded = fold_aligned(before)
    is_city = len(before.split()) <= _MOST_WORDS_OF_CITY and isinstance(read_place(before), str)
    if not is_city or _NO_PLACE.search(folded) or state_alone(before):
        return "", False
    return before, folded in _cities()


def place_after_at(text: str) -> Any:
    """Return the place behind the first "in" or "at"; None if there is none."""
    match = _AT.search(text) or _HALL_OF.search(fold_aligned(text))
    words = text[match.end() :].split()[:_MOST_WORDS_AFTER_AT] if match and match.start() < _LONGEST else []
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).rstrip(" ,;:.")
        if is_place(name) or (count <= _MOST_NAMES and _is_name(name)):
            return read_place(name)
    return None


def peel_place(title: str) -> tuple[str, str, bool]:
    """Return a title without the place behind its last comma, the place, and whether it surely is one."""
    parts = re.split(r",\s+", _MARK.sub("", title))
    if len(parts) > 1 and (match := _PREPOSITION.match(parts[-1])):
        name = re.sub(r"\s*\([^()]*\)$", "", parts[-1][match.end() :])
        if reads_as_name(name) and len(name.split()) <= _MOST_WORDS_OF_CITY:
            return ", ".join(parts[:-1]), name, True
    if len(parts) > 1 and is_online(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1], True
    if len(parts) > 2 and country_code(parts[-1]) and reads_as_name(parts[-2]) and len(parts[-2].split()) <= 3:
        return ", ".join(parts[:-2]), ", ".join(parts[-2:]), True
    name = parts[-1] if len(parts) > 1 else ""
    bare = name.removeprefix("The ").removeprefix("La ")
    is_name = len(bare.split()) == 1 and bare.replace("-", "").isalpha() and bare[:1].isupper()
    head = ", ".join(parts[:-1])
    if is_name and len(head.split()) > 2 and not names_a_happening(name):
        return head, name, fold_aligned(name) in _cities()
    return title, "", False


def is_town_hall(text: str) -> bool:
    """Return True if a text is a public building: "Town hall", "Conference centre"."""
    return bool(_TOWN_HALL.fullmatch(fold_aligned(text)))


def names_a_hall(text: str) -> bool:
    """Return True if a text is a name with a word for a room, a building or an institution in it."""
    folded = fold_aligned(text)
    is_name = len(text.split()) <= _MOST_WORDS and isinstance(read_place(text), str)
    return is_name and bool(_HALL.search(folded)) and not _NO_PLACE.search(folded)


def _is_name(name: str) -> bool:
    is_named = reads_as_name(name) and name.rsplit(maxsplit=1)[-1][:1].isupper() and not names_a_happening(name)
    return is_named and _NEVER.isdisjoint(fold_aligned(name).replace(",", " ").split())


def _is_in_city(text: str) -> bool:
    """Return True for a known city, and for a name with that of a city behind it: "Citadelle, Namur"."""
    parts = [part.strip() for part in text.split(",")]
    if fold_aligned(parts[-1]) in _cities():
        return True
    city = parts[-1].removeprefix("The ").removeprefix("La ").removeprefix("Le ")
    if len(parts) == 2 and _HALL.search(fold_aligned(parts[0])) and reads_as_name(city):
        return len(city.split()) == 1 and len(text.split()) <= _MOST_WORDS
    return len(parts) == 2 and len(city.split()) == 1 and len(parts[0].split()) <= _MOST_WORDS_OF_CITY


def _with_street(text: str) -> dict[str, str] | None:
    folded = fold_aligned(text)
    match = _STREET.fullmatch(folded) if len(folded) == len(text) else None
    if match is None:
        return None
    parts = {name: text[match.start(name) : match.end(name)].strip(" ,–—-") for name in ("name", "address", "city")}
    country = country_code(text[match.start("country") : match.end("country")]) if match["country"] else None
    parts |= {"country": country} if country else {}
    return {name: words for name, words in parts.items() if words}


@lru_cache(maxsize=1)
def _cities() -> AbstractSet[str]:
    """Return the cities by which time zones are named, in English and French."""
    zones = available_timezones()
    named = [each["city"] for code in ("en", "fr") for each in Locale(code).time_zones.values() if "city" in each]
    last = [zone.rpartition("/")[2].replace("_", " ") for zone in zones if "/" in zone and not zone.startswith("Etc/")]
    return {fold_aligned(name) for name in (*named, *last)}
