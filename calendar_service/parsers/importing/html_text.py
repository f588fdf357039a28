"""The text of an element of a page, with the times that it gives to machines."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing.candidates import read_iso, tidy
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.records.times import CivilTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lxml import etree

IGNORED = frozenset(
    (  # noqa: SIM905
        "script style nav noscript template svg form select option button iframe object canvas title datalist"
        " del s strike"
    ).split()
)
_NAVIGATION = frozenset({"nav", "navbar", "menu", "breadcrumb", "breadcrumbs", "pager", "pagination", "skip-link"})
_FARTHEST_ZONE = timedelta(hours=14)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?")
_EMPTY_CLOCK = re.compile(r"T(?:00:00|12:00)(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?")  # of content systems, for a bare day
_CLOCK = re.compile(r"\d\s*(?:[:.h]\s*\d\d|h\b|am\b|pm\b)|\bnoon\b|\bmidi\b", re.IGNORECASE)


def is_ignored(element: etree._Element) -> bool:
    """Return True for scripts, styles, navigation and what nobody sees."""
    if not isinstance(element.tag, str) or element.tag in IGNORED or element.get("hidden") is not None:
        return True
    if element.get("role") in ("navigation", "menu", "menubar", "search"):
        return True
    return not _NAVIGATION.isdisjoint((element.get("class") or "").lower().split())


def text_of(element: etree._Element) -> str:
    """Return the text that people see in an element, on one line."""
    return tidy("".join(_pieces(element)))


def _pieces(element: etree._Element) -> Iterator[str]:
    if element.tag == "time" and element.get("datetime"):
        yield words_of_time(element.get("datetime") or "", tidy("".join(element.itertext())))
        return
    yield element.text or ""
    for child in element:
        if not is_ignored(child):
            if child.tag in ("br", "p", "div", "li"):
                yield " "
            yield from _pieces(child)
        yield child.tail or ""


def words_of_time(machine: str, seen: str) -> str:
    """Return the words for a <time>: what it gives to machines, or both if what people see is another day."""
    machine = machine.strip()
    if _CLOCK.search(seen) is None and carries_date(seen) and _EMPTY_CLOCK.fullmatch(machine[10:]):
        machine = machine[:10]
    if whole := _with_seen_end(machine, seen):
        return whole
    words = _machine_words(machine)
    day = _day(seen)
    if words == machine and day and words == day.isoformat():
        return seen  # it may say until when, too
    if words and (day is None or words.startswith(day.isoformat())):
        return words
    return f"{seen} {words}".strip() if words else seen


def _with_seen_end(machine: str, seen: str) -> str:
    """Return the start that machines are given with the end that people see, if the start is one in some zone."""
    at = read_iso(machine)
    try:
        when = parse_when(seen)
    except DatePhraseError:
        return ""
    if not isinstance(at, CivilTime) or not when.start or not when.end or when.zone or when.first != when.last:
        return ""
    ahead = datetime.combine(when.first, when.start, UTC) - at.instant
    if abs(ahead) > _FARTHEST_ZONE or ahead % timedelta(minutes=15):
        return ""
    minutes = abs(ahead) // timedelta(minutes=1)
    zone = f"UTC{'-' if ahead < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{when.first} {when.start:%H:%M}-{when.end:%H:%M} {zone}"


def _machine_words(text: str) -> str:
    """Return an ISO 8601 time as the calendar file has it; "" if it is none."""
    at = read_iso(text)
    if at is None:
        match = _LOCAL.fullmatch(text)
        return f"{match[1]} {match[2]}" if match else ""
    zone = getattr(at, "zone", "")
    return f"{text[:10]} {text[11:16]} {zone}" if zone else text[:10]


def _day(text: str) -> date | None:
    try:
        return parse_when(text).first
    except DatePhraseError:
        return None
