"""The first page's highlights, and the open calls on a line."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.web.timeline import make_scale
from tests.support.html_look import Page

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TALK = "  - {id: talk, kind: webinar, title: Talk, when: 23 November 2026 at 12.00-14.30 CET, join: 'https://t.example.org'}\n"
FAIR = "  - {id: fair, kind: event, title: Fair, when: 22-24 November 2026, place: {city: Bergen, country: 'NO'}}\n"
NEXT = "  - {id: next, kind: event, title: Next, when: 25 November 2026 at 10.00-12.00 CET}\n"
CALL = "  - {id: call, kind: tender, title: Call, closes: '25 November 2026, 17:00'}\n"
LATE = "  - {id: late, kind: tender, title: Late, closes: 23 February 2027}\n"
OFF = "  - {id: gone, kind: tender, title: Gone, closes: 24 November 2026, status: cancelled}\n"
OPEN = (
    "  - {id: open, kind: webinar, title: Open, when: 3 December 2026 at 10.00-12.00 CET,"
    " registration: {closes: '23 November 2026, 18:00', url: 'https://r.example.org'}}\n"
)

HIGHLIGHTS = {
    "nothing": ("", []),
    "on now, with its link": (TALK, ["On now until 14:30 Talk Online Join online"]),
    "on now, of two the one that ends first": (
        TALK + FAIR,
        ["On now until 14:30 Talk Online 1 other is on now. Join online"],
    ),
    "on now for days": (FAIR, ["On now until Tue 24 November Fair Bergen, Norway"]),
    "else what comes next": (NEXT, ["In 2 days Next event Next Wed 25 November, 10:00 CET"]),
    "the next deadline, not a cancelled one": (OFF + CALL, ["2 days Next deadline Call Wed 25 November, 17:00 CET"]),
    "another year is named": (LATE, ["92 days Next deadline Late Tue 23 February 2027, 23:59 CET"]),
    "the next registration": (
        OPEN,
        [
            "In 10 days Next event Open Thu 3 December, 10:00 CET",
            "Today Registration closes Open Mon 23 November, 18:00 CET Register",
        ],
    ),
    "at most three": (
        TALK + NEXT + CALL + LATE + OPEN,
        [
            "On now until 14:30 Talk Online Join online",
            "2 days Next deadline Call Wed 25 November, 17:00 CET",
            "Today Registration closes Open Mon 23 November, 18:00 CET Register",
        ],
    ),
}


def highlights_of(site, path="/"):
    html = site.get(path).get_data(as_text=True)
    return [Page(each).text for each in re.findall(r'<li class="highlight.*?</li>', html, re.DOTALL)]


@pytest.mark.parametrize(("records", "expected"), HIGHLIGHTS.values(), ids=HIGHLIGHTS)
def test_the_first_page_begins_with(site_of, records, expected):
    site = site_of(records or "  - {id: old, kind: event, title: Old, when: 1 May 2020}\n", now=NOW)
    assert highlights_of(site) == expected


def test_the_highlights_speak_french(site_of):
    assert highlights_of(site_of(TALK + OPEN, now=NOW), "/fr/") == [
        "En cours jusqu’à 14:30 Talk En ligne Participer en ligne",
        "Aujourd’hui Clôture des inscriptions Open lun. 23 novembre, 18:00 CET S’inscrire",
    ]


@pytest.mark.parametrize("path", ["/?q=call", "/?tag=one", "/?from=2026-11-23", "/?page=2", "/month"])
def test_who_looks_for_something_else_gets_no_highlights(site_of, path):
    many = "".join(
        f"  - {{id: n{number}, kind: event, title: N, when: 1 March 2027, tags: [one]}}\n" for number in range(60)
    )
    assert "highlights" not in site_of(CALL + LATE + many, now=NOW).get(path).get_data(as_text=True)


def bars_of(site):
    html = site.get("/").get_data(as_text=True)
    calls = re.findall(r'<li class="call (.*?)">(.*?)</li>', html, re.DOTALL)
    return [(kind, Page(call).text, re.search(r'y="1" width="([\d.]+%)"', call)[1]) for kind, call in calls]


def test_open_calls_are_drawn_to_scale_in_order_of_closing(site_of):
    site = site_of(LATE + OFF + CALL, now=NOW)
    # 2 days and 4 hours of the 92 days, 11 hours until the end of 23 February.
    assert bars_of(site) == [
        ("urgent", "Call Wed 25 November In 2 days", "2.3%"),
        ("", "Late Tue 23 February 2027 In 3 months", "100.0%"),
    ]
    html = site.get("/").get_data(as_text=True)
    assert re.findall(r'<text x="([^"]+)" y="12">(\w+)</text>', html) == [
        ("0", "Today"),
        ("8.1%", "Dec"),
        ("41.6%", "Jan"),
        ("75.1%", "Feb"),
    ]


def test_one_open_call_is_told_once(site_of):
    assert bars_of(site_of(CALL, now=NOW)) == []


def test_more_calls_than_are_drawn_are_counted_and_linked(site_of):
    calls = "".join(
        f"  - {{id: c{day}, kind: tender, title: C{day}, closes: {day} December 2026}}\n" for day in range(1, 10)
    )
    found = Page(site_of(calls, now=NOW).get("/").get_data(as_text=True))
    assert "3 more open calls" in found.text
    assert "/?kind=tender" in found.links()


TENDER = (
    "  - {id: call, kind: tender, title: Call, closes: '3 December 2026, 12:00',"
    " questions_by: '13 November 2026, 12:00', award_expected: 13 January 2027}\n"
)


def test_key_dates_are_drawn_to_scale(site_of):
    html = site_of(TENDER, now=NOW).get("/events/call").get_data(as_text=True)
    scale = html.split('class="scale"')[1].split("</svg>")[0]
    marks = re.findall(r'<circle class="(\w+)" cx="([^"]+)" cy="22" r="(\d+)"', scale)
    # From 3 to 97 per cent over 60.5 days: closing after 20, today after 10 days and an hour.
    assert marks == [("past", "3.0%", "11"), ("ahead", "34.1%", "11"), ("ahead", "97.0%", "11")]
    assert re.search(r'class="now" x="([^"]+)"', scale)[1] == "18.6%"


@pytest.mark.parametrize(
    ("days", "places"),
    [
        ((0, 10), [3, 97]),
        ((0, 0, 10), [3, 10, 97]),
        ((0, 10, 10), [3, 90, 97]),
        ((0, 5, 5, 10, 10), [3, 50, 57, 90, 97]),
        ((0, 0, 0), [3, 10, 17]),
    ],
)
def test_marks_that_would_touch_are_moved_apart(days, places):
    points = [(NOW + timedelta(days=day), str(number), "ahead") for number, day in enumerate(days)]
    scale = make_scale(points, NOW)
    assert [float(mark.place.rstrip("%")) for mark in scale.marks] == places
