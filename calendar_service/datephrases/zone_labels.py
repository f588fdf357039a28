"""Names of zones whose meaning depends on the day: abbreviations such as "EEST", and CLDR's names of time zones.

A label has one meaning if all zones that use it at that time have the same offset there, and none that uses it in that
year has another name then: "EST" in July may be Panama's, or New York's written without care. The name of a summer time
is never another clock written without care: "EEST" in April is not Cairo's, where summer time begins later.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from babel import Locale
from babel.core import get_global

from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.tokens import name_key
from calendar_service.records.zones import CENTRAL_EUROPEAN_LABELS, IANA_ZONES

if TYPE_CHECKING:
    from collections.abc import Mapping

Season = Literal["generic", "standard", "daylight"]
_OWN_MEANING: Final = CENTRAL_EUROPEAN_LABELS | {"GMT", "UTC"}
_SEASONS: Final[tuple[Season, ...]] = ("generic", "standard", "daylight")
_ABBREVIATING_LOCALES: Final = tuple(Locale("en", code) for code in ("SG", "MY", "HK", "NZ"))
"""English locales whose abbreviations the tz database lacks, such as "SGT"."""
_OWN_METAZONES: Final = ("Europe_Central", "GMT")
_SEVERAL_CLOCKS: Final = ("America_Eastern", "America_Central", "America_Mountain", "Australia_")
"""Of "Eastern time" each zone keeps its own summer time, and more than one continent has it."""
_FREE_AGAIN: Final[Mapping[str, tuple[str, Season]]] = {"gst": ("Gulf", "standard")}
"""Abbreviations that the tz database knows of the past alone (Guam's), to CLDR's metazone that is meant by them now."""
_YEARS: Final = (1980, 1990, 2000, 2010, 2020, 2026)
_NOON = time(12)


@lru_cache(maxsize=1)
def _places() -> tuple[zoneinfo.ZoneInfo, ...]:
    names = (name for name in sorted(IANA_ZONES) if "/" in name and not name.startswith("Etc/"))
    return tuple(zoneinfo.ZoneInfo(name) for name in names)


@lru_cache(maxsize=1)
def abbreviations() -> Mapping[str, str]:
    """Map the folded abbreviations of the tz database to how it writes them."""
    used = {name for year in _YEARS for month in (1, 7) for name in _names_on(date(year, month, 1))}
    return {name.lower(): name for name in used if name.isalpha() and name not in _OWN_MEANING}


def _names_on(day: date) -> dict[str, set[zoneinfo.ZoneInfo]]:
    instant = datetime.combine(day, _NOON, UTC)
    found: dict[str, set[zoneinfo.ZoneInfo]] = {}
    for zone in _places():
        found.setdefault(instant.astimezone(zone).tzname() or "", set()).add(zone)
    return found


@lru_cache(maxsize=64)
def _names_in(year: int) -> dict[str, set[zoneinfo.ZoneInfo]]:
    """Map each abbreviation to the zones that use it in a year."""
    found: dict[str, set[zoneinfo.ZoneInfo]] = {}
    for month in range(1, 13):
        for name, zones in _names_on(date(year, month, 1)).items():
            found.setdefault(name, set()).update(zones)
    return found


@lru_cache(maxsize=1)
def long_names() -> Mapping[str, tuple[str, Season]]:
    """Map CLDR's names of time zones, folded, to metazone and season: "korean standard time", "hae"."""
    meanings: dict[str, set[tuple[str, Season]]] = {}
    for locale in (*VOCABULARY.locales, *_ABBREVIATING_LOCALES):
        for metazone, widths in locale.meta_zones.items():
            for season in _SEASONS if metazone not in _OWN_METAZONES else ():
                for name in {widths.get(width, {}).get(season) for width in ("long", "short")} - {None}:
                    meanings.setdefault(name_key(name), set()).add((metazone, season))
    known = {key: _one_meaning(each) for key, each in meanings.items() if key not in abbreviations()}
    return {key: each for key, each in known.items() if each}


def _one_meaning(meanings: set[tuple[str, Season]]) -> tuple[str, Season] | None:
    """Return the meaning of a name; where one name serves all seasons, CLDR may call it the standard time's."""
    if len({metazone for metazone, _ in meanings}) > 1:
        return None
    return min(meanings, key=lambda each: _SEASONS.index(each[1]))


def is_label(key: str) -> bool:
    """Return True if a folded name is one of a zone that depends on the day."""
    return key in abbreviations() or key in long_names()


@lru_cache(maxsize=16_384)
def offsets_of(key: str, day: date, clock: time | None) -> dict[str, timedelta | None]:
    """Map the zones that use a label in the year of a day to their offset; None if they have another name then."""
    times = {zone.key: datetime.combine(day, clock or _NOON, zone) for zone in _zones_of(key, day.year)}
    offsets = {zone: _offset(key, local) for zone, local in times.items()}
    used: dict[str, timedelta | None] = {zone: offset for zone, offset in offsets.items() if offset is not None}
    is_long_summer = key in long_names() and long_names()[key][1] == "daylight"
    return used if is_long_summer or (used and all(times[zone].dst() for zone in used)) else offsets


def has_own_clocks(key: str) -> bool:
    """Return True if a label never says which zone is meant: "Eastern time"."""
    metazone, season = long_names().get(key, ("", ""))
    return season == "generic" and metazone.startswith(_SEVERAL_CLOCKS)


def _zones_of(key: str, year: int) -> set[zoneinfo.ZoneInfo]:
    if name := _abbreviation(key, year):
        return _names_in(year).get(name, set())
    metazone = (_FREE_AGAIN.get(key) or long_names()[key])[0]
    of_zone = get_global("meta_zones")
    aliases = get_global("zone_aliases")
    return {zone for zone in _places() if of_zone.get(aliases.get(zone.key, zone.key)) == metazone}


def _abbreviation(key: str, year: int) -> str:
    """Return the abbreviation of the tz database that a label is in a year; "" if it is a name of CLDR."""
    name = abbreviations().get(key, "")
    return "" if key in _FREE_AGAIN and not _names_in(year).get(name) else name


def _offset(key: str, local: datetime) -> timedelta | None:
    """Return the offset of a local time if the label is its name, else None; a repeated time may have either."""
    for each in (local, local.replace(fold=1)):
        if name := _abbreviation(key, local.year):
            fits = each.tzname() == name
        else:
            season = (_FREE_AGAIN.get(key) or long_names()[key])[1]
            fits = season == "generic" or bool(each.dst()) == (season == "daylight")
        if fits:
            return each.utcoffset()
    return None
