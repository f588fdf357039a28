"""What machines ask for: robots.txt, the sitemap, the description of the API."""

import re
from datetime import timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from calendar_service.output_formats import list_outputs
from calendar_service.records.enums import Kind
from calendar_service.records.paging import NAMES as PAGING
from calendar_service.records.selection import _PARSERS
from calendar_service.settings import read_settings
from calendar_service.writers.api import RECORD_FIELDS

BASE = "https://calendar.example.org"


@pytest.mark.parametrize("agent", ["Googlebot", "Google-Calendar-Importer", "Bingbot", "curl"])
def test_robots_let_everyone_in(public, agent):
    parser = RobotFileParser()
    parser.parse(public.get("/robots.txt").get_data(as_text=True).splitlines())
    assert parser.can_fetch(agent, f"{BASE}/calendar.ics?kind=tender")
    assert parser.site_maps() == [f"{BASE}/sitemap.xml"]


def test_sitemap_lists_every_page_and_each_answers(public):
    answer = public.get("/sitemap.xml")
    places = [node.text for node in ET.fromstring(answer.data).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    records = public.get("/api/v1/records?from=2020-01-01").get_json()["records"]
    assert len(places) == len(set(places)) == 2 * (len(records) + 4)
    for place in places:
        assert public.get(place.removeprefix(BASE)).status_code == 200


SECURITY = """\
Contact: mailto:cities+calendar@example.org
Expires: {expires}T00:00:00Z
Preferred-Languages: en, fr
Canonical: https://calendar.example.org/.well-known/security.txt
"""


@pytest.mark.parametrize(
    ("days", "expires"),
    [(0, "2027-11-23"), (364, "2027-11-23"), (365, "2028-11-22"), (800, "2029-11-22")],
)
def test_security_txt_never_has_expired(site_of, days, expires):
    environ = {"CALENDAR_BASE_URL": BASE, "CALENDAR_MAIL_FROM": "Cities <cities+calendar@example.org>"}
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n", settings=read_settings(environ))
    site.now += timedelta(days=days)
    answer = site.get("/.well-known/security.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert answer.get_data(as_text=True) == SECURITY.format(expires=expires)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CALENDAR_BASE_URL": BASE},
        {"CALENDAR_BASE_URL": "http://calendar.example.org", "CALENDAR_MAIL_FROM": "a@example.org"},
    ],
)
def test_security_txt_needs_a_public_address_and_a_contact(site_of, environ):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n", settings=read_settings(environ))
    assert site.get("/.well-known/security.txt", Host="localhost").status_code == 404


def test_openapi_tells_every_address_and_parameter(public):
    told = public.get("/openapi.json").get_json()
    for path, methods in told["paths"].items():
        answer = public.get(path.replace("{id}", "refugee-day"))
        (media_type,) = methods["get"]["responses"]["200"]["content"]
        assert (answer.status_code, answer.mimetype) == (200, media_type), path
        names = {each["name"] for each in methods["get"]["parameters"] if each["in"] == "query"}
        assert names == {*_PARSERS, *(PAGING if path in ("/calendar.json", "/api/v1/records") else ())}
        assert methods["head"]["parameters"] == methods["get"]["parameters"]
        assert {"200", "304", "400", "412", "503"} <= methods["get"]["responses"].keys(), path
    outputs = {
        rule.rule for rule in public.app.url_map.iter_rules() if re.search(r"^/calendar|\.ics$|/api/", rule.rule)
    }
    assert outputs == {*list_outputs(), "/events/<record_id>.ics"}
    assert set(told["paths"]) == {*list_outputs(), "/events/{id}.ics"}
    schema = told["components"]["schemas"]["Record"]
    for record in public.get("/api/v1/records?from=2020-01-01").get_json()["records"]:
        always = {name for name, field in RECORD_FIELDS.items() if field.is_always}
        assert always <= set(record) <= set(schema["properties"]) == set(RECORD_FIELDS)


def test_openapi_allows_the_kinds_days_and_leads_that_are_answered(public):
    for path, methods in public.get("/openapi.json").get_json()["paths"].items():
        schemas = {each["name"]: each["schema"] for each in methods["get"]["parameters"] if each["in"] == "query"}
        address = path.replace("{id}", "refugee-day")
        for kind in Kind:
            is_allowed = kind in schemas["kind"]["items"]["enum"]
            assert (public.get(f"{address}?kind={kind}").status_code != 400) is is_allowed, (path, kind)
        for day in ("1969-12-31", "1970-01-01", "2000-06-15", "2099-12-31", "2100-12-31", "2101-01-01", "0452-07-31"):
            is_allowed = bool(re.search(schemas["from"]["pattern"], day))
            assert (public.get(f"{address}?from={day}").status_code != 400) is is_allowed, (path, day)
        for lead in ("99 minutes", "99 hours", "99 days", "52 weeks", "53 weeks", "81 weeks"):
            is_allowed = bool(re.search(schemas["alarms"]["pattern"], lead))
            assert (public.get(f"{address}?alarms={lead}").status_code != 400) is is_allowed, (path, lead)


def test_error_of_an_api_address_is_problem_json(public):
    answer = public.get("/api/v1/records?knid=tender")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "There is no parameter 'knid'. Did you mean 'kind'?",
        "parameter": "knid",
        "value": "tender",
    }


def test_no_address_redirects(public):
    for path in ("//calendar.ics", "/calendar.ics/", "/fr", "/events/refugee-day/", "/CALENDAR.ICS", "/nothing"):
        assert public.get(path).status_code in (200, 404), path


def test_unknown_host_is_refused_without_an_echo(site_of):
    site = site_of(
        "  - {id: one, kind: event, title: One, when: 1 May 2027}\n",
        settings=read_settings({"CALENDAR_BASE_URL": BASE}),
    )
    assert site.get("/calendar.ics", Host="calendar.example.org").status_code == 200
    assert site.get("/calendar.ics", Host="127.0.0.1:8000").status_code == 200
    for path in ("/calendar.ics", "/"):
        answer = site.get(path, Host="evil.example")
        assert answer.status_code == 400
        assert b"evil" not in answer.data
