"""What Outlook, Teams and other programs write into .ics files."""

import time

import pytest

from calendar_service.parsers.importing.outlook_zones import zone_of_outlook_name
from tests.support.importing import PARIS, comments, ics, point, run

ZONES = {
    "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris": "Europe/Brussels",
    "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Amsterdam",
    "(UTC+00:00) Dublin, Edinburgh, Lisbon, London": "Europe/Dublin",
    "(GMT+01:00) Sarajevo, Skopje, Warsaw, Zagreb": "Europe/Sarajevo",
    "(UTC-05:00) Eastern Time (US & Canada)": "America/New_York",
    "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi": "Asia/Kolkata",
    "(UTC+09:00) Seoul": "Asia/Seoul",
    "(UTC) Coordinated Universal Time": "UTC",
    "tzone://Microsoft/Utc": "UTC",
    "(UTC+02:00) Paris": "",
    "(UTC+01:00) Paris, London": "",
    "(UTC+01:00) Nowhere": "",
    "Paris": "",
    "tzone://Microsoft/Custom": "",
}


@pytest.mark.parametrize(("name", "zone"), ZONES.items())
def test_zone_by_the_name_that_outlook_shows(name, zone):
    assert zone_of_outlook_name(name) == zone


@pytest.mark.parametrize("name", [name for name, zone in ZONES.items() if zone.startswith("Europe/") and "+01" in name])
def test_event_in_such_a_zone(name):
    representation, (record,) = run(ics(f'DTSTART;TZID="{name}":20270715T110000'))
    assert (point(record)[2], representation.failed) == ("2027-07-15T09:00:00Z", 0)


def zone(name, *parts, location=""):
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *([f"X-LIC-LOCATION:{location}"] if location else [])]
    for kind, start, old, new, rule in parts:
        lines += [f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{old}", f"TZOFFSETTO:{new}"]
        lines += [*([f"RRULE:{rule}"] if rule else []), f"END:{kind}"]
    return [*lines, "END:VTIMEZONE"]


SUMMER = ("DAYLIGHT", "16010101T020000", "+0100", "+0200", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")
WINTER = ("STANDARD", "16010101T030000", "+0200", "+0100", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")
DEFINITIONS = {
    "Paris": ([SUMMER, WINTER], "", "Europe/Paris"),
    "named": ([SUMMER, WINTER], "Europe/Berlin", "Europe/Berlin"),
    "wrongly named": ([SUMMER, WINTER], "Asia/Seoul", "Europe/Paris"),
    "Seoul": ([("STANDARD", "16010101T000000", "+0900", "+0900", "")], "Asia/Seoul", "Asia/Seoul"),
    "Eastern": (
        [
            ("DAYLIGHT", "20070311T020000", "-0500", "-0400", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
            ("STANDARD", "20071104T020000", "-0400", "-0500", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
        ],
        "America/New_York",
        "America/New_York",
    ),
    "another Sunday": ([(*SUMMER[:4], "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"), WINTER], "Europe/Paris", ""),
    "another hour": ([("DAYLIGHT", "16010101T040000", *SUMMER[2:]), WINTER], "Europe/Paris", ""),
    "an end": ([(*SUMMER[:4], f"{SUMMER[4]};UNTIL=20300101T000000Z"), WINTER], "Europe/Paris", ""),
    "not plain": ([(*SUMMER[:4], "FREQ=SECONDLY"), WINTER], "Europe/Paris", ""),
    "nothing": ([], "Europe/Paris", ""),
    "nonsense": ([("DAYLIGHT", "x", "y", "z", "a=b;;")], "Europe/Paris", ""),
}


@pytest.mark.parametrize(("parts", "location", "known"), DEFINITIONS.values(), ids=DEFINITIONS)
def test_zone_that_the_file_defines(parts, location, known):
    data = ics("DTSTART;TZID=Our time:20270715T110000", head=zone("Our time", *parts, location=location))
    representation, records = run(data)
    said = f"The file's own time zone 'Our time' has the times of {known} from 2020 to 2035."
    assert [record.schedule.span.starts.zone for record in records] == ([known] if known else [])
    assert (said in comments(representation), representation.failed) == (bool(known), 0)
    if not known:
        asked = "has the times of no known zone: is it that of the calendar? If not, write the zone behind each time."
        assert any(asked in each for each in comments(representation))
        assert "#   when: 2027-07-15 11:00\n" in representation.yaml


def test_a_carriage_return_alone_is_reported_and_ends_no_line():
    data = ics(PARIS, "DESCRIPTION:one\rtwo\0").encode()
    representation, (record,) = run(data)
    assert record.summary["en"].split() == ["one", "two"]
    said = [text for _, text in representation.comments]
    assert "left out: a carriage return without a line feed." in said
    assert "left out: a NUL character." in said


def test_a_file_with_carriage_returns_only_is_read():
    _, (record,) = run(ics(PARIS).replace("\r\n", "\r").encode())
    assert record.title == {"en": "Talk"}


def test_many_definitions_are_compared_soon():
    heads = [
        line for number in range(200) for line in zone(f"Zone {number}", (*SUMMER[:3], "+0217", SUMMER[4]), WINTER)
    ]
    begun = time.process_time()
    run(ics(PARIS, head=heads))
    assert time.process_time() - begun < 5


def test_description_in_html_becomes_text():
    html = "<html><head><style>p{}</style></head><body><p>Fish &amp\\; chips<br>at noon</p><ul><li>One</li></ul></body></html>"
    _, (record,) = run(ics(PARIS, f"DESCRIPTION:{html}"))
    assert record.summary == {"en": "Fish & chips\nat noon\n\n- One"}


LINKS = {
    "Teams": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d",
    "Meet": "https://meet.google.com/abc-defg-hij",
    "Zoom": "https://us02web.zoom.us/j/123",
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize(
    "line", ["DESCRIPTION:Join here: <{}>", "LOCATION:Room 1\\; {}", "X-MICROSOFT-SKYPETEAMSMEETINGURL:{}"]
)
def test_link_to_a_meeting_is_join(line, link):
    _, (record,) = run(ics(PARIS, line.format(link)))
    assert record.join == link


@pytest.mark.parametrize("title", ["[Cancelled] Talk", "Canceled: Talk", "Talk - POSTPONED", "Annulé : Talk"])
def test_state_in_a_title_is_a_question(title):
    representation, records = run(ics(PARIS).replace("SUMMARY:Talk", f"SUMMARY:{title}"))
    assert (records, representation.failed) == ((), 0)
    assert any("The title says " in line for line in comments(representation))


def test_state_that_is_status_too_is_none():
    _, (record,) = run(ics(PARIS, "STATUS:CANCELLED").replace("SUMMARY:Talk", "SUMMARY:Cancelled: Talk"))
    assert record.status == "cancelled"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ics(PARIS, "LOCATION:a\rX-B:c"), "a carriage return without a line feed."),
        (ics(PARIS, "LOCATION:a\0b\0"), "a NUL character, and 1 more."),
    ],
)
def test_stray_characters_are_reported(data, said):
    representation, records = run(data, "a.ics")
    assert (len(records), representation.comments) == (1, ((7, f"left out: {said}"),))
