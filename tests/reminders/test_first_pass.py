"""The very first pass of the planner tells nobody of what already stood when they joined."""

import pytest
from reminder_tools import MINUTE, add_reader, outbox, publish_records, tender, utc, watch
from sqlalchemy import insert

from calendar_service.reminders.scheduling import Planner
from calendar_service.store.engine import writing
from calendar_service.store.gauges import read_worker_health
from calendar_service.store.tables import workers

NOON = utc("2027-06-01 12:00")


@pytest.mark.parametrize(("joins_at", "told"), [(NOON - MINUTE, 1), (NOON + MINUTE, 0)], ids=["before", "after"])
def test_only_who_joined_before_a_record_was_published_is_told_that_it_is_new(database, joins_at, told):
    edition = publish_records(database, NOON, tender("2027-07-10 17:00"))
    add_reader(database, "ann", joins_at, watch(wants_new=True))
    Planner(database).fan_out(edition, NOON + 5 * MINUTE)
    assert len([row for row in outbox(database) if row[1] == "notice"]) == told


def test_a_heartbeat_far_ahead_of_the_clock_proves_nothing(database):
    with writing(database) as connection:
        for beat_at in (NOON, NOON + 48 * 60 * MINUTE):
            connection.execute(insert(workers).values(process="p", beat=1, beat_at=beat_at))
    assert read_worker_health(database, NOON + 10 * MINUTE).last_tick == NOON
