"""Countries and their time zones, from tables of pytz that zoneinfo lacks. No pytz zone ever reaches a datetime."""

from __future__ import annotations

import pytz

COUNTRIES: dict[str, str] = dict(pytz.country_names)
DATABASE_VERSION: str = pytz.OLSON_VERSION  # type: ignore[attr-defined]  # the stubs leave it out


def zones_of_country(code: str) -> tuple[str, ...]:
    """Return the IANA zones in use in a country (ISO 3166 alpha-2 code); empty if there are none."""
    return tuple(pytz.country_timezones.get(code.upper(), ()))
