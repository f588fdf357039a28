"""The watch and the worker, on real files in real time."""

import logging
import os
import subprocess
import threading
import time

import pytest
from sqlalchemy import text

from calendar_service import file_watch, worker
from calendar_service.file_watch import FileWatch
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import writing
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import last_attempt
from calendar_service.worker import Worker
from tests.support.calendar_files import PYTHON, calendar, clock, event, wait_until
from tests.support.databases import open_sqlite
from tests.support.paths import ROOT

LINUX = pytest.mark.skipif(not hasattr(file_watch.fcntl, "F_SETLEASE"), reason="only Linux has leases")
PROMISED = 2.0


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(calendar(event()))
    return path


@pytest.fixture
def engine(tmp_path):
    opened = open_sqlite(tmp_path / "calendar.sqlite3")
    yield opened
    opened.dispose()


@pytest.fixture
def impatient(monkeypatch):
    """For tests of anything but the patience."""
    monkeypatch.setattr(file_watch, "SETTLED_AFTER", 0.05)
    monkeypatch.setattr(file_watch, "SETTLED_WITHOUT_NEWLINE_AFTER", 0.05)
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0.02)


@pytest.fixture
def watching(engine, file):
    """A worker that has published the file and watches it."""
    started = Worker(engine, file, clock)
    started.publish()
    started.start()
    yield started
    started.stop()


def titles(engine):
    return {name: entry.record.title["en"] for name, entry in load_edition(engine).entries.items()}


def replace_file(file, content):
    new = file.with_suffix(".new")
    new.write_text(content)
    new.replace(file)


