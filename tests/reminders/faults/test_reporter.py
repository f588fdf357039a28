"""The reporter: what fails is written down where the database takes it, and mailed once whether it does or not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.faults.host import HostMemory
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.faults.mailer import FaultMailer
from calendar_service.reminders.faults.reporter import FaultReporter
from calendar_service.store.engine import reading, writing
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.faults import FaultKind, list_faults, report_fault
from calendar_service.store.hosts import host_name

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
EDITORS = ("anna@example.org", "bo@example.org")
FULL = DatabaseFault("the sqlite database does not do what was asked: disk is full.", trouble=Trouble.FULL)


class Two:
    """Two processes of one host, whose mails become files."""

    def __init__(self, database, folder):
        self.now = NOON
        self.folder = folder / "mail"
        self.logs = [FaultLog(self.clock) for _ in range(2)]
        mailers = [
            FaultMailer("https://x.example", MailSettings("", self.folder, "calendar@x.example", EDITORS), self.clock)
            for _ in range(2)
        ]
        memories = [HostMemory(folder / "var") for _ in range(2)]
        self.reporters = [
            FaultReporter(database, log, mailer, memory, self.clock)
            for log, mailer, memory in zip(self.logs, mailers, memories, strict=True)
        ]

    def clock(self):
        return self.now

    def look(self, seconds=0):
        self.now += timedelta(seconds=seconds)
        threads = [threading.Thread(target=each.check_and_report) for each in self.reporters]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(list(self.folder.glob("*.eml")))


@pytest.fixture
def two(database, tmp_path):
    return Two(database, tmp_path)


def written(database):
    with reading(database) as connection:
        return [(each.kind, each.key, each.count, each.mailed_at) for each in list_faults(connection)]


def break_faults(database):
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE faults RENAME TO away"))


def mend_faults(database):
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO faults"))


def test_a_job_that_fails_is_written_down_mailed_once_and_cleared(two, database):
    for log in two.logs:
        log.report("look", FaultKind.SCHEDULE, "It fails.")
        log.report("look", FaultKind.SCHEDULE, "It fails.")
    assert [two.look(5) for _ in range(3)] == [2, 2, 2]  # to two editors
    ((kind, key, count, mailed_at),) = written(database)
    assert (kind, key, count, mailed_at is not None) == (FaultKind.SCHEDULE, host_name(), 4, True)
    for log in two.logs:
        log.clear("look")
    assert (two.look(5), written(database)) == (2, [])


def test_a_fault_of_the_database_is_mailed_by_its_host_once(two, database):
    for log in two.logs:
        log.report_database("publish", FULL)
        log.report_database("send", FULL)
    assert [two.look(after) for after in (0, 4, 1, 5, 5)] == [0, 0, 2, 2, 2]
    for log in two.logs:
        log.clear("publish")
    assert [each.kind for each in two.logs[0].faults()] == [FaultKind.DATABASE]
    for log in two.logs:
        log.clear("send")
    assert (two.look(5), written(database)) == (2, [])


def test_what_is_over_in_a_moment_is_not_mailed(two):
    two.logs[0].report_database("publish", FULL)
    two.look()
    two.now += timedelta(seconds=4)
    two.logs[0].clear("publish")
    assert two.look(60) == 0


def test_while_the_database_fails_other_faults_are_mailed_by_the_host_too(two, database):
    break_faults(database)
    for log in two.logs:
        log.report("send", FaultKind.SENDING, "It fails.")
    looks = [two.look(after) for after in (0, 5, 5, 60)]
    # The two processes may share the faults between them; each fault is told to each of the two editors once.
    assert looks[0] == 0
    assert looks[1:] == [looks[1]] * 3
    subjects_and_texts = [file.read_text(encoding="utf-8") for file in two.folder.glob("*.eml")]
    assert sum("It fails." in each for each in subjects_and_texts) == 2
    assert sum("atabase" in each for each in subjects_and_texts) == 2
    mend_faults(database)
    assert [two.look(5), two.look(5)] == [looks[-1]] * 2
    assert [(kind, mailed_at is not None) for kind, _, _, mailed_at in written(database)] == [(FaultKind.SENDING, True)]


def test_a_restart_forgets_what_a_process_left_behind(two, database):
    with writing(database) as connection:
        report_fault(connection, FaultKind.DATABASE, host_name(), "It failed.", NOON, mailed_at=NOON)
        report_fault(connection, FaultKind.SENDING, host_name(), "It failed.", NOON, mailed_at=NOON)
    two.look()
    assert [kind for kind, *_ in written(database)] == [FaultKind.SENDING]
    two.logs[0].clear("send", FaultKind.SENDING)
    two.look()
    assert written(database) == []


def test_what_was_over_before_it_could_be_mailed_is_mailed_later(two, tmp_path):
    two.folder.touch()  # no mail can be written
    two.logs[0].report("send", FaultKind.SENDING, "It fails.")
    two.look(10)
    two.look(60)
    two.logs[0].clear("send")
    two.look(5)
    two.folder.unlink()
    found = [two.look(60) for _ in range(7)]
    assert (found[0], found[-1]) == (0, 2)
    mail = next(iter((tmp_path / "mail").glob("*.eml"))).read_text()
    assert "It is over since 2026-07-01 12:01 UTC." in mail


@pytest.mark.parametrize("editors", [(), EDITORS])
def test_without_editors_the_sender_is_told(database, tmp_path, editors):
    log = FaultLog(lambda: NOON)
    mailer = FaultMailer("https://x.example", MailSettings("", tmp_path, "X <cal@x.example>", editors), lambda: NOON)
    log.report("look", FaultKind.SCHEDULE, "It fails.", details=("one", "two"))
    FaultReporter(database, log, mailer, HostMemory(), lambda: NOON).check_and_report()
    mails = [path.read_text() for path in tmp_path.glob("*.eml")]
    assert len(mails) == len(editors or ("cal",))
    assert all(any(f"To: {each}" in mail for mail in mails) for each in editors or ("cal@x.example",))
    assert all("Subject: x.example: It fails" in mail for mail in mails)
