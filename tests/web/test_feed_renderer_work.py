"""How much work a feed is, counted: after an edit that of one record. The bytes are those of a renderer without caches."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records import extents
from calendar_service.records.edition import Revision, advance
from calendar_service.records.selection import Selection
from calendar_service.web import feed_renderer
from calendar_service.web.feed_renderer import FeedRenderer

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
NUMBER = 200
SELECTIONS = {
    "default": Selection(),
    "from": Selection(first=NOW.date()),
    "from and to": Selection(first=NOW.date(), last=NOW.date() + timedelta(days=40)),
    "of a kind": Selection(kinds=("webinar",), lang="fr"),
}


def make_edition():
    lines = ["calendar: {id: a.example, name: {en: A, fr: B}, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"]
    for number in range(NUMBER):
        day = NOW.date() + timedelta(days=number - 30)
        what = f"kind: tender, closes: '{day} 17:00'" if number % 3 else f"kind: webinar, when: '{day} 11:00-12:30'"
        lines.append(f"  - {{id: r{number}, {what}, title: Record {number}, tags: [youth]}}\n")
    draft = read_calendar("".join(lines).encode(), "a.yaml").draft
    return advance(None, 1, NOW, draft.calendar, [Revision(record, 1, 0, NOW) for record in draft.records])


def edit(edition, name, **fields):
    old = edition.entries[name].revision
    later = NOW + timedelta(minutes=edition.number)
    new = Revision(replace(old.record, **fields), old.number + 1, old.sequence + 1, later)
    # As from the database: an equal calendar that is another object.
    return advance(edition, edition.number + 1, later, replace(edition.calendar), [new])


def render(renderer, edition, selection):
    return renderer.feed(FORMATS["ics"], selection, "A", "/calendar.ics", edition, NOW + timedelta(hours=1))


@pytest.fixture
def work(monkeypatch):
    counts = Counter()

    def count(owner, name):
        original = getattr(owner, name)

        def counted(*given, **named):
            counts[name] += 1
            return original(*given, **named)

        monkeypatch.setattr(owner, name, counted)

    count(feed_renderer, "write_vevents")
    count(extents, "extent")
    return counts


@pytest.mark.parametrize("selection", SELECTIONS.values(), ids=SELECTIONS)
def test_an_edit_is_the_work_of_one_record(selection, work):
    edition, renderer = make_edition(), FeedRenderer("https://a.example")
    render(renderer, edition, selection)
    assert work["write_vevents"] > 1
    for number, fields in enumerate(({"title": {"en": "Changed"}}, {"url": "https://example.org/"}), 2):
        work.clear()
        edition = edit(edition, "r60", **fields)
        written = render(renderer, edition, selection)
        assert work == {"write_vevents": 1, "extent": 1}, number
        plain = render(FeedRenderer("https://a.example"), edition, selection)
        assert written == plain


def test_a_moved_record_is_found_where_it_is_now():
    edition, renderer = make_edition(), FeedRenderer("https://a.example")
    selection = SELECTIONS["from and to"]
    assert b"UID:r60@" in render(renderer, edition, selection).body
    far = edition.entries["r150"].record.schedule
    moved = edit(edition, "r60", schedule=far)
    assert b"UID:r60@" not in render(renderer, moved, selection).body
    assert b"UID:r60@" in render(renderer, edition, selection).body


def test_another_name_of_a_tag_is_shown():
    edition, renderer = make_edition(), FeedRenderer("https://a.example")
    assert b"Jeunesse" not in render(renderer, edition, Selection()).body
    calendar = replace(edition.calendar, tag_labels={"youth": {"en": "Jeunesse"}})
    named = advance(edition, 2, NOW, calendar, [])
    assert render(renderer, named, Selection()).body.count(b"Jeunesse") == render(
        renderer, named, Selection()
    ).body.count(b"BEGIN:VEVENT")


def test_extents_of_records_that_are_gone_are_forgotten():
    edition, cache = make_edition(), extents.ExtentCache()
    for entry in edition.entries.values():
        cache.of(entry, "Europe/Paris")
    few = replace(edition, entries={name: edition.entries[name] for name in ("r1", "r2")})
    cache.forget_others(few)
    assert {each.record_id for each in cache._kept.values()} == few.entries.keys()
