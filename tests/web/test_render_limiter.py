"""Heavy requests: one rendering an output, a bounded number at once, and nobody else waits for them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service import output_formats
from calendar_service.output_formats import FORMATS
from calendar_service.records import feed_window
from calendar_service.web import feed_renderer
from calendar_service.web.event_cache import EventCache
from calendar_service.web.feeds import weigh_selection
from calendar_service.web.render_limiter import RenderLimiter, RenderLimits, TooBusy, Weight, render_limits_for
from calendar_service.web.representation import Representation
from calendar_service.web.response_cache import ResponseCache
from calendar_service.writers.feed import MAX_EVENTS, MAX_FEED_BYTES, FeedUnit, fit_to_limits
from calendar_service.writers.vevents import SerializedEvents
from tests.support.feed_service import NOW, PUBLISHED

HEAD = "calendar: {id: many.example, name: Many, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
LIGHT, ORDINARY, WIDE = Weight
WAIT = 10


class Planted:
    """A rendering that begins, and ends when it is told to."""

    def __init__(self, result="made"):
        self.result = result
        self.began, self.may_end = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self):
        self.times += 1
        self.began.set()
        assert self.may_end.wait(WAIT)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def threads():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def limiter(places=3, patience=WAIT, most_heavy=4):
    sender_thread = RenderLimits(at_once=1, places=places, patience=patience, retry_after=7)
    return RenderLimiter({LIGHT: sender_thread, ORDINARY: sender_thread, WIDE: sender_thread}, most_heavy)


def until(is_so):
    """Wait for what another thread does of itself, which no event tells."""
    for _ in range(int(WAIT / 0.005)):
        if is_so():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never happened")


def test_all_who_ask_for_one_output_get_one_rendering(threads):
    renderings, slow = limiter(), Planted()
    asked = [threads.submit(renderings.run, "key", WIDE, slow) for _ in range(3)]
    until(lambda: renderings._inside[WIDE] == 3)
    slow.may_end.set()
    assert [each.result(WAIT) for each in asked] == ["made"] * 3
    assert slow.times == 1
    assert renderings.run("key", WIDE, lambda: "anew") == "anew"


def test_so_many_run_at_once_and_the_next_waits_its_turn(threads):
    renderings, first, second = limiter(), Planted("first"), Planted("second")
    asked = [threads.submit(renderings.run, "a", WIDE, first)]
    assert first.began.wait(WAIT)
    asked.append(threads.submit(renderings.run, "b", WIDE, second))
    until(lambda: renderings._inside[WIDE] == 2)
    assert not second.began.wait(0.05)
    # Another weight has slots of its own.
    assert renderings.run("c", LIGHT, lambda: "light") == "light"
    first.may_end.set()
    second.may_end.set()
    assert [each.result(WAIT) for each in asked] == ["first", "second"]


def test_beyond_the_queue_the_answer_is_no_at_once(threads):
    renderings, slow = limiter(places=2), Planted()
    asked = [threads.submit(renderings.run, name, WIDE, slow) for name in "ab"]
    until(lambda: renderings._inside[WIDE] == 2)
    for key in ("a", "c"):  # also for what is being rendered: who waits keeps a thread
        with pytest.raises(TooBusy) as refused:
            renderings.run(key, WIDE, slow)
        assert refused.value.retry_after == 7
    slow.may_end.set()
    assert [each.result(WAIT) for each in asked] == ["made", "made"]


def test_heavy_requests_of_all_weights_leave_threads_to_the_others(threads):
    renderings, slow = limiter(most_heavy=3), Planted()
    asked = [threads.submit(renderings.run, name, weight, slow) for name, weight in (("a", WIDE), ("b", WIDE))]
    asked.append(threads.submit(renderings.run, "c", ORDINARY, slow))
    until(lambda: sum(renderings._inside.values()) == 3)
    with pytest.raises(TooBusy):
        renderings.run("d", ORDINARY, slow)
    assert renderings.run("e", LIGHT, lambda: "light") == "light"
    slow.may_end.set()
    assert [each.result(WAIT) for each in asked] == ["made"] * 3


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
def test_a_rendering_that_fails_frees_its_slot_and_those_who_wait(threads, error):
    renderings, failing = limiter(), Planted(error)
    first = threads.submit(renderings.run, "key", WIDE, failing)
    assert failing.began.wait(WAIT)
    other = threads.submit(renderings.run, "key", WIDE, failing)
    until(lambda: renderings._inside[WIDE] == 2)
    failing.may_end.set()
    assert first.exception(WAIT) is error
    # What ends one thread does not end another.
    assert type(other.exception(WAIT)) is (ValueError if isinstance(error, ValueError) else TooBusy)
    assert renderings.run("key", WIDE, lambda: "anew") == "anew"
    assert set(renderings._inside.values()) == {0}


def test_who_waits_too_long_for_a_slot_is_told_so(threads):
    renderings, slow = limiter(patience=0.05), Planted()
    asked = threads.submit(renderings.run, "a", WIDE, slow)
    assert slow.began.wait(WAIT)
    with pytest.raises(TooBusy):
        renderings.run("b", WIDE, lambda: "never")
    slow.may_end.set()
    assert asked.result(WAIT) == "made"


@pytest.mark.parametrize("number", [1, 2, 4, 8, 16])
def test_a_server_keeps_threads_for_what_is_not_heavy(number):
    sender_threads = render_limits_for(number)
    for weight in (ORDINARY, WIDE):
        assert sender_threads[weight].places <= max(1, number // 2)


# -- the application ------------------------------------------------------------------------------


def many(count):
    return HEAD + "".join(
        f"  - {{id: r{number}, kind: webinar, title: Talk {number}, when: '2027-03-{1 + number % 28:02} 10:00-11:00'}}\n"
        for number in range(count)
    )


@pytest.fixture
def slow(service, monkeypatch):
    """Plant a rendering of feeds that waits, behind a service whose main feed is warm."""
    service.publish(many(400), PUBLISHED)
    service.body("/calendar.ics")
    planted = Planted()
    original = output_formats.write_feed

    def waiting(*given):
        planted()
        return original(*given)

    monkeypatch.setattr(output_formats, "write_feed", waiting)
    yield planted
    planted.may_end.set()


def test_what_is_warm_or_light_does_not_wait(service, slow, threads):
    asked = threads.submit(service.get, "/calendar.ics?from=1970-01-01")
    assert slow.began.wait(WAIT)
    for path in (
        "/calendar.ics",
        "/healthz",
        "/readyz",
        "/",
        "/month",
        "/widget",
        "/events/r3",
        "/api/v1/records?id=r3",
    ):
        assert service.get(path).status_code == 200, path
    slow.may_end.set()
    assert asked.result(WAIT).status_code == 200


def test_distinct_heavy_requests_are_told_to_come_again(service, slow, threads):
    paths = [f"/calendar.ics?from=1970-01-01&alarms={number}+minutes" for number in range(1, 5)]
    most = render_limits_for(4)[WIDE].places
    asked = [threads.submit(service.get, path) for path in paths[:most]]
    until(lambda: service.cache.renderings._inside[WIDE] == most)
    refused = service.get(paths[most])
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert (refused.headers["Retry-After"], refused.headers["Cache-Control"]) == ("10", "no-store")
    assert refused.json["detail"] == "Too many requests are being answered at the moment. Try again in a few seconds."
    slow.may_end.set()
    assert [each.result(WAIT).status_code for each in asked] == [200] * most
    assert service.get(paths[most]).status_code == 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Try again in a few seconds."),
        ("/fr/month", "Réessayez dans quelques secondes."),
        ("/widget", "Try again in a few seconds."),
        ("/widget?lang=fr", "Trop de demandes sont en cours de traitement."),
    ],
)
def test_pages_say_in_words_that_it_is_too_much(service, monkeypatch, path, words):
    def refuse(*_):
        raise TooBusy(2)

    service.publish(many(3), PUBLISHED)
    monkeypatch.setattr(service.cache.renderings, "run", refuse)
    answer = service.get(path)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("2", "no-store")
    assert words in answer.text


WEIGHTS = {
    "/calendar.ics": ORDINARY,
    "/calendar.ics?kind=webinar&lang=fr": ORDINARY,
    "/calendar.ics?tz=Asia/Tokyo": WIDE,
    "/calendar.ics?from=1970-01-01": WIDE,
    "/calendar.json": ORDINARY,
    "/calendar.jcal?q=talk": WIDE,
    "/calendar.csv?to=2030-01-01": WIDE,
    "/api/v1/records": ORDINARY,
    "/calendar.ics?id=r1,r2&tz=Asia/Tokyo": LIGHT,
    "/events/r1.ics?tz=Asia/Tokyo": LIGHT,
    "/": LIGHT,
    "/month?q=talk": LIGHT,
    "/widget?view=next": LIGHT,
    "/sitemap.xml": ORDINARY,
}


def test_each_output_has_its_weight(service, monkeypatch):
    service.publish(many(400), PUBLISHED)
    found, original = {}, service.cache.renderings.run
    for path in WEIGHTS:

        def note(key, weight, make, path=path):
            found[path] = weight
            return original(key, weight, make)

        monkeypatch.setattr(service.cache.renderings, "run", note)
        service.body(path)
    assert found == WEIGHTS


def test_a_small_calendar_has_nothing_heavy(service):
    edition = service.publish(many(20), PUBLISHED)
    with service.app.test_request_context("/calendar.ics?from=1970-01-01&tz=Asia/Tokyo"):
        from calendar_service.web.feeds import asked  # noqa: PLC0415 (it reads the request)

        assert weigh_selection(asked(edition), edition) is LIGHT


# -- too many occurrences -------------------------------------------------------------------------

SERIES = """\
  - {id: daily, kind: webinar, title: Daily, when: '2027-01-25 10:00-11:00', repeats: every day}
  - {id: odd, kind: webinar, title: Odd, starts: 2027-01-25T18:00 Asia/Jerusalem, ends: 2027-01-25T19:00 Asia/Jerusalem,
     repeats: 'every day until 31 December 2099'}
