"""Parse the times of an .ics file: each with its zone, or the reason why it is unknown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from icalendar import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendar_service.parsers.importing.candidates import shorten_value
from calendar_service.parsers.importing.outlook_zones import zone_of_outlook_name
from calendar_service.records.errors import CalendarError, suggest
from calendar_service.records.times import CivilTime, civil_from_instant, day_of_instant
from calendar_service.records.zones import COMMON_ZONES, UnknownZone, canonical_zone, offset_name, tzinfo_of

if TYPE_CHECKING:
    from calendar_service.parsers.importing.ics_lines import Property

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)")
_YEARS = range(1970, 2101)
_UTC_NAMES = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT", "Z"})


class UnfitMoment(CalendarError):
    """It is not known when a time is."""


def read_moment(found: Property, value: str = "") -> date | CivilTime:
    """Parse a DATE or DATE-TIME (RFC 5545, 3.3.4 and 3.3.5), one `value` of a list or the whole. Raise UnfitMoment."""
    text = (value or found.value).strip()
    try:
        if match := _DATE.fullmatch(text):
            return _checked(date(*(int(each) for each in match.groups())))
        if match := _MOMENT.fullmatch(text):
            day, clock = _wall(match)
            _checked(day)
            return CivilTime(day, clock, "UTC" if match[7] else _zone(found, text))
    except ValueError as error:
        if isinstance(error, CalendarError):
            raise
    raise UnfitMoment(f"{shorten_value(text)!r} is not a time that an .ics file can hold.")


def _wall(match: re.Match[str]) -> tuple[date, time]:
    """Parse a day and a wall-clock time. Raise ValueError if they do not exist."""
    year, month, day, hour, minute, second = (int(each) for each in match.groups()[:6])
    return date(year, month, day), time(hour, minute, second)


def _checked(day: date) -> date:
    if day.year not in _YEARS:
        raise UnfitMoment(f"the year {day.year} is not between {_YEARS[0]} and {_YEARS[-1]}.")
    return day


def is_known_zone(name: str) -> bool:
    """Return True if a TZID is a name of IANA, of Windows or of Outlook."""
    return bool(_known(name))


def _known(name: str) -> str:
    """Return the zone of a TZID; "" if it is not known."""
    if name.upper() in _UTC_NAMES:
        return "UTC"
    try:
        zone = canonical_zone(zone_of_outlook_name(name) or WINDOWS_TO_OLSON.get(name, name))
    except UnknownZone:
        return ""
    # What is left, such as Etc/GMT+5, has the sign the other way round: people read the offset itself.
    if zone in COMMON_ZONES or zone == "UTC":
        return zone
    return offset_name(datetime(2000, 1, 1, tzinfo=tzinfo_of(zone)).utcoffset() or timedelta())


def _zone(found: Property, text: str) -> str:
    name = found.parameters.get("TZID", "").strip()
    if not name:
        remedy = "Ask where, and write the zone behind the time, as in 11:00 Europe/Paris."
        raise UnfitMoment(f"{text} names no time zone: it would be that hour everywhere.", remedy=remedy)
    zone = _known(name)
    if not zone:
        tail = "/".join(re.split(r"/+", name)[-2:])
        hint = f"Did you mean {tail!r}?" if tail in COMMON_ZONES else suggest(shorten_value(name), COMMON_ZONES)
        remedy = f"{hint} Ask, and write an IANA zone behind the time, as in 11:00 Europe/Paris.".strip()
        message = f"{text} is in a time zone that is not known: {shorten_value(name)!r}."
        raise UnfitMoment(message, remedy=remedy)
    return zone


def add_duration(start: date | CivilTime, text: str) -> date | CivilTime:
    """Return the end of a DURATION: days are wall-clock days, hours are exact (RFC 5545, 3.3.6)."""
    try:
        length = vDuration.from_ical(text.strip())  # type: ignore[no-untyped-call]
        if isinstance(start, date):
            return start + timedelta(days=length.days)
        if length % timedelta(days=1) == timedelta():
            return replace(start, day=start.day + length)
        return civil_from_instant(start.instant + length, start.zone)
    except (ValueError, TypeError, OverflowError, AttributeError):
        raise UnfitMoment(f"{shorten_value(text)!r} is not a duration.") from None


def day_of(moment: date | CivilTime, series: date | CivilTime) -> date:
    """Return the day of an occurrence on the clock of its series."""
    if isinstance(moment, date):
        return moment
    if isinstance(series, date):
        return moment.day
    return day_of_instant(moment.instant, series.zone)


def plain_rule(text: str, start: date | CivilTime) -> str:
    """Return an RRULE on calendar days: UNTIL as the last day on the clock of the series, without a useless WKST."""
    parts = [part.strip().upper() for part in text.strip().rstrip(";").split(";")]
    weekly = (
        "FREQ=WEEKLY" in parts and not {"INTERVAL=1"} & set(parts) and any(p.startswith("INTERVAL=") for p in parts)
    )
    kept = [part for part in parts if part != "INTERVAL=1" and not (part.startswith("WKST=") and not weekly)]
    return ";".join(_plain_until(part, start) for part in kept)


def _plain_until(part: str, start: date | CivilTime) -> str:
    match = _MOMENT.fullmatch(part.removeprefix("UNTIL="))
    if not part.startswith("UNTIL=") or not match:
        return part
    try:
        day, clock = _wall(match)
    except ValueError:
        return part
    if isinstance(start, CivilTime):
        if match[7]:
            local = civil_from_instant(CivilTime(day, clock, "UTC").instant, start.zone)
            day, clock = local.day, local.clock
        if clock < start.clock:
            day -= timedelta(days=1)
    return f"UNTIL={day:%Y%m%d}"
