"""A whole deployment: web hosts behind nginx, workers, a mail server, and those who ask for feeds and sign up."""

import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.proof_deployment import ENVIRONMENT, KEY
from tests.support.proof_hosts import FEEDS, NAME
from tests.support.running_service import PROGRAM, free_port
from tests.support.signing_up import CHOICE

UNIT = (ROOT / "deploy" / "systemd" / "calendar-web.service").read_text(encoding="utf-8")
# The hosts of a fleet are all this machine; PostgreSQL tells them apart by their names.
AS_HOST = "import socket, sys; name = sys.argv.pop(1); socket.gethostname = lambda: name; "
WORKER = AS_HOST + "from calendar_service.cli.main import main; main(['worker'])"


def web_command(port):
    """The command of the unit for many machines, on another port and with a processor's worth of threads."""
    _, *words = re.search(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)[1].split()
    return [str(PROGRAM.with_name("granian")), *(str(port) if word == "8000" else word for word in words)]


class Fleet:
    """Web hosts of two processes each and workers, each with a folder of its own."""

    def __init__(self, folder, url, file, *, hosts, workers, program=ROOT, **settings):
        self.folder, self.program = folder, program
        self.environment = ENVIRONMENT | {
            "CALENDAR_BASE_URL": f"https://{NAME}",
            "CALENDAR_DATABASE_URL": url,
            "CALENDAR_FILE": str(file),
            "CALENDAR_SECRET_KEY": KEY,
            "CALENDAR_TRUSTED_PROXIES": "1",
            **settings,
        }
        self.ports = [free_port() for _ in range(hosts)]
        self.web = [self.start_web(number) for number in range(hosts)]
        self.workers = [self.start_worker(number) for number in range(workers)]

    def start_web(self, number):
        return self._start(f"web{number}", *web_command(self.ports[number]))

    def start_worker(self, number):
        return self._start(f"worker{number}", sys.executable, "-c", WORKER, f"worker{number}")

    def _start(self, name, *words):
        place = self.folder / name
        place.mkdir(exist_ok=True)
        environment = self.environment | {"PYTHONPATH": str(self.program), "XDG_STATE_HOME": str(place / "state")}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(words, cwd=place, env=environment, stdout=log, stderr=log)

    def children(self):
        listed = [Path(f"/proc/{each.pid}/task/{each.pid}/children") for each in self.web]
        return [int(pid) for path in listed if path.exists() for pid in path.read_text().split()]

    def kill_one(self):
        """Kill a web process, which its master starts again, or a worker, which is started again here."""
        if random.random() < 0.3:  # noqa: S311 (which one does not matter)
            number = random.randrange(len(self.workers))  # noqa: S311
            self.workers[number].kill()
            self.workers[number].wait()
            self.workers[number] = self.start_worker(number)
        else:
            os.kill(random.choice(self.children()), signal.SIGKILL)  # noqa: S311

    def restart(self):
        """Stop and start one process after the other, as an upgrade does; the next when one answers."""
        for number in range(len(self.web)):
            end_all([self.web[number]])
            self.web[number] = self.start_web(number)
            wait_for_port(self.ports[number])
        for number in range(len(self.workers)):
            end_all([self.workers[number]])
            self.workers[number] = self.start_worker(number)

    def upgrade_tables(self, program):
        command = [sys.executable, "-c", "from calendar_service.cli.main import main; main(['db', 'upgrade'])"]
        environment = self.environment | {"PYTHONPATH": str(program)}
        subprocess.run(command, cwd=self.folder, env=environment, check=True, capture_output=True)

    def stop(self):
        end_all([*self.web, *self.workers])


def end_all(processes):
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            # As systemd does after TimeoutStopSec: granian may miss a signal while it loads.
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            for each in (*map(int, children), process.pid):
                os.kill(each, signal.SIGKILL)
            process.wait()


def wait_for_port(port, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(port)


class Visitors:
    """Threads that ask for feeds through the proxy, each fourth time for one that no cache has, and one that signs up."""

    def __init__(self, proxy, threads=4):
        self.proxy, self.answers, self.signed_up, self.stop = proxy, [], [], threading.Event()
        self.statuses, self._numbers = Counter(), count()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(threads)]
        self.threads.append(threading.Thread(target=self._sign_up))

    def _ask(self, number):
        while not self.stop.is_set():
            number += 1
            path, began = FEEDS[number % len(FEEDS)], time.monotonic()
            if number % 4 == 0:
                path = f"/calendar.ics?q=word{next(self._numbers)}"
            try:
                status = self.proxy.get(path, seconds=30)[0]
            except (OSError, ssl.SSLError) as error:
                status = type(error).__name__
            self.answers.append((time.monotonic(), path, status, time.monotonic() - began))
            self.stop.wait(0.05)

    def _sign_up(self):
        for number in count():
            address, source = f"new{number}@example.org", f"127.1.{number // 250}.{number % 250 + 1}"
            form = "&".join(f"{name}={value}" for name, value in (("address", address), ("kind", "tender")))
            form += f"&language=en&zone={CHOICE['zone'].replace('/', '%2F')}&lead=1+day"
            try:
                status = self.proxy.get("/reminders", body=form.encode(), seconds=60, source=source)[0]
            except (OSError, ssl.SSLError) as error:
                status = type(error).__name__
            self.statuses[status] += 1
            if status == 200:
                self.signed_up.append(address)
            if self.stop.wait(1):
                return

    @contextmanager
    def asking(self):
        for thread in self.threads:
            thread.start()
        try:
            yield self
        finally:
            self.stop.set()
            for thread in self.threads:
                thread.join()