"""
TOO_MANY = "In this time there are more than 2000 dates of what recurs. Choose a shorter time with from= and to=."


@pytest.mark.parametrize("path", [form.path for form in FORMATS.values() if form.holds is not FeedUnit.TEXTS])
@pytest.mark.parametrize("name", ["from", "to"])
def test_too_many_occurrences_are_refused_in_words(service, monkeypatch, path, name):
    monkeypatch.setattr(feed_window, "MAX_OCCURRENCES", 2000)
    service.publish(HEAD + SERIES, PUBLISHED)
    assert service.get(path).status_code == 200
    assert service.get(f"{path}?from=1970-01-01").status_code == 200
    assert service.get(f"{path}?from=2099-01-01&to=2099-12-31").status_code == 200
    refused = service.get(f"{path}?from=1970-01-01&to=2100-01-01" if name == "to" else f"{path}?to=2100-01-01")
    assert (refused.status_code, refused.json["parameter"], refused.json["detail"]) == (400, "to", TOO_MANY)


def test_one_file_and_the_agenda_have_the_same_bound(service, monkeypatch):
    monkeypatch.setattr(feed_window, "MAX_OCCURRENCES", 300)
    service.publish(HEAD + SERIES, PUBLISHED)
    assert service.get("/events/odd.ics?from=2027-01-25&to=2099-12-31").json["parameter"] == "to"
    assert service.get("/events/daily.ics?from=2027-01-25&to=2099-12-31").status_code == 200  # its rule is written once
    page = service.get("/?from=1970-01-01")
    assert (page.status_code, "more than 300 dates" in page.text) == (400, True)
    assert service.get("/").status_code == 200


# -- a feed that is cut ---------------------------------------------------------------------------


def greedy(blocks, order):
    """Fit as feeds were cut when all blocks were made first."""
    kept, events, room = {}, 0, MAX_FEED_BYTES - 30_000
    for place in order:
        made = blocks[place]
        if events + made.events <= MAX_EVENTS and len(made.body) <= room:
            kept[place] = made
            events, room = events + made.events, room - len(made.body)
    return dict(sorted(kept.items()))


SIZES = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(300, 3_000)),
    st.tuples(st.integers(100, 1_000), st.integers(30_000, 1_200_000)),
)


@given(st.lists(SIZES, min_size=1, max_size=40), st.integers(1, 60), st.randoms())
@settings(max_examples=50)
def test_what_is_chosen_first_is_what_was_kept_of_all(some, times, random):
    sizes = [size for size in some for _ in range(times)]
    blocks = [SerializedEvents(b"x" * length, events, frozenset()) for events, length in sizes]
    order = list(range(len(blocks)))
    random.shuffle(order)
    made = []

    def make(place):
        made.append(place)
        return blocks[place]

    kept, wanted = fit_to_limits(order, make), greedy(blocks, order)
    assert made == order[: len(made)]
    # Only what comes behind 50 that were passed over may be missing.
    assert kept == {place: found for place, found in wanted.items() if place in set(made)}
    assert len(made) == len(order) or len(made) - len(kept) == 50 or sum(each.events for each in kept.values()) == 1_000
    assert len(made) <= MAX_EVENTS + 50


def test_no_more_is_rendered_than_served(service, monkeypatch):
    service.publish(many(1_500), PUBLISHED)
    calls, original = [], feed_renderer.write_vevents

    def counting(entry, *rest):
        calls.append(entry.record.id)
        return original(entry, *rest)

    monkeypatch.setattr(feed_renderer, "write_vevents", counting)
    body = service.body("/calendar.ics")
    assert (len(calls), body.count(b"BEGIN:VEVENT")) == (1_000, 1_000)
    assert b"500 announcements are left out" in body.replace(b"\r\n ", b"")


# -- what is kept ---------------------------------------------------------------------------------


def block(size=1000):
    return SerializedEvents(b"x" * size, 1, frozenset())


def test_blocks_are_kept_within_their_bytes_and_made_up_views_from_the_second_time_on():
    cache, made = EventCache(max_bytes=10_000), []

    def ask(view, record_id, state=1, *, is_own=False):
        def make():
            made.append((view, record_id))
            return block()

        cache.open(view, is_own=is_own).get(record_id, state, make)

    for _ in range(2):
        for number in range(4):
            ask("plain", f"r{number}")
    assert made == [("plain", f"r{number}") for number in range(4)]
    made.clear()
    for number in range(200):
        ask(f"alarm {number}", "r1", is_own=True)
    assert cache._bytes == 4 * 1500
    made.clear()
    for _ in range(3):
        ask("alarm 199", "r1", is_own=True)
    assert made == [("alarm 199", "r1")]  # kept at the second sight, which this was
    made.clear()
    ask("plain", "r1", state=2)
    assert (made, cache._bytes) == ([("plain", "r1")], 5 * 1500)
    for number in range(100):
        ask("french", f"r{number}")
    assert (set(cache._views), cache._bytes) == ({"french"}, 9_000)


def test_responses_are_kept_within_their_bytes_compressed_copies_too():
    cache, day = ResponseCache(max_bytes=5_000), NOW.date()
    random = bytes(range(256)) * 4
    for number in range(20):
        cache.put(number, (0, 1, day), Representation.of(random, "text/plain", NOW))
    kept = [number for number in range(20) if cache.get(number, (0, 1, day))]
    assert kept == list(range(20 - len(kept), 20))
    assert 0 < cache._kept.currsize <= 5_000 == cache._kept.maxsize
    assert len(kept) * Representation.of(random, "text/plain", NOW).size == cache._kept.currsize
    newest = Representation.of(b"newest", "text/plain", NOW)
    cache.put(19, (0, 2, day), newest)
    cache.put(19, (0, 1, day), Representation.of(b"late", "text/plain", NOW))
    assert (cache.get(19, (0, 2, day)), cache.get(19, (0, 1, day))) == (newest, None)
    cache.put("big", (0, 1, day), Representation("x", "y" * 6_000, 1, "", "text/plain", NOW))
    assert cache.get("big", (0, 1, day)) is None
    assert cache.get(19, (0, 2, day)) is newest


def test_large_bodies_are_kept_compressed_and_sent_whole():
    body = b"0123456789" * 200_000
    found = Representation.of(body, "text/plain", NOW)
    assert (found.plain, found.body, found.length) == (b"", body, len(body))
    plain = found.answer({}, NOW)
    assert (plain.body, dict(plain.headers)["Content-Length"]) == (body, "2000000")


# -- clocks that were ahead -----------------------------------------------------------------------


def test_no_date_ahead_of_the_clock_counts(service):
    service.publish(many(3), PUBLISHED)
    ahead = {"If_Modified_Since": "Tue, 19 Jan 2038 03:14:07 GMT"}
    for _ in range(2):  # cold, and warm
        assert service.get("/calendar.ics", **ahead).status_code == 200
    service.now = datetime(2027, 1, 1, tzinfo=UTC)  # the edition was published with a clock that was ahead
    answer = service.get("/calendar.ics")
    assert answer.last_modified == datetime(2027, 1, 1, tzinfo=UTC)
    assert service.get("/calendar.ics", If_Modified_Since=answer.headers["Last-Modified"]).status_code == 200
