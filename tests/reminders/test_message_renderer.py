"""The message renderer: what is still said when a delivery is taken in hand, to whom, and under which identifiers."""

from dataclasses import replace

import pytest

from calendar_service.records.enums import Status
from calendar_service.records.notification_keys import AccountKind
from calendar_service.reminders import message_renderer as renderer_module
from calendar_service.reminders.message_renderer import DeliveryObsolete, MessageRenderer
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.reminders.subscriptions.signup_worker import process_signups
from calendar_service.store import subscribers
from calendar_service.store.claims import claim_deliveries, load_active_watches, load_deliveries
from calendar_service.store.engine import writing
from calendar_service.store.signups import queue_account_message
from calendar_service.store.workers import enter_worker
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    PARIS,
    SEOUL,
    add_subscriber,
    event,
    moved,
    publish_records,
    tender,
    utc,
    watch,
)

# What is decided here is decided in Python; one database will do.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BEGIN = utc("2027-06-01 12:00")
CLOSES = "2027-07-10 17:00"
SEVEN = utc("2027-07-03 15:00")
NOW = SEVEN + MINUTE
TENDER = tender(CLOSES)
SERIES = event("2027-07-10", rule="every week", name="tender")


@pytest.fixture
def renderer(database):
    return MessageRenderer(database, SubscriptionService(database, KEYS), BASE)


def fan_out(database, edition, now=NOW):
    Planner(database).fan_out(edition, now)


def take(database, now=NOW):
    """Claim everything, as the delivery sender does: deliveries with the watches of their subscribers."""
    with writing(database) as connection:
        claimed_deliveries = load_deliveries(
            connection, claim_deliveries(connection, enter_worker(connection, now), now, 100)
        )
        active_watches = load_active_watches(
            connection, [each.recipient.id for each in claimed_deliveries if each.recipient]
        )
    return [
        (delivery, active_watches.get(delivery.recipient.id, []) if delivery.recipient else [])
        for delivery in claimed_deliveries
    ]


def answer(renderer, edition, delivery, active_watches, now=NOW):
    try:
        message, _ = renderer.render(delivery, edition, active_watches, now)
    except DeliveryObsolete as reason:
        return str(reason)
    return message.subject


def answers(database, renderer, edition, now=NOW):
    return [answer(renderer, edition, *each, now=now) for each in take(database, now)]


def shifted(day):
    return replace(SERIES, schedule=replace(SERIES.schedule, changes=(moved("2027-07-10", day),)))


RECORDS = [
    ("nothing has changed", TENDER, TENDER, "in 7 days: Tender (English only) - Sat 10 July, 17:00 CEST"),
    (
        "another title",
        TENDER,
        replace(TENDER, title={"en": "Roads"}),
        "in 7 days: Roads (English only) - Sat 10 July, 17:00 CEST",
    ),
    ("moved", TENDER, tender("2027-07-10 16:00"), "moved"),
    ("the same time in another zone's words", TENDER, tender("2027-07-10"), "moved"),
    ("cancelled", TENDER, replace(TENDER, status=Status.CANCELLED), "called off"),
    ("postponed", TENDER, replace(TENDER, status=Status.POSTPONED), "called off"),
    ("withdrawn", TENDER, None, "called off"),
    ("out of the selection", TENDER, replace(TENDER, tags=()), "not asked for any more"),
    ("occurrence moved", SERIES, shifted("2027-07-11"), "moved"),
    ("occurrence cancelled", SERIES, shifted(None), "moved"),
    ("occurrence no longer in the series", SERIES, event("2027-07-17", rule="every week", name="tender"), "moved"),
]


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS])
def test_what_a_record_has_become_since_it_fell_due(database, renderer, before, after, expected):
    selection = "tag=roads" if expected.startswith("not asked") else ""
    add_subscriber(database, "ada", BEGIN, watch(selection))
    fan_out(database, publish_records(database, BEGIN, replace(before, tags=("roads",))))
    edition = publish_records(database, NOW, *([after] if after else []))
    assert answers(database, renderer, edition)[0].removeprefix("Closes ") == expected


