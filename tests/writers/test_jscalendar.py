"""JSCalendar: every object keeps RFC 8984, and every instant read back is that of the records and of the .ics.

Nothing of the writer is used here. `PROPERTIES` is transcribed from the RFC, and so are the grammars. Recurrences are
expanded by dateutil, and the .ics is read by icalendar and recurring-ical-events.
"""

import copy
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Edition, Revision, advance
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.record import Calendar
from calendar_service.records.selection import read_selection
from calendar_service.records.times import DaySpan, EndOfDay
from calendar_service.verification import expected, facts
from calendar_service.verification.jscalendar import expect_jscalendar, find_in_jscalendar
from calendar_service.web.feed_renderer import FeedRenderer
from calendar_service.writers import jscalendar
from tests.support.hostile import TEXTS, make_entry
from tests.support.paths import ROOT

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 6, 1), date(2028, 6, 1)
GOLDEN = [
    "tests/support/calendars/rich.yaml",
    "data/events.yaml",
    "tests/support/calendars/showcase.yaml",
    "tests/support/calendars/messages.yaml",
]


# -- RFC 8984, sections 1.4, 2 to 5: each object with its properties: type, whether it must be there, allowed values ----

REQUIRED = True
COMMON = {
    "@type": ("String", REQUIRED),
    "uid": ("String", REQUIRED),
    "prodId": ("String", False),
    "created": ("UTCDateTime", False),
    "updated": ("UTCDateTime", REQUIRED),
    "title": ("String", False),
    "description": ("String", False),
    "descriptionContentType": ("String", False),
    "links": ("Id[Link]", False),
    "locale": ("Language", False),
    "keywords": ("String[True]", False),
    "categories": ("URI[True]", False),
    "color": ("Color", False),
    "timeZones": ("TimeZoneId[Object]", False),
}
ENTRY = COMMON | {
    "relatedTo": ("String[Relation]", False),
    "sequence": ("UnsignedInt", False),
    "method": (("publish", "request", "reply", "add", "cancel", "refresh", "counter", "declinecounter"), False),
    "showWithoutTime": ("Boolean", False),
    "locations": ("Id[Location]", False),
    "virtualLocations": ("Id[VirtualLocation]", False),
    "recurrenceId": ("LocalDateTime", False),
    "recurrenceIdTimeZone": ("TimeZoneId", False),
    "recurrenceRules": ("RecurrenceRule[]", False),
    "excludedRecurrenceRules": ("RecurrenceRule[]", False),
    "recurrenceOverrides": ("LocalDateTime[PatchObject]", False),
    "excluded": ("Boolean", False),
    "priority": ("Int", False),
    "freeBusyStatus": (("free", "busy"), False),
    "privacy": (("public", "private", "secret"), False),
    "replyTo": ("String[URI]", False),
    "sentBy": ("String", False),
    "participants": ("Id[Participant]", False),
    "requestStatus": ("String", False),
    "useDefaultAlerts": ("Boolean", False),
    "alerts": ("Id[Alert]", False),
    "localizations": ("Language[PatchObject]", False),
    "timeZone": ("TimeZoneId", False),
}
PROPERTIES = {
    "Group": COMMON | {"entries": ("Entry[]", REQUIRED), "source": ("URI", False)},
    "Event": ENTRY
    | {
        "start": ("LocalDateTime", REQUIRED),
        "duration": ("Duration", False),
        "status": (("confirmed", "cancelled", "tentative"), False),
    },
    "Task": ENTRY
    | {
        "due": ("LocalDateTime", False),
        "start": ("LocalDateTime", False),
        "estimatedDuration": ("Duration", False),
        "percentComplete": ("UnsignedInt", False),
        "progress": (("needs-action", "in-process", "completed", "failed", "cancelled"), False),
        "progressUpdated": ("UTCDateTime", False),
    },
    "Relation": {
        "@type": ("String", REQUIRED),
        "relation": ({"first", "next", "child", "parent"}, False),
    },
    "Link": {
        "@type": ("String", REQUIRED),
        "href": ("URI", REQUIRED),
        "cid": ("String", False),
        "contentType": ("String", False),
        "size": ("UnsignedInt", False),
        # IANA, Link Relations.
        "rel": (("alternate", "describedby", "enclosure", "help", "icon", "related", "self"), False),
        "display": (("badge", "graphic", "fullsize", "thumbnail"), False),
        "title": ("String", False),
    },
    "Location": {
        "@type": ("String", REQUIRED),
        "name": ("String", False),
        "description": ("String", False),
        "locationTypes": ("String[True]", False),
        "relativeTo": (("start", "end"), False),
        "timeZone": ("TimeZoneId", False),
        "coordinates": ("URI", False),
        "links": ("Id[Link]", False),
    },
    "VirtualLocation": {
        "@type": ("String", REQUIRED),
        "name": ("String", False),
        "description": ("String", False),
        "uri": ("URI", REQUIRED),
        "features": ({"audio", "chat", "feed", "moderator", "phone", "screen", "video"}, False),
    },
    "RecurrenceRule": {
        "@type": ("String", REQUIRED),
        "frequency": (("yearly", "monthly", "weekly", "daily", "hourly", "minutely", "secondly"), REQUIRED),
        "interval": ("Positive", False),
        "rscale": ("String", False),
        "skip": (("omit", "backward", "forward"), False),
        "firstDayOfWeek": (("mo", "tu", "we", "th", "fr", "sa", "su"), False),
        "byDay": ("NDay[]", False),
        "byMonthDay": ("MonthDay[]", False),
        "byMonth": ("Month[]", False),
        "byYearDay": ("Int[]", False),
        "byWeekNo": ("Int[]", False),
        "byHour": ("UnsignedInt[]", False),
        "byMinute": ("UnsignedInt[]", False),
        "bySecond": ("UnsignedInt[]", False),
        "bySetPosition": ("Int[]", False),
        "count": ("Positive", False),
        "until": ("LocalDateTime", False),
    },
    "NDay": {
        "@type": ("String", REQUIRED),
        "day": (("mo", "tu", "we", "th", "fr", "sa", "su"), REQUIRED),
        "nthOfPeriod": ("NotZero", False),
    },
    "Participant": {
        "@type": ("String", REQUIRED),
        "name": ("String", False),
        "email": ("String", False),
        "description": ("String", False),
        "sendTo": ("String[URI]", False),
        "kind": (("individual", "group", "location", "resource"), False),
        "roles": ({"owner", "attendee", "optional", "informational", "chair", "contact"}, REQUIRED),
        "locationId": ("Id", False),
        "language": ("Language", False),
        "participationStatus": (("needs-action", "accepted", "declined", "tentative", "delegated"), False),
        "links": ("Id[Link]", False),
    },
    "Alert": {
        "@type": ("String", REQUIRED),
        "trigger": ("Trigger", REQUIRED),
        "acknowledged": ("UTCDateTime", False),
        "relatedTo": ("String[Relation]", False),
        "action": (("display", "email"), False),
    },
    "OffsetTrigger": {
        "@type": ("String", REQUIRED),
        "offset": ("SignedDuration", REQUIRED),
        "relativeTo": (("start", "end"), False),
    },
    "AbsoluteTrigger": {"@type": ("String", REQUIRED), "when": ("UTCDateTime", REQUIRED)},
}
OBJECTS = {"Entry": ("Event", "Task"), "Trigger": ("OffsetTrigger", "AbsoluteTrigger")}
# 4.3.5: what a patch of an occurrence may not begin with. 4.6.1: what a pointer of a localization ends with.
NOT_IN_OVERRIDES = {
    "@type", "excludedRecurrenceRules", "method", "privacy", "prodId", "recurrenceId", "recurrenceIdTimeZone",
    "recurrenceOverrides", "recurrenceRules", "relatedTo", "replyTo", "sentBy", "timeZones", "uid",
}  # fmt: skip
LOCALIZED = {"title", "description", "name"}
DEFAULTS = {
    "sequence": 0, "showWithoutTime": False, "freeBusyStatus": "busy", "progress": "needs-action", "interval": 1,
    "privacy": "public", "excluded": False, "priority": 0, "descriptionContentType": "text/plain", "action": "display",
    "relativeTo": "start",
}  # fmt: skip
LENGTH = r"P(?=\d|T\d)(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H(?:\d+M(?:\d+(?:\.\d*[1-9])?S)?)?|\d+M(?:\d+(?:\.\d*[1-9])?S)?|\d+(?:\.\d*[1-9])?S))?"
GRAMMARS = {
    "Id": r"[A-Za-z0-9_-]{1,255}",
    "UTCDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?Z",
    "LocalDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?",
    "Duration": LENGTH,
    "SignedDuration": rf"[+-]?{LENGTH}",
    "URI": r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,./:;=?@\[\]~_0-9A-Za-z-]+",
    "Language": r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*",
    "Color": r"#[0-9a-fA-F]{3,6}|[a-z]+",
    "Month": r"(?:[1-9]|1[0-2])L?",
}  # fmt: skip
INTS = {
    "Int": lambda n: abs(n) < 2**53,
    "UnsignedInt": lambda n: 0 <= n < 2**53,
    "Positive": lambda n: 1 <= n < 2**53,
    "NotZero": lambda n: n != 0 and abs(n) < 2**53,
    "MonthDay": lambda n: 1 <= abs(n) <= 31,
}
ZONES = available_timezones()


