"""kill -9 at 200 random moments while messages go out: none is lost, and hardly one comes twice."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.store.engine import sqlite_url
from tests.support.proof_deployment import Deployment, ForkServer, Sink, judge, print_numbers, seconds_since
from tests.support.proof_kills import finish, kill_concurrent_workers, kill_worker, most_for_one_kill

KILLS = 200
# How many of them must find messages claimed; who only kills workers that start proves nothing.
LEAST_IN_HAND = KILLS / 4
# Each kill can make one message come once more; that the same one is hit again and again is only unlikely.
MOST_OFTEN = 5
# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)
BAD_SERVER = ["--delay-ms", 60, "--greylist", "--temp-fail", 3, "--lose-reply", 1]

pytestmark = pytest.mark.slow


def killed(tmp_path, url, fault="", kills=KILLS):
    start = time.monotonic()
    just_now = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    with (
        Sink(tmp_path, "--delay-ms", 20) as sink,
        Deployment(tmp_path, url, sink, subscribers=250, due=just_now, records=4) as deployment,
        ForkServer(fault) as fork_server,
    ):
        killings = kill_worker(deployment, sink, fork_server, kills, more=0 if fault else 40)
        finish(deployment, fork_server, "worker", seconds=10 if fault else 120)
        verdict = judge(deployment, sink)
        numbers = {"kills": len(killings.at), "with_claims": killings.in_hand}
        for_one = most_for_one_kill(sink, killings)
        print_numbers(
            f"killed {fault} {url[:6]}", verdict, **numbers, most_for_one_kill=for_one, seconds=seconds_since(start)
        )
        assert "Traceback" not in deployment.log.read_text(encoding="utf-8")
        return killings, verdict, for_one


def test_no_message_is_lost_by_200_kills(tmp_path, database_url):
    killings, verdict, for_one = killed(tmp_path, database_url)
    assert len(killings.at) == KILLS
    assert killings.in_hand >= LEAST_IN_HAND
    assert verdict.states == {"sent": verdict.messages}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= KILLS
    assert for_one <= 1
    assert verdict.worst <= MOST_OFTEN


def test_marking_before_sending_loses_messages(tmp_path):
    _, verdict, _ = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "mark_before_send", 60)
    assert verdict.lost > 0


def test_one_commit_for_a_batch_sends_many_twice(tmp_path):
    killings, verdict, for_one = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "one_commit_for_a_batch", 30)
    assert verdict.duplicates > len(killings.at)
    assert for_one > 1


def test_claims_that_nobody_gives_back_lose_messages(tmp_path):
    _, verdict, _ = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "nobody_gives_back", 30)
    assert verdict.lost > 0


def test_three_workers_a_bad_server_and_200_kills_lose_nothing(tmp_path, database_url):
    start = time.monotonic()
    with (
        Sink(tmp_path, *BAD_SERVER) as sink,
        Deployment(tmp_path, database_url, sink, subscribers=250, due=DUE, records=4) as deployment,
        ForkServer() as fork_server,
    ):
        killings = kill_concurrent_workers(deployment, sink, fork_server, KILLS, more=20)
        verdict = judge(deployment, sink)
        numbers = {"kills": len(killings.at), "with_claims": killings.in_hand, "seconds": seconds_since(start)}
        print_numbers(f"concurrent workers killed {database_url[:6]}", verdict, **numbers)
        assert "Traceback" not in deployment.log.read_text(encoding="utf-8")
    assert len(killings.at) == KILLS
    assert killings.in_hand >= LEAST_IN_HAND
    assert verdict.states == {"sent": verdict.messages}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= KILLS + verdict.lost_replies
    assert verdict.worst <= MOST_OFTEN
