"""Saved pages: what they say for machines first, then cards, tables, lists of definitions, headings with lists."""

import contextlib
import socket
import time

import pytest

from calendar_service.parsers.importing.candidates import UnfitSource
from tests.support.import_pages import PAGES, Score, place_of, score
from tests.support.importing import comments, point, run

DAY = ("event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-03T22:00:00Z")
SPAN = ("event", "TimeSpan", "2027-05-03T08:00:00Z", "2027-05-03T09:30:00Z")
CARD = "<article><h3>Annual conference</h3><p>{}</p></article>"

TIMES = {
    "a day": ('<time datetime="2027-05-03">3 May</time>', DAY),
    "an hour and its end": (
        '<time datetime="2027-05-03T10:00:00+02:00">3 May</time> - <time datetime="2027-05-03T11:30:00+02:00">11:30</time>',
        SPAN,
    ),
    "a day, and its hours as text": ('<time datetime="2027-05-03">Monday</time>, 10:00-11:30', SPAN),
    "noon that a content system made up": ('<time datetime="2027-05-03T12:00:00Z">3 May 2027</time>', DAY),
    "an end that only people see": (
        '<time datetime="2027-05-03T08:00:00Z">Monday 3 May 2027, from 10:00 to 11:30</time>',
        SPAN,
    ),
    "no machine time": ("<span>3 May 2027</span>, <b>10:00</b>-<i>11:30</i>", SPAN),
    "not understood": ('<time datetime="soon">3 May 2027</time>', DAY),
}


@pytest.mark.parametrize(("text", "when"), TIMES.values(), ids=TIMES)
def test_time_of_a_card(text, when):
    representation, (record,) = run(CARD.format(text), form="html")
    assert (point(record), record.title["en"], representation.failed) == (when, "Annual conference", 0)


def test_machine_time_of_another_day_is_not_guessed():
    representation, records = run(CARD.format('<time datetime="2027-06-03">3 May 2027</time>'), form="html")
    assert (records, representation.failed) == ((), 1)


STRUCTURES = {
    "definitions": "<h2>Annual conference</h2><dl><dt>Date</dt><dd>3 May 2027</dd><dt>Where</dt><dd>Ghent, Belgium</dd></dl>",
    "rows of labels": "<h2>Annual conference</h2><table><tr><th>Date</th><td>3 May 2027</td></tr>"
    "<tr><th>Place</th><td>Ghent, Belgium</td></tr></table>",
    "table": "<table><tr><th>Date</th><th>Event</th><th>Place</th></tr>"
    "<tr><td>3 May 2027</td><td>Annual conference</td><td>Ghent, Belgium</td></tr></table>",
    "list": "<h2>May</h2><ul><li>3 May 2027: Annual conference, Ghent, Belgium</li></ul>",
    "list of details": "<h2>Annual conference</h2><ul><li>Date: 3 May 2027</li><li>Venue: Ghent, Belgium</li></ul>",
    "lines": "<p><strong>Annual conference</strong><br>3 May 2027<br>Ghent, Belgium</p>",
    "class": "<div><a class='title'>Annual conference</a><p>3 May 2027</p><p class='event-place'>Ghent, Belgium</p></div>",
    "entities": "<h2>Annual&nbsp;conference</h2><p>3&#160;May 2027</p><p>Ghent,&#x20;Belgium</p>",
}


@pytest.mark.parametrize("body", STRUCTURES.values(), ids=STRUCTURES)
def test_structure(body):
    page = f"<html><body><nav>1 May 2027</nav><script>'2 May 2027'</script><main>{body}</main></body></html>"
    representation, (record,) = run(page, form="html")
    assert (record.title, point(record)) == ({"en": "Annual conference"}, DAY)
    assert place_of(record) == (False, "", "Ghent", "BE")
    assert "1 May" not in representation.yaml
    assert "2 May" not in representation.yaml


def test_what_the_page_says_twice_is_one_record():
    node = '{"@type": "Event", "name": "R&amp;D day", "startDate": "2027-05-03"}'
    page = f'<script type="application/ld+json">{node}</script><h1>R&amp;D day</h1><p>3 May 2027</p>'
    representation, (record,) = run(f"<html>{page}</html>", form="html")
    assert record.title == {"en": "R&D day"}
    assert comments(representation) == ["Line 1, left out: the page says it twice: 3 May 2027"]
    representation, records = run(f"<html>{page.replace('3 May 2027', '4 May 2027')}</html>", form="html")
    assert records == ()
    assert any("which is it?" in line for line in comments(representation))


def test_broken_script_stops_only_itself():
    page = f'<html><script type="application/ld+json">{{"a": </script>{CARD.format("3 May 2027")}</html>'
    representation, (record,) = run(page, form="html")
    assert point(record) == DAY
    assert any("a script that is no JSON" in line for line in comments(representation))


def test_declared_latin_1():
    page = '<html><meta charset="iso-8859-1"><h1>Journée mondiale</h1><p>3 mai 2027</p></html>'
    _, (record,) = run(page.encode("latin-1"), form="html")
    assert record.title == {"en": "Journée mondiale"}


BOMBS = {
    "depth": "<div>" * 50_000 + "3 May 2027",
    "entities": "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><html>&b;</html>",
    "elements": "<p>x</p>" * 200_000,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">3 May 2027</p>",
    "cards": "<div class=a><p><b>3 May 2027</b></p></div>" * 5_000,
    "nested lists": "<ul><li>3 May 2027" * 150,
    "not closed": "<table><tr><td>" * 3_000,
}


@pytest.mark.parametrize("page", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_or_read_soon(page):
    begun = time.process_time()
    with contextlib.suppress(UnfitSource):
        run(page, form="html")
    assert time.process_time() - begun < 5


def test_no_connection_is_opened(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = (
        '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><html><head><link rel="stylesheet" href="http://127.0.0.1:9/">'
        '<script type="application/ld+json" src="http://127.0.0.1:9/"></script><base href="http://127.0.0.1:9/"></head>'
    )
    context = '{"@context": "http://127.0.0.1:9/", "@type": "Event", "name": "Talk", "startDate": "2027-05-03"}'
    body = f'<script type="application/ld+json">{context}</script><img src="http://127.0.0.1:9/"><iframe src="http://127.0.0.1:9/">'
    _, (record,) = run(head + body, form="html")
    assert point(record) == DAY


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_nothing_in_a_page_is_wrong_or_lost(path):
    found = score(path)
    assert (found.wrong, found.lost) == ([], [])


def test_most_records_and_places_of_the_pages_are_right():
    total = Score()
    for path in sorted(PAGES.glob("*.html")):
        total.add(score(path))
    assert len(total.right) >= 0.9 * total.total
    assert total.places >= 0.8 * total.with_place
