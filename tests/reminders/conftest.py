"""The databases of these tests: made once for the session, and emptied for each test, which is much quicker."""

import os

import pytest
from reminder_tools import empty
from sqlalchemy import create_engine, event, make_url, text

from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations


@pytest.fixture(scope="session")
def reminders_on_sqlite(tmp_path_factory):
    return with_tables(sqlite_url(tmp_path_factory.mktemp("reminders") / "calendar.sqlite3"))


@pytest.fixture(scope="session")
def reminders_on_postgresql(postgresql_server):
    name = f"calendar_reminders_{os.getpid()}"
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield with_tables(make_url(postgresql_server).set(database=name).render_as_string(hide_password=False))
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    return request.getfixturevalue(f"reminders_on_{request.param}")


@pytest.fixture
def database(database_url):
    engine = open_engine(database_url)
    if engine.dialect.name == "sqlite":
        # Waiting for the disk would prove nothing here.
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())
    empty(engine)
    yield engine
    engine.dispose()


def with_tables(url):
    engine = open_engine(url)
    run_migrations(engine)
    engine.dispose()
    return url
