"""How many messages a flood of sign-ups can set off, and what is forgotten when."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from calendar_service.reminders.subscriptions.preferences import preferences_to_json
from calendar_service.reminders.subscriptions.service import SubscriptionService, TooManyRequests
from calendar_service.reminders.subscriptions.signup_worker import process_signups
from calendar_service.store import subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.purge import PurgeCounts, purge_expired
from calendar_service.store.signups import count_event, count_since
from calendar_service.store.subscribers import Watch
from calendar_service.store.suppressions import find_suppressions, suppress
from calendar_service.store.tables import deliveries, signups, tallies
from tests.support.subscriptions import (
    CONSENT,
    DAY,
    HASHER,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    account_messages,
    choice,
    kept_signups,
    newcomer,
)

VICTIM = "victor.hugo@example.org"
SPELLINGS = (VICTIM, "victorhugo@example.org", "Victor.Hugo+a@EXAMPLE.org", "v.i.c.t.o.r.h.u.g.o+b@example.org")


def flood(database, asks, clients, span):
    """Ask in the name of one victim from many clients over a time, and handle it on the way."""
    service, refused = SubscriptionService(database, KEYS), 0
    for number in range(asks):
        now = NOON + span * number / asks
        address = SPELLINGS[number % len(SPELLINGS)]
        try:
            service.ask(address, choice(), consent=CONSENT, client=f"198.51.100.{number % clients}", now=now)
        except TooManyRequests:
            refused += 1
        if number % (asks // 4) == 0:
            process_signups(database, KEYS, now)
    process_signups(database, KEYS, NOON + span)
    return refused


def test_a_mailbox_gets_three_messages_in_thirty_days(database):
    assert flood(database, 80, 8, 20 * DAY) == 0
    assert len(account_messages(database)) == 3
    flood_later = NOON + 30 * DAY + MINUTE
    SubscriptionService(database, KEYS).ask(VICTIM, choice(), consent=CONSENT, client="192.0.2.1", now=flood_later)
    process_signups(database, KEYS, flood_later)
    assert len(account_messages(database)) == 4


def test_a_mailbox_gets_one_message_an_hour(database):
    flood(database, 60, 60, timedelta(minutes=59))
    assert len(account_messages(database)) == 1
    assert [state for state, _ in kept_signups(database)] == ["mailed"]


@pytest.mark.slow
def test_ten_thousand_asks_for_one_victim_from_200_clients(database):
    flood(database, 10_000, 200, 29 * DAY)
    assert len(account_messages(database)) == 3


def ask_many(database, count, now=NOON):
    rows = [
        {
            "ref": f"r{number}",
            "state": "asked",
            "address": f"n{number}@example.org",
            "address_key": HASHER.address_keys(f"n{number}@example.org")[0],
            "mailbox_key": HASHER.mailbox_keys(f"n{number}@example.org")[0],
            "choice": {**preferences_to_json(choice()), "consent": CONSENT},
            "asked_at": now,
        }
        for number in range(count)
    ]
    with writing(database) as connection:
        connection.execute(insert(signups), rows)


def count(database, table):
    with reading(database) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_so_many_messages_an_hour_and_the_rest_waits_loudly_once(database, caplog):
    caplog.set_level(logging.WARNING)
    ask_many(database, 170)
    handled = [process_signups(database, KEYS, NOON + minutes * MINUTE, 50) for minutes in (0, 1, 30, 59)]
    assert handled == [50, 0, 0, 0]
    assert [record.message for record in caplog.records] == [
        "More than 50 people an hour ask for reminders; the rest waits."
    ]
    assert process_signups(database, KEYS, NOON + 61 * MINUTE, 50) == 50
    assert count(database, deliveries) == 100


ANSWERS = {
    "unknown": (None, None, [("confirm", "mailed")]),
    "known with the same watch": (newcomer(VICTIM), None, [("known", "known")]),
    "known with another watch": (newcomer(VICTIM, Watch("tag=roads")), None, [("confirm", "mailed")]),
    "paused": (newcomer(VICTIM, state=subscribers.SubscriberState.PAUSED), None, [("confirm", "mailed")]),
    "not me": (None, ("not me", None), []),
    "bounced": (None, ("bounced", NOON + DAY), []),
    "bounced long ago": (None, ("bounced", NOON), [("confirm", "mailed")]),
    "ended before": (None, ("ended", None), [("confirm", "mailed")]),
}


@pytest.mark.parametrize(("known", "suppressed", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_who_gets_which_message(database, known, suppressed, expected):
    if known:
        subscribers.add_subscriber(database, known, NOON)
    if suppressed:
        with writing(database) as connection:
            suppress(connection, HASHER.address_keys(VICTIM)[0], suppressed[0], NOON, suppressed[1])
    SubscriptionService(database, KEYS).ask(VICTIM, choice(), consent=CONSENT, client="192.0.2.1", now=NOON)
    assert process_signups(database, KEYS, NOON) == 1
    said = [
        (moment, signup)
        for (moment, _, _), (signup, _) in zip(account_messages(database), kept_signups(database), strict=True)
    ]
    assert said == expected


def test_a_tally_counts_rather_one_too_many(database):
    with writing(database) as connection:
        for seconds in (0, 30, 90):
            count_event(connection, "client:x", NOON + timedelta(seconds=seconds))
        since = [NOON + timedelta(seconds=seconds) for seconds in (-60, 0, 59, 60, 120)]
        assert [count_since(connection, ["client:x", "client:y"], each) for each in since] == [3, 3, 3, 1, 0]


def test_what_has_had_its_time_is_forgotten(database):
    service = SubscriptionService(database, KEYS)
    gone, stays = subscribers.add_subscribers(
        database, [newcomer("ada@example.org"), newcomer("eve@example.org")], NOON
    )
    service.end(gone, NOON)
    service.ask("new@example.org", choice(), consent=CONSENT, client="192.0.2.1", now=NOON)
    process_signups(database, KEYS, NOON)
    with writing(database) as connection:
        suppress(connection, "a" * 64, "bounced", NOON, NOON + DAY)
    assert purge_expired(database, NOON + 71 * HOUR) == PurgeCounts(0, 0, 0, 1)
    assert purge_expired(database, NOON + 72 * HOUR) == PurgeCounts(1, 0, 0, 0)
    assert account_messages(database) == [("confirm", "dropped", None)]
    assert purge_expired(database, NOON + 30 * DAY) == PurgeCounts(0, 0, 0, 0)
    assert purge_expired(database, NOON + 30 * DAY + MINUTE) == PurgeCounts(0, 1, 0, 0)
    assert list(subscribers.list_subscribers(database)) == [stays]
    with reading(database) as connection:
        assert find_suppressions(connection, [gone.address_key], NOON) == {gone.address_key: "ended"}
    assert purge_expired(database, NOON + 32 * DAY) == PurgeCounts(0, 0, 3, 0)
    assert count(database, tallies) == 0
    assert count(database, deliveries) == 1
