"""Every feed and every single .ics meets the checklist of what calendar programs need, as far as bytes show it."""

import pytest

from tests.support.calendar_clients.checklist import check_feed
from tests.support.feed_service import Site

PRESENTATIONS = [
    "",
    "lang=fr",
    "alarms=7+days",
    "alarms=24+hours&lang=fr",
    "alarms=on+the+day+at+08:30",
    "tz=Asia/Seoul",
]
SELECTIONS = [
    "/calendar.ics",
    "/calendar.ics?from=2000-01-01",
    "/calendar.ics?from=2027-03-01&to=2027-03-31",
    "/calendar.ics?q=nothing+holds+this",
    "/calendar.ics?cancelled=hide",
    "/calendar.ics?kind=tender,webinar",
    "/calendar/events.ics",
    "/calendar/webinars.ics",
    "/calendar/tenders.ics",
]


def with_more(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


def faults(service: Site, path: str) -> list[str]:
    response = service.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return check_feed(response.data, headers=response.headers)


@pytest.mark.parametrize("query", PRESENTATIONS)
@pytest.mark.parametrize("path", SELECTIONS)
def test_feed_has_no_fault(rich, path, query):
    assert faults(rich, with_more(path, query)) == []


# Fewer, for endless series are slow to check.
@pytest.mark.parametrize(
    "path", [*SELECTIONS[:2], "/calendar.ics?lang=fr&alarms=1+day", "/calendar/tenders.ics?lang=fr"]
)
def test_feed_of_the_programme_has_no_fault(programme, path):
    assert faults(programme, path) == []


@pytest.mark.parametrize("query", ["lang=fr&alarms=1+day"])
@pytest.mark.parametrize("file", ["rich", "programme"])
def test_single_files_have_no_fault(request, file, query):
    service = request.getfixturevalue(file)
    ids = service.cache.edition().entries
    found = {name: faults(service, with_more(f"/events/{name}.ics", query)) for name in ids}
    assert found == {name: [] for name in ids}
