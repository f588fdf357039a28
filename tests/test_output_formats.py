"""The registry of output formats: what is in it is served, linked, described, exported and audited, and nothing else is."""

import re

import pytest

from calendar_service.output_formats import FORMATS, list_outputs
from calendar_service.publishing import publish_file
from calendar_service.settings import Settings
from calendar_service.static_export import Site, export_files
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations
from calendar_service.store.publication import PublishOutcome
from calendar_service.web.app import create_app
from calendar_service.web.inprocess import ask_application
from tests.support.paths import ROOT

# What outsiders use, with the media type that they know: no change of the registry may change it.
SERVED = {
    "/calendar.ics": "text/calendar; charset=utf-8",
    "/calendar/events.ics": "text/calendar; charset=utf-8",
    "/calendar/webinars.ics": "text/calendar; charset=utf-8",
    "/calendar/tenders.ics": "text/calendar; charset=utf-8",
    "/calendar.json": "application/feed+json",
    "/calendar.atom": "application/atom+xml; charset=utf-8",
    "/calendar.csv": "text/csv; charset=utf-8; header=present",
    "/calendar.jcal": "application/calendar+json",
    "/api/v1/records": "application/json",
}
LINKED = {"text/calendar", "application/feed+json", "application/atom+xml"}
PATHS = sorted(list_outputs())


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    engine = open_engine(sqlite_url(folder / "formats.sqlite3"))
    run_migrations(engine)
    from calendar_service.clock import clock  # noqa: PLC0415 (the only clock)

    assert publish_file(engine, ROOT / "data" / "events.yaml", clock()).outcome is PublishOutcome.PUBLISHED
    yield create_app(Settings(base_url="https://calendar.example"), engine, clock, keys=("k" * 40,))
    engine.dispose()


def get(app, path, **headers):
    return app.test_client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_what_outsiders_use_stays(app):
    assert {path: get(app, path).headers["Content-Type"] for path in SERVED} == SERVED
    assert set(SERVED) <= set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_each_output_is_served_alike(app, path):
    found = get(app, path)
    assert (found.status_code, found.mimetype) == (200, get(app, path, Accept="text/html").mimetype)
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    again = get(app, path, If_None_Match=found.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert get(app, f"{path}?lang=fr").headers["ETag"] != found.headers["ETag"]
    wrong = get(app, f"{path}?knid=x")
    assert (wrong.status_code, wrong.mimetype, wrong.json["parameter"]) == (400, "application/problem+json", "knid")


def test_each_output_is_described_to_programs(app):
    told = get(app, "/openapi.json").json["paths"]
    types = {path: next(iter(each["get"]["responses"]["200"]["content"])) for path, each in told.items()}
    assert {path: types[path] for path in PATHS} == {path: get(app, path).mimetype for path in PATHS}
    assert set(types) - set(PATHS) == {"/events/{id}.ics"}


def test_pages_link_to_those_that_say_so(app):
    links = re.findall(
        r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="https://calendar.example([^"?]+)"',
        get(app, "/").text,
    )
    assert dict(links) == {form.bare_type: form.path for form in FORMATS.values() if form.is_alternate}
    assert set(dict(links)) >= LINKED


def test_each_output_is_exported(app, tmp_path):
    site = Site([], [""], ROOT / "calendar_service" / "web" / "static", "https://calendar.example.org")
    export_files(ask_application(app), site, tmp_path / "out")
    for form in FORMATS.values():
        for path in (form.path, *form.kind_paths):
            file = tmp_path / "out" / (path.strip("/") if form.extension else f"{path.strip('/')}.json")
            assert file.exists() is form.is_exported
            assert not form.is_exported or file.read_bytes() == get(app, path).data


@pytest.mark.parametrize("ending", ["xlsx", "jscal", "xml", "CSV", "ics.csv", "api"])
def test_a_format_that_is_not_there_is_nothing(app, ending):
    assert get(app, f"/calendar.{ending}").status_code == 404
