import pytest
from public_site import BASE, HEAD, Site
from showcase import open_showcase


@pytest.fixture
def programme(tmp_path):
    site = Site(tmp_path)
    yield site
    site.engine.dispose()


@pytest.fixture
def site_of(tmp_path):
    """Make a site of the records given as YAML text."""
    sites = []

    def make(records, **options):
        file = tmp_path / "events.yaml"
        file.write_text(HEAD + records, encoding="utf-8")
        sites.append(Site(tmp_path, file, **options))
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