SUBSCRIBER_CHANGES = [
    ("reads", lambda _database, _ada: None, "Closes in 7 days: Tender (English only) - Sat 10 July, 17:00 CEST"),
    ("ended", lambda database, ada: subscribers.end(database, ada.id, NOW), "suppressed: no longer a subscriber"),
    ("paused", lambda database, ada: subscribers.pause(database, ada.id, NOW), "suppressed: no longer a subscriber"),
    ("erased", lambda database, ada: subscribers.erase(database, ada.id, NOW), "suppressed: no longer a subscriber"),
    (
        "other leads",
        lambda database, ada: subscribers.change(database, replace(ada, watches=(watch(leads=("1 day",)),)), NOW),
        "not asked for any more",
    ),
    (
        "another selection",
        lambda database, ada: subscribers.change(database, replace(ada, watches=(watch("tag=other"),)), NOW),
        "not asked for any more",
    ),
    (
        "the programme's leads",
        lambda database, ada: subscribers.change(database, replace(ada, watches=(watch(leads=()),)), NOW),
        "Closes in 7 days: Tender (English only) - Sat 10 July, 17:00 CEST",
    ),
]


@pytest.mark.parametrize(
    ("act", "expected"), [row[1:] for row in SUBSCRIBER_CHANGES], ids=[row[0] for row in SUBSCRIBER_CHANGES]
)
def test_what_a_subscriber_has_become_since_the_delivery_was_claimed(database, renderer, act, expected):
    ada = add_subscriber(database, "ada", BEGIN)
    edition = publish_records(database, BEGIN, TENDER)
    fan_out(database, edition)
    ((claimed, _),) = take(database)
    act(database, ada)
    with writing(database) as connection:
        (delivery,) = load_deliveries(connection, [claimed.id])
        active_watches = load_active_watches(connection, [ada.id]).get(ada.id, [])
    assert answer(renderer, edition, delivery, active_watches) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-07-10 14:59:59", "Closes today: Tender (English only) - Sat 10 July, 17:00 CEST"),
        ("2027-07-10 15:00", "too late"),
    ],
)
def test_too_late(database, renderer, now, expected):
    add_subscriber(database, "ada", BEGIN)
    edition = publish_records(database, BEGIN, TENDER)
    fan_out(database, edition)
    assert answers(database, renderer, edition, utc(now)) == [expected]


def test_the_notice_of_a_new_record_that_was_called_off(database, renderer):
    publish_records(database, BEGIN)
    add_subscriber(database, "ada", BEGIN, watch(leads=("1 day",), wants_new=True))
    fan_out(database, publish_records(database, NOW, TENDER))
    cancelled = publish_records(database, NOW + MINUTE, replace(TENDER, status=Status.CANCELLED))
    assert answers(database, renderer, cancelled) == ["called off"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [(47 * HOUR, "Deadline extended: Tender (English only) - now Fri 6 August, 17:00 CEST"), (48 * HOUR, "too late")],
)
def test_a_notice_is_tried_for_two_days(database, renderer, after, expected):
    publish_records(database, BEGIN, TENDER)
    add_subscriber(database, "ada", BEGIN, watch(leads=("1 day",)))
    edition = publish_records(database, NOW, tender("2027-08-06 17:00"))
    fan_out(database, edition)
    assert answers(database, renderer, edition, NOW + after) == [expected]


def test_a_notice_is_for_those_whose_selection_has_or_had_the_record(database, renderer):
    roads = replace(TENDER, tags=("roads",))
    publish_records(database, BEGIN, roads)
    add_subscriber(database, "ada", BEGIN, watch("tag=roads"))
    bob = add_subscriber(database, "bob", BEGIN, watch("tag=roads"))
    moved_away = replace(tender("2027-08-06 17:00"), tags=("bridges",))
    edition = publish_records(database, NOW, moved_away)
    fan_out(database, edition)
    subscribers.change(database, replace(bob, watches=(watch("tag=parks"),)), NOW)
    told = "Deadline extended: Tender (English only) - now Fri 6 August, 17:00 CEST"
    assert sorted(answers(database, renderer, edition)) == [told, "not asked for any more"]


