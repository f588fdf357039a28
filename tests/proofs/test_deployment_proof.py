"""The whole deployment behind nginx: kills, a reload and a database that is away in four ways; feeds never fail.

Three hosts of two granian processes each, two workers and PostgreSQL. Only what nginx itself cannot hide counts.
"""

import os
import random
import signal
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.databases import run_statements
from tests.support.paths import ROOT
from tests.support.proof_deployment import ENVIRONMENT, KEY
from tests.support.proof_hosts import FEEDS, NAME, print_numbers, write_calendar
from tests.support.proxies import nginx
from tests.support.running_service import PROGRAM, free_port

HOSTS, SECONDS = 3, int(os.environ.get("PROOF_SECONDS", "60"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]
GRANIAN = (PROGRAM.with_name("granian"), "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4")
RELOADS = ("--respawn-failed-workers", "--respawn-interval", "20", "wsgi:application")


class Fleet:
    """Web hosts and workers, each with a folder of its own."""

    def __init__(self, folder, url, file):
        self.folder, self.ports, self.web, self.workers = folder, [], [], []
        self.environment = ENVIRONMENT | {
            "CALENDAR_BASE_URL": f"https://{NAME}",
            "CALENDAR_DATABASE_URL": url,
            "CALENDAR_FILE": str(file),
            "CALENDAR_SECRET_KEY": KEY,
            "CALENDAR_TRUSTED_PROXIES": "1",
            "PYTHONPATH": str(ROOT),
        }
        for number in range(HOSTS):
            port = free_port()
            self.ports.append(port)
            self.web.append(self._start(f"web{number}", *GRANIAN, "--port", port, *RELOADS))
        for number in range(2):
            self.workers.append(self._start(f"worker{number}", PROGRAM, "worker"))

    def _start(self, name, *words):
        (self.folder / name).mkdir()
        with (self.folder / f"{name}.log").open("wb") as log:
            command = list(map(str, words))
            return subprocess.Popen(command, cwd=self.folder / name, env=self.environment, stdout=log, stderr=log)

    def children(self):
        listed = [Path(f"/proc/{each.pid}/task/{each.pid}/children") for each in self.web]
        return [int(pid) for path in listed if path.exists() for pid in path.read_text().split()]

    def stop(self):
        for process in (*self.web, *self.workers):
            process.terminate()
        for process in (*self.web, *self.workers):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Askers:
    """Threads that ask for feeds through the proxy."""

    def __init__(self, proxy):
        self.proxy, self.answers, self.stop = proxy, [], threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(4)]

    def _ask(self, number):
        while not self.stop.is_set():
            number += 1
            path, began = FEEDS[number % len(FEEDS)], time.monotonic()
            try:
                status = self.proxy.get(path, seconds=30)[0]
            except (OSError, ssl.SSLError) as error:
                status = type(error).__name__
            self.answers.append((time.monotonic(), path, status, time.monotonic() - began))
            self.stop.wait(0.05)

    @contextmanager
    def asking(self):
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in self.threads:
                thread.join()


@contextmanager
def signalled(server_url, stop, go):
    folder = make_url(server_url).query["host"]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for each in (postmaster, *map(int, children)):
        os.kill(each, stop)
    yield
    for each in (*map(int, children), postmaster):
        os.kill(each, go)


def set_read_only(url, *, is_so):
    name = make_url(url).database
    run_statements(
        url,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} SET default_transaction_read_only = {'on' if is_so else 'off'}",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def refuse_connections(server_url, url, *, is_so):
    name = make_url(url).database
    run_statements(
        server_url,
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {'false' if is_so else 'true'}",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 (our own name)
    )


def test_feeds_never_fail(tmp_path, database_url, database, postgresql_server):
    database.dispose()
    file = tmp_path / "events.yaml"
    write_calendar(file, "First")
    with ExitStack() as stack:
        fleet = Fleet(tmp_path, database_url, file)
        stack.callback(fleet.stop)
        proxy = stack.enter_context(nginx(tmp_path, fleet.ports))
        end = time.monotonic() + 180
        while not all(proxy.is_up() and proxy.get(path)[0] == 200 for path in FEEDS):
            assert time.monotonic() < end
            time.sleep(0.5)
        time.sleep(10)  # each process has loaded the edition
        askers, phases = Askers(proxy), []

        def note(name):
            phases.append((name, len(askers.answers)))

        with askers.asking():
            note("kills")
            for _ in range(10):
                os.kill(random.choice(fleet.children()), signal.SIGKILL)  # noqa: S311 (which one does not matter)
                time.sleep(SECONDS / 10)
            note("reload")
            for each in fleet.web:
                each.send_signal(signal.SIGHUP)
            time.sleep(SECONDS)
            note("frozen")
            with signalled(postgresql_server, signal.SIGSTOP, signal.SIGCONT):
                time.sleep(SECONDS)
            note("read-only")
            set_read_only(database_url, is_so=True)
            time.sleep(SECONDS)
            set_read_only(database_url, is_so=False)
            note("refused")
            refuse_connections(postgresql_server, database_url, is_so=True)
            time.sleep(SECONDS)
            refuse_connections(postgresql_server, database_url, is_so=False)
            note("back")
            time.sleep(5)
            write_calendar(file, "Second")
            end = time.monotonic() + 60
            while "Second" not in proxy.get("/calendar.ics")[1]:
                assert time.monotonic() < end
                time.sleep(0.5)
    failed = [answer for answer in askers.answers if answer[2] != 200]
    for (name, begin), (_, stop) in zip(phases, [*phases[1:], ("", len(askers.answers))], strict=True):
        some = askers.answers[begin:stop]
        bad = sum(status != 200 for _, _, status, _ in some)
        print_numbers(name, answers=len(some), failed=bad, slowest=round(max(each[3] for each in some), 2))
    assert failed == []