def write_with_old_times(file, content):
    status = file.stat()
    file.write_text(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


WAYS = {
    "written": lambda file, content: file.write_text(content),
    "replaced": replace_file,
    "without final newline": lambda file, content: file.write_text(content.rstrip("\n")),
    "with the old times": write_with_old_times,
}


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_a_change_is_published_in_time(engine, file, write, record_property):
    write(file, calendar(event(title="Other")))  # as long as before
    took = wait_until(lambda: newest_number(engine) == 2)
    assert titles(engine) == {"event": "Other"}
    assert took < PROMISED
    record_property("seconds", took)


@pytest.mark.usefixtures("impatient", "watching")
def test_a_file_is_published_once_for_a_change(engine):
    time.sleep(0.4)
    assert newest_number(engine) == 1
    assert last_attempt(engine).outcome is PublishOutcome.PUBLISHED  # no second attempt, which would say "unchanged"


@pytest.mark.usefixtures("impatient", "watching")
def test_a_deleted_file_and_its_return(engine, file):
    content = file.read_text()
    file.unlink()
    wait_until(lambda: last_attempt(engine).outcome is PublishOutcome.BROKEN, PROMISED)
    assert "No such file" in last_attempt(engine).reasons[0]
    assert titles(engine) == {"event": "Event"}
    file.write_text(content)
    wait_until(lambda: last_attempt(engine).outcome is PublishOutcome.UNCHANGED, PROMISED)


@pytest.mark.usefixtures("impatient")
def test_a_broken_file_keeps_the_edition_over_a_restart(watching, engine, file):
    before = load_edition(engine)
    file.write_text("calendar: [")
    wait_until(lambda: last_attempt(engine).outcome is PublishOutcome.BROKEN, PROMISED)
    watching.stop()
    again = Worker(engine, file, clock)
    again.publish()
    assert load_edition(engine) == before
    again.start()
    file.write_text(calendar(event(title="Mended")))
    wait_until(lambda: newest_number(engine) == 2, PROMISED)
    again.stop()


@pytest.mark.usefixtures("watching")
@LINUX
@pytest.mark.parametrize("pause", [0.15, pytest.param(0.6, marks=pytest.mark.slow)])
def test_a_slowly_written_file_is_never_read_half(engine, file, pause):
    # Every piece would be a sound file of its own.
    with file.open("w") as slow:
        slow.write(calendar(event()))
        for number in range(4):
            slow.flush()
            assert newest_number(engine) == 1
            time.sleep(pause)
            slow.write(event(f"event-{number}"))
    wait_until(lambda: newest_number(engine) == 2, PROMISED)
    assert len(titles(engine)) == 5


@LINUX
def test_the_start_does_not_read_half_either(engine, file, monkeypatch, caplog):
    monkeypatch.setattr(file_watch, "_WRITER_MAY_TAKE", 0.1)
    with file.open("a") as slow:
        starting = Worker(engine, file, clock)
        starting.publish()
        assert (newest_number(engine), last_attempt(engine)) == (0, None)
        starting.start()
        slow.write(event("second"))
    wait_until(lambda: newest_number(engine) == 1, PROMISED)
    assert titles(engine) == {"event": "Event", "second": "Event"}
    starting.stop()
    assert "It is published as soon as it is whole." in caplog.text


REWRITE = """
import sys, time
from tests.support.calendar_files import calendar, event
for number in range(200):
    with open(sys.argv[1], "w", buffering=1) as file:  # each line is a write of its own
        file.write(calendar(*[event(f"e{n}", title=f"Title {number}") for n in range(40)]))
    time.sleep(0.6 if number % 50 == 49 else 0.005)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("watching")
def test_two_hundred_rewrites_never_show_half_a_file(engine, file):
    rewriter = subprocess.Popen([PYTHON, "-c", REWRITE, file], cwd=ROOT)
    seen = []
    while rewriter.poll() is None:
        seen.append(load_edition(engine))
        time.sleep(0.002)
    assert rewriter.returncode == 0
    last = {f"e{n}": "Title 199" for n in range(40)}
    wait_until(lambda: {name: title for name, title in titles(engine).items() if name != "event"} == last, PROMISED)
    shown = [{e.record.title["en"] for e in each.entries.values() if e.record.id != "event"} for each in seen]
    sizes = {len(each.entries) for each in seen}
    assert sizes <= {1, 41}
    assert all(len(each) <= 1 for each in shown)
    assert len({each.number for each in seen}) > 2


@pytest.mark.usefixtures("impatient", "watching")
def test_after_a_database_error_it_tries_again(engine, file, monkeypatch, caplog):
    monkeypatch.setattr(file_watch.FileWatch.try_again, "__defaults__", (0.1,))
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE revisions RENAME TO away"))
    file.write_text(calendar(event(title="Other")))
    wait_until(lambda: "is tried again" in caplog.text, PROMISED)
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO revisions"))
    wait_until(lambda: newest_number(engine) == 2)
    assert titles(engine) == {"event": "Other"}
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("impatient", "watching")
def test_after_an_unforeseen_error_it_tries_again(engine, file, monkeypatch, caplog):
    monkeypatch.setattr(file_watch.FileWatch.try_again, "__defaults__", (0.1,))
    errors = iter([ZeroDivisionError("planted")])
    publish_file = worker.publish_file

    def publish_or_fail(*args, **more):
        for error in errors:
            raise error
        return publish_file(*args, **more)

    monkeypatch.setattr(worker, "publish_file", publish_or_fail)
    file.write_text(calendar(event(title="Other")))
    wait_until(lambda: newest_number(engine) == 2)
    assert "ZeroDivisionError: planted" in caplog.text


@pytest.mark.usefixtures("impatient")
def test_stopping_waits_for_what_is_under_way(engine, file, monkeypatch):
    working = threading.Event()
    publish_file = worker.publish_file

    def publish_slowly(*args, **more):
        working.set()
        time.sleep(0.3)
        return publish_file(*args, **more)

    monkeypatch.setattr(worker, "publish_file", publish_slowly)
    slow = Worker(engine, file, clock)
    slow.start()
    assert working.wait(2)
    slow.stop()
    assert newest_number(engine) == 1
    file.write_text(calendar(event(title="Other")))
    time.sleep(0.3)
    assert newest_number(engine) == 1
    slow.stop()


@pytest.mark.usefixtures("impatient")
def test_stopping_does_not_wait_for_what_hangs(engine, file, monkeypatch, caplog):
    monkeypatch.setattr(worker, "STOP_SECONDS", 0.3)
    working, hang = threading.Event(), threading.Event()
    monkeypatch.setattr(worker, "publish_file", lambda *_, **__: (working.set(), hang.wait(10), 1 / 0))
    stuck = Worker(engine, file, clock)
    stuck.start()
    assert working.wait(2)
    began = time.monotonic()
    stuck.stop()
    assert time.monotonic() - began < 1
    assert "did not end in time" in caplog.text
    hang.set()


@pytest.mark.usefixtures("impatient", "watching")
def test_the_scheduler_says_nothing_of_its_ticks(caplog):
    caplog.set_level(logging.DEBUG)
    time.sleep(0.3)
    assert [record.message for record in caplog.records if record.name.startswith("apscheduler")] == []


class Seconds:
    """A clock that is turned by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("content", "patience"), [("a\n", 0.5), ("a", 0.75), ("", 0.5)], ids=["whole line", "open line", "empty"]
)
def test_a_watch_waits_until_the_file_is_settled(tmp_path, content, patience):
    file, seconds = tmp_path / "events.yaml", Seconds()
    file.write_text(content)
    watch = FileWatch(file, seconds)
    due = []
    for _ in range(10):
        due.append((seconds.now - 100, watch.is_due()))
        seconds.now += 0.125
    assert [when for when, is_due in due if is_due] == [patience]


def test_each_change_begins_the_wait_anew(tmp_path):
    file, seconds = tmp_path / "events.yaml", Seconds()
    watch = FileWatch(file, seconds)
    for number in range(10):
        file.write_text("a\n" * (number + 1))
        assert not watch.is_due()
        seconds.now += 0.3
    assert not watch.is_due()
    seconds.now += 0.2
    assert (watch.is_due(), watch.is_due()) == (True, False)


def test_a_watch_tries_again_after_a_while_or_at_a_change(tmp_path):
    file, seconds = tmp_path / "events.yaml", Seconds()
    file.write_text("a\n")
    watch = FileWatch(file, seconds)
    watch.take()
    assert not watch.is_due()
    watch.try_again()
    seconds.now += 5.3
    assert not watch.is_due()
    seconds.now += 0.2
    assert watch.is_due()
    watch.try_again()
    file.write_text("b\n")
    assert not watch.is_due()
    seconds.now += 0.5
    assert watch.is_due()
