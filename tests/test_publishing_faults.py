"""What of an attempt to publish is a fault: reported under this host's name, and cleared when it is over."""

import pytest
from sqlalchemy import text

from calendar_service import file_watch, publishing, worker
from calendar_service.publishing import publish_file, record_outcome
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.hosts import host_name
from calendar_service.worker import Worker
from tests.support.calendar_files import calendar, clock, event, tender, wait_until

LINUX = pytest.mark.skipif(not hasattr(file_watch.fcntl, "F_SETLEASE"), reason="only Linux has leases")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(calendar(tender()))
    return path


def faults(engine):
    with reading(engine) as connection:
        return [(each.kind, each.key, each.reason, each.details) for each in list_faults(connection)]


def of_this_host(reason, *details):
    return [(FaultKind.PUBLICATION, host_name(), reason, details)]


def test_a_held_file_is_a_fault_until_it_is_confirmed(database, file):
    publish_file(database, file, clock())
    assert faults(database) == []
    file.write_text(calendar(tender(closes="1 July 2030")))
    publish_file(database, file, clock())
    assert faults(database) == of_this_host(
        "The calendar file is held until a person confirms it: 1 reason.",
        "tender: closes moves from '10 July 2030' to '1 July 2030', which is earlier",
        f"To publish it: calendar-service publish --confirm {file}",
    )
    publish_file(database, file, clock(), confirmed=True)
    assert faults(database) == []


def test_a_broken_file_is_a_fault_until_it_says_again_what_is_published(database, file):
    publish_file(database, file, clock())
    file.write_text(calendar(event("one", when="someday"), event("two", when="someday")))
    reasons = publish_file(database, file, clock()).reasons
    assert faults(database) == of_this_host("The calendar file has 2 problems.", *reasons)
    file.write_text(calendar(tender()))
    publish_file(database, file, clock())
    assert faults(database) == []


def test_a_failure_is_a_fault_with_its_cause_in_the_details(database, file):
    record_outcome(database, file, ZeroDivisionError("planted"), clock())
    assert faults(database) == of_this_host(
        "Publishing the calendar file failed (ZeroDivisionError); it is tried again.",
        f"{file}: ZeroDivisionError: planted",
    )
    publish_file(database, file, clock())
    assert faults(database) == []


@pytest.fixture
def watching(database, file, monkeypatch):
    """A worker without patience that has published the file and watches it."""
    monkeypatch.setattr(file_watch, "SETTLED_AFTER", 0.05)
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(file_watch.FileWatch.try_again, "__defaults__", (0.5,))
    started = Worker(database, file, clock)
    started.publish()
    started.start()
    yield started
    started.stop()


@pytest.mark.usefixtures("watching")
def test_a_failing_table_is_a_fault_until_it_works_again(database, file):
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE revisions RENAME TO away"))
    file.write_text(calendar(tender(), event()))
    wait_until(lambda: faults(database))
    ((kind, key, reason, details),) = faults(database)
    assert (kind, key, reason) == (
        FaultKind.PUBLICATION,
        host_name(),
        "The database does not do what publishing asks.",
    )
    assert details[0].startswith(f"{file}: the {database.dialect.name} database does not do what was asked: ")
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO revisions"))
    wait_until(lambda: not faults(database))


@pytest.mark.usefixtures("watching")
def test_an_error_of_our_own_is_a_fault_until_it_is_over(database, file, monkeypatch):
    read_calendar = publishing.read_calendar
    monkeypatch.setattr(publishing, "read_calendar", lambda *_: 1 / 0)
    file.write_text(calendar(tender(), event()))
    wait_until(lambda: faults(database))
    assert "(ZeroDivisionError)" in faults(database)[0][2]
    monkeypatch.setattr(publishing, "read_calendar", read_calendar)
    wait_until(lambda: not faults(database))


@LINUX
def test_a_file_that_stays_open_for_writing_is_a_fault(database, file, watching, monkeypatch):
    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.3)
    with file.open("a") as writer:
        writer.write(event())
        writer.flush()
        wait_until(lambda: faults(database))
        assert faults(database) == of_this_host(
            "The calendar file stays open for writing by another program.",
            f"{file} is just being written by another program. Save it, then publish again.",
        )
    wait_until(lambda: not faults(database))
    assert watching


def test_a_file_that_is_never_read_as_a_whole_is_a_fault(database, file, watching, monkeypatch):
    """As one that the system has no data of yet, though it is open and nobody writes it."""
    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.3)
    monkeypatch.setattr(file_watch, "_WRITER_MAY_TAKE", 0.05)
    with monkeypatch.context() as while_busy:
        while_busy.setattr(file_watch, "read_whole", lambda _: None)
        file.write_text(calendar(tender(), event()))
        wait_until(lambda: faults(database))
        assert "stays open for writing" in faults(database)[0][2]
    wait_until(lambda: not faults(database))
    assert watching
