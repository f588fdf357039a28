"""The audit reads the highlights, the open calls, the year and the newsletter, and finds each fault put into them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.store.editions import load_edition
from calendar_service.verification.audit import verify_outputs
from calendar_service.web import agenda, highlights, month, newsletter, timeline, year
from calendar_service.web.inprocess import ask_application
from tests.support.audited import Audited
from tests.support.broken_writers import later, wrap
from tests.support.public_site import HEAD

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDS = """\
  - {id: fair, kind: event, title: Fair, when: 22-24 November 2026, place: {city: Bergen, country: 'NO'}}
  - {id: talk, kind: webinar, title: Talk, when: 23 November 2026 at 12.00-14.30 CET, join: 'https://t.example.org'}
  - id: open
    kind: webinar
    title: {en: Open at 11:00, fr: Ouvert à 11:00}
    when: 3 December 2026 at 10.00-12.00 CET
    place: {city: Seoul, country: KR}
    registration: {closes: '1 December 2026, 18:00', url: 'https://r.example.org'}
  - {id: gone, kind: tender, title: Gone, closes: 24 November 2026, status: cancelled, note_of_change: No money on 1 May 2027}
  - {id: call, kind: tender, title: Call, closes: '25 November 2026, 17:00'}
  - {id: late, kind: tender, title: Late, closes: 23 February 2027}
  - {id: later, kind: event, title: Later, when: 2 December 2026, status: postponed}
  - {id: week, kind: event, title: Week, when: 30 December 2026 - 3 January 2027}
  - {id: night, kind: event, title: Night, starts: 2026-12-05T20:00, ends: 2026-12-06T00:00}
  - {id: desk, kind: webinar, title: Desk, when: 2 November 2026 at 10.00-11.00 CET, repeats: every month on the first Monday}
