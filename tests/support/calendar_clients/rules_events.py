"""Checks of single events: points 11 to 15, 22 to 24, 31 to 36, and the property names."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from tests.support.calendar_clients.feed import RFC, Feed, event_point, point
from tests.support.calendar_clients.lines import Component
from tests.support.calendar_clients.times import ZONES, first_moment, read_duration, read_moment

TEXT_UNITS = 255  # UTF-16 units, where Outlook cuts
CANCELLED_TITLE = re.compile(r"(?:Cancelled|Annulée?)\s?: \S")
UID = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
DATE_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE")
STAMPS = ("DTSTAMP", "LAST-MODIFIED", "CREATED")
STATUSES = (None, "TENTATIVE", "CONFIRMED", "CANCELLED")
TRANSPARENCIES = (None, "OPAQUE", "TRANSPARENT")

# name -> names a component of RFC 5545, 7986 and 9073 may have; a name with + may stand more than once
OBSERVANCE = "COMMENT+ DTSTART RDATE+ RRULE TZNAME+ TZOFFSETFROM TZOFFSETTO"
ALLOWED = {
    "VCALENDAR": "CALSCALE CATEGORIES+ COLOR DESCRIPTION IMAGE+ LAST-MODIFIED METHOD NAME PRODID"
    " REFRESH-INTERVAL SOURCE UID URL VERSION",
    "VEVENT": "ATTACH+ ATTENDEE+ CATEGORIES+ CLASS COLOR COMMENT+ CONFERENCE+ CONTACT+ CREATED DESCRIPTION"
    " DTEND DTSTAMP DTSTART DURATION EXDATE+ GEO IMAGE+ LAST-MODIFIED LOCATION ORGANIZER PRIORITY RDATE+"
    " RECURRENCE-ID RELATED-TO+ REQUEST-STATUS+ RESOURCES+ RRULE SEQUENCE STATUS STYLED-DESCRIPTION+ SUMMARY"
    " TRANSP UID URL",
    "VALARM": "ACKNOWLEDGED ACTION ATTACH+ ATTENDEE+ DESCRIPTION DURATION REPEAT SUMMARY TRIGGER UID",
    "VTIMEZONE": "LAST-MODIFIED TZID TZURL",
    "STANDARD": OBSERVANCE,
    "DAYLIGHT": OBSERVANCE,
}
EXTENSION = re.compile(r"X-[A-Z0-9-]+")


@point(RFC)
def properties_are_known(feed: Feed) -> Iterator[str]:
    for part in feed.root.walk():
        allowed = ALLOWED.get(part.name, "").split()
        for name, count in Counter(each.name for each in part.properties).items():
            if name not in allowed and f"{name}+" not in allowed and not EXTENSION.fullmatch(name):
                yield f"{part.name} has a property {name}"
            if count > 1 and f"{name}+" not in allowed:
                yield f"{part.name} {part.value('UID') or ''} has {name} {count} times"


@event_point(RFC)
def values_are_of_their_type(event: Component) -> Iterator[str]:
    if event.value("STATUS") not in STATUSES:
        yield f"STATUS:{event.value('STATUS')}"
    if event.value("TRANSP") not in TRANSPARENCIES:
        yield f"TRANSP:{event.value('TRANSP')}"
    if not re.fullmatch(r"\d+", event.value("SEQUENCE") or "0"):
        yield f"SEQUENCE:{event.value('SEQUENCE')}"
    if event.get("DURATION") and read_duration(event.value("DURATION") or "") is None:
        yield f"DURATION:{event.value('DURATION')}"
    for name in DATE_TIMES:
        for found in event.all(name):
            if any(read_moment(found, value) is None for value in found.value.split(",")):
                yield f"{name}:{found.value} is no date"


@event_point(11)
def event_has_the_essentials(event: Component) -> Iterator[str]:
    for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
        if not (event.value(name) or "").strip():
            yield f"no {name}"


@event_point(12)
def event_has_an_end(event: Component) -> Iterator[str]:
    if bool(event.get("DTEND")) == bool(event.get("DURATION")):
        yield "has not one of DTEND and DURATION"


@event_point(13)
def event_ends_after_it_starts(event: Component) -> Iterator[str]:
    start, end = first_moment(event, "DTSTART"), first_moment(event, "DTEND")
    if start and end:
        if (start.kind == "DATE") != (end.kind == "DATE"):
            yield "DTEND is of another type than DTSTART"
        elif end.instant <= start.instant:
            yield "DTEND is not later than DTSTART"
    length = read_duration(event.value("DURATION") or "")
    if length is not None and length <= timedelta(0):
        yield "DURATION is not positive"
    if start and start.kind == "DATE" and "T" in (event.value("DURATION") or ""):
        yield "DURATION of an all-day event is not in days"


@event_point(14)
def dates_say_that_they_are_dates(event: Component) -> Iterator[str]:
    for name in DATE_TIMES:
        for found in event.all(name):
            kinds = {moment.kind for value in found.value.split(",") if (moment := read_moment(found, value))}
            if kinds and ("DATE" in kinds) != (found.params.get("VALUE") == "DATE"):
                yield f"{name} and VALUE={found.params.get('VALUE')} do not fit"
            if "DATE" in kinds and "TZID" in found.params:
                yield f"{name} is a date with a TZID"


@event_point(15)
def times_have_a_zone(event: Component) -> Iterator[str]:
    for name in DATE_TIMES:
        for found in event.all(name):
            kinds = {moment.kind for value in found.value.split(",") if (moment := read_moment(found, value))}
            if "FLOATING" in kinds:
                yield f"{name} is floating"
            if "UTC" in kinds and "TZID" in found.params:
                yield f"{name} has both a TZID and a Z"
            tzid = found.params.get("TZID")
            if tzid is not None and (tzid not in ZONES or "/" not in tzid or tzid.startswith("Etc/")):
                yield f"{name} has the TZID {tzid}, which is no IANA city zone"


@point(22)
def identities_are_unique(feed: Feed) -> Iterator[str]:
    keys = Counter((event.value("UID"), event.value("RECURRENCE-ID")) for event in feed.events)
    yield from (f"{key} stands {count} times" for key, count in keys.items() if count > 1)


@event_point(23)
def uid_ends_in_a_domain(event: Component) -> Iterator[str]:
    if not UID.fullmatch(event.value("UID") or ""):
        yield "the UID does not end in @domain"


@point(24)
def stamps_are_utc(feed: Feed) -> Iterator[str]:
    for part in (feed.calendar, *feed.events):
        for name in STAMPS:
            found = part.get(name)
            moment = None if found is None else read_moment(found)
            if found is not None and (moment is None or moment.kind != "UTC" or found.params):
                yield f"{part.value('UID')}: {name} is not in UTC"
    for event in feed.events:
        if not event.get("LAST-MODIFIED"):
            yield f"{event.value('UID')}: no LAST-MODIFIED"
        elif event.value("LAST-MODIFIED") != event.value("DTSTAMP"):
            yield f"{event.value('UID')}: DTSTAMP and LAST-MODIFIED differ"


@event_point(31)
def cancelled_events_say_so(event: Component) -> Iterator[str]:
    if event.value("STATUS") != "CANCELLED":
        return
    if event.value("SEQUENCE") in (None, "0"):
        yield "cancelled, but SEQUENCE is 0"
    title = event.get("SUMMARY")
    if title and not CANCELLED_TITLE.match(title.text):
        yield "cancelled, but the title does not say so"
    if event.value("TRANSP") != "TRANSPARENT":
        yield "cancelled, but not TRANSPARENT"
    if event.value("X-MICROSOFT-CDO-BUSYSTATUS") != "FREE":
        yield "cancelled, but X-MICROSOFT-CDO-BUSYSTATUS is not FREE"
    if event.named("VALARM"):
        yield "cancelled, but with an alarm"


@event_point(32)
def event_is_public(event: Component) -> Iterator[str]:
    if event.value("CLASS") not in (None, "PUBLIC"):
        yield f"CLASS:{event.value('CLASS')}"


@event_point(33)
def alarm_is_one_and_plain(event: Component) -> Iterator[str]:
    alarms = event.named("VALARM")
    if len(alarms) > 1:
        yield f"{len(alarms)} alarms"
    for alarm in alarms:
        if alarm.value("ACTION") != "DISPLAY":
            yield f"an alarm with ACTION {alarm.value('ACTION')}"
        yield from (f"an alarm without {name}" for name in ("TRIGGER", "DESCRIPTION") if not alarm.value(name))


@event_point(34)
def free_means_free_to_all(event: Component) -> Iterator[str]:
    """Which event is a deadline does not stand in the octets; that both ways to say "free" agree does."""
    transparent = event.value("TRANSP") == "TRANSPARENT"
    busy = event.value("X-MICROSOFT-CDO-BUSYSTATUS")
    if transparent != (busy == "FREE"):
        yield f"TRANSP:{event.value('TRANSP')}, but X-MICROSOFT-CDO-BUSYSTATUS:{busy}"


@event_point(35)
def texts_fit_outlook(event: Component) -> Iterator[str]:
    for name in ("SUMMARY", "LOCATION"):
        found = event.get(name)
        if found and len(found.text.encode("utf-16-le")) // 2 > TEXT_UNITS:
            yield f"{name} is longer than {TEXT_UNITS} UTF-16 units"


@event_point(36)
def links_stand_in_the_description(event: Component) -> Iterator[str]:
    description = event.get("DESCRIPTION")
    words = description.text.split() if description else []
    if event.get("CONFERENCE") and not event.get("URL"):
        yield "CONFERENCE without URL"
    for found in event.all("URL") + event.all("CONFERENCE"):
        if found.value not in words:
            yield f"{found.name} {found.value} does not stand bare in DESCRIPTION"
