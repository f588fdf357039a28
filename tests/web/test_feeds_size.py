"""Large calendars: Google's limits are kept, what is soonest ahead stays, and one edit costs one rendering."""

import re
import time
from datetime import date, timedelta

import pytest

from calendar_service.web import feed_renderer
from tests.support.calendar_clients.checklist import check_feed
from tests.support.feed_service import NOW, PUBLISHED, open_service

HEAD = "calendar: {id: many.example, name: Many, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
FIRST = date(2026, 3, 1)
COUNT = 2_500
COMING = (FIRST + timedelta(days=COUNT)) - NOW.date()


def record(number, more=""):
    day = FIRST + timedelta(days=number)
    return f"  - {{id: r{number}, kind: webinar, title: Talk {number}{more}, when: '{day} 10:00-11:00'}}\n"


def many(count=COUNT):
    # An endless series that began long ago must not pull the oldest of the past in after it.
    endless = "  - {id: world-day, kind: event, title: World day, when: 2020-05-21, repeats: every year}\n"
    return HEAD + endless + "".join(record(number) for number in range(count))


def numbers(body):
    return sorted(int(found) for found in re.findall(rb"UID:r(\d+)@", body))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    opened = open_service(tmp_path_factory.mktemp("large"))
    opened.publish(many(), PUBLISHED)
    yield opened
    opened.engine.dispose()


def test_feed_is_cut_and_says_so(large):
    response = large.get("/calendar.ics")
    assert check_feed(response.data, headers=response.headers) == []
    kept = numbers(response.data)
    today = (NOW.date() - FIRST).days
    assert kept == list(range(today, today + len(kept)))
    events = response.data.count(b"BEGIN:VEVENT")
    assert (events, len(kept), len(response.data) < 1_000_000) == (1_000, 999, True)
    text = response.data.replace(b"\r\n ", b"").decode()
    assert f"{COUNT - len(kept)} announcements are left out\\, because calendar apps take" in text
    assert response.last_modified.date() >= NOW.date() - timedelta(days=1)


def test_past_fills_what_the_coming_leaves(service):
    service.publish(many(600), PUBLISHED)
    body = service.body("/calendar.ics")
    assert numbers(body) == list(range(600))
    assert b"left out" not in body


def test_explicit_window_lifts_the_cap(large):
    assert numbers(large.body("/calendar.ics?from=2020-01-01")) == list(range(COUNT))


def test_nothing_chosen_gives_a_notice(service):
    service.publish(many(3), PUBLISHED)
    for path in ("/calendar.ics?kind=tender", "/calendar.ics?kind=tender&lang=fr"):
        response = service.get(path)
        assert check_feed(response.data, headers=response.headers) == []
        assert response.data.count(b"UID:nothing-yet@many.example") == 1


def test_one_series_with_very_many_dates_does_not_push_out_the_rest(service):
    series = (
        "  - {id: daily, kind: webinar, title: Daily, starts: 2026-12-01T18:00 Asia/Jerusalem,"
        " ends: 2026-12-01T19:00 Asia/Jerusalem, repeats: 'every day, 900 times'}\n"
    )
    service.publish(HEAD + series + "".join(record(number) for number in range(320, 800)), PUBLISHED)
    body = service.body("/calendar.ics")
    assert len(numbers(body)) == 480
    assert body.count(b"BEGIN:VEVENT") <= 1_000


def test_an_edit_renders_one_record_only(service, monkeypatch):
    paths = ["/calendar.ics?from=2020-01-01", "/calendar.ics?from=2020-01-01&lang=fr"]
    calls = []
    original = feed_renderer.write_vevents

    def counting(entry, *rest):
        calls.append(entry.record.id)
        return original(entry, *rest)

    monkeypatch.setattr(feed_renderer, "write_vevents", counting)
    service.publish(many(1_000), PUBLISHED)
    before = [service.body(path) for path in paths]
    assert len(calls) == 2 * 1_001
    calls.clear()
    service.publish(many(1_000).replace(record(7), record(7, more=" anew")), PUBLISHED + timedelta(days=1))
    began = time.process_time()
    after = [service.body(path) for path in paths]
    took = time.process_time() - began
    assert calls == ["r7", "r7"]
    assert took < 2
    assert all(b"Talk 7 anew" not in body for body in before)
    assert all(b"Talk 7 anew" in body for body in after)
