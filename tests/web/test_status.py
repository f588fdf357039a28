"""The state of the service while the database keeps its readers waiting."""

import threading
import time
from datetime import UTC, datetime

import pytest

from calendar_service.reminders.faults.log import FaultLog
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.faults import FaultKind
from calendar_service.web import status
from calendar_service.web.status import StatusReader
from tests.support.calendar_files import wait_until
from tests.support.databases import open_sqlite

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


class FrozenDatabase:
    """Keeps who asks for faults waiting until it is thawed, or until the connection gives up."""

    def __init__(self, monkeypatch):
        self.thawed, self.is_away, self.asked, self.given_up = threading.Event(), False, 0, False
        self._list_faults = status.list_faults
        monkeypatch.setattr(status, "list_faults", self.list_faults)
        monkeypatch.setattr(status, "_ANSWER_SECONDS", 0.2)

    def list_faults(self, connection):
        self.asked += 1
        self.given_up = not self.thawed.wait(0.4)
        if self.given_up:
            raise DatabaseFault("the server did not answer", remedy="")
        return self._list_faults(connection)


@pytest.fixture
def frozen(monkeypatch):
    made = FrozenDatabase(monkeypatch)
    yield made
    made.thawed.set()


def read(reader):
    began = time.monotonic()
    found = reader.read(NOW)
    return found.is_database_up, [each.kind for each in found.faults], time.monotonic() - began >= 0.2


def test_one_request_waits_for_a_database_that_does_not_answer(tmp_path, frozen):
    reader = StatusReader(open_sqlite(tmp_path / "frozen.sqlite3"), FaultLog(lambda: NOW), lambda: frozen.is_away)
    assert read(reader) == (False, [FaultKind.DATABASE], True)
    frozen.is_away = True
    wait_until(lambda: frozen.given_up)
    for _ in range(3):
        assert read(reader) == (False, [FaultKind.DATABASE], False)
    assert frozen.asked == 1
    frozen.thawed.set()
    frozen.is_away = False
    wait_until(lambda: read(reader) == (True, [], False))


def test_none_waits_for_a_database_that_the_worker_reports(tmp_path, frozen):
    log = FaultLog(lambda: NOW)
    reader = StatusReader(open_sqlite(tmp_path / "frozen.sqlite3"), log, lambda: True)
    log.report_database("lease", DatabaseFault("it hangs", trouble=Trouble.AWAY))
    assert read(reader) == (False, [FaultKind.DATABASE], False)
    assert frozen.asked == 0
