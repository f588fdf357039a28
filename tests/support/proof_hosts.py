"""Hosts of the program behind one address: gunicorn with several processes each, and those who ask them for feeds."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.proof_deployment import ENVIRONMENT, HEAD, KEY

ROOT = Path(__file__).parents[2]
NAME = "calendar.example.org"
PROCESSES = 4
RECORDS = 50
AS_HOST = """
import socket, sys
name = sys.argv.pop(1)
socket.gethostname = lambda: name
from gunicorn.app.wsgiapp import run
run()
"""
FEEDS = ("/calendar.ics", "/calendar.ics?kind=tender", "/calendar/tenders.ics", "/events/t0.ics", "/calendar.json")


class WebHost:
    """One host: a master of gunicorn and its children."""

    def __init__(self, name, folder, url, file):
        self.folder = folder / name
        self.folder.mkdir()
        self.log = self.folder / "program.log"
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.port = unused.getsockname()[1]
        self.settings = {
            "CALENDAR_BASE_URL": f"https://{NAME}",
            "CALENDAR_DATABASE_URL": url,
            "CALENDAR_FILE": str(file),
            "CALENDAR_SECRET_KEY": KEY,
        }
        self.start()

    def start(self, program=ROOT):
        """Start gunicorn with the program that is in a folder."""
        options = ["--workers", PROCESSES, "--threads", 4, "--bind", f"127.0.0.1:{self.port}", "wsgi:application"]
        environment = ENVIRONMENT | self.settings | {"PYTHONPATH": str(program)}
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", AS_HOST, self.folder.name, *map(str, options)]
            self.master = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children():
            os.kill(child, signal.SIGCONT)
        self.stop()

    def stop(self):
        self.master.terminate()
        try:
            self.master.wait(20)
        except subprocess.TimeoutExpired:
            for process in (*self.children(), self.master.pid):
                os.kill(process, signal.SIGKILL)
            self.master.wait()

    def children(self):
        listed = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        return [int(number) for number in listed.read_text(encoding="ascii").split()] if listed.exists() else []

    def get(self, path, seconds=20):
        """Return status, entity tag and body, over a connection of its own. Raise OSError or HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Host": NAME, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.headers["ETag"], answer.read()
        finally:
            connection.close()

    def wait_until_ready(self, seconds=60):
        """Wait until each child answers; one that has not started yet ends all if it loses the database."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if [status for status, _, _ in self.ask_each("/calendar.ics")] == [200] * PROCESSES:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.2)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    @contextmanager
    def only(self, child):
        """Stop all children but one, which then has to answer."""
        others = [each for each in self.children() if each != child]
        for each in others:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in others:
                os.kill(each, signal.SIGCONT)

    def ask_each(self, path):
        """Return what each child answers."""
        answers = []
        for child in self.children():
            with self.only(child):
                answers.append(self.get(path))
        return answers


@contextmanager
def two_hosts(folder, url, file):
    with WebHost("a", folder, url, file) as one, WebHost("b", folder, url, file) as other:
        for host in (one, other):
            host.wait_until_ready()
        yield one, other


def write_calendar(file, title):
    closes = datetime.now(UTC) + timedelta(days=30)
    lines = [
        f"  - {{id: t{number}, kind: tender, title: {title} {number}, closes: '{closes:%Y-%m-%d} 12:00'}}\n"
        for number in range(RECORDS)
    ]
    draft = file.with_suffix(".part")
    draft.write_text(HEAD + "".join(lines), encoding="utf-8")
    draft.replace(file)


@contextmanager
def running(tmp_path, url):
    file = tmp_path / "events.yaml"
    write_calendar(file, "First")
    with two_hosts(tmp_path, url, file) as hosts:
        yield file, hosts


def print_numbers(name, **numbers):
    print(f"\n{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in numbers.items()))  # noqa: T201


@dataclass
class Visitors:
    """Threads that ask the hosts for feeds in turn, as a proxy does: where one breaks off, it asks the other one."""

    hosts: tuple
    paths: tuple = FEEDS
    threads: int = 4
    pause: float = 0.1
    answers: list = field(default_factory=list)
    """(when asked, when answered, path, status, entity tag)"""
    failed: list = field(default_factory=list)
    asked_again: int = 0

    @contextmanager
    def asking(self):
        stop = threading.Event()
        many = [threading.Thread(target=self._ask, args=(number, stop)) for number in range(self.threads)]
        for thread in many:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in many:
                thread.join()

    def _ask(self, number, stop):
        while not stop.is_set():
            number += 1
            self._ask_once(self.paths[number % len(self.paths)], self.hosts[number % 2], self.hosts[(number + 1) % 2])
            stop.wait(self.pause)

    def _ask_once(self, path, *hosts):
        began, errors = time.time(), []
        for host in hosts:
            try:
                status, tag, _ = host.get(path)
            except (OSError, http.client.HTTPException) as error:
                errors.append(repr(error))
                continue
            self.asked_again += len(errors)
            self.answers.append((began, time.time(), path, status, tag))
            if status != 200:
                self.failed.append((path, status))
            return
        self.failed.append((path, errors))
