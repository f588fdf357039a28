"""One fault stops only itself: whatever is set aside, those whom it does not concern get their messages in time."""

import logging
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, func, select, text, update

from calendar_service.reminders import message_renderer as renderer_module
from calendar_service.reminders import plan as plan_module
from calendar_service.reminders import service as service_module
from calendar_service.reminders.forecast import forecast, upcoming
from calendar_service.reminders.relevance import Relevance
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.setting_aside import Failures
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store import editions, subscribers
from calendar_service.store.engine import reading, writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.tables import deliveries, occasions, revisions, signups
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    SECOND,
    Clock,
    Inbox,
    add_subscriber,
    mail_server,
    make_service,
    notified,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
CLOSES = "2027-07-10 17:00"
SEVEN = utc("2027-07-03 15:00")
GOOD = ("good", "closes", "7 days")


def faults(database, *kinds):
    """The faults as (kind, key, count, minutes to the next try)."""
    with reading(database) as connection:
        found = list_faults(connection, kinds or None)
    return [
        (str(each.kind), each.key, each.count, each.retry_at and (each.retry_at - each.last_at) // MINUTE)
        for each in found
    ]


def unreadable(database, selection="x=1", leads="7 days"):
    """A subscriber whose watch nobody can read, as an earlier version has taken it."""
    return add_subscriber(database, "bad", BEGIN, watch(selection, (leads,), wants_new=True))


@contextmanager
def refused(database, record_id):
    """The database refuses all that is about one record."""
    if database.dialect.name == "sqlite":
        when = f"BEFORE INSERT ON occasions WHEN NEW.record_id = '{record_id}'"
        made = [f"CREATE TRIGGER refuse {when} BEGIN SELECT RAISE(ABORT, 'refused'); END"]
        undone = ["DROP TRIGGER refuse"]
    else:
        body = "BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END"
        when = f"BEFORE INSERT ON occasions FOR EACH ROW WHEN (NEW.record_id = '{record_id}')"
        made = [
            f"CREATE FUNCTION refuse() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER refuse {when} EXECUTE FUNCTION refuse()",
        ]
        undone = ["DROP TRIGGER refuse ON occasions", "DROP FUNCTION refuse"]
    run(database, made)
    try:
        yield
    finally:
        run(database, undone)


def run(database, statements):
    with writing(database) as connection:
        for statement in statements:
            connection.execute(text(statement))


# -- groups ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("selection", "leads"), [("x=1", "7 days"), ("from=now", "7 days"), ("", "soon")])
def test_a_group_that_cannot_be_read_stops_nobody_else(database, selection, leads):
    bad = unreadable(database, selection, leads)
    add_subscriber(database, "good", BEGIN, watch(wants_new=True))
    edition = publish_records(database, BEGIN + HOUR, tender(CLOSES))
    planner = Planner(database)
    planner.fan_out(edition, BEGIN + HOUR)
    planner.fan_out(edition, SEVEN)
    assert [each for each in notified(database) if each[0] == "good"] == [("good", "new", ""), GOOD]
    assert {row[0] for row in faults(database)} == {"group"}
    subscribers.end(database, bad.id, SEVEN)
    planner.fan_out(edition, SEVEN + 61 * MINUTE)
    assert faults(database) == []


def test_what_fails_is_told_once_and_tried_again_ever_more_seldom(database, caplog):
    unreadable(database)
    edition = publish_records(database, BEGIN, tender(CLOSES))
    planner = Planner(database)
    seen = []
    with caplog.at_level(logging.ERROR):
        for minutes in range(100):
            planner.fan_out(edition, BEGIN + minutes * MINUTE)
            if (now := faults(database)[0][2:]) not in seen:
                seen.append(now)
    assert seen == [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60)]
    assert len([record for record in caplog.records if record.exc_info]) == len(faults(database))


def test_another_process_does_not_try_before_it_is_time(database):
    unreadable(database)
    edition = publish_records(database, BEGIN, tender(CLOSES))
    for seconds in range(0, 50, 5):
        Planner(database).fan_out(edition, BEGIN + seconds * SECOND)
    assert {row[2] for row in faults(database)} == {1}


