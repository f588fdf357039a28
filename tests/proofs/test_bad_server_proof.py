"""Mail servers that greylist, fail, hang and lose replies: nothing is lost, and those who hang hold up nobody."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.proof_deployment import Deployment, ForkServer, Sink, judge, print_numbers, seconds_since

# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)
SUBSCRIBERS = 500
DOWN = timedelta(hours=2)
BAD_SERVER = ["--greylist", "--temp-fail", 5, "--lose-reply", 2, "--hang", 1]

pytestmark = pytest.mark.slow


def send_round_by_round(deployment, sink, fork_server):
    """Tick at the times when something is to be tried; gives how long messages waited that came, the longest first."""
    now, waited, rounds = DUE, [], 0
    while deployment.left() and rounds < 20:
        began, before = time.time(), len(sink.accepted())
        fork_server.run(deployment, "tick", "--now", now.isoformat())
        waited += [row["at"] - began for row in sink.accepted()[before:]]
        now = max(now + timedelta(seconds=5), deployment.next_try() or now)
        rounds += 1
    return sorted(waited, reverse=True), rounds


def bad_server(tmp_path, url, fault=""):
    start = time.monotonic()
    with (
        Sink(tmp_path, *BAD_SERVER) as sink,
        Deployment(tmp_path, url, sink, subscribers=SUBSCRIBERS, due=DUE) as deployment,
        ForkServer(fault) as fork_server,
    ):
        waited, rounds = send_round_by_round(deployment, sink, fork_server)
        verdict = judge(deployment, sink)
        hung = deployment.log.read_text(encoding="utf-8").count("did not answer in time")
        numbers = {"rounds": rounds, "hung": hung, "longest_wait": round(waited[0], 1)}
        print_numbers(f"bad server {fault} {url[:6]}", verdict, **numbers, seconds=seconds_since(start))
        return waited, verdict, hung


def test_a_bad_server_loses_nothing_and_holds_up_nobody(tmp_path, database_url):
    waited, verdict, hung = bad_server(tmp_path, database_url)
    assert hung > 0
    assert verdict.states == {"sent": SUBSCRIBERS}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= verdict.lost_replies
    assert waited[0] <= 60


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_sender_thread_is_held_up(tmp_path, database_url):
    waited, verdict, _ = bad_server(tmp_path, database_url, "one_sender_thread")
    assert verdict.lost == 0
    assert waited[0] > 60


def test_after_two_hours_without_a_mail_server_all_go_once(tmp_path, database_url):
    start, now, tried = time.monotonic(), DUE, 0
    with (
        Sink(tmp_path) as sink,
        Deployment(tmp_path, database_url, sink, subscribers=SUBSCRIBERS, due=DUE) as deployment,
        ForkServer() as fork_server,
    ):
        sink.stop()
        while now < DUE + DOWN:
            fork_server.run(deployment, "tick", "--now", now.isoformat())
            now, tried = max(now + timedelta(minutes=5), deployment.next_try() or now), tried + 1
        assert (deployment.left(), sink.size()) == (SUBSCRIBERS, 0)
        with Sink(tmp_path, "--port", sink.port) as sink_again:
            fork_server.run(deployment, "tick", "--now", now.isoformat())
            verdict = judge(deployment, sink_again)
        print_numbers(f"server down {database_url[:6]}", verdict, ticks=tried, seconds=seconds_since(start))
    assert tried > DOWN / timedelta(hours=1)
    assert verdict.states == {"sent": SUBSCRIBERS}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)