def check(kind, value, where="$"):
    """Yield each breach of the RFC by a value that should be of a type."""
    if isinstance(kind, tuple):
        if value not in kind:
            yield f"{where}: {value!r} is none of {kind}"
    elif isinstance(kind, set):
        yield from (f"{where}: {key!r} is none of {kind}" for key in value if key not in kind)
        yield from check("String[True]", value, where)
    elif kind.endswith("[]"):
        if not isinstance(value, list) or (not value and kind != "Entry[]"):
            yield f"{where}: {value!r} is no list with anything in it"
        else:
            for number, each in enumerate(value):
                yield from check(kind[:-2], each, f"{where}[{number}]")
    elif "[" in kind:
        key_kind, _, value_kind = kind.removesuffix("]").partition("[")
        if not isinstance(value, dict) or not value:
            yield f"{where}: {value!r} is no map with anything in it"
            return
        for key, each in value.items():
            yield from check(key_kind, key, f"{where} key {key!r}")
            yield from check(value_kind, each, f"{where}/{key}")
    else:
        yield from check_one(kind, value, where)


def check_one(kind, value, where):
    if kind in PROPERTIES or kind in OBJECTS:
        yield from check_object(kind, value, where)
    elif not is_one(kind, value):
        yield f"{where}: {value!r} is no {kind}"
    elif isinstance(value, str) and re.search("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]", value):
        yield f"{where}: {value!r} has control characters"


