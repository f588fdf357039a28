"""Times, rules and zone definitions as the checker reads them, with zoneinfo and dateutil alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr

from tests.support.calendar_clients.lines import Component, Property

ZONES = available_timezones()
FORM = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
DURATION = re.compile(r"([+-])?P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)")
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
UNREADABLE = (ValueError, TypeError, IndexError)  # what dateutil raises of a broken rule
FAR = 4000  # instances of one series that are looked at; eleven years of a daily one


@dataclass(frozen=True)
class Moment:
    """A DATE or DATE-TIME: its kind is DATE, UTC, FLOATING or the TZID."""

    kind: str
    wall: datetime

    @property
    def instant(self) -> datetime:
        zone = ZoneInfo(self.kind) if self.kind in ZONES else UTC
        return self.wall.replace(tzinfo=zone).astimezone(UTC)


def read_moment(found: Property, value: str | None = None) -> Moment | None:
    """Read one value of a date property; None when there is no such day or hour."""
    form = FORM.fullmatch(found.value if value is None else value)
    if not form:
        return None
    try:
        wall = datetime.strptime(form[1] + (form[2] or "000000"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
    if not form[2]:
        return Moment("DATE", wall)
    return Moment("UTC" if form[3] else found.params.get("TZID", "FLOATING"), wall)


def read_moments(component: Component, name: str) -> list[Moment]:
    values = ((found, value) for found in component.all(name) for value in found.value.split(","))
    return [moment for found, value in values if (moment := read_moment(found, value))]


def first_moment(component: Component, name: str) -> Moment | None:
    found = component.get(name)
    return None if found is None else read_moment(found)


def read_duration(value: str) -> timedelta | None:
    form = DURATION.fullmatch(value)
    if not form or not any(form.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in form.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if form[1] == "-" else length


def rule_parts(value: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in value.upper().split(";") if "=" in part)


@lru_cache(maxsize=1024)
def instances(event: Component) -> list[datetime]:
    """Expand the rule on the wall clock of DTSTART, exceptions not taken out; one for a single event."""
    start, rule = first_moment(event, "DTSTART"), event.value("RRULE")
    if start is None:
        return []
    if rule is None:
        return [start.wall]
    parts = rule_parts(rule)
    until = read_moment(Property("UNTIL", {}, parts.pop("UNTIL", "")))
    if until and "COUNT" not in parts:
        wall = until.wall
        if until.kind == "UTC" and start.kind in ZONES:
            wall = until.instant.astimezone(ZoneInfo(start.kind)).replace(tzinfo=None)
        parts["UNTIL"] = wall.strftime("%Y%m%dT%H%M%S")
    try:
        walk = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=start.wall)
        return list(islice(walk, FAR))
    except UNREADABLE:
        return []


def offset_of(observance: Component, name: str) -> timedelta | None:
    form = OFFSET.fullmatch(observance.value(name) or "")
    if not form:
        return None
    length = timedelta(hours=int(form[2]), minutes=int(form[3]))
    return -length if form[1] == "-" else length


def onsets(observance: Component, year: int) -> Iterator[datetime]:
    """Give the UTC instants at which the observance begins in a year."""
    start, before = first_moment(observance, "DTSTART"), offset_of(observance, "TZOFFSETFROM")
    if start is None or before is None:
        return
    walls = [start.wall]
    if value := observance.value("RRULE"):
        begin, end = datetime(year, 1, 1), datetime(year, 12, 31, 23, 59, 59)
        try:
            walls = rrulestr(value, dtstart=start.wall).between(begin, end, inc=True)
        except UNREADABLE:  # such as an UNTIL, which no minimal zone has
            return
    yield from ((wall - before).replace(tzinfo=UTC) for wall in walls)


class Definition:
    """What a VTIMEZONE says of the offset at an instant, each year worked out once."""

    def __init__(self, zone: Component) -> None:
        self.zone = zone
        self.years: dict[int, list[tuple[datetime, timedelta | None]]] = {}

    def begun_in(self, year: int) -> list[tuple[datetime, timedelta | None]]:
        if year not in self.years:
            self.years[year] = [
                (onset, offset_of(part, "TZOFFSETTO")) for part in self.zone.children for onset in onsets(part, year)
            ]
        return self.years[year]

    def offset_at(self, instant: datetime) -> timedelta | None:
        begun = [each for year in (instant.year - 1, instant.year) for each in self.begun_in(year)]
        begun = [each for each in begun if each[0] <= instant]
        return max(begun, key=lambda each: each[0])[1] if begun else None


def true_offset(tzid: str, instant: datetime) -> timedelta | None:
    return instant.astimezone(ZoneInfo(tzid)).utcoffset()