def test_a_group_that_can_be_read_again_is_told_what_it_missed(database, monkeypatch):
    read = plan_module.read_selection

    def breaks(pairs, languages):
        if broken and ("tag", "roads") in list(pairs):
            raise ZeroDivisionError
        return read(pairs, languages)

    monkeypatch.setattr(plan_module, "read_selection", breaks)
    plan_module.selected.cache_clear()
    broken = True
    add_subscriber(database, "roads", BEGIN, watch("tag=roads", ("14 days", "7 days")))
    add_subscriber(database, "good", BEGIN, watch("", ("14 days", "7 days")))
    first = publish_records(database, BEGIN, tender(CLOSES, tags=("roads",)))
    planner = Planner(database)
    planner.fan_out(first, BEGIN + MINUTE)
    moved = publish_records(database, BEGIN + DAY, tender("2027-07-12 17:00", tags=("roads",)))
    planner.fan_out(moved, BEGIN + DAY)
    assert notified(database) == [("good", "changed", "")]
    broken = False
    planner.fan_out(moved, BEGIN + DAY + 2 * HOUR)
    assert notified(database) == [("good", "changed", ""), ("roads", "changed", "")]
    assert faults(database) == []
    planner.fan_out(moved, utc("2027-06-28 16:00"))
    planner.fan_out(moved, utc("2027-07-05 16:00"))
    assert sorted(notified(database)) == sorted(
        (name, *what)
        for name in ("good", "roads")
        for what in [("changed", ""), ("closes", "14 days"), ("closes", "7 days")]
    )


# -- records --------------------------------------------------------------------------------------------------------


@pytest.fixture
def bad_record(monkeypatch):
    """The moments of the record "bad" cannot be worked out, as long as `is_bad` holds."""
    points, is_bad = plan_module.points, [True]

    def breaks(record, *more):
        if record.id == "bad" and is_bad[0]:
            raise ZeroDivisionError
        return points(record, *more)

    monkeypatch.setattr(plan_module, "points", breaks)
    return is_bad


def test_a_record_that_cannot_be_planned_stops_no_other(database, bad_record):
    add_subscriber(database, "good", BEGIN, watch("", ("7 days",)))
    edition = publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "bad"))
    planner = Planner(database)
    planner.fan_out(edition, BEGIN)
    planner.fan_out(edition, SEVEN)
    assert [row[2] for row in outbox(database)] == ["tender"]
    assert [row[:2] for row in faults(database)] == [("edition", "bad/1"), ("record", "bad")]
    bad_record[0] = False
    planner.fan_out(edition, SEVEN + 61 * MINUTE)
    assert [row[2] for row in outbox(database)] == ["tender", "bad"]
    assert faults(database) == []


def test_a_notice_that_cannot_be_worked_out_is_told_when_it_can_be(database, bad_record):
    add_subscriber(database, "good", BEGIN, watch("", ("1 day",), wants_new=True))
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, tender("2027-12-01", "old")), BEGIN)
    edition = publish_records(
        database, BEGIN + HOUR, tender("2027-12-01", "old"), tender(CLOSES), tender(CLOSES, "bad")
    )
    planner.fan_out(edition, BEGIN + HOUR)
    assert [row[2] for row in outbox(database)] == ["old", "tender"]
    assert [row[:2] for row in faults(database, FaultKind.EDITION)] == [("edition", "bad/1")]
    later = publish_records(database, BEGIN + DAY, tender("2027-12-02", "old"), tender(CLOSES), tender(CLOSES, "bad"))
    Planner(database).fan_out(later, BEGIN + DAY)
    assert [row[2] for row in outbox(database)] == ["old", "tender", "old"]
    bad_record[0] = False
    Planner(database).fan_out(later, BEGIN + 2 * DAY)
    assert [row[2:4] for row in outbox(database)][3:] == [("bad", "new")]
    assert faults(database) == []