def is_one(kind, value):
    if kind in INTS:
        return isinstance(value, int) and not isinstance(value, bool) and INTS[kind](value)
    if kind in ("Boolean", "True"):
        return value is True or (kind == "Boolean" and value is False)
    if kind == "PatchObject":
        return isinstance(value, dict) and all(isinstance(pointer, str) for pointer in value)
    if not isinstance(value, str) or value == "":
        return False
    if kind == "TimeZoneId":
        return value in ZONES
    return bool(re.fullmatch(GRAMMARS[kind], value) and exists(kind, value)) if kind in GRAMMARS else kind == "String"


def exists(kind, value):
    try:
        return not kind.endswith("DateTime") or bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def check_object(kind, value, where):
    kinds = OBJECTS.get(kind, (kind,))
    if not isinstance(value, dict) or value.get("@type") not in kinds:
        yield f"{where}: {value!r} is no {kind}"
        return
    table = PROPERTIES[value["@type"]]
    yield from (f"{where}: {name} is missing" for name, (_, needed) in table.items() if needed and name not in value)
    for name, each in value.items():
        if name not in table:
            yield f"{where}: {name} is no property of {value['@type']}"
        else:
            yield from check(table[name][0], each, f"{where}/{name}")
        if name in DEFAULTS and each == DEFAULTS[name] and name != "sequence":
            yield f"{where}/{name}: {each!r} is the default, which goes without saying"
    yield from check_rules(value, where)


def check_rules(value, where):
    """Check what the RFC says of properties together."""
    if value["@type"] == "RecurrenceRule" and "count" in value and "until" in value:
        yield f"{where}: count and until exclude each other"
    if value["@type"] not in ("Event", "Task"):
        return
    for code, patch in value.get("localizations", {}).items():
        yield from check_patch(value, patch, f"{where}/localizations/{code}", LOCALIZED)
    for key, patch in value.get("recurrenceOverrides", {}).items():
        place = f"{where}/recurrenceOverrides/{key}"
        if patch.get("excluded") and len(patch) > 1:
            yield f"{place}: what is excluded is not patched"
        yield from (f"{place}: {name} may not be patched" for name in patch if name.split("/")[0] in NOT_IN_OVERRIDES)
        if not patch.get("excluded"):
            yield from check_patch(value, patch, place)
            whole = {name: each for name, each in value.items() if not name.startswith("recurrence")}
            yield from check_object(value["@type"], patched(whole | {"start": key}, patch), place)


def check_patch(value, patch, where, suffixes=None):
    yield from check("PatchObject", patch, where)
    for pointer, each in patch.items():
        if suffixes and (pointer.split("/")[-1] not in suffixes or not isinstance(each, str) or not each):
            yield f"{where}: {pointer!r} is no text to translate"
        try:
            patched(value, {pointer: each})
        except (KeyError, TypeError):
            yield f"{where}: {pointer!r} leads nowhere"
    yield from (
        f"{where}: {one!r} is inside {other!r}" for one in patch for other in patch if one.startswith(f"{other}/")
    )


