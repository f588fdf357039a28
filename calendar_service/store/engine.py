"""Open the database: SQLite in WAL mode on one machine, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from calendar_service.store.errors import DatabaseFault, Trouble, UnusableDatabase
from calendar_service.store.sqlite_file import SqliteFile, find_left_log

if TYPE_CHECKING:
    from collections.abc import Iterator

Database: TypeAlias = Engine
"""The type that `open_engine` returns; other packages pass it on without importing SQLAlchemy."""

Transaction: TypeAlias = Connection
"""The type that `reading` and `writing` yield, likewise."""

# As long as SQLite waits for another writer, so does PostgreSQL.
_WAIT_SECONDS = 10
_WAL_PAUSE = 0.02
_CONNECT_SECONDS = 5
# How long one statement may take: a server that was stopped, or a network that swallows what is sent, shows only by it.
_READ_SECONDS = 10
_WRITE_SECONDS = 30
_POOL_SECONDS = 10
# The server says in time that a statement takes too long; where it says nothing, we give up so much later.
_GRACE_SECONDS = 2
_BEGIN = "calendar_sqlite_begin"
# Any number that no other program takes in the same database: it names the one lock for publishing.
_PUBLISH_LOCK = 7_205_545


def concerns_all(error: BaseException) -> bool:
    """Return True if an error concerns the database as a whole, not only the last statement.

    Within a transaction errors are still the driver's own; what they concern is known only at its end.
    """
    return isinstance(error, SQLAlchemyError) or (
        isinstance(error, DatabaseFault) and error.trouble is not Trouble.VALUE
    )


def sqlite_url(path: Path) -> str:
    """Return the database URL of an SQLite file."""
    return f"sqlite:///{path}"


def open_engine(url: str) -> Database:
    """Open the database; the folder of an SQLite file is created. Raise UnusableDatabase.

    Nothing is connected yet: a server that does not answer shows at the first use, as DatabaseFault.
    """
    parsed = _parse(url)
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise UnusableDatabase(
            f"{backend!r} is not a database that is known here.", remedy="Use sqlite:///… or postgresql://…"
        )
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        _make_folder(Path(parsed.database).parent)
        _check_log(Path(parsed.database))
    try:
        return _open_sqlite(parsed) if backend == "sqlite" else _open_postgresql(parsed)
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'calendar-service[postgres]'"
        raise UnusableDatabase(f"the database driver {error.name} is not installed.", remedy=remedy) from None
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise _unreadable(error) from None


def describe_database(url: str) -> str:
    """Return which database a URL names, without user, password or options: a file's path, or a server and a name.

    Raise UnusableDatabase.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return f"the file {parsed.database or ':memory:'}"
    host = parsed.host or next(iter(parsed.normalized_query.get("host", ())), "") or "this machine"
    return f"{parsed.database or 'the default database'} at {host}{f':{parsed.port}' if parsed.port else ''}"


def is_missing(url: str) -> bool:
    """Return True if a URL names an SQLite file that is not there. Raise UnusableDatabase."""
    parsed = _parse(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()


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
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableDatabase(
            f"the folder {folder} of the database cannot be made: {error.strerror}.",
            remedy="Name another in CALENDAR_DATABASE_URL, or give the service the right to write there.",
        ) from None


def _check_log(path: Path) -> None:
    if log := find_left_log(path):
        raise UnusableDatabase(
            f"{path} was put in place after {log} was written, so they do not belong together.",
            remedy=f"If a copy was put back, stop everything and delete {log} and {path}-shm. "
            f"If both are as a crash left them, run: touch {log}",
        )


def _open_postgresql(url: URL) -> Engine:
    waits = {"connect_timeout": str(_CONNECT_SECONDS), "tcp_user_timeout": str(1000 * _WAIT_SECONDS)}
    engine = create_engine(
        url.update_query_dict({**waits, **url.query}),
        pool_pre_ping=True,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,
    )
    if engine.driver == "psycopg":
        event.listen(engine, "do_connect", _connect_bounded)
    return engine


def _connect_bounded(_dialect: object, _record: object, words: list[Any], options: dict[str, Any]) -> Any:
    """Open a psycopg connection on which no wait is longer than its `patience` in seconds, None for no bound."""
    from calendar_service.store.bounded_psycopg import BoundedConnection  # noqa: PLC0415 (the driver is an extra)

    return BoundedConnection.connect(*words, **options)


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_timeout=_POOL_SECONDS, hide_parameters=True)
    if url.database and url.database != ":memory:":
        SqliteFile(Path(url.database)).guard(engine)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself, or BEGIN IMMEDIATE comes too late.
    connection.isolation_level = None
    try:
        for pragma in (f"busy_timeout={1000 * _WAIT_SECONDS}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        _enter_wal(connection)
    except sqlite3.Error:
        # SQLite (seen in 3.40) deletes the log, with the commits in it, when a connection is closed after its only
        # statement failed because the index of the log could not be made. After one more statement it keeps the log.
        with suppress(sqlite3.Error):
            connection.execute("SELECT count(*) FROM sqlite_master").close()
        raise


def _enter_wal(connection: Any) -> None:
    """Switch WAL on, waiting for another process that does the same: SQLite itself does not wait."""
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the low byte is the primary result code
            if not busy or time.monotonic() > end:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")


@contextmanager
def reading(engine: Database) -> Iterator[Connection]:
    """Open a read transaction with one consistent state, which blocks nobody. Raise DatabaseFault."""
    with _connected(engine, "DEFERRED", "REPEATABLE READ", _READ_SECONDS) as connection:
        yield connection


@contextmanager
def writing(engine: Database, *, lock: bool = False, unhurried: bool = False) -> Iterator[Connection]:
    """Open a write transaction, committed only if the block ends without error.

    With `lock`, there is one writer at a time over all processes and machines (on SQLite always). With `unhurried`, a
    statement may take as long as it needs, as a migration may. Raise DatabaseFault, also if another writer does not
    finish within ten seconds.
    """
    # READ COMMITTED sees what another writer committed while this one waited for the lock.
    patience = None if unhurried else _WRITE_SECONDS
    with _connected(engine, "IMMEDIATE", "READ COMMITTED", patience) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
            # A writer that was stopped or lost must not keep the lock for ever.
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '60s'")
            if lock:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PUBLISH_LOCK})
        yield connection


