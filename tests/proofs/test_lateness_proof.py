"""10,000 messages due at one instant, at a mail server that takes 50 ms for each: how late they are."""

import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.proof_deployment import Deployment, ForkServer, Sink, judge, print_numbers

pytestmark = pytest.mark.slow


def lateness(tmp_path, url, subscribers, fault="", *, patience=600):
    due = (datetime.now(UTC) + timedelta(seconds=45)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    with (
        Sink(tmp_path, "--delay-ms", 50) as sink,
        Deployment(tmp_path, url, sink, subscribers=subscribers, due=due) as deployment,
        ForkServer(fault) as fork_server,
    ):
        child, sender_threads = fork_server.start(deployment, "worker"), 0
        end = due.timestamp() + patience
        while len(sink.accepted()) < subscribers and time.time() < end:
            time.sleep(1)
            sender_threads = max(sender_threads, sink.connections())
        while deployment.left() and time.time() < end:
            time.sleep(0.1)
        cpu = round(child.cpu_seconds())
        child.kill()
        late = [row["at"] - due.timestamp() for row in sink.accepted()]
        verdict = judge(deployment, sink)
        cuts = statistics.quantiles(late, n=100)
        found = {"p50": cuts[49], "p99": cuts[98], "max": max(late), "min": min(late)}
        print_numbers(
            f"lateness {fault}",
            verdict,
            sender_threads=sender_threads,
            cpu_seconds=cpu,
            **{name: round(value, 1) for name, value in found.items()},
        )
        return found, verdict


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_10_000_at_once_are_in_time(tmp_path, database_url):
    found, verdict = lateness(tmp_path, database_url, 10_000)
    assert verdict.states == {"sent": 10_000}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)
    assert found["min"] >= 0
    assert found["p99"] <= 120
    assert found["max"] <= 300


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_sender_thread_would_be_late(tmp_path, database_url):
    found, _ = lateness(tmp_path, database_url, 3_000, "one_sender_thread", patience=300)
    assert found["p99"] > 120
