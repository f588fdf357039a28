"""The desk: asking, confirming, refusing, changing, leaving; and that nothing private is logged on the way."""

import logging
from dataclasses import replace

import pytest
from people_words import (
    CONSENT,
    DAY,
    HASHER,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    belonging,
    choice,
    kept_signups,
    letters,
    newcomer,
    signup_token,
)

from calendar_service.reminders.people.addresses import BadAddress
from calendar_service.reminders.people.desk import Desk, NoMailAddress, TooManyRequests
from calendar_service.reminders.people.signing_up import handle_signups
from calendar_service.reminders.people.tokens import BadToken
from calendar_service.store import subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.signups import queue_letter
from calendar_service.store.subscribers import AddressTaken, State, Watch
from calendar_service.store.suppressions import find_suppressions, suppress

ADA, CLIENT = "ada@example.org", "192.0.2.1"
LATER = NOON + HOUR


@pytest.fixture
def desk(database):
    return Desk(database, KEYS)


def ask(desk, address=ADA, chosen=None, client=CLIENT, now=NOON):
    desk.ask(address, chosen or choice(), consent=CONSENT, client=client, now=now)


def join(desk, database, address=ADA, chosen=None, now=NOON):
    ask(desk, address, chosen, now=now)
    handle_signups(database, KEYS, now)
    return desk.confirm(signup_token(desk, database, address), now + MINUTE)


def reasons(database, now=NOON, address=ADA):
    with reading(database) as connection:
        return set(find_suppressions(connection, HASHER.address_keys(address), now).values())


def test_who_confirms_becomes_a_reader_with_proof_of_consent(desk, database):
    reader = join(desk, database, chosen=choice(zone="Asia/Tokyo", country="JP", digest="weekly", language="fr"))
    assert (reader.channel, reader.address, reader.state) == ("mail", ADA, State.ACTIVE)
    assert (reader.zone, reader.country, reader.digest, reader.language) == ("Asia/Tokyo", "JP", "weekly", "fr")
    assert reader.watches == (Watch("kind=tender", ("7 days",)),)
    assert reader.consent == {
        **CONSENT,
        "asked_at": NOON.isoformat(),
        "confirmed_at": (NOON + MINUTE).isoformat(),
    }
    assert letters(database) == [("confirm", "waiting", ADA)]


def test_confirming_twice_is_confirming_once(desk, database):
    reader = join(desk, database)
    assert desk.confirm(signup_token(desk, database, ADA), LATER) == reader
    assert list(subscribers.list_subscribers(database)) == [reader]


def test_confirming_again_does_not_bring_back_who_left(desk, database):
    reader = desk.end(join(desk, database), LATER)
    assert desk.confirm(signup_token(desk, database, ADA), LATER) == reader
    assert reader.state is State.ENDED


def test_confirming_more_adds_the_watch_and_takes_over_the_newest_choice(desk, database):
    first = join(desk, database)
    second = join(desk, database, "ADA@example.org", choice("tag=roads", zone="Asia/Tokyo"), now=LATER + HOUR)
    assert second.id == first.id
    assert (second.zone, second.address) == ("Asia/Tokyo", ADA)
    assert second.watches == (*first.watches, Watch("tag=roads", ("7 days",)))


def test_the_newest_leads_of_a_selection_count(desk, database):
    join(desk, database)
    reader = join(desk, database, chosen=choice(leads=("1 day",)), now=LATER + HOUR)
    assert reader.watches == (Watch("kind=tender", ("1 day",)),)


@pytest.mark.parametrize("leave", ["pause", "end"])
def test_who_signs_up_anew_is_active_again(desk, database, leave):
    before = getattr(desk, leave)(join(desk, database), LATER)
    reader = join(desk, database, chosen=choice("tag=roads"), now=LATER + HOUR)
    kept = before.watches if leave == "pause" else ()
    assert (reader.state, reader.ended_at) == (State.ACTIVE, None)
    assert reader.watches == (*kept, Watch("tag=roads", ("7 days",)))
    assert reasons(database) == set()


def test_a_token_to_confirm_is_over_after_72_hours(desk, database):
    ask(desk)
    token = signup_token(desk, database, ADA)
    assert desk.signup_of(token, NOON + 72 * HOUR - MINUTE).address == ADA
    for act in (desk.signup_of, desk.confirm, desk.refuse):
        with pytest.raises(BadToken):
            act(token, NOON + 72 * HOUR)


def test_links_are_of_one_reader_and_one_purpose(desk, database):
    reader = join(desk, database)
    links = {"manage": desk.manage_token(reader.ref), "unsubscribe": desk.unsubscribe_token(reader.ref)}
    for purpose, token in links.items():
        assert desk.subscriber_of(token, purpose, NOON + 9999 * DAY) == reader
    for purpose, token in [("unsubscribe", links["manage"]), ("manage", links["unsubscribe"])]:
        with pytest.raises(BadToken):
            desk.subscriber_of(token, purpose, NOON)
    with pytest.raises(BadToken):
        desk.subscriber_of(signup_token(desk, database, ADA), "unsubscribe", NOON)
    desk.forget(reader, LATER)
    with pytest.raises(BadToken):
        desk.subscriber_of(links["manage"], "manage", LATER)


