"""Sending through a real mail server: all that is due, once, whatever the server, the database and a stop do."""

import asyncio
import logging
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import create_engine, select, text, update

from calendar_service.reminders import delivery_sender
from calendar_service.reminders import message_renderer as renderer_module
from calendar_service.reminders.channels.mail import MailSettings, open_mail_channel
from calendar_service.reminders.delivery_sender import DeliverySender
from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store.claims import claim_deliveries
from calendar_service.store.engine import reading, writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import enter_worker
from tests.support.reminders import (
    BASE,
    CALENDAR,
    KEYS,
    MINUTE,
    SENDER,
    Clock,
    Inbox,
    add_named_subscribers,
    add_subscriber,
    mail_server,
    notified,
    outbox,
    publish_records,
    stated,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
NOW = utc("2027-07-03 15:00") + MINUTE


class Sending:
    """A delivery sender of one worker, with messages that are due."""

    def __init__(self, database, names=(), records=None):
        self.database = database
        self.clock = Clock(NOW)
        self.edition = publish_records(database, BEGIN, *(records or [tender("2027-07-10 17:00")]))
        Planner(database).fan_out(self.edition, BEGIN)
        add_named_subscribers(database, names, BEGIN, watch())
        Planner(database).fan_out(self.edition, NOW)
        self.stop = threading.Event()
        self.failing = 0
        self.url = ""

    def sender(self, url):
        self.url = url
        with writing(self.database) as connection:
            self.worker = enter_worker(connection, NOW)
        renderer = MessageRenderer(self.database, SubscriptionService(self.database, KEYS), BASE)
        return DeliverySender(self.database, renderer, self.channels, self.clock, self.worker)

    def channels(self):
        if self.failing:
            self.failing -= 1
            raise DatabaseFault("away for a moment")
        return {"mail": open_mail_channel(MailSettings(self.url, None, SENDER), CALENDAR.id, self.clock)}

    def send(self, url, patience=5.0):
        sender = self.sender(url)
        try:
            counts = sender.send_due(lambda: self.edition, self.stop, lambda: None)
        finally:
            sender.close(patience)
        return dict(counts)

    def states(self):
        return dict(Counter(row[5] for row in outbox(self.database)))


def names(count):
    return [f"subscriber{n}" for n in range(count)]


def test_no_more_is_claimed_than_was_asked_for(database):
    Sending(database, names(50))
    claimed = []
    for _ in range(4):
        with writing(database) as connection:
            claimed.append(claim_deliveries(connection, 1, NOW, 20))
    assert [len(each) for each in claimed] == [20, 20, 10, 0]
    assert len({number for each in claimed for number in each}) == 50


def test_everything_that_is_due_is_sent_once(database):
    sending = Sending(database, names(25))
    add_subscriber(database, "later", NOW)
    inbox = Inbox()
    with mail_server(inbox) as url:
        assert [sending.send(url), sending.send(url)] == [{"sent": 25}, {}]
    assert sorted(inbox.recipients) == sorted(names(25))
    assert sending.states() == {"sent": 25}


def test_a_message_that_cannot_be_written_keeps_no_other_back(database, monkeypatch, caplog):
    records = [tender("2027-07-10 17:00", name) for name in ("bad", "good")]
    compose = renderer_module.compose_reminder

    def fail(entry, *args, **more):
        if entry.record.id == "bad":
            raise KeyError("no such field")
        return compose(entry, *args, **more)

    monkeypatch.setattr(renderer_module, "compose_reminder", fail)
    sending = Sending(database, ["ada", "ben"], records)
    inbox = Inbox()
    with mail_server(inbox) as url:
        assert sending.send(url) == {"retried": 2, "sent": 2}
    assert sorted(row[2:] for row in outbox(database, "reason", "attempts")) == [
        *[("bad", "closes", "7 days", "waiting", "it cannot be written", 1)] * 2,
        *[("good", "closes", "7 days", "sent", "", 1)] * 2,
    ]
    assert [each.message for each in caplog.records if each.levelno == logging.ERROR] == [
        "A message about bad cannot be written."
    ] * 2


def test_a_stop_in_the_middle_leaves_nothing_claimed(database):
    sending = Sending(database, names(30))

    def answer(_recipient):
        if len(inbox.attempts) == 5:
            sending.stop.set()
        time.sleep(0.01)
        return "250 OK"

    inbox = Inbox(answer)
    with mail_server(inbox) as url:
        first = sending.send(url)
        assert set(sending.states()) == {"sent", "waiting"}
        sending.stop.clear()
        second = sending.send(url)
    assert 5 <= first["sent"] < 20
    assert first["sent"] + second["sent"] == 30
    assert sorted(inbox.recipients) == sorted(names(30))


class Hanging(Inbox):
    """Does not answer those it hangs for, until it is let go."""

    def __init__(self, *names):
        super().__init__(self.hang)
        self.names = names
        self.is_over = threading.Event()

    async def hang(self, recipient):
        is_held = recipient.partition("@")[0] in self.names
        while is_held and not self.is_over.is_set():  # noqa: ASYNC110 (an event of the test's own thread)
            await asyncio.sleep(0.01)
        return "250 OK"


def test_a_server_that_hangs_delays_others_by_no_more_than_the_rule(database, monkeypatch):
    monkeypatch.setattr(delivery_sender, "_STUCK_AFTER", 0.3)
    sending = Sending(database, names(12))
    inbox = Hanging("subscriber0", "subscriber5")
    with mail_server(inbox) as url:
        sender = sending.sender(url)
        run = sender.send_due, (lambda: sending.edition, sending.stop, lambda: None)
        thread = threading.Thread(target=run[0], args=run[1])
        began = time.monotonic()
        thread.start()
        while len(inbox.taken) < 10:
            assert time.monotonic() - began < 5
            time.sleep(0.01)
        took = time.monotonic() - began
        sending.stop.set()
        thread.join(2)
        sender.close(0.1)
        assert (thread.is_alive(), sender.has_hung) == (False, True)
        assert sending.states() == {"sent": 10, "claimed": 2}
        inbox.is_over.set()
        sender.close(5)
    assert 0.6 <= took < 2.0
    assert sending.states() == {"sent": 12}
    assert sorted(inbox.recipients) == sorted(names(12))


@pytest.mark.parametrize(("seconds", "sender_threads"), [(30.0, 1), (0.02, 8)])
def test_sender_threads_are_opened_where_messages_are_slow(database, monkeypatch, seconds, sender_threads):
    monkeypatch.setattr(delivery_sender, "_SECONDS_OF_WORK", seconds)
    monkeypatch.setattr(delivery_sender, "_COUNTED", 100)
    at_once = []

    async def answer(_recipient):
        at_once.append(1)
        most.append(len(at_once))
        await asyncio.sleep(0.05)
        at_once.pop()
        return "250 OK"

    most = []
    inbox = Inbox(answer)
    sending = Sending(database, names(70 if sender_threads > 1 else 5))
    with mail_server(inbox) as url:
        sending.send(url)
    assert max(most) == 1 if sender_threads == 1 else 2 <= max(most) <= sender_threads


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_marks_survive_a_database_that_is_away_for_a_second(database, postgresql_server):
    sending = Sending(database, names(3))
    name = database.url.database
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")

    def allow(is_allowed):
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {is_allowed}"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )

    back = threading.Timer(1.0, allow, ["true"])

    def answer(_recipient):
        if len(inbox.attempts) == 1:
            allow("false")
            back.start()
        return "250 OK"

    inbox = Inbox(answer)
    try:
        with mail_server(inbox) as url:
            with pytest.raises(DatabaseFault):
                sending.send(url, patience=10)
            back.join()
            sending.send(url)
    finally:
        back.join()
        allow("true")
        server.dispose()
    assert inbox.recipients.count("subscriber0") == 1
    assert notified(database, "sent")[0] == ("subscriber0", "closes", "7 days")


def test_what_another_worker_has_taken_over_is_not_marked(database):
    sending = Sending(database, ["ada"])
    other = 999

    def answer(_recipient):
        with writing(database) as connection:
            connection.execute(update(deliveries).values(worker_id=other))
        return "250 OK"

    with mail_server(Inbox(answer)) as url:
        sending.send(url)
    with reading(database) as connection:
        rows = connection.execute(select(deliveries.c.state, deliveries.c.worker_id)).all()
    assert rows == [("claimed", other)]


def test_our_own_faults_stop_the_pass_and_cost_no_attempt(database):
    sending = Sending(database, names(30))
    assert sending.send("smtp://127.0.0.1:1") in [{"retried": n} for n in range(3, 8)]
    rows = outbox(database, "attempts", "next_at")
    assert {row[5:] for row in rows} == {
        ("waiting", 0, stated(NOW + MINUTE)),
        ("waiting", 0, "2027-07-03 15:00"),
    }
    sending.clock.now = NOW + MINUTE
    inbox = Inbox()
    with mail_server(inbox) as url:
        assert sending.send(url) == {"sent": 30}
    assert sorted(inbox.recipients) == sorted(names(30))


def test_a_sender_thread_that_cannot_be_opened_ends_the_pass_and_loses_nothing(database):
    sending = Sending(database, names(3))
    sending.failing = 1000
    inbox = Inbox()
    with mail_server(inbox) as url:
        sender = sending.sender(url)
        assert sender.send_due(lambda: sending.edition, sending.stop, lambda: None) == {}
        assert sending.states() == {"waiting": 3}
        sending.failing = 0
        assert sender.send_due(lambda: sending.edition, sending.stop, lambda: None) == {"sent": 3}
        sender.close(5)


def test_a_database_that_fails_while_messages_are_written_costs_none_of_them(database, monkeypatch):
    """They are neither given up nor left in the hands of a worker that has forgotten them."""
    sending = Sending(database, names(3))
    compose, faults = renderer_module.compose_reminder, [DatabaseFault("away for a moment")]

    def fail(*args, **more):
        if faults:
            raise faults.pop()
        return compose(*args, **more)

    monkeypatch.setattr(renderer_module, "compose_reminder", fail)
    inbox = Inbox()
    with mail_server(inbox) as url:
        sender = sending.sender(url)
        with pytest.raises(DatabaseFault):
            sender.send_due(lambda: sending.edition, sending.stop, lambda: None)
        assert sender.send_due(lambda: sending.edition, sending.stop, lambda: None) == {"sent": 3}
        sender.close(5)
    assert sorted(inbox.recipients) == names(3)


def test_refused_by_the_server(database):
    sending = Sending(database, ["ada", "ben", "cy"])
    answers = {"ada": "250 OK", "ben": "550 5.1.1 no such user", "cy": "451 4.7.1 come again"}
    inbox = Inbox(lambda recipient: answers[recipient.partition("@")[0]])
    with mail_server(inbox) as url:
        assert sending.send(url) == {"sent": 1, "bounced": 1, "retried": 1}
        answers["cy"] = "250 OK"
        assert sending.send(url) == {}
        sending.clock.now += MINUTE
        assert sending.send(url) == {"sent": 1}
    assert [row[5:] for row in outbox(database, "attempts")] == [("sent", 1), ("bounced", 1), ("sent", 2)]
    assert inbox.recipients == ["ada", "cy"]
