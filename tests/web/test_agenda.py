"""The agenda: its states, its filters, its pages, and how much of it goes over the wire."""

import gzip
import re
from datetime import UTC, datetime

import pytest

from calendar_service.web import layout
from tests.support.html_look import Page
from tests.support.public_site import HEAD, PublicSite


def page(site, path, status=200):
    answer = site.get(path)
    assert answer.status_code == status, path
    return Page(answer.get_data(as_text=True))


STATES = {
    "now": (
        "/",
        "2026, 09:00 CET (UTC+1) to Tuesday 24 November 2026, 17:00 CET (UTC+1) Event Palais de l’Europe, Strasbourg,",
    ),
    "cancelled": ("/", "Cancelled Study visit to Bergen 9-11 December 2026 Event"),
    "cancelled in French": ("/fr/", "Annulé Visite d’étude à Bergen 9-11 décembre 2026 Événement"),
    "postponed without a date": ("/", "Postponed Academy on inclusive public space"),
    "extended": (
        "/",
        "Sunday 29 November 2026, 17:00 CET (UTC+1) Call for tenders Was 23 November 2026 , extended once. Closes in",
    ),
    "no French text": ("/fr/", "Audit of accessibility of municipal web sites (anglais seulement)"),
    "a right-to-left title": ("/", "مؤتمر المدن المشتركة بين الثقافات (Arabic only) 14-18 December 2026 Event"),
    "a deadline that shouts": ("/", "25 November 2026, 17:00 CET (UTC+1) Call for tenders Closes in 2 days"),
    "another clock": ("/", "11:00-12:30 CET (UTC+1) In Seoul: 19:00-20:30 KST (UTC+9) Webinar"),
    "past": ("/", "Past July 2026"),
    "a choice that nothing fits": ("/?q=zzz", "No upcoming dates match these filters."),
    "a day": ("/?from=2026-12-16&to=2026-12-16", "Wednesday 16 December 2026 × (remove) Show everything"),
}


@pytest.mark.parametrize(("path", "words"), STATES.values(), ids=STATES)
def test_each_state_is_said_in_words(showcase, path, words):
    assert words in page(showcase, path).text


def test_old_date_is_struck_through_and_titles_carry_their_language(showcase):
    html = showcase.get("/").get_data(as_text=True)
    assert "Was <s>23 November 2026</s>, extended once." in html
    assert '<a href="/events/arabic" lang="en" dir="auto">مؤتمر' in html
    assert '<li class="row event off">' in html


def test_an_empty_calendar_invites_to_subscribe(site_of):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2020}\n")
    site.now = datetime(2040, 1, 1, tzinfo=UTC)
    found = page(site, "/")
    assert "No dates are announced at present. Get an email when something new is announced" in found.text
    assert found.faults == []


@pytest.mark.parametrize(
    ("window", "is_offered"),
    [
        ("from=2026-12-01&to=2026-12-31", True),
        ("to=2026-11-23", True),
        ("to=2026-11-22", False),
        ("from=2027-05-01", False),
    ],
)
def test_a_period_with_nothing_offers_mails_unless_it_is_over(site_of, window, is_offered):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n")
    found = page(site, f"/?{window}")
    assert ("Nothing in this period. Get an email when something new" in found.text) is is_offered
    assert 'href="/static/forms.css' in site.html(f"/?{window}") or not is_offered
    assert found.faults == []


