"""The subscription service: asking, confirming, refusing, changing, leaving; and that nothing private is logged on the way."""

import logging
from dataclasses import replace

import pytest

from calendar_service.records.notification_keys import AccountKind
from calendar_service.reminders.subscriptions.addresses import InvalidAddress
from calendar_service.reminders.subscriptions.service import NoMailAddress, SubscriptionService, TooManyRequests
from calendar_service.reminders.subscriptions.signed_tokens import InvalidToken
from calendar_service.reminders.subscriptions.signup_worker import process_signups
from calendar_service.store import subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.signups import queue_account_message
from calendar_service.store.subscribers import AddressTaken, SubscriberState, Watch
from calendar_service.store.suppressions import find_suppressions, suppress
from tests.support.subscriptions import (
    CONSENT,
    DAY,
    HASHER,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    account_messages,
    belonging,
    choice,
    kept_signups,
    newcomer,
    signup_token,
)

ADA, CLIENT = "ada@example.org", "192.0.2.1"
LATER = NOON + HOUR


@pytest.fixture
def service(database):
    return SubscriptionService(database, KEYS)


def ask(service, address=ADA, chosen=None, client=CLIENT, now=NOON):
    service.ask(address, chosen or choice(), consent=CONSENT, client=client, now=now)


def join(service, database, address=ADA, chosen=None, now=NOON):
    ask(service, address, chosen, now=now)
    process_signups(database, KEYS, now)
    return service.confirm(signup_token(service, database, address), now + MINUTE)


def reasons(database, now=NOON, address=ADA):
    with reading(database) as connection:
        return set(find_suppressions(connection, HASHER.address_keys(address), now).values())


def test_who_confirms_becomes_a_subscriber_with_proof_of_consent(service, database):
    subscriber = join(service, database, chosen=choice(zone="Asia/Tokyo", country="JP", digest="weekly", language="fr"))
    assert (subscriber.channel, subscriber.address, subscriber.state) == ("mail", ADA, SubscriberState.ACTIVE)
    assert (subscriber.zone, subscriber.country, subscriber.digest, subscriber.language) == (
        "Asia/Tokyo",
        "JP",
        "weekly",
        "fr",
    )
    assert subscriber.watches == (Watch("kind=tender", ("7 days",)),)
    assert subscriber.consent == {
        **CONSENT,
        "asked_at": NOON.isoformat(),
        "confirmed_at": (NOON + MINUTE).isoformat(),
    }
    assert account_messages(database) == [("confirm", "waiting", ADA)]


def test_confirming_twice_is_confirming_once(service, database):
    subscriber = join(service, database)
    assert service.confirm(signup_token(service, database, ADA), LATER) == subscriber
    assert list(subscribers.list_subscribers(database)) == [subscriber]


def test_confirming_again_does_not_bring_back_who_left(service, database):
    subscriber = service.end(join(service, database), LATER)
    assert service.confirm(signup_token(service, database, ADA), LATER) == subscriber
    assert subscriber.state is SubscriberState.ENDED


def test_confirming_more_adds_the_watch_and_takes_over_the_newest_choice(service, database):
    first = join(service, database)
    second = join(service, database, "ADA@example.org", choice("tag=roads", zone="Asia/Tokyo"), now=LATER + HOUR)
    assert second.id == first.id
    assert (second.zone, second.address) == ("Asia/Tokyo", ADA)
    assert second.watches == (*first.watches, Watch("tag=roads", ("7 days",)))


def test_the_newest_leads_of_a_selection_count(service, database):
    join(service, database)
    subscriber = join(service, database, chosen=choice(leads=("1 day",)), now=LATER + HOUR)
    assert subscriber.watches == (Watch("kind=tender", ("1 day",)),)


@pytest.mark.parametrize("leave", ["pause", "end"])
def test_who_signs_up_anew_is_active_again(service, database, leave):
    before = getattr(service, leave)(join(service, database), LATER)
    subscriber = join(service, database, chosen=choice("tag=roads"), now=LATER + HOUR)
    kept = before.watches if leave == "pause" else ()
    assert (subscriber.state, subscriber.ended_at) == (SubscriberState.ACTIVE, None)
    assert subscriber.watches == (*kept, Watch("tag=roads", ("7 days",)))
    assert reasons(database) == set()


