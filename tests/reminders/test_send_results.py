"""What comes of messages that do not go out: tried again, given up, and what that means for their subscribers."""

import logging

import pytest
from sqlalchemy import select, update

from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.send_results import next_try, settle_failed, settle_sent
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store import subscribers
from calendar_service.store.claims import claim_deliveries, load_active_watches, load_deliveries
from calendar_service.store.engine import reading, writing
from calendar_service.store.suppressions import find_suppressions
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import enter_worker
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    SECOND,
    add_subscriber,
    outbox,
    publish_records,
    stated,
    tender,
    utc,
)

BEGIN = utc("2027-06-01 12:00")
SEVEN = utc("2027-07-03 15:00")
CLOSES = utc("2027-07-10 15:00")
NOT_NOW = DeliveryFailed("The mail server refused the recipient: 451 not now")
DEAD = DeliveryFailed("The mail server refused the recipient: 550 unknown", permanent=True, address_is_dead=True)
NEVER = DeliveryFailed("too big", permanent=True)
OURS = DeliveryFailed("The mail server cannot be reached.", is_ours=True)


def waits(seconds):
    return DeliveryFailed("The webhook answered 429.", retry_after=seconds)


TRIES = [
    ("first", 0, NOT_NOW, DAY, MINUTE),
    ("second", 1, NOT_NOW, DAY, 5 * MINUTE),
    ("third", 2, NOT_NOW, DAY, 15 * MINUTE),
    ("fourth", 3, NOT_NOW, DAY, 60 * MINUTE),
    ("fifth", 4, NOT_NOW, DAY, 60 * MINUTE),
    ("fiftieth", 49, NOT_NOW, DAY, 60 * MINUTE),
    ("asked to wait longer", 0, waits(600), DAY, 10 * MINUTE),
    ("asked to wait less", 2, waits(30), DAY, 15 * MINUTE),
    ("asked to come at once", 0, waits(0), DAY, MINUTE),
    ("just before the moment", 0, NOT_NOW, MINUTE + SECOND, MINUTE),
    ("last call", 3, NOT_NOW, 30 * MINUTE, 28 * MINUTE),
    ("last call, at the very step", 3, NOT_NOW, 60 * MINUTE, 58 * MINUTE),
    ("last call, not sooner than in a minute", 1, NOT_NOW, 150 * SECOND, MINUTE),
    ("last call, whatever was asked", 0, waits(3600), 30 * MINUTE, 28 * MINUTE),
    ("too late", 0, NOT_NOW, MINUTE, None),
    ("past", 3, NOT_NOW, -MINUTE, None),
]


@pytest.mark.parametrize(
    ("attempts", "failure", "left", "expected"), [row[1:] for row in TRIES], ids=[row[0] for row in TRIES]
)
def test_when_it_is_tried_again(attempts, failure, left, expected):
    again = next_try(attempts, failure, SEVEN, SEVEN + left)
    assert (again and again - SEVEN) == expected


class Post:
    """One subscriber, one message in hand of one worker."""

    def __init__(self, database, **recipient):
        self.database = database
        self.edition = publish_records(database, BEGIN, tender("2027-07-10 17:00"))
        self.recipient = add_subscriber(database, "ada", BEGIN, **recipient)
        with writing(database) as connection:
            self.worker = enter_worker(connection, BEGIN)
        Planner(database).fan_out(self.edition, SEVEN)
        self.renderer = MessageRenderer(database, SubscriptionService(database, KEYS), BASE)

    def take(self, now):
        with writing(self.database) as connection:
            (delivery,) = load_deliveries(connection, claim_deliveries(connection, self.worker, now, 10))
            active_watches = load_active_watches(connection, [self.recipient.id]).get(self.recipient.id, [])
        _, envelope = self.renderer.render(delivery, self.edition, active_watches, now)
        return delivery, envelope.channel

    def fail(self, failure, now=SEVEN, worker=None):
        return settle_failed(self.database, worker or self.worker, self.take(now), failure, now)

    def row(self):
        (row,) = outbox(self.database, "reason", "attempts", "next_at", "worker_id")
        return row[5:]

    def state(self):
        found = subscribers.find_by_ref(self.database, self.recipient.ref)
        return found.state, found.failures, found.failing_since


def test_sent(database):
    post = Post(database)
    assert settle_sent(database, post.worker, post.take(SEVEN), SEVEN + SECOND) == "sent"
    assert outbox(database, "attempts", "settled_at", "worker_id")[0][5:] == ("sent", 1, "2027-07-03 15:00:01", None)


def test_tried_until_the_moment_and_then_given_up(database):
    post = Post(database)
    now, seen = CLOSES - 3 * HOUR, []
    while post.row()[0] == "waiting":
        said = post.fail(NOT_NOW, now)
        state, reason, attempts, next_at, worker = post.row()
        seen.append((f"{now:%H:%M}", said, state, attempts, reason, worker))
        now = utc(next_at)
    tries = ["12:00", "12:01", "12:06", "12:21", "13:21", "14:21", "14:58"]
    retried = [(at, "retried", "waiting", n, NOT_NOW.message, None) for n, at in enumerate(tries, start=1)]
    assert seen == [*retried, ("14:59", "failed", "failed", 8, NOT_NOW.message, None)]


