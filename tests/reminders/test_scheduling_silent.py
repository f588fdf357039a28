"""Editions that are published without messages: nothing is announced of them, now or later."""

import pytest

from calendar_service.records.edition import Draft
from calendar_service.reminders.scheduling import Planner
from calendar_service.store.publication import PublishOutcome, publish_draft
from calendar_service.store.receipts import receipts, silent_receipts
from tests.support.reminders import (
    CALENDAR,
    DAY,
    MINUTE,
    add_subscriber,
    notified,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
LATER = BEGIN + DAY
ROADS, MOVED = tender("2027-07-10 17:00", "roads"), tender("2027-07-20 17:00", "roads")
BRIDGE = tender("2027-06-05 17:00", "bridge")


def publish_silently(database, now, *records):
    return publish_draft(database, Draft(CALENDAR, records), now, confirmed=True, silent=True)


@pytest.fixture
def planner(database):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, ROADS), BEGIN)
    add_subscriber(database, "ada", BEGIN + MINUTE, watch(leads=("7 days", "1 day"), wants_new=True))
    return planner


def test_nothing_is_announced(database, planner):
    edition = publish_silently(database, LATER, MOVED, BRIDGE).edition
    planner.fan_out(edition, LATER)
    Planner(database).fan_out(edition, LATER + MINUTE)
    add_subscriber(database, "ben", LATER + MINUTE, watch(leads=("7 days",), wants_new=True))
    planner.fan_out(edition, LATER + 2 * MINUTE)
    assert notified(database) == []  # nor is there a late reminder of what is new
    planner.fan_out(edition, utc("2027-06-04 15:00"))
    assert notified(database) == [("ada", "closes", "1 day")]
    newer = publish_records(database, utc("2027-06-04 16:00"), ROADS, BRIDGE)
    planner.fan_out(newer, utc("2027-06-04 16:00"))
    assert [row[:4] for row in outbox(database)[1:]] == [
        ("ada", "notice", "roads", "changed"),
        ("ben", "notice", "roads", "changed"),
    ]


def test_it_is_listed_in_receipts(database, planner):
    planner.fan_out(publish_silently(database, LATER, MOVED, BRIDGE).edition, LATER)
    found = [(each.kind, each.record_id, each.moment, each.revision, each.sent) for each in silent_receipts(database)]
    assert found == [("silent", "bridge", "new", "1", 0), ("silent", "roads", "changed", "2", 0)]
    assert [each.record_id for each in silent_receipts(database, "roads")] == ["roads"]
    assert receipts(database) == []


def test_a_worker_that_published_first_sends_no_more_of_it(database, planner):
    edition = publish_records(database, LATER, MOVED, BRIDGE)
    planner.fan_out(edition, LATER)
    done = publish_silently(database, LATER + MINUTE, MOVED, BRIDGE)
    assert (done.outcome, done.notes) == (
        PublishOutcome.UNCHANGED,
        ["edition 2 was published already; 2 messages of it that waited are not sent"],
    )
    assert {row[5] for row in outbox(database) if row[1] == "notice" and row[3] != "edition"} == {"dropped"}
    assert len(silent_receipts(database)) == 2


def test_an_edition_of_long_ago_does_not_become_silent(database, planner):
    edition = publish_records(database, LATER, MOVED)
    assert publish_silently(database, LATER + DAY, MOVED).notes == []
    planner.fan_out(edition, LATER + DAY)
    assert [row[3] for row in outbox(database)] == ["changed"]