def test_one_firing_that_the_database_refuses_does_not_undo_the_others(database):
    records = [tender(CLOSES, f"tender-{number:02}") for number in range(60)]
    add_subscriber(database, "good", BEGIN, watch(wants_new=True))
    edition = publish_records(database, BEGIN + HOUR, *records)
    planner = Planner(database)
    with refused(database, "tender-07"):
        planner.fan_out(edition, BEGIN + HOUR)
        planner.fan_out(edition, SEVEN)
        planner.fan_out(edition, SEVEN + 5 * SECOND)
        assert len(outbox(database)) == 119  # with the message of the edition
        assert [row[:3] for row in faults(database)] == [("edition", "tender-07/1", 2), ("record", "tender-07/1", 1)]
    planner.fan_out(edition, SEVEN + 61 * MINUTE)
    assert len(outbox(database)) == 121
    assert faults(database) == []


def test_a_database_that_fails_is_not_set_aside(database):
    add_subscriber(database, "good", BEGIN)
    edition = publish_records(database, BEGIN, tender(CLOSES))
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE firings RENAME TO elsewhere"))
    try:
        with pytest.raises(DatabaseFault):
            Planner(database).fan_out(edition, SEVEN)
    finally:
        run(database, ["ALTER TABLE elsewhere RENAME TO firings"])
    assert faults(database) == []


@pytest.mark.usefixtures("bad_record")
def test_who_joins_is_caught_up_with_whatever_else_fails(database):
    add_subscriber(database, "good", BEGIN, watch("", ("7 days",)))
    edition = publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "bad"))
    planner = Planner(database)
    planner.fan_out(edition, SEVEN)
    add_subscriber(database, "late", SEVEN, watch("", ("7 days",)))
    unreadable(database)
    planner.fan_out(edition, SEVEN + MINUTE)
    assert notified(database) == [GOOD, ("late", "closes", "7 days")]


# -- sign-ups -------------------------------------------------------------------------------------------------------


def ask(database, name, at, choice=None):
    choice = choice or Preferences("", (), wants_new=False, digest="", language="en", zone="Europe/Paris", country="")
    consent = {"words": "yes", "form": "reminders"}
    SubscriptionService(database, KEYS).ask(
        f"{name}@reader.example", choice, consent=consent, client="192.0.2.1", now=at
    )


def spoil(database, name):
    with writing(database) as connection:
        connection.execute(
            update(signups).where(signups.c.address == f"{name}@reader.example").values(choice={"consent": {}})
        )


def confirmed(database, name):
    """Make a subscriber by signing up, as the form does: the keyed hash is the real one."""
    service = SubscriptionService(database, KEYS)
    with reading(database) as connection:
        row = connection.execute(select(signups).where(signups.c.address == f"{name}@reader.example")).one()
    return service.confirm(service.confirm_token(row.ref, row.asked_at), BEGIN + MINUTE)


def test_a_sign_up_that_fails_keeps_nobody_waiting(database):
    publish_records(database, BEGIN, tender(CLOSES))
    clock = Clock(BEGIN)
    reminder_service = make_service(database, clock)
    ask(database, "ada", BEGIN)
    reminder_service.schedule_due()
    confirmed(database, "ada")
    clock.now += 2 * HOUR
    ask(database, "ada", clock.now)
    spoil(database, "ada")
    for name in ("ben", "cy"):
        ask(database, name, clock.now + SECOND)
    for _ in range(3):
        reminder_service.schedule_due()
    assert states_of_signups(database) == ["confirmed", "asked", "mailed", "mailed"]
    assert [row[:1] + row[2:] for row in faults(database)] == [("signup", 1, 1)]
    clock.now += 80 * HOUR
    reminder_service._purged_at = float("-inf")  # an hour has passed
    reminder_service.schedule_due()
    assert faults(database) == []


def states_of_signups(database):
    with reading(database) as connection:
        return list(connection.scalars(select(signups.c.state).order_by(signups.c.id)))


