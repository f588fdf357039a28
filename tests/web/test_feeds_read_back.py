"""Three other calendar clients see the same happenings, and those that the records mean."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_service.records.enums import MomentName, Status
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from tests.support.calendar_clients import icaljs, ics, khal
from tests.support.calendar_clients.happening import Happening, select, spell
from tests.support.feed_service import RICH, open_service, publish_rich

pytestmark = pytest.mark.node

# Rules that calendar programs would misread: their occurrences are events of their own.
WRITTEN_OUT = {"last-days", "night-watch", "jerusalem-talk", "nights-from-autumn"}
STATUSES = {Status.CONFIRMED: "CONFIRMED", Status.TENTATIVE: "TENTATIVE", Status.POSTPONED: "TENTATIVE"}
BEGIN_AT = {MomentName.OPENS, MomentName.AWARD_EXPECTED}
HALF_HOUR = timedelta(minutes=30)


def bounds(span):
    if isinstance(span, DaySpan):
        return spell(span.first), spell(span.last + timedelta(days=1))
    assert isinstance(span, TimeSpan)
    begins = span.starts.instant
    return spell(begins), spell(span.ends.instant if span.ends else begins + timedelta(hours=1))


def stone_bounds(name, at):
    match at:
        case EndOfDay(day):
            return bounds(DaySpan(day, day))
        case CivilTime() if name in BEGIN_AT:
            return spell(at.instant), spell(at.instant + HALF_HOUR)
        case CivilTime():
            return spell(at.instant - HALF_HOUR), spell(at.instant)
    return bounds(at)


def of_record(entry, zone, first, last):
    """List (name, start, end, status) of everything that a record puts into a calendar."""
    record = entry.record
    status = "CANCELLED" if entry.is_called_off else STATUSES[record.status]
    if record.schedule:
        window = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last)]
        margin = timedelta(days=3)
        for each in occurrences_of(record.schedule, window[0] - margin, window[1] + margin, zone):
            name = f"{record.id}-{each.day:%Y%m%d}" if record.id in WRITTEN_OUT else record.id
            yield name, *bounds(each.span), "CANCELLED" if each.is_cancelled else status
    for name, milestone in record.milestones.items():
        own = record.id if name is MomentName.CLOSES else f"{record.id}-{name.replace('_', '-')}"
        yield own, *stone_bounds(name, milestone.at), status
    for session in record.sessions:
        yield f"{record.id}-{session.id}", *bounds(session.span), status


def expected(edition, first, last, accepts=lambda _: True):
    zone, right = edition.calendar.zone, edition.calendar.id
    rows = [
        Happening(f"{name}@{right}", start, end, "", status)
        for entry in edition.entries.values()
        if accepts(entry.record)
        for name, start, end, status in of_record(entry, zone, first, last)
    ]
    return select(rows, first, last)


def check_clients(body, wanted, first, last):
    seen = icaljs.read(body, first, last)
    assert [replace(each, summary="") for each in seen] == wanted
    # recurring-ical-events turns UTC into the zone of X-WR-TIMEZONE and loses which 02:15 it was.
    assert ics.read(body.replace(b"X-WR-TIMEZONE:Europe/Paris\r\n", b""), first, last) == seen
    assert khal.read_imported(body, first, last) == seen
    return seen


SELECTIONS = {
    "all": ("from=2000-01-01", lambda _: True),
    "french": ("from=2000-01-01&lang=fr", lambda _: True),
    "tenders": ("from=2000-01-01&kind=tender", lambda record: record.kind == "tender"),
    "webinars": ("from=2000-01-01&kind=webinar&tz=Asia/Seoul&alarms=1+day", lambda record: record.kind == "webinar"),
    "country": ("from=2000-01-01&country=KR,IL", lambda record: record.place and record.place.country in ("KR", "IL")),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_rich_file_is_read_alike(rich, name):
    query, accepts = SELECTIONS[name]
    first, last = date(2005, 1, 1), date(2028, 6, 1)
    wanted = expected(rich.cache.edition(), first, last, accepts)
    assert wanted
    seen = check_clients(rich.body(f"/calendar.ics?{query}"), wanted, first, last)
    titles = defaultdict(set)
    for each in seen:
        titles[each.uid.partition("@")[0]].add(each.summary)
    lang = "fr" if name == "french" else "en"
    for entry in rich.cache.edition().entries.values():
        title = entry.record.title.get(lang) or next(iter(entry.record.title.values()))
        own = [text for uid, texts in titles.items() if uid.startswith(entry.record.id) for text in texts]
        assert all(" ".join(title.split())[:80] in text for text in own)


@pytest.mark.parametrize("query", ["from=2000-01-01", "from=2000-01-01&lang=fr&alarms=2+hours"])
def test_programme_is_read_alike(programme, query):
    first, last = date(2020, 1, 1), date(2029, 1, 1)
    wanted = expected(programme.cache.edition(), first, last)
    check_clients(programme.body(f"/calendar.ics?{query}"), wanted, first, last)


def at(seen, name):
    return [(each.start, each.end) for each in seen if each.uid == f"{name}@intercultural-cities.example"]


def test_the_dates_of_the_programme(programme):
    body = programme.body("/calendar.ics?from=2020-01-01")
    seen = icaljs.read(body, date(2020, 1, 1), date(2022, 12, 31))
    assert at(seen, "systemic-racism-webinar-2020") == [("2020-07-07T09:00:00Z", "2020-07-07T10:30:00Z")]
    assert at(seen, "cyprus-migration-network-2020") == [("2020-06-26", "2020-06-27")]
    assert at(seen, "intercultural-regions-webinar-2020") == [("2020-06-29", "2020-06-30")]
    assert at(seen, "refugee-day") == [(f"{year}-06-20", f"{year}-06-21") for year in (2020, 2021, 2022)]
    assert at(seen, "online-charts-tender-2020") == [("2020-07-10", "2020-07-11")]
    events = {str(each["UID"]): each for each in ics.icalendar.Calendar.from_ical(body).walk("VEVENT")}
    description = str(events["online-charts-tender-2020@intercultural-cities.example"]["DESCRIPTION"])
    assert description.splitlines()[0] == "Closes: Friday 10 July 2020, 23:59 CEST (UTC+2)"


def test_api_says_the_same_instant(programme):
    records = {each["id"]: each for each in programme.get("/api/v1/records?from=2020-01-01").json["records"]}
    assert [(m["name"], m["at"]) for m in records["online-charts-tender-2020"]["moments"]] == [
        ("closes", "2020-07-10T21:59:59Z")
    ]
    assert [(m["name"], m["at"]) for m in records["systemic-racism-webinar-2020"]["moments"]] == [
        ("starts", "2020-07-07T09:00:00Z"),
        ("ends", "2020-07-07T10:30:00Z"),
    ]


def test_single_file_says_what_the_feed_says(rich):
    feed = ics.icalendar.Calendar.from_ical(rich.body("/calendar.ics?from=2000-01-01"))
    in_feed = {}
    for each in feed.walk("VEVENT"):
        in_feed.setdefault(str(each["UID"]).split("@")[0], []).append(each.to_ical())
    found = {}
    for name in rich.cache.edition().entries:
        single = ics.icalendar.Calendar.from_ical(rich.body(f"/events/{name}.ics"))
        for each in single.walk("VEVENT"):
            found.setdefault(str(each["UID"]).split("@")[0], []).append(each.to_ical())
    assert found == in_feed


def test_subscriber_sees_the_feed_and_a_change(tmp_path, live):
    service = open_service(tmp_path)
    edition = publish_rich(service)
    url = f"{live(service)}/calendar.ics?from=2020-01-01"
    first, last = date(2020, 1, 1), date(2027, 12, 31)
    seen = khal.read(url, first, last)
    wanted = expected(edition, first, last)
    assert [replace(each, summary="") for each in seen] == sorted(replace(each, uid="") for each in wanted)
    moved = service.publish(
        RICH.read_text(encoding="utf-8").replace("12 May 2027 at 9.30-17.00 CET", "13 May 2027 at 9.30-17.00 CET"),
        datetime(2027, 1, 21, tzinfo=UTC),
    )
    assert [replace(each, summary="") for each in khal.read(url, first, last)] == sorted(
        replace(each, uid="") for each in expected(moved, first, last)
    )
    service.engine.dispose()
