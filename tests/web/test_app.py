"""What was published is served from the start, though the database is lost or cannot be read later."""

import pytest
from sqlalchemy import insert, select, update

from calendar_service.store.engine import writing
from calendar_service.store.tables import editions, revisions
from calendar_service.web.app import load_edition_at_start
from tests.support.public_site import PublicSite


@pytest.mark.parametrize(("is_loaded", "status"), [(True, 200), (False, 503)])
def test_the_edition_is_there_before_the_first_request(tmp_path, is_loaded, status):
    site = PublicSite(tmp_path)
    if is_loaded:
        load_edition_at_start(site.app)
    site.engine.dispose()
    for file in tmp_path.glob("calendar.sqlite3*"):
        file.unlink()
    assert site.get("/calendar.ics").status_code == status
    site.engine.dispose()


@pytest.mark.parametrize(("is_loaded", "status"), [(True, 200), (False, 503)])
def test_an_edition_that_cannot_be_read_takes_nothing_away(tmp_path, caplog, is_loaded, status):
    site = PublicSite(tmp_path)
    if is_loaded:
        load_edition_at_start(site.app)
    add_unreadable_edition(site.engine)
    site.look_again()
    load_edition_at_start(site.app)
    assert site.get("/calendar.ics").status_code == status
    site.look_again()
    assert site.get("/readyz").status_code == status
    assert site.get("/healthz").status_code == 200
    assert caplog.text.count("The newest edition cannot be read") == 1
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
