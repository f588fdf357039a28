"""Links into other calendars: each value percent-encoded exactly once, each program's own form."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from calendar_service.web.links import subscribe_links
from tests.support.html_look import Page

FEED = "https://calendar.example.org/calendar.ics?kind=tender&tag=a b,c"


def parts(link):
    split = urlsplit(link)
    return f"{split.scheme}://{split.netloc}{split.path}", dict(parse_qsl(split.query, strict_parsing=True))


def test_subscribe_links():
    found = subscribe_links(FEED, "Cités & autres")
    assert found.https == FEED
    assert found.webcal == f"webcal://{FEED.removeprefix('https://')}"
    assert parts(found.google) == ("https://calendar.google.com/calendar/u/0/r", {"cid": found.webcal})
    outlook = {"url": FEED, "name": "Cités & autres"}
    assert parts(found.outlook) == ("https://outlook.live.com/calendar/0/addfromweb", outlook)
    assert parts(found.office) == ("https://outlook.office.com/calendar/0/addfromweb", outlook)
    assert "%2520" not in found.google + found.outlook


def actions(site, path):
    page = Page(site.get(path).get_data(as_text=True))
    return [link for link in page.links() if link.startswith(("https://", "webcal:"))]


ADDED = [
    (
        "/events/systemic-racism-webinar-2020",
        {"dates": "20200707T090000Z/20200707T103000Z", "ctz": "Europe/Paris"},
        {"startdt": "2020-07-07T09:00:00Z", "enddt": "2020-07-07T10:30:00Z"},
    ),
    (
        "/events/cyprus-migration-network-2020",
        {"dates": "20200626/20200627"},
        {"startdt": "2020-06-26", "enddt": "2020-06-27", "allday": "true"},
    ),
    (
        "/events/online-charts-tender-2020",
        {"dates": "20200710/20200711"},
        {"startdt": "2020-07-10", "enddt": "2020-07-11", "allday": "true"},
    ),
]


@pytest.fixture
def in_june(public):
    """The site before its call for tenders closes: a closed one is not offered to add."""
    public.now = datetime(2020, 6, 1, 12, tzinfo=UTC)
    return public


@pytest.mark.parametrize(("path", "google", "outlook"), ADDED, ids=[row[0] for row in ADDED])
def test_one_event_goes_to_google_and_outlook(in_june, path, google, outlook):
    found = {}
    for link in actions(in_june, path):
        where, query = parts(link) if "?" in link else (link, {})
        found.setdefault(where, query)
    render = found["https://calendar.google.com/calendar/render"]
    assert {name: render[name] for name in ("dates", "ctz") if name in render} == google
    assert render["action"] == "TEMPLATE"
    live = found["https://outlook.live.com/calendar/0/deeplink/compose"]
    assert {name: live[name] for name in ("startdt", "enddt", "allday") if name in live} == outlook
    assert (live["rru"], live["path"]) == ("addevent", "/calendar/action/compose")
    office = found["https://outlook.office.com/calendar/0/action/compose"]
    assert office == live
    assert render["text"] == live["subject"]
    assert f"https://calendar.example.org{path}" in render["details"]


def test_event_page_offers_file_and_feed(in_june):
    links = actions(in_june, "/fr/events/online-charts-tender-2020")
    assert "https://calendar.example.org/events/online-charts-tender-2020.ics?lang=fr" in links
    assert "webcal://calendar.example.org/calendar.ics?id=online-charts-tender-2020&lang=fr" in links


def test_filter_on_the_page_is_the_feed(public):
    page = Page(public.get("/fr/?kind=tender&from=2020-01-01").get_data(as_text=True))
    (further,) = [link for link in page.links() if link.startswith("/fr/subscribe") and "from=" in link]
    page = Page(public.get(further).get_data(as_text=True))
    assert [attrs["value"] for attrs in page.all("input")] == [
        "https://calendar.example.org/calendar.ics?kind=tender&from=2020-01-01&lang=fr"
    ]
