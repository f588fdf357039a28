"""WAL of SQLite: many connections at once turn it on, and none that fails takes the log with it."""

import sqlite3
import threading

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


class FailsFirst(sqlite3.Connection):
    """A connection on which the first statement that reads the file fails."""

    def __init__(self, *words, **options):
        super().__init__(*words, **options)
        self.said = []

    def execute(self, words, *values):
        self.said.append(words)
        if words == "PRAGMA synchronous=FULL":
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(words, *values)

    def close(self):
        self.said.append("close")
        super().close()


def test_a_connection_that_fails_at_once_reads_again_before_it_is_closed(tmp_path):
    """Else SQLite deletes the log with the commits in it; the proof of failing calls shows that it does."""
    engine = open_engine(sqlite_url(tmp_path / "calendar.sqlite3"))
    made = []

    @event.listens_for(engine, "do_connect", insert=True)
    def connect(_dialect, _record, words, options):
        made.append(sqlite3.connect(*words, factory=FailsFirst, **options))
        return made[-1]

    with pytest.raises(OperationalError, match="disk I/O error"):
        engine.connect()
    engine.dispose()
    assert made[0].said[1:] == ["PRAGMA synchronous=FULL", "SELECT count(*) FROM sqlite_master", "close"]
