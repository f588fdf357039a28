"""A copy of the database is put back by hand: nothing goes out twice until a person says so."""

import json
import threading

import pytest

from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.reminders.resuming import SignupAnswering, end_pauses, forecast_after_pass, send_missed
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
    add_named_subscribers,
    add_subscriber,
    mail_server,
    make_service,
    outbox,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-06-01 12:00")
SEVEN = utc("2027-07-03 15:00")
NOW = SEVEN + MINUTE
NAMES = [f"subscriber{number:02}" for number in range(20)]


class Installation:
    """One host: its memory, its mail server, and a worker that is started anew for each pass."""

    def __init__(self, url, folder, mail, inbox):
        self.url, self.folder, self.mail, self.inbox = url, folder, mail, inbox
        self.memory = folder / FILE_NAME

    def service(self, now):
        engine = open_engine(self.url)
        service = make_service(engine, Clock(now), self.mail)
        service.guard = RestoreGuard(engine, SequenceFile(self.memory))
        return engine, service

    def tick(self, now, *, missed=False):
        """One pass of a worker; gives who got mail, each as often as that."""
        before = len(self.inbox.taken)
        engine, service = self.service(now)
        if missed:
            service.guard.check(now)
            send_missed(engine)
        service.schedule_due()
        service.send(threading.Event())
        service.close(5)
        engine.dispose()
        return sorted(self.inbox.recipients[before:])


@pytest.fixture
def installation(database, database_url, tmp_path):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"), tender("2027-08-10 17:00", name="other"))
    add_named_subscribers(database, NAMES, BEGIN)
    database.dispose()
    with mail_server(inbox := Inbox()) as mail:
        yield Installation(database_url, tmp_path, mail, inbox)


def see(url, look):
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return look(connection)
    finally:
        engine.dispose()


def prepare(installation, tmp_path):
    """A worker has run; a copy is made; then notices and reminders go to all."""
    assert installation.tick(BEGIN + MINUTE) == []
    put_back = copy_by_hand(installation.url, tmp_path)
    edit(installation, "2027-08-12 17:00")
    assert installation.tick(NOW) == sorted(NAMES * 2)
    return put_back


def edit(installation, closes):
    engine = open_engine(installation.url)
    publish_records(engine, BEGIN + DAY, tender("2027-07-10 17:00"), tender(closes, name="other"))
    engine.dispose()


def test_nothing_goes_out_again(installation, tmp_path):
    prepare(installation, tmp_path)()
    edit(installation, "2027-08-12 17:00")  # the file is as it was, and is published once more
    assert installation.tick(NOW) == []
    assert installation.tick(NOW + MINUTE) == []
    (pause,) = see(installation.url, list_pauses)
    assert (pause.kind, pause.how, pause.is_exact) == (PauseKind.RESTORED, RestoreKind.COPY, False)
    (fault,) = see(installation.url, lambda connection: list_faults(connection, [FaultKind.RESTORE]))
    assert (fault.key, fault.count) == ("", 1)


def test_resume_goes_on_without_what_may_have_gone(installation, tmp_path):
    prepare(installation, tmp_path)()
    edit(installation, "2027-08-12 17:00")
    assert installation.tick(NOW) == []
    engine = open_engine(installation.url)
    _, unsent = end_pauses(engine, load_edition(engine), NOW)
    assert unsent == 2 * len(NAMES)
    assert {row[5:] for row in outbox(engine, "reason")} == {("dropped", "restored")}
    engine.dispose()
    assert installation.tick(NOW + MINUTE) == []
    assert see(installation.url, list_faults) == []
    # What falls due from then on goes as ever, and what changes is told.
    edit(installation, "2027-08-20 17:00")
    assert installation.tick(NOW + 2 * MINUTE) == sorted(NAMES)
    assert installation.tick(utc("2027-08-13 15:01")) == sorted(NAMES)


def test_what_is_missed_is_sent_when_a_person_says_so(installation, tmp_path):
    prepare(installation, tmp_path)()
    edit(installation, "2027-08-12 17:00")
    assert installation.tick(NOW) == []
    assert installation.tick(NOW, missed=True) == sorted(NAMES * 2)
    assert installation.tick(NOW + MINUTE) == []
    assert see(installation.url, list_pauses) == []


def test_the_plan_lists_what_is_missed_and_changes_nothing(installation, tmp_path):
    prepare(installation, tmp_path)()
    edit(installation, "2027-08-12 17:00")
    assert installation.tick(NOW) == []
    engine = open_engine(installation.url)
    edition = load_edition(engine)
    asked = engine, edition, (NOW, NOW + 10 * DAY), NOW
    found = [forecast_after_pass(*asked, signups=SignupAnswering(("key",))) for _ in range(2)]
    assert outbox(engine) == []
    engine.dispose()
    assert found[0] == found[1]
    assert [
        (each.kind, each.items[0].notification.record_id, each.subscribers, each.is_waiting) for each in found[0]
    ] == [
        ("reminder", "tender", len(NAMES), True),
        ("notice", "other", len(NAMES), True),
    ]
    assert all(len(each.addresses) == len(NAMES) for each in found[0])


def test_a_copy_that_is_put_back_twice_is_noticed_twice(installation, tmp_path):
    put_back = prepare(installation, tmp_path)
    for _ in range(2):
        put_back()
        assert installation.tick(NOW) == []
        engine = open_engine(installation.url)
        end_pauses(engine, load_edition(engine), NOW)
        engine.dispose()
        assert installation.tick(NOW) == []


