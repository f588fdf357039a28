"""The first publication after a time without a zone came to be in the record's own, over a database of before that."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import update

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.enums import MomentName
from calendar_service.records.rereading import READING
from calendar_service.records.times import CivilTime, EndOfDay
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.service import ReminderService
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.migrate import run_migrations
from calendar_service.store.publication import PublishOutcome, follow_tz_database, publish_draft
from calendar_service.store.revisions import load_change
from calendar_service.store.tables import editions
from tests.support.old_databases import DUMPS, load_old_database
from tests.support.reminders import BASE, HOUR, KEYS, SENDER, Clock, outbox, utc

FILE = (DUMPS / "0.2.0.yaml").read_text(encoding="utf-8")
NOW = utc("2027-01-16 12:00")
MOVED_BY_READING = ["academy", "bridge", "office-hours", "roads"]


def drafted(*replacements):
    text = FILE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    found = read_calendar(text.encode(), "f")
    assert found.errors == []
    return found.draft


@pytest.fixture
def old(empty_database_url, tmp_path):
    engine = load_old_database("0.2.0", empty_database_url, tmp_path)
    run_migrations(engine)
    yield engine
    engine.dispose()


def publish(database, *replacements, now=NOW, confirmed=True):
    return publish_draft(database, drafted(*replacements), now, confirmed=confirmed)


def closes(edition, name):
    return edition.entries[name].record.milestones[MomentName.CLOSES].at


def moves(edition):
    return {
        name: [(each.moment.value, each.new.words) for each in entry.moves]
        for name, entry in edition.entries.items()
        if entry.moves
    }


HISTORY = {"roads": [("closes", "29 January 2027, 18:00")]}


def test_old_editions_load_as_they_were(old):
    edition = load_edition(old)
    assert (edition.number, edition.reading) == (2, 1)
    assert closes(edition, "roads") == CivilTime(date(2027, 1, 29), time(18), "Europe/Paris")
    assert closes(edition, "labelled") == CivilTime(date(2027, 1, 29), time(18), "Asia/Seoul")
    assert moves(edition) == HISTORY
    assert not any(entry.revision.is_reread for entry in edition.entries.values())


HELD = [
    (
        *("academy", "starts", "2027-01-29T09:00 - 2027-01-30T17:00"),
        *("09:00 CET in Paris (2027-01-29T08:00Z)", "09:00 EET in Nicosia (2027-01-29T07:00Z)", ", and 4 more times"),
    ),
    (
        *("bridge", "questions_by", "20 January 2027, 12:00"),
        *("12:00 CET in Paris (2027-01-20T11:00Z)", "12:00 KST in Seoul (2027-01-20T03:00Z)", ", and 1 more time"),
    ),
    (
        *("office-hours", "starts", "13 January 2027 at 9.00-10.00"),
        *("09:00 CET in Paris (2027-01-13T08:00Z)", "09:00 EST in New York (2027-01-13T14:00Z)", ", and 3 more times"),
    ),
    (
        *("roads", "questions_by", "21 January 2027"),
        *("23:59 CET in Paris (2027-01-21T22:59Z)", "23:59 KST in Seoul (2027-01-21T14:59Z)", ", and 1 more time"),
    ),
]


def test_the_file_is_held_and_each_record_named(old):
    result = publish(old, confirmed=False)
    assert result.outcome is PublishOutcome.HELD
    assert load_edition(old).number == 2
    assert result.reasons == [
        f"{name}: {moment} {words!r} was published as {was}, and is read as {now} now{more}, because a time without a zone"
        " is in the record's `timezone`. Confirm it, or write the zone beside the time: Europe/Paris"
        for name, moment, words, was, now, more in HELD
    ]


def test_a_file_without_a_moved_instant_is_not_held(old):
    labelled = [(words, f"{words} CET") for words in ("29 January 2027, 18:00\n", "20 January 2027, 12:00\n")]
    labelled = [(words, f"{words[:-1]} CET\n") for words, _ in labelled]
    labelled += [
        ("5 February 2027, 12:00", "5 February 2027, 12:00 CET"),
        ("21 January 2027\n", "21 January 2027, CET\n"),
    ]
    labelled += [
        ("at 9.00-10.00", "at 9.00-10.00 CET"),
        ("T09:00", "T09:00 CET"),
        ("25 January 2027", "'25 January 2027, CET'"),
    ]
    labelled += [("at 9.00-9.30", "at 9.00-9.30 CET")]
    result = publish(old, *labelled, confirmed=False)
    assert (result.outcome, result.reasons) == (PublishOutcome.PUBLISHED, [])
    assert moves(result.edition) == HISTORY


def test_confirmed_it_is_no_move_and_armed_as_before(old):
    before = load_edition(old)
    result = publish(old)
    assert result.outcome is PublishOutcome.PUBLISHED
    assert result.changed == sorted([*MOVED_BY_READING, "same-clock"])
    edition = load_edition(old)
    assert edition == result.edition
    assert edition.reading == READING
    assert closes(edition, "roads") == CivilTime(date(2027, 1, 29), time(18), "Asia/Seoul")
    assert edition.entries["roads"].record.milestones[MomentName.QUESTIONS_BY].at == EndOfDay(
        date(2027, 1, 21), "Asia/Seoul"
    )
    assert moves(edition) == HISTORY
    assert [entry.planned_before for entry in edition.entries.values()] == [None] * 8
    assert [entry.armed for entry in edition.entries.values()] == [entry.armed for entry in before.entries.values()]
    assert edition.entries["roads"].revision.sequence == before.entries["roads"].revision.sequence + 1
    assert publish(old, confirmed=False).outcome is PublishOutcome.UNCHANGED


def test_calendar_clients_are_told_and_people_are_not(old):
    publish(old)
    before = outbox(old)
    Planner(old).fan_out(load_edition(old), NOW)
    added = outbox(old)[len(before) :]
    assert added == []


def test_reminders_that_were_sent_count_as_sent(old, tmp_path):
    """Up to the end nobody gets a lead twice; what was due by the new reading and not sent goes at once."""
    publish(old)
    sent_before = outbox(old)
    clock = Clock(NOW)
    service = ReminderService(old, KEYS, BASE, MailSettings("", tmp_path, SENDER), clock)
    for hour in range(0, 24 * 30, 8):
        clock.now = datetime(2027, 1, 16, 12, tzinfo=UTC) + hour * HOUR
        service.schedule_due()
        service.send(threading.Event())
    service.close(patience=30)
    rows = [row for row in outbox(old, "occasion_id") if row[1] == "reminder"]
    sent = [(who, record, moment, lead) for who, _, record, moment, lead, state, _ in rows if state == "sent"]
    once = [each for each in sent if each[1] != "office-hours"]
    assert sorted(set(once)) == sorted(once)
    assert ("ann", "roads", "closes", "14 days") in once
    assert ("ann", "roads", "closes", "1 day") in once
    assert outbox(old)[: len(sent_before)] == sent_before
    with reading(old) as connection:
        of_hours = connection.exec_driver_sql(
            "SELECT occurrence, lead, count(*) FROM deliveries JOIN occasions ON occasions.id = occasion_id"
            " WHERE record_id = 'office-hours' GROUP BY occurrence, lead"
        ).all()
    assert {tuple(row) for row in of_hours} >= {("2027-01-20", "14 days", 1), ("2027-01-27", "14 days", 1)}
    assert {count for _, _, count in of_hours} == {1}


REAL = [("closes: 5 February 2027, 12:00", "closes: 8 February 2027, 12:00")]


def test_what_really_moves_in_the_same_file_is_told_and_recorded(old):
    assert publish(old, *REAL, confirmed=False).outcome is PublishOutcome.HELD
    edition = publish(old, *REAL).edition
    assert moves(edition) == HISTORY | {"bridge": [("closes", "8 February 2027, 12:00")]}
    assert moves(load_edition(old)) == moves(edition)
    move = edition.entries["bridge"].moves[0]
    assert move.old.at == CivilTime(date(2027, 2, 5), time(12), "Europe/Paris")
    armed = edition.entries["bridge"].armed
    assert (armed[MomentName.QUESTIONS_BY].edition, armed[MomentName.CLOSES].edition) == (1, 3)
    before = outbox(old)
    Planner(old).fan_out(load_edition(old), NOW)
    told = [row[:5] for row in outbox(old)[len(before) :]]
    assert told == [("ann", "notice", "bridge", "changed", ""), ("kim", "notice", "bridge", "changed", "")]


def test_a_zone_that_comes_in_the_same_file_is_a_real_change(old):
    added = [("title: At the seat\n", "title: At the seat\n    timezone: Asia/Tokyo\n")]
    edition = publish(old, *added).edition
    assert not edition.entries["seat"].revision.is_reread
    with reading(old) as connection:
        before, after = load_change(connection, "seat", 2)
    assert before.record.schedule.span.starts.zone == "Europe/Paris"
    assert after.record.schedule.span.starts.zone == "Asia/Tokyo"


def test_a_new_tz_database_keeps_the_reading_of_what_it_follows(old):
    result = follow_tz_database(old, NOW, tz_database="2099a")
    assert (result.edition.number, result.edition.reading) == (3, 1)
    assert load_edition(old).reading == 1
    held = publish_draft(old, drafted(), NOW, tz_database="2099a")
    assert held.outcome is PublishOutcome.HELD
    edition = publish_draft(old, drafted(), NOW, confirmed=True, tz_database="2099a").edition
    assert moves(edition) == HISTORY


def test_a_file_that_means_the_same_is_noted_as_read_anew(database):
    """So that a zone which is added later is told, even where the country implied it before."""
    first, with_zone = one_tender("place: {country: KR}"), one_tender("place: {country: KR}, timezone: Asia/Seoul")
    edition = publish_draft(database, first, NOW).edition
    make_old(database, edition)
    assert load_edition(database, replace(edition, reading=1)).reading == 1
    assert publish_draft(database, first, NOW).edition.reading == READING
    assert load_edition(database, replace(edition, reading=1)).reading == READING
    later = publish_draft(database, with_zone, NOW, confirmed=True).edition
    assert len(later.entries["a"].moves) == 1
    assert not later.entries["a"].revision.is_reread


def make_old(database, edition):
    with writing(database) as connection:
        connection.execute(update(editions).where(editions.c.number == edition.number).values(reading=1))


def one_tender(more, zone="Europe/Paris"):
    head = f"calendar: {{id: a.example, name: A, timezone: {zone}, languages: [en]}}\nrecords:\n"
    record = f"  - {{id: a, kind: tender, title: T, closes: '29 January 2027, 18:00', {more}}}\n"
    return read_calendar((head + record).encode(), "f").draft


def test_editions_of_today_are_compared_as_ever(database):
    """A calendar that moves to another zone moves its times: that is a change, and told."""
    for zone in ("Europe/Paris", "Asia/Seoul"):
        edition = publish_draft(database, one_tender("reference: X", zone), NOW, confirmed=True).edition
    assert len(edition.entries["a"].moves) == 1


OLDER = [
    ("29 January 2027, 18:00\n    note_of_change: The site visit took longer.", "22 January 2027, 18:00"),
]


@pytest.mark.parametrize("is_confirmed", [False, True], ids=["before it was read anew", "after"])
def test_an_older_copy_of_the_file_is_known_across_the_readings(old, is_confirmed):
    if is_confirmed:
        publish(old)
    held = publish(old, *OLDER, confirmed=False)
    (copy,) = [each for each in held.reasons if "edited copy of edition 1" in each]
    assert "puts back 1 record: roads (closes)" in copy
    assert "it keeps nothing" in copy
