"""A pass as if it were later sends early what falls due by then; passes by the clock find all else as it was."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.forecast import forecast
from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.reminders.resuming import end_pauses
from calendar_service.reminders.service import ReminderService
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import list_faults
from calendar_service.store.identity import Identity, read_identity
from calendar_service.store.pauses import RestoreKind, enter_restored
from calendar_service.store.sequence_file import SequenceFile
from calendar_service.store.tables import deliveries, editions, firings, notes
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    SECOND,
    SENDER,
    Inbox,
    add_subscriber,
    mail_server,
    notified,
    outbox,
    publish_records,
    stated,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
CLOSES = "2027-07-10 17:00"
SEVEN, ONE = utc("2027-07-03 15:00"), utc("2027-07-09 15:00")
YEARS = timedelta(days=730)
BY_PASSES = "passed", "planned", "announced"


@pytest.fixture
def send(database):
    """Makes a pass by the clock, or as if it were `until`; gives who got mail."""
    with mail_server(inbox := Inbox()) as url:

        def run(now, until=None, guard=None):
            before = len(inbox.taken)
            mailing = MailSettings(url, None, SENDER)
            service = ReminderService(database, KEYS, BASE, mailing, lambda: until or now, lambda: now)
            service.guard = guard or service.guard
            service.schedule_due()
            service.send(threading.Event())
            service.close(5)
            return sorted(inbox.recipients[before:])

        run.inbox = inbox
        yield run


def stored_by_passes(database):
    """All that a pass stores for those after it, but for the deliveries."""
    with reading(database) as connection:
        passes = connection.execute(select(editions.c.number, editions.c.scheduled_from, editions.c.scheduled_at))
        noted = connection.execute(select(notes.c.name, notes.c.value, notes.c.at).where(notes.c.name.in_(BY_PASSES)))
        fired = connection.execute(select(firings.c.group_id, firings.c.occasion_id, firings.c.outcome))
        return sorted(passes.all()), sorted(noted.all()), sorted(fired.all()), list_faults(connection)


@pytest.mark.parametrize(
    "until", [BEGIN + 90 * SECOND, SEVEN, ONE, BEGIN + YEARS], ids=["90 s", "7 days", "1 day", "years"]
)
@pytest.mark.parametrize("digest", ["", "daily"])
def test_it_stores_nothing_of_the_later_time(database, send, until, digest):
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day"), wants_new=True), digest=digest)
    publish_records(database, BEGIN, tender(CLOSES))
    send(BEGIN)
    publish_records(database, BEGIN + MINUTE, tender("2027-07-10 18:00"), tender("2027-07-12 17:00", "other"))
    send(BEGIN + MINUTE)
    before = stored_by_passes(database)
    send(BEGIN + MINUTE, until)
    assert stored_by_passes(database) == before
    send(BEGIN + 2 * MINUTE)
    with reading(database) as connection:
        assert list_faults(connection) == []


def test_what_it_sent_is_not_sent_again(database, send):
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    publish_records(database, BEGIN, tender(CLOSES))
    assert send(BEGIN, SEVEN) == ["ada"]
    assert send(BEGIN + MINUTE, SEVEN) == []
    listed = forecast(database, load_edition(database), (BEGIN, ONE + DAY), with_addresses=False)
    assert [stated(each.due_at) for each in listed] == [stated(ONE)]
    assert [send(now) for now in (BEGIN + HOUR, SEVEN, SEVEN + DAY, ONE)] == [[], [], [], ["ada"]]


def test_nearer_reminders_that_it_sent_leave_the_others(database, send):
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    publish_records(database, BEGIN, tender(CLOSES))
    assert send(BEGIN, ONE) == ["ada"]
    assert notified(database) == [("ada", "closes", "1 day")]
    assert [send(now) for now in (SEVEN, ONE)] == [["ada"], []]


@pytest.mark.parametrize("digest", ["", "daily"])
def test_who_joins_after_it_is_reminded(database, send, digest):
    add_subscriber(database, "ada", BEGIN, digest=digest)
    publish_records(database, BEGIN, tender(CLOSES))
    assert send(BEGIN) == []
    assert send(BEGIN + MINUTE, SEVEN + DAY) == ["ada"]
    add_subscriber(database, "ben", BEGIN + HOUR, digest=digest)
    assert [send(now) for now in (BEGIN + HOUR, SEVEN, SEVEN + DAY)].count(["ben"]) == 1
    assert send.inbox.recipients == ["ada", "ben"]


def test_who_has_just_joined_is_given_what_is_over_by_then(database, send):
    add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender("2027-06-09 17:00"))
    due = utc("2027-06-02 15:00")
    send(BEGIN)
    add_subscriber(database, "ben", due - SECOND)
    assert send(due + SECOND, BEGIN + YEARS) == []
    assert send(due + MINUTE) == ["ada", "ben"]


def test_what_is_over_by_then_is_left_alone(database, send):
    add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))
    send.inbox.answer = lambda _recipient: "451 later"
    assert send(SEVEN) == []
    before = outbox(database, "next_at", "attempts")
    send.inbox.answer = lambda _recipient: "250 OK"
    assert send(SEVEN + SECOND, BEGIN + YEARS) == []
    assert outbox(database, "next_at", "attempts") == before
    assert send(SEVEN + 2 * MINUTE) == ["ada"]


@pytest.mark.parametrize("answer", ["451 later", "421 not now"])
def test_what_cannot_be_sent_is_not_postponed(database, send, answer):
    add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))
    send(BEGIN)
    publish_records(database, BEGIN + MINUTE, tender("2027-07-10 18:00"))
    send.inbox.answer = lambda _recipient: answer
    assert send(BEGIN + 2 * MINUTE, SEVEN + 2 * HOUR) == []
    assert outbox(database, "next_at", "attempts") == [
        ("ada", "notice", "tender", "changed", "", "waiting", stated(BEGIN + 2 * MINUTE), 0),
        ("ada", "reminder", "tender", "closes", "7 days", "waiting", stated(SEVEN + HOUR), 0),
    ]
    send.inbox.answer = lambda _recipient: "250 OK"
    assert [send(now) for now in (BEGIN + 3 * MINUTE, SEVEN, SEVEN + HOUR)] == [["ada"], [], ["ada"]]


def test_a_new_record_that_is_late_only_by_then_is_not_postponed(database, send):
    add_subscriber(database, "ada", BEGIN, watch(leads=("14 days",)), digest="weekly")
    send(BEGIN)
    publish_records(database, BEGIN + MINUTE, tender(CLOSES))
    send.inbox.answer = lambda _recipient: "451 later"
    assert send(BEGIN + MINUTE, SEVEN) == []
    assert send(BEGIN + MINUTE, SEVEN + 3 * DAY) == []
    send.inbox.answer = lambda _recipient: "250 OK"
    counted = utc("2027-06-26 15:00")
    assert [send(now) for now in (BEGIN + HOUR, counted - 8 * DAY, counted)] == [[], [], ["ada"]]


def test_passes_ahead_follow_each_other_as_if_time_went_on(database, send):
    """A deadline moves after a reminder by the later time: its change tells of what was due until it was seen."""
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    publish_records(database, BEGIN, tender(CLOSES))
    assert send(BEGIN, SEVEN + MINUTE) == ["ada"]
    assert send(BEGIN + MINUTE, SEVEN + 2 * DAY) == []
    publish_records(database, BEGIN + 2 * MINUTE, tender("2027-07-11 17:00"))
    assert send(BEGIN + 3 * MINUTE, SEVEN + 3 * DAY) == ["ada"]
    assert notified(database)[-1] == ("ada", "changed", "")
    assert send(BEGIN + 4 * MINUTE, ONE + DAY) == ["ada"]
    assert notified(database)[-1] == ("ada", "closes", "1 day")


def test_its_own_memory_ends_when_the_clock_has_come_so_far(database, send):
    add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))
    send(BEGIN, BEGIN + HOUR)
    send(BEGIN + 2 * HOUR, BEGIN + 3 * HOUR)
    with reading(database) as connection:
        names = connection.scalars(select(notes.c.name).where(notes.c.name.startswith("ahead of the clock")))
        assert list(names) == ["ahead of the clock last"]


# -- what the host remembers ----------------------------------------------------------------------------------------


def test_the_host_remembers_what_was_sent_early_for_older_copies_only(database, send, tmp_path):
    memory = SequenceFile(tmp_path / "sequences.json")
    publish_records(database, BEGIN, tender(CLOSES))
    with reading(database) as connection:
        older = read_identity(connection)
    send(BEGIN, SEVEN, RestoreGuard(database, memory))
    with reading(database) as connection:
        newer = read_identity(connection)
    send(BEGIN + MINUTE, None, RestoreGuard(database, memory))
    assert memory.recall(newer.id).at == BEGIN + MINUTE
    assert memory.sent_until(older) == SEVEN
    assert memory.sent_until(newer) == BEGIN + MINUTE
    assert memory.sent_until(Identity("another", 1)) is None


def test_resume_after_a_restore_silences_nobody_who_joins(database, send):
    """What may have gone early is not sent to those who were there; who joins later is reminded."""
    add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))
    with writing(database) as connection:
        enter_restored(connection, RestoreKind.COPY, BEGIN, SEVEN + DAY)
    assert end_pauses(database, load_edition(database), BEGIN + MINUTE)[1] == 1
    add_subscriber(database, "ben", BEGIN + HOUR)
    assert [send(now) for now in (BEGIN + HOUR, SEVEN)] == [[], ["ben"]]
    with reading(database) as connection:
        assert list_faults(connection) == []
        assert connection.scalars(select(deliveries.c.state).order_by(deliveries.c.id)).all() == ["dropped", "sent"]
