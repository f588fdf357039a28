"""Zones by the names that Outlook shows and writes: "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.zones import COMMON_ZONES, tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d\d):(\d\d))?\) (.{1,100})")
_UTC_NAMES = frozenset({"tzone://microsoft/utc", "coordinated universal time", "utc"})
_REGIONS = {  # those that name no city
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Atlantic Time (Canada)": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "Arizona": "America/Phoenix",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Chennai, Kolkata, Mumbai, New Delhi": "Asia/Kolkata",
    "Beijing, Chongqing, Hong Kong, Urumqi": "Asia/Shanghai",
    "Abu Dhabi, Muscat": "Asia/Dubai",
    "Kuwait, Riyadh": "Asia/Riyadh",
    "Islamabad, Karachi": "Asia/Karachi",
    "Canberra, Melbourne, Sydney": "Australia/Sydney",
}
_COMPARED = tuple(datetime(year, month, 15, tzinfo=UTC) for year in range(2020, 2036) for month in range(1, 13))


def zone_of_outlook_name(name: str) -> str:
    """Return the IANA zone of a name that Outlook shows; "" if it is none, or if its cities keep different times."""
    name = name.strip().strip('"')
    match = _SHOWN.fullmatch(name)
    if name.lower() in _UTC_NAMES or (match and match[4].lower() in _UTC_NAMES):
        return "UTC"
    if match is None:
        return ""
    offset = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    if match[4] in _REGIONS:
        found = [_REGIONS[match[4]]]
    else:
        found = [_cities()[city] for city in map(_key, match[4].split(",")) if city in _cities()]
    if not found or len({_times(zone) for zone in found}) > 1:
        return ""
    return found[0] if _standard(found[0]) == offset else ""


def _key(city: str) -> str:
    return city.strip().lower()


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, str]:
    return {zone.rpartition("/")[2].replace("_", " ").lower(): zone for zone in sorted(COMMON_ZONES) if "/" in zone}


@lru_cache(maxsize=500)
def _times(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(at.astimezone(tzinfo_of(zone)).utcoffset() for at in _COMPARED)


def _standard(zone: str) -> timedelta:
    """Return the offset that Windows prints in the name of a zone: that of winter."""
    return min(offset for offset in _times(zone)[-12:] if offset is not None)
