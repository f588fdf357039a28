"""kill -9 at 200 random moments while letters go out: none is lost, and hardly one comes twice."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.store.engine import sqlite_url
from tests.support.proof_killer import finish, kill_crew, kill_worker, most_for_one_kill
from tests.support.proof_town import Nursery, Sink, Town, judge, seconds_since, tell

KILLS = 200
# How many of them must find letters claimed; who only kills workers that start proves nothing.
LEAST_IN_HAND = KILLS / 4
# Each kill can make one letter come once more; that the same one is hit again and again is only unlikely.
MOST_OFTEN = 5
DUE = datetime(2027, 3, 1, 9, tzinfo=UTC)
BAD_SERVER = ["--delay-ms", 60, "--greylist", "--temp-fail", 3, "--lose-reply", 1]

pytestmark = pytest.mark.slow


def killed(tmp_path, url, fault="", kills=KILLS):
    start = time.monotonic()
    just_now = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    with (
        Sink(tmp_path, "--delay-ms", 20) as sink,
        Town(tmp_path, url, sink, subscribers=250, due=just_now, records=4) as town,
        Nursery(fault) as nursery,
    ):
        killings = kill_worker(town, sink, nursery, kills, more=0 if fault else 40)
        finish(town, nursery, "worker", seconds=10 if fault else 120)
        verdict = judge(town, sink)
        numbers = {"kills": len(killings.at), "with_claims": killings.in_hand}
        for_one = most_for_one_kill(sink, killings)
        tell(f"killed {fault} {url[:6]}", verdict, **numbers, most_for_one_kill=for_one, seconds=seconds_since(start))
        assert "Traceback" not in town.log.read_text(encoding="utf-8")
        return killings, verdict, for_one


def test_no_letter_is_lost_by_200_kills(tmp_path, database_url):
    killings, verdict, for_one = killed(tmp_path, database_url)
    assert len(killings.at) == KILLS
    assert killings.in_hand >= LEAST_IN_HAND
    assert verdict.states == {"sent": verdict.messages}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= KILLS
    assert for_one <= 1
    assert verdict.worst <= MOST_OFTEN


def test_marking_before_sending_loses_letters(tmp_path):
    _, verdict, _ = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "mark_before_send", 60)
    assert verdict.lost > 0


def test_one_commit_for_a_batch_sends_many_twice(tmp_path):
    killings, verdict, for_one = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "one_commit_for_a_batch", 30)
    assert verdict.duplicates > len(killings.at)
    assert for_one > 1


def test_claims_that_nobody_gives_back_lose_letters(tmp_path):
    _, verdict, _ = killed(tmp_path, sqlite_url(tmp_path / "a.sqlite3"), "nobody_gives_back", 30)
    assert verdict.lost > 0


def test_three_workers_a_bad_server_and_200_kills_lose_nothing(tmp_path, database_url):
    start = time.monotonic()
    with (
        Sink(tmp_path, *BAD_SERVER) as sink,
        Town(tmp_path, database_url, sink, subscribers=250, due=DUE, records=4) as town,
        Nursery() as nursery,
    ):
        killings = kill_crew(town, sink, nursery, KILLS, more=20)
        verdict = judge(town, sink)
        numbers = {"kills": len(killings.at), "with_claims": killings.in_hand, "seconds": seconds_since(start)}
        tell(f"crew killed {database_url[:6]}", verdict, **numbers)
        assert "Traceback" not in town.log.read_text(encoding="utf-8")
    assert len(killings.at) == KILLS
    assert killings.in_hand >= LEAST_IN_HAND
    assert verdict.states == {"sent": verdict.messages}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= KILLS + verdict.lost_replies
    assert verdict.worst <= MOST_OFTEN
