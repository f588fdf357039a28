"""Faults are entered, counted, told once, and deleted when they are over."""

from datetime import UTC, datetime, timedelta

from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import Fault, FaultKind, clear_fault, list_faults, report_fault, take_unmailed

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def report(database, now=NOON, key="a", **values):
    with writing(database) as connection:
        report_fault(connection, FaultKind.GROUP, key, "It cannot be planned.", now, **values)


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
    report(database)
    with writing(database) as connection:
        first = take_unmailed(connection, LATER)
    report(database, now=LATER)
    report(database, now=LATER, key="b")
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
