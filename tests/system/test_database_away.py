"""Servers that start and go on while the database cannot be used, with the copy of the edition that they have kept."""

import os
import select
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from calendar_service.store.editions import newest_number
from calendar_service.store.engine import open_engine
from calendar_service.store.errors import DatabaseFault
from tests.support.databases import run_statements
from tests.support.running_service import (
    PROGRAM,
    SIGN_UP,
    calendar,
    copies,
    count_workers,
    free_port,
    in_folder,
    serve,
    stop,
)

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


def check_served_without_database(made, tag, words):
    for path in ("/calendar.ics", "/", "/events/one", "/events/one.ics", "/calendar.json"):
        assert made.get(path)[0] == 200, made.logs()
    assert made.get("/calendar.ics")[1]["ETag"] == tag
    status, headers, page = made.get("/reminders", data=SIGN_UP, seconds=40)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "This is not possible at the moment." in page
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
        with closing(sqlite3.connect(made.database)) as log:  # a -wal left behind would make the database whole again
            log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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


@contextmanager
def forwarding(port, path):
    """A server of PostgreSQL at a port of this machine, though it only has a socket in a folder."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(path)
                ends = {self.request: server, server: self.request}
                while True:
                    for end in select.select(list(ends), [], [])[0]:
                        if not (data := end.recv(65536)):
                            return
                        ends[end].sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Forward) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("command", [(), SERVERS["gunicorn"], SERVERS["granian"]], ids=["serve", "gunicorn", "granian"])
def test_what_was_never_there_is_waited_for(tmp_path, database_url, command):
    url, port = make_url(database_url), free_port()
    there = f"postgresql://{url.username}@127.0.0.1:{port}/{url.database}"
    with in_folder(tmp_path, there) as made:
        serve(made, *command)
        working = made.start(PROGRAM, "worker")
        status, headers, page = made.get("/")
        assert (status, headers["Retry-After"]) == (503, "60")
        assert "The calendar cannot be shown at the moment." in page
        assert made.get("/reminders", data=SIGN_UP)[0] == 503
        made.wait_until(lambda: made.ready().get("status") == "failing", 20)
        assert made.get("/readyz")[0] == 503
        assert "The database does not answer." in [each["reason"] for each in made.ready()["faults"]]
        with forwarding(port, f"{url.query['host']}/.s.PGSQL.{url.port or 5432}"):
            made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 30)
            made.wait_until(lambda: made.get("/reminders", data=SIGN_UP)[0] == 200, 10)
            made.wait_until(lambda: "database" not in made.kinds(), 30)
            assert working.poll() is None


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
            check_signups_hold_no_thread(made)
            assert master.poll() is None
        made.file.write_text(calendar("Two"))
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 40)


def check_signups_hold_no_thread(made):
    """Each of 40 sign-ups at once is answered at once; all threads of both processes are eight."""

    def sign_up(_):
        began = time.monotonic()
        return made.get("/reminders", data=SIGN_UP)[0], time.monotonic() - began

    with ThreadPoolExecutor(40) as visitors:
        signing_up = visitors.map(sign_up, range(40))
        status, _, _ = made.get("/calendar.ics", seconds=3)
        answers = list(signing_up)
    assert (status, {status for status, _ in answers}) == (200, {503})
    assert max(seconds for _, seconds in answers) < 3


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
            check_served_without_database(made, tag, "The database is read-only.")
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
