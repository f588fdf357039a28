"""JSCalendar (RFC 8984) read back: each time by the IANA zone it names, each series day by day, each patch applied."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from calendar_service.parsers.feed_ics import Feed, FeedEvent
from calendar_service.records.enums import MomentName
from calendar_service.verification.expected import expect_entries
from calendar_service.verification.facts import Expected, StatedTime, spell
from calendar_service.verification.parsed import ParsedOutput, UnreadableAnswer, state_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.parsers.feed_ics import Time
    from calendar_service.records.edition import Entry
    from calendar_service.verification.expected import Scope

_Object = dict[str, Any]

_WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_WORDS = re.compile(
    r"(?:words|state|reason|corrigendum|links|question) of .*|.* in the title|moved (?:from|to|on)|until"
)
# Documentation: these happen at their moment, and are events; all else ends something, and is a task.
_EVENTS = frozenset({MomentName.OPENS, MomentName.AWARD_EXPECTED})


def find_in_jscalendar(body: bytes, scope: Scope) -> ParsedOutput:
    """Read a Group: the times of each entry, and its words in every language."""
    group = json.loads(body)
    if group["@type"] != "Group":
        raise UnreadableAnswer(f"a {group['@type']} is no Group")
    objects = [each for entry in group["entries"] for each in _instances(entry)]
    events = [_event(each, day, scope) for each, day in objects]
    found = state_events(Feed(group.get("description", ""), tuple(events)), scope)
    for code in {code for each, _ in objects for code in each.get("localizations", {})}:
        translated = [
            _event(_patched(each, each["localizations"][code]), day, scope, timed=False)
            for each, day in objects
            if code in each.get("localizations", {})
        ]
        words = state_events(Feed("", tuple(translated)), replace(scope, lang=code))
        for record, facts in words.facts.items():
            found.add(record, [StatedTime(f"{fact.what} in {code}", fact.value) for fact in facts])
    return found


def expect_jscalendar(entry: Entry, scope: Scope, names: set[str]) -> Expected:
    """Return the facts of the objects of a record: a deadline is a moment here; texts are in each language it has."""
    expected = expect_entries(entry, scope, names)
    due = {
        name: f"{spell(milestone.at.instant)} to {spell(milestone.at.instant)}"
        for name, milestone in entry.record.milestones.items()
        if name not in _EVENTS and hasattr(milestone.at, "instant")
    }
    # A task has no state but in its words.
    must = [
        StatedTime(fact.what, due.get(fact.what, fact.value))  # type: ignore[call-overload]
        for fact in expected.must
        if not fact.what.startswith("STATUS ")
    ]
    for code in scope.edition.calendar.languages:
        if code != scope.lang and (code in entry.record.title or code in entry.record.summary):
            told = expect_entries(entry, replace(scope, lang=code), names).must
            must += [StatedTime(f"{each.what} in {code}", each.value) for each in told if _WORDS.fullmatch(each.what)]
    return Expected(must, expected.more)


def _instances(entry: _Object) -> Iterator[tuple[_Object, date | None]]:
    """Yield an entry without the occurrences that differ, and each of those by itself with its day by the rule."""
    overrides: _Object = entry.get("recurrenceOverrides", {})
    yield entry, None
    for key, patch in overrides.items():
        if patch.get("excluded"):
            continue
        inherited = {name: value for name, value in entry.items() if not name.startswith("recurrence")}
        yield _patched(inherited | {"start": key}, patch), _wall(key).date()


def _patched(found: _Object, patch: _Object) -> _Object:
    """Apply a PatchObject (RFC 8984, 1.4.9). Raise KeyError where a pointer leads nowhere."""
    made = copy.deepcopy(found)
    for pointer, value in patch.items():
        *path, name = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))
        holder = made
        for part in path:
            holder = holder[part]
        if value is None:
            holder.pop(name, None)
        else:
            holder[name] = value
    return made


def _event(found: _Object, day: date | None, scope: Scope, *, timed: bool = True) -> FeedEvent:
    times = tuple(_times(found, day, scope)) if timed else ()
    rooms = [each["uri"] for each in found.get("virtualLocations", {}).values()]
    links = (*rooms, *(each["href"] for each in found.get("links", {}).values()))
    return FeedEvent(found["uid"], found["title"], found["description"], day, times, links=links)


def _times(found: _Object, day: date | None, scope: Scope) -> Iterator[Time]:
    if found["@type"] == "Task":
        due = _instant(_wall(found["due"]), found.get("timeZone"))
        yield day, due, due
        return
    start, zone = _wall(found["start"]), found.get("timeZone")
    (rule,) = found.get("recurrenceRules") or [None]
    if rule is None:
        yield day, *_bounds(start, zone, found)
        return
    differing = found.get("recurrenceOverrides", {})
    first, last = scope.stretch
    for each in _days(rule, start, last):
        begins = datetime.combine(each, start.time())
        if first <= each and f"{begins:%Y-%m-%dT%H:%M:%S}" not in differing:
            yield each, *_bounds(begins, zone, found)


def _bounds(start: datetime, zone: str | None, found: _Object) -> tuple[date, date]:
    """Return start and end: days follow the clock, hours do not (RFC 8984, 1.4.6)."""
    match = _DURATION.fullmatch(found["duration"])
    if match is None:
        raise UnreadableAnswer(f"{found['duration']} is no duration")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    later = start + timedelta(weeks=weeks, days=days)
    if zone is None:
        if not found.get("showWithoutTime") or start.time() != time() or length:
            raise UnreadableAnswer(f"{found['uid']} has neither a zone nor whole days")
        return start.date(), later.date()
    return _instant(start, zone), _instant(later, zone) + length


def _wall(text: str) -> datetime:
    """Read a local date-time. Raise ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 (the zone stands elsewhere)