def patched(value, patch):
    """The object with a PatchObject applied (1.4.9)."""
    made = copy.deepcopy(value)
    for pointer, each in patch.items():
        *path, name = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")]
        holder = made
        for part in path:
            holder = holder[part]
        holder.pop(name, None) if each is None else holder.__setitem__(name, each)
    return made


# -- reading back -----------------------------------------------------------------------------------


def length_of(text):
    """Days, and exact time."""
    days, _, rest = text.lstrip("+-").removeprefix("P").partition("T")
    number = {unit: int(digits) for digits, unit in re.findall(r"(\d+)([WDHMS])", days)}
    clock = {unit: int(digits) for digits, unit in re.findall(r"(\d+)([WDHMS])", rest)}
    return (
        timedelta(days=7 * number.get("W", 0) + number.get("D", 0)),
        timedelta(hours=clock.get("H", 0), minutes=clock.get("M", 0), seconds=clock.get("S", 0)),
    )


def instant(wall, zone):
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if zone else wall.date()


def moment(value):
    """(uid, start, end, state) of an object that happens once; a task from due to due."""
    state = value.get("status") or value.get("progress", "confirmed")
    zone = value.get("timeZone")
    if value["@type"] == "Task":
        due = datetime.fromisoformat(value["due"])
        return value["uid"], instant(due, zone), instant(due, zone), state
    days, rest = length_of(value["duration"])
    start = datetime.fromisoformat(value["start"])
    end = instant(start + days, zone)
    return value["uid"], instant(start, zone), end + rest if zone else end, state


def occurrences(value):
    """Each occurrence of an object, its overrides applied; expanded by dateutil."""
    if "recurrenceRules" not in value:
        return [moment(value)]
    (rule,) = value["recurrenceRules"]
    parts = {
        "FREQ": rule["frequency"].upper(),
        "INTERVAL": rule.get("interval"),
        "COUNT": rule.get("count"),
        "UNTIL": rule.get("until", "").replace("-", "").replace(":", ""),
        "BYMONTH": ",".join(rule.get("byMonth", [])),
        "BYMONTHDAY": ",".join(map(str, rule.get("byMonthDay", []))),
        "BYDAY": ",".join(f"{day.get('nthOfPeriod', '')}{day['day'].upper()}" for day in rule.get("byDay", [])),
    }
    text = ";".join(f"{name}={part}" for name, part in parts.items() if part)
    start = datetime.fromisoformat(value["start"])
    whole = {name: each for name, each in value.items() if not name.startswith("recurrence")}
    overrides = dict(value.get("recurrenceOverrides", {}))
    found = []
    for wall in rrulestr(text, dtstart=start).between(datetime(2000, 1, 1), datetime(2030, 1, 1), inc=True):
        patch = overrides.pop(f"{wall:%Y-%m-%dT%H:%M:%S}", {})
        if not patch.get("excluded"):
            found.append(moment(patched(whole | {"start": f"{wall:%Y-%m-%dT%H:%M:%S}"}, patch)))
    assert not overrides, "an override of no occurrence is one more occurrence"
    return found


def in_window(at):
    day = at.date() if isinstance(at, datetime) else at
    return FIRST <= day < LAST


def read_back(group):
    found = Counter(each for value in group["entries"] for each in occurrences(value))
    return Counter({each: number for each, number in found.items() if in_window(each[1])})


STATES = {Status.CONFIRMED: "confirmed", Status.TENTATIVE: "tentative", Status.POSTPONED: "tentative"}
HAPPEN = {MomentName.OPENS, MomentName.AWARD_EXPECTED}


def bounds(span):
    if isinstance(span, DaySpan):
        return span.first, span.last + timedelta(days=1)
    return span.starts.instant, span.ends.instant if span.ends else span.starts.instant + timedelta(hours=1)


def of_records(edition, written_out):
    """What the records mean, in the same form; `written_out` are the records whose dates stand one by one."""
    found = Counter()
    calendar = edition.calendar
    for entry in edition.entries.values():
        record = entry.record
        state = "cancelled" if entry.is_called_off else STATES[record.status]
        task_state = "cancelled" if entry.is_called_off else "confirmed"
        for each in occurrences_of(record.schedule, *WINDOW, calendar.zone) if record.schedule else ():
            own = f"{record.id}-{each.day:%Y%m%d}" if record.id in written_out else record.id
            found[(f"{own}@{calendar.id}", *bounds(each.span), "cancelled" if each.is_cancelled else state)] += 1
        for name, milestone in record.milestones.items():
            own = record.id if name is MomentName.CLOSES else f"{record.id}-{name.replace('_', '-')}"
            uid, at = f"{own}@{calendar.id}", milestone.at
            if name in HAPPEN and not isinstance(at, DaySpan | EndOfDay):
                found[uid, at.instant, at.instant + timedelta(minutes=30), state] += 1
            elif name in HAPPEN:
                first, last = (at.first, at.last) if isinstance(at, DaySpan) else (at.day, at.day)
                found[uid, first, last + timedelta(days=1), state] += 1
            else:
                found[uid, at.instant, at.instant, task_state] += 1
        for session in record.sessions:
            found[(f"{record.id}-{session.id}@{calendar.id}", *bounds(session.span), state)] += 1
    return Counter({each: number for each, number in found.items() if in_window(each[1])})


