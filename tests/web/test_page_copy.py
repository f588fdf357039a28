"""Copies of pages: the same as the page itself, for the minute and the edition that it was written for."""

import random
from datetime import timedelta

import pytest
from flask import template_rendered
from werkzeug.http import parse_date

from tests.support.public_site import BASE
from tests.support.showcase import open_showcase

PAGES = [
    "/",
    "/month",
    "/year",
    "/events/{id}",
    "/newsletter",
    "/widget",
    "/calendar.ics",
    "/events/{id}.ics",
    "/calendar.json",
]
IN_TEN_YEARS = "Sat, 22 Nov 2036 12:00:00 GMT"
QUERIES = ["", "?kind=tender", "?tz=Asia/Seoul", "?q=data", "?from=2026-11-01&to=2027-02-01", "?cancelled=hide"]
NEVER_KEPT = [
    "/reminders",
    "/subscribe",
    "/embed",
    "/operator",
    "/nothing",
    "/?kind=nothing",
    "/events/nothing",
    "/?page=99",
]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    site = open_showcase(tmp_path_factory.mktemp("copies"), BASE)
    yield site
    site.engine.dispose()


@pytest.fixture
def rendered(shown):
    """The names of the templates of pages that were rendered."""
    names = []

    def note(_app, template, **_):
        names.append(template.name)

    with template_rendered.connected_to(note, shown.app):
        yield names


def addresses(site):
    some = sorted(site.cache.edition().entries)
    for path in PAGES:
        for number, query in enumerate(QUERIES):
            address = path.format(id=some[number % len(some)]) + query
            yield address
            yield f"{address}{'&' if query else '?'}lang=fr"


def parts_of(response):
    return response.status, sorted(response.headers), response.data


def request_of(rng, last):
    """Return header fields of a client that got `last`, or of one that makes them up."""
    tag, changed = last.get("ETag", '"none"'), last.get("Last-Modified", "")
    fields = {
        "Accept-Encoding": rng.choice(
            ["", "gzip", "identity", "gzip;q=0", "br, gzip;q=0.5", "identity;q=1, gzip;q=0.5"]
        ),
        "If-None-Match": rng.choice(["", "", tag, f'"x", {tag}', f"W/{tag.removeprefix('W/')}", "*", '"x"', "x,,"]),
        "If-Modified-Since": rng.choice(["", changed, "Mon, 23 Nov 2020 12:00:00 GMT", "yesterday", IN_TEN_YEARS]),
    }
    return {name: value for name, value in fields.items() if value}


def is_unchanged(fields, plain, now):
    """Return True if a client's copy is still valid (RFC 9110, 13.2.2): a date counts only without a tag."""
    if given := fields.get("If-None-Match"):
        return given == "*" or plain.headers["ETag"].removeprefix("W/") in given
    changed, since = plain.headers.get("Last-Modified"), parse_date(fields.get("If-Modified-Since"))
    return bool(changed and since) and parse_date(changed) <= since <= now


def check_copies(site, seed, times):
    """Answer requests from pages and feeds that were just made and from their copies; return how many."""
    rng, count = random.Random(seed), 0  # noqa: S311 (the same each time)
    for address in addresses(site):
        last = {}
        for _ in range(times):
            fields, method = request_of(rng, last), rng.choice(["GET", "GET", "HEAD"])
            site.cache.pages.clear()
            site.cache.responses.clear()
            whole = site.client.get(address, headers={"Accept-Encoding": fields.get("Accept-Encoding", "")})
            site.cache.pages.clear()
            site.cache.responses.clear()
            plain = site.client.open(address, method=method, headers=fields)
            copied = site.client.open(address, method=method, headers=fields)
            assert parts_of(copied) == parts_of(plain), (address, fields)
            assert plain.status_code == (304 if is_unchanged(fields, whole, site.now) else 200), (address, fields)
            last, count = plain.headers if plain.status_code == 200 else last, count + 1
    return count


def test_a_copy_answers_as_the_page_does(shown):
    check_copies(shown, 0, 2)


@pytest.mark.slow
def test_ten_thousand_copies_answer_as_the_pages_do(shown):
    assert check_copies(shown, 1, 120) > 10_000


@pytest.mark.parametrize("address", ["/", "/month", "/fr/year", "/events/{id}", "/widget", "/newsletter"])
def test_a_page_is_written_once_a_minute(shown, rendered, address):
    shown.cache.pages.clear()
    address, before = address.format(id=min(shown.cache.edition().entries)), shown.now
    try:
        shown.now = before.replace(second=0)
        for second in (0, 1, 59):
            shown.now = before.replace(second=second)
            assert shown.get(address).status_code == 200
        once = list(rendered)
        assert len(once) == len(set(once)) > 0
        shown.now += timedelta(seconds=1)
        shown.get(address)
        assert rendered == once * 2
    finally:
        shown.now = before


def test_what_is_on_now_changes_with_its_minute(site_of):
    site = site_of("  - {id: one, kind: webinar, title: One, when: 23 November 2026 at 13.05-14.00 CET}\n")
    before = site.html("/")
    site.now += timedelta(minutes=4, seconds=59)
    assert ("On now" in before, "On now" in site.html("/")) == (False, False)
    site.now += timedelta(seconds=1)
    assert "On now" in site.html("/")


def test_a_new_edition_has_new_pages(site_of):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n")
    assert [site.get(path).status_code for path in ("/", "/events/one", "/widget")] == [200] * 3
    file = site.folder / "events.yaml"
    site.publish(file.read_text(encoding="utf-8").replace("title: One", "title: Another"), site.now)
    for path in ("/", "/events/one", "/widget"):
        assert "Another" in site.html(path)


@pytest.mark.parametrize("address", NEVER_KEPT)
def test_pages_for_one_person_and_errors_are_not_kept(shown, address):
    shown.get(address)
    assert shown.cache.known((address.partition("?")[0], address.partition("?")[2])) is None


def test_another_host_and_other_methods_get_no_copy(site_of):
    site = site_of(
        "  - {id: one, kind: event, title: One, when: 1 May 2027}\n", trusted_hosts=("calendar.example.org",)
    )
    assert site.get("/", Host="calendar.example.org").status_code == 200
    assert site.get("/", Host="calendar.example.org:8000").status_code == 200
    for host in ("evil.example", "calendar.example.org:evil", "calendar.example.org:80, evil.example"):
        assert site.get("/", Host=host).status_code == 400
    assert site.post("/", Host="calendar.example.org").status_code == 405
