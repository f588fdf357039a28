"""Which entries an output holds at a time, and when that last changed by the clock alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Revision, advance
from calendar_service.records.feed_window import select_contents
from calendar_service.records.selection import read_selection

FILE = b"""\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}
records:
  - {id: old, kind: event, title: T, when: 10 January 2026}
  - {id: recent, kind: event, title: T, when: 10 July 2026}
  - {id: soon, kind: tender, title: T, closes: 10 July 2027}
  - {id: night, kind: event, title: T, when: 31 March 2027 at 23.30-23.45}
  - {id: yearly, kind: event, title: T, when: 20 June 2020, repeats: every year}
  - {id: over, kind: event, title: T, when: 7 July 2020, repeats: "every week, 3 times"}
  - {id: halted, kind: event, title: T, when: 1 June 2027, status: cancelled}
"""
DRAFT = read_calendar(FILE, "f").draft
PUBLISHED = datetime(2027, 1, 1, 12, tzinfo=UTC)
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
EDITION = advance(None, 1, PUBLISHED, DRAFT.calendar, [Revision(each, 1, 0, PUBLISHED) for each in DRAFT.records])


def chosen(query, now=NOW, edition=EDITION):
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    return select_contents(edition, read_selection(pairs, ("en", "fr")), now)


def ids(query, now=NOW, edition=EDITION):
    return [entry.record.id for entry in chosen(query, now, edition).entries]


SEEN = [
    ("", ["yearly", "recent", "night", "halted", "soon"]),
    ("kind=tender", ["soon"]),
    ("cancelled=hide", ["yearly", "recent", "night", "soon"]),
    ("id=old", ["old"]),
    ("id=old,over", ["over", "old"]),
    ("from=1970-01-01", ["yearly", "over", "old", "recent", "night", "halted", "soon"]),
    ("to=2026-01-10", ["yearly", "over", "old"]),
    ("to=2026-01-09", ["yearly", "over"]),
    ("from=2026-01-10&to=2026-01-10", ["old"]),
    ("from=2026-01-11&to=2026-01-31", []),
    ("from=2027-03-31&to=2027-03-31", ["night"]),
    ("from=2027-04-01&to=2027-04-30", []),
    ("from=2027-06-20&to=2027-06-20", ["yearly"]),
    ("from=2027-06-21&to=2027-12-31", ["soon"]),
    ("from=2027-07-10&to=2027-07-10", ["soon"]),
    ("from=2027-07-11&to=2027-07-11", []),
    ("from=2020-07-15&to=2020-07-20", []),
    ("from=2020-07-21&to=2020-07-21", ["over"]),
]


@pytest.mark.parametrize(("query", "found"), SEEN, ids=[query for query, _ in SEEN])
def test_what_an_output_holds(query, found):
    assert ids(query) == found


@pytest.mark.parametrize(
    ("now", "is_there"),
    [
        (datetime(2027, 7, 10, 21, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 7, 10, 22, 0, tzinfo=UTC), False),
    ],
)
def test_the_window_reaches_back_twelve_months_by_the_calendars_midnight(now, is_there):
    assert ("recent" in ids("", now)) is is_there


def test_the_change_by_the_clock_is_dated():
    leaves = datetime(2027, 7, 10, 22, 0, tzinfo=UTC)
    assert chosen("id=recent", leaves).changed_at == PUBLISHED
    assert chosen("", datetime(2027, 1, 10, 22, 59, 59, tzinfo=UTC)).changed_at == PUBLISHED
    assert chosen("", leaves - timedelta(seconds=1)).changed_at == datetime(2027, 1, 10, 23, tzinfo=UTC)
    assert [chosen("", leaves + timedelta(days=n)).changed_at for n in (0, 3)] == [leaves, leaves]
    assert chosen("kind=tender", leaves).changed_at == PUBLISHED


def test_what_was_withdrawn_stays_ninety_days():
    record = replace(DRAFT.records[2])
    gone_at = datetime(2027, 2, 1, 9, tzinfo=UTC)
    edition = advance(EDITION, 2, gone_at, DRAFT.calendar, [Revision(record, 2, 1, gone_at, withdrawn=True)])
    end = gone_at + timedelta(days=90)
    second = timedelta(seconds=1)
    assert [ids("id=soon", now, edition) for now in (end - second, end)] == [["soon"], []]
    assert [chosen("id=soon", now, edition).changed_at for now in (end - second, end)] == [gone_at, end]
    assert ids("id=soon&cancelled=hide", gone_at, edition) == []