WINDOW = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (date(2026, 1, 1), date(2029, 1, 1))]


def of_ics(body, tasks):
    """What the .ics says, in the same form: of what is a task here only when it ends."""
    calendar = icalendar.Calendar.from_ical(body.replace(b"X-WR-TIMEZONE:Europe/Paris\r\n", b""))
    found = Counter()
    for event in recurring_ical_events.of(calendar).between(FIRST - timedelta(days=40), LAST + timedelta(days=40)):
        uid, start, end, state = str(event["UID"]), event.start, event.end, str(event["STATUS"]).lower()
        start, end = (each.astimezone(UTC) if isinstance(each, datetime) else each for each in (start, end))
        if uid in tasks:
            state = "cancelled" if state == "cancelled" else "confirmed"
            if not isinstance(end, datetime):
                # A day there is the last second of that day here.
                wall = datetime.combine(end - timedelta(days=1), time(23, 59, 59))
                end = instant(wall, tasks[uid]) if tasks[uid] else end
            start = end
        if in_window(start):
            found[uid, start, end, state] += 1
    return found


# -- the calendars ----------------------------------------------------------------------------------


def edition_of(draft):
    return advance(None, 1, NOW, draft.calendar, [Revision(record, 1, 0, NOW) for record in draft.records])


def rendered(edition, name, query):
    selection = read_selection([("from", "2000-01-01"), *query.items()], edition.calendar.languages)
    path = FORMATS[name].path
    return FeedRenderer("https://calendar.example").feed(FORMATS[name], selection, "Name", path, edition, NOW).plain


def group_of(edition, **query):
    return json.loads(rendered(edition, "jscalendar", query))


def verify(edition, **query):
    group = group_of(edition, **query)
    assert list(check("Group", group)) == []
    feed = rendered(edition, "ics", query)
    uids = {str(each["UID"]) for each in icalendar.Calendar.from_ical(feed).walk("VEVENT")}
    assert {each["uid"] for each in group["entries"]} == {uid for uid in uids if not uid.startswith("nothing-yet@")}
    written_out = {
        name
        for name, entry in edition.entries.items()
        if entry.record.schedule and entry.record.schedule.rule and f"{name}@{edition.calendar.id}" not in uids
    }
    found = read_back(group)
    assert found == of_records(edition, written_out)
    tasks = {each["uid"]: each.get("timeZone") for each in group["entries"] if each["@type"] == "Task"}
    assert found == Counter(
        of_ics(feed, tasks) - Counter(each for each in of_ics(feed, tasks) if "nothing-yet" in each[0])
    )
    return group


@pytest.fixture(scope="module", params=GOLDEN)
def golden(request):
    return edition_of(read_calendar((ROOT / request.param).read_bytes(), request.param).draft)


@pytest.fixture(scope="module")
def rich():
    return edition_of(read_calendar((ROOT / GOLDEN[0]).read_bytes(), "rich").draft)


@pytest.mark.parametrize("query", [{}, {"lang": "fr"}, {"alarms": "7 days", "tz": "Asia/Seoul"}], ids=str)
def test_golden_calendars_keep_the_rfc_and_every_instant(golden, query):
    assert verify(golden, **query)["entries"]


ZONE_NAMES = ["Europe/Paris", "Asia/Seoul", "America/St_Johns", "Australia/Lord_Howe", "UTC", "UTC+05:30", "AoE"]
REPEATS = ["every day", "every week", "every 2 weeks", "every month", "every year"]


