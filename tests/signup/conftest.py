import pytest
from signing_up import SignUp

from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations


@pytest.fixture
def database_file(tmp_path):
    engine = open_engine(sqlite_url(tmp_path / "calendar.sqlite3"))
    run_migrations(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def site(database_file, tmp_path):
    return SignUp(database_file, tmp_path)


@pytest.fixture
def operated(database_file, tmp_path):
    return SignUp(database_file, tmp_path, operator_token="o" * 20)
