"""Hours without a worker, and clocks that jump while messages go out."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calendar_service.publishing import publish_file
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.service import ReminderService
from calendar_service.store.engine import open_engine, sqlite_url
from tests.support import proof_faults
from tests.support.proof_deployment import KEY, Deployment, ForkServer, Sink, judge, print_numbers, seconds_since

# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)
DOWN = timedelta(hours=6)
SUBSCRIBERS = 500
MOST_SECONDS = 60
JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)]

pytestmark = pytest.mark.slow


def six_hours_down(tmp_path, url, fault=""):
    """Subscribers have three leads; all three pass while nobody works, of one moment that is ahead and one that passes."""
    with (
        Sink(tmp_path) as sink,
        Deployment(
            tmp_path, url, sink, subscribers=SUBSCRIBERS, due=DUE, leads=("5 hours", "3 hours", "1 hour"), records=0
        ) as deployment,
        ForkServer(fault) as fork_server,
    ):
        deployment.write_record(DUE + DOWN + timedelta(minutes=30), "Ahead")
        deployment.write_record(DUE + DOWN - timedelta(minutes=30), "Past")
        publish_file(deployment.engine, deployment.file, DUE - timedelta(days=1))
        fork_server.run(deployment, "tick", "--now", DUE.isoformat())
        before = len(sink.accepted())
        fork_server.run(deployment, "tick", "--now", (DUE + DOWN).isoformat())
        fork_server.run(deployment, "tick", "--now", (DUE + DOWN + timedelta(minutes=5)).isoformat())
        deployment.records = 1  # of the other one nothing is to be said any more
        verdict = judge(deployment, sink)
        past = sum("Past" in row["subject"] for row in sink.accepted())
        missed = deployment.log.read_text(encoding="utf-8").count("were not reminded of t1")
        print_numbers(f"six hours down {fault} {url[:6]}", verdict, before=before, past=past, told_as_missed=missed)
        return verdict, before, past, missed


def test_after_six_hours_each_is_told_once_and_nothing_that_is_over(tmp_path, database_url):
    verdict, before, past, missed = six_hours_down(tmp_path, database_url)
    assert verdict.states == {"sent": SUBSCRIBERS}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)
    assert (before, past, missed) == (0, 0, 3)


def test_telling_every_lead_is_found(tmp_path):
    assert six_hours_down(tmp_path, sqlite_url(tmp_path / "calendar.sqlite3"), "every_lead")[0].strange > 0


class JumpingClock:
    """A clock that jumps by an hour or a day, some thirty times a second, and is set right at the end."""

    def __init__(self, start, seed):
        self.start, self.begun, self.jump = start, time.monotonic(), timedelta(0)
        self.chance, self.jumps = random.Random(seed), 0  # noqa: S311 (no secret)

    def __call__(self):
        return self.start + self.jump + timedelta(seconds=time.monotonic() - self.begun)

    def jump_until(self, is_enough):
        end = time.monotonic() + MOST_SECONDS
        while time.monotonic() < end and not is_enough():
            self.jump = self.chance.choice([timedelta(0), *JUMPS])
            self.jumps += 1
            time.sleep(0.03)
        self.jump = timedelta(0)


def work(url, sink, clock, stop):
    """Look and send as a worker does, in two threads."""
    engine = open_engine(url)
    mailing = MailSettings(f"smtp://127.0.0.1:{sink.port}", Path("mail"), "calendar@example.org")
    reminder_service = ReminderService(engine, (KEY,), "http://127.0.0.1", mailing, clock)
    sender = threading.Thread(target=again_and_again, args=(lambda: reminder_service.send(stop), stop))
    sender.start()
    again_and_again(reminder_service.schedule_due, stop)
    sender.join()
    reminder_service.close(5)
    engine.dispose()


def again_and_again(what, stop):
    while not stop.is_set():
        what()
        time.sleep(0.05)


def tick_until_all_is_tried(deployment, fork_server, now, end):
    while now and now < end:
        fork_server.run(deployment, "tick", "--now", now.isoformat())
        now = max(following, now + timedelta(minutes=20)) if (following := deployment.next_try()) else None


def jumping(tmp_path, url):
    """Two services with a jumping clock each, at a server that fails often; then the clocks are right, and time goes on."""
    start, stop = time.monotonic(), threading.Event()
    with (
        Sink(tmp_path, "--delay-ms", 20, "--temp-fail", 30) as sink,
        Deployment(tmp_path, url, sink, subscribers=SUBSCRIBERS, due=DUE, leads=("72 hours",), records=0) as deployment,
        ForkServer() as fork_server,
    ):
        deployment.write_record(DUE + timedelta(days=3), "Soon")
        deployment.write_record(DUE + timedelta(days=6), "Later")
        publish_file(deployment.engine, deployment.file, DUE - timedelta(days=2))
        half_way = lambda: len(sink.accepted()) > SUBSCRIBERS / 2  # noqa: E731 (said once)
        clocks = [JumpingClock(DUE, seed) for seed in range(2)]
        services = [threading.Thread(target=work, args=(url, sink, clock, stop)) for clock in clocks]
        jumpers = [threading.Thread(target=clock.jump_until, args=(half_way,)) for clock in clocks]
        for thread in (*services, *jumpers):
            thread.start()
        for thread in jumpers:
            thread.join()
        stop.set()
        for thread in services:
            thread.join()
        while_jumping = len(sink.accepted())
        for day in (0, 1, 3):
            tick_until_all_is_tried(
                deployment, fork_server, DUE + timedelta(days=day, minutes=5), DUE + timedelta(days=day + 1)
            )
        verdict = judge(deployment, sink)
        jumps = sum(clock.jumps for clock in clocks)
        print_numbers(
            f"jumps {url[:6]}", verdict, jumps=jumps, while_jumping=while_jumping, seconds=seconds_since(start)
        )
        return verdict


def test_jumps_lose_nothing_and_send_nothing_twice(tmp_path, database_url):
    verdict = jumping(tmp_path, database_url)
    assert verdict.states == {"sent": 2 * SUBSCRIBERS}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)


def test_leases_by_the_wall_clock_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(ReminderService, "_release_dead", ReminderService._release_dead)  # put back afterwards
    proof_faults.lease_by_the_wall_clock()
    assert jumping(tmp_path, sqlite_url(tmp_path / "calendar.sqlite3")).duplicates > 0
