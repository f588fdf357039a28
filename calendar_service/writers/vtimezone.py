"""The VTIMEZONE component of a zone: the rule in force now, as one STANDARD and one DAYLIGHT.

Why not icalendar's own `Timezone.from_tzid`: it lists the changes as RDATEs, the spring ones an hour
late. ical.js (the parser of Thunderbird and Nextcloud) takes whole summers in such a list for winter,
and Outlook, which knows only one yearly rule for each half of the year, shifts the events too.

The rule is the last line of the zone's TZif file (RFC 8536, section 3.3), a POSIX TZ string such as
"CET-1CEST,M3.5.0,M10.5.0/3". It knows nothing of older law, and a few rules, such as "the Friday
before the last Sunday", fit no RRULE that calendar programs share; ask `describes` before writing
a local time with a TZID, and write UTC where it says no.
"""

from __future__ import annotations

import re
import struct
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from importlib.resources import files
from itertools import count
from operator import itemgetter

from calendar_service.records.errors import CalendarError
from calendar_service.records.zones import is_iana, tzinfo_of

_DAY = timedelta(days=1)
_FIRST_YEAR = 1970  # outlook.com refuses zones that reach further back
_LAST_WEEK = 5  # POSIX for "the last one of the month"
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")  # numbered as POSIX does

_NAME = r"<[\w+-]+>|[A-Za-z]+"
_DURATION = r"[+-]?\d{1,3}(?::\d\d)?"  # without seconds: outlook.com refuses such offsets
_FOOTER = re.compile(
    rf"(?P<standard>{_NAME})(?P<standard_west>{_DURATION})"
    rf"((?P<daylight>{_NAME})(?P<daylight_west>{_DURATION})?,(?P<to_daylight>[^,]+),(?P<to_standard>[^,]+))?"
)
# The other two forms of a date, Jn and n, count the days of the year and name no weekday.
_WEEKDAY_RULE = re.compile(rf"M(?P<month>\d+)\.(?P<week>\d)\.(?P<weekday>\d)(?:/(?P<clock>{_DURATION}))?")


class NoPresentRule(CalendarError):
    """A zone cannot be written as VTIMEZONE: UTC, a bare offset, or a rule without a weekday."""

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"The present rule of {zone} cannot be written as a VTIMEZONE.",
            remedy="Write its moments in UTC.",
        )
        self.zone = zone


@dataclass(frozen=True)
class _Rule:
    """When the clocks change each year: on the n-th weekday of a month, at a time of day."""

    month: int
    week: int
    weekday: int
    clock: timedelta

    def day(self, year: int) -> int:
        """Return the day of the month on which the rule falls in a year."""
        first_weekday, length = monthrange(year, self.month)  # Monday is 0 here, Sunday in POSIX
        first = (self.weekday - 1 - first_weekday) % 7 + 1
        days = range(first, length + 1, 7)
        return days[-1] if self.week == _LAST_WEEK else days[self.week - 1]

    @property
    def text(self) -> str:
        nth = -1 if self.week == _LAST_WEEK else self.week
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={nth}{_WEEKDAYS[self.weekday]}"


@dataclass(frozen=True)
class _Observance:
    """One half of the year, or all of it if there is no rule (RFC 5545, section 3.6.5)."""

    kind: str
    name: str
    before: timezone
    offset: timezone
    rule: _Rule | None

    def onset(self, year: int) -> datetime:
        """Return when it begins in a year, in the offset before it; a fixed one has a single onset."""
        if self.rule is None:
            return datetime(_FIRST_YEAR, 1, 1, tzinfo=self.before)
        return datetime(year, self.rule.month, self.rule.day(year), tzinfo=self.before) + self.rule.clock

    def lines(self) -> list[str]:
        first = self.onset(_FIRST_YEAR)
        return [
            f"BEGIN:{self.kind}",
            f"DTSTART:{first:%Y%m%dT%H%M%S}",
            f"TZOFFSETFROM:{first:%z}",
            f"TZOFFSETTO:{first.astimezone(self.offset):%z}",
            f"TZNAME:{self.name}",
            *([f"RRULE:{self.rule.text}"] if self.rule else []),
            f"END:{self.kind}",
        ]


