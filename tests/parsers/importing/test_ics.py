"""Calendars of others, and our own feed: the same instants, and nothing that is not known."""

import time
from datetime import UTC, datetime

import pytest

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.importing.candidates import UnfitSource
from calendar_service.publishing import publish_file
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrences_of
from calendar_service.settings import Settings
from calendar_service.web.app import create_app
from tests.support.databases import open_sqlite
from tests.support.importing import PARIS, WEEKLY, comments, ics, point, run
from tests.support.paths import ROOT

EVENTS = ROOT / "data" / "events.yaml"
NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


def feed(tmp_path, file, query="?from=2020-01-01"):
    engine = open_sqlite(tmp_path / "test.sqlite3")
    publish_file(engine, file, NOW, confirmed=True)
    app = create_app(Settings(base_url="https://calendar.example"), engine, lambda: NOW, keys=("k" * 40,))
    data = app.test_client().get(f"/calendar.ics{query}").data
    engine.dispose()
    return data


def instants(record):
    if record.schedule:
        window = datetime(2019, 12, 31, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
        found = occurrences_of(record.schedule, *window, "Europe/Paris")
        return [(instant_bounds(each.span, "Europe/Paris"), each.is_cancelled) for each in found]
    return {name: instant_bounds(milestone.at, "Europe/Paris") for name, milestone in record.milestones.items()}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_own_feed_gives_the_same_instants(tmp_path, lang):
    original = read_calendar_file(EVENTS).draft.records
    representation, records = run(feed(tmp_path, EVENTS, f"?from=2020-01-01&lang={lang}"), "calendar.ics")
    assert representation.failed == 0
    assert {each.id: (each.kind, instants(each)) for each in records} == {
        each.id: (each.kind, instants(each)) for each in original
    }
    assert {each.id: (each.title.get(lang) or each.title["en"], each.tags, each.place) for each in records} == {
        each.id: (each.title.get(lang) or each.title["en"], each.tags, each.place) for each in original
    }


TIMES = {
    "zone": ([PARIS, "DTEND;TZID=Europe/Paris:20270315T123000"], "2027-03-15 11:00-12:30 Europe/Paris"),
    "old name of a zone": (["DTSTART;TZID=Europe/Kiev:20270315T110000"], "2027-03-15 11:00 Europe/Kyiv"),
    "zone without a city": (["DTSTART;TZID=Etc/GMT+5:20270315T110000"], "2027-03-15 11:00 UTC-05:00"),
    "windows zone": (['DTSTART;TZID="Romance Standard Time":20270315T110000'], "2027-03-15 11:00 Europe/Paris"),
    "utc": (["DTSTART:20270315T110000Z", "DTEND:20270315T120000Z"], "2027-03-15 11:00-12:00 UTC"),
    "over midnight": (
        ["DTSTART;TZID=Asia/Seoul:20270315T230000", "DURATION:PT2H"],
        "2027-03-15 23:00 - 2027-03-16 01:00 Asia/Seoul",
    ),
    "two zones": (
        [PARIS, "DTEND;TZID=Europe/London:20270315T113000"],
        "2027-03-15 11:00 Europe/Paris - 2027-03-15 11:30 Europe/London",
    ),
    "day": (["DTSTART;VALUE=DATE:20270315", "DTEND;VALUE=DATE:20270316"], "2027-03-15"),
    "day without end": (["DTSTART;VALUE=DATE:20270315"], "2027-03-15"),
    "days": (["DTSTART;VALUE=DATE:20270315", "DTEND;VALUE=DATE:20270318"], "2027-03-15 to 2027-03-17"),
    "days by duration": (["DTSTART;VALUE=DATE:20270315", "DURATION:P3D"], "2027-03-15 to 2027-03-17"),
    "no length": ([PARIS, "DTEND;TZID=Europe/Paris:20270315T110000"], "2027-03-15 11:00 Europe/Paris"),
    "hours over the change": (
        ["DTSTART;TZID=Europe/Paris:20270328T010000", "DURATION:PT3H"],
        "2027-03-28 01:00-05:00 Europe/Paris",
    ),
}


@pytest.mark.parametrize(("lines", "words"), TIMES.values(), ids=TIMES)
def test_times_keep_their_zone(lines, words):
    representation, (record,) = run(ics(*lines))
    assert (record.schedule.words, representation.failed) == (words, 0)


def test_repeated_hour_is_the_first_one():
    _, (record,) = run(ics("DTSTART;TZID=Europe/Paris:20271031T023000"))
    assert point(record)[2] == "2027-10-31T00:30:00Z"


UNKNOWN = {
    "floating": (["DTSTART:20270315T110000"], "names no time zone"),
    "unknown zone": (["DTSTART;TZID=Paris:20270315T110000"], "time zone that is not known: 'Paris'"),
    "zone of a file": (["DTSTART;TZID=/../../etc/passwd:20270315T110000"], "not known: '/../../etc/passwd'"),
    "skipped": (["DTSTART;TZID=Europe/Paris:20270328T023000"], "02:30 does not exist"),
    "no start": ([], "no start (DTSTART)"),
    "no date": (["DTSTART:2027"], "is not a time that an .ics file can hold"),
    "year 9999": (["DTSTART:99991231T000000Z"], "the year 9999 is not between"),
    "backwards": ([PARIS, "DTEND;TZID=Europe/Paris:20270314T110000"], "before"),
    "secondly": ([PARIS, "RRULE:FREQ=SECONDLY"], "the finest rate is DAILY"),
    "minutely": ([PARIS, "RRULE:FREQ=MINUTELY;COUNT=10"], "the finest rate is DAILY"),
    "too often": ([PARIS, "RRULE:FREQ=DAILY;COUNT=100000"], "it may be 1 to 999"),
    "never": (["DTSTART;VALUE=DATE:20270228", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "which never comes"),
    "hours": ([PARIS, "RRULE:FREQ=DAILY;BYHOUR=1,2,3"], "several times a day: BYHOUR=1,2,3"),
    "two rules": ([PARIS, "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=3"], "more than one RRULE"),
    "rdate": ([PARIS, "RDATE;TZID=Europe/Paris:20270316T110000"], "RDATE is not taken"),
    "200,000 rdates": ([PARIS, "RDATE:" + ",".join(["20270316T110000Z"] * 3000)], "RDATE is not taken"),
    "file": ([PARIS, "ATTACH:file:///etc/passwd"], "a file on a machine"),
    "private": ([PARIS, "CLASS:PRIVATE"], "marked private"),
    "range": ([PARIS, "DTEND;VALUE=DATE:20270316"], "begins at an hour and ends on a day"),
}


@pytest.mark.parametrize(("lines", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_asked(lines, why):
    representation, records = run(ics(*lines))
    assert (records, representation.failed) == ((), 1)
    assert any(why in comment for comment in comments(representation))


def test_zone_of_the_whole_file_is_only_a_hint():
    representation, _ = run(ics("DTSTART:20270315T110000", head=["X-WR-TIMEZONE:Europe/Oslo"]))
    assert representation.failed == 1
    assert any("The file as a whole names Europe/Oslo." in comment for comment in comments(representation))


def days(record):
    found = occurrences_of(record.schedule, datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC), "UTC")
    return [f"{instant_bounds(each.span, 'UTC')[0]:%m-%dT%H}{' x' if each.is_cancelled else ''}" for each in found]


SERIES = {
    # The clocks go forward on 28 March: 11:00 is 10:00Z, then 09:00Z.
    "until in UTC, included": ([WEEKLY], ["03-15T10", "03-22T10", "03-29T09", "04-05T09"]),
    "until just before": ([WEEKLY.replace("090000", "085959")], ["03-15T10", "03-22T10", "03-29T09"]),
    "excepted": ([WEEKLY, "EXDATE;TZID=Europe/Paris:20270322T110000"], ["03-15T10", "03-29T09", "04-05T09"]),
    "excepted in UTC": ([WEEKLY, "EXDATE:20270322T100000Z,20270329T090000Z"], ["03-15T10", "04-05T09"]),
}


@pytest.mark.parametrize(("lines", "expected"), SERIES.values(), ids=SERIES)
def test_series(lines, expected):
    _, (record,) = run(ics(PARIS, *lines))
    assert days(record) == expected


def test_changed_occurrences_join_their_series():
    moved = ["UID:1@x", "RECURRENCE-ID;TZID=Europe/Paris:20270322T110000", "DTSTART;TZID=Europe/Paris:20270323T140000"]
    off = ["UID:1@x", "RECURRENCE-ID:20270329T090000Z", PARIS.replace("0315", "0329"), "STATUS:CANCELLED"]
    parts = [["SUMMARY:Talk", *moved], ["SUMMARY:Talk", *off]]
    more = [line for part in parts for line in ("END:VEVENT", "BEGIN:VEVENT", *part)]
    _, (record,) = run(ics(PARIS, WEEKLY, *more))
    assert days(record) == ["03-15T10", "03-23T13", "03-29T09 x", "04-05T09"]


def test_everything_else_of_an_event():
    lines = [
        "SUMMARY;LANGUAGE=fr-FR:Atelier\\, puis d\\;bat",
        "LOCATION:Palais de l'Europe\\, Strasbourg",
        "URL:https://example.org/a?b=c",
        "STATUS:TENTATIVE",
        "CATEGORIES:Housing,city \\, town,#no",
        "CATEGORIES:rights",
        "CONFERENCE;VALUE=URI;LABEL=Join:https://meet.example/1",
        "ATTACH;FMTTYPE=application/pdf:https://example.org/terms.pdf",
        "DESCRIPTION:One\\nTwo",
    ]
    representation, (record,) = run(ics(PARIS, *lines).replace("SUMMARY:Talk\r\n", ""))
    assert record.kind == "webinar"
    assert (record.title, record.summary["en"]) == ({"fr": "Atelier, puis d;bat"}, "One\nTwo")
    assert (record.url, record.join, record.status) == (
        "https://example.org/a?b=c",
        "https://meet.example/1",
        "tentative",
    )
    assert record.place.name == {"en": "Palais de l'Europe, Strasbourg"}
    assert record.tags == ("Housing", "rights")
    assert [(link.title["en"], link.url) for link in record.documents] == [
        ("terms.pdf", "https://example.org/terms.pdf")
    ]
    assert comments(representation) == ["Left out, not a tag: city , town", "Left out, not a tag: #no"]


def test_addresses_that_are_not_https_are_left_out():
    representation, (record,) = run(
        ics(PARIS, "URL:http://example.org", "CONFERENCE:javascript:alert(1)", "LOCATION:online")
    )
    assert (record.url, record.join, record.kind) == ("", "", "webinar")
    assert len(comments(representation)) == 2


def test_what_is_no_event_is_said():
    data = ics(PARIS).replace("END:VCALENDAR", "BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR")
    representation, records = run(data)
    assert (len(records), comments(representation)) == (1, ["Line 8, left out: a VTODO, which is no event."])


BROKEN = {
    "nothing": (b"", "there is nothing in it"),
    "cut off": (ics(PARIS).encode()[:-17], "has no END"),
    "garbage": (b"\x00\xff\xfe garbage", "not in UTF-8"),
    "nested": (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 100_000, "nested too deep"),
    "not crossed": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n", "ends what has not begun"),
    "calendars in calendars": (b"BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n", "stands in a wrong place"),
    "200,000 rdates in lines": (ics(PARIS, *["RDATE:20270316T110000Z"] * 200_000).encode(), "more than 1,000 RDATEs"),
    "200,000 rdates in one": (
        ics(PARIS, "RDATE:" + ",".join(["20270316T110000Z"] * 200_000)).encode(),
        "more than 1,048,576",
    ),
    "200,000 events": (ics(PARIS, *["END:VEVENT", "BEGIN:VEVENT", PARIS] * 100_000).encode(), "more than 1,000 events"),
    "too large": (b" " * (20 * 1024 * 1024 + 1), "more than 20,971,520 bytes"),
    "one long line": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:" + b"x" * 9_000_000, "more than 1,048,576"),
    "long folded line": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:" + b"x\n " * 3_000_000, "more than 1,048,576"),
    "parameters": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;=;;:1\n", "cannot be read"),
}


@pytest.mark.parametrize(("data", "why"), BROKEN.values(), ids=BROKEN)
def test_broken_and_hostile_files_are_refused_soon(data, why):
    begun = time.process_time()
    with pytest.raises(UnfitSource, match=why):
        run(data, "evil.ics")
    assert time.process_time() - begun < 5


def test_a_full_calendar_is_read_soon():
    event = ["END:VEVENT", "BEGIN:VEVENT", "SUMMARY:Talk", PARIS, "RRULE:FREQ=SECONDLY"]
    begun = time.process_time()
    representation, _ = run(ics(PARIS, *event * 900))
    assert (representation.passed, representation.failed) == (1, 900)
    assert time.process_time() - begun < 5