def test_a_token_to_confirm_is_over_after_72_hours(service, database):
    ask(service)
    token = signup_token(service, database, ADA)
    assert service.signup_of(token, NOON + 72 * HOUR - MINUTE).address == ADA
    for act in (service.signup_of, service.confirm, service.refuse):
        with pytest.raises(InvalidToken):
            act(token, NOON + 72 * HOUR)


def test_links_are_of_one_subscriber_and_one_purpose(service, database):
    subscriber = join(service, database)
    links = {"manage": service.manage_token(subscriber.ref), "unsubscribe": service.unsubscribe_token(subscriber.ref)}
    for purpose, token in links.items():
        assert service.subscriber_of(token, purpose, NOON + 9999 * DAY) == subscriber
    for purpose, token in [("unsubscribe", links["manage"]), ("manage", links["unsubscribe"])]:
        with pytest.raises(InvalidToken):
            service.subscriber_of(token, purpose, NOON)
    with pytest.raises(InvalidToken):
        service.subscriber_of(signup_token(service, database, ADA), "unsubscribe", NOON)
    service.forget(subscriber, LATER)
    with pytest.raises(InvalidToken):
        service.subscriber_of(links["manage"], "manage", LATER)


def test_not_me_ends_all_that_was_asked_for_an_address_for_good(service, database):
    ask(service)
    process_signups(database, KEYS, NOON)
    ask(service, now=LATER)
    ask(service, "eve@example.org")
    service.refuse(signup_token(service, database, ADA), LATER)
    assert kept_signups(database) == [("asked", "eve@example.org")]
    assert reasons(database, NOON + 9999 * DAY) == {"not me"}
    ask(service, now=LATER + DAY)
    process_signups(database, KEYS, LATER + DAY)
    assert account_messages(database) == [("confirm", "dropped", None), ("confirm", "waiting", "eve@example.org")]


def test_an_address_that_is_none_is_refused_and_nothing_kept(service, database):
    with pytest.raises(InvalidAddress):
        ask(service, "ada@example.org\r\nBcc: eve@example.org")
    assert kept_signups(database) == []


def test_one_client_asks_twenty_times_an_hour(service, database):
    for minute in range(20):
        ask(service, f"n{minute}@example.org", client=f"2001:db8::{minute}", now=NOON + minute * MINUTE)
    with pytest.raises(TooManyRequests) as raised:
        ask(service, client="2001:db8::ffff", now=NOON + 30 * MINUTE)
    assert raised.value.retry_after == 31 * 60 - 1
    assert len(kept_signups(database)) == 20
    ask(service, client="2001:db8:0:1::1", now=NOON + 30 * MINUTE)
    ask(service, client="2001:db8::1", now=NOON + 61 * MINUTE)
    assert len(kept_signups(database)) == 22


def test_changing_to_nothing_is_leaving(service, database):
    subscriber = join(service, database)
    new = {"language": "fr", "zone": "Asia/Tokyo", "country": "JP", "digest": "daily"}
    changed = service.change(subscriber, **new, watches=(Watch("tag=roads"),), now=LATER)
    assert changed == replace(subscriber, **new, watches=(Watch("tag=roads"),), changed_at=LATER)
    ended = service.change(changed, **new, watches=(), now=LATER)
    assert (ended.state, reasons(database)) == (SubscriberState.ENDED, {"ended"})
    assert belonging(database, subscriber.id) == []


def test_webhook_takes_the_place_of_mail_and_back(service, database):
    subscriber, calls = join(service, database), []
    url = "https://hooks.example.org/in"
    hooked = service.use_webhook(subscriber, url, lambda *given: calls.append(given), LATER)
    assert calls == [(url, hooked.secret)]
    assert (hooked.channel, hooked.address, hooked.owner) == ("webhook", url, ADA)
    assert hooked.secret.startswith("whsec_")
    assert service.use_mail(hooked, LATER) == replace(subscriber, changed_at=LATER)


