"""`db backup` and `db restore` on both databases: consistent, private, one step, and no mail goes twice or is lost."""

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, func, inspect, make_url, select, text, update

from calendar_service.records.notification_keys import AccountKind
from calendar_service.reminders.resuming import end_pauses, send_missed
from calendar_service.store import restore as restore_module
from calendar_service.store import subscribers as people
from calendar_service.store.backup import BackupRefused, backup, check_sqlite
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, reading, sqlite_url, writing
from calendar_service.store.errors import DatabaseFault, UnusableDatabase
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.identity import read_identity, renew_identity
from calendar_service.store.migrate import run_migrations
from calendar_service.store.pauses import PauseKind, RestoreKind, list_pauses
from calendar_service.store.postgresql_tools import ToolFault
from calendar_service.store.restore import Replaced, restore
from calendar_service.store.signups import queue_account_message
from calendar_service.store.suppressions import NOT_ME, suppress
from calendar_service.store.tables import deliveries, editions, metadata, revisions, subscribers, workers
from calendar_service.store.workers import enter_worker
from calendar_service.web.edition_cache import EditionCache
from tests.support.commands import run_here
from tests.support.database_copies import tools_path
from tests.support.paths import ROOT
from tests.support.reminders import (
    DAY,
    MINUTE,
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
)

BEGIN = utc("2027-06-01 12:00")
NOW = utc("2027-07-03 15:01")
NAMES = [f"subscriber{number:02}" for number in range(20)]
NOBODY_LOOKED = lambda _id: None  # noqa: E731


@pytest.fixture(autouse=True)
def _tools(monkeypatch):
    monkeypatch.setenv("PATH", tools_path())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "calendar.backup"


@pytest.fixture
def filled(database):
    publish_records(database, BEGIN, tender("2027-07-10 17:00"), tender("2027-08-10 17:00", name="other"))
    add_named_subscribers(database, NAMES, BEGIN)
    look(database, BEGIN)
    return database


def edit(database, closes, when=BEGIN + DAY):
    publish_records(database, when, tender("2027-07-10 17:00"), tender(closes, name="other"))


def look(database, now):
    service = make_service(database, Clock(now))
    service.schedule_due()
    service.close(1)


def tick(database, inbox, url, now):
    """One pass of a worker; gives who got mail, each as often as that."""
    before = len(inbox.taken)
    service = make_service(database, Clock(now), url)
    service.schedule_due()
    service.send(threading.Event())
    service.close(5)
    return sorted(inbox.recipients[before:])


def contents(database):
    with reading(database) as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in metadata.sorted_tables}


def put_back(database, file, now=NOW):
    return restore(database, file, now, NOBODY_LOOKED)


def empty(database, database_url):
    """Lose everything, as with the disk."""
    database.dispose()
    if database.dialect.name == "sqlite":
        path = Path(make_url(database_url).database)
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        return open_engine(database_url)
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return open_engine(database_url)


# -- backups --------------------------------------------------------------------------------------------------------


def test_a_backup_is_private_from_its_first_byte(filled, file):
    seen = set()
    stop = threading.Event()

    def watch_folder():
        while not stop.is_set():
            for path in file.parent.glob("*calendar.backup*"):
                with contextlib.suppress(FileNotFoundError):
                    seen.add((path.name == file.name, stat.S_IMODE(path.stat().st_mode)))

    before = os.umask(0)
    try:
        watcher = threading.Thread(target=watch_folder)
        watcher.start()
        assert backup(filled, file) == file.stat().st_size
        time.sleep(0.05)
    finally:
        stop.set()
        watcher.join()
        os.umask(before)
    assert seen == {(False, 0o600), (True, 0o600)}
    assert [path.name for path in file.parent.iterdir() if "backup" in path.name] == [file.name]


def test_a_file_that_is_there_is_not_touched(filled, file):
    file.write_text("something dear")
    with pytest.raises(BackupRefused, match=r"is there already\. Name another file, or delete this one first"):
        backup(filled, file)
    assert file.read_text() == "something dear"


