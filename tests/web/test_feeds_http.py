"""HTTP: conditions, codings and errors, the same through the fast layer and through Flask."""

import gzip
from datetime import timedelta
from itertools import product
from unittest.mock import patch

import pytest
from werkzeug.http import http_date
from werkzeug.test import EnvironBuilder, run_wsgi_app

from calendar_service.web.cache_middleware import strip_port
from tests.support.feed_service import BASE, EVENTS, NOW, PUBLISHED, open_service

PATHS = ["/calendar.ics", "/calendar.ics?kind=tender&lang=fr", "/events/refugee-day.ics", "/api/v1/records"]
ENCODINGS = {
    None: False,
    "": False,
    "gzip": True,
    "gzip, deflate, br": True,
    "br;q=1.0, gzip;q=0.8, *;q=0.1": True,
    "gzip;q=0": False,
    "gzip;q=0, *": False,
    "*": True,
    "identity": False,
    "gzip;q=0.2, identity;q=0.8": False,
    "deflate": False,
}
OTHER = '"0123456789abcdef"'


def tag_of(service, path, encoding):
    headers = {} if encoding is None else {"Accept_Encoding": encoding}
    return service.get(path, **headers).headers["ETag"]


CONDITIONS = {
    "none": (lambda *_: {}, 200),
    "exact": (lambda tag, _: {"If_None_Match": tag}, 304),
    "weak": (lambda tag, _: {"If_None_Match": f"W/{tag}"}, 304),
    "list": (lambda tag, _: {"If_None_Match": f"{OTHER}, {tag}"}, 304),
    "star": (lambda *_: {"If_None_Match": "*"}, 304),
    "other": (lambda *_: {"If_None_Match": OTHER}, 200),
    "garbage": (lambda *_: {"If_None_Match": "nonsense"}, 200),
    "since then": (lambda _, date: {"If_Modified_Since": http_date(date)}, 304),
    "since later": (lambda _, date: {"If_Modified_Since": http_date(date + timedelta(hours=12))}, 304),
    "since before": (lambda _, date: {"If_Modified_Since": http_date(date - timedelta(seconds=1))}, 200),
    "no date": (lambda *_: {"If_Modified_Since": "yesterday"}, 200),
    "both, tag good": (
        lambda tag, date: {"If_None_Match": tag, "If_Modified_Since": http_date(date - timedelta(days=9))},
        304,
    ),
    "both, tag bad": (lambda _, date: {"If_None_Match": OTHER, "If_Modified_Since": http_date(date)}, 200),
}


