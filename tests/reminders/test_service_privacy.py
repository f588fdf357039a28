"""No address, no token and no secret in anything that is logged, from signing up to a message that comes back."""

import logging
import re
import threading

import pytest

from calendar_service.reminders import message_renderer as renderer_module
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store.claims import claim_deliveries, load_deliveries
from calendar_service.store.engine import writing
from tests.support.reminders import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    PARIS,
    Clock,
    Inbox,
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
SECRET = "whsec_c2VjcmV0IGJ5dGVzIG9mIGEgd2ViaG9vaywgMzIgb2Y="  # noqa: S105 (a secret of a test)
PATH = "hidden-path-of-a-webhook"
ANSWERS = {
    "ada": "250 OK",
    "ben": "550 5.1.1 <ben@reader.example>: no such user ben@reader.example",
    "cy": "451 4.7.1 cy@reader.example: come again",
}


def live(database, inbox, url):
    """A whole life: signing up, confirming, reminders of all outcomes, leaving."""
    clock, service, stop = Clock(BEGIN), SubscriptionService(database, KEYS), threading.Event()
    reminder_service = make_service(database, clock, url)
    choice = Preferences("kind=tender", ("7 days",), wants_new=False, digest="", language="en", zone=PARIS, country="")
    service.ask("ada@reader.example", choice, consent={"words": "Yes", "form": "page"}, client="203.0.113.7", now=BEGIN)
    for name in ("ben", "cy", "bad"):
        add_subscriber(database, name, BEGIN, language="fr" if name == "bad" else "en")
    hook = f"https://hook.invalid/{PATH}"
    add_subscriber(
        database, "hook", BEGIN, channel="webhook", address=hook, owner="owner@reader.example", secret=SECRET
    )
    reminder_service.schedule_due()
    reminder_service.send(stop)
    token = inbox.taken[0][1].replace("=\r\n", "").partition("/reminders/confirm/")[2].split()[0]
    ada = service.confirm(token, BEGIN + MINUTE)
    for now in (SEVEN, SEVEN + MINUTE, SEVEN + HOUR):
        clock.now = now
        reminder_service.schedule_due()
        reminder_service.send(stop)
    service.end(ada, clock.now)
    clock.now += 8 * DAY
    reminder_service.schedule_due()
    reminder_service.send(stop)
    reminder_service.close(5)
    return service, ada, token


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_whole_life_without_an_address_in_the_log(database, caplog, monkeypatch):
    compose = renderer_module.compose_reminder

    def fail(*args, view, **more):
        if view.lang.code == "fr":
            raise KeyError("a letter that cannot be written")
        return compose(*args, view=view, **more)

    monkeypatch.setattr(renderer_module, "compose_reminder", fail)
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    with caplog.at_level(logging.DEBUG), mail_server(inbox := Inbox(lambda to: ANSWERS[to.partition("@")[0]])) as url:
        service, ada, token = live(database, inbox, url)
    states = {row[0]: row[5] for row in outbox(database) if row[2] == "tender"}
    assert (states["ada"], states["ben"]) == ("sent", "bounced")
    # aiosmtpd, the server, logs what it is sent; it is no part of the service.
    records = [each for each in caplog.records if not each.name.startswith(("mail.", "asyncio"))]
    log = "\n".join(logging.Formatter("%(name)s %(message)s %(args)s").format(each) for each in records)
    assert "A message about tender did not go out" in log
    assert "A message about tender cannot be written" in log
    tokens = token, ada.ref, service.manage_token(ada.ref), service.unsubscribe_token(ada.ref)
    private = ["@", "reader.example", "ada", "ben@", PATH, SECRET, "203.0.113", *tokens]
    assert [each for each in private if re.search(re.escape(each), log)] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_private_is_in_no_repr(database):
    """A repr is what ends up in the trace of a fault."""
    publish_records(database, BEGIN, tender("2027-07-10 17:00"))
    ada = add_subscriber(database, "ada", BEGIN, secret=SECRET, owner="owner@reader.example")
    clock = Clock(SEVEN)
    reminder_service = make_service(database, clock)
    reminder_service.schedule_due()
    with writing(database) as connection:
        (delivery,) = load_deliveries(connection, claim_deliveries(connection, 1, SEVEN, 10))
    said = repr((ada, delivery))
    assert [each for each in ("@", ada.ref, SECRET) if each in said] == []
