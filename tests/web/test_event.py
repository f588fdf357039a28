"""The page of a record: what is said when, what search engines read, and how its deadlines have moved."""

import json
import re
from datetime import UTC, datetime

import pytest

from tests.support.html_look import Page
from tests.support.public_site import HEAD


def read(site, path):
    return site.get(path).get_data(as_text=True)


def linked(site, path):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', read(site, path))[1])


def test_milestones_stand_in_order_and_what_is_past_is_said(showcase):
    html = read(showcase, "/events/charts-tender")
    milestones = re.findall(r'<li class="(passed|)"( aria-current="step")?>\s*<strong>([^<]*)', html)
    assert milestones == [
        ("passed", "", "Questions until"),
        ("", ' aria-current="step"', "Closes"),
        ("", "", "Opening of bids"),
        ("", "", "Award expected"),
    ]
    assert "20 November 2026, 12:00 CET (UTC+1) (past)" in Page(html).text


@pytest.mark.parametrize(
    ("now", "is_shown"),
    [("2026-11-02T09:59", True), ("2026-12-03T11:30", True), ("2026-12-03T11:31", False)],
)
def test_the_room_is_shown_until_the_end(site_of, now, is_shown):
    record = """  - {id: one, kind: webinar, title: One, when: 3 December 2026 at 11.00-12.30 CET, place: online,
      join: "https://example.org/room/42"}\n"""
    site = site_of(record, now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    found = Page(read(site, "/events/one"))
    assert ("https://example.org/room/42" in found.links()) == is_shown
    assert linked(site, "/events/one")["location"]["url"] == "https://example.org/room/42"


SERIES = "{id: one, kind: event, title: One, when: 2 November 2026 at 10.00-11.00 CET, repeats: every Monday until 30 November 2026}"


@pytest.mark.parametrize(
    ("record", "now", "is_offered"),
    [
        ("{id: one, kind: event, title: One, when: 3 December 2026 at 11.00-12.30 CET}", "2026-12-03T11:30", True),
        ("{id: one, kind: event, title: One, when: 3 December 2026 at 11.00-12.30 CET}", "2026-12-03T11:31", False),
        ("{id: one, kind: event, title: One, when: 2-3 December 2026}", "2026-12-03T22:00", True),
        ("{id: one, kind: event, title: One, when: 2-3 December 2026}", "2026-12-04T00:00", False),
        ("{id: one, kind: tender, title: One, closes: '3 December 2026, 17:00'}", "2026-12-03T15:59", True),
        ("{id: one, kind: tender, title: One, closes: '3 December 2026, 17:00'}", "2026-12-03T16:01", False),
        (SERIES, "2026-11-30T09:59", True),
        (SERIES, "2026-11-30T10:01", False),
    ],
)
def test_what_is_over_is_not_offered_for_a_calendar(site_of, record, now, is_offered):
    site = site_of(f"  - {record}\n", now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    page, rows = Page(read(site, "/events/one")), read(site, "/widget?from=2026-11-30&to=2026-12-31")
    adders = [link for link in page.links() if ".ics" in link or link.startswith("https://calendar.google.com")]
    assert [bool(adders), "Choose your calendar" in page.text] == [is_offered, is_offered]
    assert 'class="row' in rows
    assert ("/events/one.ics" in rows) == is_offered
    assert site.get("/events/one.ics").status_code == 200
    ended = [words in page.text for words in ("Ended", "Closed")]
    assert ended == [not is_offered and "tender" not in record, not is_offered and "tender" in record]


@pytest.mark.parametrize("name", ["cancelled", "postponed"])
def test_what_is_off_says_so_first_and_offers_no_room(showcase, name):
    text = Page(read(showcase, f"/events/{name}")).text
    sentence = {
        "cancelled": "This event has been cancelled.",
        "postponed": "Postponed. The new date is not known yet.",
    }[name]
    assert text.index(name.capitalize()) < text.index(sentence)
    assert "Register" not in text


def test_other_deadlines_than_the_closing_tell_their_moves_below(showcase):
    html = read(showcase, "/events/charts-tender")
    first, second = (html.index(f"was <s>{day}") for day in ("Monday 23 November", "Tuesday 24 November"))
    assert first < html.index("Key dates") < second


# -- what search engines read -------------------------------------------------------------------

EVENT = {
    "@context": "https://schema.org",
    "@type": "Event",
    "name": "Stopping rumours before they travel",
    "description": "How the anti-rumour approach works in schools and libraries.",
    "url": "https://calendar.example.org/events/rumours-webinar",
    "inLanguage": ["en", "fr"],
    "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
    "location": [
        {"@type": "VirtualLocation", "url": "https://example.org/room/42"},
        {
            "@type": "Place",
            "name": "Seoul",
            "address": {"@type": "PostalAddress", "addressLocality": "Seoul", "addressCountry": "KR"},
        },
    ],
    "organizer": [
        {"@type": "Organization", "name": "Council of Europe, Intercultural Cities"},
        {"@type": "Organization", "name": "Seoul Metropolitan Government"},
    ],
    "startDate": "2026-12-03T11:00:00+01:00",
    "endDate": "2026-12-03T12:30:00+01:00",
    "eventStatus": "https://schema.org/EventScheduled",
}


def test_an_event_is_described_whole(showcase):
    described = linked(showcase, "/events/rumours-webinar")
    source = described.pop("subjectOf")
    assert described == EVENT
    assert source.pop("text").startswith('{"id":"rumours-webinar","kind":"webinar","title":{"en":"Stopping')
    assert source == {
        "@type": "CreativeWork",
        "encodingFormat": "application/vnd.calendar-service.record+json",
    }


def test_a_call_for_tenders_is_a_demand(showcase):
    found = linked(showcase, "/fr/events/charts-tender")
    assert (found["@type"], found["validThrough"]) == ("Demand", "2026-11-29T17:00:00+01:00")
    assert found["name"] == "Graphiques en ligne des résultats des villes"


@pytest.mark.parametrize(
    ("name", "status"), [("cancelled", "EventCancelled"), ("postponed", "EventPostponed"), ("now", "EventScheduled")]
)
def test_states_have_the_names_of_schema_org(showcase, name, status):
    assert linked(showcase, f"/events/{name}")["eventStatus"] == f"https://schema.org/{status}"


def test_a_series_tells_its_next_dates_and_where_each_was_planned(showcase):
    nodes = linked(showcase, "/events/help-desk")["@graph"]
    told = [
        (node["startDate"], node["eventStatus"].rpartition("/")[2], node.get("previousStartDate")) for node in nodes
    ]
    assert told == [
        ("2026-12-01T14:00:00+01:00", "EventScheduled", None),
        ("2026-12-09T14:00:00+01:00", "EventRescheduled", "2026-12-08T14:00:00+01:00"),
        ("2026-12-15T14:00:00+01:00", "EventCancelled", None),
        ("2026-12-22T14:00:00+01:00", "EventScheduled", None),
    ]


def test_a_moved_event_tells_when_it_was_planned(showcase):
    found = linked(showcase, "/events/policy-lab")
    told = (found["startDate"], found["eventStatus"].rpartition("/")[2], found["previousStartDate"])
    assert told == ("2026-12-15", "EventRescheduled", "2026-12-14")
    words = Page(read(showcase, "/fr/events/policy-lab")).text
    assert "Changement de date ; auparavant : lundi 14 au mardi 15 décembre 2026 ." in words


def test_extensions_are_counted_for_each_moment_apart(showcase):
    words = Page(read(showcase, "/events/charts-tender")).text
    assert words.count("Extension 1, published on 16 November 2026.") == 1
    assert "now Monday 30 November 2026, 10:00 CET (UTC+1). Published on 16 November 2026." in words
    assert "Extension 2" not in words


def test_no_text_ends_the_script(site_of):
    site = site_of('  - {id: one, kind: event, title: "a </script><b>&amp; b", when: 1 May 2027}\n')
    html = read(site, "/events/one")
    assert linked(site, "/events/one")["name"] == "a </script><b>&amp; b"
    assert "</script><b>" not in html


def test_clocks_change_between_the_two_ends(site_of):
    site = site_of("  - {id: one, kind: event, title: One, starts: 2027-03-27T22:00, ends: 2027-03-28T06:00}\n")
    found = linked(site, "/events/one")
    assert (found["startDate"], found["endDate"]) == ("2027-03-27T22:00:00+01:00", "2027-03-28T06:00:00+02:00")
    assert "22:00 CET (UTC+1) to Sunday 28 March 2027, 06:00 CEST (UTC+2)" in Page(read(site, "/events/one")).text


# -- relations ------------------------------------------------------------------------------------


def test_head_names_other_languages_feeds_and_what_others_show(showcase):
    found = Page(read(showcase, "/fr/events/cancelled"))
    base = "https://calendar.example.org"
    relations = [
        (each.get("hreflang") or each.get("type"), each["href"])
        for each in found.all("link")
        if each["rel"] == "alternate"
    ]
    assert relations == [
        ("en", f"{base}/events/cancelled"),
        ("fr", f"{base}/fr/events/cancelled"),
        ("x-default", f"{base}/events/cancelled"),
        ("text/calendar", f"{base}/calendar.ics?id=cancelled&lang=fr"),
        ("application/feed+json", f"{base}/calendar.json?id=cancelled&lang=fr"),
        ("application/atom+xml", f"{base}/calendar.atom?id=cancelled&lang=fr"),
        (
            "application/json+oembed",
            f"{base}/oembed?format=json&url=https%3A//calendar.example.org/fr/events/cancelled",
        ),
    ]
    graph = {each["property"]: each["content"] for each in found.all("meta") if "property" in each}
    assert graph["og:title"] == "Annulé\N{NO-BREAK SPACE}: Visite d’étude à Bergen - Cités interculturelles"
    assert graph["og:description"].startswith("mercredi 9 au vendredi 11 décembre 2026.")
    for _, address in relations:
        assert showcase.get(address.removeprefix(base)).status_code == 200


def test_milestones_have_the_same_lines_and_times_as_the_deadline(site_of):
    site = site_of(
        "  - {id: one, kind: tender, title: One, timezone: Asia/Seoul, questions_by: '1 October 2027, 12:00',\n"
        "      closes: '5 October 2027, 18:00', award_expected: 1 December 2027}\n"
    )
    page = read(site, "/events/one")
    stones = re.findall(
        r"<li class=.*?</li>", page.partition('<ol class="stones">')[2].partition("</ol>")[0], re.DOTALL
    )
    assert ["In Seoul: " in each for each in stones] == [True, True, False]
    assert re.findall(r'data-at="([^"]*)"', "".join(stones)) == ["2027-10-01T03:00:00Z", "2027-10-05T09:00:00Z"]
    off = read(
        site_of("  - {id: one, kind: tender, title: One, closes: '5 October 2027, 18:00', status: cancelled}\n"),
        "/events/one",
    )
    assert "data-at" not in off


def test_the_page_is_the_same_in_every_process(site_of):
    site = site_of("  - {id: one, kind: event, title: One, when: 5 October 2027 at 11.00-12.00 CET}\n")
    zones = [
        "Asia/Seoul",
        "America/New_York",
        "Europe/Helsinki",
        "Asia/Tokyo",
        "America/Lima",
        "Asia/Kolkata",
        "UTC",
        "Europe/London",
    ]
    for zone in zones:
        offsets = re.search(r'data-offsets="([^"]*)"', read(site, f"/events/one?tz={zone}"))[1].split()
        assert offsets == sorted(offsets, key=int)


# -- titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "is_long", "is_behind"), [(90, False, False), (91, True, False), (161, True, True)])
def test_a_long_title_is_smaller_and_a_very_long_one_behind_its_date(site_of, length, is_long, is_behind):
    html = read(site_of(f"  - {{id: one, kind: event, title: {'x' * length}, when: 1 May 2027}}\n"), "/events/one")
    assert ('<h1 class="long">' in html) == is_long
    assert (html.index("<h1") > html.index("1 May 2027", html.index("<main"))) == is_behind
    assert html.count("<h1") == 1


def test_words_from_right_to_left_keep_to_the_side_of_the_page(showcase):
    html = read(showcase, "/events/arabic")
    assert re.search(r'<h1( class="long")?><span lang="\w+" dir="auto">', html)


def test_what_has_left_the_file_is_called_withdrawn_and_not_cancelled(site_of):
    record = "  - {id: gone, kind: tender, title: Gone, closes: 3 December 2026}\n"
    site = site_of(record + record.replace("gone", "left"))
    site.publish(HEAD + record.replace("gone", "left"), site.now)
    assert "This call for tenders has been withdrawn from the calendar." in Page(read(site, "/events/gone")).text
    assert "Cet appel d’offres a été retiré du calendrier." in Page(read(site, "/fr/events/gone")).text
