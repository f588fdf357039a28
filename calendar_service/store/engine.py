"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL on many."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BEGIN = "calendar_sqlite_begin"
# Any number that no other program takes in the same database: it names the one lock for publishing.
_PUBLISH_LOCK = 7_205_545


class UnusableDatabase(CalendarError):
    """The database URL cannot be used."""


def sqlite_url(path: Path) -> str:
    """Give the database URL of an SQLite file."""
    return f"sqlite:///{path}"


def open_engine(url: str) -> Engine:
    """Open the database; an SQLite file's folder is made. Raises UnusableDatabase."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise UnusableDatabase(
                f"{backend} is not a database that is known here.", remedy="Use sqlite:///… or postgresql://…"
            )
        if backend == "sqlite":
            return _open_sqlite(url, parsed.database)
        return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'calendar-service[postgres]'"
        raise UnusableDatabase(f"the database driver {error.name} is not installed.", remedy=remedy) from None
    except UnusableDatabase:
        raise
    except Exception as error:
        # SQLAlchemy's message may hold the URL, and the URL a password.
        raise UnusableDatabase(
            "CALENDAR_DATABASE_URL cannot be read.", remedy="Write sqlite:///… or postgresql://…"
        ) from error


def _open_sqlite(url: str, file: str | None) -> Engine:
    from pathlib import Path

    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself, or BEGIN IMMEDIATE comes too late.
    connection.isolation_level = None
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one consistent state, blocking nobody."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, lock: bool = False) -> Iterator[Connection]:
    """Write in one transaction; it is done only when the block has ended without error.

    With `lock`, one writer at a time over all processes and machines (on SQLite always so).
    """
    with engine.connect().execution_options(**{_BEGIN: "IMMEDIATE"}) as connection, connection.begin():
        if lock and engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PUBLISH_LOCK})
        yield connection
