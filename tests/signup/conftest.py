import pytest
from signing_up import SignUp

from tests.support.databases import open_sqlite


@pytest.fixture
def database_file(tmp_path):
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    yield engine
    engine.dispose()


@pytest.fixture
def site(database_file, tmp_path):
    return SignUp(database_file, tmp_path)


@pytest.fixture
def operated(database_file, tmp_path):
    return SignUp(database_file, tmp_path, operator_token="o" * 20)
