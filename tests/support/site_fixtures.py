"""Fixtures: the service over databases of their own, in this process or behind a port."""

from contextlib import ExitStack

import pytest

from tests.support.databases import open_sqlite
from tests.support.feed_service import EVENTS, PUBLISHED, open_service, publish_rich
from tests.support.public_site import BASE, HEAD, PublicSite
from tests.support.served import serve_in_thread
from tests.support.showcase import open_showcase
from tests.support.signing_up import SignUp


@pytest.fixture
def service(tmp_path):
    opened = open_service(tmp_path)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def rich(tmp_path_factory):
    opened = open_service(tmp_path_factory.mktemp("rich"))
    publish_rich(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def programme(tmp_path_factory):
    opened = open_service(tmp_path_factory.mktemp("programme"))
    opened.publish(EVENTS.read_text(encoding="utf-8"), PUBLISHED)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def live():
    """A function that serves a service on a port of this machine and returns its address."""
    with ExitStack() as running:
        yield lambda service: running.enter_context(serve_in_thread(service.app))


@pytest.fixture
def public(tmp_path):
    site = PublicSite(tmp_path)
    yield site
    site.engine.dispose()


@pytest.fixture
def site_of(tmp_path):
    """Make a site of the records given as YAML text."""
    sites = []

    def make(records, **options):
        file = tmp_path / "events.yaml"
        file.write_text(HEAD + records, encoding="utf-8")
        sites.append(PublicSite(tmp_path, file, **options))
        return sites[-1]

    yield make
    for site in sites:
        site.engine.dispose()


@pytest.fixture(scope="session")
def showcase(tmp_path_factory):
    """The showcase, which no test changes."""
    site = open_showcase(tmp_path_factory.mktemp("showcase"), BASE)
    yield site
    site.engine.dispose()


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
