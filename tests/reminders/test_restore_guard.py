"""A copy of the database is put back by hand: nothing goes out twice until a person says so."""

import json
import threading

import pytest

from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.reminders.resuming import end_pauses, forecast_paused, send_missed
from calendar_service.reminders.scheduling import Planner
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.identity import read_identity, renew_identity
from calendar_service.store.pauses import PauseKind, RestoreKind, enter_pause, list_pauses
from calendar_service.store.sequence_file import FILE_NAME, SequenceFile
from tests.support.database_copies import copy_by_hand
from tests.support.reminders import (
    DAY,
    MINUTE,
    SECOND,
    Clock,
    Inbox,
    add_reader,
    add_readers,
    mail_server,
    make_office,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
SEVEN = utc("2027-07-03 15:00")
NOW = SEVEN + MINUTE
NAMES = [f"reader{number:02}" for number in range(20)]


class House:
    """One host: its memory, its mail server, and a worker that is started anew for each pass."""

    def __init__(self, url, folder, mail, inbox):
        self.url, self.folder, self.mail, self.inbox = url, folder, mail, inbox
        self.memory = folder / FILE_NAME

    def office(self, now):
        engine = open_engine(self.url)
        office = make_office(engine, Clock(now), self.mail)
        office.guard = RestoreGuard(engine, SequenceFile(self.memory))
        return engine, office

    def tick(self, now, *, missed=False):
        """One pass of a worker; gives who got mail, each as often as that."""
        before = len(self.inbox.taken)
        engine, office = self.office(now)
        if missed:
            office.guard.check(now)
            send_missed(engine)
        office.schedule_due()
        office.send(threading.Event())
        office.close(5)
        engine.dispose()
        return sorted(self.inbox.recipients[before:])


@pytest.fixture
def house(database, database_url, tmp_path):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"), tender("2027-08-10 17:00", name="other"))
    add_readers(database, NAMES, BEGIN)
    database.dispose()
    with mail_server(inbox := Inbox()) as mail:
        yield House(database_url, tmp_path, mail, inbox)


def see(url, look):
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return look(connection)
    finally:
        engine.dispose()


def prepare(house, tmp_path):
    """A worker has run; a copy is made; then notices and reminders go to all."""
    assert house.tick(BEGIN + MINUTE) == []
    put_back = copy_by_hand(house.url, tmp_path)
    edit(house, "2027-08-12 17:00")
    assert house.tick(NOW) == sorted(NAMES * 2)
    return put_back


def edit(house, closes):
    engine = open_engine(house.url)
    publish_records(engine, BEGIN + DAY, tender("2027-07-10 17:00"), tender(closes, name="other"))
    engine.dispose()


def test_nothing_goes_out_again(house, tmp_path):
    prepare(house, tmp_path)()
    edit(house, "2027-08-12 17:00")  # the file is as it was, and is published once more
    assert house.tick(NOW) == []
    assert house.tick(NOW + MINUTE) == []
    (pause,) = see(house.url, list_pauses)
    assert (pause.kind, pause.how, pause.is_exact) == (PauseKind.RESTORED, RestoreKind.COPY, False)
    (fault,) = see(house.url, lambda connection: list_faults(connection, [FaultKind.RESTORE]))
    assert (fault.key, fault.count) == ("", 1)


def test_resume_goes_on_without_what_may_have_gone(house, tmp_path):
    prepare(house, tmp_path)()
    edit(house, "2027-08-12 17:00")
    assert house.tick(NOW) == []
    engine = open_engine(house.url)
    _, unsent = end_pauses(engine, load_edition(engine), NOW)
    assert unsent == 2 * len(NAMES)
    assert {row[5:] for row in outbox(engine, "reason")} == {("dropped", "restored")}
    engine.dispose()
    assert house.tick(NOW + MINUTE) == []
    assert see(house.url, list_faults) == []
    # What falls due from then on goes as ever, and what changes is told.
    edit(house, "2027-08-20 17:00")
    assert house.tick(NOW + 2 * MINUTE) == sorted(NAMES)
    assert house.tick(utc("2027-08-13 15:01")) == sorted(NAMES)


def test_what_is_missed_is_sent_when_a_person_says_so(house, tmp_path):
    prepare(house, tmp_path)()
    edit(house, "2027-08-12 17:00")
    assert house.tick(NOW) == []
    assert house.tick(NOW, missed=True) == sorted(NAMES * 2)
    assert house.tick(NOW + MINUTE) == []
    assert see(house.url, list_pauses) == []


def test_the_plan_lists_what_is_missed_and_changes_nothing(house, tmp_path):
    prepare(house, tmp_path)()
    edit(house, "2027-08-12 17:00")
    assert house.tick(NOW) == []
    engine = open_engine(house.url)
    edition = load_edition(engine)
    found = [forecast_paused(engine, edition, (NOW, NOW + 10 * DAY), NOW, with_addresses=True) for _ in range(2)]
    assert outbox(engine) == []
    engine.dispose()
    assert found[0] == found[1]
    assert [(each.kind, each.notification.record_id, each.subscribers, each.is_waiting) for each in found[0]] == [
        ("reminder", "tender", len(NAMES), True),
        ("notice", "other", len(NAMES), True),
    ]
    assert all(len(each.addresses) == len(NAMES) for each in found[0])


def test_a_copy_that_is_put_back_twice_is_noticed_twice(house, tmp_path):
    put_back = prepare(house, tmp_path)
    for _ in range(2):
        put_back()
        assert house.tick(NOW) == []
        engine = open_engine(house.url)
        end_pauses(engine, load_edition(engine), NOW)
        engine.dispose()
        assert house.tick(NOW) == []


def test_the_alarm_of_one_host_is_not_raised_by_the_next(house, tmp_path):
    put_back = prepare(house, tmp_path)
    other = House(house.url, tmp_path / "other host", house.mail, house.inbox)
    assert other.tick(NOW + MINUTE) == []
    put_back()
    assert house.tick(NOW) == []
    engine = open_engine(house.url)
    end_pauses(engine, load_edition(engine), NOW)
    engine.dispose()
    assert other.tick(NOW + 2 * MINUTE) == []
    assert see(house.url, list_pauses) == []


def test_a_running_worker_notices_too(house, tmp_path):
    put_back = prepare(house, tmp_path)
    engine, office = house.office(NOW + MINUTE)
    office.schedule_due()
    assert not office.send(threading.Event())
    put_back()
    office.schedule_due()
    assert not office.send(threading.Event())
    assert len(house.inbox.taken) == 2 * len(NAMES)
    with reading(engine) as connection:
        assert [pause.kind for pause in list_pauses(connection)] == [PauseKind.RESTORED]
    office.close(5)
    engine.dispose()


def test_a_new_database_is_no_alarm(house, database):
    assert house.tick(NOW) == sorted(NAMES)
    with writing(database) as connection:
        renew_identity(connection, 0)
    assert house.tick(NOW + MINUTE) == []
    assert see(house.url, list_pauses) == []


def test_a_file_from_before_the_publish_is_behind(house, tmp_path):
    """Whatever was published in a copy since it was put back does not make it as new as it was."""
    assert house.tick(BEGIN) == []
    put_back = copy_by_hand(house.url, tmp_path)
    assert house.tick(NOW) == NAMES
    sequence = see(house.url, read_identity).sequence
    put_back()
    assert see(house.url, read_identity).sequence < sequence - 1


def test_the_memory_is_private_and_survives_nonsense(house):
    house.tick(BEGIN)
    assert house.memory.stat().st_mode & 0o777 == 0o600
    known = json.loads(house.memory.read_text())
    identity = see(house.url, read_identity)
    assert known == {identity.id: [identity.sequence, "2027-06-01T12:00:00+00:00"]}
    for nonsense in ("", "[]", '{"x": 1}', '{"x": ["a", "b"]}', '{"x": [1, "2027-01-01"]}', "\0"):
        house.memory.write_text(nonsense)
        house.tick(BEGIN + SECOND)
        assert list(json.loads(house.memory.read_text())) == [identity.id]
    assert [path.name for path in house.folder.iterdir() if FILE_NAME in path.name] == [FILE_NAME]


def test_a_memory_that_cannot_be_written_is_reported_and_stops_nothing(house):
    house.memory.mkdir()  # not even root can write it as a file
    engine, office = house.office(NOW)
    office.schedule_due()
    office.send(threading.Event())
    assert house.inbox.recipients == NAMES
    with reading(engine) as connection:
        (fault,) = list_faults(connection)
    assert fault.kind is FaultKind.MEMORY
    assert str(house.folder) not in fault.reason
    house.memory.rmdir()
    for _ in range(2):
        office._beat()
    with reading(engine) as connection:
        assert list_faults(connection) == []
    office.close(5)
    engine.dispose()


def test_a_pause_keeps_everything_and_resume_sends_it_once(house, database):
    assert house.tick(BEGIN) == []
    with writing(database) as connection:
        assert enter_pause(connection, PauseKind.PERSON, BEGIN)
        assert not enter_pause(connection, PauseKind.PERSON, BEGIN)
    add_reader(database, "zoe", BEGIN, watch("", ("7 days", "1 day")))
    assert house.tick(SEVEN + MINUTE) == []
    assert house.tick(utc("2027-07-09 15:01")) == []
    assert outbox(database) == []
    pauses, unsent = end_pauses(database, load_edition(database), utc("2027-07-09 15:02"))
    assert ([pause.kind for pause in pauses], unsent) == ([PauseKind.PERSON], 0)
    # As after a downtime: of two reminders of one moment only the nearer.
    assert house.tick(utc("2027-07-09 15:02")) == sorted([*NAMES, "zoe"])
    assert house.tick(utc("2027-07-09 15:03")) == []


def test_a_pause_in_the_middle_of_a_pass_ends_it(house, database):
    stop_after = 5

    def answer(_recipient):
        if len(house.inbox.attempts) == stop_after:
            with writing(database) as connection:
                enter_pause(connection, PauseKind.PERSON, NOW)
        return "250 OK"

    add_readers(database, [f"more{number:03}" for number in range(60)], BEGIN)
    house.inbox.answer = answer
    sent = len(house.tick(NOW))
    # What was claimed goes out; nothing more is claimed.
    assert stop_after <= sent < 80
    end_pauses(database, load_edition(database), NOW)
    assert sent + len(house.tick(NOW)) == 80


def test_nothing_is_claimed_while_paused_whoever_asks(house, database):
    Planner(database).fan_out(load_edition(database), NOW)
    with writing(database) as connection:
        enter_pause(connection, PauseKind.PERSON, NOW)
    _, office = house.office(NOW)
    office._enter()
    office.guard.check = lambda _now: []  # it has looked before the pause came
    assert not office.send(threading.Event())
    assert {row[5] for row in outbox(database)} == {"waiting"}
    office.close(1)
    office._engine.dispose()
