"""A new, empty database where a host knew another one is reported until a person says that it is meant."""

from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.identity import Identity, raise_sequence
from calendar_service.store.pauses import REPLACED, clear_replaced
from calendar_service.store.sequence_file import FILE_NAME, SequenceFile
from tests.support.reminders import MINUTE, add_subscriber, publish_records, tender, utc, watch

NOW = utc("2027-06-01 12:00")


def restore_faults(database):
    with reading(database) as connection:
        return [each.reason for each in list_faults(connection, [FaultKind.RESTORE])]


def test_an_empty_database_in_place_of_another_is_reported(database, tmp_path):
    SequenceFile(tmp_path / FILE_NAME).remember(Identity("lost", 7), NOW)
    publish_records(database, NOW, tender("2027-07-10 17:00"))
    assert RestoreGuard(database, SequenceFile(tmp_path / FILE_NAME)).check(NOW) == []
    assert restore_faults(database) == [REPLACED]
    with writing(database) as connection:
        assert clear_replaced(connection)
    assert restore_faults(database) == []


def test_a_first_database_is_not_reported(database, tmp_path):
    RestoreGuard(database, SequenceFile(tmp_path / FILE_NAME)).check(NOW)
    assert restore_faults(database) == []


def test_a_database_with_subscribers_is_not_reported(database, tmp_path):
    SequenceFile(tmp_path / FILE_NAME).remember(Identity("other", 7), NOW)
    add_subscriber(database, "ann", NOW, watch())
    RestoreGuard(database, SequenceFile(tmp_path / FILE_NAME)).check(NOW)
    assert restore_faults(database) == []


def test_the_same_database_is_not_reported_at_its_next_start(database, tmp_path):
    memory = SequenceFile(tmp_path / FILE_NAME)
    memory.remember(Identity("other", 7), NOW)
    with writing(database) as connection:
        known = raise_sequence(connection)
    memory.remember(known, NOW)
    RestoreGuard(database, SequenceFile(tmp_path / FILE_NAME)).check(NOW + MINUTE)
    assert restore_faults(database) == []
