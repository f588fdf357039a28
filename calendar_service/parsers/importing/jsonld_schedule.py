"""Import a schema.org Schedule, how an event comes again, as `repeats`."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from calendar_service.parsers.importing import candidates
from calendar_service.parsers.importing.candidates import shorten_value
from calendar_service.records.times import CivilTime, civil_from_instant

if TYPE_CHECKING:
    from calendar_service.parsers.importing.candidates import Candidate

_EVERY = re.compile(r"P([1-9]\d{0,2})([DWMY])")
_UNITS = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
_WORDS = frozenset(_UNITS.values())
_DAYS = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA",
    "sunday": "SU",
}  # fmt: skip
_DAY_CODE = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
_NUMBERS = {"byMonth": "BYMONTH", "byMonthDay": "BYMONTHDAY"}
_CLOCK = re.compile(r"(\d\d:\d\d)(?::\d\d)?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?")
_READ = frozenset(
    {"@type", "@id", "repeatFrequency", "repeatCount", "byDay", "byMonthWeek", "exceptDate", "startDate", "endDate"}
    | {"startTime", "endTime", "scheduleTimezone", "duration", *_NUMBERS}
)
_QUESTION = "It comes again, but not as `repeats` can say: "


def set_schedule(candidate: Candidate, schedule: dict[str, Any], starts: Any, ends: Any) -> None:
    """Set how an event comes again, and its times on the clock of the schedule; ask about what cannot be said so.

    `starts` and `ends` are the times of the event itself.
    """
    try:
        rule = _rule(schedule)
        excepted = [_day(each).isoformat() for each in _listed(schedule.get("exceptDate"))]
        _set_times(candidate, schedule, starts, ends)
    except ValueError as error:
        candidate.questions.append(f"{_QUESTION}{error}")
        return
    candidate.fields["repeats"] = rule
    if excepted:
        candidate.fields["except"] = sorted(set(excepted))


def _rule(schedule: dict[str, Any]) -> str:
    """Return the RRULE of a schedule. Raise ValueError, with what is not understood."""
    if unread := sorted(schedule.keys() - _READ):
        raise ValueError(f"{shorten_value(', '.join(unread))} is not read.")
    frequency = schedule.get("repeatFrequency")
    match = _EVERY.fullmatch(str(frequency))
    unit = _UNITS[match[2]] if match else str(frequency).rpartition("/")[2].upper()
    if unit not in _WORDS:
        raise ValueError(f"repeatFrequency is {shorten_value(str(frequency))!r}.")
    parts = [f"FREQ={unit}"]
    if match and match[1] != "1":
        parts.append(f"INTERVAL={match[1]}")
    weeks = [str(_number(each)) for each in _listed(schedule.get("byMonthWeek"))]
    if days := [_day_code(each) for each in _listed(schedule.get("byDay"))]:
        parts.append("BYDAY=" + ",".join(f"{week}{day}" for week in weeks or [""] for day in days))
    elif weeks:
        raise ValueError("byMonthWeek has no byDay.")
    for name, part in _NUMBERS.items():
        if numbers := [_number(each) for each in _listed(schedule.get(name))]:
            parts.append(f"{part}={','.join(map(str, numbers))}")
    if "repeatCount" in schedule:
        parts.append(f"COUNT={_number(schedule['repeatCount'])}")
    elif "endDate" in schedule:
        parts.append(f"UNTIL={_day(schedule['endDate']):%Y%m%d}")
    return ";".join(parts)


def _set_times(candidate: Candidate, schedule: dict[str, Any], starts: Any, ends: Any) -> None:
    """Set the first time from the schedule, whose zone counts for all; raise ValueError if hours have none."""
    clocks = [_clock(schedule.get(name)) for name in ("startTime", "endTime")]
    zone = schedule.get("scheduleTimezone")
    if zone is not None and zone not in available_timezones():
        raise ValueError(f"scheduleTimezone is {shorten_value(str(zone))!r}.")
    exact = [at for at in (starts, ends) if isinstance(at, CivilTime)]
    if exact and exact[0] is starts and zone:
        local = [civil_from_instant(at.instant, str(zone)) for at in exact]
        candidates.set_span(candidate, local[0], local[1] if len(local) > 1 else None)
    elif clocks[0] and zone and "startDate" in schedule:
        first = _day(schedule["startDate"])
        end = f"-{clocks[1]}" if clocks[1] else ""
        candidate.first = first
        candidate.fields["when"] = f"{first.isoformat()} {clocks[0]}{end} {zone}"
    elif "when" not in candidate.fields and "startDate" in schedule and not clocks[0]:
        first = _day(schedule["startDate"])
        candidates.set_days(candidate, first, first)
    elif clocks[0] or "UTC" in candidate.fields.get("when", ""):
        raise ValueError("its hours have no zone, which is needed where the clocks change. Write it into `when`.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _day_code(value: Any) -> str:
    name = re.split("[/#:]", str(value))[-1]
    code = _DAYS.get(name.lower(), name.upper())
    if not _DAY_CODE.fullmatch(code):
        raise ValueError(f"byDay is {shorten_value(str(value))!r}.")
    return code


def _number(value: Any) -> int:
    if not re.fullmatch(r"-?\d{1,3}", str(value)):
        raise ValueError(f"{shorten_value(str(value))!r} is no number.")
    return int(value)


def _day(value: Any) -> date:
    match = _DAY.fullmatch(str(value))
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError:
        raise ValueError(f"{shorten_value(str(value))!r} is no day.") from None


def _clock(value: Any) -> str:
    match = _CLOCK.match(str(value)) if value is not None else None
    if value is not None and match is None:
        raise ValueError(f"{shorten_value(str(value))!r} is no time of day.")
    return match[1] if match else ""
