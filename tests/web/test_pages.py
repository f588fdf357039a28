"""The pages: what a person reads, where the links lead, and that nothing foreign gets in."""

from datetime import UTC, datetime

import pytest
from babel.messages.pofile import read_po

from calendar_service.publishing import publish_file
from calendar_service.writers.i18n import CATALOGUES
from tests.support.html_look import Page

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'{}; connect-src 'self'"
)
WEBINAR = "/events/systemic-racism-webinar-2020"
TENDER = "/events/online-charts-tender-2020"
PATHS = [
    "/",
    "/fr/",
    WEBINAR,
    f"/fr{WEBINAR}",
    TENDER,
    f"/fr{TENDER}",
    "/events/refugee-day",
    "/?kind=tender",
    "/?q=zzz",
    "/month",
    "/fr/month/2026-12?kind=event",
    "/subscribe",
    "/fr/subscribe?kind=tender",
]
# The first part of a path, and what runs or describes there; whole days are the same on every clock.
WITH_SCRIPT = {"events": ["module", "module", "application/ld+json", "classic"], "subscribe": ["module", "classic"]}
ALL_DAY = "/events/refugee-day"
# The zone of the browser, in the form beside a record that is ahead.
REMINDING = ["classic", "module"]


def scripts(found):
    return [attrs.get("type", "classic") for attrs in found.all("script")]


def page(site, path):
    answer = site.get(path)
    assert answer.status_code == 200, path
    return Page(answer.get_data(as_text=True))


@pytest.mark.parametrize("path", PATHS)
def test_page_is_sound(public, path):
    found = page(public, path)
    assert found.faults == []
    assert [attrs["lang"] for attrs in found.all("html")] == ["fr" if path.startswith("/fr/") else "en"]
    assert len(found.all("h1")) == 1
    told = WITH_SCRIPT.get(path.removeprefix("/fr").split("/")[1].partition("?")[0], [])
    assert scripts(found) == ([*told[:3], *REMINDING] if path == ALL_DAY else told)
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PATHS)
def test_every_link_to_ourselves_answers(public, path):
    own = [link for link in page(public, path).links() if link.startswith(("/", "https://calendar.example.org"))]
    assert own
    for link in own:
        assert public.get(link.removeprefix("https://calendar.example.org")).status_code == 200, link


@pytest.mark.parametrize("path", PATHS)
def test_headers_of_a_page(public, path):
    headers = public.get(path).headers
    runs = "events" in path or "subscribe" in path
    assert headers["Content-Security-Policy"] == POLICY.format("; script-src 'self'" if runs else "")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_unchanged_page_answers_304(public):
    tag = public.get("/").headers["ETag"]
    answer = public.get("/", **{"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (WEBINAR, "Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)"),
        (f"/fr{WEBINAR}", "mardi 7 juillet 2020, 11:00-12:30 CEST (UTC+2)"),
        (f"{WEBINAR}?tz=Asia/Seoul", "In Seoul: 18:00-19:30 KST (UTC+9)"),
        (f"{WEBINAR}?tz=Pacific/Auckland", "In Auckland: 21:00-22:30 NZST (UTC+12)"),
        (
            f"{WEBINAR}?tz=Pacific/Kiritimati",
            "In Kiritimati: Tuesday 7 July 2020, 23:00 UTC+14 to Wednesday 8 July 2020, 00:30 UTC+14",
        ),
        (TENDER, "Friday 10 July 2020, 23:59 CEST (UTC+2)"),
        (f"{TENDER}?tz=Asia/Seoul", "In Seoul: Saturday 11 July 2020, 06:59 KST (UTC+9)"),
        (f"/fr{TENDER}", "(anglais seulement)"),
        ("/events/cyprus-migration-network-2020", "Friday 26 June 2020"),
        ("/events/cyprus-migration-network-2020", "Online, Cyprus"),
        ("/fr/events/cyprus-migration-network-2020", "En ligne, Chypre"),
        ("/events/intercultural-regions-webinar-2020", "Monday 29 June 2020"),
        ("/events/refugee-day", "Every year"),
        ("/fr/events/refugee-day", "Chaque année"),
        ("/events/refugee-day", "When Sunday 20 June 2027 Every year"),
    ],
)
def test_page_says(public, path, words):
    assert words in page(public, path).text


