"""A new tz database: every moment it moves is told once, and its record has a new revision."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.datephrases import parse_recurrence
from calendar_service.records.derived_instants import derive_instants
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.record import Milestone, OccurrenceChange, Session, TimeSpan
from calendar_service.records.times import CivilTime
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import reading, writing
from calendar_service.store.publication import (
    TZ_DATABASE,
    PublishOutcome,
    PublishResult,
    follow_tz_database,
    publish_draft,
)
from calendar_service.store.tables import editions, revisions
from tests.support.drafts import CALENDAR, NOON, ZONE, draft, event, tender, webinar

LATER = NOON + timedelta(days=1)
NEW = "2099a"
BECAUSE = f"because the clocks of Europe/Paris have new rules (tz database {TZ_DATABASE} -> {NEW})"
HOUR = timedelta(hours=1)


def kept(database, name, number=1):
    row = (revisions.c.record_id == name, revisions.c.number == number)
    with reading(database) as connection:
        return connection.scalars(select(revisions.c.instants).where(*row)).one()


def keep(database, name, instants, number=1):
    row = (revisions.c.record_id == name, revisions.c.number == number)
    with writing(database) as connection:
        connection.execute(update(revisions).where(*row).values(instants=instants))


def alter(database, name, by=HOUR, only=None, number=1):
    """Have it look as if other rules had held when the record was published."""
    altered = [
        [moment, day, (datetime.fromisoformat(at) + by).isoformat() if only in {None, moment} else at]
        for moment, day, at in kept(database, name, number)
    ]
    keep(database, name, altered, number)


def states(edition):
    return {
        name: (entry.revision.number, entry.revision.sequence, entry.revision.changed_at)
        for name, entry in edition.entries.items()
    }


def versions(database):
    with reading(database) as connection:
        return connection.scalars(select(editions.c.tz_database).order_by(editions.c.number)).all()


def weekly(name="weekly", **more):
    one = webinar(name)
    return replace(one, schedule=replace(one.schedule, rule=parse_recurrence("every week"), **more))


def test_the_instants_are_kept_with_each_revision(database):
    opens = CivilTime(date(2026, 5, 1), time(8), "UTC+09:00")
    session = Session("opening", {}, TimeSpan(CivilTime(date(2026, 6, 1), time(10), ZONE)), "10.00")
    publish_draft(
        database,
        draft(webinar(sessions=(session,)), tender(milestones={MomentName.OPENS: Milestone(opens, "8.00")}), event()),
        NOON,
    )
    assert kept(database, "webinar") == [
        ["starts", None, "2026-06-01T08:00:00Z"],
        ["ends", None, "2026-06-01T16:00:00Z"],
        ["session opening starts", None, "2026-06-01T08:00:00Z"],
    ]
    assert kept(database, "tender") == [
        ["closes", None, "2026-07-10T21:59:59Z"],
        ["opens", None, "2026-04-30T23:00:00Z"],
    ]
    assert kept(database, "event") == []  # a whole day has no instant


def test_the_occurrences_of_two_years_are_kept(database):
    moved = TimeSpan(CivilTime(date(2026, 6, 16), time(9), ZONE))
    series = weekly(
        excepted=(date(2026, 6, 8),),
        changes=(OccurrenceChange(date(2026, 6, 15), moved, ""), OccurrenceChange(date(2026, 6, 22), None)),
    )
    publish_draft(database, draft(series), NOON)
    instants = kept(database, "weekly")
    assert instants[:5] == [
        ["starts", "2026-06-01", "2026-06-01T08:00:00Z"],
        ["ends", "2026-06-01", "2026-06-01T16:00:00Z"],
        ["starts", "2026-06-15", "2026-06-16T07:00:00Z"],
        ["starts", "2026-06-29", "2026-06-29T08:00:00Z"],
        ["ends", "2026-06-29", "2026-06-29T16:00:00Z"],
    ]
    assert instants[-1] == ["ends", "2028-02-28", "2028-02-28T17:00:00Z"]


def test_a_moved_moment_is_told_once_and_makes_a_revision(database):
    first = publish_draft(database, draft(webinar(), tender()), NOON).edition
    alter(database, "webinar", only="starts")
    written = draft(webinar(), tender())
    done = publish_draft(database, written, LATER, tz_database=NEW)
    moved = f"webinar: starts moves from 2026-06-01T09:00Z to 2026-06-01T08:00Z, {BECAUSE}"
    assert (done.outcome, done.changed, done.reasons, done.moved) == (
        PublishOutcome.PUBLISHED,
        ["webinar"],
        [],
        [moved],
    )
    assert states(done.edition) == {"tender": (1, 0, NOON), "webinar": (2, 1, LATER)}
    assert done.edition.entries["webinar"].record == first.entries["webinar"].record
    assert (done.edition.number, done.edition.calendar) == (2, CALENDAR)
    assert load_edition(database) == load_edition(database, first) == done.edition
    assert kept(database, "webinar", number=2)[0] == ["starts", None, "2026-06-01T08:00:00Z"]
    assert versions(database) == [TZ_DATABASE, NEW]
    again = publish_draft(database, written, LATER, tz_database=NEW, known=first)
    assert again == PublishResult(PublishOutcome.UNCHANGED, done.edition)


def test_nothing_is_compared_under_the_same_database(database):
    first = publish_draft(database, draft(webinar()), NOON).edition
    alter(database, "webinar")
    assert publish_draft(database, draft(webinar()), LATER) == PublishResult(PublishOutcome.UNCHANGED, first)


def test_a_database_that_moves_nothing_is_noted_in_an_edition(database):
    publish_draft(database, draft(webinar()), NOON)
    done = publish_draft(database, draft(webinar()), LATER, tz_database=NEW)
    assert (done.outcome, done.changed, done.moved) == (PublishOutcome.PUBLISHED, [], [])
    assert (states(done.edition), versions(database)) == ({"webinar": (1, 0, NOON)}, [TZ_DATABASE, NEW])
    assert publish_draft(database, draft(webinar()), LATER, tz_database=NEW).outcome is PublishOutcome.UNCHANGED


def test_the_end_of_a_day_is_told_to_the_second(database):
    publish_draft(database, draft(tender()), NOON)
    alter(database, "tender")
    done = publish_draft(database, draft(tender()), LATER, tz_database=NEW)
    assert done.moved == [f"tender: closes moves from 2026-07-10T22:59:59Z to 2026-07-10T21:59:59Z, {BECAUSE}"]
    assert done.edition.entries["tender"].moves == ()  # nobody extended it


def test_the_occurrences_of_a_series_are_told_in_one_sentence(database):
    publish_draft(database, draft(weekly()), NOON)
    alter(database, "weekly", only="starts", by=-HOUR)
    done = publish_draft(database, draft(weekly()), datetime(2026, 6, 10, tzinfo=UTC), tz_database=NEW)
    assert done.moved == [
        f"weekly: starts of 2026-06-15 moves from 2026-06-15T07:00Z to 2026-06-15T08:00Z, and 89 later ones too, {BECAUSE}"
    ]
    assert states(done.edition)["weekly"][:2] == (2, 1)


def test_a_session_ahead_is_told(database):
    session = Session("opening", {}, TimeSpan(CivilTime(date(2026, 6, 1), time(10), ZONE)), "10.00")
    written = draft(event(sessions=(session,)))
    publish_draft(database, written, NOON)
    alter(database, "event")
    done = publish_draft(database, written, LATER, tz_database=NEW)
    assert done.moved == [f"event: session opening starts moves from 2026-06-01T09:00Z to 2026-06-01T08:00Z, {BECAUSE}"]


@pytest.mark.parametrize(
    ("now", "is_mailed"),
    [("2026-06-01T08:59:59Z", True), ("2026-06-01T09:00:00Z", False), ("2027-01-01T00:00:00Z", False)],
    ids=["ahead", "now", "past"],
)
def test_what_was_still_ahead_is_told(database, now, is_mailed):
    publish_draft(database, draft(webinar()), NOON)
    alter(database, "webinar", only="starts")
    done = publish_draft(database, draft(webinar()), datetime.fromisoformat(now), tz_database=NEW)
    assert (done.changed, len(done.moved)) == ((["webinar"], 1) if is_mailed else ([], 0))
    assert (kept(database, "webinar")[0][2] == "2026-06-01T08:00:00Z") is not is_mailed  # a past one is put right


def test_cancelled_is_told_and_withdrawn_is_not(database):
    gone, off = webinar("gone"), webinar("off", status=Status.CANCELLED)
    publish_draft(database, draft(gone, off), NOON)
    publish_draft(database, draft(off), NOON)
    for name, number in (("gone", 1), ("gone", 2), ("off", 1)):
        alter(database, name, number=number)
    done = publish_draft(database, draft(off), LATER, tz_database=NEW)
    assert (done.outcome, done.changed, len(done.moved)) == (PublishOutcome.PUBLISHED, ["off"], 2)
    assert done.edition.entries["gone"].revision.withdrawn


def test_a_file_that_says_something_new_makes_its_own_edition_after(database):
    publish_draft(database, draft(webinar(), tender()), NOON)
    alter(database, "webinar", only="starts")
    written = draft(webinar(clock=time(11)), tender(title="Renamed"))
    done = publish_draft(database, written, LATER, tz_database=NEW)
    assert (done.edition.number, done.changed, len(done.moved)) == (3, ["tender", "webinar"], 1)
    assert states(done.edition) == {"tender": (2, 0, LATER), "webinar": (3, 2, LATER)}
    assert load_edition(database) == done.edition


def test_what_the_file_says_may_be_held_while_the_clocks_are_followed(database):
    publish_draft(database, draft(webinar(), tender()), NOON)
    alter(database, "webinar", only="starts")
    earlier = draft(webinar(), tender(closes=date(2026, 7, 1)))
    done = publish_draft(database, earlier, LATER, tz_database=NEW)
    assert (done.outcome, len(done.reasons), done.changed, len(done.moved)) == (PublishOutcome.HELD, 1, ["webinar"], 1)
    assert load_edition(database) == done.edition
    assert states(done.edition) == {"tender": (1, 0, NOON), "webinar": (2, 1, LATER)}
    again = publish_draft(database, earlier, LATER, tz_database=NEW)
    assert (again.outcome, again.changed, again.moved) == (PublishOutcome.HELD, [], [])


def test_a_moment_moved_into_the_past_is_not_held(database):
    publish_draft(database, draft(webinar()), NOON)
    alter(database, "webinar", only="starts")
    now = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
    assert publish_draft(database, draft(webinar()), now, tz_database=NEW).outcome is PublishOutcome.PUBLISHED


def test_the_clocks_are_followed_without_a_file(database):
    assert follow_tz_database(database, NOON, tz_database=NEW) == PublishResult(PublishOutcome.UNCHANGED, None)
    first = publish_draft(database, draft(webinar()), NOON).edition
    assert follow_tz_database(database, LATER) == PublishResult(PublishOutcome.UNCHANGED, first)
    alter(database, "webinar", only="starts")
    done = follow_tz_database(database, LATER.replace(microsecond=5), tz_database=NEW, known=first)
    assert (done.outcome, done.changed, len(done.moved)) == (PublishOutcome.PUBLISHED, ["webinar"], 1)
    assert load_edition(database) == done.edition


def test_a_machine_that_lags_behind_moves_nothing_back(database):
    publish_draft(database, draft(webinar(), tender()), NOON, tz_database=NEW)
    alter(database, "webinar")
    done = publish_draft(database, draft(webinar(), tender()), LATER)
    assert (done.outcome, done.moved, done.newer_tz_database) == (PublishOutcome.UNCHANGED, [], NEW)
    # What it publishes itself is looked at again by the machine that is ahead.
    publish_draft(database, draft(webinar(), tender(closes=date(2026, 8, 1))), LATER)
    assert versions(database) == [NEW, TZ_DATABASE]
    alter(database, "tender", number=2)
    assert publish_draft(
        database, draft(webinar(), tender(closes=date(2026, 8, 1))), LATER, tz_database=NEW
    ).changed == [
        "tender",
        "webinar",
    ]


def test_rows_without_instants_get_them(database):
    publish_draft(database, draft(webinar(), tender()), NOON)
    expected = kept(database, "webinar")
    keep(database, "webinar", None)
    assert publish_draft(database, draft(webinar(), tender()), LATER).outcome is PublishOutcome.UNCHANGED
    assert kept(database, "webinar") == expected
    keep(database, "webinar", None)
    done = publish_draft(database, draft(webinar(), tender()), LATER, tz_database=NEW)
    assert (done.changed, done.moved, kept(database, "webinar")) == ([], [], expected)


def test_a_series_that_nobody_touches_is_kept_two_years_ahead_of_each_database(database):
    publish_draft(database, draft(weekly()), NOON)
    in_three_years = NOON + timedelta(days=1100)
    publish_draft(database, draft(weekly()), in_three_years, tz_database="2098a")
    assert newest_number(database) == 2
    alter(database, "weekly", only="starts")
    done = publish_draft(database, draft(weekly()), in_three_years, tz_database=NEW)
    assert done.moved[0].startswith(
        "weekly: starts of 2029-03-12 moves from 2029-03-12T10:00Z to 2029-03-12T09:00Z, and"
    )


def test_a_clock_set_back_does_not_set_last_modified_back(database):
    publish_draft(database, draft(webinar()), LATER)
    alter(database, "webinar")
    done = publish_draft(database, draft(webinar()), NOON, tz_database=NEW)
    assert states(done.edition) == {"webinar": (2, 1, LATER)}
    assert done.edition.published_at == LATER


def test_a_cancelled_occurrence_has_no_instant():
    series = weekly(changes=(OccurrenceChange(date(2026, 6, 8), None),))
    days = [each.key[1] for each in derive_instants(series, NOON)]
    assert date(2026, 6, 1) in days
    assert date(2026, 6, 8) not in days