"""
MOVED = ("25 November 2026, 17:00", "20 November 2026, 17:00")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    opened = Audited(tmp_path_factory.mktemp("first-page"))
    opened.publish(HEAD + RECORDS.replace(*MOVED), NOW - timedelta(days=9))
    opened.publish(HEAD + RECORDS, NOW - timedelta(days=5))
    yield opened
    opened.engine.dispose()


def faults(audited, lang="en", fetch=None, now=NOW):
    fetch, edition = fetch or ask_application(audited.app_at(now)), load_edition(audited.engine)
    report = verify_outputs(edition, (lang,), {}, fetch, lambda: now, ("Asia/Seoul",))
    return [str(each) for each in report.faults]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("days", [-8, 0, 1, 3, 10, 14, 38, 92, 400])
def test_nothing_is_found_where_nothing_is_wrong(audited, lang, days):
    assert faults(audited, lang, now=NOW + days * DAY) == []


def seconds_call(patch):
    wrap(patch, highlights._HighlightWriter, "deadline", lambda original, own, calls: original(own, calls[1:]))


def an_hour_late(patch):
    def change(original, own, item, at, *rest):
        shown = original(own, item, at, *rest)
        return replace(shown, when=shown.when.replace("17:00", "18:00"))

    wrap(patch, highlights._HighlightWriter, "_highlight", change)


def other_clock_lost(patch):
    wrap(patch, highlights, "time_lines", lambda original, *given: original(*given)[:1])


def until_the_start(patch):
    def change(original, own, item):
        return original(own, replace(item, ends=item.begins + HOUR))

    wrap(patch, highlights._HighlightWriter, "_until", change)


def join_lost(patch):
    patch.setattr(highlights, "shown_join", lambda *_: "")


def first_deadline_lost(patch):
    patch.setattr(highlights.phrases, "deadline_before", lambda *_: ("", ""))


def days_are_one_too_many(patch):
    wrap(patch, highlights, "days_ahead", lambda original, *given: original(*given) + 1)


def calls_a_day_late(patch):
    wrap(patch, timeline, "first_day_of_item", lambda original, *given: original(*given) + DAY)


def last_call_lost(patch):
    wrap(patch, timeline, "make_timeline", lambda original, items, *rest: original(items[:-1], *rest))
    patch.setattr(highlights, "make_timeline", timeline.make_timeline)


def year_without_dots(patch):
    patch.setattr(year, "_by_day", lambda *_: {})


def ends_a_day_late(patch):
    wrap(patch, year, "last_day_of_item", lambda original, *given: original(*given) + DAY)


def kinds_swapped(patch):
    patch.setattr(year, "Kind", ["tender", "webinar"])


def year_without_a_series(patch):
    wrap(patch, month, "items_of", lambda original, entry, *rest: original(entry, *rest)[:1])


def rows_of_the_copies_a_day_late(patch):
    def change(original, item, *rest):
        return original(replace(item, at=later(item.at, DAY)), *rest)

    wrap(patch, newsletter, "make_row", change)


def copies_without_states(patch):
    wrap(patch, newsletter, "make_row", lambda original, *given: replace(original(*given), state=""))


def copies_without_reasons(patch):
    wrap(patch, newsletter, "make_row", lambda original, *given: replace(original(*given), reason=None))


def copies_without_registration(patch):
    wrap(patch, newsletter, "make_row", lambda original, *given: replace(original(*given), registration=[]))


def copies_without_the_first_deadline(patch):
    wrap(patch, newsletter, "make_row", lambda original, *given: replace(original(*given), deadline_before=None))


LEADING, YEAR, NEWSLETTER = {"/"}, {"/year/2026", "/year/2027"}, {"/newsletter"}
FAULTS = [
    (seconds_call, LEADING),
    (an_hour_late, LEADING),
    (other_clock_lost, LEADING),
    (until_the_start, LEADING),
    (join_lost, LEADING),
    (days_are_one_too_many, LEADING),
    (calls_a_day_late, LEADING),
    (last_call_lost, LEADING),
    (year_without_dots, YEAR),
    (ends_a_day_late, YEAR),
    (kinds_swapped, YEAR),
    (rows_of_the_copies_a_day_late, NEWSLETTER),
    (copies_without_states, NEWSLETTER),
    (copies_without_reasons, NEWSLETTER),
    (copies_without_registration, NEWSLETTER),
    (copies_without_the_first_deadline, NEWSLETTER),
]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("fault", "seen"), FAULTS, ids=[each.__name__ for each, _ in FAULTS])
def test_a_fault_is_found_on_its_page_alone(audited, monkeypatch, fault, seen, lang):
    fault(monkeypatch)
    pages = {each.partition(": ")[0].partition("?")[0].removeprefix("/fr") for each in faults(audited, lang)}
    assert pages <= seen
    assert pages


def test_a_record_that_is_off_is_found_among_the_highlights(audited, monkeypatch):
    monkeypatch.setattr(agenda.AgendaItem, "is_off", False)
    found = faults(audited)
    assert "/: gone, highlight next deadline: expected nothing, found 2026-11-24T22:59:59Z 24/11 23:59" in found
    assert "/year/2026: day: expected nothing, found 2026-12-02: 1 event" in found


@pytest.mark.parametrize(
    ("pattern", "instead", "seen"),
    [
        (rb"(&lt;a href=&#34;https://[^/]*/events/)call", rb"\1late", "/newsletter"),
        (rb"(?m)^(https://[^/]*/events/)call", rb"\1late", "/newsletter"),
        (rb"(: )1( entry\")", rb"\g<1>2\2", "/year/2026"),
        (rb'(datetime="2026-11-25T16):00:00Z(">Wed 25)', rb"\1:30:00Z\2", "/"),
    ],
)
def test_what_is_sent_wrong_is_found(audited, pattern, instead, seen):
    ask = ask_application(audited.app_at(NOW))

    def fetch(path):
        status, body = ask(path)
        return status, re.sub(pattern, instead, body)

    found = {each.partition(": ")[0].partition("?")[0] for each in faults(audited, fetch=fetch)}
    assert seen in found
