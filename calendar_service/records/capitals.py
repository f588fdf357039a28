"""The time zone of each country's capital, where the country has several, and zones that are never proposed.

A person who is told which zone to write pastes it. So the first one is the capital's, and none is that of a territory
that another state occupies: neutral as the tz database is, its list of zones is one of clocks and not of borders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.datephrases import phrase_key
from calendar_service.records.countries import zones_of_country
from calendar_service.records.zones import city_words

if TYPE_CHECKING:
    from calendar_service.records.record import Place

CAPITAL_ZONES: dict[str, str] = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",  # Canberra
    "BR": "America/Sao_Paulo",  # Brasília
    "CA": "America/Toronto",  # Ottawa
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",  # Beijing
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",  # Quito
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",  # Palikir
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",  # Astana
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",  # Wellington
    "PF": "Pacific/Tahiti",  # Papeete
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",  # Ramallah, where the government sits
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",  # Washington
    "UZ": "Asia/Tashkent",
}
"""The zone of the capital, or of the seat of government, by ISO 3166 code."""

WITHOUT_CAPITAL: dict[str, str] = {
    "AQ": "no state has a capital there, and each station keeps the time of its own supplies",
    "UM": "nobody lives there but the staff of a few stations",
}
"""Countries of several zones of which none comes first, and why."""

NEVER_PROPOSED: dict[str, str] = {
    "Asia/Famagusta": "the part of Cyprus where the government of the Republic has no effective control since 1974; "
    "its clocks have been those of Nicosia again since 2017",
    "Europe/Busingen": "a German town within Switzerland, which has kept the time of Berlin since 1981",
    "Europe/Simferopol": "Crimea, territory of Ukraine that Russia has occupied since 2014 "
    "(General Assembly, resolution 68/262); its clocks are those of Moscow",
}
"""Zones that are never proposed as those of a country, and why. Whoever writes one is understood."""


def zone_of_place(place: Place | None) -> str | None:
    """Return the zone of a place: the only one that its country has to propose, or the one named after its city."""
    zones = zones_to_propose(place.country) if place and place.country else ()
    if place is None or len(zones) == 1:
        return zones[0] if zones else None
    cities = {phrase_key(name) for name in place.city.values()}
    return next((zone for zone in zones if phrase_key(city_words(zone)) in cities), None)


def zones_to_propose(code: str) -> tuple[str, ...]:
    """Return the zones of a country that a person may be asked to choose from, the capital's first."""
    capital = CAPITAL_ZONES.get(code.upper())
    found = [zone for zone in zones_of_country(code) if zone not in NEVER_PROPOSED]
    return tuple(sorted(found, key=lambda zone: zone != capital))