def test_a_backup_that_fails_leaves_nothing(filled, file, monkeypatch):
    monkeypatch.setattr("calendar_service.store.backup._put_on_disk", fail_with_full_disk)
    with pytest.raises(BackupRefused, match="No space left on device"):
        backup(filled, file)
    assert list(file.parent.glob("*backup*")) == []


def fail_with_full_disk(_path):
    raise OSError(28, "No space left on device")


def test_a_folder_that_is_not_there(filled, tmp_path):
    with pytest.raises(BackupRefused, match=r"No such file or directory\. Look at its folder"):
        backup(filled, tmp_path / "nowhere" / "file")


def test_an_empty_database_is_not_backed_up(empty_database_url, file):
    engine = open_engine(empty_database_url)
    with pytest.raises(BackupRefused, match=r"there is no database|no tables of calendar-service"):
        backup(engine, file)
    assert not file.exists()
    engine.dispose()


WRITER = """
import sys
from datetime import UTC, datetime
from tests.support.reminders import publish_records, tender, add_subscriber, utc, MINUTE
from calendar_service.store.engine import open_engine
from calendar_service.store.errors import DatabaseFault
engine = open_engine(sys.argv[1])
me, number = sys.argv[2], 0
print("ready", flush=True)
while True:
    number += 1
    try:
        add_subscriber(engine, f"{me}-{number}", utc("2027-06-02 12:00"))
        if number % 10 == 0:
            publish_records(engine, utc("2027-06-02 12:00") + number * MINUTE, tender("2027-07-10 17:00", questions_by=f"2027-07-0{number // 10 % 9 + 1}"))
    except DatabaseFault:
        pass
"""


def test_backups_while_others_write_are_whole(filled, database_url, tmp_path):
    """Each has whole editions, and each subscriber with their watch."""
    command = [sys.executable, "-c", WRITER, database_url]
    writers = [subprocess.Popen([*command, f"w{number}"], cwd=ROOT, stdout=subprocess.PIPE) for number in range(2)]
    files, took = [], []
    try:
        for writer in writers:
            assert writer.stdout.readline() == b"ready\n"
        for number in range(5):
            files.append(tmp_path / f"backup{number}")
            began = time.monotonic()
            backup(filled, files[-1])
            took.append(time.monotonic() - began)
            time.sleep(0.2)
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    filled.dispose()
    sizes = [is_whole(file, database_url) for file in files]
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def is_whole(file, database_url):
    """Restore a backup into a database of its own and look at it; gives how many subscribers it has."""
    if database_url.startswith("sqlite"):
        assert check_sqlite(file) == ""
        target = sqlite_url(file.with_name(f"{file.name}.sqlite3"))
        engine = open_engine(target)
    else:
        engine = empty(open_engine(database_url), database_url)
    put_back(engine, file)
    edition = load_edition(engine)
    assert edition is not None
    with reading(engine) as connection:
        newest = connection.scalar(select(func.max(editions.c.number)))
        assert edition.number == newest
        assert connection.scalar(select(func.max(revisions.c.edition))) == newest
        number = connection.scalar(select(func.count()).select_from(subscribers))
        assert connection.scalar(text("SELECT count(DISTINCT subscriber_id) FROM watches")) == number
    engine.dispose()
    return number


# -- round trips ----------------------------------------------------------------------------------------------------


def test_all_of_it_comes_back_into_nothing(filled, database_url, file):
    backup(filled, file)
    before = contents(filled)
    engine = empty(filled, database_url)
    assert put_back(engine, file).replaced is Replaced.NOTHING
    after = contents(engine)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"identity", "notes", "faults", "workers"}
    assert load_edition(engine) == load_edition(engine)
    (pause,) = pauses(engine)
    assert (pause.kind, pause.how, pause.is_exact) == (PauseKind.RESTORED, RestoreKind.COMMAND, False)
    with reading(engine) as connection:
        assert [fault.key for fault in list_faults(connection, [FaultKind.RESTORE])] == [""]
    # New rows get new numbers.
    end_pauses(engine, load_edition(engine), NOW)
    assert add_subscriber(engine, "new", NOW).id == len(NAMES) + 1
    edit(engine, "2027-08-20 17:00", NOW)
    engine.dispose()