def describes(zone: str, instant: datetime) -> bool:
    """Return True if the VTIMEZONE written for the zone has the right offset at this instant.

    If not, the time must be written in UTC. Also False, every year, in an hour that the clocks repeat: RFC 5545 takes
    such a local time for the first of the two, ical.js for the second.
    """
    known = _describes_day(zone, instant.date())
    if known is not None:
        return known
    local = instant.astimezone(tzinfo_of(zone))
    # Some calendar clients believe the VTIMEZONE, some the name of the zone: neither may have a choice.
    return _readings(zone, local) == {instant} and not _is_repeated(local)


@lru_cache(maxsize=1024)
def describes_from(zone: str) -> date | None:
    """Return the 1 January from which VTIMEZONE and tz database agree for ever, or None if they never do.

    For ever is as far as the database knows; a new release may bring new law. Repeated hours are no disagreement here:
    the rule is right, only a local time in them is ambiguous.
    """
    since = None
    for moment in _moments_of_change(zone):  # between two of them nothing changes on either side
        if not _agrees(zone, moment):
            since = None
        elif since is None:
            since = moment
    if since is None:
        return None
    new_years = (datetime(year, 1, 1, tzinfo=tzinfo_of(zone)) for year in count(since.year))
    return next(day.date() for day in new_years if day.astimezone(UTC) >= since)


@lru_cache(maxsize=1024)
def keeps_utc(zone: str) -> bool:
    """Return True if the clocks of a zone have shown UTC since 1970, as those of Iceland."""
    rules = _observances(zone)
    since = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    is_steady = len(rules) == 1 and all(change < since for change in _changes_in_database(zone))
    return is_steady and not rules[0].offset.utcoffset(None)


@lru_cache(maxsize=1024)
def change_days(zone: str, years: range) -> frozenset[date]:
    """Return the days, on the zone's own clock, on which the clocks change by its present rule."""
    moments = {at for year in years for at, _ in _onsets(zone, year) if _observances(zone)[0].rule}
    return frozenset(at.astimezone(tzinfo_of(zone)).date() for at in moments)


@lru_cache(maxsize=1024)
def write_vtimezone(zone: str) -> bytes:
    """Return the whole VTIMEZONE component, with CRLF line ends. Raise NoPresentRule."""
    observances = _observances(zone)
    if not observances:
        raise NoPresentRule(zone)
    inner = [line for observance in observances for line in observance.lines()]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *inner, "END:VTIMEZONE", ""]
    return "\r\n".join(lines).encode()


@lru_cache(maxsize=1024)
def _observances(zone: str) -> tuple[_Observance, ...]:
    """Return the present rule of a zone: STANDARD, then DAYLIGHT if there is one; empty if it cannot be expressed."""
    found = _FOOTER.fullmatch(_tzif(zone).rsplit(b"\n", 2)[-2].decode()) if is_iana(zone) else None
    if not found:
        return ()
    standard = timezone(-_duration(found["standard_west"]))  # POSIX counts offsets westwards
    name = found["standard"].strip("<>")
    if not found["daylight"]:
        return (_Observance("STANDARD", name, standard, standard, None),)
    west = found["daylight_west"]
    daylight = timezone(-_duration(west) if west else standard.utcoffset(None) + timedelta(hours=1))
    to_standard, to_daylight = _rule(found["to_standard"]), _rule(found["to_daylight"])
    if not (to_standard and to_daylight):
        return ()
    # By Irish law summer is standard time and winter the exception; programs expect the opposite.
    irish = daylight.utcoffset(None) < standard.utcoffset(None)
    one = _Observance("DAYLIGHT" if irish else "STANDARD", name, daylight, standard, to_standard)
    name = found["daylight"].strip("<>")
    other = _Observance("STANDARD" if irish else "DAYLIGHT", name, standard, daylight, to_daylight)
    return (other, one) if irish else (one, other)


