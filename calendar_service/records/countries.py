"""Countries and their time zones, and which zones people may name: the one home of pytz.

pytz carries what zoneinfo lacks: the table from country to zones, and the list of zones in
common use. No pytz zone ever reaches a datetime.
"""

from __future__ import annotations

import pytz

COMMON_ZONES: frozenset[str] = frozenset(pytz.common_timezones)
COUNTRIES: dict[str, str] = dict(pytz.country_names)
DATABASE_VERSION: str = pytz.OLSON_VERSION  # type: ignore[attr-defined]  # the stubs leave it out


def zones_of_country(code: str) -> tuple[str, ...]:
    """List the IANA zones in use in a country, by ISO 3166 alpha-2 code; empty when there are none."""
    return tuple(pytz.country_timezones.get(code.upper(), ()))