@st.composite
def calendars(draw):
    """The text of a calendar file: events, series with changes, tenders, in many zones."""
    lines = [
        "calendar: {id: random.example, name: {en: A, fr: B}, timezone: Europe/Paris, languages: [en, fr]}",
        "records:",
    ]
    for number in range(draw(st.integers(1, 4))):
        day = draw(st.dates(date(2026, 12, 1), date(2027, 12, 31)))
        zone = draw(st.sampled_from(ZONE_NAMES))
        hour, minute = draw(st.integers(4, 22)), draw(st.sampled_from([0, 15, 59]))
        titles = draw(st.sampled_from(["{en: One, fr: Un}", "{fr: Deux}", "Trois", "{en: Four}"]))
        state = draw(st.sampled_from(["", "status: cancelled", "status: tentative", "status: postponed"]))
        fields = [f"id: r{number}", f"title: {titles}", *filter(None, [state])]
        if draw(st.booleans()):
            fields += ["kind: tender", f"closes: '{day} {hour:02}:{minute:02} {zone}'"]
            fields += draw(st.sampled_from([[], [f"questions_by: '{day - timedelta(days=3)}'"]]))
        else:
            fields += draw(st.sampled_from([["kind: event"], ["kind: webinar", f"join: 'https://a.example/{number}'"]]))
            last = day + timedelta(days=draw(st.integers(0, 2)))
            whole = draw(st.booleans())
            repeats = draw(st.booleans())
            # A series over the night may have an occurrence that a clock change makes longer, which no form can say.
            longest = 24 * 60 - 60 * hour - minute - 1 if repeats else 3000
            length = timedelta(minutes=draw(st.integers(1, max(1, longest))))
            ends = datetime.combine(day, time(hour, minute)) + length
            fields += (
                [f"starts: {day}", f"ends: {last}"]
                if whole
                else [f"starts: '{day}T{hour:02}:{minute:02} {zone}'", f"ends: '{ends:%Y-%m-%dT%H:%M} {zone}'"]
            )
            if repeats:
                fields += draw(series(day, whole, hour, minute, zone))
        lines.append(f"  - {{{', '.join(fields)}}}")
    return "\n".join(lines) + "\n"


@st.composite
def series(draw, day, whole, hour, minute, zone):
    fields = [f"repeats: '{draw(st.sampled_from(REPEATS))}, {draw(st.integers(3, 9))} times'"]
    if fields[0].startswith("repeats: 'every day"):
        changes = draw(st.sampled_from(["", "cancelled", "moved", "except"]))
        second = day + timedelta(days=1)
        moved = f"{day + timedelta(days=30)}" if whole else f"{day + timedelta(days=30)} {hour:02}:{minute:02} {zone}"
        if changes == "except":
            fields.append(f"except: ['{second}']")
        elif changes:
            what = "status: cancelled" if changes == "cancelled" else f"when: '{moved}'"
            fields.append(f"changes: [{{occurrence: '{second}', {what}}}]")
    return fields


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(calendars(), st.sampled_from([{}, {"lang": "fr"}, {"alarms": "2 days"}, {"alarms": "3 hours"}]))
def test_random_calendars_keep_the_rfc_and_every_instant(text, query):
    reading = read_calendar(text.encode(), "random")
    assume(reading.draft)
    verify(edition_of(reading.draft), **query)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=6, max_size=6), st.integers(0, 5))
def test_no_text_breaks_an_object(texts, number):
    entry = make_entry(number, lambda n: texts[n % len(texts)])
    calendar = Calendar(id="a.example", name={"en": "A"}, zone="Europe/Paris", languages=("en", "fr"))
    group = group_of(Edition(1, NOW, calendar, {entry.record.id: entry}))
    assert list(check("Group", group)) == []


# -- what it says beside times --------------------------------------------------------------------


def entry_of(group, name):
    return next(each for each in group["entries"] if each["uid"].partition("@")[0] == name)


def test_texts_stand_in_every_language_that_a_record_has(rich):
    webinar = entry_of(group_of(rich), "seoul-webinar")
    french = entry_of(group_of(rich, lang="fr"), "seoul-webinar")
    assert (webinar["locale"], french["locale"]) == ("en", "fr")
    translated = patched(webinar, webinar["localizations"]["fr"])
    assert {name: translated[name] for name in ("title", "description")} == {
        name: french[name] for name in ("title", "description")
    }
    assert translated["locations"] == french["locations"]
    assert translated["virtualLocations"] == french["virtualLocations"]
    assert translated["links"]["register"] == french["links"]["register"]
    back = patched(french, french["localizations"]["en"])
    assert (back["title"], back["description"]) == (webinar["title"], webinar["description"])
    tender = entry_of(group_of(rich), "charts-tender")
    assert "localizations" not in tender
    assert tender["participants"]["buyer"] == {
        "@type": "Participant",
        "roles": {"owner": True},
        "name": "Council of Europe",
    }