def test_notices_are_for_who_asked_for_such(database, renderer):
    publish_records(database, BEGIN)
    ada = add_subscriber(database, "ada", BEGIN, watch(leads=("1 day",), wants_new=True))
    edition = publish_records(database, NOW, TENDER)
    fan_out(database, edition)
    subscribers.change(database, replace(ada, watches=(watch(leads=("1 day",)),)), NOW)
    assert answers(database, renderer, edition) == ["not asked for any more"]


# -- identifiers and links ------------------------------------------------------------------------------------------


def envelopes(database, renderer, edition, now=NOW):
    return [(each[0], renderer.render(each[0], edition, each[1], now)[1]) for each in take(database, now)]


def test_identifiers(database, renderer):
    """Message ids are the same at each attempt and differ by subscriber and occasion; threads are a record's and subscriber's."""
    records = TENDER, tender(CLOSES, "other")
    edition = publish_records(database, BEGIN, *records)
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "6 days")))
    add_subscriber(database, "ben", BEGIN)
    fan_out(database, edition)
    first = envelopes(database, renderer, edition)
    assert [delivery.notification.record_id for delivery, _ in first] == ["other", "other", "tender", "tender"]
    again = []
    for delivery, _ in first:
        with writing(database) as connection:
            (same,) = load_deliveries(connection, [delivery.id])
            active_watches = load_active_watches(connection, [same.recipient.id])[same.recipient.id]
        other_clerk = MessageRenderer(database, SubscriptionService(database, KEYS), BASE)
        again.append(other_clerk.render(replace(same, attempts=3), edition, active_watches, NOW + HOUR)[1])
    assert again == [envelope for _, envelope in first]
    fan_out(database, edition, NOW + DAY)
    later = envelopes(database, renderer, edition, NOW + DAY)
    everything = [envelope for _, envelope in (*first, *later)]
    assert len({each.message_id for each in everything}) == 6
    threads = [
        (delivery.notification.record_id, envelope.address, envelope.thread_id)
        for delivery, envelope in (*first, *later)
    ]
    assert len({thread for *_, thread in threads}) == len(set(threads)) == 4
    assert all(
        each.message_id.endswith("@example.org") and each.thread_id.endswith("@example.org") for each in everything
    )


def test_the_links_are_the_subscribers_own(database, renderer):
    edition = publish_records(database, BEGIN, TENDER)
    ada = add_subscriber(database, "ada", BEGIN, language="fr", secret="s")  # noqa: S106 (a secret of a test)
    fan_out(database, edition)
    ((_, envelope),) = envelopes(database, renderer, edition)
    service = SubscriptionService(database, KEYS)
    assert (envelope.address, envelope.manage_url, envelope.unsubscribe_url, envelope.secret) == (
        "ada@reader.example",
        f"{BASE}/fr/reminders/manage/{service.manage_token(ada.ref)}",
        f"{BASE}/fr/reminders/unsubscribe/{service.unsubscribe_token(ada.ref)}",
        "s",
    )


def test_a_message_is_written_once_for_all_who_share_language_and_zone(database, renderer, monkeypatch):
    written = []

    def compose(*args, view, **more):
        written.append((view.lang.code, view.zone))
        return compose_reminder(*args, view=view, **more)

    compose_reminder = renderer_module.compose_reminder
    monkeypatch.setattr(renderer_module, "compose_reminder", compose)
    edition = publish_records(database, BEGIN, TENDER)
    for number in range(6):
        language, zone = [("en", PARIS), ("fr", PARIS), ("en", SEOUL)][number % 3]
        add_subscriber(database, f"subscriber{number}", BEGIN, language=language, zone=zone)
    fan_out(database, edition)
    messages = [
        renderer.render(delivery, edition, active_watches, NOW)[0] for delivery, active_watches in take(database)
    ]
    assert (len(messages), sorted(written)) == (6, [("en", SEOUL), ("en", PARIS), ("fr", PARIS)])


