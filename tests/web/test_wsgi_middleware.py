"""Headers of every response, and the part of a path that a client must not cut off."""

import pytest

from tests.support.public_site import PublicSite

PATHS = ("/", "/calendar.ics", "/calendar.ics", "/month", "/nowhere", "/healthz")


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [("https://calendar.example.org", "max-age=31536000"), ("http://calendar.example.org", None)],
)
def test_https_is_for_good_where_the_base_url_has_it(tmp_path, base_url, expected):
    site = PublicSite(tmp_path, base_url=base_url)
    assert [site.get(path).headers.get("Strict-Transport-Security") for path in PATHS] == [expected] * len(PATHS)
    site.engine.dispose()


def test_a_script_name_changes_no_page(tmp_path):
    site = PublicSite(tmp_path)
    # So does gunicorn give on a request for /fr/ with the header SCRIPT_NAME: /fr.
    answer = site.client.get("/", environ_overrides={"SCRIPT_NAME": "/fr", "PATH_INFO": "/"})
    assert '<html lang="fr"' in answer.get_data(as_text=True)
    site.engine.dispose()
