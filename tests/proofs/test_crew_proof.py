"""Several workers at once on 10,000 letters, nobody killed: each goes once."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from calendar_service.store.engine import sqlite_url, writing
from tests.support.proof_town import Nursery, Sink, Town, judge, seconds_since, tell

DUE = datetime(2027, 3, 1, 9, tzinfo=UTC)
WORKERS = 4

pytestmark = pytest.mark.slow


def crew(tmp_path, url, subscribers, fault="", *, keyless=False):
    start = time.monotonic()
    with (
        Sink(tmp_path) as sink,
        Town(tmp_path, url, sink, subscribers=subscribers, due=DUE) as town,
        Nursery(fault) as nursery,
    ):
        if keyless:
            with writing(town.engine) as connection:
                connection.execute(text("DROP INDEX uq_deliveries_reader"))
        nursery.wait(*(nursery.start(town, "tick", "--now", DUE.isoformat()) for _ in range(WORKERS)))
        verdict = judge(town, sink)
        tell(f"{WORKERS} workers {fault} {url[:6]}", verdict, seconds=seconds_since(start))
        assert "Traceback" not in town.log.read_text(encoding="utf-8")
        return verdict


def test_four_workers_send_each_letter_once(tmp_path, database_url):
    verdict = crew(tmp_path, database_url, 10_000)
    assert verdict.states == {"sent": 10_000}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)


def test_without_claims_letters_come_twice(tmp_path, database_url):
    assert crew(tmp_path, database_url, 300, "no_claim").duplicates > 0


def test_without_the_key_letters_come_twice(tmp_path):
    url = sqlite_url(tmp_path / "calendar.sqlite3")
    assert crew(tmp_path, url, 300, "no_key", keyless=True).duplicates > 0
