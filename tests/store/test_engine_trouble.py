"""What a database that is locked, full, read-only, damaged, deleted or frozen does: a DatabaseFault soon, in words."""

import os
import signal
import sqlite3
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from calendar_service.store import engine as engine_module
from calendar_service.store.engine import open_engine, reading, sqlite_url, writing
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.process_state import read_state, write_state
from tests.support.databases import open_sqlite

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calendar.sqlite3"


@pytest.fixture
def engine(path):
    opened = open_sqlite(path)
    yield opened
    opened.dispose()


def note(engine, value="x"):
    with writing(engine) as connection:
        write_state(connection, "note", value, NOW)


def noted(engine):
    with reading(engine) as connection:
        return read_state(connection, "note")


def trouble_of(work, *args):
    with pytest.raises(DatabaseFault) as caught:
        work(*args)
    return caught.value.trouble


def test_a_deleted_file_is_noticed_and_not_made_anew(engine, path, tmp_path):
    note(engine)
    aside = tmp_path / "aside"
    path.rename(aside)
    assert trouble_of(note, engine) is Trouble.GONE
    assert trouble_of(noted, engine) is Trouble.GONE
    assert not path.exists()
    aside.rename(path)
    note(engine, "y")
    assert noted(engine)[0] == "y"


def test_what_is_written_while_the_file_is_deleted_is_no_success(engine, path):
    def write():
        with writing(engine) as connection:
            write_state(connection, "note", "x", NOW)
            path.unlink()

    assert trouble_of(write) is Trouble.GONE


def test_another_file_at_the_path_is_opened(engine, path, tmp_path):
    note(engine, "old")
    other = open_sqlite(tmp_path / "other.sqlite3")
    note(other, "new")
    other.dispose()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    (tmp_path / "other.sqlite3").rename(path)
    assert noted(engine)[0] == "new"


@pytest.mark.usefixtures("engine")
def test_a_locked_database(path, monkeypatch):
    monkeypatch.setattr(engine_module, "_WAIT_SECONDS", 0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    short = open_engine(sqlite_url(path))
    assert trouble_of(note, short) is Trouble.LOCKED
    other.execute("ROLLBACK")
    other.close()
    note(short)
    short.dispose()


def test_a_database_without_room(engine):
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill():
        with writing(engine) as connection:
            for number in range(2000):
                write_state(connection, f"note {number}", "x" * 200, NOW)

    assert trouble_of(fill) is Trouble.FULL


def test_a_read_only_database(database):
    def write(connection):
        read_only = "PRAGMA query_only=1" if database.dialect.name == "sqlite" else "SET TRANSACTION READ ONLY"
        connection.exec_driver_sql(read_only)
        write_state(connection, "note", "x", NOW)

    def work():
        with writing(database) as connection:
            write(connection)

    assert trouble_of(work) is Trouble.READ_ONLY


def test_a_damaged_database(engine, path):
    note(engine)
    engine.dispose()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert trouble_of(note, engine) is Trouble.DAMAGED


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_frozen_server_is_given_up(database, monkeypatch):
    """SIGSTOP to the processes that serve this database: the kernel still takes what is sent, nobody answers."""
    monkeypatch.setattr(engine_module, "_READ_SECONDS", 1)
    monkeypatch.setattr(engine_module, "_WRITE_SECONDS", 1)
    began, stopped = time.monotonic(), []

    def freeze():
        with reading(database) as connection:
            stopped.append(connection.scalar(text("SELECT pg_backend_pid()")))
            os.kill(stopped[0], signal.SIGSTOP)
            connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseFault, match="did not answer for 3 seconds") as caught:
        freeze()
    os.kill(stopped[0], signal.SIGCONT)
    assert caught.value.trouble is Trouble.AWAY
    assert time.monotonic() - began < 8
    assert noted(database) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_long_read_is_ended(database, monkeypatch):
    monkeypatch.setattr(engine_module, "_READ_SECONDS", 1)
    with pytest.raises(DatabaseFault, match="statement timeout"), reading(database) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    assert noted(database) is None
