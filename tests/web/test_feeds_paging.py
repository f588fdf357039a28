"""Outputs in pages, for programs that ask for them: each record once, whatever is published meanwhile."""

import json
import re
from urllib.parse import urlsplit

import pytest

LISTS = {"/api/v1/records": ("records", "id"), "/calendar.json": ("items", "url")}
RECORDS = "".join(
    f"  - {{id: r{number}, kind: event, title: Title {number}, when: {28 - number} January 2027}}\n"
    for number in range(1, 8)
)


def follow(site, path):
    """Return the names of the records of each page, from the first one on."""
    key, name = LISTS[path.partition("?")[0]]
    pages = []
    while path:
        response = site.get(path)
        assert response.status_code == 200, response.text
        body, link = json.loads(response.data), response.headers.get("Link", "")
        pages.append([each[name].rpartition("/")[2] for each in body[key]])
        following = re.fullmatch(r'<(https://\S+)>; rel="next"', link)
        if key == "items":
            assert body.get("next_url") == (following and following[1])
            assert "limit" not in body["feed_url"]
        assert ("Link" in response.headers["Access-Control-Expose-Headers"]) is bool(link)
        parts = urlsplit(following[1]) if following else None
        path = f"{parts.path}?{parts.query}" if parts else ""
    return pages


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_pages_hold_each_record_once(site_of, path, limit):
    pages = follow(site_of(RECORDS), f"{path}?limit={limit}")
    assert [name for page in pages for name in page] == [f"r{number}" for number in range(1, 8)]
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert 0 < len(pages[-1]) <= limit


@pytest.mark.parametrize("path", LISTS)
def test_a_selection_stays_that_of_the_first_page(site_of, path):
    site = site_of(RECORDS + "  - {id: r0, kind: tender, title: Call, closes: 5 February 2027}\n")
    assert follow(site, f"{path}?kind=event&from=2027-01-22&limit=2") == [["r1", "r2"], ["r3", "r4"], ["r5", "r6"]]
    assert follow(site, f"{path}?kind=webinar&limit=2") == [[]]


@pytest.mark.parametrize("path", LISTS)
def test_without_a_limit_all_is_sent_as_before(site_of, path):
    site = site_of(RECORDS)
    (page,) = follow(site, path)
    assert page == [f"r{number}" for number in range(7, 0, -1)]  # in order of time
    assert b"next" not in site.get(path).data


def test_what_is_published_between_two_pages_neither_drops_nor_repeats(site_of):
    site = site_of(RECORDS)
    first = site.get("/api/v1/records?limit=3")
    assert [each["id"] for each in first.json["records"]] == ["r1", "r2", "r3"]
    file = site.folder / "events.yaml"
    text = file.read_text(encoding="utf-8").replace("26 January", "1 January")  # r2 comes last in time now
    text = text.replace("id: r3, kind: event", "id: r3, status: cancelled, kind: event")
    site.publish(text + "  - {id: r10, kind: event, title: New, when: 3 March 2027}\n", site.now)
    assert follow(site, "/api/v1/records?limit=3&after=r3") == [["r4", "r5", "r6"], ["r7"]]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "limit=0 is not a number of records. Write a whole number from 1 to 1000."),
        ("limit=1001", "limit=1001 is not a number of records. Write a whole number from 1 to 1000."),
        ("limit=-1", "limit=-1 is not a number of records. Write a whole number from 1 to 1000."),
        ("limit=%D9%A3", "limit=٣ is not a number of records. Write a whole number from 1 to 1000."),
        ("limit=", "limit= is not a number of records. Write a whole number from 1 to 1000."),
        ("limit=2&limit=3", "limit= takes one value. Give it once."),
        ("after=nothing", "There is no event or call 'nothing'. Look at /api/v1/records."),
        ("after=", "There is no event or call ''. Look at /api/v1/records."),
    ],
)
def test_what_is_no_page_is_refused(site_of, query, detail):
    response = site_of(RECORDS).get(f"/api/v1/records?{query}")
    assert (response.status_code, response.json["detail"]) == (400, detail)


@pytest.mark.parametrize("path", ["/calendar.ics", "/calendar/events.ics", "/calendar.csv", "/calendar.atom", "/"])
def test_other_outputs_have_no_pages(site_of, path):
    assert site_of(RECORDS).get(f"{path}?limit=2").status_code == 400


def test_a_page_is_answered_conditionally(site_of):
    site = site_of(RECORDS)
    whole = site.get("/api/v1/records?limit=2")
    again = site.get("/api/v1/records?limit=2", If_None_Match=whole.headers["ETag"])
    assert (again.status_code, again.headers["Link"]) == (304, whole.headers["Link"])