def pauses(engine):
    with reading(engine) as connection:
        return list_pauses(connection)


@pytest.mark.parametrize("how", ["lost", "there"])
@pytest.mark.parametrize("goes_on", ["resume", "send-missed"])
def test_no_mail_goes_twice_unless_asked(filled, database_url, file, how, goes_on):
    """What went out since the backup does not go again; where nobody can know it, a person decides."""
    with mail_server(inbox := Inbox()) as url:
        backup(filled, file)
        edit(filled, "2027-08-12 17:00")
        assert tick(filled, inbox, url, NOW) == sorted(NAMES * 2)
        engine = empty(filled, database_url) if how == "lost" else filled
        put_back(engine, file)
        if how == "lost":
            edit(engine, "2027-08-12 17:00")
        assert tick(engine, inbox, url, NOW) == []
        if goes_on == "resume":
            end_pauses(engine, load_edition(engine), NOW)
        else:
            send_missed(engine)
        again = sorted(NAMES * 2) if (how, goes_on) == ("lost", "send-missed") else []
        assert tick(engine, inbox, url, NOW) == again
        # And nothing that comes later is lost.
        edit(engine, "2027-08-20 17:00", NOW + MINUTE)
        assert tick(engine, inbox, url, NOW + 2 * MINUTE) == NAMES
        assert tick(engine, inbox, url, utc("2027-08-13 15:01")) == NAMES
        engine.dispose()


def test_what_was_not_sent_yet_is_missed_and_not_lost(filled, file):
    with mail_server(inbox := Inbox()) as url:
        backup(filled, file)
        put_back(filled, file)
        assert tick(filled, inbox, url, NOW) == []
        send_missed(filled)
        assert tick(filled, inbox, url, NOW) == NAMES


def test_who_left_and_who_was_erased_stays_so(filled, file):
    found = {each.address.partition("@")[0]: each.id for each in people.list_subscribers(filled)}
    backup(filled, file)
    people.end(filled, found["subscriber00"], BEGIN + DAY)
    people.pause(filled, found["subscriber01"], BEGIN + DAY)
    people.erase(filled, found["subscriber02"], BEGIN + DAY)
    with writing(filled) as connection:
        suppress(connection, "somebody", NOT_ME, BEGIN + DAY)
    new = add_subscriber(filled, "new", BEGIN + DAY)
    done = put_back(filled, file)
    assert done.replaced is Replaced.SUCCESSOR
    states = {each.address.partition("@")[0]: str(each.state) for each in people.list_subscribers(filled)}
    active = dict.fromkeys([*NAMES, "new"], "active")
    expected = {**active, "subscriber00": "ended", "subscriber01": "paused"}
    del expected["subscriber02"]
    assert states == expected
    assert people.find_by_ref(filled, new.ref).watches == new.watches
    with mail_server(inbox := Inbox()) as url:
        send_missed(filled)
        assert tick(filled, inbox, url, NOW) == sorted({*NAMES[3:], "new"})


