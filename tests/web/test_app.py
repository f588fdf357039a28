"""What was published is served from the start, though the database is lost or cannot be read later."""

from unittest.mock import patch

import pytest
from sqlalchemy import insert, select, update

from calendar_service.store.engine import writing
from calendar_service.store.tables import editions, revisions
from tests.support.public_site import PublicSite


@pytest.fixture(params=[200, 503], ids=["loaded", "empty"])
def status(request):
    """What is answered by a site that had loaded the edition before, and by one that had not."""
    return request.param


@pytest.fixture
def site(tmp_path, status):
    made = PublicSite(tmp_path)
    if status != 200:
        made.cache._edition = None
    yield made
    made.engine.dispose()


def test_the_edition_that_was_loaded_stays(site, tmp_path, status):
    site.engine.dispose()
    for file in tmp_path.glob("calendar.sqlite3*"):
        file.unlink()
    site.look_again()
    assert site.get("/calendar.ics").status_code == status


def test_an_edition_that_cannot_be_read_takes_nothing_away(site, caplog, status):
    add_unreadable_edition(site.engine)
    site.look_again()
    assert site.get("/calendar.ics").status_code == status
    site.look_again()
    assert site.get("/readyz").status_code == status
    assert site.get("/healthz").status_code == 200
    assert caplog.text.count("The newest edition cannot be read") == 1


def test_no_request_looks_for_an_edition(tmp_path):
    site = PublicSite(tmp_path)
    number = site.cache.edition().number
    add_unreadable_edition(site.engine)
    with patch("calendar_service.web.edition_cache.is_newest") as asked:
        for path in ("/", "/calendar.ics", "/events/refugee-day", "/readyz"):
            assert site.get(path).status_code == 200
    asked.assert_not_called()
    assert site.cache.edition().number == number
    site.engine.dispose()


def add_unreadable_edition(engine):
    """Add an edition in which one record is not as this version writes it."""
    with writing(engine) as connection:
        head = connection.execute(select(editions).order_by(editions.c.number.desc())).mappings().first()
        connection.execute(insert(editions), {**head, "number": head["number"] + 1})
        first = connection.execute(select(revisions).order_by(revisions.c.record_id)).mappings().first()
        row = {**first, "number": first["number"] + 1, "edition": head["number"] + 1}
        connection.execute(insert(revisions), row)
        this = revisions.c.record_id == row["record_id"], revisions.c.number == row["number"]
        connection.execute(update(revisions).where(*this).values(record={"id": 5}))