def test_not_me_ends_all_that_was_asked_for_an_address_for_good(desk, database):
    ask(desk)
    handle_signups(database, KEYS, NOON)
    ask(desk, now=LATER)
    ask(desk, "eve@example.org")
    desk.refuse(signup_token(desk, database, ADA), LATER)
    assert kept_signups(database) == [("asked", "eve@example.org")]
    assert reasons(database, NOON + 9999 * DAY) == {"not me"}
    ask(desk, now=LATER + DAY)
    handle_signups(database, KEYS, LATER + DAY)
    assert letters(database) == [("confirm", "dropped", None), ("confirm", "waiting", "eve@example.org")]


def test_an_address_that_is_none_is_refused_and_nothing_kept(desk, database):
    with pytest.raises(BadAddress):
        ask(desk, "ada@example.org\r\nBcc: eve@example.org")
    assert kept_signups(database) == []


def test_one_client_asks_twenty_times_an_hour(desk, database):
    for minute in range(20):
        ask(desk, f"n{minute}@example.org", client=f"2001:db8::{minute}", now=NOON + minute * MINUTE)
    with pytest.raises(TooManyRequests) as raised:
        ask(desk, client="2001:db8::ffff", now=NOON + 30 * MINUTE)
    assert raised.value.retry_after == 31 * 60 - 1
    assert len(kept_signups(database)) == 20
    ask(desk, client="2001:db8:0:1::1", now=NOON + 30 * MINUTE)
    ask(desk, client="2001:db8::1", now=NOON + 61 * MINUTE)
    assert len(kept_signups(database)) == 22


def test_changing_to_nothing_is_leaving(desk, database):
    reader = join(desk, database)
    new = {"language": "fr", "zone": "Asia/Tokyo", "country": "JP", "digest": "daily"}
    changed = desk.change(reader, **new, watches=(Watch("tag=roads"),), now=LATER)
    assert changed == replace(reader, **new, watches=(Watch("tag=roads"),), changed_at=LATER)
    ended = desk.change(changed, **new, watches=(), now=LATER)
    assert (ended.state, reasons(database)) == (State.ENDED, {"ended"})
    assert belonging(database, reader.id) == []


def test_webhook_takes_the_place_of_mail_and_back(desk, database):
    reader, calls = join(desk, database), []
    url = "https://hooks.example.org/in"
    hooked = desk.use_webhook(reader, url, lambda *given: calls.append(given), LATER)
    assert calls == [(url, hooked.secret)]
    assert (hooked.channel, hooked.address, hooked.owner) == ("webhook", url, ADA)
    assert hooked.secret.startswith("whsec_")
    assert desk.use_mail(hooked, LATER) == replace(reader, changed_at=LATER)


def test_webhook_that_fails_its_challenge_changes_nothing(desk, database):
    reader = join(desk, database)

    def fail(*_):
        raise ValueError("no")

    for _ in range(5):
        with pytest.raises(ValueError, match="no"):
            desk.use_webhook(reader, "https://hooks.example.org/in", fail, LATER)
    with pytest.raises(TooManyRequests):
        desk.use_webhook(reader, "https://hooks.example.org/in", fail, LATER)
    assert list(subscribers.list_subscribers(database)) == [reader]


def test_going_back_to_mail_needs_an_address_that_is_free(desk, database):
    hooked = desk.use_webhook(join(desk, database), "https://hooks.example.org/in", lambda *_: None, LATER)
    join(desk, database, now=LATER + HOUR)
    with pytest.raises(AddressTaken):
        desk.use_mail(hooked, LATER)
    with pytest.raises(NoMailAddress):
        desk.use_mail(replace(hooked, owner=""), LATER)


def test_export_holds_everything_and_forget_leaves_a_hash(desk, database):
    reader = join(desk, database)
    with writing(database) as connection:
        queue_letter(connection, "trouble", NOON, subscriber_id=reader.id, expires_at=NOON + DAY)
    kept = desk.export(reader)
    letter = {
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
    assert kept["letters"] == [letter]
    assert kept["address"] == ADA
    assert kept["consent"] == dict(reader.consent)
    assert kept["watches"] == [{"selection": "kind=tender", "leads": ["7 days"], "wants_new": False}]
    assert set(kept) == {*vars(reader), "letters"} - {"id"}
    desk.forget(reader, LATER)
    desk.forget(reader, LATER)
    assert (list(subscribers.list_subscribers(database)), kept_signups(database)) == ([], [])
    assert reasons(database) == {"ended"}
    assert [state for _, state, _ in letters(database)] == ["dropped", "dropped"]


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


def test_neither_addresses_nor_tokens_are_logged(desk, database, caplog):
    caplog.set_level(logging.DEBUG)
    reader = join(desk, database)
    seen = [signup_token(desk, database, ADA), desk.manage_token(reader.ref), desk.unsubscribe_token(reader.ref)]
    for number in range(19):
        ask(desk, f"n{number}@example.org")
    with pytest.raises(TooManyRequests):
        ask(desk, "n19@example.org")
    handle_signups(database, KEYS, LATER)
    desk.use_webhook(reader, "https://hooks.example.org/in", lambda *_: None, LATER)
    with pytest.raises(AddressTaken):
        subscribers.add_subscriber(database, newcomer("https://hooks.example.org/in"), NOON)
    desk.end(reader, LATER)
    desk.forget(reader, LATER)
    logging.getLogger("test").info("%r %r", reader, newcomer())
    told = "\n".join([caplog.text, *(str(record.args) for record in caplog.records)])
    private = [*seen, reader.ref, ADA, "n1@", "hooks.example.org", "whsec_", CLIENT, *KEYS]
    assert [each for each in private if each in told] == []