def test_webhook_that_fails_its_challenge_changes_nothing(service, database):
    subscriber = join(service, database)

    def fail(*_):
        raise ValueError("no")

    for _ in range(5):
        with pytest.raises(ValueError, match="no"):
            service.use_webhook(subscriber, "https://hooks.example.org/in", fail, LATER)
    with pytest.raises(TooManyRequests):
        service.use_webhook(subscriber, "https://hooks.example.org/in", fail, LATER)
    assert list(subscribers.list_subscribers(database)) == [subscriber]


def test_going_back_to_mail_needs_an_address_that_is_free(service, database):
    hooked = service.use_webhook(join(service, database), "https://hooks.example.org/in", lambda *_: None, LATER)
    join(service, database, now=LATER + HOUR)
    with pytest.raises(AddressTaken):
        service.use_mail(hooked, LATER)
    with pytest.raises(NoMailAddress):
        service.use_mail(replace(hooked, owner=""), LATER)


def test_export_holds_everything_and_forget_leaves_a_hash(service, database):
    subscriber = join(service, database)
    with writing(database) as connection:
        queue_account_message(connection, AccountKind.TROUBLE, NOON, subscriber_id=subscriber.id, expires_at=NOON + DAY)
    kept = service.export(subscriber)
    message = {
        "kind": "letter",
        "record": "",
        "occurrence": "",
        "moment": "trouble",
        "lead": "",
        "state": "waiting",
        "reason": "",
        "due_at": NOON.isoformat(),
        "settled_at": None,
        "attempts": 0,
    }
    assert kept["letters"] == [message]
    assert kept["address"] == ADA
    assert kept["consent"] == dict(subscriber.consent)
    assert kept["watches"] == [{"selection": "kind=tender", "leads": ["7 days"], "wants_new": False}]
    assert set(kept) == {*vars(subscriber), "letters"} - {"id", "link_version"}
    service.forget(subscriber, LATER)
    service.forget(subscriber, LATER)
    assert (list(subscribers.list_subscribers(database)), kept_signups(database)) == ([], [])
    assert reasons(database) == {"ended"}
    assert [state for _, state, _ in account_messages(database)] == ["dropped", "dropped"]


STRENGTHS = [
    ("not me", None, "ended", None, "not me"),
    ("not me", None, "bounced", LATER, "not me"),
    ("bounced", LATER + DAY, "ended", None, "bounced"),
    ("bounced", NOON, "ended", None, "ended"),
    ("ended", None, "bounced", LATER + DAY, "bounced"),
    ("bounced", LATER + DAY, "not me", None, "not me"),
]


@pytest.mark.parametrize(("first", "until", "then", "until_then", "holds"), STRENGTHS)
def test_the_stronger_reason_holds(database, first, until, then, until_then, holds):
    key = HASHER.address_keys(ADA)[0]
    with writing(database) as connection:
        suppress(connection, key, first, NOON, until)
        suppress(connection, key, then, LATER, until_then)
    assert reasons(database, LATER) == {holds}


def test_neither_addresses_nor_tokens_are_logged(service, database, caplog):
    caplog.set_level(logging.DEBUG)
    subscriber = join(service, database)
    seen = [
        signup_token(service, database, ADA),
        service.manage_token(subscriber.ref),
        service.unsubscribe_token(subscriber.ref),
    ]
    for number in range(19):
        ask(service, f"n{number}@example.org")
    with pytest.raises(TooManyRequests):
        ask(service, "n19@example.org")
    process_signups(database, KEYS, LATER)
    service.use_webhook(subscriber, "https://hooks.example.org/in", lambda *_: None, LATER)
    with pytest.raises(AddressTaken):
        subscribers.add_subscriber(database, newcomer("https://hooks.example.org/in"), NOON)
    service.end(subscriber, LATER)
    service.forget(subscriber, LATER)
    logging.getLogger("test").info("%r %r", subscriber, newcomer())
    told = "\n".join([caplog.text, *(str(record.args) for record in caplog.records)])
    private = [*seen, subscriber.ref, ADA, "n1@", "hooks.example.org", "whsec_", CLIENT, *KEYS]
    assert [each for each in private if each in told] == []