def test_deadlines_are_tasks_and_other_moments_events(rich):
    group = group_of(rich)
    kinds = {each["uid"].partition("@")[0]: each["@type"] for each in group["entries"]}
    tender = {name: kind for name, kind in kinds.items() if name.startswith("charts-tender")}
    assert tender == {
        "charts-tender": "Task",
        "charts-tender-questions-by": "Task",
        "charts-tender-opens": "Event",
        "charts-tender-award-expected": "Event",
    }
    main = entry_of(group, "charts-tender")["uid"]
    assert entry_of(group, "charts-tender-questions-by")["relatedTo"] == {
        main: {"@type": "Relation", "relation": {"parent": True}}
    }
    bare = entry_of(group, "seoul-webinar-registration-closes")
    assert (bare["due"], bare["timeZone"], bare["showWithoutTime"]) == ("2027-03-05T23:59:59", "Europe/Paris", True)


def test_the_series_has_its_exceptions_inside(rich):
    series = entry_of(group_of(rich), "weekly-clinic")
    changes = series["recurrenceOverrides"]
    assert changes["2027-10-19T11:00:00"] == {"excluded": True}
    assert changes["2027-10-26T11:00:00"]["start"] == "2027-10-27T15:00:00"
    assert changes["2027-11-02T11:00:00"]["status"] == "cancelled"
    assert changes["2027-11-02T11:00:00"]["title"] == "Cancelled: Help desk"
    assert changes["2027-11-09T11:00:00"]["timeZone"] == "Etc/UTC"


def alarms_of(feed):
    """The instant, or on whole days the wall time, at which each event of an .ics rings."""
    found = {}
    for event in icalendar.Calendar.from_ical(feed).walk("VEVENT"):
        for alarm in event.walk("VALARM"):
            anchor = event["DTEND" if alarm["TRIGGER"].params.get("RELATED") == "END" else "DTSTART"].dt
            if not isinstance(anchor, datetime):
                found[str(event["UID"])] = datetime.combine(anchor, time()) + alarm["TRIGGER"].dt
            elif alarm["TRIGGER"].dt.seconds:
                found[str(event["UID"])] = anchor.astimezone(UTC) + alarm["TRIGGER"].dt
            else:
                found[str(event["UID"])] = (anchor + alarm["TRIGGER"].dt).astimezone(UTC)
    return found


def alerts_of(group):
    found = {}
    for value in group["entries"]:
        for alert in value.get("alerts", {}).values():
            trigger = alert["trigger"]
            sign = -1 if trigger["offset"].startswith("-") else 1
            days, rest = length_of(trigger["offset"])
            zone = value.get("timeZone")
            assert (trigger.get("relativeTo", "start") == "end") is (value["@type"] == "Task")
            anchor = datetime.fromisoformat(value.get("due") or value["start"])
            wall = anchor + sign * days
            if value.get("showWithoutTime"):
                found[value["uid"]] = wall + sign * rest
            else:
                found[value["uid"]] = instant(wall, zone) + sign * rest
    return found


@pytest.mark.parametrize("lead", ["7 days", "1 day at 18:00", "1 day", "2 hours", "90 minutes"])
def test_alerts_ring_when_the_alarms_of_the_ics_do(rich, lead):
    there = alarms_of(rendered(rich, "ics", {"alarms": lead}))
    here = alerts_of(group_of(rich, alarms=lead))
    # Entries of a series ring by themselves in the .ics; an old law is in UTC there, where days have 24 hours.
    left_out = {"weekly-clinic@rich.example", "new-york-2005@rich.example", "saturday-nights@rich.example"}
    assert {name: at for name, at in here.items() if name not in left_out} == {
        name: pytest.approx(at, abs=timedelta(seconds=1)) if name in here else at
        for name, at in there.items()
        if name not in left_out
    }
    assert "cancelled-conference@rich.example" not in here


def test_an_empty_selection_is_an_empty_group(rich):
    group = group_of(rich, q="nothing like this")
    assert (group["entries"], list(check("Group", group))) == ([], [])


def test_the_same_edition_gives_the_same_bytes(rich):
    assert rendered(rich, "jscalendar", {}) == rendered(rich, "jscalendar", {})


# -- planted faults ---------------------------------------------------------------------------------

