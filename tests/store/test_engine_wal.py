"""WAL of SQLite: many connections at once turn it on, and none that fails takes the log with it."""

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from calendar_service.store.engine import open_engine, sqlite_url


def test_many_enter_wal_at_once(tmp_path):
    for attempt in range(30):
        url = sqlite_url(tmp_path / f"{attempt}.sqlite3")
        gate, faults = threading.Barrier(8), []

        def enter(url=url, gate=gate, faults=faults):
            engine = open_engine(url)
            gate.wait()
            try:
                with engine.connect() as connection:
                    assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            except Exception as fault:  # noqa: BLE001 (whatever it is, the test shall show it)
                faults.append(fault)
            engine.dispose()

        threads = [threading.Thread(target=enter) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []


class Recording(sqlite3.Connection):
    """A connection that records what it is told."""

    def __init__(self, *words, **options):
        super().__init__(*words, **options)
        self.said = []

    def execute(self, words, *values):
        self.said.append(words)
        return super().execute(words, *values)

    def close(self):
        self.said.append("close")
        super().close()


class FailsFirst(Recording):
    """A connection on which the first statement that reads the file fails."""

    def execute(self, words, *values):
        if words == "PRAGMA synchronous=FULL":
            self.said.append(words)
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(words, *values)


def fail_to_connect(path, factory, words, query=""):
    """Return what was said on a connection that cannot be opened."""
    engine = open_engine(sqlite_url(path))
    made = []

    @event.listens_for(engine, "do_connect", insert=True)
    def connect(_dialect, _record, _words, options):
        made.append(sqlite3.connect(f"{path.as_uri()}{query}", factory=factory, **options | {"uri": True}))
        return made[-1]

    with pytest.raises(OperationalError, match=words):
        engine.connect()
    engine.dispose()
    return made[0].said


def test_a_fault_is_told_at_once(tmp_path):
    """Only another process that is busy with the file is worth waiting for."""
    path = tmp_path / "calendar.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE records (id)")
    said = fail_to_connect(path, Recording, "readonly database", "?mode=ro")
    assert said.count("PRAGMA journal_mode=WAL") == 1


def test_a_connection_that_fails_at_once_reads_again_before_it_is_closed(tmp_path):
    """Else SQLite deletes the log with the commits in it; the proof of failing calls shows that it does."""
    said = fail_to_connect(tmp_path / "calendar.sqlite3", FailsFirst, "disk I/O error")
    assert said[1:] == ["PRAGMA synchronous=FULL", "SELECT count(*) FROM sqlite_master", "close"]
