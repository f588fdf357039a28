"""Whatever breaks is seen within a minute: at /readyz, /metrics, the operator's page, and in exactly one mail."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.support.running_service import PROMISED, UNPUBLISHED, calendar, scene

DATABASE_GONE = "The database file is missing."
pytestmark = pytest.mark.slow  # each lasts half a minute, most of it to see that no second mail comes
SIGN_UP = b"address=ann%40example.org&kind=event&language=en&zone=Europe/Paris"


@pytest.fixture
def running(tmp_path):
    with scene(tmp_path) as made:
        yield made
    assert made.slow == []


def check(running, kind, words):
    """Wait until a fault is seen everywhere, and for a second mail that must not come."""
    seen = running.watch(kind, words)
    print(f"\n{words} {seen}")  # noqa: T201 (the table of the report)
    assert None not in seen.values(), (seen, running.logs()[-6000:])
    assert max(seen.values()) < PROMISED
    time.sleep(8)
    assert len(running.mailed()) == 1, running.mailed()
    check_public(running)


def check_public(running):
    status, _, public = running.get("/readyz")
    assert status == 200
    assert str(running.folder) not in public
    assert UNPUBLISHED not in public


def test_a_broken_file(running):
    running.file.write_text(calendar(f"{UNPUBLISHED}, x: [") + "  - {id: two}\n")
    check(running, "publication", "The calendar file has")
    private = running.ready(token=True)
    assert str(running.file) in str(private["faults"][0]["details"])
    assert private["publication"]["file"] == str(running.file)
    running.file.write_text(calendar("Two"))
    running.wait_until(lambda: running.ready()["status"] == "ready", 10)


@pytest.mark.parametrize("what", ["pipe", "directory", "nothing"])
def test_what_is_no_calendar_file(running, what):
    running.file.unlink()
    if what == "pipe":
        os.mkfifo(running.file)
    elif what == "directory":
        running.file.mkdir()
    check(running, "publication", "The calendar file")
    assert running.get("/calendar.ics")[0] == 200


def test_a_deleted_database(running):
    for each in running.database.parent.glob("calendar.sqlite3*"):
        each.rename(running.folder / each.name)
    check(running, "database", DATABASE_GONE)
    assert running.metric("calendar_database_up") == 0
    assert running.metric("calendar_publication_ok") == 0
    status, headers, text = running.get("/reminders", data=SIGN_UP)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "This is not possible at the moment." in text
    for each in running.folder.glob("calendar.sqlite3*"):
        each.rename(running.database.parent / each.name)
    running.wait_until(lambda: running.ready()["status"] == "ready", 20)
    assert running.get("/reminders", data=SIGN_UP)[0] == 200


def test_a_locked_database(running):
    other = sqlite3.connect(running.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        check(running, "database", "The database is locked by another program.")
    finally:
        other.close()
    running.wait_until(lambda: running.ready()["status"] == "ready", 30)


def test_a_damaged_database(running):
    with contextlib.closing(sqlite3.connect(running.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = running.database.read_bytes()
    with running.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (len(content) - 4096))
    check(running, "database", "The database is damaged.")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk(tmp_path):
    var = tmp_path / "var"
    var.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", var], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with scene(tmp_path) as running:
            with (var / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
                while True:
                    filler.write(b"x" * 4096)
            check(running, "database", "The disk under the database is full.")
            (var / "filler").unlink()
            running.wait_until(lambda: running.ready()["status"] == "ready", 30)
    finally:
        subprocess.run(["umount", "--lazy", var], check=True)
    assert running.slow == []


HANG = """
import os, time
real = os.stat
def stat(path, *args, **more):
    while str(path).endswith("events.yaml") and os.path.lexists({flag!r}):
        time.sleep(0.2)
    return real(path, *args, **more)
os.stat = stat
"""


def test_a_mount_that_hangs(tmp_path, monkeypatch):
    """Whoever asks the system for the file waits: stat is planted to do so, since no mount can be had to hang."""
    code, flag = tmp_path / "code", tmp_path / "flag"
    code.mkdir()
    (code / "sitecustomize.py").write_text(HANG.format(flag=str(flag)))
    monkeypatch.setenv("PYTHONPATH", str(code))
    with scene(tmp_path) as running:
        flag.touch()
        check(running, "publication", "The calendar file cannot be read: it does not answer.")
        assert running.get("/reminders", data=SIGN_UP)[0] == 200
        running.wait_until(lambda: "ann@example.org" in running.mails.read_text(), 20)  # reminders go on
        flag.unlink()
        running.wait_until(lambda: running.ready()["status"] == "ready", 30)
        flag.touch()
        running.wait_until(lambda: running.kinds() == {"publication"}, 30)
    assert running.slow == []


def test_a_mail_server_that_is_away(running):
    sink = running.processes[0]
    sink.terminate()
    sink.wait()
    assert running.get("/reminders", data=SIGN_UP)[0] == 200
    seen = running.watch("sending", "Letters cannot be sent", seconds=40)
    print(f"\nmail server away {seen}")  # noqa: T201 (the table of the report)
    assert (seen.pop("mail"), None in seen.values()) == (None, False)
    check_public(running)


@pytest.fixture
def on_postgresql(tmp_path, database_url):
    with scene(tmp_path, database_url) as made:
        yield made
    assert made.slow == []


def run(url, *commands, name=None):
    engine = create_engine(make_url(url).set(**({"database": name} if name else {})), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for command in commands:
            connection.execute(text(command))
    engine.dispose()


def ended(name):
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
    return f"{others}'{name}'"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("setting", "back", "words"),
    [
        ("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true", "The database does not answer."),
        (
            "SET default_transaction_read_only = on",
            "RESET default_transaction_read_only",
            "The database is read-only.",
        ),
    ],
    ids=["away", "read-only"],
)
def test_a_server_that_refuses(on_postgresql, database_url, setting, back, words):
    name = make_url(database_url).database
    run(database_url, f"ALTER DATABASE {name} {setting}", ended(name), name="postgres")
    try:
        check(on_postgresql, "database", words)
    finally:
        run(
            database_url,
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} {back}",
            ended(name),
            name="postgres",
        )
    on_postgresql.wait_until(lambda: on_postgresql.ready()["status"] == "ready", 60)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_is_frozen(on_postgresql, postgresql_server):
    folder = make_url(postgresql_server).query["host"]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    stopped = [postmaster, *map(int, children)]
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        check(on_postgresql, "database", "The database does not answer.")
        began = time.monotonic()
        assert on_postgresql.get("/reminders", data=SIGN_UP, seconds=40)[0] == 503
        print(f"\nsign-up refused after {time.monotonic() - began:.1f} s")  # noqa: T201 (the table of the report)
    finally:
        for each in reversed(stopped):
            os.kill(each, signal.SIGCONT)
    on_postgresql.wait_until(lambda: on_postgresql.ready()["status"] == "ready", 60)
