"""The audit finds nothing where nothing is wrong, and each fault that is put into a renderer."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from waitress.server import create_server

from calendar_service.cli.main import main
from calendar_service.output_formats import FORMATS, list_outputs
from calendar_service.verification import audit
from calendar_service.verification.fetch import SilentServer, UnusableAddress, ask_server
from calendar_service.web import agenda, feed_renderer
from calendar_service.web.inprocess import ask_application
from tests.support.audited import EVENTS, NOW, RICH, SMALL, WINDOWS, Audited, extend
from tests.support.broken_writers import BROKEN, SENT

FORMS = {form.path: name for name, form in FORMATS.items()}
FORMS |= {"/widget": "widget", "/newsletter": "newsletter"}
FINAL = "closes: 10 February 2027, 17:00"
BEFORE = ["closes: 3 February 2027", "closes: 5 February 2027, 12:00"]
IN_WINDOWS = datetime(2027, 4, 25, 12, tzinfo=NOW.tzinfo)


def form_of(surface):
    path = surface.partition("?")[0].removeprefix("/fr")
    if path.startswith("/year/"):
        return "year"
    if path.endswith(".ics"):
        return "ics"
    return FORMS.get(path, "agenda" if path == "/" else "page")


def surfaces(records, languages=2, clocks=3):
    """How many surfaces there are: outputs, agenda, newsletter and three years alone; beside each clock also the widget
    and each record's two."""
    outputs = len(list_outputs())
    without_cancelled = some_weeks = outputs + 2
    return languages * (outputs + 5 + without_cancelled + some_weeks + clocks * (outputs + 3 + 2 * records))


def break_writer(name, monkeypatch):
    next(breaking for known, breaking, *_ in BROKEN if known == name)(monkeypatch)


def remembering(verify):
    """Return `verify_surface` so that bytes that are the same whatever is broken are read once."""
    known = {}

    def verify_once(surface, body, scope):
        key = (surface, body, scope.now, scope.lang, scope.zone)
        if key not in known:
            known[key] = verify(surface, body, scope)
        return known[key]

    return verify_once


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    opened = Audited(tmp_path_factory.mktemp("small"))
    extend(opened, SMALL.read_text(encoding="utf-8"), FINAL, BEFORE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "verify_surface", remembering(audit.verify_surface))
        yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    opened = Audited(tmp_path_factory.mktemp("windows"))
    opened.publish(WINDOWS.read_text(encoding="utf-8"))
    assert opened.audit(("en",), ("",), now=IN_WINDOWS).faults == []
    yield opened
    opened.engine.dispose()


@pytest.fixture
def audited(tmp_path):
    opened = Audited(tmp_path)
    yield opened
    opened.engine.dispose()


def test_the_programme_is_sound(audited):
    audited.publish(EVENTS.read_text(encoding="utf-8"))
    report = audited.audit()
    assert [str(fault) for fault in report.faults] == []
    assert re.fullmatch(r"\d+ moments of \d+ records on \d+ surfaces, 0 differences", str(report))


def test_one_of_everything_is_sound(audited):
    extend(audited, RICH.read_text(encoding="utf-8"), FINAL, BEFORE)
    report = audited.audit()
    assert [str(fault) for fault in report.faults] == []
    assert str(report) == f"134 moments of 27 records on {surfaces(27)} surfaces, 0 differences"


@pytest.mark.parametrize("day", [datetime(2027, 10, 31, 0, 30), datetime(2028, 2, 29, 12), datetime(2027, 6, 30, 22)])
def test_the_small_calendar_is_sound_on_other_days(small, day):
    report = small.audit(zones=("",), now=day.replace(tzinfo=NOW.tzinfo))
    assert [str(fault) for fault in report.faults] == []
    assert str(report).endswith(f"of 7 records on {surfaces(7, clocks=1)} surfaces, 0 differences")


def test_a_withdrawn_record_is_looked_at_for_ninety_days(audited):
    text = SMALL.read_text(encoding="utf-8")
    kept, _, gone = text.partition("  - id: day\n")
    audited.publish(text)
    audited.publish(kept + "  - id: meeting" + gone.partition("  - id: meeting")[2], NOW - timedelta(days=1))
    soon, late = audited.audit(("en",), ("",)), audited.audit(("en",), ("",), now=NOW + timedelta(days=95))
    assert (soon.faults, soon.records, late.faults, late.records) == ([], 7, [], 6)


