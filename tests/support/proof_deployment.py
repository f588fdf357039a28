"""A deployment with subscribers whose reminders fall due, the mail server that takes them, and the processes that send them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, or_, select, text

from calendar_service.publishing import publish_file
from calendar_service.store.engine import open_engine, reading
from calendar_service.store.migrate import run_migrations
from calendar_service.store.subscribers import NewSubscriber, Watch, add_subscribers
from calendar_service.store.tables import deliveries
from tests.support.paths import ROOT

SINK = Path(__file__).with_name("smtp_sink.py")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")}
KEY = "k" * 32
EDITOR = "editor@example.org"
# Reykjavik keeps UTC all year, so that what is due can be written down as it is.
HEAD = "calendar: {id: proof.example, name: Proof, timezone: Atlantic/Reykjavik, languages: [en]}\nrecords:\n"
LEAD = timedelta(hours=24)


class Sink:
    """The mail server, a process of its own."""

    def __init__(self, folder, *options):
        self.log = folder / "accepted.jsonl"
        command = [sys.executable, SINK, "--log", self.log, *options]
        self.process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def accepted(self):
        """The messages that came, without the mails about faults."""
        rows = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [row for row in rows if row["recipients"] != [EDITOR]]

    def size(self):
        return self.log.stat().st_size

    def connections(self):
        """Count who is connected, which is how many sender threads are open."""
        theirs = f":{self.port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        return sum(row[2].endswith(theirs) and row[3] == "01" for row in rows)


class ForkServer:
    """Starts processes of the program in milliseconds; those of a planted fault have it."""

    def __init__(self, fault=""):
        command = [sys.executable, "-m", "tests.support.proof_fork_server", *([fault] if fault else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT
        )
        self.started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.started:
            if child.is_alive():
                child.kill()
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def start(self, deployment, *words):
        order = {"words": [*map(str, words)], "environment": deployment.environment, "log": str(deployment.log)}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        child = Child(int(self.process.stdout.readline()))
        self.started = [each for each in self.started if each.is_alive()] + [child]
        return child

    def run(self, deployment, *words):
        self.wait(self.start(deployment, *words))

    @staticmethod
    def wait(*children):
        while any(child.is_alive() for child in children):
            time.sleep(0.01)


@dataclass(frozen=True)
class Child:
    number: int

    def is_alive(self):
        return Path(f"/proc/{self.number}").exists()

    def cpu_seconds(self):
        """How long it has computed; unlike the clock on the wall, that is the same beside other work."""
        after_name = Path(f"/proc/{self.number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        if self.is_alive():
            os.kill(self.number, signal.SIGKILL)
        while self.is_alive():
            time.sleep(0.001)


class Deployment:
    """Subscribers who all want a reminder 24 hours before each tender closes, and a calendar of such tenders."""

    def __init__(self, folder, url, sink, *, subscribers, due, records=1, leads=("24 hours",)):
        self.folder, self.due, self.subscribers, self.records = folder, due, subscribers, 0
        self.log, self.file = folder / "program.log", folder / "events.yaml"
        self.log.touch()
        self.file.write_text(HEAD, encoding="utf-8")
        self.environment = {
            "CALENDAR_DATABASE_URL": url,
            "CALENDAR_FILE": str(self.file),
            "CALENDAR_SECRET_KEY": KEY,
            "CALENDAR_EDITORS": EDITOR,
            "CALENDAR_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        self.engine = open_engine(url)
        run_migrations(self.engine)
        begin = due - timedelta(days=2)
        for _ in range(records):
            self.write_record(due + LEAD)
        publish_file(self.engine, self.file, begin)
        many = [
            NewSubscriber(
                channel="mail",
                address=f"subscriber{number}@example.org",
                address_key=f"{number:064d}",
                language="en",
                zone="Atlantic/Reykjavik",
                watches=(Watch("kind=tender", leads),),
                consent={"words": "1", "form": "proof"},
            )
            for number in range(subscribers)
        ]
        add_subscribers(self.engine, many, begin)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.engine.dispose()

    def write_record(self, closes, title="Tender"):
        """Add a tender to the file; a worker publishes it by itself."""
        line = f"  - {{id: t{self.records}, kind: tender, title: {title}, closes: '{closes:%Y-%m-%d %H:%M}'}}\n"
        draft = self.file.with_suffix(".part")
        draft.write_text(self.file.read_text(encoding="utf-8") + line, encoding="utf-8")
        draft.replace(self.file)
        self.records += 1

    @property
    def messages(self):
        return self.subscribers * self.records

    def states(self):
        with reading(self.engine) as connection:
            rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
            return {state: count for state, count in rows}  # noqa: C416 (rows are no pairs to dict)

    def left(self):
        """How many messages are still to go, planned or not."""
        states = self.states()
        return self.messages - sum(states.values()) + states.get("waiting", 0) + states.get("claimed", 0)

    def left_at(self, now):
        """How many of those should have gone by then, or are in hand."""
        is_due = or_(text("state = 'claimed'"), (deliveries.c.state == "waiting") & (deliveries.c.next_at <= now))
        with reading(self.engine) as connection:
            planned = connection.scalar(select(func.count()).select_from(deliveries))
            due = connection.scalar(select(func.count()).select_from(deliveries).where(is_due))
        return self.messages - planned + due

    def next_try(self):
        with reading(self.engine) as connection:
            return connection.scalar(select(func.min(deliveries.c.next_at)).where(text("state = 'waiting'")))


@dataclass(frozen=True)
class Verdict:
    """What arrived, against what should have."""

    messages: int
    lost: int
    duplicates: int
    worst: int
    strange: int
    lost_replies: int
    states: dict


def judge(deployment, sink):
    """Compare what the mail server accepted with one message for each subscriber and record.

    `worst` is how often one message came at most; `strange` counts messages under a Message-ID beyond those expected.
    """
    rows = sink.accepted()
    came = Counter((row["recipients"][0], row["message_id"]) for row in rows)
    distinct = Counter(address for address, _ in came)
    expected = [f"subscriber{number}@example.org" for number in range(deployment.subscribers)]
    return Verdict(
        messages=deployment.messages,
        lost=sum(max(0, deployment.records - distinct[address]) for address in expected),
        duplicates=sum(came.values()) - len(came),
        worst=max(came.values(), default=0),
        strange=sum(max(0, count - deployment.records) for count in distinct.values())
        + len(distinct.keys() - {*expected}),
        lost_replies=sum(row.get("reply_lost", False) for row in rows),
        states=deployment.states(),
    )


def print_numbers(name, verdict, **numbers):
    """Report the numbers of a proof; pytest shows them with -s."""
    text = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in {**vars(verdict), **numbers}.items())
    print(f"\n{name}: {text}")  # noqa: T201 (the report)


def seconds_since(start):
    return round(time.monotonic() - start)