def test_another_history_gives_up_who_left_and_what_was_sent(filled, file):
    """As after a restore without the newer database: both went on from one past, with the same numbers for other things."""
    with writing(filled) as connection:
        deliver = queue_account_message(connection, AccountKind.TROUBLE, BEGIN, subscriber_id=None, expires_at=NOW)
        assert deliver is None
    backup(filled, file)
    found = {each.address.partition("@")[0]: each for each in people.list_subscribers(filled)}
    with writing(filled) as connection:
        renew_identity(connection, 5)
    people.end(filled, found["subscriber00"].id, NOW - DAY)
    people.erase(filled, found["subscriber02"].id, BEGIN + DAY)
    add_subscriber(filled, "new", BEGIN + DAY)
    edit(filled, "2027-08-12 17:00")
    with mail_server(inbox := Inbox()) as url:
        assert len(tick(filled, inbox, url, NOW)) == 2 * 18 + 2
        done = put_back(filled, file)
        # The notices are of a revision that the backup does not have.
        assert done.counts == {"suppressions": 2, "ended": 1, "erased": 1, "sent": 18, "lost": 1}
        assert load_edition(filled).number == 1
        assert len({each.address for each in people.list_subscribers(filled)}) == 19
        send_missed(filled)
        assert tick(filled, inbox, url, NOW) == []


def test_what_was_lost_behind_our_back_comes_back(filled, file):
    with mail_server(inbox := Inbox()) as url:
        assert tick(filled, inbox, url, NOW) == NAMES
        backup(filled, file)
        before = contents(filled)
        with writing(filled) as connection:
            connection.execute(delete(deliveries))
            connection.execute(delete(subscribers).where(subscribers.c.id < 10))
            connection.execute(update(subscribers).values(language="fr"))
            connection.execute(update(revisions).values(record={}))
        done = put_back(filled, file)
        assert done.replaced is Replaced.SUCCESSOR
        after = contents(filled)
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"identity", "notes", "faults", "workers", "schedule"}
        send_missed(filled)
        assert tick(filled, inbox, url, NOW) == []


def test_running_processes_see_it(filled, file, database_url):
    """A server and a worker that have the database open go on with the restored one."""
    cache = EditionCache(filled, "http://x", Clock(NOW), 4)
    backup(filled, file)
    with mail_server(inbox := Inbox()) as url:
        engine = open_engine(database_url)
        service = make_service(engine, Clock(NOW), url)
        with writing(filled) as connection:
            renew_identity(connection, 5)
        edit(filled, "2027-08-12 17:00")
        service.schedule_due()
        service.send(threading.Event())
        assert len(inbox.taken) == 40
        assert cache.edition().number == 2
        put_back(filled, file)
        service.schedule_due()
        service.send(threading.Event())
        cache.refresh()
        assert cache.edition().number == 1
        # Another one with the number of the old: no process may take it for the one that it knew.
        edit(filled, "2027-08-25 17:00", BEGIN + 2 * DAY)
        service._edition_seen = float("-inf")
        cache.refresh()
        assert cache.edition() == load_edition(filled) == service.edition()
        end_pauses(filled, load_edition(filled), NOW)
        service.schedule_due()
        service.send(threading.Event())
        assert len(inbox.taken) == 40
        edit(filled, "2027-08-26 17:00", BEGIN + 3 * DAY)
        service._edition_seen = float("-inf")
        service.schedule_due()
        service.send(threading.Event())
        assert len(inbox.taken) == 60
        service.close(5)
        engine.dispose()


@pytest.mark.parametrize("history", ["the same", "another"])
def test_a_restore_in_the_middle_of_sending(filled, file, history):
    """A worker sends to 200 while the backup is restored: nobody gets it twice, and after `--send-missed` all have it."""
    more = [f"more{number:03}" for number in range(180)]
    add_named_subscribers(filled, more, BEGIN)
    backup(filled, file)
    if history == "another":
        with writing(filled) as connection:
            renew_identity(connection, 5)
    stop = threading.Event()
    with mail_server(inbox := Inbox()) as url:
        service = make_service(filled, Clock(NOW), url)

        def work():
            while not stop.is_set():
                with contextlib.suppress(DatabaseFault):
                    service.schedule_due()
                    service.send(stop)
                stop.wait(0.05)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            wait_until(lambda: len(inbox.taken) >= 40)
            put_back(filled, file)
            sent = len(inbox.taken)
            time.sleep(1)
            assert sent == len(inbox.taken) < 200
            send_missed(filled)
            wait_until(lambda: len(inbox.taken) >= 200)
            time.sleep(0.5)
        finally:
            stop.set()
            worker.join()
        service.close(5)
    assert sorted(inbox.recipients) == sorted([*NAMES, *more])