@pytest.mark.parametrize(
    ("path", "moment"),
    [
        (WEBINAR, "2020-07-07T09:00:00Z"),
        (TENDER, "2020-07-10T21:59:59Z"),
        ("/events/intercultural-regions-webinar-2020", "2020-06-29"),
        ("/events/cyprus-migration-network-2020", "2020-06-26"),
    ],
)
def test_page_carries_the_instant(public, path, moment):
    assert [attrs["datetime"] for attrs in page(public, path).all("time")] == [moment]


def test_first_page_lists_what_is_coming_and_past(public):
    text = page(public, "/").text
    coming, past = text.split("Past")
    assert "December 2026" in coming
    assert "Human Rights Day Thursday 10 December 2026 Event" in coming
    assert "Webinar on instruments" in past
    assert past.index("World Refugee Day") < past.index("Webinar on instruments")


COUNTDOWNS = [
    ("2026-11-23T12:00Z", "tender", "closes: 29 November 2026", "Closes in 6 days"),
    ("2026-11-23T12:00Z", "tender", "closes: 24 November 2026", "Closes tomorrow"),
    ("2026-11-23T22:58Z", "tender", "closes: 23 November 2026", "Closes today"),
    ("2026-11-23T23:00Z", "tender", "closes: 23 November 2026", "Closed"),
    ("2026-11-23T12:00Z", "tender", "closes: 29 March 2027", "Closes in 4 months"),
    ("2026-11-23T12:00Z", "event", "when: 29 March 2027 at 14.00-15.00 CET", "In 4 months"),
    ("2026-11-23T12:00Z", "event", "when: 23 November 2026 at 14.00-15.00 CET", "Today"),
    ("2026-11-23T13:30Z", "event", "when: 23 November 2026 at 14.00-15.00 CET", "Now"),
    ("2026-11-22T23:30Z", "event", "when: 24 November 2026 at 00.30-15.00 CET", "Tomorrow"),
]


@pytest.mark.parametrize(("now", "kind", "when", "words"), COUNTDOWNS, ids=[row[3] for row in COUNTDOWNS])
def test_countdown_counts_days_of_the_calendar(site_of, now, kind, when, words):
    instant = datetime.fromisoformat(now.replace("Z", ":00+00:00")).astimezone(UTC)
    site = site_of(f"  - {{id: one, kind: {kind}, title: One, {when}}}\n", now=instant)
    found = Page(site.get("/events/one").get_data(as_text=True))
    assert f"{words} One" in found.text


@pytest.mark.parametrize(
    ("closes", "classes"),
    [
        ("22 November 2026", "pill"),
        ("23 November 2026", "pill urgent"),
        ("26 November 2026", "pill urgent"),
        ("27 November 2026", "pill soon"),
        ("7 December 2026", "pill soon"),
        ("8 December 2026", "pill"),
    ],
)
def test_only_what_is_still_to_come_shouts(site_of, closes, classes):
    site = site_of(f"  - {{id: one, kind: tender, title: One, closes: {closes}}}\n")
    found = page(site, "/events/one")
    assert [attrs["class"].strip() for attrs in found.all("span") if "pill" in attrs.get("class", "")] == [classes]


@pytest.mark.parametrize(
    ("status", "words"), [("cancelled", "Cancelled"), ("postponed", "Postponed"), ("tentative", "To be confirmed")]
)
def test_state_is_said_in_words(site_of, status, words):
    site = site_of(f"  - {{id: one, kind: event, title: One, when: 1 May 2027, status: {status}}}\n")
    assert f"{words} One Saturday 1 May 2027 Event" in page(site, "/").text
    assert f"{words} Event" in page(site, "/events/one").text