# -- stages of a look -----------------------------------------------------------------------------------------------

STAGES = ["purge_expired", "list_claimers", "process_signups", "load_edition"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "error", [ZeroDivisionError, lambda: DatabaseFault("it does not answer")], ids=["ours", "database"]
)
def test_each_stage_of_a_look_stands_alone(database, monkeypatch, stage, error, caplog):
    publish_records(database, BEGIN, tender(CLOSES))
    add_subscriber(database, "good", BEGIN)
    ask(database, "ada", SEVEN)
    # A process loads the edition through the copy that all its parts share.
    owner = editions if stage == "load_edition" else service_module
    work = getattr(owner, stage)

    def fails(*_arguments):
        raise error()

    monkeypatch.setattr(owner, stage, fails)
    clock = Clock(SEVEN)
    reminder_service = make_service(database, clock)
    for _ in range(3):
        try:
            reminder_service.schedule_due()
        except DatabaseFault:
            assert error is not ZeroDivisionError
    expected = {("good", "closes", "7 days"), ("nobody", "confirm", "")}
    lost = {"process_signups": {("nobody", "confirm", "")}, "load_edition": {GOOD}}.get(stage, set())
    assert set(notified(database)) == expected - lost
    if error is ZeroDivisionError:
        assert [row[0] for row in faults(database)] == ["schedule"]
        assert len([record for record in caplog.records if record.exc_info]) == 1
    monkeypatch.setattr(owner, stage, work)
    clock.now += MINUTE
    reminder_service._purged_at = float("-inf")  # of the steady clock too
    reminder_service.schedule_due()
    assert set(notified(database)) == expected
    assert faults(database) == []


# -- sending --------------------------------------------------------------------------------------------------------


def test_a_message_that_cannot_be_written_keeps_no_other_back(database, monkeypatch):
    for name in ("ada", "ben"):
        add_subscriber(database, name, BEGIN, language={"ada": "fr"}.get(name, "en"))
    publish_records(database, BEGIN, tender(CLOSES))
    compose = renderer_module.compose_reminder

    def breaks(*arguments, view, **more):
        if view.lang.code == "fr" and is_broken:
            raise ZeroDivisionError
        return compose(*arguments, view=view, **more)

    is_broken = True
    monkeypatch.setattr(renderer_module, "compose_reminder", breaks)
    clock = Clock(SEVEN)
    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, clock, url)
        reminder_service.schedule_due()
        for minutes in (0, 2, 8):
            clock.now = SEVEN + minutes * MINUTE
            reminder_service.send(threading.Event())
        assert inbox.recipients == ["ben"]
        (fault,) = faults(database)
        assert (fault[0], *fault[2:]) == ("delivery", 3, 15)
        is_broken = False
        clock.now += HOUR
        assert reminder_service.send(threading.Event()) == {"sent": 1}
        reminder_service.close(5)
    assert inbox.recipients == ["ben", "ada"]
    assert faults(database) == []


def test_a_part_that_cannot_be_written_does_not_keep_the_digest_back(database, monkeypatch):
    add_subscriber(database, "ada", BEGIN, digest="daily")
    publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "bad"))
    item = Relevance.digest_item

    def breaks(relevance, part, *more):
        if part.record_id == "bad":
            raise ZeroDivisionError
        return item(relevance, part, *more)

    monkeypatch.setattr(Relevance, "digest_item", breaks)
    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, Clock(SEVEN), url)
        reminder_service.schedule_due()
        reminder_service.send(threading.Event())
        reminder_service.close(5)
    # Left out of the digest, the other one goes as a message of its own.
    assert inbox.recipients == ["ada", "ada"]
    assert {row[5] for row in outbox(database)} == {"sent"}