@pytest.mark.parametrize(("breaking", "lang", "seen"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_a_broken_renderer_is_caught(small, monkeypatch, breaking, lang, seen):
    breaking(monkeypatch)
    report = small.audit((lang,), ("",))
    assert {form_of(fault.surface) for fault in report.faults} == seen


# Where the days that are asked for are lost, and the outputs that then list something else.
BOUNDLESS = {
    "outputs": (feed_renderer, {"ics", "jcal", "jscalendar", "json", "csv", "api"}),
    "agenda": (agenda, {"agenda", "widget"}),
}


@pytest.mark.parametrize(("module", "seen"), BOUNDLESS.values(), ids=BOUNDLESS)
def test_what_lies_outside_the_days_is_caught(windows, monkeypatch, module, seen):
    monkeypatch.setattr(module, "days_asked", lambda *_: None)
    report = windows.audit(("en",), ("",), now=IN_WINDOWS)
    assert {form_of(fault.surface) for fault in report.faults if "to=" in fault.surface} == seen


@pytest.mark.parametrize(("pattern", "instead", "seen"), SENT.values(), ids=SENT)
def test_what_is_sent_wrong_is_caught(small, pattern, instead, seen):
    ask = ask_application(small.app_at())

    def fetch(path):
        status, body = ask(path)
        return status, re.sub(pattern, instead, body)

    report = small.audit(("en",), ("",), fetch)
    assert {form_of(fault.surface) for fault in report.faults} == seen


def test_an_error_of_the_server_is_a_fault(small):
    ask = ask_application(small.app_at())
    report = small.audit(("en",), ("",), lambda path: (500, b"") if path == "/events/day" else ask(path))
    assert list(map(str, report.faults)) == ["/events/day: day, the surface: expected 200 OK, found 500"]


def test_a_fault_names_surface_record_moment_and_both_times(small, monkeypatch):
    break_writer("dtstart_an_hour_late", monkeypatch)
    faults = list(map(str, small.audit(("en",), ("",)).faults))
    assert (
        "/events/seoul.ics?lang=en: seoul, happening: expected 2027-07-07T09:00:00Z to 2027-07-07T10:30:00Z, "
        "found 2027-07-07T10:00:00Z to 2027-07-07T10:30:00Z"
    ) in faults


# -- the command ------------------------------------------------------------------------------------


@pytest.fixture
def server(small):
    """Serve the small calendar on a port of this machine."""
    running = create_server(small.app_at().wsgi_app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield f"http://127.0.0.1:{running.effective_port}"
    running.trigger.pull_trigger(running.close)
    thread.join(10)
    assert not thread.is_alive()


def command(small, monkeypatch, *words):
    monkeypatch.setenv("CALENDAR_DATABASE_URL", small.url)
    monkeypatch.setattr("calendar_service.cli.outputs.clock", lambda: NOW)
    return CliRunner().invoke(main, ["audit", *words])


def test_the_command_asks_the_application_of_the_settings(small, monkeypatch):
    result = command(small, monkeypatch)
    assert (result.exit_code, result.output) == (
        0,
        f"44 moments of 7 records on {surfaces(7)} surfaces and in 42 messages, 0 differences\n",
    )


def test_the_command_says_what_a_server_has_wrong(small, monkeypatch, server):
    # The server runs in this process, so that a broken renderer is broken there too.
    break_writer("record_dropped_from_the_table", monkeypatch)
    result = command(small, monkeypatch, server + "/")
    *faults, summary = result.output.splitlines()
    assert result.exit_code == 1
    assert faults[0] == "/calendar.csv?lang=en: repeated-hour, the record: expected it, found nothing"
    assert summary == f"44 moments of 7 records on {surfaces(7)} surfaces and in 42 messages, 12 differences"


def test_the_command_wants_something_published(tmp_path, monkeypatch):
    monkeypatch.setenv("CALENDAR_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    result = CliRunner().invoke(main, ["audit"])
    assert (result.exit_code, result.output) == (
        1,
        "Error: Nothing is published yet. Publish the file first: calendar-service publish\n",
    )


@pytest.mark.parametrize("address", ["file:///etc/passwd", "calendar.example", "http://", "http://[", "https://a/?b"])
def test_only_addresses_of_servers_are_asked(address):
    with pytest.raises(UnusableAddress):
        ask_server(address)


def test_a_silent_server_is_said():
    with pytest.raises(SilentServer):
        ask_server("http://127.0.0.1:9")("/")


def test_no_redirect_is_followed():
    def elsewhere(_, start_response):
        start_response("302 Found", [("Location", "http://127.0.0.1:9/"), ("Content-Length", "0")])
        return [b""]

    running = create_server(elsewhere, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        assert ask_server(f"http://127.0.0.1:{running.effective_port}")("/calendar.ics") == (302, b"")
    finally:
        running.trigger.pull_trigger(running.close)
        thread.join(10)
