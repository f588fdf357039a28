"""The heartbeat: a real server hears once a minute that all is well, or a code for what is not."""

import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from calendar_service.heartbeat import Heartbeat
from calendar_service.store.engine import writing
from calendar_service.store.faults import FaultKind, report_fault
from calendar_service.store.lease import Host
from calendar_service.worker import Worker
from tests.support.calendar_files import calendar, clock, event
from tests.support.databases import open_sqlite
from tests.support.reminders import make_service

LOCKED = """
import sys
from pathlib import Path
from calendar_service.heartbeat import Heartbeat
Heartbeat(sys.argv[1], Path(sys.argv[2])).send("")
"""


@pytest.fixture
def heard():
    """The paths that a server was asked for, and its URL."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    paths = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield paths, f"http://127.0.0.1:{server.server_port}/ping/abc"
        server.shutdown()


@pytest.fixture
def worker(tmp_path, heard):
    file = tmp_path / "events.yaml"
    file.write_text(calendar(event(title="Secret title")))
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    heartbeat = Heartbeat(heard[1], tmp_path / "heartbeat.lock")
    made = Worker(engine, file, clock, make_service(engine, clock), host=Host("here"), heartbeat=heartbeat)
    made.engine, made.file = engine, file
    yield made
    engine.dispose()


def run_once(worker):
    worker.publish_at_start()
    worker.keep_lease()
    worker.schedule()


def test_it_is_told_after_good_passes(worker, heard):
    worker.beat()
    assert heard[0] == []  # this host does not have the lease yet
    run_once(worker)
    worker.beat()
    assert heard[0] == ["/ping/abc"]


def test_a_fault_is_told_by_its_kind_alone(worker, heard):
    run_once(worker)
    with writing(worker.engine) as connection:
        report_fault(connection, FaultKind.RECORD, "one", "It cannot be handled.", clock())
    worker.beat()
    worker.file.write_text("calendar: {}\nrecords: []\n")
    worker.publish_at_start()
    worker.beat()
    assert heard[0] == ["/ping/abc", "/ping/abc/fail?code=publication"]


def test_without_a_pass_it_is_no_good_news(worker, heard):
    worker.publish_at_start()
    worker.keep_lease()
    worker.beat()
    assert heard[0] == ["/ping/abc/fail?code=schedule"]


def test_without_the_database_it_is_told_too(worker, heard, tmp_path):
    run_once(worker)
    worker.engine.dispose()
    (tmp_path / "calendar.sqlite3").write_bytes(b"no database\n" * 1000)
    worker.beat()
    assert heard[0] == ["/ping/abc/fail?code=database"]


def test_another_host_has_the_lease(worker, heard):
    run_once(worker)
    other = Worker(worker.engine, worker.file, clock, host=Host("there"), heartbeat=worker._heartbeat)
    other.keep_lease()
    other.beat()
    assert heard[0] == []


def test_one_process_of_a_host_tells(heard, tmp_path):
    paths, url = heard
    first = Heartbeat(url, tmp_path / "lock")
    first.send("")
    for _ in range(2):
        subprocess.run([sys.executable, "-c", LOCKED, url, tmp_path / "lock"], check=True)
    first.send("late")
    assert paths == ["/ping/abc", "/ping/abc/fail?code=late"]


def test_a_server_that_is_away_is_logged_once_without_its_address(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    away = Heartbeat("http://127.0.0.1:1/secret?key=1", tmp_path / "lock")
    assert away._address("late") == "http://127.0.0.1:1/secret/fail?key=1&code=late"
    away.send("")
    away.send("late")
    assert [record.getMessage() for record in caplog.records] == [
        "The URL of the heartbeat cannot be fetched (URLError)."
    ]


def test_a_server_that_never_comes_to_an_end_is_given_up(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("calendar_service.heartbeat._TIMEOUT_SECONDS", 0.3)
    given_up = threading.Event()

    def drip(listening):
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            for _ in range(50):  # five seconds
                connection.sendall(b"H")
                if given_up.wait(0.1):
                    break

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=drip, args=[listening])
        server.start()
        began = time.monotonic()
        Heartbeat(f"http://127.0.0.1:{listening.getsockname()[1]}/", tmp_path / "lock").send("")
        assert time.monotonic() - began < 3
        given_up.set()
        server.join()
    assert "(NoAnswer)" in caplog.text
