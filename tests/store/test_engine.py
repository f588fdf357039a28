"""Opening databases: what goes wrong is said in words, without the password."""

import contextlib
import socket
import threading
import time
import traceback

import pytest
from sqlalchemy import text

from calendar_service.store import engine as engine_module
from calendar_service.store.engine import open_engine, reading, sqlite_url, writing
from calendar_service.store.errors import DatabaseFault, UnusableDatabase
from calendar_service.store.migrate import run_migrations

SECRET = "s3cr3t"  # noqa: S105 (the password that must not be shown)
UNREADABLE = (
    "CALENDAR_DATABASE_URL cannot be read ({}). Write sqlite:///… or postgresql://…; "
    "a password's @ : / ? # % are written as %40 %3A %2F %3F %23 %25."
)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"mysql://u:{SECRET}@h/d", "'mysql' is not a database that is known here. Use sqlite:///… or postgresql://…"),
        (f"u:{SECRET}@h/d", UNREADABLE.format("ArgumentError")),
        (f"postgresql://u:{SECRET}@h:port/d", UNREADABLE.format("ValueError")),
        (f"postgresql+nothing://u:{SECRET}@h/d", UNREADABLE.format("NoSuchModuleError")),
        (
            f"postgresql+psycopg2://u:{SECRET}@h/d",
            "the database driver psycopg2 is not installed. Install it: pip install 'calendar-service[postgres]'",
        ),
        ("", UNREADABLE.format("ArgumentError")),
    ],
    ids=["kind", "no URL", "port", "dialect", "driver", "empty"],
)
def test_an_unusable_url(url, message):
    with pytest.raises(UnusableDatabase) as caught:
        open_engine(url)
    assert str(caught.value) == message
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnusableDatabase) as caught:
        open_engine(sqlite_url(tmp_path / "file" / "under" / "it.sqlite3"))
    assert caught.value.message == f"the folder {tmp_path}/file/under of the database cannot be made: Not a directory."


def test_a_folder_is_made(tmp_path):
    engine = open_engine(sqlite_url(tmp_path / "a" / "b" / "it.sqlite3"))
    run_migrations(engine)
    engine.dispose()
    assert (tmp_path / "a" / "b" / "it.sqlite3").stat().st_size > 0


def test_a_server_that_is_not_there():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    check_fault(open_engine(f"postgresql://u:{SECRET}@127.0.0.1:{port}/d"), "Connection refused")


@pytest.mark.slow
def test_a_server_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(engine_module, "_CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_engine(f"postgresql://u:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/d")
        began = time.monotonic()
        check_fault(engine, "timeout")
        assert time.monotonic() - began < 4


def test_a_wrong_database_on_a_real_server(postgresql_server):
    engine = open_engine(postgresql_server)
    check_fault(
        open_engine(engine.url.set(database="not_there", password=SECRET).render_as_string(hide_password=False)),
        'database "not_there" does not exist',
    )
    engine.dispose()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "it.sqlite3").write_text("a letter to a friend, which is no database at all" * 50)
    check_fault(open_engine(sqlite_url(tmp_path / "it.sqlite3")), "file is not a database")


def check_fault(engine, words):
    with pytest.raises(DatabaseFault) as caught:
        run_migrations(engine)
    assert words in caught.value.message
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    engine.dispose()


def test_a_second_writer_waits_for_the_first(database):
    order = []

    def write():
        with writing(database, lock=True) as connection:
            connection.execute(text("SELECT 1"))
            order.append("second")

    with writing(database, lock=True):
        second = threading.Thread(target=write)
        second.start()
        time.sleep(0.15)
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]


def test_a_writer_does_not_wait_for_ever(database_url, monkeypatch):
    monkeypatch.setattr(engine_module, "_WAIT_SECONDS", 1)
    first, second = open_engine(database_url), open_engine(database_url)
    with writing(first, lock=True):
        began = time.monotonic()
        with pytest.raises(DatabaseFault, match="lock"):
            writing(second, lock=True).__enter__()
        assert 0.9 < time.monotonic() - began < 4
    with writing(second, lock=True):
        pass
    first.dispose()
    second.dispose()


def test_a_transaction_sees_one_state(database):
    count = text("SELECT count(*) FROM attempts")
    add = text("INSERT INTO attempts (at, file, digest, outcome, reasons) VALUES ('2026-01-01', '', '', '', '[]')")
    with reading(database) as connection:
        assert connection.scalar(count) == 0
        with writing(database) as other:
            other.execute(add)
        assert connection.scalar(count) == 0
    with reading(database) as connection:
        assert connection.scalar(count) == 1


def test_what_fails_halfway_leaves_nothing(database):
    add = text("INSERT INTO attempts (at, file, digest, outcome, reasons) VALUES ('2026-01-01', '', '', '', '[]')")
    with contextlib.suppress(ZeroDivisionError), writing(database, lock=True) as connection:
        connection.execute(add)
        raise ZeroDivisionError
    with reading(database) as connection:
        assert connection.scalar(text("SELECT count(*) FROM attempts")) == 0


def test_a_pool_that_is_used_up_is_a_fault_too(tmp_path, monkeypatch):
    engine = open_engine(sqlite_url(tmp_path / "it.sqlite3"))
    monkeypatch.setattr(engine.pool, "_timeout", 0.01)
    with contextlib.ExitStack() as stack:
        for _ in range(engine.pool.size() + engine.pool._max_overflow):
            stack.enter_context(reading(engine))
        with pytest.raises(DatabaseFault, match="limit of size"):
            reading(engine).__enter__()
    engine.dispose()