def test_a_message_is_written_anew_in_another_edition_and_later(database, renderer):
    add_subscriber(database, "ada", BEGIN)
    edition = publish_records(database, BEGIN, TENDER)
    fan_out(database, edition)
    ((delivery, active_watches),) = take(database)
    retitled = publish_records(database, NOW, replace(TENDER, title={"en": "Roads"}))
    subjects = [
        renderer.render(delivery, which, active_watches, now)[0].subject
        for which, now in [(edition, NOW), (retitled, NOW), (retitled, NOW + 2 * DAY)]
    ]
    assert subjects == [
        "Closes in 7 days: Tender (English only) - Sat 10 July, 17:00 CEST",
        "Closes in 7 days: Roads (English only) - Sat 10 July, 17:00 CEST",
        "Closes in 5 days: Roads (English only) - Sat 10 July, 17:00 CEST",
    ]


# -- digests and messages about the subscription itself --------------------------------------------------------------


def digest_of(database, renderer, edition, now):
    found = [each for each in take(database, now) if each[0].notification.kind == "digest"]
    return [answer(renderer, edition, *each, now=now) for each in found]


def test_a_digest_leaves_out_what_has_lost_its_sense(database, renderer):
    morning = utc("2027-07-03 07:00")
    records = [TENDER, tender(CLOSES, "moved"), tender(CLOSES, "cancelled")]
    add_subscriber(database, "ada", BEGIN, digest="daily")
    fan_out(database, publish_records(database, BEGIN, *records), morning)
    changed = [TENDER, tender("2027-08-10", "moved"), replace(records[2], status=Status.CANCELLED)]
    edition = publish_records(database, morning, *changed)
    ((delivery, active_watches),) = take(database, morning)
    message, _ = renderer.render(delivery, edition, active_watches, morning)
    assert [each["record"] for each in message.data["items"]] == ["tender"]
    empty = publish_records(database, morning, *(replace(each, status=Status.CANCELLED) for each in changed))
    assert answer(renderer, empty, delivery, active_watches, now=morning) == "nothing left to say"


CHOICE = Preferences("kind=tender", ("7 days",), wants_new=False, digest="", language="en", zone=PARIS, country="")


def account_messages(database, renderer, edition, now):
    return [(delivery, *renderer.render(delivery, edition, [], now)) for delivery, _ in take(database, now)]


def test_confirmations_and_what_is_known_already(database, renderer):
    edition = publish_records(database, BEGIN, TENDER)
    service = SubscriptionService(database, KEYS)
    for now in (BEGIN, BEGIN + DAY):
        service.ask("ada@reader.example", CHOICE, consent={"words": "Yes", "form": "page"}, client="1.2.3.4", now=now)
        process_signups(database, KEYS, now)
        ((_, message, envelope),) = account_messages(database, renderer, edition, now)
        token = message.text.partition("/reminders/confirm/")[2].split()
        if now == BEGIN:
            assert (message.data["type"], envelope.address) == ("confirmation", "ada@reader.example")
            ada = service.confirm(token[0], now)
        else:
            assert (token, message.data["type"]) == ([], "known")
            assert envelope.manage_url.endswith(f"/reminders/manage/{service.manage_token(ada.ref)}")


def test_trouble_goes_to_the_owner_by_mail(database, renderer):
    edition = publish_records(database, BEGIN, TENDER)
    hook = add_subscriber(
        database, "hook", BEGIN, channel="webhook", address="https://hook.example/x", owner="ada@reader.example"
    )
    subscribers.pause(database, hook.id, BEGIN)
    with writing(database) as connection:
        queue_account_message(connection, AccountKind.TROUBLE, BEGIN, subscriber_id=hook.id, expires_at=BEGIN + DAY)
    ((delivery, message, envelope),) = account_messages(database, renderer, edition, BEGIN)
    assert (envelope.channel, envelope.address, message.data["type"]) == (
        "mail",
        "ada@reader.example",
        "trouble",
    )
    subscribers.erase(database, hook.id, BEGIN)
    with writing(database) as connection:
        (delivery,) = load_deliveries(connection, [delivery.id])
    assert answer(renderer, edition, delivery, [], BEGIN) == "erased"