def test_a_delivery_that_cannot_be_read_keeps_no_other_back(database):
    for name in ("ada", "ben"):
        add_subscriber(database, name, BEGIN)
    edition = publish_records(database, BEGIN, tender(CLOSES))
    Planner(database).fan_out(edition, SEVEN)
    with writing(database) as connection:
        # As a newer version's worker might write it.
        values = {"kind": "riddle", "record_id": "tender", "occurrence": "", "moment": "", "revision": "", "lead": ""}
        connection.execute(occasions.insert().values(**values))
        newest = select(func.max(occasions.c.id)).scalar_subquery()
        first = select(func.min(deliveries.c.id)).scalar_subquery()
        connection.execute(update(deliveries).where(deliveries.c.id == first).values(occasion_id=newest))
    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, Clock(SEVEN), url)
        reminder_service.schedule_due()
        reminder_service.send(threading.Event())
        reminder_service.close(5)
    assert inbox.recipients == ["ben"]
    assert [(row[0], *row[2:]) for row in faults(database)] == [("delivery", 1, 1)]


def test_a_delivery_that_is_no_more_is_no_fault(database, monkeypatch):
    subscriber = add_subscriber(database, "ada", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))

    def fails(*_arguments, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(renderer_module, "compose_reminder", fails)
    clock = Clock(SEVEN)
    reminder_service = make_service(database, clock, folder=None)
    monkeypatch.setattr(reminder_service, "_open_channels", dict)
    reminder_service.schedule_due()
    reminder_service.send(threading.Event())
    assert [row[0] for row in faults(database)] == ["delivery"]
    subscribers.erase(database, subscriber.id, SEVEN)
    clock.now += 2 * HOUR
    reminder_service._purged_at = float("-inf")
    reminder_service.schedule_due()
    assert faults(database) == []


@pytest.mark.usefixtures("bad_record")
def test_reasons_are_fit_for_the_public(database):
    unreadable(database, "tag=secret-plan&x=1")
    edition = publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "bad"))
    Planner(database).fan_out(edition, SEVEN)
    with reading(database) as connection:
        found = list_faults(connection)
    assert {each.reason for each in found} == {
        "The choices of a group of subscribers cannot be read.",
        "The reminders of a record cannot be planned.",
        "A change notice could not be sent.",
    }
    assert any("secret-plan" in line for each in found for line in each.details)
    assert BASE not in str(found)


@pytest.mark.usefixtures("bad_record")
def test_what_is_planned_is_listed_without_what_cannot_be_planned(database):
    bad = unreadable(database)
    add_subscriber(database, "good", BEGIN)
    edition = publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "bad"))
    failures = Failures()
    listed = forecast(database, edition, (BEGIN, SEVEN + DAY), with_addresses=True, failures=failures)
    assert [(each.items[0].notification.record_id, each.subscribers) for each in listed] == [("tender", 1)]
    assert {(str(kind), key) for kind, key in failures.found} == {
        ("group", "1"),
        ("group", "2"),
        ("group", "3"),
        ("record", "bad"),
    }
    assert upcoming(edition, subscribers.find_by_ref(database, bad.ref), BEGIN, {}) == []


def test_an_edition_that_cannot_be_read_leaves_the_one_before_it(database):
    add_subscriber(database, "good", BEGIN)
    publish_records(database, BEGIN, tender(CLOSES))
    clock = Clock(BEGIN)
    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, clock, url)
        reminder_service.schedule_due()
        publish_records(database, BEGIN + HOUR, tender(CLOSES), tender(CLOSES, "bad"))
        with writing(database) as connection:
            connection.execute(update(revisions).where(revisions.c.record_id == "bad").values(record={"id": "bad"}))
        clock.now = SEVEN
        reminder_service._edition_seen = float("-inf")
        reminder_service.schedule_due()
        assert reminder_service.send(threading.Event()) == {"sent": 1}
        assert [row[:2] for row in faults(database)] == [("edition", "newest")]
        with writing(database) as connection:
            connection.execute(delete(revisions).where(revisions.c.record_id == "bad"))
        clock.now = SEVEN + MINUTE
        reminder_service._edition_seen = float("-inf")
        reminder_service.schedule_due()
        reminder_service.close(5)
    assert inbox.recipients == ["good"]
    assert faults(database) == []