def wait_until(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


# -- refusals: nothing is changed -----------------------------------------------------------------------------------


def refused(database, file, error, words):
    before = contents(database)
    with pytest.raises(error, match=words):
        put_back(database, file)
    assert contents(database) == before
    assert pauses(database) == []


def test_what_is_no_backup_is_refused(filled, file):
    file.write_text("hello")
    refused(filled, file, BackupRefused, "is no backup. Name a file that `calendar-service db backup` made")
    file.unlink()
    refused(filled, file, BackupRefused, "cannot be read: No such file")
    file.mkdir()
    refused(filled, file, BackupRefused, "cannot be read: Is a directory")


def test_a_backup_of_the_other_kind_is_refused(filled, file):
    file.write_bytes(b"PGDMP" if filled.dialect.name == "sqlite" else b"SQLite format 3\0")
    refused(filled, file, BackupRefused, "Set CALENDAR_DATABASE_URL to a database of that kind")


def test_a_torn_backup_is_refused(filled, file):
    backup(filled, file)
    whole = file.read_bytes()
    for size in (len(whole) * 9 // 10, len(whole) // 2, 200):
        file.write_bytes(whole[:size])
        refused(filled, file, (BackupRefused, ToolFault), "damaged|failed|no backup|whole")


def test_a_backup_of_a_newer_version_is_refused(filled, file):
    with writing(filled) as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(filled, file)
    with writing(filled) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    refused(filled, file, BackupRefused, "was made by a newer calendar-service")


def test_over_a_newer_database_nothing_is_restored(filled, file):
    backup(filled, file)
    with writing(filled) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    refused(filled, file, (BackupRefused, UnusableDatabase), "newer calendar-service")


def test_a_restore_that_fails_at_the_end_changes_nothing(filled, file, monkeypatch):
    backup(filled, file)
    for is_other in (False, True):
        if is_other:
            with writing(filled) as connection:
                renew_identity(connection, 5)
        add_subscriber(filled, f"new{is_other}", BEGIN + DAY)
        monkeypatch.setattr(restore_module, "enter_restored", fail)
        refused(filled, file, RuntimeError, "planted")
    assert list(file.parent.glob("*restoring*")) == []


def fail(*_args, **_more):
    raise RuntimeError("planted")


def test_a_process_that_has_mails_in_hand_is_waited_for(filled, file, monkeypatch):
    backup(filled, file)
    edition = load_edition(filled)
    with writing(filled) as connection:
        worker = enter_worker(connection, NOW)
    from calendar_service.reminders.scheduling import Planner  # noqa: PLC0415
    from calendar_service.store.claims import claim_deliveries, release_claims  # noqa: PLC0415

    Planner(filled).fan_out(edition, NOW)
    with writing(filled) as connection:
        assert len(claim_deliveries(connection, worker, NOW, 5)) == 5
    monkeypatch.setattr(restore_module, "SENDERS_SECONDS", 0.5)
    refused(filled, file, BackupRefused, "1 process still has 5 messages in hand. Stop serve and worker")
    monkeypatch.setattr(restore_module, "SENDERS_SECONDS", 30)
    done = threading.Thread(target=put_back, args=(filled, file))
    done.start()
    time.sleep(0.5)
    with writing(filled) as connection:
        release_claims(connection, worker)
    done.join(20)
    assert [pause.kind for pause in pauses(filled)] == [PauseKind.RESTORED]


# -- older versions, damage, tools ----------------------------------------------------------------------------------


def test_a_backup_of_an_older_version_is_brought_up_to_date(empty_database_url, file):
    from alembic import command  # noqa: PLC0415

    from calendar_service.store import migrate  # noqa: PLC0415

    engine = open_engine(empty_database_url)
    with writing(engine) as connection:
        command.upgrade(migrate._config(connection), "0003")
    backup(engine, file)
    run_migrations(engine)
    for target in (engine, empty(engine, empty_database_url)):
        put_back(target, file)
        migrate.find_drift(target)
        names = set(inspect(target).get_table_names())
        assert names == {"alembic_version", *metadata.tables}
        target.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_file_is_kept_aside_and_replaced(filled, database_url, file):
    backup(filled, file)
    path = Path(make_url(database_url).database)
    service = make_service(filled, Clock(NOW))
    service.schedule_due()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.dispose()
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 8] = b"\xff" * 4096 * 7
    path.write_bytes(content)
    done = put_back(filled, file)
    assert done.replaced is Replaced.DAMAGED
    assert done.damaged_file.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    service.schedule_due()
    assert not service.send(threading.Event())
    assert [pause.kind for pause in pauses(filled)] == [PauseKind.RESTORED]
    assert len(list(people.list_subscribers(filled))) == len(NAMES)
    assert check_sqlite(path) == ""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_tools_that_are_missing_or_too_old(filled, file, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolFault, match=r"pg_dump is not found on PATH\. Install PostgreSQL's client programs"):
        backup(filled, file)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    with pytest.raises(ToolFault, match="is of version 9, and the server of version"):
        backup(filled, file)
    assert not file.exists()
    file.write_bytes(b"PGDMP")
    refused(filled, file, ToolFault, "pg_restore is not found on PATH")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("filled")
def test_no_password_stands_in_arguments(database_url, file, tmp_path, monkeypatch):
    real = shutil.which("pg_dump")
    seen = tmp_path / "seen"
    spy = tmp_path / "pg_dump"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {seen}\necho "$PGPASSWORD" >> {seen}.secret\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALENDAR_SMTP_URL", "smtp://x:y@z")
    engine = open_engine(make_url(database_url).set(password="s3cret word").render_as_string(hide_password=False))  # noqa: S106
    backup(engine, file)
    assert "s3cret" not in seen.read_text()
    assert "s3cret word" in Path(f"{seen}.secret").read_text()
    engine.dispose()


# -- the commands ---------------------------------------------------------------------------------------------------


def run(database_url, folder, *words):
    done = run_here(folder, *words, CALENDAR_DATABASE_URL=database_url, CALENDAR_SECRET_KEY="k" * 40)
    return done.returncode, done.stdout, done.stderr


def test_the_commands(filled, database_url, tmp_path):
    filled.dispose()
    code, out, _ = run(database_url, tmp_path, "db", "backup", "b1")
    assert (code, out) == (0, f"b1: {(tmp_path / 'b1').stat().st_size} bytes\n")
    code, _, err = run(database_url, tmp_path, "db", "backup", "b1")
    assert (code, err) == (1, "Error: b1 is there already. Name another file, or delete this one first.\n")
    code, out, _ = run(database_url, tmp_path, "db", "restore", "b1")
    assert code == 0
    assert out.splitlines() == [
        "The database was restored from b1.",
        "It had only gone forward since the backup: all that people and the service did since then was kept.",
        "What was missing came back: nothing was missing.",
        "Nothing is sent now. What is due is listed by: calendar-service plan",
        "To send it: calendar-service tick --send-missed. To go on without it: calendar-service resume",
    ]
    code, out, _ = run(database_url, tmp_path, "tick", "--now", "2027-07-03T15:01:00Z")
    assert (code, out.splitlines()[-1]) == (0, "nothing sent")
    code, _, err = run(database_url, tmp_path, "db", "restore", "nothing")
    assert (code, err) == (1, "Error: nothing cannot be read: No such file or directory. Name a backup file.\n")
    with reading(filled) as connection:
        assert read_identity(connection) is not None
        assert connection.scalar(select(func.count()).select_from(workers)) >= 1
    assert outbox(filled) == []
