"""The year: twelve small months, dots by kind, links to days and months."""

import re
from datetime import UTC, datetime

import pytest

from tests.support.html_look import Page

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDS = """\
  - {id: fair, kind: event, title: Fair, when: 30 December 2026 to 2 January 2027}
  - {id: talk, kind: webinar, title: Talk, when: 31 December 2026 at 10.00-11.00 CET}
  - {id: call, kind: tender, title: Call, closes: 31 December 2026}
  - {id: gone, kind: event, title: Gone, when: 5 December 2026, status: cancelled}
  - {id: club, kind: event, title: Club, when: 4 January 2027 at 9.00 CET, repeats: FREQ=MONTHLY;COUNT=3}
"""


@pytest.fixture
def site(site_of):
    return site_of(RECORDS, now=NOW)


def days_of(site, path):
    """Give the label, link and kinds of each day that has something."""
    html = site.get(path).get_data(as_text=True)
    return [
        (label, link, re.findall(r'circle class="(\w+)"', rest))
        for link, label, rest in re.findall(r'<td[^>]*><a href="([^"]+)" aria-label="([^"]+)"(.*?)</a>', html)
    ]


def test_a_day_has_a_dot_for_each_kind_and_leads_to_its_agenda(site):
    assert days_of(site, "/year/2026") == [
        ("Wednesday 30 December 2026: 1 entry", "/?from=2026-12-30&amp;to=2026-12-30", ["event"]),
        (
            "Thursday 31 December 2026: 3 entries",
            "/?from=2026-12-31&amp;to=2026-12-31",
            ["event", "webinar", "tender"],
        ),
    ]


def test_what_reaches_into_a_year_and_what_recurs_stands_on_all_its_days(site):
    days = [label for label, _, _ in days_of(site, "/fr/year/2027")]
    assert days == [
        "vendredi 1er janvier 2027: 1 date",
        "samedi 2 janvier 2027: 1 date",
        "lundi 4 janvier 2027: 1 date",
        "jeudi 4 février 2027: 1 date",
        "jeudi 4 mars 2027: 1 date",
    ]


def test_a_choice_holds_for_the_dots_and_the_links(site):
    (day,) = days_of(site, "/year?kind=tender")
    assert day == (
        "Thursday 31 December 2026: 1 entry",
        "/?kind=tender&amp;from=2026-12-31&amp;to=2026-12-31",
        ["tender"],
    )
    links = Page(site.get("/year?kind=tender").get_data(as_text=True)).links()
    assert {"/month/2026-01?kind=tender", "/year/2025?kind=tender", "/year/2027?kind=tender"} <= set(links)


def test_each_month_has_its_weeks_from_monday(site):
    html = site.get("/year/2026").get_data(as_text=True)
    assert Page(html).faults == []
    march = html.split("March 2026")[1].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(?:<(?:a|span)[^>]*>(\d+))?", row) for row in march.split("<tr>")[2:]]
    assert rows[0] == ["", "", "", "", "", "", "1"]
    assert rows[-1] == ["30", "31", "", "", "", "", ""]
    assert html.count('aria-current="date"') == 1


@pytest.mark.parametrize("path", ["/year/1969", "/year/2101", "/year/20x", "/de/year"])
def test_other_years_are_not_found(site, path):
    assert site.get(path).status_code == 404


def test_the_present_month_of_a_year_is_a_press_away(site):
    assert '<a class="button quietly" href="#m11">Today</a>' in site.get("/year").get_data(as_text=True)
    other = site.get("/year/2027").get_data(as_text=True)
    assert "#m11" not in other
    assert '<a class="button quietly" href="/year">Today</a>' in other


@pytest.mark.parametrize("page", ["year", "month"])
def test_search_engines_find_the_present_one_alone(site, page):
    named = {"year": "/year/2026", "month": "/month/2026-11"}[page]
    for path, is_found in ((f"/{page}", True), (f"/fr/{page}", True), (named, False), (f"/{page}?kind=tender", False)):
        html = site.get(path).get_data(as_text=True)
        assert ('content="noindex"' not in html) is is_found, path
    bare = site.get(f"/{page}").get_data(as_text=True)
    assert f'<link rel="canonical" href="https://calendar.example.org/{page}">' in bare
    assert f'hreflang="fr" href="https://calendar.example.org/fr/{page}"' in bare
