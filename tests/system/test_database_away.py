"""Servers that start and go on while the database cannot be used, with the copy of the edition that they have kept."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import make_url

from calendar_service.store.editions import newest_number
from calendar_service.store.engine import open_engine
from calendar_service.store.errors import DatabaseFault
from tests.support.databases import run_statements
from tests.support.paths import ROOT
from tests.support.running_service import PROGRAM, Scene, calendar, count_workers
from tests.support.signing_up import CHOICE

SIGN_UP = urlencode(CHOICE, doseq=True).encode()
GUNICORN = (
    Path(sys.executable).with_name("gunicorn"),
    "--workers",
    "2",
    "--threads",
    "4",
    "--bind",
    "127.0.0.1:{port}",
)
GRANIAN = (Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--workers", "2", "--port", "{port}")
SERVERS = {
    "gunicorn": (*GUNICORN, "wsgi:application"),
    "preload": (*GUNICORN, "--preload", "wsgi:application"),
    "granian": (*GRANIAN, "wsgi:application"),
}


@contextmanager
def in_folder(folder, url="sqlite:///var/calendar.sqlite3"):
    made = Scene(folder, url)
    made.environment["PYTHONPATH"] = str(ROOT)
    try:
        yield made
    finally:
        assert made.stop() == []


def serve(made, *command):
    started = made.start(
        *(str(word).format(port=made.port) for word in command or (PROGRAM, "serve", "--port", "{port}"))
    )
    made.wait_until(lambda: made.get("/healthz")[0] == 200, 40)
    return started


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(15)


def copies(made):
    return sorted((made.folder / "var").glob("edition-*.jsonl"))


def check_served_without_database(made, tag, words):
    for path in ("/calendar.ics", "/", "/events/one", "/events/one.ics", "/calendar.json"):
        assert made.get(path)[0] == 200, made.logs()
    assert made.get("/calendar.ics")[1]["ETag"] == tag
    status, headers, page = made.get("/reminders", data=SIGN_UP, seconds=40)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "This cannot be done at the moment." in page
    made.wait_until(lambda: words in [each["reason"] for each in made.ready().get("faults", [])], 20)
    assert made.get("/readyz")[0] == 200
    assert made.metric("calendar_publication_ok") == 0


def test_a_damaged_database_takes_nothing_away_and_may_come_back(tmp_path):
    with in_folder(tmp_path) as made:
        first = serve(made)
        tag = made.get("/calendar.ics")[1]["ETag"]
        (copy,) = made.wait_until(lambda: copies(made), 5)
        assert copy.stat().st_mode & 0o777 == 0o600
        stop(first)
        whole = made.database.read_bytes()
        made.database.write_bytes(b"no database\n" * 1000)
        serve(made)
        check_served_without_database(made, tag, "The database is damaged.")
        working = made.start(PROGRAM, "worker")
        made.file.write_text(calendar("Two"))
        aside = made.folder / "aside"
        aside.write_bytes(whole)
        aside.replace(made.database)
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 30)
        assert made.get("/reminders", data=SIGN_UP)[0] == 200
        assert working.poll() is None


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path):
    with in_folder(tmp_path) as made, Path("/dev/full").open("wb") as full:
        command = [PROGRAM, "serve", "--port", str(made.port)]
        made.processes.append(subprocess.Popen(command, cwd=tmp_path, env=made.environment, stdout=full, stderr=full))
        made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 30)


def test_what_was_never_there_ends_serve_and_worker(tmp_path):
    with in_folder(tmp_path, "postgresql://127.0.0.1:1/events") as made:
        for command in ("serve", "worker"):
            assert made.start(PROGRAM, command).wait(30) == 1
        assert "The database does not answer." in made.logs()


@pytest.mark.parametrize("command", SERVERS.values(), ids=SERVERS)
def test_the_file_is_watched_before_the_first_request(tmp_path, command):
    with in_folder(tmp_path) as made:
        made.start(*(str(word).format(port=made.port) for word in command))
        made.wait_until(made.database.exists, 30)
        engine = open_engine(made.url)
        made.wait_until(lambda: is_published(engine, 1), 30)
        made.file.write_text(calendar("Two"))
        made.wait_until(lambda: is_published(engine, 2), 15)
        engine.dispose()
        # Granian does not stop in time while its processes are still starting.
        made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 30)


def is_published(engine, number):
    try:
        return newest_number(engine) == number
    except DatabaseFault:
        return False  # the tables are just being made


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_frozen_database_and_a_killed_child(tmp_path, database_url, postgresql_server):
    with in_folder(tmp_path, database_url) as made:
        master = serve(made, *SERVERS["gunicorn"])
        tag = made.get("/calendar.ics")[1]["ETag"]
        made.wait_until(lambda: copies(made), 10)
        engine = open_engine(database_url)
        made.wait_until(lambda: count_workers(engine) == 2, 20)
        engine.dispose()
        with frozen(postgresql_server):
            before = children(master.pid)
            os.kill(int(before[0]), signal.SIGKILL)
            made.wait_until(lambda: set(children(master.pid)) - set(before), 10)
            for _ in range(20):
                status, headers, body = made.get("/calendar.ics", seconds=3)
                assert (status, headers.get("ETag")) == (200, tag), body + made.logs()
            os.kill(int(before[1]), signal.SIGKILL)
            made.wait_until(lambda: made.get("/calendar.ics", seconds=3)[0] == 200, 20)
            check_served_without_database(made, tag, "The database does not answer.")
            assert master.poll() is None
        made.file.write_text(calendar("Two"))
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 40)


@contextmanager
def frozen(url):
    folder = make_url(url).query["host"]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    stopped = [postmaster, *map(int, children(postmaster))]
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(stopped):
            os.kill(each, signal.SIGCONT)


def children(process):
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_is_read_only_at_the_start(tmp_path, database_url):
    name = make_url(database_url).database
    with in_folder(tmp_path, database_url) as made:
        stop(serve(made))
        made.file.write_text(calendar("Two"))
        run_statements(database_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            serve(made)
            tag = made.get("/calendar.ics")[1]["ETag"]
            check_served_without_database(made, tag, "The database can only be read.")
            assert ":One\r\n" in made.get("/calendar.ics")[2]
        finally:
            run_statements(
                database_url,
                "SET default_transaction_read_only = off",
                f"ALTER DATABASE {name} RESET default_transaction_read_only",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 30)
