"""Counts of messages by day, messages that failed, and trying them again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from calendar_service.records.notification_keys import EditionKey
from calendar_service.store.engine import reading, writing
from calendar_service.store.message_history import DayCount, count_settled, list_failures, retry_failed
from calendar_service.store.tables import deliveries, occasions, subscribers

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
REMINDER = ("reminder", "roads", "closes", "2026-12-10T17:00:00 Europe/Paris", "14 days")
EDITION = ("notice", "", "edition", "7", "")


@pytest.fixture
def people(database):
    with writing(database) as connection:
        for number in range(1, 5):
            values = {"ref": f"r{number}", "channel": "mail", "address": f"p{number}@example.org", "language": "en"}
            values |= {"address_key": f"k{number}", "zone": "UTC", "state": "active", "consent": []}
            connection.execute(insert(subscribers).values(id=number, created_at=NOW, changed_at=NOW, **values))
    return database


def enter(engine, what, *rows):
    """Enter a notification with deliveries: (subscriber, state, settled before, expires after, reason, bundle)."""
    kind, record_id, moment, revision, lead = what
    with writing(engine) as connection:
        values = {"kind": kind, "record_id": record_id, "occurrence": "", "moment": moment}
        added = connection.execute(insert(occasions).values(**values, revision=revision, lead=lead))
        (number,) = added.inserted_primary_key
        for who, state, settled, expires, reason, bundle in rows:
            times = {"due_at": NOW - 9 * DAY, "next_at": NOW - 9 * DAY, "expires_at": NOW + expires}
            settled_at = None if settled is None else NOW - settled
            values = {
                "subscriber_id": who,
                "state": state,
                "reason": reason,
                "bundle": bundle,
                "settled_at": settled_at,
            }
            connection.execute(insert(deliveries).values(occasion_id=number, attempts=3, **times, **values))
    return number


def states(engine):
    with reading(engine) as connection:
        rows = connection.execute(select(deliveries).order_by(deliveries.c.id)).all()
    return [(row.state, row.next_at == NOW, row.settled_at is None) for row in rows]


def test_days_count_messages_and_not_the_items_of_a_digest(people):
    enter(
        people,
        REMINDER,
        (1, "sent", timedelta(0), DAY, "", ""),
        (2, "failed", DAY, DAY, "x", ""),
        (3, "bounced", DAY, DAY, "y", ""),
        (4, "sent", DAY, DAY, "", "daily 2026-11-22T09:00"),
    )
    enter(people, EDITION, (1, "dropped", DAY, DAY, "", ""), (2, "sent", 9 * DAY, DAY, "", ""))
    edges = [NOW - 2 * DAY + timedelta(hours=1), NOW - DAY + timedelta(hours=1), NOW + timedelta(hours=1)]
    assert count_settled(people, edges) == [DayCount(0, 2), DayCount(1, 0)]


def test_failures_stand_together_by_reason(people):
    number = enter(
        people,
        REMINDER,
        (1, "failed", DAY, DAY, "no answer", ""),
        (2, "failed", 2 * DAY, -DAY, "no answer", ""),
        (3, "bounced", DAY / 2, DAY, "no such user", ""),
        (4, "failed", 20 * DAY, DAY, "no answer", ""),
    )
    found = list_failures(people, NOW - 14 * DAY, NOW, 10)
    assert [(each.occasion_id, each.reason, each.number, each.retriable) for each in found] == [
        (number, "no such user", 1, 0),
        (number, "no answer", 2, 1),
    ]
    assert list_failures(people, NOW - 14 * DAY, NOW, 1) == found[:1]


def test_only_what_can_arrive_in_time_is_tried_again(people):
    number = enter(
        people,
        REMINDER,
        (1, "failed", DAY, DAY, "x", ""),
        (2, "failed", DAY, -DAY, "x", ""),
        (3, "bounced", DAY, DAY, "y", ""),
        (4, "sent", DAY, DAY, "", ""),
    )
    with writing(people) as connection:
        assert retry_failed(connection, number + 1, NOW - 14 * DAY, NOW) == 0
        assert retry_failed(connection, number, NOW - 14 * DAY, NOW) == 1
        assert retry_failed(connection, number, NOW - 14 * DAY, NOW) == 0
    assert states(people) == [
        ("waiting", True, True),
        ("failed", False, False),
        ("bounced", False, False),
        ("sent", False, False),
    ]


def test_the_items_of_a_message_are_tried_again_with_it(people):
    bundle = "edition 7"
    whole = enter(people, EDITION, (1, "failed", DAY, DAY, "x", ""))
    enter(people, ("notice", "roads", "changed", "2", ""), (1, "failed", DAY, DAY, "x", bundle))
    enter(people, ("notice", "tools", "changed", "2", ""), (2, "failed", DAY, DAY, "x", bundle))
    (found,) = list_failures(people, NOW - 14 * DAY, NOW, 10)
    assert found.key == EditionKey(7)
    with writing(people) as connection:
        assert retry_failed(connection, whole, NOW - 14 * DAY, NOW) == 1
    assert [each[0] for each in states(people)] == ["waiting", "bundled", "failed"]