def test_no_english_leaks_into_french_pages(public):
    with (CATALOGUES / "fr.po").open("rb") as file:
        pairs = [(message.id, message.string) for message in read_po(file) if isinstance(message.id, str)]
    english = {source for source, target in pairs if source and source != target and "{" not in source}
    for path in ("/fr/", f"/fr{WEBINAR}", "/fr/events/refugee-day", "/fr/nothing"):
        words = {text.strip() for text in Page(public.get(path).get_data(as_text=True)).texts}
        assert words & english == set(), path


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}",
    '\\" onmouseover=\\"alert(1)',
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_stay_texts(site_of, payload):
    site = site_of(
        f"""  - id: one
    kind: webinar
    title: "{payload}"
    summary: "{payload}"
    when: 1 May 2027
    place: {{name: "{payload}", city: "{payload}", address: "{payload}"}}
    organisers: ["{payload}"]
    contact: "{payload}"
    documents: [{{title: "{payload}", url: "https://example.org/"}}]
    sessions: [{{id: s, title: "{payload}", when: 1 May 2027}}]
"""
    )
    plain = payload.replace('\\"', '"')
    tags = {}
    for path in ("/", "/events/one", "/fr/events/one"):
        found = page(site, path)
        assert found.faults == []
        assert plain in found.text
        assert scripts(found) == (["module", "module", "application/ld+json", *REMINDING] if "events" in path else [])
        assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
        tags[path] = len(found.tags)
    assert all(tags.values())


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "Page not found."),
        ("/fr/nothing", 404, "Page introuvable."),
        ("/events/nothing", 404, "This event or call was not found."),
        ("/fr/events/nothing", 404, "Cette annonce est introuvable."),
        ("/de/", 404, "Page not found."),
        ("/?kind=party", 400, "kind=party is unknown. Possible: event, webinar, tender."),
        ("/?x=1", 400, "There is no parameter 'x'."),
        ("/?kind=%3Cscript%3E", 400, "kind=<script> is unknown."),
    ],
)
def test_error_pages(public, path, status, words):
    answer = public.get(path)
    found = Page(answer.get_data(as_text=True))
    assert answer.status_code == status
    assert found.faults == []
    assert words in found.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_withdrawn_record_is_gone_after_ninety_days(site_of, tmp_path):
    site = site_of(
        "  - {id: one, kind: event, title: One, when: 1 May 2027}\n  - {id: two, kind: event, title: Two, when: 1 May 2027}\n"
    )
    file = tmp_path / "events.yaml"
    file.write_text(file.read_text(encoding="utf-8").rpartition("  - ")[0], encoding="utf-8")
    publish_file(site.engine, file, datetime(2026, 11, 24, tzinfo=UTC))
    site.look_again()
    assert "Withdrawn" in page(site, "/events/two").text
    site.now = datetime(2027, 2, 23, tzinfo=UTC)
    assert site.get("/events/two").status_code == 410


def test_nothing_published_says_so(site_of):
    site = site_of("  - broken\n")
    assert site.get("/").status_code == 503
    assert site.get("/readyz").get_json()["status"] == "empty"


def test_readyz_tells_of_a_broken_file_and_keeps_serving(site_of, tmp_path):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n")
    assert site.get("/readyz").get_json()["status"] == "ready"
    file = tmp_path / "events.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "  - {id: two}\n", encoding="utf-8")
    publish_file(site.engine, file, site.now)
    answer = site.get("/readyz")
    told = answer.get_json()
    assert (answer.status_code, told["status"], told["edition"]) == (200, "stale", 1)
    assert told["publication"]["outcome"] == "broken"
    assert told["publication"]["reasons"] == ["The calendar file has 3 problems."]
    assert str(tmp_path) not in answer.get_data(as_text=True)
    assert site.get("/events/one").status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/fr/nothing", "/?kind=party", "/events/nothing"])
def test_no_page_is_the_present_one_on_errors(public, path):
    answer = public.get(path)
    assert answer.status_code in {400, 404}
    assert 'aria-current="page"' not in answer.get_data(as_text=True)
    assert 'aria-current="page"' in public.html("/")
