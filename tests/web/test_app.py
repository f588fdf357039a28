"""What was published is served from the start, though the database is lost before the first request."""

import pytest

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