def _instant(wall: datetime, zone: str | None) -> datetime:
    if zone is None:
        raise UnreadableAnswer(f"{wall} has no zone")
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _days(rule: _Object, start: datetime, last: date) -> Iterator[date]:
    """Yield the days of a rule up to `last`, by looking at every day."""
    until = _wall(rule["until"]) if "until" in rule else datetime.combine(last, time.max)
    every = (start.date() + timedelta(days=number) for number in range((last - start.date()).days + 1))
    found = (day for day in every if _is_in(rule, start.date(), day) and datetime.combine(day, start.time()) <= until)
    yield from islice(found, rule.get("count"))


def _is_in(rule: _Object, first: date, day: date) -> bool:
    months = 12 * (day.year - first.year) + day.month - first.month
    weeks = ((day - timedelta(days=day.weekday())) - (first - timedelta(days=first.weekday()))).days // 7
    passed = {"daily": (day - first).days, "weekly": weeks, "monthly": months, "yearly": day.year - first.year}
    if passed[rule["frequency"]] % rule.get("interval", 1):
        return False
    if str(day.month) not in rule.get("byMonth", [str(day.month)]):
        return False
    month_days = rule.get("byMonthDay")
    if month_days is not None and day.day not in month_days and day.day - _length(day) - 1 not in month_days:
        return False
    if "byDay" in rule:
        return any(_is_nth(each, day) for each in rule["byDay"])
    if month_days is None and rule["frequency"] == "weekly":
        return day.weekday() == first.weekday()
    if month_days is None and rule["frequency"] in ("monthly", "yearly"):
        same_month = rule["frequency"] == "monthly" or "byMonth" in rule or day.month == first.month
        return day.day == first.day and same_month
    return True


def _is_nth(weekday: _Object, day: date) -> bool:
    if _WEEKDAYS[day.weekday()] != weekday["day"]:
        return False
    nth = weekday.get("nthOfPeriod")
    return nth in (None, (day.day - 1) // 7 + 1, -((_length(day) - day.day) // 7 + 1))


def _length(day: date) -> int:
    """Return how many days the month of a day has."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
