"""Time zones by name, and the abbreviations printed beside a time.

A zone name is one of: an IANA name ("Europe/Paris"), "UTC", a literal offset ("UTC+01:00") or "AoE" (anywhere on earth,
UTC-12). All arithmetic is done by zoneinfo on the tzdata package.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files

import pytz

from calendar_service.records.errors import CalendarError, Sentence, suggest

# The zones in common use: zoneinfo has no such list. No pytz zone ever reaches a datetime.
COMMON_ZONES: frozenset[str] = frozenset(pytz.common_timezones)
_ABBREVIATIONS = frozenset({"CET", "EET", "MET", "WET", "EST", "MST", "HST", "Factory", "localtime"})
IANA_ZONES: frozenset[str] = frozenset(zoneinfo.available_timezones()) - _ABBREVIATIONS
"""Every name of the tz database, links too, except for abbreviations, which mean more than one zone to people."""
CENTRAL_EUROPEAN_LABELS = frozenset({"CET", "CEST", "MEZ", "MESZ", "HNEC", "HAEC"})
# Old names that not every release of the tz database has as links.
_RENAMED = {
    "Etc/UTC": "UTC",
    "Etc/GMT": "GMT",
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}
_LITERAL_OFFSET = re.compile(r"UTC([+-])(\d{2}):(\d{2})")
_MAX_OFFSET_HOURS = 14


class UnknownZone(CalendarError):
    """No time zone has this name."""

    def __init__(self, name: str) -> None:
        remedy = suggest(name, COMMON_ZONES) or Sentence("Write an IANA name such as Europe/Paris, or UTC+01:00.")
        super().__init__(Sentence("{value} is not a time zone.", value=repr(name)), remedy=remedy)
        self.name = name


@lru_cache(maxsize=1024)
def tzinfo_of(name: str) -> tzinfo:
    """Return the tzinfo of a zone name. Raise UnknownZone."""
    if name == "UTC":
        return UTC
    if name == "AoE":
        return timezone(timedelta(hours=-12), "AoE")
    if match := _LITERAL_OFFSET.fullmatch(name):
        sign, hours, minutes = match[1], int(match[2]), int(match[3])
        if hours <= _MAX_OFFSET_HOURS and minutes < 60:  # minutes in an hour
            offset = timedelta(hours=hours, minutes=minutes)
            return timezone(offset if sign == "+" else -offset, name)
    if name in IANA_ZONES:
        return zoneinfo.ZoneInfo(name)
    raise UnknownZone(name)


def canonical_zone(name: str) -> str:
    """Return the name in common use of an IANA zone, which browsers and files may call by an old one.

    Asia/Calcutta is Asia/Kolkata, and Etc/UTC is UTC. A name that has no other stays. Raise UnknownZone.
    """
    if name not in COMMON_ZONES and name not in IANA_ZONES:
        raise UnknownZone(name)
    while name not in COMMON_ZONES and name in _links():
        name = _links()[name]
    return _RENAMED.get(name, name)


@lru_cache(maxsize=1)
def _links() -> dict[str, str]:
    """Return the links of the tz database, each with what it is a link to."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="ascii")
    links = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {name: target for _, target, name in links}


def is_iana(name: str) -> bool:
    """Return True if a known zone name is an IANA zone, which may change its clocks; False for a fixed offset."""
    return isinstance(tzinfo_of(name), zoneinfo.ZoneInfo)


def abbreviation(instant: datetime, zone: str) -> str:
    """Return the abbreviation of a zone at an instant: "CEST", or "UTC+9" if the database has no letters."""
    local = instant.astimezone(tzinfo_of(zone))
    label = local.tzname() or ""
    return offset_words(instant, zone) if label[:1] in "+-" else label


def offset_words(instant: datetime, zone: str) -> str:
    """Format the offset of a zone at an instant: "UTC+2", "UTC-3:30", "UTC"."""
    minutes = int((instant.astimezone(tzinfo_of(zone)).utcoffset() or timedelta()).total_seconds()) // 60
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def offset_name(offset: timedelta) -> str:
    """Format an offset as the name of a literal zone: "UTC+02:00", "UTC"."""
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}" if minutes else "UTC"


def city_words(zone: str) -> str:
    """Return the city that a zone is named after, in English: "New York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def zone_of_label(seat: str) -> str:
    """Return the zone that a Central European label such as "CET" stands for.

    It means the civil time of the organiser's seat, summer and winter, if the seat keeps that time; else the civil time
    of Brussels, as in the tz database.
    """
    keeps_it = {tzinfo_of(seat).tzname(datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 7)}
    return seat if keeps_it & CENTRAL_EUROPEAN_LABELS else "Europe/Brussels"
