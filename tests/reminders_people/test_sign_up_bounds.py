"""How many letters a flood of sign-ups can set off, and what is forgotten when."""

import logging
from datetime import timedelta

import pytest
from people_words import CONSENT, DAY, HASHER, HOUR, KEYS, MINUTE, NOON, choice, kept_signups, letters, newcomer
from sqlalchemy import func, insert, select

from calendar_service.reminders.people import signing_up
from calendar_service.reminders.people.choices import choice_to_json
from calendar_service.reminders.people.desk import Desk, TooManyRequests
from calendar_service.reminders.people.signing_up import handle_signups
from calendar_service.store import subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.retention import Forgotten, forget_old
from calendar_service.store.signups import count_since, tally
from calendar_service.store.subscribers import Watch
from calendar_service.store.suppressions import find_suppressions, suppress
from calendar_service.store.tables import deliveries, signups, tallies

VICTIM = "victor.hugo@example.org"
SPELLINGS = (VICTIM, "victorhugo@example.org", "Victor.Hugo+a@EXAMPLE.org", "v.i.c.t.o.r.h.u.g.o+b@example.org")


def flood(database, asks, clients, span):
    """Ask in the name of one victim from many clients over a time, and handle it on the way."""
    desk, refused = Desk(database, KEYS), 0
    for number in range(asks):
        now = NOON + span * number / asks
        address = SPELLINGS[number % len(SPELLINGS)]
        try:
            desk.ask(address, choice(), consent=CONSENT, client=f"198.51.100.{number % clients}", now=now)
        except TooManyRequests:
            refused += 1
        if number % (asks // 4) == 0:
            handle_signups(database, KEYS, now)
    handle_signups(database, KEYS, NOON + span)
    return refused


def test_a_mailbox_gets_three_letters_in_thirty_days(database):
    assert flood(database, 80, 8, 20 * DAY) == 0
    assert len(letters(database)) == 3
    flood_later = NOON + 30 * DAY + MINUTE
    Desk(database, KEYS).ask(VICTIM, choice(), consent=CONSENT, client="192.0.2.1", now=flood_later)
    handle_signups(database, KEYS, flood_later)
    assert len(letters(database)) == 4


def test_a_mailbox_gets_one_letter_an_hour(database):
    flood(database, 60, 60, timedelta(minutes=59))
    assert len(letters(database)) == 1
    assert [state for state, _ in kept_signups(database)] == ["mailed"]


@pytest.mark.slow
def test_ten_thousand_asks_for_one_victim_from_200_clients(database):
    flood(database, 10_000, 200, 29 * DAY)
    assert len(letters(database)) == 3


def ask_many(database, count, now=NOON):
    rows = [
        {
            "ref": f"r{number}",
            "state": "asked",
            "address": f"n{number}@example.org",
            "address_key": HASHER.address_keys(f"n{number}@example.org")[0],
            "mailbox_key": HASHER.mailbox_keys(f"n{number}@example.org")[0],
            "choice": {**choice_to_json(choice()), "consent": CONSENT},
            "asked_at": now,
        }
        for number in range(count)
    ]
    with writing(database) as connection:
        connection.execute(insert(signups), rows)


def count(database, table):
    with reading(database) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_so_many_letters_an_hour_and_the_rest_waits_loudly_once(database, caplog, monkeypatch):
    monkeypatch.setattr(signing_up, "LETTERS_PER_HOUR", 50)
    caplog.set_level(logging.WARNING)
    ask_many(database, 170)
    handled = [handle_signups(database, KEYS, NOON + minutes * MINUTE) for minutes in (0, 1, 30, 59)]
    assert handled == [50, 0, 0, 0]
    assert [record.message for record in caplog.records] == [
        "More than 50 people an hour ask for reminders; the rest waits."
    ]
    assert handle_signups(database, KEYS, NOON + 61 * MINUTE) == 50
    assert count(database, deliveries) == 100


ANSWERS = {
    "unknown": (None, None, [("confirm", "mailed")]),
    "known with the same watch": (newcomer(VICTIM), None, [("known", "known")]),
    "known with another watch": (newcomer(VICTIM, Watch("tag=roads")), None, [("confirm", "mailed")]),
    "paused": (newcomer(VICTIM, state=subscribers.State.PAUSED), None, [("confirm", "mailed")]),
    "not me": (None, ("not me", None), []),
    "bounced": (None, ("bounced", NOON + DAY), []),
    "bounced long ago": (None, ("bounced", NOON), [("confirm", "mailed")]),
    "ended before": (None, ("ended", None), [("confirm", "mailed")]),
}


@pytest.mark.parametrize(("known", "suppressed", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_who_gets_which_letter(database, known, suppressed, expected):
    if known:
        subscribers.add_subscriber(database, known, NOON)
    if suppressed:
        with writing(database) as connection:
            suppress(connection, HASHER.address_keys(VICTIM)[0], suppressed[0], NOON, suppressed[1])
    Desk(database, KEYS).ask(VICTIM, choice(), consent=CONSENT, client="192.0.2.1", now=NOON)
    assert handle_signups(database, KEYS, NOON) == 1
    said = [
        (moment, signup) for (moment, _, _), (signup, _) in zip(letters(database), kept_signups(database), strict=True)
    ]
    assert said == expected


def test_a_tally_counts_rather_one_too_many(database):
    with writing(database) as connection:
        for seconds in (0, 30, 90):
            tally(connection, "client:x", NOON + timedelta(seconds=seconds))
        since = [NOON + timedelta(seconds=seconds) for seconds in (-60, 0, 59, 60, 120)]
        assert [count_since(connection, ["client:x", "client:y"], each) for each in since] == [3, 3, 3, 1, 0]


def test_what_has_had_its_time_is_forgotten(database):
    desk = Desk(database, KEYS)
    gone, stays = subscribers.add_subscribers(
        database, [newcomer("ada@example.org"), newcomer("eve@example.org")], NOON
    )
    desk.end(gone, NOON)
    desk.ask("new@example.org", choice(), consent=CONSENT, client="192.0.2.1", now=NOON)
    handle_signups(database, KEYS, NOON)
    with writing(database) as connection:
        suppress(connection, "a" * 64, "bounced", NOON, NOON + DAY)
    assert forget_old(database, NOON + 71 * HOUR) == Forgotten(0, 0, 0, 1)
    assert forget_old(database, NOON + 72 * HOUR) == Forgotten(1, 0, 0, 0)
    assert letters(database) == [("confirm", "dropped", None)]
    assert forget_old(database, NOON + 30 * DAY) == Forgotten(0, 0, 0, 0)
    assert forget_old(database, NOON + 30 * DAY + MINUTE) == Forgotten(0, 1, 0, 0)
    assert list(subscribers.list_subscribers(database)) == [stays]
    with reading(database) as connection:
        assert find_suppressions(connection, [gone.address_key], NOON) == {gone.address_key: "ended"}
    assert forget_old(database, NOON + 32 * DAY) == Forgotten(0, 0, 3, 0)
    assert count(database, tallies) == 0
    assert count(database, deliveries) == 1