def _rule(text: str) -> _Rule | None:
    """Parse the date and time of a yearly change; None unless it is a weekday and a time of that day."""
    found = _WEEKDAY_RULE.fullmatch(text)
    if not found:
        return None
    clock = _duration(found["clock"] or "2")
    if not timedelta() <= clock < timedelta(days=1):
        return None  # "24:00 on the first Saturday" is not the first Sunday when the month begins on a Sunday
    return _Rule(int(found["month"]), int(found["week"]), int(found["weekday"]), clock)


def _duration(text: str) -> timedelta:
    hours, _, minutes = text.lstrip("+-").partition(":")
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -size if text.startswith("-") else size


@lru_cache(maxsize=8192)
def _describes_day(zone: str, day: date) -> bool | None:
    """Return what `describes` says of every instant of a day in UTC; None if clocks change near it, by rule or by law.

    A feed has many times, on few days.
    """
    if not _observances(zone):
        return False
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    changes = [at for at, _ in _onsets(zone, day.year)] + _changes_in_database(zone)
    return None if any(abs(at - noon) <= 2 * _DAY for at in changes) else _agrees(zone, noon)


def _readings(zone: str, local: datetime) -> set[datetime]:
    """Return every instant that a client of the VTIMEZONE can take a local time for."""
    choices = {one.offset: local.replace(tzinfo=one.offset).astimezone(UTC) for one in _observances(zone)}
    return {instant for offset, instant in choices.items() if _offset_by_rule(zone, instant) == offset}


def _is_repeated(local: datetime) -> bool:
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _agrees(zone: str, instant: datetime) -> bool:
    return _offset_by_rule(zone, instant) == _offset_of(instant.astimezone(tzinfo_of(zone)))


def _offset_of(local: datetime) -> timezone:
    return timezone(local.utcoffset() or timedelta())


def _offset_by_rule(zone: str, instant: datetime) -> timezone | None:
    """Return the offset of the VTIMEZONE at an instant in UTC; None before its first onset."""
    return next((offset for at, offset in reversed(_onsets(zone, instant.year)) if at <= instant), None)


@lru_cache(maxsize=8192)
def _onsets(zone: str, year: int) -> tuple[tuple[datetime, timezone], ...]:
    """Return the onsets (UTC), each with its offset, of a year and its neighbours, in order."""
    years = range(max(year - 1, _FIRST_YEAR), min(year + 1, MAXYEAR) + 1)
    onsets = {one.onset(year).astimezone(UTC): one.offset for year in years for one in _observances(zone)}
    return tuple(sorted(onsets.items(), key=itemgetter(0)))


def _moments_of_change(zone: str) -> list[datetime]:
    """Return all onsets, and all changes in the database after the first of them, in order."""
    known = _changes_in_database(zone) if _observances(zone) else []
    last_year = max([_FIRST_YEAR, *(change.year for change in known)])  # beyond it the footer rules alone
    onsets = {at for year in range(_FIRST_YEAR, last_year + 1) for at, _ in _onsets(zone, year)}
    return sorted(onsets | {change for change in known if change > min(onsets)})


@lru_cache(maxsize=1024)
def _changes_in_database(zone: str) -> list[datetime]:
    """Parse the moments of change of a TZif file: a block with 32-bit times, then the one that counts."""
    tzif = _tzif(zone)
    header = struct.Struct(">4s c 15x 6I")  # RFC 8536, section 3.1
    _, _, utc_flags, wall_flags, leaps, changes, types, messages = header.unpack_from(tzif)
    start = header.size + changes * 5 + types * 6 + messages + leaps * 8 + wall_flags + utc_flags
    changes = header.unpack_from(tzif, start)[5]
    seconds = struct.unpack_from(f">{changes}q", tzif, start + header.size)
    return [datetime.fromtimestamp(second, UTC) for second in seconds]


def _tzif(zone: str) -> bytes:
    return files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()
