"""Zones that an .ics file defines itself: known ones by another name, if their times are equal for years."""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.zones import COMMON_ZONES, tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calendar_service.parsers.importing.ics_lines import Component

FIRST_YEAR, LAST_YEAR = 2020, 2035  # in which the times must be equal
_START = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_DAY = re.compile(r"(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = timedelta(days=7)
_BEGIN, _END = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)

Transition = tuple[datetime, timedelta]


def zone_of_definition(zone: Component, parts: Iterable[Component]) -> str:
    """Return the known zone whose times a VTIMEZONE has from 2020 to 2035; "" if there is none."""
    try:
        transitions, before = _transitions(list(parts))
    except (ValueError, OverflowError, IndexError):
        return ""
    wanted = _changes(transitions, before)
    named = [zone.value("X-LIC-LOCATION").strip(), "/".join(zone.value("TZID").strip().split("/")[-2:])]
    for name in (*named, "Europe/Paris", *sorted(COMMON_ZONES)):
        if (
            name in COMMON_ZONES
            and _first_offsets(name) == _offsets_at(wanted, (1, 7))
            and _zone_changes(name) == wanted
        ):
            return name
    return ""


def _transitions(parts: Sequence[Component]) -> tuple[list[Transition], timedelta]:
    """Return when a definition changes its offset, and its offset before. Raise ValueError for what is not plain."""
    if not 0 < len(parts) <= 50:
        raise ValueError
    found: list[Transition] = []
    first: tuple[datetime, timedelta] | None = None
    for part in parts:
        start, old, new = _start(part), _offset(part.value("TZOFFSETFROM")), _offset(part.value("TZOFFSETTO"))
        if part.get("RDATE"):
            raise ValueError
        begins = (start - old).replace(tzinfo=UTC)
        first = min(first or (begins, old), (begins, old))
        found += [((local - old).replace(tzinfo=UTC), new) for local in _locals(start, part.value("RRULE"))]
    return sorted(found), first[1] if first else timedelta()


def _start(part: Component) -> datetime:
    match = _START.fullmatch(part.value("DTSTART").strip())
    if match is None:
        raise ValueError
    year, month, day, hour, minute, second = (int(each) for each in match.groups())
    return datetime.combine(date(year, month, day), time(hour, minute, second))


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text.strip()[:5])
    if match is None:
        raise ValueError
    length = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -length if match[1] == "-" else length


def _locals(start: datetime, rule: str) -> Iterable[datetime]:
    """Yield the local times of one part: its start, or each year's day of a rule such as BYMONTH=3;BYDAY=-1SU."""
    if not rule.strip():
        return [start]
    given = dict(each.split("=", 1) for each in rule.strip().upper().rstrip(";").split(";"))
    day = _DAY.fullmatch(given.get("BYDAY", ""))
    strange = given.keys() - {"FREQ", "BYMONTH", "BYDAY", "UNTIL", "INTERVAL", "WKST"}
    if given.get("FREQ") != "YEARLY" or given.get("INTERVAL", "1") != "1" or strange or day is None:
        raise ValueError
    month, until = int(given["BYMONTH"]) if "BYMONTH" in given else start.month, given.get("UNTIL", "9999")
    years = range(max(start.year, FIRST_YEAR - 2), min(int(until[:4]), LAST_YEAR + 1) + 1)
    found = [datetime.combine(_nth(year, month, int(day[1]), _DAYS.index(day[2])), start.time()) for year in years]
    return [local for local in found if local >= start and f"{local:%Y%m%dT%H%M%S}" <= until]


def _nth(year: int, month: int, number: int, weekday: int) -> date:
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    return date(year, month, days[number - 1 if number > 0 else number])


def _changes(transitions: list[Transition], before: timedelta) -> tuple[Transition, ...]:
    """Return the offset at the beginning of the years that matter, and each real change in them."""
    moments = [at for at, _ in transitions]
    at = bisect_right(moments, _BEGIN)
    offset = transitions[at - 1][1] if at else before
    found = [(_BEGIN, offset)]
    for moment, new in transitions[at:]:
        if moment < _END and new != found[-1][1]:
            found.append((moment, new))
    return tuple(found)


def _offsets_at(changes: tuple[Transition, ...], months: tuple[int, ...]) -> tuple[timedelta, ...]:
    moments = [at for at, _ in changes]
    days = (datetime(FIRST_YEAR, month, 15, tzinfo=UTC) for month in months)
    return tuple(changes[bisect_right(moments, day) - 1][1] for day in days)


def _first_offsets(name: str) -> tuple[timedelta, ...]:
    return tuple(_offset_of(name, datetime(FIRST_YEAR, month, 15, tzinfo=UTC)) for month in (1, 7))


def _offset_of(name: str, at: datetime) -> timedelta:
    return at.astimezone(tzinfo_of(name)).utcoffset() or timedelta()


@lru_cache(maxsize=1_000)
def _zone_changes(name: str) -> tuple[Transition, ...]:
    """Return the changes of a known zone, found week by week and then to the minute."""
    found = [(_BEGIN, _offset_of(name, _BEGIN))]
    at = _BEGIN
    while at < _END:
        after = min(at + _WEEK, _END)
        if (new := _offset_of(name, after - timedelta(minutes=1))) != found[-1][1]:
            found.append((_first_minute(name, at, after, found[-1][1]), new))
        at = after
    return tuple(found)


def _first_minute(name: str, low: datetime, high: datetime, old: timedelta) -> datetime:
    low -= timedelta(minutes=1)
    high -= timedelta(minutes=1)
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=int((high - low).total_seconds()) // 120)
        low, high = (middle, high) if _offset_of(name, middle) == old else (low, middle)
    return high