def test_the_alarm_of_one_host_is_not_raised_by_the_next(installation, tmp_path):
    put_back = prepare(installation, tmp_path)
    other = Installation(installation.url, tmp_path / "other host", installation.mail, installation.inbox)
    assert other.tick(NOW + MINUTE) == []
    put_back()
    assert installation.tick(NOW) == []
    engine = open_engine(installation.url)
    end_pauses(engine, load_edition(engine), NOW)
    engine.dispose()
    assert other.tick(NOW + 2 * MINUTE) == []
    assert see(installation.url, list_pauses) == []


def test_a_running_worker_notices_too(installation, tmp_path):
    put_back = prepare(installation, tmp_path)
    engine, service = installation.service(NOW + MINUTE)
    service.schedule_due()
    assert not service.send(threading.Event())
    put_back()
    service.schedule_due()
    assert not service.send(threading.Event())
    assert len(installation.inbox.taken) == 2 * len(NAMES)
    with reading(engine) as connection:
        assert [pause.kind for pause in list_pauses(connection)] == [PauseKind.RESTORED]
    service.close(5)
    engine.dispose()


def test_a_new_database_is_no_alarm(installation, database):
    assert installation.tick(NOW) == sorted(NAMES)
    with writing(database) as connection:
        renew_identity(connection, 0)
    assert installation.tick(NOW + MINUTE) == []
    assert see(installation.url, list_pauses) == []


def test_a_file_from_before_the_publish_is_behind(installation, tmp_path):
    """Whatever was published in a copy since it was put back does not make it as new as it was."""
    assert installation.tick(BEGIN) == []
    put_back = copy_by_hand(installation.url, tmp_path)
    assert installation.tick(NOW) == NAMES
    sequence = see(installation.url, read_identity).sequence
    put_back()
    assert see(installation.url, read_identity).sequence < sequence - 1


def test_the_memory_is_private_and_survives_nonsense(installation):
    installation.tick(BEGIN)
    assert installation.memory.stat().st_mode & 0o777 == 0o600
    known = json.loads(installation.memory.read_text())
    identity = see(installation.url, read_identity)
    assert known == {identity.id: [identity.sequence, "2027-06-01T12:00:00+00:00"]}
    for nonsense in ("", "[]", '{"x": 1}', '{"x": ["a", "b"]}', '{"x": [1, "2027-01-01"]}', "\0"):
        installation.memory.write_text(nonsense)
        installation.tick(BEGIN + SECOND)
        assert list(json.loads(installation.memory.read_text())) == [identity.id]
    assert [path.name for path in installation.folder.iterdir() if FILE_NAME in path.name] == [FILE_NAME]


def test_a_memory_that_cannot_be_written_is_reported_and_stops_nothing(installation):
    installation.memory.mkdir()  # not even root can write it as a file
    engine, service = installation.service(NOW)
    service.schedule_due()
    service.send(threading.Event())
    assert installation.inbox.recipients == NAMES
    with reading(engine) as connection:
        (fault,) = list_faults(connection)
    assert fault.kind is FaultKind.MEMORY
    assert str(installation.folder) not in fault.reason
    installation.memory.rmdir()
    for _ in range(2):
        service._beat()
    with reading(engine) as connection:
        assert list_faults(connection) == []
    service.close(5)
    engine.dispose()


def test_a_pause_keeps_everything_and_resume_sends_it_once(installation, database):
    assert installation.tick(BEGIN) == []
    with writing(database) as connection:
        assert enter_pause(connection, PauseKind.PERSON, BEGIN)
        assert not enter_pause(connection, PauseKind.PERSON, BEGIN)
    add_subscriber(database, "zoe", BEGIN, watch("", ("7 days", "1 day")))
    assert installation.tick(SEVEN + MINUTE) == []
    assert installation.tick(utc("2027-07-09 15:01")) == []
    assert outbox(database) == []
    pauses, unsent = end_pauses(database, load_edition(database), utc("2027-07-09 15:02"))
    assert ([pause.kind for pause in pauses], unsent) == ([PauseKind.PERSON], 0)
    # As after a downtime: of two reminders of one moment only the nearer.
    assert installation.tick(utc("2027-07-09 15:02")) == sorted([*NAMES, "zoe"])
    assert installation.tick(utc("2027-07-09 15:03")) == []


def test_a_pause_in_the_middle_of_a_pass_ends_it(installation, database):
    stop_after = 5

    def answer(_recipient):
        if len(installation.inbox.attempts) == stop_after:
            with writing(database) as connection:
                enter_pause(connection, PauseKind.PERSON, NOW)
        return "250 OK"

    add_named_subscribers(database, [f"more{number:03}" for number in range(60)], BEGIN)
    installation.inbox.answer = answer
    sent = len(installation.tick(NOW))
    # What was claimed goes out; nothing more is claimed.
    assert stop_after <= sent < 80
    end_pauses(database, load_edition(database), NOW)
    assert sent + len(installation.tick(NOW)) == 80


def test_nothing_is_claimed_while_paused_whoever_asks(installation, database):
    Planner(database).fan_out(load_edition(database), NOW)
    with writing(database) as connection:
        enter_pause(connection, PauseKind.PERSON, NOW)
    _, service = installation.service(NOW)
    service._enter()
    service.guard.check = lambda _now: []  # it has looked before the pause came
    assert not service.send(threading.Event())
    assert {row[5] for row in outbox(database)} == {"waiting"}
    service.close(1)
    service._engine.dispose()
