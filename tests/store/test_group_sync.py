"""Memberships: which groups follow from state and watches, and since when."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from calendar_service.store import subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.group_sync import sync_groups
from calendar_service.store.subscribers import AddressTaken, NoSuchSubscriber, SubscriberState, Watch
from calendar_service.store.tables import groups, memberships
from tests.support.subscriptions import DAY, NOON, SECOND, belonging, newcomer

LATER = NOON + 5 * DAY
LATER_SECOND = SECOND + 5 * DAY
TENDERS, ROADS = "kind=tender", "tag=roads"
WANTED = {
    "the programme's leads": (
        [Watch(TENDERS)],
        {},
        [("changes", TENDERS, "", "", "", ""), ("reminders", TENDERS, "", "Europe/Paris", "", "")],
    ),
    "own leads": (
        [Watch("", ("7 days", "1 day"))],
        {"country": "FR"},
        [
            ("changes", "", "", "", "", ""),
            ("reminders", "", "1 day", "Europe/Paris", "FR", ""),
            ("reminders", "", "7 days", "Europe/Paris", "FR", ""),
        ],
    ),
    "what is new": (
        [Watch(TENDERS, (), wants_new=True)],
        {},
        [
            ("changes", TENDERS, "", "", "", ""),
            ("new", TENDERS, "", "", "", ""),
            ("reminders", TENDERS, "", "Europe/Paris", "", ""),
        ],
    ),
    "a digest": (
        [Watch(TENDERS, (), wants_new=True)],
        {"digest": "daily", "country": "FR"},
        [
            ("changes", TENDERS, "", "Europe/Paris", "", "daily"),
            ("new", TENDERS, "", "Europe/Paris", "", "daily"),
            ("reminders", TENDERS, "", "Europe/Paris", "FR", "daily"),
        ],
    ),
    "two watches": (
        [Watch(TENDERS), Watch(ROADS, ("1 day",))],
        {},
        [
            ("changes", TENDERS, "", "", "", ""),
            ("changes", ROADS, "", "", "", ""),
            ("reminders", TENDERS, "", "Europe/Paris", "", ""),
            ("reminders", ROADS, "1 day", "Europe/Paris", "", ""),
        ],
    ),
    "paused": ([Watch(TENDERS)], {"state": SubscriberState.PAUSED}, []),
}


@pytest.mark.parametrize(("watches", "changes", "expected"), WANTED.values(), ids=WANTED)
def test_groups_follow_from_watches(database, watches, changes, expected):
    subscriber = subscribers.add_subscriber(database, newcomer("ada@example.org", *watches, **changes), NOON)
    assert belonging(database, subscriber.id) == [(*group, SECOND) for group in expected]
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).where(memberships.c.is_fresh)) == len(expected)


CHANGES = {
    "zone": ({"zone": "Asia/Tokyo"}, ("reminders", TENDERS, "7 days", "Asia/Tokyo", "", ""), SECOND),
    "country": ({"country": "FR"}, ("reminders", TENDERS, "7 days", "Europe/Paris", "FR", ""), SECOND),
    "digest": ({"digest": "weekly"}, ("reminders", TENDERS, "7 days", "Europe/Paris", "", "weekly"), SECOND),
    "lead": (
        {"watches": (Watch(TENDERS, ("1 day",)),)},
        ("reminders", TENDERS, "1 day", "Europe/Paris", "", ""),
        LATER_SECOND,
    ),
    "language": ({"language": "fr"}, ("reminders", TENDERS, "7 days", "Europe/Paris", "", ""), SECOND),
}


@pytest.mark.parametrize(("changes", "group", "since"), CHANGES.values(), ids=CHANGES)
def test_since_is_carried_over_where_it_is_the_same_in_another_way(database, changes, group, since):
    subscriber = subscribers.add_subscriber(database, newcomer(), NOON)
    changed = subscribers.change(database, replace(subscriber, **changes), LATER)
    zone, digest = ("Europe/Paris", "weekly") if "digest" in changes else ("", "")
    assert belonging(database, subscriber.id) == [("changes", TENDERS, "", zone, "", digest, SECOND), (*group, since)]
    assert changed == replace(subscriber, **changes, changed_at=LATER)
    assert subscribers.find_by_ref(database, subscriber.ref) == changed


def test_what_stays_is_not_looked_at_again(database):
    subscriber = subscribers.add_subscriber(database, newcomer(), NOON)
    with writing(database) as connection:
        connection.execute(update(memberships).values(is_fresh=False))
        sync_groups(connection, subscriber.id, LATER)
        assert list(connection.scalars(select(memberships.c.is_fresh))) == [False, False]


def test_pausing_resuming_and_ending(database):
    subscriber = subscribers.add_subscriber(database, newcomer(), NOON)
    assert subscribers.pause(database, subscriber.id, NOON).state is SubscriberState.PAUSED
    assert belonging(database, subscriber.id) == []
    assert subscribers.resume(database, subscriber.id, LATER).state is SubscriberState.ACTIVE
    assert {row[-1] for row in belonging(database, subscriber.id)} == {LATER_SECOND}
    ended = subscribers.end(database, subscriber.id, LATER)
    assert (ended.state, ended.ended_at) == (SubscriberState.ENDED, LATER)
    assert belonging(database, subscriber.id) == []
    assert subscribers.end(database, subscriber.id, LATER + DAY) == ended
    assert subscribers.resume(database, subscriber.id, LATER + DAY) == ended
    assert subscribers.pause(database, subscriber.id, LATER + DAY) == ended


def test_one_address_is_one_subscriber_and_nobody_is_added_beside_it(database):
    subscribers.add_subscriber(database, newcomer(), NOON)
    with pytest.raises(AddressTaken):
        subscribers.add_subscribers(database, [newcomer("eve@example.org"), newcomer()], NOON)
    assert [each.address for each in subscribers.list_subscribers(database)] == ["ada@example.org"]


def test_changing_to_an_address_that_is_taken_changes_nothing(database):
    ada, eve = subscribers.add_subscribers(database, [newcomer(), newcomer("eve@example.org")], NOON)
    with pytest.raises(AddressTaken):
        subscribers.change(database, replace(eve, address_key=ada.address_key, zone="Asia/Tokyo"), LATER)
    assert list(subscribers.list_subscribers(database)) == [ada, eve]


def test_nothing_can_be_changed_of_who_is_erased(database):
    subscriber = subscribers.add_subscriber(database, newcomer(), NOON)
    subscribers.erase(database, subscriber.id, NOON)
    for act in (subscribers.pause, subscribers.resume, subscribers.end, subscribers.erase):
        with pytest.raises(NoSuchSubscriber):
            act(database, subscriber.id, NOON)
    with pytest.raises(NoSuchSubscriber):
        subscribers.change(database, subscriber, NOON)


def test_subscribers_are_listed_in_order_over_pages(database):
    many = [newcomer(f"n{number}@example.org", Watch(f"tag=t{number % 7}")) for number in range(1_201)]
    added = subscribers.add_subscribers(database, many, NOON)
    assert [each.address for each in added] == [each.address for each in many]
    assert list(subscribers.list_subscribers(database)) == added
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(groups)) == 14


def test_subscribers_who_come_at_once_share_the_groups_they_make(database):
    wanted = [Watch(f"tag=t{number}", ("7 days", "1 day"), wants_new=True) for number in range(20)]

    def add(number):
        watches = wanted if number % 2 else reversed(wanted)
        return subscribers.add_subscriber(database, newcomer(f"n{number}@example.org", *watches), NOON).id

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(add, range(8)))
    assert [len(belonging(database, id_)) for id_ in ids] == [80] * 8
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(groups)) == 80


@pytest.mark.slow
def test_ten_thousand_people_are_added_in_some_seconds(database):
    many = [newcomer(f"n{number}@example.org", Watch(f"tag=t{number % 50}", ("7 days",))) for number in range(10_000)]
    begun = time.monotonic()
    subscribers.add_subscribers(database, many, NOON)
    took = timedelta(seconds=time.monotonic() - begun)
    assert took < timedelta(seconds=30)
