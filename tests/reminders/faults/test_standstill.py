"""The alarm: one message to the sender's own address when reminders stand still, and again only after they went."""

import threading

import pytest
from sqlalchemy import delete, update

from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.faults.host import HostMemory
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.faults.mailer import FaultMailer
from calendar_service.reminders.faults.reporter import FaultReporter
from calendar_service.reminders.scheduling import Planner
from calendar_service.store.engine import writing
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import enter_worker, heartbeat
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    MINUTE,
    SENDER,
    Clock,
    Inbox,
    add_subscriber,
    mail_server,
    publish_records,
    tender,
    utc,
)

BEGIN = utc("2027-06-01 12:00")
SILENT = "Nothing that sends reminders has given a sign of life since 2027-06-01 12:00 UTC."


class Watching:
    """Two processes that watch over the reminders, and a worker that gives signs of life."""

    def __init__(self, database, url):
        self.database = database
        self.clock = Clock(BEGIN)
        self.alarms = [self.reporter(url) for _ in range(2)]
        with writing(database) as connection:
            self.worker = enter_worker(connection, BEGIN)

    def reporter(self, url):
        mailer = FaultMailer(BASE, MailSettings(url, None, SENDER), self.clock)
        return FaultReporter(self.database, FaultLog(self.clock), mailer, HostMemory(), self.clock)

    def beat(self):
        with writing(self.database) as connection:
            heartbeat(connection, self.worker, self.clock.now)

    def look(self, after=0 * MINUTE):
        """Let both look at once, so long after."""
        self.clock.now += after
        threads = [threading.Thread(target=each.check_and_report) for each in self.alarms]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def watching(database, inbox):
    with mail_server(inbox) as url:
        yield Watching(database, url)


def alarms(inbox):
    """What has been taken, as recipient and the first sentence of the message's text."""
    words = (SILENT, "Messages have been waiting since 2027-07-03 15:00 UTC.")
    plain = [(recipient, " ".join(content.replace("=\r\n", "").split())) for recipient, content in inbox.taken]
    return [(recipient, next((each for each in words if each in text), text[:900])) for recipient, text in plain]


def test_a_silent_worker_is_told_once_and_again_only_after_it_was_well(database, watching, inbox):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_subscriber(database, "ada", BEGIN)
    alarm = [("calendar@example.org", SILENT)]
    seen = []
    for after in (0, 2.9, 0.2, 1, 600):
        watching.look(after * MINUTE)
        seen.append(alarms(inbox))
    assert seen == [[], [], alarm, alarm, alarm]
    watching.beat()
    for after in (0, 2, 0.9):
        watching.look(after * MINUTE)
    assert alarms(inbox) == alarm
    watching.look(1 * MINUTE)
    assert len(alarms(inbox)) == 2


def test_nothing_in_the_first_three_minutes_of_a_process(database, watching, inbox):
    """Everything may just have been started; what was silent or late by then has its first chance now."""
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_subscriber(database, "ada", BEGIN)
    watching.clock.now = BEGIN + 30 * DAY
    watching.look()
    watching.look(2.9 * MINUTE)
    assert alarms(inbox) == []
    watching.look(0.2 * MINUTE)
    assert alarms(inbox) == [("calendar@example.org", SILENT)]


def test_nobody_needs_a_worker_where_there_is_no_subscriber(database, watching, inbox):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    for after in (0, 5, 600):
        watching.look(after * MINUTE)
    assert inbox.taken == []


def test_messages_that_wait_are_told_too(database, watching, inbox):
    edition = publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_subscriber(database, "ada", BEGIN)
    due = utc("2027-07-03 15:00")
    Planner(database).fan_out(edition, due)
    watching.clock.now = due - HOUR
    watching.beat()
    watching.look()
    seen = []
    for minutes in (0, 9, 11, 12):
        watching.clock.now = due + minutes * MINUTE
        watching.beat()
        watching.look()
        seen.append(len(inbox.taken))
    assert seen == [0, 0, 1, 1]
    assert alarms(inbox) == [("calendar@example.org", "Messages have been waiting since 2027-07-03 15:00 UTC.")]
    with writing(database) as connection:  # what is to be tried again later is not late
        connection.execute(update(deliveries).values(next_at=due + HOUR))
    watching.look()
    with writing(database) as connection:
        connection.execute(delete(deliveries))
    watching.look()
    assert len(inbox.taken) == 1


def test_a_mail_server_that_is_away_is_logged(database, caplog):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_subscriber(database, "ada", BEGIN)
    watching = Watching(database, "smtp://127.0.0.1:1")
    watching.look()
    watching.look(5 * MINUTE)
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == [
        f"{SILENT} Start calendar-service serve, or calendar-service worker, and look at its log.",
        "The alarm could not be sent by mail either: The mail server cannot be reached.",
    ]


def test_an_alarm_that_could_not_be_sent_is_tried_again(database, watching, inbox):
    """What keeps messages back may keep the alarm back too."""
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    add_subscriber(database, "ada", BEGIN)
    watching.alarms = watching.alarms[:1]
    inbox.answer = lambda _recipient: "451 4.3.0 not now"
    seen = []
    for after in (0, 4, 4, 1, 600):
        watching.look(after * MINUTE)
        seen.append(len(inbox.attempts))
    inbox.answer = lambda _recipient: "250 OK"
    for after in (5, 1, 600):
        watching.look(after * MINUTE)
    assert seen == [0, 1, 1, 2, 3]
    assert alarms(inbox) == [("calendar@example.org", SILENT)]
