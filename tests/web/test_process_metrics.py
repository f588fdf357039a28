"""What a process counts of its requests, also while the database is away."""

import re

import pytest

from calendar_service.web.process_metrics import group_of
from tests.support.public_site import PublicSite

GROUPS = {
    "/": "page",
    "/fr/": "page",
    "/events/roads": "page",
    "/events/roads.ics": "feed",
    "/calendar.jscalendar": "feed",
    "/fr/month": "page",
    "/fr/reminders/manage/x": "reminders",
    "/api/v1/records": "api",
    "/openapi.json": "api",
    "/widget.js": "widget",
    "/healthz": "health",
    "/missing/x.php": "page",
    "": "page",
    "*": "page",
}


@pytest.mark.parametrize(("path", "group"), GROUPS.items())
def test_groups_of_addresses(path, group):
    assert group_of(path) == group


def counted(site):
    text = site.app.test_client().get("/metrics").get_data(as_text=True)
    found = {}
    for name, labels, value in re.findall(r"^(\w+)\{(.*)\} (\S+)$", text, re.MULTILINE):
        others = [each for each in labels.split(",") if not each.startswith("process=")]
        found[name, ",".join(others)] = float(value)
    return text, found


def test_requests_and_renderings_are_counted(tmp_path):
    site = PublicSite(tmp_path)
    client = site.app.test_client()
    for agent in ("Google-Calendar-Importer", "Google-Calendar-Importer", "Microsoft Office/16.0 (Outlook)"):
        client.get("/calendar.ics", headers={"User-Agent": agent})
    client.get("/missing")
    text, found = counted(site)
    assert found["calendar_requests_total", 'group="feed",status="200"'] == 3
    assert found["calendar_requests_total", 'group="page",status="404"'] == 1
    assert found["calendar_request_seconds_count", 'group="feed"'] == 3
    assert found["calendar_polls_total", 'client="google",status="200"'] == 2
    assert found["calendar_polls_total", 'client="outlook",status="200"'] == 1
    assert found["calendar_rendering_seconds_count", ""] == 1
    assert found["calendar_resident_memory_bytes", ""] > 1_000_000
    assert sum(value for (name, _), value in found.items() if name == "calendar_database_connections") >= 1
    assert "_created" not in text
    assert "calendar_edition_age_seconds" in text
    site.engine.dispose()
