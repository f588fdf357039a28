"""Reminders by mail through a real server, beside smtplib that sends finished bytes to it over one connection.

Both wait for the server, and ours for the disk where it notes what was sent, so what counts is the time that passes.
"""

import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.calendars import read_draft
from bench.measure import Result, forked, row
from bench.reminders import FILE, NOW
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.service import ReminderService
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.publication import publish_draft
from calendar_service.store.subscribers import NewSubscriber, Watch, add_subscribers

ROOT = Path(__file__).parents[1]
MAILS = 1000
DUE = NOW.replace(month=6, day=1, hour=14, minute=1)  # an hour before the tender closes, by the group's lead
SENDER = "bench@example.org"


@contextmanager
def sink(folder):
    """Run a mail server that takes everything; yield its port."""
    command = [sys.executable, "-m", "tests.support.smtp_sink", "--port", "0", "--log", str(folder / "accepted.jsonl")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def subscriber(number):
    watches = (Watch("kind=tender", ("1 hour",), wants_new=False),)
    address = f"subscriber{number}@example.org"
    return NewSubscriber("mail", address, f"k{number}", "en", "Europe/Paris", watches=watches, consent={})


def send_reminders(folder, mailing, number=MAILS):
    """Plan a reminder for so many subscribers of a new database; return the seconds in which it is sent to all."""
    engine = open_engine(sqlite_url(Path(tempfile.mkdtemp(dir=folder), "mails.sqlite3")))
    run_migrations(engine)
    publish_draft(engine, read_draft(FILE), NOW - timedelta(days=9))
    add_subscribers(engine, [subscriber(each) for each in range(number)], NOW - timedelta(days=8))
    service = ReminderService(engine, ("k" * 40,), "https://bench.example", mailing, lambda: DUE)
    service.schedule_due()
    start = time.perf_counter()
    results = service.send(threading.Event())
    taken = time.perf_counter() - start
    if results[DeliveryState.SENT] != number:
        raise ValueError(results)
    service.close(5)
    return taken


def send_bytes(port, content):
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(MAILS):
            server.sendmail(SENDER, f"subscriber{number}@example.org", content)
    return time.perf_counter() - start


@row("mails a second of one worker, to smtplib with finished bytes and one connection to the same server", least=0.5)
def mails():
    with tempfile.TemporaryDirectory() as name, sink(Path(name)) as port:
        written = MailSettings("", Path(name, "mail"), SENDER)
        forked(lambda: send_reminders(name, written, 1))
        (content,) = [path.read_bytes() for path in Path(name, "mail").glob("*.eml")]
        ours = partial(send_reminders, name, MailSettings(f"smtp://127.0.0.1:{port}", Path(name), SENDER))
        times = [(forked(ours), forked(partial(send_bytes, port, content))) for _ in range(5)]
    found = [theirs / our for our, theirs in times]
    ours, theirs = (statistics.median(each) / MAILS for each in zip(*times, strict=True))
    return Result(statistics.median(found), min(found), max(found), sides={"a reminder": ours, "smtplib": theirs})