@contextmanager
def rehearsing(engine: Database) -> Iterator[Database]:
    """Yield a database whose changes are rolled back when the block ends.

    Everything runs in one transaction, so use it in one thread and not for long. Raise DatabaseFault.
    """
    with writing(engine) as connection:
        undone = connection.begin_nested()
        try:
            yield cast("Database", _Rehearsal(connection))
        finally:
            undone.rollback()


@dataclass(frozen=True)
class _Rehearsal:
    """Replaces an engine in a rehearsal: its transactions are parts of one that is rolled back."""

    connection: Connection

    @property
    def dialect(self) -> Any:
        return self.connection.dialect


@contextmanager
def _connected(engine: Engine, sqlite_begin: str, isolation: str, patience: float | None) -> Iterator[Connection]:
    if isinstance(engine, _Rehearsal):
        with _faults(engine.connection.engine), engine.connection.begin_nested():
            yield engine.connection
        return
    options = {_BEGIN: sqlite_begin} if engine.dialect.name == "sqlite" else {"isolation_level": isolation}
    with _faults(engine), engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        if hasattr(driver, "patience"):
            driver.patience = patience and patience + _GRACE_SECONDS
        connection.execution_options(**options)
        with connection.begin():
            if patience and engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{patience:g}s'")
            yield connection
        SqliteFile.check(connection)


@contextmanager
def _faults(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoFreeConnection) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        text = str(original).strip().partition("\n")[0]
        for secret in _secrets_of(engine.url):
            text = text.replace(secret, "***")
        raise DatabaseFault(
            f"the {engine.dialect.name} database does not do what was asked: {text}.",
            remedy="Look at CALENDAR_DATABASE_URL and at the database itself.",
            trouble=_trouble(original),
        ) from error


def _secrets_of(url: URL) -> list[str]:
    """Return the passwords of a database URL, which no message may contain."""
    found = [url.password, *(value for name, value in url.normalized_query.items() if name.endswith("password"))]
    return [text for each in found if each for text in (each if isinstance(each, tuple) else (str(each),))]


def _trouble(error: BaseException | None) -> Trouble:
    """Return the cause of a driver's error, by SQLite's result code or PostgreSQL's SQLSTATE."""
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", None) or ""
        return next((trouble for start, trouble in _SQLITE_TROUBLES.items() if name.startswith(start)), Trouble.OTHER)
    state = getattr(error, "sqlstate", None)
    if state is None:  # the driver's own error: no server has said anything
        return Trouble.AWAY
    return next((trouble for start, trouble in _POSTGRESQL_TROUBLES.items() if state.startswith(start)), Trouble.OTHER)


_SQLITE_TROUBLES = {
    "SQLITE_BUSY": Trouble.LOCKED,
    "SQLITE_LOCKED": Trouble.LOCKED,
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_READONLY_DBMOVED": Trouble.GONE,
    "SQLITE_READONLY": Trouble.READ_ONLY,
    "SQLITE_CORRUPT": Trouble.DAMAGED,
    "SQLITE_NOTADB": Trouble.DAMAGED,
    "SQLITE_CANTOPEN": Trouble.AWAY,
    "SQLITE_IOERR": Trouble.AWAY,
    "SQLITE_CONSTRAINT": Trouble.VALUE,
    "SQLITE_MISMATCH": Trouble.VALUE,
    "SQLITE_TOOBIG": Trouble.VALUE,
}
_POSTGRESQL_TROUBLES = {
    "55P03": Trouble.LOCKED,
    "53100": Trouble.FULL,
    "25006": Trouble.READ_ONLY,
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
    "08": Trouble.AWAY,
    "28": Trouble.AWAY,
    "3D": Trouble.AWAY,
    "53": Trouble.AWAY,
    "57": Trouble.AWAY,
    "22": Trouble.VALUE,
    "23": Trouble.VALUE,
}
