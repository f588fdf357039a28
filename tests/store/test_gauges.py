"""What tells that a worker is alive."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from calendar_service.store.engine import writing
from calendar_service.store.gauges import read_worker_health
from calendar_service.store.tables import workers

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


def test_a_heartbeat_far_ahead_of_the_clock_proves_nothing(database):
    with writing(database) as connection:
        for beat_at in (NOON, NOON + timedelta(days=2)):
            connection.execute(insert(workers).values(process="p", beat=1, beat_at=beat_at))
    assert read_worker_health(database, NOON + timedelta(minutes=10)).last_tick == NOON
