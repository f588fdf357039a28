"""The commands `plan` and `tick`, as processes that read the settings."""

import json
import os
import subprocess
import sys

import click
import pytest

from calendar_service.cli.main import main
from tests.support.reminders import (
    SEOUL,
    Inbox,
    add_subscriber,
    event,
    mail_server,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BEGIN = utc("2027-06-01 12:00")


@pytest.fixture
def environ(database, database_url, tmp_path):
    publish_records(
        database,
        BEGIN,
        tender("2027-07-10 17:00", questions_by="2027-07-01"),
        event("2027-07-05", name="weekly", rule="every week"),
    )
    add_subscriber(database, "ada", BEGIN, watch("kind=tender", ("7 days", "1 day")))
    add_subscriber(database, "ben", BEGIN, watch("kind=tender", ("7 days",)), zone=SEOUL)
    add_subscriber(database, "cy", BEGIN, watch("kind=event", ("1 day",)), digest="weekly")
    return {
        "CALENDAR_DATABASE_URL": database_url,
        "CALENDAR_SECRET_KEY": "k" * 40,
        "CALENDAR_BASE_URL": "https://calendar.example",
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
    }


def run(environ, *arguments):
    command = [sys.executable, "-c", "from calendar_service.cli.main import main; main()", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=environ["HOME"])
    return done.returncode, done.stdout, done.stderr


TEXT = """\
2027-07-03T15:00:00Z  reminder  tender  closes 2027-07-10T15:00:00Z  7 days before  2 subscribers
2027-07-05T07:00:00Z  digest    weekly  starts 2027-07-12  7 days before  1 subscriber
2027-07-09T15:00:00Z  reminder  tender  closes 2027-07-10T15:00:00Z  1 day before  1 subscriber
4 messages, 2027-07-01T00:00:00Z to 2027-07-10T10:00:00Z
"""
FROM_TO = "--from", "2027-07-01T00:00:00Z", "--to", "2027-07-10T12:00"


def entry(due, record, moment, at, lead, kind, name):
    address = f"{name}@reader.example"
    return {"due": due, "record": record, "moment": moment, "at": at, "lead": lead, "kind": kind, "address": address}


CLOSES = "2027-07-10T15:00:00Z"
ENTRIES = [
    entry("2027-07-03T15:00:00Z", "tender", "closes", CLOSES, "7 days", "reminder", "ada"),
    entry("2027-07-03T15:00:00Z", "tender", "closes", CLOSES, "7 days", "reminder", "ben"),
    entry("2027-07-05T07:00:00Z", "weekly", "starts", "2027-07-12", "1 day", "digest", "cy"),
    entry("2027-07-09T15:00:00Z", "tender", "closes", CLOSES, "1 day", "reminder", "ada"),
]


def test_plan_in_a_process(environ):
    assert run(environ, "plan", *FROM_TO) == (0, TEXT, "")


def asked(environ, monkeypatch, capsys, *arguments):
    """Run a command in this process, which is quicker."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    main(arguments, standalone_mode=False)
    return capsys.readouterr().out


def test_plan_as_json(environ, monkeypatch, capsys):
    out = asked(environ, monkeypatch, capsys, "plan", *FROM_TO, "--format", "json")
    assert json.loads(out) == ENTRIES
    assert list(json.loads(out)[0]) == ["due", "record", "moment", "at", "lead", "kind", "address"]


TWO_RECORDS = """\
2027-07-05T07:00:00Z  digest    2 records  1 subscriber
    tender  closes 2027-07-10T15:00:00Z  5 days before
    weekly  starts 2027-07-12  7 days before
2027-07-05T07:00:00Z  digest    weekly  starts 2027-07-12  7 days before  1 subscriber
2 messages, 2027-07-05T00:00:00Z to 2027-07-06T00:00:00Z
"""


def test_plan_of_a_message_about_several_records(environ, database, monkeypatch, capsys):
    add_subscriber(database, "dee", BEGIN, watch("", ("3 days", "1 day")), digest="weekly")
    add_subscriber(database, "eve", BEGIN, watch("kind=tender", ("1 day before at 18:00",)), zone=SEOUL)
    days = "--from", "2027-07-05T00:00:00Z", "--to", "2027-07-06T00:00:00Z"
    several, one = json.loads(asked(environ, monkeypatch, capsys, "plan", *days, "--format", "json"))
    assert one == entry("2027-07-05T07:00:00Z", "weekly", "starts", "2027-07-12", "1 day", "digest", "cy")
    records = [
        {"record": "tender", "moment": "closes", "at": CLOSES, "lead": "1 day", "kind": "digest"},
        {"record": "weekly", "moment": "starts", "at": "2027-07-12", "lead": "1 day", "kind": "digest"},
    ]
    address = {"address": "dee@reader.example"}
    assert several == {"due": "2027-07-05T07:00:00Z", **records[0], **address, "records": records}
    assert asked(environ, monkeypatch, capsys, "plan", *days) == TWO_RECORDS
    days = "--from", "2027-07-10T08:00:00Z", "--to", "2027-07-10T10:00:00Z"
    later = asked(environ, monkeypatch, capsys, "plan", *days)
    assert "  1 day before at 18:00  1 subscriber\n1 message, " in later


def test_plan_of_a_day_on_the_calendars_own_clock(environ, monkeypatch, capsys):
    days = "--from", "2027-06-24", "--to", "2027-06-25"
    assert json.loads(asked(environ, monkeypatch, capsys, "plan", *days, "--format", "json")) == [
        entry("2027-06-24T00:00:00Z", "tender", "questions_by", "2027-07-01T21:59:59Z", "7 days", "reminder", "ben"),
        entry("2027-06-24T07:00:00Z", "tender", "questions_by", "2027-07-01T21:59:59Z", "7 days", "reminder", "ada"),
    ]


def test_plan_sends_nothing_and_changes_nothing(environ, database, monkeypatch, capsys):
    first = asked(environ, monkeypatch, capsys, "plan", *FROM_TO)
    assert asked(environ, monkeypatch, capsys, "plan", *FROM_TO) == first == TEXT
    assert outbox(database) == []


def test_tick_as_if_it_were_another_time(environ, database, monkeypatch, capsys):
    with mail_server(inbox := Inbox()) as url:
        environ["CALENDAR_SMTP_URL"] = url
        ticks = [
            asked(environ, monkeypatch, capsys, "tick", "--now", at)
            for at in ("2027-06-01T12:00:00Z", "2027-06-24T09:00", "2027-06-24T09:00", "2027-07-03T17:00")
        ]
        code, out, log = run(environ, "tick", "--now", "2027-07-09T15:00:00Z")
    assert ticks == ["nothing due\n", "2 sent\n", "nothing due\n", "3 sent\n"]
    assert (code, out) == (0, "2 sent\n")
    assert "@" not in log
    assert sorted(inbox.recipients) == ["ada", "ada", "ada", "ben", "ben", "cy", "cy"]
    assert {row[5] for row in outbox(database)} == {"sent"}


def test_a_time_that_is_none(environ, monkeypatch, capsys):
    with pytest.raises(click.BadParameter) as caught:
        asked(environ, monkeypatch, capsys, "plan", "--from", "tomorrow")
    assert str(caught.value) == "'tomorrow' is not a time. Write 2027-07-01 or 2027-07-01T09:00:00Z."


@pytest.mark.parametrize("command", [("plan", "--from"), ("plan", "--to"), ("tick", "--now")], ids=" ".join)
@pytest.mark.parametrize("at", ["0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_cannot_be_planned_for(environ, monkeypatch, capsys, command, at):
    with pytest.raises(click.BadParameter) as caught:
        asked(environ, monkeypatch, capsys, *command, at)
    assert str(caught.value) == f"{at!r} is too far away. Write a time from 1970 to 9900."
