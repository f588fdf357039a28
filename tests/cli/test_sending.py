"""The commands `pause`, `resume`, `plan`, `tick` and `doctor` around a pause and a copy that was put back."""

import asyncio
import contextlib
import json
import os
import threading
import time

import pytest

from calendar_service import bootstrap, doctor
from calendar_service.cli import sending as sending_commands
from calendar_service.cli.main import main
from calendar_service.clock import clock
from calendar_service.reminders.scheduling import Planner
from calendar_service.store.claims import claim_deliveries
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, writing
from calendar_service.store.workers import enter_worker
from tests.support.commands import run_here
from tests.support.database_copies import copy_by_hand
from tests.support.reminders import (
    Clock,
    Inbox,
    add_named_subscribers,
    mail_server,
    make_service,
    outbox,
    publish_records,
    tender,
    utc,
)

BEGIN = utc("2027-06-01 12:00")
NAMES = [f"subscriber{number:02}" for number in range(10)]
AT = "2027-07-03T15:01:00Z"
SPAN = "--from", "2027-07-01T00:00:00Z", "--to", "2027-07-10T10:00:00Z"


@pytest.mark.parametrize(
    "words",
    ["pause", "resume", "receipts", "subscribers list", "subscribers export", "subscribers erase ann@example.org"],
)
def test_in_another_folder_no_command_makes_a_database_of_its_own(tmp_path, words):
    """Who pauses or erases there must not believe that the service does."""
    done = run_here(tmp_path, *words.split())
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "the file var/calendar.sqlite3 is missing. Look at CALENDAR_DATABASE_URL" in done.stderr


@pytest.fixture
def asked(database, database_url, tmp_path, monkeypatch, capsys):
    """Runs a command of the program; gives what it prints."""
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_named_subscribers(database, NAMES, BEGIN)
    database.dispose()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALENDAR_DATABASE_URL", database_url)
    monkeypatch.setenv("CALENDAR_SECRET_KEY", "k" * 40)

    opened = []
    for module in (bootstrap, doctor):
        monkeypatch.setattr(module, "open_engine", lambda url: opened.append(open_engine(url)) or opened[-1])

    def run(*arguments):
        with contextlib.suppress(SystemExit):
            main(arguments, standalone_mode=False)
        while opened:
            opened.pop().dispose()  # as the end of a process would
        return capsys.readouterr().out

    with mail_server(inbox := Inbox()) as url:
        monkeypatch.setenv("CALENDAR_SMTP_URL", url)
        run.inbox = inbox
        yield run


def put_back_a_copy(asked, database_url, tmp_path):
    assert asked("tick", "--now", "2027-06-01T12:00:00Z") == "nothing due\n"
    put_back = copy_by_hand(database_url, tmp_path)
    assert asked("tick", "--now", AT) == "10 sent\n"
    put_back()


def test_a_copy_put_back_sends_nothing(asked, database_url, tmp_path):
    put_back_a_copy(asked, database_url, tmp_path)
    why, nothing = asked("tick", "--now", AT).splitlines()
    assert nothing == "nothing sent"
    assert why.endswith(
        ": the database is older than it was before, so a copy was put back. To send what is due: calendar-service tick "
        "--send-missed. To go on without it: calendar-service resume"
    )
    assert asked("plan", *SPAN).splitlines() == [
        why,
        "2027-07-03T15:00:00Z  reminder  tender  closes 2027-07-10T15:00:00Z  7 days before  10 subscribers  missed",
        "10 messages, 2027-07-01T00:00:00Z to 2027-07-10T10:00:00Z",
    ]
    assert [each["address"].partition("@")[0] for each in json.loads(asked("plan", *SPAN, "--format", "json"))] == NAMES
    assert f"BAD  {why}" in asked("doctor").splitlines()
    assert len(asked.inbox.taken) == 10


def test_send_missed(asked, database_url, tmp_path):
    put_back_a_copy(asked, database_url, tmp_path)
    assert asked("tick", "--now", AT, "--send-missed") == "10 sent\n"
    assert asked("tick", "--now", AT, "--send-missed") == "nothing due\n"


def test_resume(asked, database, database_url, tmp_path):
    put_back_a_copy(asked, database_url, tmp_path)
    assert (
        asked("resume") == "10 messages that had fallen due were not sent (reason: restored).\nSending has resumed.\n"
    )
    assert asked("resume") == "Sending was not paused.\n"
    assert asked("tick", "--now", AT) == "nothing due\n"
    assert {row[5:] for row in outbox(database, "reason")} == {("dropped", "restored")}


def test_pause(asked):
    (why,) = asked("pause").splitlines()
    assert why.endswith("Z. To resume: calendar-service resume")
    assert asked("pause") == f"{why}\n"
    assert asked("tick", "--now", AT) == f"{why}\nnothing sent\n"
    assert asked("tick", "--now", AT, "--send-missed") == f"{why}\nnothing sent\n"  # nothing was restored
    assert asked("resume") == "Sending has resumed.\n"
    assert asked("tick", "--now", AT) == "10 sent\n"


def test_pause_waits_for_what_is_being_sent(asked, database):
    async def answer(_recipient):
        await asyncio.sleep(1)
        return "250 OK"

    asked.inbox.answer = answer
    service = make_service(database, Clock(utc("2027-07-03 15:01")), os.environ["CALENDAR_SMTP_URL"])
    service.schedule_due()
    sending = threading.Thread(target=service.send, args=[threading.Event()])
    sending.start()
    end = time.monotonic() + 10
    while not asked.inbox.attempts and time.monotonic() < end:
        time.sleep(0.01)
    assert len(asked("pause").splitlines()) == 1
    tried = len(asked.inbox.taken)
    sending.join(10)
    service.close(5)
    assert 0 < tried == len(asked.inbox.taken) < 10


def test_pause_says_what_is_still_in_hand(asked, database, monkeypatch):
    monkeypatch.setattr(sending_commands, "_IN_HAND_SECONDS", 0.3)
    with writing(database) as connection:
        worker_id = enter_worker(connection, clock())
    Planner(database).fan_out(load_edition(database), utc("2027-07-03 15:01"))
    with writing(database) as connection:
        claim_deliveries(connection, worker_id, utc("2027-07-03 15:01"), 3)
    assert asked("pause").splitlines()[1] == "1 process still has 3 messages in hand; what is in hand may yet go out."