def call(app, method, path, headers):
    """Call the WSGI application and give status, headers and body as a server would see them."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = EnvironBuilder(path=path, base_url=BASE, method=method, headers=named).get_environ()
    body, status, found = run_wsgi_app(app, environ, buffered=True)
    return status, sorted(found.items()), b"".join(body)


@pytest.fixture
def flask_only(programme):
    """The application without what the fast layer knows: it answers nothing, so Flask answers all."""

    def answer(environ, start_response):
        with patch.object(programme.cache, "known", return_value=None):
            return programme.app.wsgi_app(environ, start_response)

    return answer


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions(programme, flask_only, path, condition):
    make, status = CONDITIONS[condition]
    for method, encoding in product(["GET", "HEAD"], [None, "gzip", "gzip;q=0"]):
        plain = programme.get(path, **({} if encoding is None else {"Accept_Encoding": encoding}))
        tag, changed = plain.headers["ETag"], plain.last_modified
        headers = make(tag, changed) | ({} if encoding is None else {"Accept_Encoding": encoding})
        fast = call(programme.app.wsgi_app, method, path, headers)
        slow = call(flask_only, method, path, headers)
        assert fast == slow
        assert fast[0].startswith(str(status))
        names = {name for name, _ in fast[1]}
        if status == 304:
            assert fast[2] == b""
            assert not names & {"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"}
            assert {"ETag", "Vary", "Cache-Control"} <= names
        else:
            assert fast[2] == (b"" if method == "HEAD" else plain.data)
            assert fast[1] == sorted(plain.headers.items())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_codings(programme, flask_only, path, encoding):
    headers = {} if encoding is None else {"Accept-Encoding": encoding}
    fast, slow = (call(app, "GET", path, headers) for app in (programme.app.wsgi_app, flask_only))
    assert fast == slow
    names = dict(fast[1])
    assert names.get("Content-Encoding") == ("gzip" if ENCODINGS[encoding] else None)
    assert names["Vary"] == "Accept-Encoding"
    assert names["Content-Length"] == str(len(fast[2]))
    body = gzip.decompress(fast[2]) if ENCODINGS[encoding] else fast[2]
    assert body == programme.body(path)
    assert names["ETag"].endswith('-gz"') is ENCODINGS[encoding]


def test_a_tag_of_one_coding_is_not_one_of_the_other(programme):
    tag = tag_of(programme, "/calendar.ics", "gzip")
    assert programme.get("/calendar.ics", If_None_Match=tag).status_code == 200


def test_headers_of_a_feed(programme):
    body = programme.body("/calendar.ics")
    found = dict(programme.get("/calendar.ics").headers)
    assert found.pop("ETag").strip('"').isalnum()
    assert found == {
        "Last-Modified": http_date(PUBLISHED),
        "Cache-Control": "max-age=300",
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Last-Modified",
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000",
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Length": str(len(body)),
        "Content-Disposition": 'inline; filename="calendar.ics"',
    }
    single = programme.get("/events/refugee-day.ics").headers
    assert single["Content-Disposition"] == 'attachment; filename="refugee-day.ics"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},
        {"Accept": "image/png;q=1"},
        {"User_Agent": "Google-Calendar-Importer"},
        {"Cookie": "session=1"},
        {"Range": "bytes=0-10"},
    ],
)
def test_no_header_changes_the_feed(programme, headers):
    assert programme.get("/calendar.ics", **headers).data == programme.body("/calendar.ics")


@pytest.mark.parametrize("name", ["If_Match", "If_Unmodified_Since"])
def test_conditions_on_changing_are_refused(programme, name):
    programme.body("/calendar.ics")
    response = programme.get("/calendar.ics", **{name: '"x"'})
    assert (response.status_code, response.mimetype) == (412, "application/problem+json")


ERRORS = [
    ("/calendar.ics?kid=tender", 400, {"parameter": "kid", "value": "tender"}),
    ("/calendar.ics?kind=party", 400, {"parameter": "kind", "value": "party"}),
    ("/calendar.ics?tag=nothing", 400, {"parameter": "tag", "value": "nothing"}),
    ("/calendar.ics?id=nobody", 400, {"parameter": "id", "value": "nobody"}),
    ("/calendar.ics?country=XX", 400, {"parameter": "country", "value": "XX"}),
    ("/calendar.ics?language=zz", 400, {"parameter": "language", "value": "zz"}),
    ("/calendar.ics?lang=de", 400, {"parameter": "lang", "value": "de"}),
    ("/calendar.ics?tz=Mars/Base", 400, {"parameter": "tz", "value": "Mars/Base"}),
    ("/calendar.ics?tz=/etc/passwd", 400, {"parameter": "tz", "value": "/etc/passwd"}),
    ("/calendar.ics?alarms=soon", 400, {"parameter": "alarms", "value": "soon"}),
    ("/calendar.ics?alarms=5+working+days", 400, {"parameter": "alarms", "value": "5 working days"}),
    ("/calendar.ics?cancelled=maybe", 400, {"parameter": "cancelled", "value": "maybe"}),
    ("/calendar.ics?from=2027-02-30", 400, {"parameter": "from", "value": "2027-02-30"}),
    ("/calendar.ics?from=2027-03-01&to=2027-02-01", 400, {"parameter": "to", "value": "2027-02-01"}),
    ("/calendar.ics?q=", 400, {"parameter": "q", "value": ""}),
    ("/calendar/tenders.ics?kind=event", 400, {"parameter": "kind", "value": "event"}),
    ("/api/v1/records?kid=x", 400, {"parameter": "kid", "value": "x"}),
    ("/events/refugee-day.ics?x=1", 400, {"parameter": "x", "value": "1"}),
    ("/events/nobody.ics", 404, {}),
    ("/calendar/parties.ics", 404, {}),
    ("/calendar//events.ics", 404, {}),
    ("/nothing.ics", 404, {}),
]


@pytest.mark.parametrize(("path", "status", "details"), ERRORS, ids=[row[0] for row in ERRORS])
def test_errors_are_problems(programme, path, status, details):
    response = programme.get(path)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {name: response.json.get(name) for name in ("parameter", "value")} == {
        "parameter": None,
        "value": None,
    } | details
    assert response.json["status"] == status
    assert "Set-Cookie" not in response.headers
    assert "Location" not in response.headers


@pytest.mark.parametrize("path", ["//calendar.ics", "/calendar.ics/", "/events/refugee-day.ics/", "/CALENDAR.ICS"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_odd_paths_do_not_redirect(programme, method, path):
    environ = EnvironBuilder(base_url=BASE, method=method).get_environ() | {"PATH_INFO": path}
    _, status, headers = run_wsgi_app(programme.app.wsgi_app, environ)
    assert status[:3] in ("200", "404")
    assert "Location" not in headers


def test_withdrawn_record_is_gone_after_90_days(service):
    text = EVENTS.read_text(encoding="utf-8")
    service.publish(text, PUBLISHED)
    first, _, rest = text.partition("  - id: migrants-day")
    service.publish(first + rest[rest.index("# More that") :], PUBLISHED + timedelta(days=1))
    assert b"STATUS:CANCELLED" in service.body("/events/migrants-day.ics")
    feed = service.get("/calendar.ics")
    assert feed.data.count(b"STATUS:CANCELLED") == 1
    service.now = PUBLISHED + timedelta(days=92)
    gone = service.get("/events/migrants-day.ics")
    assert (gone.status_code, gone.mimetype, gone.headers["Cache-Control"]) == (
        410,
        "application/problem+json",
        "no-store",
    )
    later = service.get("/calendar.ics", If_Modified_Since=feed.headers["Last-Modified"])
    assert (later.status_code, b"migrants-day" in later.data) == (200, False)
    assert later.last_modified == later.last_modified.replace(hour=22, minute=0, second=0)  # midnight in Paris


def test_any_hour_of_a_day_prints_the_same(tmp_path):
    bodies = set()
    for hour in (0, 9, 22):
        service = open_service(tmp_path, now=NOW.replace(hour=hour))
        if not bodies:
            service.publish(EVENTS.read_text(encoding="utf-8"), PUBLISHED)
        bodies |= {
            (each.data, each.headers["ETag"], each.headers["Last-Modified"])
            for path in PATHS
            if (each := service.get(path))
        }
        service.engine.dispose()
    assert len(bodies) == len(PATHS)


def test_a_new_edition_is_served_and_changes_the_tag(service):
    text = EVENTS.read_text(encoding="utf-8")
    service.publish(text, PUBLISHED)
    before = service.get("/calendar.ics")
    service.publish(text.replace("Human Rights Day", "Day of Human Rights"), PUBLISHED + timedelta(hours=1))
    after = service.get("/calendar.ics", If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert b"Day of Human Rights" in after.data
    assert after.last_modified == before.last_modified + timedelta(hours=1)


def test_host_with_and_without_port_is_answered_by_the_fast_layer():
    hosts = ["example.org", "example.org:8000", "[::1]", "[::1]:80", "", "127.0.0.1:1"]
    assert [strip_port(host) for host in hosts] == ["example.org", "example.org", "::1", "::1", "", "127.0.0.1"]
