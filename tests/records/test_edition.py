"""The guard: which changes a person is asked about before they are published, and in which words."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendar_service.datephrases import parse_recurrence
from calendar_service.records.edition import (
    Draft,
    advance,
    compare_with_draft,
    is_coming,
)
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.record import Calendar, Milestone, OccurrenceChange, Record, Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay

ZONE = "Europe/Paris"
CALENDAR = Calendar(id="example.org", name={}, zone=ZONE, languages=("en",))
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
STAMP = NOW + timedelta(hours=1)


def on(month, day, clock=None, year=2026):
    return EndOfDay(date(year, month, day), ZONE) if clock is None else CivilTime(date(year, month, day), clock, ZONE)


def words(at):
    return f"{at.day:%-d %B %Y}" + (f", {at.clock:%H:%M}" if isinstance(at, CivilTime) else "")


def record(name="it", status=Status.CONFIRMED, schedule=None, **milestones):
    milestones = {MomentName(key): Milestone(at, words(at)) for key, at in milestones.items()}
    kind = Kind.EVENT if schedule else Kind.TENDER
    return Record(id=name, kind=kind, title={}, status=status, schedule=schedule, milestones=milestones)


def event(first, last=None, rule=None, name="it", changes=(), **more):
    said = f"{first:%-d %B %Y}" if last is None else f"{first:%-d %B %Y} to {last:%-d %B %Y}"
    return record(
        name,
        schedule=Schedule(DaySpan(first, last or first), said, rule and parse_recurrence(rule), (), changes),
        **more,
    )


def hours(day, starts, ends):
    span = TimeSpan(CivilTime(day, time(starts), ZONE), CivilTime(day, time(ends), ZONE))
    return record(schedule=Schedule(span, f"{day:%-d %B}, {starts}.00-{ends}.00"))


def doubts(before, after, now=NOW, calendar=CALENDAR):
    first = compare_with_draft(None, Draft(CALENDAR, tuple(before)), now, STAMP)
    last = advance(None, 1, STAMP, CALENDAR, first.revisions)
    return compare_with_draft(last, Draft(calendar, tuple(after)), now, STAMP).doubts


JULY, AUGUST = on(7, 10), on(8, 10)
PASSED = on(6, 1)
SERIES = event(date(2026, 1, 6), rule="every week")

ONE_RECORD = [
    ("later deadline", record(closes=JULY), record(closes=AUGUST), None),
    (
        "earlier deadline",
        record(closes=AUGUST),
        record(closes=JULY),
        "closes moves from '10 August 2026' to '10 July 2026', which is earlier",
    ),
    (
        "earlier by hours",
        record(closes=JULY),
        record(closes=on(7, 10, time(17))),
        "closes moves from '10 July 2026' to '10 July 2026, 17:00', which is earlier",
    ),
    ("the same in other words", record(closes=on(7, 10, time(23, 59, 59))), record(closes=JULY), None),
    (
        "deadline into the past",
        record(closes=JULY),
        record(closes=PASSED),
        "closes moves from '10 July 2026' to '1 June 2026', which is past",
    ),
    (
        "deadline into the wrong year",
        record(closes=JULY),
        record(closes=on(7, 10, year=2025)),
        "closes moves from '10 July 2026' to '10 July 2025', which is past",
    ),
    (
        "past deadline earlier",
        record(closes=PASSED),
        record(closes=on(5, 30)),
        "closes moves from '1 June 2026' to '30 May 2026', which is earlier",
    ),
    ("past deadline to the future", record(closes=PASSED), record(closes=JULY), None),
    (
        "deadline that is kept until this second",
        record(closes=on(6, 15, time(14))),
        record(closes=on(6, 15, time(13, 59))),
        "closes moves from '15 June 2026, 14:00' to '15 June 2026, 13:59', which is past",
    ),
    (
        "questions earlier",
        record(closes=AUGUST, questions_by=JULY),
        record(closes=AUGUST, questions_by=on(7, 9)),
        "questions_by moves from '10 July 2026' to '9 July 2026', which is earlier",
    ),
    (
        "registration earlier",
        event(date(2026, 9, 1), registration_closes=AUGUST),
        event(date(2026, 9, 1), registration_closes=JULY),
        "registration_closes moves from '10 August 2026' to '10 July 2026', which is earlier",
    ),
    ("opening earlier", record(opens=AUGUST, closes=on(9, 1)), record(opens=JULY, closes=on(9, 1)), None),
    (
        "award into the past",
        record(award_expected=JULY),
        record(award_expected=PASSED),
        "award_expected moves from '10 July 2026' to '1 June 2026', which is past",
    ),
    (
        "deadline taken away",
        record(closes=AUGUST, questions_by=JULY),
        record(closes=AUGUST),
        "questions_by '10 July 2026' is taken away, which was still ahead",
    ),
    ("past deadline taken away", record(closes=AUGUST, questions_by=PASSED), record(closes=AUGUST), None),
    ("award taken away", record(closes=AUGUST, award_expected=on(9, 1)), record(closes=AUGUST), None),
    ("new deadline in the past", record(closes=JULY), record(closes=JULY, questions_by=PASSED), None),
    ("cancelled with its deadline", record(closes=JULY), record(closes=PASSED, status=Status.CANCELLED), None),
    ("event earlier", event(date(2026, 9, 1)), event(date(2026, 8, 1)), None),
    (
        "event into the past",
        event(date(2026, 9, 1)),
        event(date(2026, 6, 1)),
        "starts moves from '1 September 2026' to '1 June 2026', which is past",
    ),
    ("event that ends today", event(date(2026, 9, 1)), event(date(2026, 6, 15)), None),
    (
        "start of what goes on",
        event(date(2026, 6, 1), date(2026, 7, 1)),
        event(date(2026, 5, 1), date(2026, 7, 1)),
        None,
    ),
    (
        "end of what goes on into the past",
        event(date(2026, 6, 1), date(2026, 7, 1)),
        event(date(2026, 6, 1), date(2026, 6, 14)),
        "ends moves from '1 June 2026 to 1 July 2026' to '1 June 2026 to 14 June 2026', which is past",
    ),
    (
        "hours into the past",
        hours(date(2026, 6, 15), 15, 18),
        hours(date(2026, 6, 15), 13, 18),
        "starts moves from '15 June, 15.00-18.00' to '15 June, 13.00-18.00', which is past",
    ),
    ("series moved to another weekday", SERIES, event(date(2026, 1, 7), rule="every week"), None),
    (
        "series that would be over",
        SERIES,
        event(date(2026, 1, 6), rule="every week until 1 June 2026"),
        "it was still to come and would be past",
    ),
    ("series that becomes one past day", SERIES, event(date(2026, 1, 6)), "it was still to come and would be past"),
    ("series that becomes one day ahead", SERIES, event(date(2026, 7, 7)), None),
    (
        "occurrence into the past",
        SERIES,
        event(
            date(2026, 1, 6),
            rule="every week",
            changes=(OccurrenceChange(date(2026, 7, 7), DaySpan(date(2025, 7, 8), date(2025, 7, 8)), "8 July 2025"),),
        ),
        "the occurrence of 2026-07-07 moves to '8 July 2025', which is past",
    ),
    (
        "occurrence moved or cancelled",
        SERIES,
        event(
            date(2026, 1, 6),
            rule="every week",
            changes=(
                OccurrenceChange(date(2026, 7, 7), DaySpan(date(2026, 7, 8), date(2026, 7, 8)), "8 July 2026"),
                OccurrenceChange(date(2026, 7, 14), None),
            ),
        ),
        None,
    ),
    (
        "first day of a series ahead into the past",
        event(date(2026, 9, 1), rule="every year"),
        event(date(2025, 9, 1), rule="every year"),
        "starts moves from '1 September 2026' to '1 September 2025', which is past",
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "reason"), [row[1:] for row in ONE_RECORD], ids=[row[0] for row in ONE_RECORD]
)
def test_a_change_of_one_record(before, after, reason):
    assert doubts(
        [before, event(date(2026, 12, 1), name="other")], [after, event(date(2026, 12, 1), name="other")]
    ) == ([f"it: {reason}"] if reason else [])


def many(count, first=1, month=9):
    return [event(date(2026, month, n), name=f"e{n:02}") for n in range(first, first + count)]


OVER = many(9, first=11, month=5)
CALLED_OFF = [replace(each, status=Status.CANCELLED) for each in many(3)]

WITHDRAWALS = [
    ("one of one", many(1), [], None),
    ("one of many", many(9), many(8), None),
    ("two of nine", many(9), many(7), None),
    ("two of five", many(5), many(3), None),
    ("two of four", many(4), many(2), "it withdraws 2 of 4 coming records: e03, e04"),
    ("both", many(2), [], "it withdraws 2 of 2 coming records: e01, e02"),
    ("three of twenty", many(20), many(17), "it withdraws 3 of 20 coming records: e18, e19, e20"),
    ("nine that are over", OVER + many(9), many(9), None),
    ("two of two beside nine that are over", OVER + many(2), OVER, "it withdraws 2 of 2 coming records: e01, e02"),
    ("three that were called off", CALLED_OFF, [], None),
    (
        "two of three, and one called off before",
        [*CALLED_OFF[:1], *many(3, first=2)],
        many(1, first=4),
        "it withdraws 2 of 3 coming records: e02, e03",
    ),
    (
        "series and tender",
        [SERIES, record("call", closes=JULY)],
        [],
        "it withdraws 2 of 2 coming records: call, it",
    ),
    ("renamed records", many(9), many(6) + many(3, first=21), "it withdraws 3 of 9 coming records: e07, e08, e09"),
]


@pytest.mark.parametrize(
    ("before", "after", "reason"), [row[1:] for row in WITHDRAWALS], ids=[row[0] for row in WITHDRAWALS]
)
def test_withdrawals(before, after, reason):
    assert doubts(before, after) == ([reason] if reason else [])


def test_all_doubts_are_said_at_once_in_order_of_record():
    before = [*many(4), record("b", closes=AUGUST), record("a", closes=AUGUST)]
    after = [record("b", closes=JULY), record("a", closes=JULY)]
    moved = "closes moves from '10 August 2026' to '10 July 2026', which is earlier"
    assert doubts(before, after) == [
        "it withdraws 4 of 6 coming records: e01, e02, e03, e04",
        f"a: {moved}",
        f"b: {moved}",
    ]


def test_another_id_of_the_calendar_would_renew_every_uid():
    renamed = replace(CALENDAR, id="example.com")
    assert doubts(many(1), many(1), calendar=renamed) == [
        "it renames the calendar from 'example.org' to 'example.com', and so every UID"
    ]
    assert doubts(many(1), many(1), calendar=replace(CALENDAR, name={"en": "Renamed"})) == []


def test_the_first_edition_is_never_held():
    first = compare_with_draft(None, Draft(CALENDAR, tuple(OVER)), NOW, STAMP)
    assert (first.doubts, [each.record for each in first.revisions]) == ([], OVER)


@pytest.mark.parametrize(
    ("what", "now", "coming"),
    [
        (event(date(2026, 6, 15)), datetime(2026, 6, 15, 22, tzinfo=UTC), True),
        (event(date(2026, 6, 15)), datetime(2026, 6, 15, 22, 0, 1, tzinfo=UTC), False),
        (record(closes=PASSED, award_expected=JULY), NOW, True),
        (event(date(2020, 2, 29), rule="every year"), NOW, True),
        (event(date(2020, 1, 1), rule="FREQ=YEARLY;INTERVAL=5"), datetime(2026, 1, 2, tzinfo=UTC), True),
        (event(date(2020, 1, 1), rule="every year, 3 times"), NOW, False),
    ],
    ids=["until midnight", "past midnight", "award after closing", "29 February", "every five years", "ended series"],
)
def test_what_is_coming(what, now, coming):
    assert is_coming(what, ZONE, now) is coming


JULY_4, JULY_5, JULY_6 = (date(2026, 7, day) for day in (4, 5, 6))


def grown(*states):
    """The entry of a record after each of its states was published."""
    edition = None
    for state in states:
        compared = compare_with_draft(edition, Draft(CALENDAR, (state,)), NOW, STAMP)
        edition = advance(edition, 1, STAMP, CALENDAR, compared.revisions)
    return edition.entries["it"]


PLANNED = [
    ("never moved", [event(JULY_4)], None),
    ("moved", [event(JULY_4), event(JULY_5)], JULY_4),
    ("moved twice", [event(JULY_4), event(JULY_5), event(JULY_6)], JULY_4),
    ("moved and back", [event(JULY_4), event(JULY_5), event(JULY_4)], None),
    ("moved, then made longer", [event(JULY_4), event(JULY_5), event(JULY_5, JULY_6)], JULY_4),
    ("made longer", [event(JULY_4), event(JULY_4, JULY_5)], None),
    ("given its hours", [event(JULY_4), hours(JULY_4, 10, 11)], None),
    ("moved by an hour", [hours(JULY_4, 10, 11), hours(JULY_4, 11, 12)], JULY_4),
    (
        "postponed, then given another day",
        [event(JULY_4), event(JULY_4, status=Status.POSTPONED), event(JULY_6)],
        JULY_4,
    ),
    ("made a series", [event(JULY_4), event(JULY_5, rule="every week")], None),
    ("a tender", [record(closes=JULY), record(closes=AUGUST)], None),
]


@pytest.mark.parametrize(("states", "day"), [row[1:] for row in PLANNED], ids=[row[0] for row in PLANNED])
def test_when_a_record_was_first_to_begin_is_kept(states, day):
    found = grown(*states).planned_before
    first = found and (found.first if isinstance(found, DaySpan) else found.starts.day)
    assert first == day


def noted(what, note="Annex 3 was wrong."):
    return replace(what, note_of_change={"en": note})


def titled(what):
    return replace(what, title={"en": "Renamed"})


DAY, CANCELLED, BEFORE, AFTER = (
    event(JULY_4),
    event(JULY_4, status=Status.CANCELLED),
    record(closes=JULY),
    record(closes=AUGUST),
)
CORRIGENDA = {
    "none": ([DAY, titled(DAY)], False),
    "there from the first": ([noted(DAY), titled(noted(DAY))], False),
    "added": ([DAY, noted(DAY)], True),
    "changed": ([noted(DAY), noted(DAY, "Annex 4 was wrong.")], True),
    "added, then renamed": ([DAY, noted(DAY), titled(noted(DAY))], True),
    "taken out": ([DAY, noted(DAY), DAY], False),
    "added to a tender": ([BEFORE, noted(BEFORE)], True),
    "of a move": ([DAY, noted(event(JULY_5))], False),
    "of a move and back": ([DAY, noted(event(JULY_5)), noted(DAY)], False),
    "of a moved deadline": ([BEFORE, noted(AFTER)], False),
    "then a moved deadline": ([BEFORE, noted(BEFORE), noted(AFTER)], False),
    "after a moved deadline": ([BEFORE, noted(AFTER), noted(AFTER, "Annex 4 was wrong.")], True),
    "of what was cancelled": ([DAY, noted(CANCELLED)], False),
    "of what was cancelled, and is not": ([DAY, noted(CANCELLED), noted(DAY)], False),
    "of a return": ([noted(CANCELLED), noted(DAY, "A room was found.")], True),
}


@pytest.mark.parametrize(("states", "has_corrigendum"), CORRIGENDA.values(), ids=CORRIGENDA)
def test_a_note_that_explains_nothing_else_is_a_corrigendum(states, has_corrigendum):
    assert grown(*states).has_corrigendum is has_corrigendum