def test_a_countdown_stands_only_beside_what_is_less_than_two_weeks_ahead(site_of):
    days = "".join(
        f"  - {{id: d{day}, kind: event, title: T{day}, when: {day} December 2026 at 13.00 CET}}\n" for day in (7, 8)
    )
    site = site_of(days, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    rows = re.findall(r'<li class="row.*?</li>', site.get("/").get_data(as_text=True), re.DOTALL)
    assert ["pill" in row for row in rows] == [True, False]
    assert "In 13\N{NO-BREAK SPACE}days" in rows[0]


PAST = "".join(f"  - {{id: p{day}, kind: webinar, title: Past {day}, when: {day} May 2026}}\n" for day in range(1, 6))
AHEAD = "  - {id: next, kind: event, title: Next, when: 1 May 2027}\n"
ASKED = [("form", "agenda"), ("wants_new", "yes")]


@pytest.mark.parametrize(
    ("records", "path", "titles", "folded", "fields"),
    [
        (PAST, "/", ["Past 5", "Past 4", "Past 3"], ["Past 2", "Past 1"], ASKED),
        (PAST + AHEAD, "/?kind=webinar", ["Past 5", "Past 4", "Past 3"], ["Past 2", "Past 1"], [*ASKED, ("kind", "webinar")]),
        (PAST + AHEAD, "/fr/?q=zzz&tz=Asia/Seoul", ["Next"], [], [*ASKED, ("q", "zzz")]),
        (PAST, "/?kind=tender&country=FR", ["Past 5", "Past 4", "Past 3"], [], [*ASKED, ("kind", "tender"), ("place", "FR")]),
    ],
)  # fmt: skip
def test_where_nothing_is_coming_a_few_dates_stand_with_the_form_to_sign_up(
    site_of, records, path, titles, folded, fields
):
    site = site_of(records)
    html = site.get(path).get_data(as_text=True)
    shown, _, rest = html.partition("<details><summary>")
    found = Page(html)
    assert found.faults == []
    assert [re.findall(r"dir=\"auto\">((?:Past|Next)[^<]*)", part) for part in (shown, rest)] == [titles, folded]
    kept = {"form", "wants_new", "kind", "place", "q"}
    form = html.partition('<form class="remind"')[2].partition("</form>")[0]
    given = [(each["name"], each.get("value", "")) for each in Page(form).all("input") if each.get("name") in kept]
    assert sorted(given) == sorted(fields)
    answer = site.client.post("/fr/reminders", data={**dict(given), "address": "ann@example.org"})
    assert "ann@example.org" in answer.get_data(as_text=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/?kind=event", "/?from=2027-05-01&to=2027-05-30"])
def test_no_form_stands_above_dates(site_of, path):
    assert '<form class="remind"' not in site_of(PAST + AHEAD).get(path).get_data(as_text=True)


# -- filters ----------------------------------------------------------------------------------------


def chips(found):
    return {attrs["href"]: attrs.get("aria-current") for attrs in found.all("a") if "chip" in attrs.get("class", "")}


def test_filters_are_links_of_the_grammar(showcase):
    found = page(showcase, "/?kind=webinar&tag=education&tz=Asia/Seoul")
    links = chips(found)
    keep = "tag=education&tz=Asia/Seoul"
    assert {link: current for link, current in links.items() if keep in link and "language" not in link} == {
        f"/?{keep}": None,
        f"/?kind=event&{keep}": None,
        f"/?kind=tender&{keep}": None,
        f"/?kind=webinar&{keep}": "true",
    }
    assert "/?kind=webinar&tag=data,education&tz=Asia/Seoul" in links
    assert "/?kind=webinar&tag=education" in links
    for link in links:
        assert showcase.get(link).status_code == 200, link


def test_search_keeps_the_choice(showcase):
    found = page(showcase, "/fr/?kind=event&tag=network&q=bergen")
    fields = [(attrs["name"], attrs.get("value")) for attrs in found.all("input")]
    assert fields == [("kind", "event"), ("tag", "network"), ("q", "bergen")]
    assert found.all("form")[0]["action"] == "/fr/"
    assert "Visite d’étude à Bergen" in found.text
    assert "Réunion" not in found.text


def test_language_links_keep_the_choice_and_change_the_language(showcase):
    for path, other, words in (
        ("/?kind=tender", "/fr/?kind=tender", "Appels"),
        ("/fr/?q=lab", "/?q=lab", "Policy lab"),
    ):
        assert other in page(showcase, path).links()
        assert words in page(showcase, other).text


# -- errors -----------------------------------------------------------------------------------------

WRONG = [
    ("/?kind=party", "kind=party is unknown.", "Possible: event, webinar, tender."),
    ("/fr/?kind=party", "kind=party n’est pas connu.", "Possibles : event, webinar, tender."),
    ("/?kind=party&lang=fr", "kind=party n’est pas connu.", "Possibles : event, webinar, tender."),
    ("/fr/?knid=tender", "Il n’y a pas de paramètre « knid ».", "Vouliez-vous dire « kind » ?"),
    ("/fr/?tz=Asia/Soul", "tz=Asia/Soul n’est pas connu.", "Vouliez-vous dire « Asia/Seoul » ?"),
    ("/fr/?from=demain", "from=demain n’est pas un jour.", "Écrivez-le sous la forme 2027-03-15."),
    ("/fr/?tag=nichts", "Il n’y a pas de thème « nichts ».", "Possibles :"),
    ("/fr/?q=+", "q= prend une seule valeur.", "Ne la donnez qu’une fois."),
    ("/fr/?language=english", "language=english n’est pas connu.", "Écrivez en pour English."),
    ("/?page=0", "page=0 is not the number of a page.", "Write a whole number from 1."),
    ("/?page=9", "There is no page 9.", ""),
    ("/fr/month/2026-12?page=1", "Il n’y a pas de paramètre « page ».", ""),
]


@pytest.mark.parametrize(("path", "message", "remedy"), WRONG, ids=[row[0] for row in WRONG])
def test_an_error_in_the_filter_helps_in_the_visitors_language(showcase, path, message, remedy):
    found = page(showcase, path, 400)
    assert message in found.text.replace("\u00a0", " ")
    assert remedy in found.text.replace("\u00a0", " ")
    assert found.faults == []


def test_an_error_offers_the_page_without_what_is_wrong(showcase):
    found = page(showcase, "/fr/?kind=party&tag=network", 400)
    assert "/fr/?tag=network" in found.links()
    assert page(showcase, "/fr/?tag=network").text.count("Réunion d’étape") == 1


def test_programs_are_told_in_english(showcase):
    answer = showcase.get("/calendar.ics?kind=party&lang=fr")
    assert answer.get_json(force=True) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "kind=party is unknown. Possible: event, webinar, tender.",
        "parameter": "kind",
        "value": "party",
    }


# -- many records -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A thousand records, sixty of them on one day."""
    folder = tmp_path_factory.mktemp("crowd")
    lines = []
    for number in range(1000):
        day = f"2027-{1 + number % 12:02}-{1 + number % 28:02}" if number >= 60 else "2027-03-15"
        past = "2026" if number % 10 == 0 else day[:4]
        kind = ("event", "webinar")[number % 2]
        lines.append(
            f"  - {{id: r{number}, kind: {kind}, title: Meeting number {number} of the network of cities, "
            f"starts: {past}{day[4:]}, tags: [topic {number % 90}], countries: [FR, KR]}}\n"
        )
    file = folder / "crowd.yaml"
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    site = PublicSite(folder, file)
    yield site
    site.engine.dispose()


def test_a_thousand_records_make_small_pages_and_all_are_reached(crowd):
    path, seen, sizes = "/", [], []
    while path:
        html = crowd.get(path).get_data()
        sizes.append(len(html))
        found = Page(html.decode())
        seen += re.findall(r'<h4><a href="(/events/[^"]+)', html.decode())
        path = next((attrs["href"] for attrs in found.all("a") if attrs.get("rel") == "next"), "")
    assert len(seen) == len(set(seen)) == 1000
    assert len(sizes) == 20
    assert max(sizes) < 80_000


def test_first_view_is_small_over_the_wire(crowd):
    answer = crowd.get("/", **{"Accept-Encoding": "gzip"})
    styles = (layout._STATIC / "site.css").read_bytes()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == crowd.get("/").data
    assert len(answer.data) + len(styles) < 40_000
    assert len(gzip.compress(styles)) < 8_000


def test_the_first_page_of_two_hundred_records_is_small(site_of):
    lines = [
        f"  - {{id: r{number}, kind: {('event', 'webinar')[number % 2]}, title: Meeting number {number} of the network, "
        f"starts: 2027-{1 + number % 12:02}-{1 + number % 28:02}, tags: [topic {number % 9}], countries: [FR, KR]}}\n"
        for number in range(200)
    ]
    html = site_of("".join(lines)).get("/").get_data()
    assert html.count(b"<h4>") == 50
    assert len(html) <= 40_000


def test_a_crowded_month_stays_a_table(crowd):
    found = page(crowd, "/month/2027-03")
    ours = sum(number % 10 > 0 for number in range(60))
    others = sum(number % 12 == 2 and number % 28 == 14 and number % 10 > 0 for number in range(60, 1000))
    assert f"+{ours + others - 3} more" in found.text
    assert len(found.all("li")) < 250
    (whole,) = {link for link in found.links() if link == "/?from=2027-03-01&to=2027-03-31"}
    assert page(crowd, whole).faults == []


def test_compressed_page_answers_304_too(crowd):
    tag = crowd.get("/", **{"Accept-Encoding": "gzip"}).headers["ETag"]
    answer = crowd.get("/", **{"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


# -- registration of a series -----------------------------------------------------------------------

SERIES = """\
  - id: clinic
    kind: webinar
    title: Clinic
    when: 24 November 2026 at 11.00-12.00 CET
    repeats: every Tuesday, 4 times
    changes: [{occurrence: 24 November 2026, status: cancelled}]
    registration: {url: "https://register.example.org", closes: "27 November 2026, 18:00"}
"""
WHERE_IT_STANDS = ["/", "/widget?view=agenda&lang=en", "/widget?view=compact&lang=en"]


@pytest.mark.parametrize("path", [*WHERE_IT_STANDS, "/widget?view=next&lang=en", "/events/clinic"])
def test_the_registration_of_a_series_is_a_deadline_beside_its_next_date(site_of, path):
    found = page(site_of(SERIES), path)
    assert "Registration closes in 4 days" in found.text
    assert found.text.count("27 November 2026, 18:00 CET (UTC+1)") == 1


@pytest.mark.parametrize("path", WHERE_IT_STANDS)
def test_it_stands_at_the_next_date_that_takes_place(site_of, path):
    rows = site_of(SERIES).get(path).get_data(as_text=True).split('<li class="row')[1:]
    assert [("Registration closes" in row, "1 December" in row) for row in rows] == [
        (False, False),
        (True, True),
        (False, False),
        (False, False),
    ]


@pytest.mark.parametrize("path", [*WHERE_IT_STANDS, "/events/clinic"])
def test_it_is_gone_once_registration_has_closed(site_of, path):
    site = site_of(SERIES)
    site.now = datetime(2026, 11, 27, 17, 1, tzinfo=UTC)
    assert "Registration closes in" not in page(site, path).text
    assert "Register by" not in page(site, path).text


# -- a call that has closed -------------------------------------------------------------------------

CLOSED = """\
  - {id: call, kind: tender, title: Call, closes: "20 November 2026, 17:00", award_expected: 1 February 2027}
  - {id: open, kind: tender, title: Open, closes: "30 November 2026, 17:00"}
"""


@pytest.mark.parametrize("path", ["/events/{}", "/fr/events/{}"])
def test_a_call_that_has_closed_is_not_offered_any_more(site_of, path):
    site = site_of(CLOSED)
    for record, is_offered in (("call", False), ("open", True)):
        markup = site.get(path.format(record)).get_data(as_text=True)
        offers = ["calendar.google", f"/events/{record}.ics", "/subscribe?id=", 'name="address"']
        assert [each in markup for each in offers] == [is_offered] * 4
        assert site.get(f"/events/{record}.ics").status_code == 200


@pytest.mark.parametrize("view", ["agenda", "compact"])
def test_nor_is_it_in_the_widget(site_of, view):
    markup = site_of(CLOSED).get(f"/widget?view={view}&id=call,open").get_data(as_text=True)
    assert "/events/call" in markup
    assert ("/events/call.ics" in markup, "/events/open.ics" in markup) == (False, True)
