"""One message for each subscriber and edition: combined when several records change, sent once, lost by no kill."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from calendar_service.records.enums import Status
from calendar_service.records.notification_keys import EditionKey
from calendar_service.records.record import Link, Question
from calendar_service.reminders import scheduling as scheduling_module
from calendar_service.reminders.change_notices import notices
from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.relevance import DeliveryObsolete
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store.claims import claim_deliveries, load_active_watches, load_deliveries, mark_settled
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import writing
from calendar_service.store.outbox import DeliveryState, combine_notices, load_groups, perform_fan_out
from calendar_service.store.revisions import load_change
from calendar_service.store.workers import enter_worker
from tests.support.reminders import (
    BASE,
    DAY,
    KEYS,
    MINUTE,
    Clock,
    Inbox,
    add_subscriber,
    event,
    mail_server,
    make_service,
    moved,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
LATER = BEGIN + DAY
ROADS, BRIDGE, FAIR = tender("2027-07-10 17:00", "roads"), tender("2027-07-11 17:00", "bridge"), event("2027-07-05")
MOVED = [tender("2027-07-20 17:00", "roads"), tender("2027-07-21 17:00", "bridge")]


@pytest.fixture
def planner(database):
    """A planner that has seen the first edition, with ada for everything and ben for events."""
    edition = publish_records(database, BEGIN, ROADS, BRIDGE, FAIR)
    planner = Planner(database)
    planner.fan_out(edition, BEGIN)
    add_subscriber(database, "ada", BEGIN + MINUTE, watch(wants_new=True))
    add_subscriber(database, "ben", BEGIN + MINUTE, watch("kind=event"))
    planner.fan_out(edition, BEGIN + 2 * MINUTE)
    return planner


def rendered(database, now):
    """Claim, render and settle what is due: (subscriber, message)."""
    edition = load_edition(database)
    renderer = MessageRenderer(database, SubscriptionService(database, KEYS), BASE)
    with writing(database) as connection:
        worker = enter_worker(connection, now)
        claimed = load_deliveries(connection, claim_deliveries(connection, worker, now, 100))
        watches = load_active_watches(connection, [each.recipient.id for each in claimed])
    found = []
    for delivery in claimed:
        state, why = DeliveryState.SENT, ""
        try:
            message, envelope = renderer.render(delivery, edition, watches[delivery.recipient.id], now)
            found.append((envelope.address.partition("@")[0], message))
        except DeliveryObsolete as reason:
            state = DeliveryState.DROPPED
            why = str(reason)
        with writing(database) as connection:
            assert mark_settled(connection, worker, delivery, state, now, why)
    return found


def states(database):
    return sorted((row[0], row[2], row[3], row[5]) for row in outbox(database))


def test_several_records_are_one_message(database, planner):
    new = tender("2027-08-01 17:00", "tunnel")
    edition = publish_records(database, LATER, *MOVED, event("2027-07-06"), new)
    assert planner.fan_out(edition, LATER + MINUTE) == 5
    (first, single), (second, several) = sorted(rendered(database, LATER + MINUTE), key=lambda pair: pair[0] == "ada")
    assert (first, second) == ("ben", "ada")
    assert (single.record_id, single.data["record"], "records" in single.data) == ("event", "event", False)
    assert several.subject == "4 changes in Example"
    records = several.data["records"]
    assert [(each["record"], each["type"]) for each in records] == [
        ("event", "notice"),
        ("roads", "notice"),
        ("bridge", "notice"),
        ("tunnel", "new"),
    ]
    assert [each["what"] for each in records[1]["changes"]] == ["moved"]
    assert several.data["record"] == "event"
    assert all(f"{BASE}/events/{each['record']}" in several.text for each in records)
    assert several.attachment == b""
    assert {state for *_, state in states(database)} == {"sent"}
    assert rendered(database, LATER + DAY) == []


TEXT = """\
Example

2 changes in Example
====================

Changed
-------

Cancelled
  Tender (English only)
  The deadline was: Sunday 11 July 2027, 17:00 CEST (UTC+2)
  https://calendar.example/events/bridge

Deadline extended
  Tender (English only)
  Closes: Tuesday 20 July 2027, 17:00 CEST (UTC+2)
  Previously: Saturday 10 July 2027, 17:00 CEST (UTC+2)
  Reason: The ground is wet
  https://calendar.example/events/roads

Go to the calendar:
https://calendar.example/

