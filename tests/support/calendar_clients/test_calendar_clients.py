"""The other calendar clients agree on sound calendars, and the checker sees every fault it has a number for."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.calendar_clients import icaljs, ics, khal
from tests.support.calendar_clients.broken import BROKEN, SAMPLES, break_sample
from tests.support.calendar_clients.checklist import check_feed, raw_properties, structure
from tests.support.calendar_clients.happening import Happening

pytestmark = pytest.mark.node

FIRST, LAST = date(2020, 6, 1), date(2022, 6, 8)
PART = re.compile(rb"BEGIN:(VEVENT|VTIMEZONE).*?END:\1\r\n", re.DOTALL)


def happenings(uid, *rows):
    return [Happening(f"{uid}@example.org", *row) for row in rows]


EXPECTED = {
    "allday": happenings("conference", ("2020-06-26", "2020-06-29", "Conference of three days", "TENTATIVE")),
    "cancelled": happenings(
        "called-off",
        ("2020-12-15T08:00:00Z", "2020-12-15T16:00:00Z", "Annulé\u00a0: Journée d’étude", "CANCELLED"),
    ),
    "paris": happenings("webinar", ("2020-07-07T09:00:00Z", "2020-07-07T10:00:00Z", "Webinar on sea ice", "CONFIRMED")),
    "seoul": happenings(
        "school",
        ("2021-04-30T23:00:00Z", "2021-05-01T01:00:00Z", "Summer school", "TENTATIVE"),
        ("2021-05-02T23:00:00Z", "2021-05-03T01:00:00Z", "Summer school", "TENTATIVE"),
        ("2021-05-04T23:00:00Z", "2021-05-05T01:00:00Z", "Summer school", "TENTATIVE"),
    ),
    "unicode": happenings(
        "polar-bear",
        (
            "2020-08-02T08:00:00Z",
            "2020-08-02T09:30:00Z",
            '🐻\u200d❄️ Été à l’œuvre; يوم المناخ العالمي, 気候の日 \\ "a:b" | {x} <y> % 100',
            "CONFIRMED",
        ),
    ),
    "utc": happenings("launch", ("2020-07-10T23:50:00Z", "2020-07-11T00:10:00Z", "Launch over midnight", "")),
    "weekly": happenings(
        "seminar",
        ("2020-10-06T09:00:00Z", "2020-10-06T10:00:00Z", "Seminar", "CONFIRMED"),
        ("2020-10-13T09:00:00Z", "2020-10-13T10:00:00Z", "Seminar", "CONFIRMED"),
        ("2020-10-28T14:00:00Z", "2020-10-28T15:30:00Z", "Seminar, a day later", "CONFIRMED"),
        ("2020-11-03T10:00:00Z", "2020-11-03T11:00:00Z", "Cancelled: Seminar", "CANCELLED"),
        ("2020-11-10T10:00:00Z", "2020-11-10T11:00:00Z", "Seminar", "CONFIRMED"),
    ),
    "yearly": happenings(
        "oceans-day",
        ("2020-06-08", "2020-06-09", "World Oceans Day", "CONFIRMED"),
        ("2021-06-08", "2021-06-09", "World Oceans Day", "CONFIRMED"),
    ),
}
EVERYTHING = sorted(each for rows in EXPECTED.values() for each in rows)


def sample(name):
    return (SAMPLES / f"{name}.ics").read_bytes()


def join(names):
    """Put the zones, each once, and the events of several samples into one calendar."""
    parts = dict.fromkeys(found[0] for name in names for found in PART.finditer(sample(name)))
    head, end = PART.sub(b"", sample("utc")).split(b"END:VCALENDAR")
    return head + b"".join(parts) + b"END:VCALENDAR" + end


@pytest.fixture
def serve() -> Iterator:
    """Give a function that publishes bytes at an address of this machine; everything else is not found."""
    bodies = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = bodies.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            """Keep the test's output to the test."""

    def publish(body):
        bodies["/feed.ics"] = body
        return f"http://127.0.0.1:{server.server_port}/feed.ics"

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield publish
        server.shutdown()
        thread.join()


def test_every_sample_has_its_expectation():
    assert sorted(EXPECTED) == sorted(path.stem for path in SAMPLES.glob("*.ics"))


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("reader", [icaljs, ics], ids=["icaljs", "ics"])
def test_client_sees_what_is_written(reader, name):
    assert reader.read(sample(name), FIRST, LAST) == EXPECTED[name]


def test_all_clients_agree(serve):
    together = join(EXPECTED)
    assert icaljs.read(together, FIRST, LAST) == EVERYTHING
    assert ics.read(together, FIRST, LAST) == EVERYTHING
    assert khal.read_imported(together, FIRST, LAST) == EVERYTHING
    subscribed = khal.read(serve(together), FIRST, LAST)
    assert subscribed == sorted(replace(each, uid="") for each in EVERYTHING)


@pytest.mark.parametrize(
    ("name", "first", "last", "count"),
    [
        ("allday", date(2020, 6, 25), date(2020, 6, 26), 0),
        ("allday", date(2020, 6, 28), date(2020, 6, 29), 1),
        ("allday", date(2020, 6, 29), date(2020, 6, 30), 0),
        ("utc", date(2020, 7, 10), date(2020, 7, 11), 1),
        ("utc", date(2020, 7, 11), date(2020, 7, 12), 1),
        ("weekly", date(2020, 10, 27), date(2020, 10, 28), 0),
        ("weekly", date(2020, 10, 28), date(2020, 10, 29), 1),
    ],
)
def test_range_is_cut_alike(name, first, last, count):
    expected = [each for each in EXPECTED[name] if each.overlaps(first, last)]
    assert len(expected) == count
    assert icaljs.read(sample(name), first, last) == expected
    assert ics.read(sample(name), first, last) == expected


