"""A service of real processes with a mail server, something that breaks, and what can be seen of it from outside."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from calendar_service.store.engine import open_engine, reading
from calendar_service.store.tables import workers
from tests.support.paths import ROOT
from tests.support.signing_up import CHOICE

PROGRAM = Path(sys.executable).parent / "calendar-service"
SINK = Path(__file__).with_name("smtp_sink.py")
TOKEN = "o" * 20
SIGN_UP = urlencode(CHOICE, doseq=True).encode()
EDITOR = "anna@example.org"
CALENDAR = """\
calendar: {{id: scene.example, name: Scene, timezone: Europe/Paris, languages: [en]}}
records:
  - {{id: one, kind: event, title: {title}, when: 1 May 2030}}
"""
UNPUBLISHED = "Unpublished words"
PROMISED = 60


def calendar(title="One"):
    return CALENDAR.format(title=title)


def count_workers(engine):
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(workers))


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def stop_again(process, seconds):
    """Wait for a process to end. Granian loses a signal that comes while a process of its own loads the program."""
    end = time.monotonic() + seconds
    try:
        process.wait(min(5, seconds))
    except subprocess.TimeoutExpired:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for child in children.read_text().split() if "granian" in str(process.args) and children.exists() else ():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGTERM)
        process.wait(max(0.1, end - time.monotonic()))


class Scene:
    """`serve` and `worker` on one host, database and file, in a folder of their own."""

    def __init__(self, folder, database_url="sqlite:///var/calendar.sqlite3"):
        self.folder = folder
        self.url = database_url.replace("///var/", f"///{folder}/var/")
        self.file = folder / "events.yaml"
        self.file.write_text(calendar())
        self.mails = folder / "mails.jsonl"
        self.port = free_port()
        self.smtp_port = free_port()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")} | {
            "CALENDAR_DATABASE_URL": database_url,
            "CALENDAR_FILE": str(self.file),
            "CALENDAR_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "CALENDAR_MAIL_FROM": "calendar@example.org",
            "CALENDAR_EDITORS": EDITOR,
            "CALENDAR_OPERATOR_TOKEN": TOKEN,
            "TMPDIR": str(folder),
        }
        self.processes = []

    @property
    def database(self):
        return self.folder / "var" / "calendar.sqlite3"

    def start(self, *words):
        number = len(self.processes)
        with (self.folder / f"log{number}").open("wb") as log:
            process = subprocess.Popen(
                list(map(str, words)), cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def start_sink(self):
        return self.start(sys.executable, SINK, "--port", self.smtp_port, "--log", self.mails)

    def start_service(self):
        self.start(PROGRAM, "serve", "--port", self.port)
        self.wait_until(lambda: self.ready().get("status"), 30)
        self.start(PROGRAM, "worker")
        engine = open_engine(self.url)
        # Else it would make a database anew where a test takes the first one away.
        self.wait_until(lambda: count_workers(engine) == 2, 30)
        engine.dispose()

    def stop(self):
        """End all processes in good order; those that did not within thirty seconds are named."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        end, slow = time.monotonic() + 30, []
        for process in self.processes:
            try:
                stop_again(process, max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                slow.append(process.args)
                process.kill()
                process.wait()
        return slow

    def get(self, path, *, token=False, data=None, seconds=15):
        headers = {"Authorization": f"Bearer {TOKEN}"} if token else {}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers, data=data)
        try:
            with urllib.request.urlopen(asked, timeout=seconds) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()
        except OSError as error:
            return 0, {}, str(error)

    def ready(self, *, token=False):
        try:
            return json.loads(self.get("/readyz", token=token)[2])
        except ValueError:
            return {}

    def kinds(self):
        return {each["kind"] for each in self.ready().get("faults", [])}

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics", token=True)[2], re.MULTILINE)
        return float(found[1]) if found else None

    def mailed(self):
        """The subjects of the mails to the editors."""
        if not self.mails.exists():
            return []
        rows = map(json.loads, self.mails.read_text().splitlines())
        return [row["subject"] for row in rows if EDITOR in row["recipients"]]

    def logs(self):
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("log*")))

    def wait_until(self, is_so, seconds, pause=0.25):
        began = time.monotonic()
        while not (found := is_so()):
            assert time.monotonic() - began < seconds, f"it never was so\n{self.logs()[-6000:]}"
            time.sleep(pause)
        return found

    def watch(self, kind, words, seconds=PROMISED):
        """After how many seconds each surface shows a fault; None for one that does not within `seconds`."""
        began = time.monotonic()
        seen = dict.fromkeys(("readyz", "metrics", "operator", "mail"))
        looks = {
            "readyz": lambda: kind in self.kinds() and self.ready()["status"] not in ("ready", "unchanged"),
            "metrics": lambda: (self.metric(f'calendar_faults{{kind="{kind}"}}') or 0) > 0,
            "operator": lambda: words in self.get("/operator", token=True)[2],
            "mail": lambda: any(words.removesuffix(".") in subject for subject in self.mailed()),
        }
        while None in seen.values() and time.monotonic() - began < seconds:
            for name, look in looks.items():
                if seen[name] is None and look():
                    seen[name] = round(time.monotonic() - began, 1)
            time.sleep(0.25)
        return seen


@contextmanager
def scene(folder, database_url="sqlite:///var/calendar.sqlite3"):
    """A running scene, which is ended; the names of processes that did not end by themselves are in `slow`."""
    with ExitStack() as stack:
        made = Scene(folder, database_url)
        made.slow = []
        stack.callback(lambda: made.slow.extend(made.stop()))
        made.start_sink()
        made.start_service()
        yield made


@contextmanager
def in_folder(folder, url="sqlite:///var/calendar.sqlite3"):
    made = Scene(folder, url)
    made.environment["PYTHONPATH"] = str(ROOT)
    try:
        yield made
    finally:
        slow = made.stop()
        assert slow == [], f"these did not end: {slow}"


def serve(made, *command):
    started = made.start(
        *(str(word).format(port=made.port) for word in command or (PROGRAM, "serve", "--port", "{port}"))
    )
    made.wait_until(lambda: made.get("/healthz")[0] == 200, 40)
    return started


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(15)


def copies(made):
    return sorted((made.folder / "var").glob("edition-*.jsonl"))
