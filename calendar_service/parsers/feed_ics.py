"""Parse iCalendar and jCal as a subscriber's program does: instants follow from the file's own zones and rules.

Nothing is taken from our own records: a time with a TZID is computed from the VTIMEZONE in the file, a series from its
RRULE, EXDATE and RECURRENCE-ID.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar

from calendar_service.records.errors import CalendarError

_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError)
_DATE_LENGTH = len("20270309")

Value = tuple[dict[str, str], str]
"""The parameters of a property, and its value in the form of RFC 5545."""
Time = tuple["date | None", date, date]
"""One happening: its day by the rule where it belongs to a series, its start, its exclusive end."""


class UnreadableFeed(CalendarError):
    """The bytes are not a calendar, or have times that the file does not define."""


@dataclass(frozen=True)
class FeedEvent:
    """One VEVENT. `day` is the day of its RECURRENCE-ID; `times` has each instance of a series in the range.

    `links` are its addresses, apart from those in the description.
    """

    uid: str
    summary: str
    description: str
    day: date | None
    times: tuple[Time, ...]
    status: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A calendar: its own properties and its VEVENTs."""

    description: str
    events: tuple[FeedEvent, ...]


@dataclass
class _Node:
    name: str
    values: dict[str, list[Value]] = field(default_factory=dict)
    children: list[_Node] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.values[name][0][1] if name in self.values else ""

    def named(self, name: str) -> list[_Node]:
        return [child for child in self.children if child.name == name]


def read_ics(body: bytes, first: date, last: date) -> Feed:
    """Parse a file; series are expanded from `first` to `last`, both included. Raise UnreadableFeed."""
    try:
        return _read(_from_ical(Calendar.from_ical(body)), first, last)
    except _BROKEN as error:
        raise UnreadableFeed(f"no readable iCalendar: {type(error).__name__}: {error}") from None


def read_jcal(body: bytes, first: date, last: date) -> Feed:
    """Parse jCal (RFC 7265) in the same way. Raise UnreadableFeed."""
    try:
        return _read(_from_jcal(json.loads(body)), first, last)
    except _BROKEN as error:
        raise UnreadableFeed(f"no readable jCal: {type(error).__name__}: {error}") from None


def _from_ical(component: Any) -> _Node:
    node = _Node(component.name)
    for name, value in component.property_items(recursive=False):
        if name in ("BEGIN", "END"):
            continue
        if name in ("SUMMARY", "DESCRIPTION", "UID"):
            text = str(value)
        else:
            octets = value.to_ical()
            text = octets.decode() if isinstance(octets, bytes) else str(octets)
        node.values.setdefault(name, []).append((dict(value.params), text))
    node.children = [_from_ical(child) for child in component.subcomponents]
    return node


def _from_jcal(component: list[Any]) -> _Node:
    name, properties, children = component
    node = _Node(name.upper(), children=[_from_jcal(child) for child in children])
    for key, parameters, kind, *values in properties:
        text = ",".join(_jcal_text(kind, value) for value in values)
        named = {parameter.upper(): value for parameter, value in parameters.items()}
        node.values.setdefault(key.upper(), []).append((named, text))
    return node


def _jcal_text(kind: str, value: Any) -> str:
    match kind:
        case "date" | "date-time":
            return str(value).replace("-", "").replace(":", "")
        case "utc-offset":
            return str(value).replace(":", "")
        case "recur":
            return ";".join(f"{part.upper()}={_jcal_part(part, each)}" for part, each in value.items())
    return str(value)


def _jcal_part(name: str, value: Any) -> str:
    if name == "until":
        return _jcal_text("date-time", value)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _read(calendar: _Node, first: date, last: date) -> Feed:
    if calendar.name != "VCALENDAR":
        raise ValueError(calendar.name)
    parser = _FeedParser({zone.text("TZID"): zone for zone in calendar.named("VTIMEZONE")}, first, last)
    events = calendar.named("VEVENT")
    replaced: dict[str, set[date]] = {}
    for event in events:
        if "RECURRENCE-ID" in event.values:
            replaced.setdefault(event.text("UID"), set()).add(parser.times(event, "RECURRENCE-ID")[0])
    return Feed(
        calendar.text("DESCRIPTION"),
        tuple(parser.event(each, replaced.get(each.text("UID"), set())) for each in events),
    )