BREACHES = {
    "no uid": lambda value: value.pop("uid"),
    "no start": lambda value: value.pop("start"),
    "a state of its own": lambda value: value.update(status="postponed"),
    "a progress on an event": lambda value: value.update(progress="cancelled"),
    "a zone that is an offset": lambda value: value.update(timeZone="UTC+01:00"),
    "an instant for a local time": lambda value: value.update(start="2027-10-05T09:00:00Z"),
    "a day that there is not": lambda value: value.update(start="2027-02-30T09:00:00"),
    "an empty duration": lambda value: value.update(duration="PT"),
    "a negative duration": lambda value: value.update(duration="-PT1H"),
    "hours and seconds without minutes": lambda value: value.update(duration="PT1H30S"),
    "an id with a dot": lambda value: value.update(links={"a.b": value["links"]["page"]}),
    "a category that is no URI": lambda value: value.update(categories={"webinar": True}),
    "a keyword that is false": lambda value: value.update(keywords={"webinar": False}),
    "a default": lambda value: value.update(freeBusyStatus="busy"),
    "count and until": lambda value: value["recurrenceRules"][0].update(count=3),
    "a month as a number": lambda value: value["recurrenceRules"][0].update(byMonth=[3]),
    "a weekday in capitals": lambda value: value["recurrenceRules"][0]["byDay"][0].update(day="TU"),
    "an override by an instant": lambda value: value["recurrenceOverrides"].update({"2027-10-12T09:00:00Z": {}}),
    "an override of the uid": lambda value: value["recurrenceOverrides"].update({"2027-10-12T11:00:00": {"uid": "x"}}),
    "excluded and moved": lambda value: value["recurrenceOverrides"]["2027-10-19T11:00:00"].update(title="x"),
    "a translation of the start": lambda value: value["localizations"]["fr"].update(start="2027-10-05T11:00:00"),
    "a translation that leads nowhere": lambda value: value["localizations"]["fr"].update({"locations/x/name": "y"}),
    "no role": lambda value: value.update(participants={"a": {"@type": "Participant", "name": "A"}}),
    "an unknown property": lambda value: value.update(organizer="A"),
    "a link without an address": lambda value: value["links"]["page"].pop("href"),
    "a trigger without a sign for days": lambda value: value.update(
        alerts={"a": {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "7D"}}}
    ),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_of_the_rfc_is_seen(rich, name):
    group = group_of(rich)
    BREACHES[name](entry_of(group, "weekly-clinic"))
    assert list(check("Group", group))


def wrong(patch, name, change):
    original = getattr(jscalendar, name)
    patch.setattr(jscalendar, name, lambda *given, **named: change(original(*given, **named)))


def later(text):
    return re.sub(r"T(\d\d)", lambda found: f"T{(int(found[1]) + 1) % 24:02}", text)


FAULTS = {
    "an hour late": ("_on_clock", lambda made: (later(made[0]), made[1])),
    "in another zone": ("_on_clock", lambda made: (made[0], "Europe/London")),
    "too long": ("_duration", lambda _: "PT11H"),
    "due without its zone": ("_due", lambda made: made | {"timeZone": "America/New_York"}),
    "ends early": (
        "_rule",
        lambda made: made | ({"until": "2027-11-01T00:00:00"} if "until" in made else {"count": 2}),
    ),
    "on another weekday": (
        "_rule",
        lambda made: made | ({"byDay": [{"@type": "NDay", "day": "we"}]} if "byDay" in made else {}),
    ),
    "every other time": ("_rule", lambda made: made | {"interval": 2}),
    "occurrences that did not move": ("_override", lambda made: {name: made[name] for name in made if name != "start"}),
    "no exceptions": (
        "_times",
        lambda made: made | ({"recurrenceOverrides": {}} if "recurrenceOverrides" in made else {}),
    ),
    "only the first record": ("_entries", lambda made: made[:1]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_instant_is_seen_here_and_by_the_audit(rich, monkeypatch, name):
    wrong(monkeypatch, *FAULTS[name])
    with pytest.raises(AssertionError):
        verify(rich)
    assert audit(rich)


def test_the_audit_finds_nothing_where_nothing_is_wrong(rich):
    assert audit(rich) == []


WORDS = {
    "words of another day": lambda text: text.replace("5 October", "6 October"),
    "an hour that is another": lambda text: text.replace("11:00", "10:00"),
    "words left out": lambda _: "nothing",
}


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("name", WORDS)
def test_wrong_words_are_seen_in_each_language(rich, monkeypatch, name, code):
    original = jscalendar.describe_entry

    def described(span, entry, calendar, view, spec):
        text = original(span, entry, calendar, view, spec)
        text = text.replace("octobre", "October") if name == "words of another day" and code == "fr" else text
        return WORDS[name](text) if view.lang.code == code else text

    monkeypatch.setattr(jscalendar, "describe_entry", described)
    assert audit(rich)


def audit(edition):
    """The differences that `audit` would list for this format."""
    body = rendered(edition, "jscalendar", {})
    scope = expected.Scope(edition, NOW, "en")
    try:
        found = find_in_jscalendar(body, scope)
    except (ValueError, KeyError) as error:
        return [error]
    faults = []
    for name, entry in edition.entries.items():
        within = scope.days if expected.is_recurring(entry.record) else None
        wanted = expect_jscalendar(entry, scope, found.names.get(name, set()))
        faults += facts.compare_times(wanted, found.facts.get(name, []), within)
    return faults
