"""Whether something is due never hangs on a stamp: clocks that were wrong once silence nothing and repeat nothing."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.reminders.forecast import forecast, upcoming
from calendar_service.reminders.scheduling import Planner
from calendar_service.store import subscribers
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import list_faults
from calendar_service.store.schedule import load_first_passes
from calendar_service.store.tables import deliveries, editions, memberships, revisions
from tests.support.reminders import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Clock,
    Inbox,
    add_subscriber,
    empty,
    mail_server,
    make_service,
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
YEAR = timedelta(days=365)
OFFSETS = [-2 * YEAR, -2 * DAY, -5 * MINUTE, 5 * MINUTE, 2 * DAY, 2 * YEAR]
names = [f"{offset.total_seconds() / 3600:+.1f} h" for offset in OFFSETS]


def restamp(database, offset):
    """Give the newest edition the stamp of a clock that was wrong by so much."""
    with writing(database) as connection:
        newest = connection.execute(select(editions).order_by(editions.c.number.desc()).limit(1)).one()
        stamp = newest.published_at + offset
        connection.execute(update(editions).where(editions.c.number == newest.number).values(published_at=stamp))
        connection.execute(update(revisions).where(revisions.c.edition == newest.number).values(changed_at=stamp))
    return load_edition(database)


def lived(database, offset):
    """Six weeks in which one edition has a wrong stamp; what is fanned out, and when it is due."""
    for name, digest in (("ada", ""), ("ben", "daily"), ("cy", "weekly")):
        add_subscriber(
            database, name, BEGIN, watch(leads=("14 days", "7 days", "1 day"), wants_new=True), digest=digest
        )
    others = [tender("2027-09-01 12:00", "other"), tender("2027-09-02", "third")]
    steps = {
        BEGIN: (tender(CLOSES), others[0]),
        BEGIN + DAY: (tender(CLOSES), *others),  # the one with the wrong stamp
        BEGIN + 2 * DAY: (tender("2027-07-12 17:00"), *others),
        utc("2027-07-04 12:00"): (tender("2027-07-14 17:00"), *others),
    }
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN - HOUR), BEGIN - HOUR)
    now, edition = BEGIN, None
    while now <= utc("2027-07-15 12:00"):
        if records := steps.get(now):
            edition = publish_records(database, now, *records)
            if now == BEGIN + DAY:
                edition = restamp(database, offset)
            elif now > BEGIN + DAY:
                edition = restamp(database, max(offset, timedelta(0)))  # as its stamp follows the one before
        planner.fan_out(edition, now)
        now += 12 * HOUR
    return sorted(outbox(database, "due_at", "bundle"))  # a fan-out has no order


EXPECTED = {}  # kind of database -> what comes of right stamps


# SQLite and PostgreSQL fan out the same in six weeks of it: that the stamps do not matter to either, two show.
LIVES = [
    pytest.param(kind, offset, id=f"{kind}-{name}")
    for offset, name in zip(OFFSETS, names, strict=True)
    for kind in ("sqlite", "postgresql")
    if kind == "sqlite" or abs(offset) == 2 * YEAR
]


@pytest.mark.parametrize(("database_url", "offset"), LIVES, indirect=["database_url"])
def test_wrong_stamps_change_nothing(database, offset):
    kind = database.dialect.name
    if kind not in EXPECTED:
        EXPECTED[kind] = lived(database, timedelta(0))
        empty(database)
    expected = EXPECTED[kind]
    assert lived(database, offset) == expected
    assert len(expected) > 20


@pytest.mark.parametrize("offset", OFFSETS, ids=names)
def test_a_notice_goes_at_once_and_can_be_written(database, offset):
    add_subscriber(database, "ada", BEGIN)
    clock = Clock(BEGIN)
    with mail_server(inbox := Inbox()) as url:
        reminder_service = make_service(database, clock, url)
        publish_records(database, BEGIN, tender(CLOSES))
        reminder_service.schedule_due()
        clock.now = BEGIN + DAY
        publish_records(database, clock.now, tender("2027-07-12 17:00"))
        restamp(database, offset)
        reminder_service._edition_seen = float("-inf")
        reminder_service.schedule_due()
        assert reminder_service.send(threading.Event()) == {"sent": 1}
        reminder_service.close(5)
    assert inbox.recipients == ["ada"]
    assert outbox(database, "due_at") == [("ada", "notice", "tender", "changed", "", "sent", stated(BEGIN + DAY))]


@pytest.mark.parametrize("offset", OFFSETS, ids=names)
def test_what_is_planned_is_listed_whatever_the_stamps(database, offset):
    ada = add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    publish_records(database, BEGIN, tender(CLOSES))
    edition = restamp(database, offset)
    listed = [
        (stated(each.due_at), each.subscribers)
        for each in forecast(database, edition, (BEGIN, ONE + DAY), with_addresses=False)
    ]
    assert listed == [(stated(SEVEN), 1), (stated(ONE), 1)]
    subscriber = subscribers.find_by_ref(database, ada.ref)
    with reading(database) as connection:
        seen = load_first_passes(connection)
    assert [stated(each.due_at) for each in upcoming(edition, subscriber, BEGIN, seen)] == [stated(SEVEN)]


# -- between two passes ---------------------------------------------------------------------------------------------

MOVED = tender("2027-07-12 17:00")  # 7 days before is 5 July, 15:00
FIVE = utc("2027-07-05 15:00")
BETWEEN = [
    ("published after it would have been due, in one interval", FIVE - SECOND, FIVE + 2 * SECOND, FIVE + 4 * SECOND, 1),
    ("published before it was due, in one interval", FIVE - 4 * SECOND, FIVE - SECOND, FIVE + SECOND, 1),
    ("published in a downtime, due after it", FIVE - 5 * HOUR, FIVE - HOUR, FIVE + 5 * HOUR, 1),
    ("published long after it would have been due", FIVE + HOUR, FIVE + 2 * HOUR, FIVE + 2 * HOUR, 0),
    ("it was due at the very pass before", FIVE, FIVE + SECOND, FIVE + 5 * SECOND, 1),
]


@pytest.mark.parametrize(
    ("last", "published", "seen", "reminders"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN]
)
def test_nothing_falls_between_two_passes(database, last, published, seen, reminders):
    add_subscriber(database, "ada", BEGIN)
    planner = Planner(database)
    edition = publish_records(database, BEGIN, tender("2027-09-01 12:00"))
    planner.fan_out(edition, BEGIN)
    planner.fan_out(edition, last)
    planner.fan_out(publish_records(database, published, MOVED), seen)
    assert sorted(notified(database)) == sorted([("ada", "changed", "")] + [("ada", "closes", "7 days")] * reminders)


def test_who_asked_between_two_passes_is_told(database):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, tender("2027-09-01 12:00", "other")), BEGIN)
    add_subscriber(database, "ada", BEGIN + 2 * SECOND, watch(wants_new=True))
    records = tender("2027-09-02 12:00", "other"), tender("2027-06-07 17:00")
    edition = publish_records(database, BEGIN + 3 * SECOND, *records)
    planner.fan_out(edition, BEGIN + 5 * SECOND)
    add_subscriber(database, "ben", BEGIN + 6 * SECOND, watch(wants_new=True))
    planner.fan_out(edition, BEGIN + 10 * SECOND)
    # One message of the edition holds the two.
    assert sorted(notified(database)) == [("ada", "changed", ""), ("ada", "edition", ""), ("ada", "new", "")]


# -- what stood when somebody joined --------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-2 * YEAR, timedelta(0), 2 * YEAR], ids=["behind", "right", "ahead"])
@pytest.mark.parametrize("digest", ["", "daily"])
def test_what_stood_before_somebody_joined_is_no_news(database, digest, wrong):
    """Published twice by the command, then joined, and only then planned for the first time."""
    publish_records(database, BEGIN, tender(CLOSES))
    publish_records(database, BEGIN + MINUTE, tender("2027-07-12 17:00"), tender("2027-06-05 17:00", "soon"))
    restamp(database, wrong)
    leads = ("14 days", "7 days", "1 day")
    add_subscriber(database, "ada", BEGIN + 2 * MINUTE, watch(leads=leads, wants_new=True), digest=digest)
    edition, planner = load_edition(database), Planner(database)
    for now in (BEGIN + 3 * MINUTE, BEGIN + HOUR, BEGIN + DAY):
        planner.fan_out(edition, now)
    assert [row for row in outbox(database) if row[1] == "notice" or row[4] in ("14 days", "7 days")] == []
    edition = publish_records(database, BEGIN + DAY, tender("2027-07-14 17:00"), tender("2027-07-20 17:00", "later"))
    restamp(database, wrong)
    for now in (BEGIN + DAY + MINUTE, BEGIN + 2 * DAY):
        planner.fan_out(edition, now)
    # Without a digest, one message of the edition holds them; it is about no single record.
    kinds = sorted((row[2], row[3]) for row in outbox(database) if row[1] == "notice" and row[2])
    assert kinds == [("later", "new"), ("soon", "changed"), ("tender", "changed")]


def test_who_joined_before_an_edition_is_told_of_it_late_reminders_too(database):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN), BEGIN)
    add_subscriber(database, "ada", BEGIN + SECOND, watch(leads=("14 days",)))
    publish_records(database, BEGIN + MINUTE, tender("2027-06-08 17:00"))
    add_subscriber(database, "ben", BEGIN + 2 * MINUTE, watch(leads=("14 days",)))
    planner.fan_out(load_edition(database), BEGIN + 3 * MINUTE)
    planner.fan_out(load_edition(database), BEGIN + HOUR)
    assert notified(database) == [("ada", "closes", "14 days")]


def test_another_zone_or_digest_keeps_since_when_somebody_has_asked(database):
    ada = add_subscriber(database, "ada", BEGIN, watch(wants_new=True), digest="daily")
    publish_records(database, BEGIN + MINUTE, tender(CLOSES))
    subscribers.change(database, replace(ada, digest=""), BEGIN + 2 * MINUTE)
    Planner(database).fan_out(load_edition(database), BEGIN + HOUR)
    assert notified(database) == [("ada", "new", "")]


def test_members_from_before_editions_were_noted_are_told_by_when_they_joined(database):
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, tender(CLOSES)), BEGIN)
    add_subscriber(database, "ada", BEGIN + MINUTE, watch(wants_new=True))
    with writing(database) as connection:
        connection.execute(update(memberships).values(edition=None))
    planner.fan_out(load_edition(database), BEGIN + 2 * MINUTE)
    assert notified(database) == []
    planner.fan_out(publish_records(database, BEGIN + HOUR, tender(CLOSES), tender(CLOSES, "other")), BEGIN + HOUR)
    assert notified(database) == [("ada", "new", "")]


# -- the planner's own clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [2 * DAY, 30 * DAY, 2 * YEAR], ids=["2 days", "30 days", "2 years"])
@pytest.mark.parametrize("process", ["another", "the same"])
def test_a_planner_whose_clock_was_ahead_silences_nothing_later(database, ahead, process):
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    publish_records(database, BEGIN, tender("2029-12-01 17:00", "far"))
    edition = publish_records(database, BEGIN + SECOND, tender("2029-12-01 17:00", "far"), tender(CLOSES))
    first = Planner(database)
    first.fan_out(edition, BEGIN + MINUTE)
    first.fan_out(edition, BEGIN + MINUTE + ahead)
    planner = first if process == "the same" else Planner(database)
    planner.fan_out(edition, BEGIN + 2 * MINUTE)
    with reading(database) as connection:
        assert [(str(each.kind), each.key, each.count) for each in list_faults(connection)] == [
            ("clock", "planning of reminders", 1)
        ]
    moved = publish_records(database, BEGIN + DAY, tender("2029-12-01 17:00", "far"), tender("2027-07-12 17:00"))
    planner.fan_out(moved, BEGIN + DAY)
    for now in (FIVE, utc("2027-07-11 15:00")):
        planner.fan_out(moved, now)
    found = [row for row in notified(database) if row[1] != "far"]
    assert found[-3:] == [("ada", "changed", ""), ("ada", "closes", "7 days"), ("ada", "closes", "1 day")]
    with reading(database) as connection:
        assert list_faults(connection) == []


@pytest.mark.parametrize("ahead", [2 * DAY, 2 * YEAR], ids=["2 days", "2 years"])
def test_reminders_noted_as_missed_by_a_clock_that_was_ahead_go_in_time(database, ahead):
    add_subscriber(database, "ada", BEGIN, watch(leads=("1 day",)))
    edition = publish_records(database, BEGIN, tender("2027-06-02 17:00"))
    Planner(database).fan_out(edition, BEGIN)
    Planner(database).fan_out(edition, BEGIN + ahead)
    planner = Planner(database)
    planner.fan_out(edition, BEGIN + MINUTE)
    planner.fan_out(edition, utc("2027-06-01 15:00"))
    assert notified(database) == [("ada", "closes", "1 day")]


def test_a_notice_of_a_clock_that_was_ahead_goes_at_once(database):
    add_subscriber(database, "ada", BEGIN)
    planner = Planner(database)
    planner.fan_out(publish_records(database, BEGIN, tender(CLOSES)), BEGIN)
    edition = publish_records(database, BEGIN + HOUR, tender("2027-07-12 17:00"))
    Planner(database).fan_out(edition, BEGIN + 2 * DAY)
    planner.fan_out(edition, BEGIN + 2 * HOUR)
    assert outbox(database, "next_at") == [
        ("ada", "notice", "tender", "changed", "", "waiting", stated(BEGIN + 2 * HOUR))
    ]


@pytest.mark.parametrize("ahead", [2 * SECOND, 2 * DAY, 2 * YEAR], ids=["2 s", "2 days", "2 years"])
@pytest.mark.parametrize("joins", ["before", "after"])
def test_who_asked_by_a_clock_that_was_ahead_is_reminded(database, ahead, joins):
    edition = publish_records(database, BEGIN, tender(CLOSES))
    planner = Planner(database)
    add_subscriber(database, "ada", BEGIN + (ahead if joins == "before" else timedelta(0)), watch(leads=("7 days",)))
    planner.fan_out(edition, BEGIN + HOUR)
    add_subscriber(database, "ben", SEVEN - MINUTE + ahead, watch(leads=("7 days",)))
    planner.fan_out(edition, SEVEN - SECOND)
    planner.fan_out(edition, SEVEN + SECOND)
    assert sorted(notified(database)) == [("ada", "closes", "7 days"), ("ben", "closes", "7 days")]


def test_a_membership_of_before_whose_begin_is_ahead_is_put_right(database):
    edition = publish_records(database, BEGIN, tender(CLOSES))
    add_subscriber(database, "ada", BEGIN)
    Planner(database).fan_out(edition, BEGIN + HOUR)
    with writing(database) as connection:
        connection.execute(update(memberships).values(since=BEGIN + 2 * YEAR))
    Planner(database).fan_out(edition, SEVEN)
    assert notified(database) == [("ada", "closes", "7 days")]


def test_what_a_wrong_clock_set_aside_is_tried_by_the_right_one(database):
    add_subscriber(database, "bad", BEGIN, watch("x=1"))
    edition = publish_records(database, BEGIN, tender(CLOSES))
    Planner(database).fan_out(edition, BEGIN + 2 * YEAR)
    with writing(database) as connection:
        connection.execute(update(memberships).values(is_fresh=False))
    Planner(database).fan_out(edition, BEGIN)
    with reading(database) as connection:
        retries = [each.retry_at for each in list_faults(connection) if each.kind == "group"]
    assert retries
    assert all(each <= BEGIN + HOUR for each in retries)


def test_deliveries_wait_for_no_wrong_clock(database):
    add_subscriber(database, "ada", BEGIN)
    edition = publish_records(database, BEGIN, tender(CLOSES))
    Planner(database).fan_out(edition, SEVEN)
    with writing(database) as connection:  # tried in vain two days ahead
        connection.execute(update(deliveries).values(next_at=SEVEN + 2 * DAY + HOUR, attempts=1))
    Planner(database).fan_out(edition, SEVEN + 2 * DAY)
    Planner(database).fan_out(edition, SEVEN + MINUTE)
    assert outbox(database, "next_at") == [
        ("ada", "reminder", "tender", "closes", "7 days", "waiting", stated(SEVEN + MINUTE))
    ]
