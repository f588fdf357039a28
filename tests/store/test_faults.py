"""Faults are entered, counted, told once, and deleted when they are over."""

from datetime import UTC, datetime, timedelta

from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import (
    Fault,
    FaultKind,
    clear_fault,
    clear_kinds_before,
    list_faults,
    release_unmailed,
    report_fault,
    take_unmailed,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def report(database, now=NOON, key="a", kind=FaultKind.GROUP, **values):
    with writing(database) as connection:
        report_fault(connection, kind, key, "It cannot be planned.", now, **values)


def taken(database, now):
    with writing(database) as connection:
        return [(each.kind, each.key) for each in take_unmailed(connection, now)]


def listed(database, kinds=None):
    with reading(database) as connection:
        return list_faults(connection, kinds)


def test_a_fault_is_entered_whole(database):
    report(database, details=["ValueError: \0x"], retry_at=LATER)
    told = ("ValueError: �x",)
    assert listed(database) == [
        Fault(FaultKind.GROUP, "a", "It cannot be planned.", told, 1, NOON, NOON, LATER, None),
    ]


def test_reported_again_it_is_counted_and_keeps_its_first_time(database):
    report(database, retry_at=LATER)
    report(database, now=LATER)
    assert listed(database) == [
        Fault(FaultKind.GROUP, "a", "It cannot be planned.", (), 2, NOON, LATER, None, None),
    ]


def test_one_process_is_told_to_mail_each_fault(database):
    report(database, kind=FaultKind.LEASE)
    with writing(database) as connection:
        first = take_unmailed(connection, LATER)
    report(database, now=LATER, kind=FaultKind.LEASE)
    report(database, now=LATER, key="b", kind=FaultKind.LEASE)
    with writing(database) as connection:
        second = take_unmailed(connection, LATER)
    assert [(each.key, each.mailed_at) for each in first] == [("a", LATER)]
    assert [(each.key, each.mailed_at) for each in second] == [("b", LATER)]


def test_cleared_it_is_gone_and_new_when_it_comes_back(database):
    report(database)
    with writing(database) as connection:
        take_unmailed(connection, NOON)
        assert clear_fault(connection, FaultKind.GROUP, "a")
        assert not clear_fault(connection, FaultKind.GROUP, "a")
    report(database, now=LATER)
    assert [(each.count, each.first_at, each.mailed_at) for each in listed(database)] == [(1, LATER, None)]


def test_texts_longer_than_a_row_are_cut_and_still_found(database):
    report(database, key="k" * 300, details=["d"] * 60)
    assert [(len(each.key), len(each.details)) for each in listed(database)] == [(200, 50)]
    with writing(database) as connection:
        assert clear_fault(connection, FaultKind.GROUP, "k" * 300)


def test_kinds_are_listed_apart(database):
    report(database)
    assert listed(database, [FaultKind.RECORD]) == []
    assert len(listed(database, [FaultKind.RECORD, FaultKind.GROUP])) == 1


def test_what_comes_and_goes_is_told_once_an_hour(database):
    seen = []
    for minutes in (0, 10, 59, 60, 61):
        now = NOON + timedelta(minutes=minutes)
        report(database, now=now, kind=FaultKind.SENDING)
        seen += [minutes] if taken(database, now) else []
        with writing(database) as connection:
            clear_fault(connection, FaultKind.SENDING, "a")
    assert seen == [0, 60]


def test_what_lasts_is_told_when_the_hour_has_passed(database):
    report(database, kind=FaultKind.SENDING)
    assert taken(database, NOON)
    with writing(database) as connection:
        clear_fault(connection, FaultKind.SENDING, "a")
    report(database, now=LATER, kind=FaultKind.SENDING)
    found = [len(taken(database, NOON + timedelta(minutes=minutes))) for minutes in (1, 59, 60, 120, 600)]
    assert found == [0, 0, 1, 0, 0]


def test_single_things_are_told_once_an_hour_for_each_kind(database):
    report(database)
    report(database, key="b")
    report(database, kind=FaultKind.RECORD)
    assert taken(database, NOON) == [(FaultKind.GROUP, "a"), (FaultKind.GROUP, "b"), (FaultKind.RECORD, "a")]
    report(database, now=LATER, key="c")
    report(database, now=LATER, kind=FaultKind.SIGNUP)
    assert taken(database, LATER) == [(FaultKind.SIGNUP, "a")]
    assert taken(database, NOON + timedelta(hours=1)) == [(FaultKind.GROUP, "c")]


def test_what_could_not_be_mailed_is_taken_again_after_five_minutes(database):
    report(database)
    with writing(database) as connection:
        release_unmailed(connection, take_unmailed(connection, NOON), NOON)
    found = [len(taken(database, NOON + timedelta(minutes=minutes))) for minutes in (0, 4, 5, 10)]
    assert found == [0, 0, 1, 0]


def test_a_fault_that_was_told_otherwise_stays_told(database):
    report(database, mailed_at=NOON, times=3)
    report(database, now=LATER)
    report(database, now=LATER, mailed_at=LATER, times=0)
    assert [(each.count, each.mailed_at) for each in listed(database)] == [(4, NOON)]
    assert taken(database, LATER) == []


def test_what_nobody_reports_any_more_is_deleted(database):
    report(database, kind=FaultKind.SENDING)
    report(database, now=LATER, kind=FaultKind.SENDING, key="b")
    report(database)
    with writing(database) as connection:
        clear_kinds_before(connection, [FaultKind.SENDING], LATER)
    assert [(each.kind, each.key) for each in listed(database)] == [(FaultKind.GROUP, "a"), (FaultKind.SENDING, "b")]


def test_another_reason_is_mailed_within_the_hour(database):
    def found(reason, minutes):
        with writing(database) as connection:
            report_fault(connection, FaultKind.PUBLICATION, "host", reason, NOON)
        return len(taken(database, NOON + timedelta(minutes=minutes)))

    assert found("The file has 2 problems.", 0) == 1
    assert found("The file has 1 problem.", 1) == 0
    assert found("The file is held: 1 reason.", 2) == 1
    with writing(database) as connection:
        clear_fault(connection, FaultKind.PUBLICATION, "host")
    assert found("The file is held: 2 reasons.", 3) == 0
    assert found("The file cannot be read.", 4) == 1
    assert found("The file is held: 2 reasons.", 62) == 1