@pytest.mark.parametrize(
    ("failure", "expected", "standing"),
    [
        (NEVER, ("failed", "too big", 1), "active"),
        (DEAD, ("bounced", DEAD.message, 1), "ended"),
        (OURS, ("waiting", OURS.message, 0), "active"),
        (NOT_NOW, ("waiting", NOT_NOW.message, 1), "active"),
    ],
)
def test_what_a_failure_means(database, failure, expected, standing):
    post = Post(database)
    post.fail(failure)
    assert (post.row()[:3], post.state()) == (expected, (standing, 0, None))


def test_our_own_faults_are_tried_again_in_a_minute_however_often(database):
    post = Post(database)
    for n in range(6):
        assert post.fail(OURS, SEVEN + n * MINUTE) == "retried"
        assert post.row()[2:] == (0, stated(SEVEN + (n + 1) * MINUTE), None)


def test_a_bounce_keeps_the_address_from_messages_for_thirty_days(database):
    post = Post(database)
    post.fail(DEAD)
    with reading(database) as connection:
        reasons = [
            find_suppressions(connection, [post.recipient.address_key], SEVEN + days * DAY) for days in (0, 29, 31)
        ]
    bounced = {post.recipient.address_key: "bounced"}
    assert reasons == [bounced, bounced, {}]


def test_who_was_erased_while_a_message_to_them_bounced(database):
    post = Post(database)
    taken = post.take(SEVEN)
    subscribers.erase(database, post.recipient.id, SEVEN)
    assert settle_failed(database, post.worker, taken, DEAD, SEVEN) == "bounced"
    assert outbox(database)[0][:1] + outbox(database)[0][5:] == ("nobody", "bounced")


HOOK = {"channel": "webhook", "address": "https://hook.example/x", "owner": "owner@reader.example", "secret": "s"}


def fail_often(post, times, over):
    """Fail so many times, evenly over a time."""
    for n in range(times):
        now = SEVEN + n * over / (times - 1)
        with writing(post.database) as connection:
            waiting = update(deliveries).where(deliveries.c.state == "waiting")
            connection.execute(waiting.values(next_at=now))
        post.fail(NOT_NOW, now)


@pytest.mark.parametrize(
    ("times", "over", "standing"),
    [(20, 5 * DAY, "paused"), (19, 5 * DAY, "active"), (20, 5 * DAY - MINUTE, "active"), (30, 4 * DAY, "active")],
)
def test_a_webhook_that_fails_for_days_is_paused_and_its_owner_told(database, times, over, standing):
    post = Post(database, **HOOK)
    fail_often(post, times, over)
    assert post.state() == (standing, times, SEVEN)
    messages = [row[1:] for row in outbox(database, "expires_at") if row[1] == "letter"]
    end = stated(SEVEN + over + 2 * DAY)
    assert messages == ([("letter", "", "trouble", "", "waiting", end)] if standing == "paused" else [])


def test_a_webhook_that_works_again_begins_anew(database):
    post = Post(database, **HOOK)
    fail_often(post, 19, 6 * DAY)
    settle_sent(database, post.worker, post.take(CLOSES - MINUTE), CLOSES - MINUTE)
    assert post.state() == ("active", 0, None)


def test_a_webhook_that_is_gone_is_paused_at_once(database):
    post = Post(database, **HOOK)
    post.fail(DEAD)
    assert post.state()[0] == "paused"
    assert [row[3] for row in outbox(database)] == ["closes", "trouble"]


@pytest.mark.parametrize("outcome", ["sent", "not now", "dead"])
def test_what_another_worker_has_taken_over_is_not_marked(database, outcome):
    post = Post(database)
    taken = post.take(SEVEN)
    with writing(database) as connection:
        other = enter_worker(connection, SEVEN)
        connection.execute(update(deliveries).values(worker_id=other))
    if outcome == "sent":
        settle_sent(database, post.worker, taken, SEVEN)
    else:
        settle_failed(database, post.worker, taken, {"not now": NOT_NOW, "dead": NEVER}[outcome], SEVEN)
    with reading(database) as connection:
        rows = connection.execute(select(deliveries.c.state, deliveries.c.attempts, deliveries.c.worker_id)).all()
    assert rows == [("claimed", 0, other)]


def test_the_log_names_no_address(database, caplog):
    post = Post(database)
    with caplog.at_level(logging.DEBUG):
        post.fail(DEAD)
    said = [f"A message about tender did not go out: {DEAD.message}"]
    assert [each.getMessage() for each in caplog.records if each.name.startswith("calendar_service")] == said
