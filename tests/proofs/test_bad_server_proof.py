"""Mail servers that greylist, fail, hang and lose replies: nothing is lost, and those who hang hold up nobody."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.proof_town import Nursery, Sink, Town, judge, seconds_since, tell

DUE = datetime(2027, 3, 1, 9, tzinfo=UTC)
READERS = 500
DOWN = timedelta(hours=2)
BAD_SERVER = ["--greylist", "--temp-fail", 5, "--lose-reply", 2, "--hang", 1]

pytestmark = pytest.mark.slow


def send_round_by_round(town, sink, nursery):
    """Tick at the times when something is to be tried; gives how long letters waited that came, the longest first."""
    now, waited, rounds = DUE, [], 0
    while town.left() and rounds < 20:
        began, before = time.time(), len(sink.accepted())
        nursery.run(town, "tick", "--now", now.isoformat())
        waited += [row["at"] - began for row in sink.accepted()[before:]]
        now = max(now + timedelta(seconds=5), town.next_try() or now)
        rounds += 1
    return sorted(waited, reverse=True), rounds


def bad_server(tmp_path, url, fault=""):
    start = time.monotonic()
    with (
        Sink(tmp_path, *BAD_SERVER) as sink,
        Town(tmp_path, url, sink, subscribers=READERS, due=DUE) as town,
        Nursery(fault) as nursery,
    ):
        waited, rounds = send_round_by_round(town, sink, nursery)
        verdict = judge(town, sink)
        hung = town.log.read_text(encoding="utf-8").count("did not answer in time")
        numbers = {"rounds": rounds, "hung": hung, "longest_wait": round(waited[0], 1)}
        tell(f"bad server {fault} {url[:6]}", verdict, **numbers, seconds=seconds_since(start))
        return waited, verdict, hung


def test_a_bad_server_loses_nothing_and_holds_up_nobody(tmp_path, database_url):
    waited, verdict, hung = bad_server(tmp_path, database_url)
    assert hung > 0
    assert verdict.states == {"sent": READERS}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= verdict.lost_replies
    assert waited[0] <= 60


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_lane_is_held_up(tmp_path, database_url):
    waited, verdict, _ = bad_server(tmp_path, database_url, "one_lane")
    assert verdict.lost == 0
    assert waited[0] > 60


def test_after_two_hours_without_a_mail_server_all_go_once(tmp_path, database_url):
    start, now, tried = time.monotonic(), DUE, 0
    with (
        Sink(tmp_path) as sink,
        Town(tmp_path, database_url, sink, subscribers=READERS, due=DUE) as town,
        Nursery() as nursery,
    ):
        sink.stop()
        while now < DUE + DOWN:
            nursery.run(town, "tick", "--now", now.isoformat())
            now, tried = max(now + timedelta(minutes=5), town.next_try() or now), tried + 1
        assert (town.left(), sink.size()) == (READERS, 0)
        with Sink(tmp_path, "--port", sink.port) as sink_again:
            nursery.run(town, "tick", "--now", now.isoformat())
            verdict = judge(town, sink_again)
        tell(f"server down {database_url[:6]}", verdict, ticks=tried, seconds=seconds_since(start))
    assert tried > DOWN / timedelta(hours=1)
    assert verdict.states == {"sent": READERS}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)
