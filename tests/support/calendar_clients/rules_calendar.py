"""Checks of the octets, of the calendar's own properties and of its zones: points 1 to 10, 16 to 19, 37."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from tests.support.calendar_clients.feed import RFC, Feed, point
from tests.support.calendar_clients.lines import LINE_END, Component
from tests.support.calendar_clients.times import (
    OFFSET,
    ZONES,
    Definition,
    Moment,
    first_moment,
    instances,
    read_duration,
    read_moments,
    rule_parts,
    true_offset,
)

LINE_OCTETS = 75
FEED_OCTETS, FEED_EVENTS = 1_000_000, 1_000
NAME_LENGTH = 255
EPOCH = 1970
TEXTS = frozenset(
    {"CATEGORIES", "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "NAME", "RESOURCES", "SUMMARY", "UID"}
    | {"X-WR-CALDESC", "X-WR-CALNAME"}
)
LISTS = frozenset({"CATEGORIES", "RESOURCES"})
WELL_ESCAPED = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
HTML = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|h[1-6]|hr|i|img|li|ol|p|script|span|strong|style|table|td|tr|u|ul)\b[^<>]*>"
    r"|&(?:amp|apos|gt|lt|nbsp|quot|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)
ABBREVIATION = re.compile(r"[A-Z]{2,5}(?:\d[A-Z]{3})?")
DATED = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE")
NESTED = {
    "": {"VCALENDAR"},
    "VCALENDAR": {"VEVENT", "VTIMEZONE"},
    "VEVENT": {"VALARM"},
    "VTIMEZONE": {"STANDARD", "DAYLIGHT"},
}
DATA = {"VTODO", "VJOURNAL", "VFREEBUSY"}  # these have a number of their own


@point(1)
def lines_end_crlf(feed: Feed) -> Iterator[str]:
    bare = re.search(rb"(?<!\r)\n|\r(?!\n)", feed.ics)
    if bare:
        yield f"a bare line end at octet {bare.start()}"
    if not feed.ics.endswith(b"\r\n"):
        yield "the last line has no end"
    if b"\r\n\r\n" in feed.ics or feed.ics.startswith(b"\r\n"):
        yield "an empty line"


@point(2)
def lines_are_folded(feed: Feed) -> Iterator[str]:
    for line in LINE_END.split(feed.ics):
        if len(line) > LINE_OCTETS:
            yield f"a line of {len(line)} octets: {line[:40]!r}"
        if line[:1] in (b" ", b"\t") and len(line) > 1 and 0x80 <= line[1] < 0xC0:
            yield f"a fold inside a character: {line[:40]!r}"


@point(3)
def octets_are_plain_utf8(feed: Feed) -> Iterator[str]:
    try:
        text = feed.ics.decode()
    except UnicodeDecodeError as error:
        yield f"not UTF-8: {error}"
        return
    if "\ufeff" in text:
        yield "a byte order mark"
    # U+2028 and U+2029 are allowed, but clients in Python (vdirsyncer) break the line at them.
    for character in set(text) - set("\r\n\t"):
        if unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
            yield f"a control character U+{ord(character):04X}"


@point(4)
def texts_are_escaped(feed: Feed) -> Iterator[str]:
    for part in feed.root.walk():
        for found in (each for each in part.properties if each.name in TEXTS):
            value = found.value.replace("\\,", "").replace(",", "") if found.name in LISTS else found.value
            if not WELL_ESCAPED.fullmatch(value):
                yield f"{found.name} is not escaped: {found.value[:60]!r}"
            if HTML.search(found.text):
                yield f"{found.name} holds HTML: {found.text[:60]!r}"


@point(5)
def calendar_is_one(feed: Feed) -> Iterator[str]:
    if len(feed.root.children) != 1 or feed.root.children[0].name != "VCALENDAR":
        yield f"{[each.name for each in feed.root.children]} instead of one VCALENDAR"
    if [each.value for each in feed.calendar.all("VERSION")] != ["2.0"]:
        yield "VERSION is not 2.0, once"
    if [bool(each.value) for each in feed.calendar.all("PRODID")] != [True]:
        yield "PRODID is not there once"
    if feed.calendar.value("CALSCALE") not in (None, "GREGORIAN"):
        yield "CALSCALE is not GREGORIAN"


@point(6)
def method_publishes(feed: Feed) -> Iterator[str]:
    if feed.calendar.value("METHOD") not in (None, "PUBLISH"):
        yield f"METHOD:{feed.calendar.value('METHOD')}"


@point(7)
def calendar_has_a_name(feed: Feed) -> Iterator[str]:
    names = [[each.text for each in feed.calendar.all(name)] for name in ("NAME", "X-WR-CALNAME")]
    if names[0] != names[1] or len(names[0]) != 1:
        yield f"NAME and X-WR-CALNAME are {names}"
    if any(not 0 < len(name) <= NAME_LENGTH for name in names[0]):
        yield "the name is empty or too long"


@point(8)
def calendar_names_its_zone(feed: Feed) -> Iterator[str]:
    zone = feed.calendar.value("X-WR-TIMEZONE")
    if zone not in ZONES or not ("/" in zone or zone == "UTC"):
        yield f"X-WR-TIMEZONE is {zone}"


@point(9)
def refresh_is_told_twice(feed: Feed) -> Iterator[str]:
    refresh, lifetime = feed.calendar.get("REFRESH-INTERVAL"), feed.calendar.value("X-PUBLISHED-TTL")
    if refresh is None or refresh.params != {"VALUE": "DURATION"}:
        yield "REFRESH-INTERVAL;VALUE=DURATION is missing"
    elif refresh.value != lifetime:
        yield f"REFRESH-INTERVAL {refresh.value}, X-PUBLISHED-TTL {lifetime}"
    elif (read_duration(refresh.value) or timedelta(0)) <= timedelta(0):
        yield f"{refresh.value} is no positive duration"


@point(10)
def calendar_holds_events(feed: Feed) -> Iterator[str]:
    if not feed.events:
        yield "no VEVENT"
    for part in feed.root.walk():
        yield from (f"a {child.name}" for child in part.children if child.name in DATA)


@point(RFC)
def components_are_known(feed: Feed) -> Iterator[str]:
    yield from feed.parsed[1]
    if feed.root.properties:
        yield f"{feed.root.properties[0].name} stands outside of every component"
    for part in feed.root.walk():
        for child in part.children:
            if child.name not in NESTED.get(part.name, set()) | DATA:
                yield f"{child.name} in {part.name or 'the stream'}"


def used_moments(event: Component) -> Iterator[Moment]:
    """Every time an event states or its rule brings forth."""
    for name in DATED:
        yield from read_moments(event, name)
    start = first_moment(event, "DTSTART")
    if start:
        yield from (Moment(start.kind, wall) for wall in instances(event))


@point(16)
def zones_are_those_used(feed: Feed) -> Iterator[str]:
    parts = (part for event in feed.events for part in event.walk())
    used = {each.params["TZID"] for part in parts for each in part.properties if "TZID" in each.params}
    defined = Counter(zone.value("TZID") for zone in feed.zones)
    yield from (f"no VTIMEZONE for {zone}" for zone in used - set(defined))
    yield from (f"VTIMEZONE {zone} is not used" for zone in set(defined) - used)
    yield from (f"VTIMEZONE {zone} stands {count} times" for zone, count in defined.items() if count > 1)


@point(17)
def zones_are_minimal(feed: Feed) -> Iterator[str]:
    for zone in feed.zones:
        tzid, names = zone.value("TZID"), sorted(each.name for each in zone.children)
        if names not in (["STANDARD"], ["DAYLIGHT"], ["DAYLIGHT", "STANDARD"]):
            yield f"{tzid} has {names}"
        for part in zone.children:
            yield from (f"{tzid} {part.name}: {fault}" for fault in observance_faults(part, alone=len(names) == 1))


def observance_faults(part: Component, *, alone: bool) -> Iterator[str]:
    start, rule = first_moment(part, "DTSTART"), part.value("RRULE")
    if start is None or start.kind != "FLOATING" or start.wall.year < EPOCH:
        yield f"DTSTART {part.value('DTSTART')} is not a wall clock from 1970 on"
    if part.get("RDATE"):
        yield "has an RDATE"
    if not alone and rule is None:
        yield "has no RRULE"
    if rule is not None and (rule_parts(rule).get("FREQ") != "YEARLY" or {"UNTIL", "COUNT"} & set(rule_parts(rule))):
        yield f"RRULE:{rule} is not yearly without end"
    for name in ("TZOFFSETFROM", "TZOFFSETTO"):
        if not OFFSET.fullmatch(part.value(name) or ""):
            yield f"{name} is {part.value(name)}"


@point(18)
def zones_agree_with_tzdb(feed: Feed) -> Iterator[str]:
    definitions = {zone.value("TZID"): Definition(zone) for zone in feed.zones}
    for event in feed.events:
        for moment in used_moments(event):
            if moment.kind not in ZONES or moment.kind not in definitions:
                continue
            defined = definitions[moment.kind].offset_at(moment.instant)
            true = true_offset(moment.kind, moment.instant)
            if defined != true:
                yield f"{event.value('UID')}: {moment.kind} has {defined} at {moment.wall}, tzdb {true}"
                break


@point(19)
def zones_are_no_abbreviations(feed: Feed) -> Iterator[str]:
    named = {zone.value("TZID") or "" for zone in feed.zones}
    named |= {each.params.get("TZID", "") for event in feed.events for each in event.properties}
    yield from (f"TZID {zone}" for zone in sorted(named) if ABBREVIATION.fullmatch(zone))


@point(37)
def feed_is_small(feed: Feed) -> Iterator[str]:
    if len(feed.ics) >= FEED_OCTETS:
        yield f"{len(feed.ics)} octets"
    if len(feed.events) > FEED_EVENTS:
        yield f"{len(feed.events)} events"
