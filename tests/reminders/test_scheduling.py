"""From the plan to the outbox: who gets a delivery of what, once, whatever happens in between."""

import logging
import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from calendar_service.records.enums import Status
from calendar_service.reminders.scheduling import Planner
from calendar_service.store import subscribers
from calendar_service.store.engine import writing
from calendar_service.store.schedule import note_pass
from calendar_service.store.tables import deliveries
from tests.support.reminders import (
    CALENDAR,
    DAY,
    HOUR,
    LIMA,
    MINUTE,
    PARIS,
    SEOUL,
    add_subscriber,
    notified,
    outbox,
    publish_records,
    stated,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
CLOSES = "2027-07-10 17:00"  # 15:00 in UTC; 7 days before is 3 July, a Saturday
SEVEN, ONE = utc("2027-07-03 15:00"), utc("2027-07-09 15:00")


@pytest.fixture
def edition(database):
    return seen(database, publish_records(database, BEGIN, tender(CLOSES)), BEGIN)


def seen(database, edition, now):
    """An edition that a planner saw at a time when it had nothing to do."""
    with writing(database) as connection:
        note_pass(connection, edition.number, now)
    return edition


def settle_all(database, state="sent"):
    with writing(database) as connection:
        waiting = deliveries.c.state == "waiting"
        connection.execute(update(deliveries).where(waiting).values(state=state))


def test_what_falls_due_is_fanned_out_to_its_subscribers_once(database, edition):
    add_subscriber(database, "ada", BEGIN)
    add_subscriber(database, "ben", BEGIN, watch(leads=("7 days", "1 day")))
    add_subscriber(database, "cy", BEGIN, watch("tag=roads"))
    add_subscriber(database, "dora", SEVEN - HOUR)
    planner = Planner(database)
    assert (planner.fan_out(edition, SEVEN - MINUTE), planner.next_due()) == (0, SEVEN)
    counts = [planner.fan_out(edition, SEVEN)]
    add_subscriber(database, "emil", SEVEN + MINUTE)
    counts += [planner.fan_out(edition, SEVEN + n * MINUTE) for n in (1, 2)]
    assert [*counts, Planner(database).fan_out(edition, SEVEN + HOUR)] == [3, 0, 0, 0]
    everybody = [(name, "closes", "7 days") for name in ("ada", "ben", "dora")]
    assert sorted(notified(database)) == everybody
    assert Planner(database).fan_out(edition, ONE) == 1
    assert sorted(notified(database)) == sorted([*everybody, ("ben", "closes", "1 day")])


def test_who_asked_at_the_very_second_is_among_the_subscribers(database, edition):
    add_subscriber(database, "ada", SEVEN.replace(microsecond=900_000))
    Planner(database).fan_out(edition, SEVEN + MINUTE)
    assert notified(database) == [("ada", "closes", "7 days")]


def test_a_delivery_knows_when_it_was_due_and_when_it_is_over(database, edition):
    add_subscriber(database, "ada", BEGIN)
    Planner(database).fan_out(edition, SEVEN + HOUR)
    assert outbox(database, "due_at", "next_at", "expires_at") == [
        ("ada", "reminder", "tender", "closes", "7 days", "waiting", stated(SEVEN), stated(SEVEN), "2027-07-10 15:00")
    ]


def test_two_planners_at_once(database):
    records = [tender(CLOSES, f"tender-{n}") for n in range(20)]
    leads = ("7 days", "14 days")
    names = [f"subscriber{n}" for n in range(3)]
    for name in names:
        add_subscriber(database, name, BEGIN, watch(leads=leads, wants_new=True))
    edition = seen(database, publish_records(database, BEGIN, *records), BEGIN)
    counts, faults = [], []
    gate = threading.Barrier(2)

    def run():
        try:
            gate.wait()
            counts.append(Planner(database).fan_out(edition, SEVEN + HOUR))
        except Exception as error:  # noqa: BLE001 (told below)
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    each_record = [(name, *what) for name in names for what in [("closes", "7 days"), ("new", "")] for _ in records]
    assert sum(counts) == len(each_record)
    assert sorted(notified(database)) == sorted([*each_record, *((name, "edition", "") for name in names)])


def test_after_a_downtime_only_the_nearest_lead_goes(database, edition):
    add_subscriber(database, "ada", BEGIN, watch(leads=("14 days", "7 days", "3 days", "1 day")))
    add_subscriber(database, "ben", BEGIN, watch(leads=("14 days",)))
    Planner(database).fan_out(edition, BEGIN + MINUTE)
    Planner(database).fan_out(edition, ONE - HOUR)
    assert notified(database) == [("ada", "closes", "3 days"), ("ben", "closes", "14 days")]
    Planner(database).fan_out(edition, ONE)
    assert notified(database)[2:] == [("ada", "closes", "1 day")]


def test_a_subscriber_of_two_groups_gets_the_nearest_lead_of_both(database, edition):
    add_subscriber(database, "ada", BEGIN, watch("", ("7 days",)), watch("kind=tender", ("3 days",)))
    Planner(database).fan_out(edition, ONE - HOUR)
    assert notified(database) == [("ada", "closes", "3 days")]


def test_what_was_missed_is_reported_once(database, edition, caplog):
    for name in ("ada", "ben"):
        add_subscriber(database, name, BEGIN, watch(leads=("1 day",)))
    add_subscriber(database, "cy", BEGIN, watch(leads=("14 days",)))
    planner = Planner(database)
    planner.fan_out(edition, ONE - DAY)  # the one who watches 14 days is told
    with caplog.at_level(logging.ERROR):
        for again in (planner, Planner(database), Planner(database)):
            again.fan_out(edition, utc("2027-07-10 15:30"))
    assert caplog.messages == [
        "2 subscribers were not reminded of tender (closes, 1 day before): it was over before anything could be sent."
    ]
    assert notified(database) == [("cy", "closes", "14 days")]


def test_late_first_publication_reminds_those_who_had_no_notice_of_it(database):
    publish_records(database, BEGIN)
    add_subscriber(database, "ada", BEGIN, watch(leads=("14 days", "7 days")))
    add_subscriber(database, "ben", BEGIN, watch(leads=("14 days", "7 days"), wants_new=True))
    edition = publish_records(database, SEVEN + HOUR, tender(CLOSES))
    Planner(database).fan_out(edition, SEVEN + HOUR)
    assert notified(database) == [("ben", "new", ""), ("ada", "closes", "7 days")]


def test_editions_in_between(database, edition):
    """A deadline that moves: the notice goes once, and reminders are those of where it stands now."""
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    planner = Planner(database)
    planner.fan_out(edition, SEVEN)
    extended = publish_records(database, SEVEN + DAY, tender("2027-07-14 17:00"))
    for again in (planner, planner, Planner(database)):
        again.fan_out(extended, SEVEN + DAY)
    assert notified(database) == [("ada", "closes", "7 days"), ("ada", "changed", "")]
    planner.fan_out(extended, utc("2027-07-07 15:00"))
    cancelled = publish_records(database, utc("2027-07-08 12:00"), tender("2027-07-14 17:00", status=Status.CANCELLED))
    planner.fan_out(cancelled, utc("2027-07-13 15:00"))
    assert notified(database)[2:] == [("ada", "closes", "7 days"), ("ada", "changed", "")]


def test_two_editions_between_two_looks_are_both_announced(database, edition):
    add_subscriber(database, "ada", BEGIN)
    planner = Planner(database)
    planner.fan_out(edition, BEGIN)
    publish_records(database, BEGIN + DAY, tender("2027-07-12 17:00"))
    newest = publish_records(database, BEGIN + 2 * DAY, tender("2027-07-14 17:00"))
    planner.fan_out(newest, BEGIN + 2 * DAY)
    assert [(row[3], row[5]) for row in outbox(database)] == [
        ("changed", "bundled"),
        ("changed", "bundled"),
        ("edition", "waiting"),
    ]


# -- who joins later ------------------------------------------------------------------------------------------------


def test_who_joins_a_group_that_was_told_gets_only_what_is_due_from_then_on(database, edition):
    add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    planner = Planner(database)
    planner.fan_out(edition, SEVEN)
    add_subscriber(database, "ben", SEVEN + MINUTE, watch(leads=("7 days", "1 day")))
    planner.fan_out(edition, SEVEN + 2 * MINUTE)
    assert notified(database) == [("ada", "closes", "7 days")]
    planner.fan_out(edition, ONE)
    assert notified(database)[1:] == [("ada", "closes", "1 day"), ("ben", "closes", "1 day")]


def test_who_joined_while_it_was_fired_is_caught_up_with(database, edition):
    """Signed up before it was due, written into the group only after the worker had looked."""
    add_subscriber(database, "ada", BEGIN)
    planner = Planner(database)
    planner.fan_out(edition, SEVEN)
    add_subscriber(database, "ben", SEVEN)
    assert [planner.fan_out(edition, SEVEN + MINUTE) for _ in range(2)] == [1, 0]
    assert notified(database) == [("ada", "closes", "7 days"), ("ben", "closes", "7 days")]


def change(database, subscriber, now, **what):
    return subscribers.change(database, replace(subscribers.find_by_ref(database, subscriber.ref), **what), now)


@pytest.mark.parametrize("before", ["notified", "not yet notified"])
def test_another_zone_neither_repeats_nor_loses_a_reminder(database, before):
    """By the end of a day: 7 days before is 9:00 in Seoul, Paris and Lima, one after the other."""
    edition = publish_records(database, BEGIN, tender("2027-07-10"))
    ada = add_subscriber(database, "ada", BEGIN, zone=PARIS)
    add_subscriber(database, "ben", BEGIN, zone=SEOUL)
    add_subscriber(database, "cy", BEGIN, zone=LIMA)
    in_paris = utc("2027-07-03 07:00")
    planner = Planner(database)
    if before == "notified":
        planner.fan_out(edition, in_paris)
        change(database, ada, in_paris + HOUR, zone=LIMA)
        planner.fan_out(edition, in_paris + 12 * HOUR)
        expected = ["ada", "ben", "cy"]
    else:
        planner.fan_out(edition, in_paris - HOUR)  # Seoul is over, Paris not yet
        change(database, ada, in_paris - MINUTE, zone=SEOUL)
        planner.fan_out(edition, in_paris)
        expected = ["ada", "ben"]
    assert sorted(notified(database)) == [(name, "closes", "7 days") for name in expected]


def test_other_leads_count_from_the_time_they_were_asked_for(database, edition):
    ada = add_subscriber(database, "ada", BEGIN, watch(leads=("14 days",)))
    planner = Planner(database)
    planner.fan_out(edition, SEVEN - DAY)
    change(database, ada, SEVEN + HOUR, watches=(watch(leads=("14 days", "7 days", "1 day")),))
    planner.fan_out(edition, SEVEN + 2 * HOUR)
    planner.fan_out(edition, ONE)
    assert notified(database) == [("ada", "closes", "14 days"), ("ada", "closes", "1 day")]


def test_who_paused_gets_only_what_falls_due_after_resuming(database, edition):
    ada = add_subscriber(database, "ada", BEGIN, watch(leads=("7 days", "1 day")))
    planner = Planner(database)
    planner.fan_out(edition, BEGIN)
    subscribers.pause(database, ada.id, SEVEN - HOUR)
    planner.fan_out(edition, SEVEN)
    subscribers.resume(database, ada.id, SEVEN + HOUR)
    planner.fan_out(edition, SEVEN + 2 * HOUR)
    assert notified(database) == []
    planner.fan_out(edition, ONE)
    assert notified(database) == [("ada", "closes", "1 day")]


def test_news_of_an_edition_reach_who_joined_before_it(database, edition):
    planner = Planner(database)
    add_subscriber(database, "ada", BEGIN, watch(wants_new=True))
    planner.fan_out(edition, BEGIN + MINUTE)
    settle_all(database)
    newer = publish_records(database, BEGIN + DAY, tender(CLOSES), tender(CLOSES, "other"))
    planner.fan_out(newer, BEGIN + DAY)
    add_subscriber(database, "ben", BEGIN + DAY + MINUTE, watch(wants_new=True))
    planner.fan_out(newer, BEGIN + DAY + 2 * MINUTE)
    assert [row[:4] for row in outbox(database) if row[5] == "waiting"] == [("ada", "notice", "other", "new")]


# -- digests --------------------------------------------------------------------------------------------------------

# 1 July 2027 is a Thursday; 9:00 in Paris is 7:00 in UTC.
MORNING = utc("2027-07-03 07:00")
DAILY = "daily 2027-07-03T07:00Z"
PART = ("ada", "reminder", "tender", "closes", "7 days", "bundled")


def digest(state="waiting", name=DAILY, subscriber="ada"):
    return (subscriber, "digest", "", name, "", state)


def test_a_digest_is_one_row_after_its_parts(database):
    edition = publish_records(database, BEGIN, tender(CLOSES), tender(CLOSES, "other"))
    add_subscriber(database, "ada", BEGIN, digest="daily")
    add_subscriber(database, "ben", BEGIN, watch("tag=roads"), digest="daily")
    planner = Planner(database)
    for now in (MORNING - MINUTE, MORNING, MORNING + HOUR, SEVEN + HOUR):
        planner.fan_out(edition, now)
    Planner(database).fan_out(edition, SEVEN + HOUR)
    other = ("ada", "reminder", "other", *PART[3:])
    assert outbox(database, "bundle") == [(*other, DAILY), (*PART, DAILY), (*digest(), "")]


def test_a_subscriber_of_several_watches_gets_one_digest(database, edition):
    add_subscriber(
        database, "ada", BEGIN, watch("", ("7 days",)), watch("kind=tender", ("7 days", "6 days")), digest="daily"
    )
    Planner(database).fan_out(edition, MORNING)
    assert outbox(database) == [PART, digest()]


def test_who_joins_after_the_digest_gets_a_message_of_their_own(database, edition):
    add_subscriber(database, "ada", BEGIN, digest="daily")
    planner = Planner(database)
    planner.fan_out(edition, MORNING)
    add_subscriber(database, "ben", MORNING + HOUR, digest="daily")
    planner.fan_out(edition, SEVEN)
    assert outbox(database) == [PART, digest(), ("ben", "reminder", "tender", "closes", "7 days", "waiting")]


@pytest.mark.usefixtures("edition")
def test_new_records_wait_for_the_digest(database):
    add_subscriber(database, "ada", BEGIN, watch(leads=("14 days",), wants_new=True), digest="weekly")
    planner = Planner(database)
    newer = publish_records(database, BEGIN + DAY, tender(CLOSES), tender(CLOSES, "other"), tender(CLOSES, "third"))
    monday = utc("2027-06-07 07:00")
    planner.fan_out(newer, BEGIN + DAY + MINUTE)
    parts = [(*("ada", "notice", name, "new", ""), "bundled") for name in ("other", "third")]
    assert outbox(database) == parts
    planner.fan_out(newer, monday)
    assert outbox(database) == [*parts, digest(name="weekly 2027-06-07T07:00Z")]


def test_parts_that_come_when_their_digest_has_gone_go_alone(database, edition):
    """The subscriber has moved from a zone with another morning, whose digest went before."""
    ada = add_subscriber(database, "ada", BEGIN, digest="daily")
    planner = Planner(database)
    planner.fan_out(edition, MORNING)
    settle_all(database)
    with writing(database) as connection:
        connection.execute(update(deliveries).where(deliveries.c.state == "bundled").values(state="sent"))
    other = publish_records(database, MORNING + HOUR, tender(CLOSES), tender("2027-07-10 18:00", "other"))
    planner.fan_out(other, MORNING + HOUR)
    change(database, ada, MORNING + 2 * HOUR, watches=(watch(leads=("7 days", "6 days")),))
    planner.fan_out(other, SEVEN + 2 * HOUR)
    assert outbox(database)[2:] == [("ada", "reminder", "other", "closes", "7 days", "waiting")]


@pytest.mark.parametrize("hours", [1, 23, 25, 49])
def test_after_a_downtime_over_a_digest_its_parts_still_go(database, edition, hours):
    add_subscriber(database, "ada", BEGIN, digest="daily")
    Planner(database).fan_out(edition, MORNING - HOUR)
    Planner(database).fan_out(edition, MORNING + hours * HOUR)
    if hours < 24:
        assert outbox(database) == [PART, digest()]
    else:
        assert outbox(database) == [(*PART[:-1], "waiting")]


def test_a_digest_that_nothing_is_in_is_no_delivery(database):
    edition = publish_records(database, BEGIN, tender("2027-12-01"))
    add_subscriber(database, "ada", BEGIN, digest="daily")
    planner = Planner(database)
    assert [planner.fan_out(edition, BEGIN + n * DAY) for n in range(4)] == [0, 0, 0, 0]


def test_a_clock_that_is_set_back_repeats_nothing(database, edition):
    add_subscriber(database, "ada", BEGIN)
    planner = Planner(database)
    planner.fan_out(edition, SEVEN + HOUR)
    for now in (BEGIN, SEVEN - MINUTE, SEVEN + MINUTE):
        planner.fan_out(edition, now)
    assert notified(database) == [("ada", "closes", "7 days")]


def test_a_calendar_that_suggests_other_leads(database, edition):
    add_subscriber(database, "ada", BEGIN, watch(leads=()))
    planner = Planner(database)
    planner.fan_out(edition, SEVEN)
    changed = replace(CALENDAR, reminders=("7 days", "2 days"))
    newer = publish_records(database, SEVEN + HOUR, tender(CLOSES), calendar=changed)
    planner.fan_out(newer, ONE)
    assert notified(database) == [("ada", "closes", "7 days"), ("ada", "closes", "2 days")]
