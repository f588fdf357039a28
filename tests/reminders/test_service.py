"""The reminder service: one process that sends beside others, some of which die, and what it does from a sign-up to a message."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import insert, select, update

from calendar_service.reminders import service as service_module
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store.claims import claim_deliveries
from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import deliveries, workers
from tests.support.paths import ROOT
from tests.support.reminders import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    PARIS,
    Clock,
    Inbox,
    add_named_subscribers,
    add_subscriber,
    mail_server,
    make_service,
    outbox,
    publish_records,
    tender,
    utc,
)

BEGIN = utc("2027-06-01 12:00")
SEVEN = utc("2027-07-03 15:00")
NOW = SEVEN + MINUTE

CLAIM = """
import sys
from tests.support.reminders import utc
from calendar_service.store.claims import claim_deliveries
from calendar_service.store.engine import open_engine, writing
from calendar_service.store.workers import enter_worker
with writing(open_engine(sys.argv[1])) as connection:
    now = utc("2027-07-03 15:01")
    print(len(claim_deliveries(connection, enter_worker(connection, now), now, 10)))
sys.stdout.flush()
sys.stdin.read()
"""


def fan_out(database, *names):
    edition = publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_named_subscribers(database, names, BEGIN)
    Planner(database).fan_out(edition, NOW)


def states(database):
    return [row[5] for row in outbox(database)]


def test_claims_of_a_killed_process_are_given_back_at_once(database, database_url):
    fan_out(database, "ada", "ben")
    command = [sys.executable, "-c", CLAIM, database_url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "2\n"
        reminder_service = make_service(database, Clock(NOW))
        reminder_service.schedule_due()
        assert states(database) == ["claimed", "claimed"]  # it is alive
        process.kill()
        process.wait()
        reminder_service.schedule_due()
    assert states(database) == ["waiting", "waiting"]
    with mail_server(inbox := Inbox()) as url:
        other = make_service(database, Clock(NOW), url)
        other.schedule_due()
        assert other.send(threading.Event()) == {"sent": 2}
        other.close(5)
    assert sorted(inbox.recipients) == ["ada", "ben"]


def elsewhere(database):
    """A worker on another machine, with a claim."""
    with writing(database) as connection:
        entered = insert(workers).values(process="elsewhere|boot|1|42 1", beat=5, beat_at=NOW).returning(workers.c.id)
        number = connection.execute(entered).scalar_one()
        assert len(claim_deliveries(connection, number, NOW, 10)) == 1
    return number


def test_claims_of_a_silent_worker_elsewhere_are_given_back_after_the_lease(database, monkeypatch):
    fan_out(database, "ada")
    number = elsewhere(database)
    steady = [1000.0]
    monkeypatch.setattr(service_module.time, "monotonic", lambda: steady[0])
    clock = Clock(NOW)
    reminder_service = make_service(database, clock)

    def look(after, *, beats=False, wall=0 * HOUR):
        steady[0] += after
        clock.now += wall
        if beats:
            with writing(database) as connection:
                connection.execute(update(workers).where(workers.c.id == number).values(beat=workers.c.beat + 1))
        reminder_service.schedule_due()
        return states(database)

    claimed, waiting = ["claimed"], ["waiting"]
    assert look(0) == claimed
    assert look(299) == claimed
    assert look(2, beats=True) == claimed
    assert look(1, wall=DAY) == claimed  # a wall clock that jumps tells nothing
    assert look(298, wall=-2 * DAY) == claimed
    assert look(2) == waiting


def test_it_gives_signs_of_life(database, monkeypatch):
    publish_records(database, BEGIN)
    steady = [1000.0]
    monkeypatch.setattr(service_module.time, "monotonic", lambda: steady[0])
    clock = Clock(NOW)
    reminder_service = make_service(database, clock)
    seen = []
    for seconds in (0, 1, 1.5, 3):
        steady[0] += seconds
        clock.now += MINUTE
        reminder_service.schedule_due()
        reminder_service.send(threading.Event())
        with reading(database) as connection:
            seen.append(connection.execute(select(workers.c.beat, workers.c.beat_at)).one())
    assert seen == [(1, NOW + MINUTE), (1, NOW + MINUTE), (2, NOW + 3 * MINUTE), (3, NOW + 4 * MINUTE)]


def test_when_to_look_next(database):
    clock = Clock(SEVEN - HOUR)
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_named_subscribers(database, ["ada", "ben"], BEGIN)
    reminder_service = make_service(database, clock)
    reminder_service.schedule_due()
    assert reminder_service.next_wake_up() == SEVEN
    clock.now = NOW
    reminder_service.schedule_due()
    # Two messages wait and are being sent; there is nothing to look for before one is to be tried again.
    assert reminder_service.next_wake_up() is None
    with writing(database) as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == 1).values(next_at=NOW + MINUTE))
    assert reminder_service.next_wake_up() == NOW + MINUTE


def test_from_signing_up_to_the_first_reminder(database):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    clock = Clock(BEGIN)
    service = SubscriptionService(database, KEYS)
    choice = Preferences("kind=tender", ("7 days",), wants_new=False, digest="", language="en", zone=PARIS, country="")
    service.ask("ada@reader.example", choice, consent={"words": "Yes", "form": "page"}, client="1.2.3.4", now=BEGIN)

    def work():
        reminder_service.schedule_due()
        counts = dict(reminder_service.send(threading.Event()))
        return counts, [content.partition("Subject: ")[2].partition("\r\n")[0] for _, content in inbox.taken]

    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, clock, url)
        assert work() == ({"sent": 1}, ["Confirm your reminders: Example"])
        token = inbox.taken[0][1].replace("=\r\n", "").partition("/reminders/confirm/")[2].split()[0]
        service.confirm(token, BEGIN + MINUTE)
        clock.now = SEVEN
        counts, subjects = work()
        assert (counts, subjects[1:]) == (
            {"sent": 1},
            ["Closes in 7 days: Tender (English only) - Sat 10 July, 17:00 CEST"],
        )
        assert work()[0] == {}
        reminder_service.close(5)
    assert inbox.recipients == ["ada", "ada"]


def test_messages_go_to_a_folder_where_there_is_no_mail_server(database, tmp_path):
    fan_out(database, "ada")
    reminder_service = make_service(database, Clock(NOW), "", tmp_path / "mail")
    reminder_service.schedule_due()
    assert reminder_service.send(threading.Event()) == {"sent": 1}
    reminder_service.close(5)
    (message,) = (tmp_path / "mail").iterdir()
    assert b"\r\nTo: ada@reader.example\r\n" in message.read_bytes()


def test_nothing_is_done_before_the_first_edition(database):
    add_subscriber(database, "ada", BEGIN)
    reminder_service = make_service(database, Clock(NOW))
    reminder_service.schedule_due()
    assert (reminder_service.send(threading.Event()), reminder_service.next_wake_up(), outbox(database)) == (
        {},
        None,
        [],
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_claimed_is_given_back_when_it_closes(database):
    fan_out(database, "ada")
    reminder_service = make_service(database, Clock(NOW))
    reminder_service.schedule_due()
    with writing(database) as connection:
        claim_deliveries(connection, reminder_service._worker_id, NOW, 10)
    reminder_service.close(1)
    assert states(database) == ["waiting"]