"""


def test_it_is_written_for_people(database, planner):
    wet = tender("2027-07-20 17:00", "roads", note_of_change={"en": "The ground is wet"})
    edition = publish_records(database, LATER, wet, tender("2027-07-11 17:00", "bridge", status=Status.CANCELLED), FAIR)
    planner.fan_out(edition, LATER)
    ((_, message),) = rendered(database, LATER)
    assert message.text.startswith(TEXT)


def test_a_pass_that_is_cut_off_loses_nothing(database, planner, monkeypatch):
    edition = publish_records(database, LATER, *MOVED, FAIR)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scheduling_module, "combine_notices", killed)
    with pytest.raises(KeyboardInterrupt):
        planner.fan_out(edition, LATER)
    assert rendered(database, LATER) == []
    monkeypatch.undo()
    newer = publish_records(database, LATER + MINUTE, *MOVED, event("2027-07-06"))
    Planner(database).fan_out(newer, LATER + MINUTE)
    ada = next(message for name, message in rendered(database, LATER + MINUTE) if name == "ada")
    assert [each["record"] for each in ada.data["records"]] == ["event", "roads", "bridge"]


def test_what_was_sent_under_the_keys_of_before_is_not_sent_again(database, planner):
    """The version before fanned out the same notices one by one; the outbox is the one it left behind."""
    edition = publish_records(database, LATER, *MOVED, FAIR)
    with writing(database) as connection:
        for due in notices(load_change(connection, "roads", 2), load_groups(connection), edition, LATER, LATER):
            perform_fan_out(connection, due, LATER)
    assert [message.subject for _, message in rendered(database, LATER)] == [
        "Deadline extended: Tender (English only) - now Tue 20 July, 17:00 CEST"
    ]
    planner.fan_out(edition, LATER)
    assert [(name, message.data["record"]) for name, message in rendered(database, LATER)] == [("ada", "bridge")]
    assert states(database) == [("ada", "bridge", "changed", "sent"), ("ada", "roads", "changed", "sent")]


def test_what_joins_while_a_message_is_sent_goes_by_itself(database, planner):
    edition = publish_records(database, LATER, *MOVED, FAIR)
    planner.fan_out(edition, LATER)
    with writing(database) as connection:
        worker = enter_worker(connection, LATER)
        (delivery,) = load_deliveries(connection, claim_deliveries(connection, worker, LATER, 100))
        fair = next(iter(notices(load_change(connection, "event", 1), load_groups(connection), edition, LATER, LATER)))
        fair = replace(fair, bundle=EditionKey(edition.number), new_in=0)
        perform_fan_out(connection, fair, LATER)
        combine_notices(connection, EditionKey(edition.number))
    with writing(database) as connection:
        assert mark_settled(connection, worker, delivery, DeliveryState.SENT, LATER)
    assert states(database) == [
        ("ada", "", "edition", "sent"),
        ("ada", "bridge", "changed", "sent"),
        ("ada", "event", "new", "waiting"),
        ("ada", "roads", "changed", "sent"),
    ]


@pytest.mark.usefixtures("planner")
def test_it_travels_by_mail_in_each_language(database):
    add_subscriber(database, "cy", BEGIN + 3 * MINUTE, watch(), language="fr")
    publish_records(database, LATER, *MOVED, FAIR)
    with mail_server(inbox := Inbox()) as url:
        service = make_service(database, Clock(LATER), url)
        service.schedule_due()
        assert service.send(threading.Event()) == {"sent": 2}
        service.close(5)
    subjects = {
        name: mail.split("Subject: ")[1].split("\n")[0].strip()
        for name, (_, mail) in zip(inbox.recipients, inbox.taken, strict=True)
    }
    assert subjects == {"ada": "2 changes in Example", "cy": "2 changements dans Exemple"}


# -- what is superseded ---------------------------------------------------------------------------------------------

A, B, C = "2027-07-10T15:00:00Z", "2027-07-20T15:00:00Z", "2027-07-25T15:00:00Z"
OF = {A: "2027-07-10 17:00", B: "2027-07-20 17:00", C: "2027-07-25 17:00"}


def changes_told(database, now):
    """Of which change ada is told: from when to when."""
    return [
        (message.data["changes"][0]["old"], message.data["changes"][0]["new"])
        for name, message in rendered(database, now)
        if name == "ada"
    ]


@pytest.mark.parametrize("has_passed", [False, True], ids=["one pass", "each pass"])
@pytest.mark.parametrize(
    ("closings", "expected"),
    [([B], [(A, B)]), ([B, C], [(A, C)]), ([B, A], []), ([B, A, C], [(A, C)]), ([B, C, B], [(A, B)])],
)
def test_a_change_that_was_superseded_is_not_sent(database, planner, closings, expected, has_passed):
    for number, closes in enumerate(closings):
        edition = publish_records(database, LATER + number * MINUTE, tender(OF[closes], "roads"), BRIDGE, FAIR)
        if has_passed:  # so that each change waits in the outbox
            planner.fan_out(edition, LATER + number * MINUTE)
    planner.fan_out(edition, LATER + DAY)
    assert changes_told(database, LATER + DAY) == expected
    assert {state for *_, state in states(database)} <= {"sent", "dropped"}


def test_of_several_only_what_still_holds_is_told(database, planner):
    """The message of edition 2 waits, with two records; edition 3 moves one of them back."""
    planner.fan_out(publish_records(database, LATER, tender(OF[B], "roads"), tender(OF[C], "bridge"), FAIR), LATER)
    now = LATER + MINUTE
    planner.fan_out(publish_records(database, now, tender(OF[A], "roads"), tender(OF[C], "bridge"), FAIR), now)
    assert [message.data["record"] for _, message in rendered(database, now)] == ["bridge"]
    later = now + MINUTE
    planner.fan_out(publish_records(database, later, tender(OF[B], "roads"), tender(OF[C], "bridge"), FAIR), later)
    assert changes_told(database, later) == [(A, B)]


def test_what_was_told_is_the_beginning_of_the_next_change(database, planner):
    for number, (closes, expected) in enumerate([(B, [(A, B)]), (A, [(B, A)]), (C, [(A, C)])]):
        now = LATER + number * MINUTE
        planner.fan_out(publish_records(database, now, tender(OF[closes], "roads"), BRIDGE, FAIR), now)
        assert changes_told(database, now) == expected


def test_what_is_new_and_changed_is_told_as_new(database, planner):
    for number, closes in enumerate([B, C]):
        now = LATER + number * MINUTE
        edition = publish_records(database, now, ROADS, BRIDGE, FAIR, tender(OF[closes], "tunnel"))
    planner.fan_out(edition, now)
    ((_, message),) = rendered(database, now)
    assert (message.data["type"], message.data["record"], message.data["at"]) == ("new", "tunnel", C)


def test_changes_go_with_the_digest(database, planner):
    add_subscriber(database, "dee", BEGIN + 3 * MINUTE, watch("kind=tender"), digest="daily")
    moved = tender(OF[B], "roads", note_of_change={"en": "The ground is wet"})
    edition = publish_records(database, LATER, moved, BRIDGE, FAIR)
    planner.fan_out(edition, LATER)
    assert [name for name, _ in rendered(database, LATER)] == ["ada"]
    morning = utc("2027-06-03 07:00")
    planner.fan_out(edition, morning)
    ((name, message),) = rendered(database, morning)
    (item,) = message.data["items"]
    assert (name, item["type"], item["record"], item["at"], item["changes"][0]["old"]) == (
        "dee",
        "notice",
        "roads",
        B,
        A,
    )
    assert message.subject == "Deadline extended: Tender (English only) - Tue 20 July, 17:00 CEST"
    assert "Previously: Saturday 10 July 2027, 17:00 CEST (UTC+2)\n  Reason: The ground is wet" in message.text


def test_a_change_that_is_taken_back_is_not_in_the_digest(database, planner):
    add_subscriber(database, "dee", BEGIN + 3 * MINUTE, watch("kind=tender"), digest="daily")
    for number, closes in enumerate([B, A]):
        now = LATER + number * MINUTE
        planner.fan_out(edition := publish_records(database, now, tender(OF[closes], "roads"), BRIDGE, FAIR), now)
    planner.fan_out(edition, utc("2027-06-03 07:00"))
    assert [name for name, _ in rendered(database, utc("2027-06-03 07:00")) if name == "dee"] == []


# -- news of a tender -----------------------------------------------------------------------------------------------

TERMS, LOTS = (Link({"en": title}, f"https://example.org/{title}.pdf") for title in ("Terms", "Lots"))
NEW_TERMS = replace(TERMS, url="https://example.org/terms-2.pdf")
WITH_TERMS = replace(ROADS, documents=(TERMS,))
NOTE = {"en": "Lot 3 has another address"}
GROUPS = Question({"en": "Are groups allowed?"}, {"en": "Yes, with one lead."}, date(2027, 6, 1))
PAGES = Question({"en": "How many pages?"}, {"en": "Twenty."})
ASKED = replace(ROADS, questions=(GROUPS,))
ANSWERED_ANEW = replace(GROUPS, answer={"en": "Only with one lead."})
NEWS = {
    "a question answered": (ROADS, ASKED, "Question answered: Tender (English only) - Are groups allowed?"),
    "one more question": (
        ASKED,
        replace(ROADS, questions=(GROUPS, PAGES)),
        "Question answered: Tender (English only) - How many pages?",
    ),
    "another answer": (
        ASKED,
        replace(ROADS, questions=(ANSWERED_ANEW,)),
        "Answer changed: Tender (English only) - Are groups allowed?",
    ),
    "a question less": (ASKED, ROADS, None),
    "a question put better": (
        ASKED,
        replace(ROADS, questions=(replace(GROUPS, question={"en": "Are groups admitted?"}),)),
        None,
    ),
    "an answer translated": (
        ASKED,
        replace(ROADS, questions=(replace(GROUPS, answer=GROUPS.answer | {"fr": "Oui, avec un chef de file."}),)),
        None,
    ),
    "an event's question": (FAIR, replace(FAIR, questions=(GROUPS,)), None),
    "a new document": (ROADS, WITH_TERMS, "New document: Tender (English only) - Terms"),
    "one more": (WITH_TERMS, replace(ROADS, documents=(TERMS, LOTS)), "New document: Tender (English only) - Lots"),
    "a replaced one": (
        WITH_TERMS,
        replace(ROADS, documents=(NEW_TERMS,)),
        "Document replaced: Tender (English only) - Terms",
    ),
    "a document less": (WITH_TERMS, ROADS, None),
    "another title": (WITH_TERMS, replace(ROADS, documents=(replace(TERMS, title={"en": "The terms"}),)), None),
    "a corrigendum": (
        ROADS,
        replace(ROADS, note_of_change=NOTE),
        "Corrigendum: Tender (English only) - Sat 10 July, 17:00 CEST",
    ),
    "the same note": (replace(ROADS, note_of_change=NOTE), replace(ROADS, note_of_change=NOTE, tags=("a",)), None),
    "no note any more": (replace(ROADS, note_of_change=NOTE), ROADS, None),
    "a milestone": (
        tender("2027-07-10 17:00", "roads", award_expected="2027-09-01"),
        tender("2027-07-10 17:00", "roads", award_expected="2027-09-10"),
        "Award date changed: Tender (English only) - now Fri 10 September, 23:59 CEST",
    ),
    "an event's document": (FAIR, replace(FAIR, documents=(TERMS,)), None),
}


@pytest.mark.parametrize(("before", "after", "subject"), NEWS.values(), ids=NEWS)
def test_news_of_a_tender_are_one_message(database, before, after, subject):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, before, BRIDGE), BEGIN)
    add_subscriber(database, "ada", BEGIN + MINUTE, watch(f"id={before.id}"))
    planner.fan_out(publish_records(database, LATER, after, BRIDGE), LATER)
    found = [message for _, message in rendered(database, LATER)]
    assert [message.subject for message in found] == ([subject] if subject else [])
    for message in found:
        assert message.data["changes"][0]["what"] in {"document", "corrigendum", "moved", "question"}
        assert (NOTE["en"] in message.text) == bool(after.note_of_change)
        assert all(each.url in message.text for each in after.documents)
        assert all(each.answer["en"] in message.text for each in after.questions)


# -- an occurrence with a reason of its own ---------------------------------------------------------------------------

FLOODED, STRIKE = {"en": "The room is flooded."}, {"en": "A strike."}
WEEKLY = event("2027-06-07 10:00", name="clinic", rule="every week, 8 times", note_of_change=STRIKE)


def with_changes(*changes):
    return replace(WEEKLY, schedule=replace(WEEKLY.schedule, changes=changes))


OFF_FOR_ITSELF = replace(moved("2027-06-14"), reason=FLOODED)
REASONS = {
    "only its own": (with_changes(OFF_FOR_ITSELF), ["Reason: The room is flooded."]),
    "one of each": (
        with_changes(OFF_FOR_ITSELF, moved("2027-06-21")),
        ["Reason: The room is flooded.", "Reason: A strike."],
    ),
    "the record's": (with_changes(moved("2027-06-14")), ["Reason: A strike."]),
}


@pytest.mark.parametrize("together", [False, True], ids=["alone", "with another record"])
@pytest.mark.parametrize(("after", "reasons"), REASONS.values(), ids=REASONS)
def test_a_notice_tells_the_reason_of_each_occurrence(database, after, reasons, together):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, WEEKLY, FAIR), BEGIN)
    add_subscriber(database, "ada", BEGIN + MINUTE, watch("id=clinic,fair"))
    fair = event("2027-06-18", name="fair") if together else FAIR
    planner.fan_out(publish_records(database, LATER, after, fair), LATER)
    ((_, message),) = rendered(database, LATER)
    for text in (message.text, message.html):
        assert [each for each in ("Reason: The room is flooded.", "Reason: A strike.") if each in text] == reasons
