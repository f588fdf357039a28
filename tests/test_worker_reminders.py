"""The worker in real time: it wakes when something is due, and stops, whatever clocks and servers do."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import base as scheduler_module
from sqlalchemy import func, select

from calendar_service import bootstrap, worker
from calendar_service.records.times import CivilTime
from calendar_service.settings import read_settings
from calendar_service.store.engine import reading
from calendar_service.store.tables import workers
from calendar_service.worker import Worker
from tests.support.reminders import (
    DAY,
    HOUR,
    Inbox,
    add_named_subscribers,
    mail_server,
    make_service,
    outbox,
    publish_records,
    tender,
    watch,
)

EVERY_TEN_MINUTES = 600.0


def wall_clock():
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Only what is tested wakes the worker."""
    monkeypatch.setattr(worker, "SAFETY_SECONDS", EVERY_TEN_MINUTES)
    monkeypatch.setattr(worker, "WATCH_SECONDS", EVERY_TEN_MINUTES)


def at_instant(at):
    return CivilTime(at.date(), at.time(), "UTC")


def prepare(database, *names, due):
    """Subscribers who are to be reminded at an instant."""
    long_ago = due - 30 * DAY
    publish_records(database, long_ago, tender(at_instant(due + 7 * DAY)))
    add_named_subscribers(database, names, long_ago, watch())


def make_worker(database, url, tmp_path, clock=wall_clock):
    reminder_service = make_service(database, clock, url)
    looks = []

    def look():
        looks.append(time.monotonic())
        real()

    real, reminder_service.schedule_due = reminder_service.schedule_due, look
    made = Worker(database, tmp_path / "events.yaml", clock, reminder_service)
    made.looks = looks
    return made


def wait_for(is_so, seconds=8.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.01)


def test_it_wakes_when_something_is_due(database, tmp_path):
    due = wall_clock() + timedelta(seconds=1.5)
    prepare(database, "ada", due=due)
    with mail_server(inbox := Inbox()) as url:
        at_work = make_worker(database, url, tmp_path)
        at_work.start()
        try:
            wait_for(lambda: inbox.taken)
            wait_for(lambda: outbox(database)[0][5] == "sent")
        finally:
            at_work.stop()
    late = (inbox.at[0] - due).total_seconds()
    assert 0 <= late < 2
    assert inbox.recipients == ["ada"]
    assert len(at_work.looks) <= 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_messages_that_wait_do_not_keep_it_looking(database, tmp_path):
    """With a mail server that is away, a pass ends after a few tries, and nothing begins it anew at once."""
    prepare(database, *(f"subscriber{n}" for n in range(30)), due=wall_clock() - HOUR)
    at_work = make_worker(database, "smtp://127.0.0.1:1", tmp_path)
    at_work.start()
    try:
        wait_for(lambda: any(row[6] for row in outbox(database, "reason")))
        time.sleep(0.5)
        assert len(at_work.looks) <= 2
    finally:
        at_work.stop()
    rows = outbox(database, "reason", "attempts")
    assert {row[5] for row in rows} == {"waiting"}
    assert 3 <= sum(bool(row[6]) for row in rows) < 8
    assert {row[7] for row in rows} == {0}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_stops_in_time_though_the_mail_server_hangs(database, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "STOP_SECONDS", 0.5)
    is_over = threading.Event()

    async def hang(_recipient):
        while not is_over.is_set():  # noqa: ASYNC110 (an event of the test's own thread)
            await asyncio.sleep(0.01)
        return "250 OK"

    prepare(database, "ada", "ben", "cy", due=wall_clock() - HOUR)
    with mail_server(inbox := Inbox(hang)) as url:
        at_work = make_worker(database, url, tmp_path)
        at_work.start()
        wait_for(lambda: inbox.attempts)
        began = time.monotonic()
        at_work.stop()
        took = time.monotonic() - began
        states = sorted(row[5] for row in outbox(database))
        is_over.set()
        wait_for(lambda: len(inbox.taken) == 1)
        wait_for(lambda: sorted(row[5] for row in outbox(database)) == ["sent", "waiting", "waiting"])
    assert took < 1.5
    assert states == ["claimed", "waiting", "waiting"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_clock_that_is_set_back_does_not_stop_it(database, tmp_path, monkeypatch):
    shift = timedelta(0)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + shift

    monkeypatch.setattr(scheduler_module, "datetime", Shifted)
    monkeypatch.setattr(worker, "SAFETY_SECONDS", 0.3)
    monkeypatch.setattr(worker, "_CLOCK_SECONDS", 0.1)
    prepare(database, due=wall_clock() + 30 * DAY)
    at_work = make_worker(database, "", tmp_path, lambda: Shifted.now(UTC))
    at_work.start()
    try:
        wait_for(lambda: len(at_work.looks) >= 2)
        shift = timedelta(hours=-1)
        count = len(at_work.looks)
        wait_for(lambda: len(at_work.looks) >= count + 4)
    finally:
        at_work.stop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_runs_before_it_is_started(database, database_url, tmp_path, monkeypatch):
    """A server may fork between making and starting: threads would be lost, and connections shared."""
    monkeypatch.chdir(tmp_path)
    prepare(database, "ada", due=wall_clock() - HOUR)
    before = set(threading.enumerate())
    database.dispose()
    environ = {"CALENDAR_DATABASE_URL": database_url, "CALENDAR_SECRET_KEY": "k" * 40}
    made = bootstrap.make_worker(read_settings(environ), database)
    time.sleep(0.2)
    assert set(threading.enumerate()) == before
    assert database.pool.checkedin() == database.pool.checkedout() == 0
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(workers)) == 0
    assert outbox(database) == []
    began = time.monotonic()
    made.stop()
    assert time.monotonic() - began < 1