def test_override_from_beyond_the_range_is_seen():
    moved = break_sample(
        "weekly",
        "20201028T150000\nDTEND;TZID=Europe/Paris:20201028T163000",
        "20201001T150000\nDTEND;TZID=Europe/Paris:20201001T163000",
    )
    expected = happenings(
        "seminar", ("2020-10-01T13:00:00Z", "2020-10-01T14:30:00Z", "Seminar, a day later", "CONFIRMED")
    )
    assert icaljs.read(moved, date(2020, 10, 1), date(2020, 10, 2)) == expected
    assert ics.read(moved, date(2020, 10, 1), date(2020, 10, 2)) == expected


def test_icaljs_believes_the_zone_in_the_file_only():
    lying = break_sample("paris", "TZOFFSETTO:+0200", "TZOFFSETTO:+0100")
    zoneless = re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", sample("paris"), flags=re.DOTALL)
    seen = [each.start for feed in (lying, zoneless) for each in icaljs.read(feed, FIRST, LAST)]
    assert seen == ["2020-07-07T10:00:00Z", "2020-07-07T11:00:00"]
    assert ics.read(lying, FIRST, LAST) == EXPECTED["paris"]


def test_clients_refuse_a_malformed_line(serve):
    malformed = break_sample("paris", "STATUS:CONFIRMED", "no colon here")
    with pytest.raises(ValueError, match="no colon here"):
        icaljs.read(malformed, FIRST, LAST)
    with pytest.raises(ValueError, match="no colon here"):
        ics.read(malformed, FIRST, LAST)
    with pytest.raises(ValueError, match="no colon here"):
        khal.read(serve(malformed), FIRST, LAST)


def test_subscriber_tells_of_a_missing_feed(serve):
    address = serve(b"")
    with pytest.raises(ValueError, match="vdirsyncer sync ended with 1"):
        khal.read(address, FIRST, LAST)


@pytest.mark.parametrize("name", EXPECTED)
def test_sound_sample_has_no_fault(name):
    assert check_feed(sample(name)) == []


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;UNTIL=20090610", ["0608", "0609", "0610"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3;WKST=MO", ["0608", "0610", "0615"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=3;WKST=SU", ["0608", "0622", "0706"]),
        ("FREQ=MONTHLY;BYMONTHDAY=8;COUNT=2", ["0608", "0708"]),
        ("FREQ=MONTHLY;BYDAY=2MO;COUNT=2", ["0608", "0713"]),
        ("FREQ=YEARLY;BYMONTH=6;BYDAY=2MO", ["0608"]),
        ("FREQ=YEARLY", ["0608"]),
    ],
)
def test_template_rule_is_sound_and_read_alike(rule, days):
    feed = break_sample("yearly", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=8", rule)
    assert check_feed(feed) == []
    for reader in (icaljs, ics):
        seen = reader.read(feed, date(2009, 1, 1), date(2010, 1, 1))
        assert [each.start for each in seen] == [f"2009-{day[:2]}-{day[2:]}" for day in days]


def test_joined_samples_have_no_fault():
    assert check_feed(join(EXPECTED)) == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case.points[0]}-{case.name}")
def test_checker_sees_the_fault(case):
    faults = check_feed(case.ics())
    assert sorted({int(fault.partition(":")[0]) for fault in faults}) == sorted(case.points)


def test_every_point_of_the_octets_is_seen_to_fail():
    seen = {number for case in BROKEN for number in case.points}
    assert seen == {0, *range(1, 20), 22, 23, 24, *range(26, 38)}


HEADERS = {
    "Content-Type": "text/calendar; charset=utf-8",
    "ETag": '"1"',
    "Last-Modified": "Mon, 01 Jun 2020 12:00:00 GMT",
    "Vary": "Accept-Language, Accept-Encoding",
}


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, []),
        ({"Content-Type": "text/calendar"}, ["38: Content-Type is text/calendar"]),
        ({"ETag": ""}, ["39: no ETag"]),
        ({"Last-Modified": ""}, ["39: no Last-Modified"]),
        ({"Vary": "Accept"}, ["40: Vary is Accept"]),
        ({"Set-Cookie": "session=1"}, ["41: sets a cookie"]),
    ],
)
def test_headers_are_checked(change, faults):
    assert check_feed(sample("utc"), headers=HEADERS | change) == faults


def test_structure_counts_what_the_octets_hold():
    components, properties = structure(sample("utc"))
    assert components == Counter({"VCALENDAR": 1, "VEVENT": 1})
    calendar_names = ["VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE"]
    refresh_names = ["REFRESH-INTERVAL", "X-PUBLISHED-TTL"]
    event_names = ["UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DURATION", "SUMMARY"]
    assert properties == Counter(calendar_names + refresh_names + event_names)


def test_raw_properties_are_unfolded_and_still_escaped():
    names = {"CONFERENCE", "DESCRIPTION", "TZID"}
    assert [each for each in raw_properties(sample("paris")) if each[1] in names] == [
        ("VTIMEZONE", "TZID", {}, "Europe/Paris"),
        (
            "VEVENT",
            "DESCRIPTION",
            {},
            r"Join: https://meet.example.org/ice?a=1\nOpen to all\; free\, in English.",
        ),
        (
            "VEVENT",
            "CONFERENCE",
            {"VALUE": "URI", "FEATURE": "VIDEO"},
            "https://meet.example.org/ice?a=1",
        ),
        ("VALARM", "DESCRIPTION", {}, "Webinar on sea ice"),
    ]
