"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL on many."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterator

Database: TypeAlias = Engine
"""What `open_engine` gives; other rooms pass it on and need not know SQLAlchemy for it."""

Transaction: TypeAlias = Connection
"""What `reading` and `writing` give, to be passed on likewise."""

# As long as SQLite waits for another writer, so does PostgreSQL.
_WAIT_SECONDS = 10
_WAL_PAUSE = 0.02
_CONNECT_SECONDS = 5
_BEGIN = "calendar_sqlite_begin"
# Any number that no other program takes in the same database: it names the one lock for publishing.
_PUBLISH_LOCK = 7_205_545


class UnusableDatabase(CalendarError):
    """The database URL cannot be used."""


class DatabaseFault(CalendarError):
    """The database does not answer, or refuses. The message holds no password."""


def sqlite_url(path: Path) -> str:
    """Give the database URL of an SQLite file."""
    return f"sqlite:///{path}"


def open_engine(url: str) -> Database:
    """Open the database; an SQLite file's folder is made. Raises UnusableDatabase.

    Nothing is connected yet: a server that does not answer shows at the first use, as a DatabaseFault.
    """
    parsed = _parse(url)
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise UnusableDatabase(
            f"{backend!r} is not a database that is known here.", remedy="Use sqlite:///… or postgresql://…"
        )
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        _make_folder(Path(parsed.database).parent)
    try:
        return _open_sqlite(parsed) if backend == "sqlite" else _open_postgresql(parsed)
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'calendar-service[postgres]'"
        raise UnusableDatabase(f"the database driver {error.name} is not installed.", remedy=remedy) from None
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise _unreadable(error) from None


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> UnusableDatabase:
    # Only the kind of error: SQLAlchemy's message may hold the URL, and the URL a password.
    return UnusableDatabase(
        f"CALENDAR_DATABASE_URL cannot be read ({type(error).__name__}).",
        remedy="Write sqlite:///… or postgresql://…; a password's @ : / ? # % are written as %40 %3A %2F %3F %23 %25.",
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableDatabase(
            f"the folder {folder} of the database cannot be made: {error.strerror}.",
            remedy="Name another in CALENDAR_DATABASE_URL, or give the service the right to write there.",
        ) from None


def _open_postgresql(url: URL) -> Engine:
    waits = {"connect_timeout": str(_CONNECT_SECONDS), "tcp_user_timeout": str(1000 * _WAIT_SECONDS)}
    return create_engine(url.update_query_dict({**waits, **url.query}), pool_pre_ping=True, hide_parameters=True)


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself, or BEGIN IMMEDIATE comes too late.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={1000 * _WAIT_SECONDS}", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    _enter_wal(connection)


def _enter_wal(connection: Any) -> None:
    """Turn WAL on. SQLite does not wait by itself for another process that does the same, so this does."""
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")


@contextmanager
def reading(engine: Database) -> Iterator[Connection]:
    """Read in one consistent state, blocking nobody. Raises DatabaseFault."""
    with _connected(engine, "DEFERRED", "REPEATABLE READ") as connection:
        yield connection


@contextmanager
def writing(engine: Database, *, lock: bool = False) -> Iterator[Connection]:
    """Write in one transaction; it is done only when the block has ended without error.

    With `lock`, one writer at a time over all processes and machines (on SQLite always so).
    Raises DatabaseFault, also where another writer does not finish within ten seconds.
    """
    # READ COMMITTED sees what another writer committed while this one waited for the lock.
    with _connected(engine, "IMMEDIATE", "READ COMMITTED") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
            # A writer that was stopped or lost must not keep the lock for ever.
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '60s'")
            if lock:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PUBLISH_LOCK})
        yield connection


@contextmanager
def _connected(engine: Engine, sqlite_begin: str, isolation: str) -> Iterator[Connection]:
    options = {_BEGIN: sqlite_begin} if engine.dialect.name == "sqlite" else {"isolation_level": isolation}
    with _faults(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def _faults(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoFreeConnection) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
        if password := engine.url.password:
            said = said.replace(str(password), "***")
        raise DatabaseFault(
            f"the {engine.dialect.name} database does not do what was asked: {said}.",
            remedy="Look at CALENDAR_DATABASE_URL and at the database itself.",
        ) from error
