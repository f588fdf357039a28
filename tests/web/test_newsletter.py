"""The newsletter: a stretch of days as HTML and as plain text."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.support.html_look import Page

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDS = """\
  - {id: talk, kind: webinar, title: {en: Talk <b>, fr: Débat}, when: 1 December 2026 at 10.00-11.00 CET, join: 'https://t.example.org'}
  - {id: call, kind: tender, title: Call, closes: '25 November 2026, 17:00'}
  - id: gone
    kind: event
    title: Gone
    when: 5 December 2026
    status: cancelled
    place: {city: Lyon, country: FR}
    note_of_change: {en: The hall burnt down., fr: La salle a brûlé.}
  - {id: late, kind: event, title: Late, when: 21 December 2026}
"""


@pytest.fixture
def site(site_of):
    return site_of(RECORDS, now=NOW)


def copied(site, path, field):
    html = site.get(path).get_data(as_text=True)
    return unescape(re.search(rf'<textarea id="{field}"[^>]*>(.*?)</textarea>', html, re.DOTALL)[1].strip())


def test_the_next_four_weeks_as_plain_text(site):
    assert (
        copied(site, "/newsletter", "text")
        == """\
Closes: Wednesday 25 November 2026, 17:00 CET (UTC+1)
Call
Call for tenders
https://calendar.example.org/events/call

Tuesday 1 December 2026, 10:00-11:00 CET (UTC+1)
Talk <b>
Webinar, Online
https://calendar.example.org/events/talk

Saturday 5 December 2026
Cancelled: Gone
Event, Lyon, France
Reason: The hall burnt down.
https://calendar.example.org/events/gone"""
    )


def test_html_has_the_same_and_is_well_formed(site):
    html = copied(site, "/fr/newsletter?tz=Asia/Seoul", "html")
    found = Page(html)
    assert found.faults == []
    assert "mardi 1er décembre 2026, 10:00-11:00 CET (UTC+1) À Séoul : 18:00-19:00 KST (UTC+9)" in found.text
    assert "Clôture\u00a0: mercredi 25 novembre 2026" in html
    assert "Annulé Gone (anglais seulement) Événement, Lyon, France Motif : La salle a brûlé." in found.text.replace(
        "\u00a0", " "
    )
    assert "https://calendar.example.org/fr/events/talk?tz=Asia/Seoul" in found.links()


def test_a_title_keeps_its_direction_in_the_copied_html(site_of):
    records = "  - {id: cities, kind: event, title: مؤتمر المدن (2026), when: 1 December 2026, languages: [ar]}\n"
    site = site_of(RECORDS + records, now=NOW)
    links = Page(copied(site, "/newsletter", "html")).all("a")
    directions = {each["href"].rpartition("/")[2]: each["dir"] for each in links}
    assert directions == {"call": "ltr", "talk": "ltr", "gone": "ltr", "cities": "rtl"}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["call", "talk", "gone"]),
        ("?kind=tender", ["call"]),
        ("?cancelled=hide", ["call", "talk"]),
        ("?from=2026-12-02", ["gone", "late"]),
        ("?from=2026-12-20&to=2026-12-31", ["late"]),
        ("?to=2026-11-30", ["call"]),
        ("?to=2026-11-01", []),
    ],
)
def test_days_and_filters_hold(site, query, titles):
    html = site.get(f"/newsletter{query}").get_data(as_text=True)
    assert re.findall(r'<h4>.*?href="/events/(\w+)', html) == titles
