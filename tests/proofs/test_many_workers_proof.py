"""Several workers at once on 10,000 messages, nobody killed: each goes once."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from calendar_service.store.engine import sqlite_url, writing
from tests.support.proof_deployment import Deployment, ForkServer, Sink, judge, print_numbers, seconds_since

# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)
WORKERS = 4

pytestmark = pytest.mark.slow


def run_workers(tmp_path, url, subscribers, fault="", *, keyless=False):
    start = time.monotonic()
    with (
        Sink(tmp_path) as sink,
        Deployment(tmp_path, url, sink, subscribers=subscribers, due=DUE) as deployment,
        ForkServer(fault) as fork_server,
    ):
        if keyless:
            with writing(deployment.engine) as connection:
                connection.execute(text("DROP INDEX uq_deliveries_reader"))
        fork_server.wait(*(fork_server.start(deployment, "tick", "--now", DUE.isoformat()) for _ in range(WORKERS)))
        verdict = judge(deployment, sink)
        print_numbers(f"{WORKERS} workers {fault} {url[:6]}", verdict, seconds=seconds_since(start))
        assert "Traceback" not in deployment.log.read_text(encoding="utf-8")
        return verdict


def test_four_workers_send_each_message_once(tmp_path, database_url):
    verdict = run_workers(tmp_path, database_url, 10_000)
    assert verdict.states == {"sent": 10_000}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)


def test_without_claims_messages_come_twice(tmp_path, database_url):
    assert run_workers(tmp_path, database_url, 300, "no_claim").duplicates > 0


def test_without_the_key_messages_come_twice(tmp_path):
    url = sqlite_url(tmp_path / "calendar.sqlite3")
    assert run_workers(tmp_path, url, 300, "no_key", keyless=True).duplicates > 0
