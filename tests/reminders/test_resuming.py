"""Sending is paused: what falls due, is published or is asked for meanwhile goes afterwards, once, and nothing before."""

import threading
from datetime import timedelta

import pytest

from calendar_service.reminders.resuming import end_pauses
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import writing
from calendar_service.store.pauses import PauseKind, enter_pause
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
    notified,
    publish_records,
    tender,
    utc,
)

BEGIN = utc("2027-06-01 12:00")
CLOSES, MOVED = "2027-07-10 17:00", "2027-07-10 18:00"
SEVEN = utc("2027-07-03 16:00")
DIGEST = utc("2027-07-03 07:00")
CHOICE = Preferences("kind=tender", ("7 days",), wants_new=False, digest="", language="en", zone=PARIS, country="")


@pytest.fixture
def send(database):
    """Makes one pass of a worker that is started for it; gives who got mail."""
    with mail_server(inbox := Inbox()) as url:

        def run(now):
            before = len(inbox.taken)
            worker = make_service(database, Clock(now), url)
            worker.schedule_due()
            worker.send(threading.Event())
            worker.close(5)
            return sorted(inbox.recipients[before:])

        run.inbox, run.url = inbox, url
        yield run


def pause(database, now):
    with writing(database) as connection:
        enter_pause(connection, PauseKind.PERSON, now)


def resume(database, now):
    return end_pauses(database, load_edition(database), now)


@pytest.mark.parametrize(
    "passes", [(), (DIGEST, SEVEN)], ids=["no worker meanwhile", "a worker started again and again"]
)
def test_all_goes_once_after_the_pause(database, send, passes):
    add_subscriber(database, "ada", BEGIN)
    add_subscriber(database, "ben", BEGIN, digest="daily")
    publish_records(database, BEGIN, tender(CLOSES))
    assert send(BEGIN) == []
    pause(database, BEGIN + MINUTE)
    publish_records(database, SEVEN - 10 * HOUR, tender(MOVED))
    SubscriptionService(database, KEYS).ask(
        "cy@reader.example", CHOICE, consent={"words": "1", "form": "f"}, client="c", now=SEVEN - HOUR
    )
    assert [send(now) for now in passes] == [[] for _ in passes]
    assert [len(resume(database, SEVEN + MINUTE)[0]) for _ in range(2)] == [1, 0]
    sent = send(SEVEN + 2 * MINUTE) + send(SEVEN + HOUR) + send(SEVEN + DAY)
    # Both are told of the change; then Ada of the deadline by itself, and Ben, whose digest of that morning is not over.
    assert sorted(sent) == ["ada", "ada", "ben", "ben", "cy"]
    found = notified(database)
    assert sorted(set(found)) == sorted(found)


def test_a_pause_in_the_middle_keeps_the_rest(database, send):
    names = [f"reader{number:02}" for number in range(60)]
    add_named_subscribers(database, names, BEGIN)
    publish_records(database, BEGIN, tender(MOVED))

    def answer(_recipient):
        if len(send.inbox.taken) == 5:
            pause(database, SEVEN)
        return "250 OK"

    send.inbox.answer = answer
    first = send(SEVEN)
    assert 5 < len(first) < 60
    assert send(SEVEN + MINUTE) == []
    resume(database, SEVEN + HOUR)
    assert sorted(first + send(SEVEN + HOUR + MINUTE)) == names


def test_a_sign_up_waits_for_three_days(database, send):
    publish_records(database, BEGIN, tender(CLOSES))
    pause(database, BEGIN)
    service = SubscriptionService(database, KEYS)
    for name, asked in (("early", BEGIN), ("late", BEGIN + 2 * HOUR)):
        service.ask(f"{name}@reader.example", CHOICE, consent={"words": "1", "form": "f"}, client=name, now=asked)
    assert send(BEGIN + DAY) == []
    resume(database, BEGIN + timedelta(hours=73))
    assert send(BEGIN + timedelta(hours=73)) == ["late"]