class _FeedParser:
    """Parses VEVENTs with the zones of their file."""

    def __init__(self, zones: dict[str, _Node], first: date, last: date) -> None:
        self.zones = zones
        self.first, self.last = first, last

    def event(self, event: _Node, replaced: set[date]) -> FeedEvent:
        start, end = self.times(event, "DTSTART")[0], self.times(event, "DTEND")[0]
        day = _day(event.values["RECURRENCE-ID"][0][1]) if "RECURRENCE-ID" in event.values else None
        times: list[Time] = [(day, start, end)]
        if "RRULE" in event.values:
            left_out = replaced | set(self.times(event, "EXDATE"))
            times = [time for time in self.series(event, end - start) if time[1] not in left_out]
        summary, description = event.text("SUMMARY"), event.text("DESCRIPTION")
        links = tuple(event.text(name) for name in ("URL", "CONFERENCE") if name in event.values)
        return FeedEvent(event.text("UID"), summary, description, day, tuple(times), event.text("STATUS"), links)

    def times(self, node: _Node, name: str) -> list[date]:
        """Return all values of a property; a date stays a date, a time becomes an instant in UTC."""
        if name not in node.values and name != "EXDATE":
            raise KeyError(name)
        found = []
        for parameters, text in node.values.get(name, []):
            for value in text.split(","):
                is_date = len(value) == _DATE_LENGTH
                if is_date != (parameters.get("VALUE", "").upper() == "DATE") and "VALUE" in parameters:
                    raise ValueError(f"{name}:{value} is not of the kind it says")
                found.append(_day(value) if is_date else self.instant(value, parameters.get("TZID", "")))
        return found

    def instant(self, value: str, tzid: str) -> datetime:
        if value.endswith("Z"):
            return _wall(value)
        if tzid not in self.zones:
            raise KeyError(f"no VTIMEZONE for {value} in {tzid!r}")
        return self._on_clock(_wall(value), tzid)

    def _on_clock(self, wall: datetime, tzid: str) -> datetime:
        """Return the instant of a wall-clock time by the observance that began last before it (RFC 5545, 3.6.5)."""
        begun = []
        for part in self.zones[tzid].children:
            for year in (wall.year - 1, wall.year):
                onsets = _onsets(part.text("DTSTART"), part.text("RRULE"), year)
                begun += [(onset, part.text("TZOFFSETTO")) for onset in onsets if onset <= wall]
        if not begun:
            raise ValueError(f"the VTIMEZONE of {tzid} says nothing of {wall}")
        return wall - _offset(max(begun)[1])

    def series(self, event: _Node, length: timedelta) -> list[Time]:
        """Expand a rule on the wall clock of DTSTART; the length of each instance is exact (RFC 5545, 3.8.5.3)."""
        parameters, text = event.values["DTSTART"][0]
        is_date, in_utc = len(text) == _DATE_LENGTH, text.endswith("Z")
        parts = dict(part.split("=", 1) for part in event.text("RRULE").split(";"))
        until = parts.pop("UNTIL", "")
        rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=_wall(text))
        begin, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (self.first, self.last))
        found: list[Time] = []
        for wall in rule.between(begin, end, inc=True):
            if is_date:
                start: date = wall.date()
            else:
                start = wall if in_utc else self._on_clock(wall, parameters.get("TZID", ""))
            if until and start > (_day(until) if is_date else self.instant(until, "")):
                break
            found.append((wall.date(), start, start + length))
        return found


@lru_cache(maxsize=4096)
def _onsets(start: str, rule: str, year: int) -> tuple[datetime, ...]:
    """Return the onsets of an observance in a year, on the clock before it; one without a rule has a single onset."""
    first = _wall(start)
    if not rule:
        return (first,)
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    return tuple(rrulestr(rule, dtstart=first).between(begin, end, inc=True))


def _day(text: str) -> date:
    return _wall(text[:_DATE_LENGTH]).date()


def _wall(text: str) -> datetime:
    """Parse a wall-clock time; its UTC tzinfo is a placeholder until the offset is known."""
    form = "%Y%m%d" if len(text) == _DATE_LENGTH else "%Y%m%dT%H%M%S"
    return datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)


def _offset(text: str) -> timedelta:
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return -size if text[0] == "-" else size
