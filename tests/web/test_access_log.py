"""The access log: an id for each request, and nothing in it that opens a page or names a person."""

import json
import logging

import pytest

from calendar_service.log_format import JsonFormatter, PlainFormatter
from calendar_service.web.access_log import redact_address
from calendar_service.web.client_families import family_of
from tests.support.public_site import PublicSite

ADDRESSES = {
    ("/calendar.ics", "kind=tender&lang=fr"): "/calendar.ics?kind=tender&lang=fr",
    ("/events/roads", ""): "/events/roads",
    ("/reminders", "kind=tender"): "/reminders",
    ("/fr/reminders", ""): "/fr/reminders",
    ("/reminders/manage/abc.def", "x=1"): "/reminders/manage/…",
    ("//reminders//manage/abc", ""): "//reminders/…",
    ("/preview/abc", ""): "/preview/…",
    ("/fr//preview/abc", ""): "/fr//preview/…",
    ("/reminders/unsubscribe/abc", ""): "/reminders/unsubscribe/…",
    ("/fr/reminders/confirm/abc/more", ""): "/fr/reminders/confirm/…",
    ("/reminders/other/abc", ""): "/reminders/…",
    ("/admin/sign-in/abc", ""): "/admin/…",
    ("/admin", "next=/x"): "/admin",
    ("/operator/letter/roads", "lead=1"): "/operator/…",
    ("/remindersabc", ""): "/remindersabc",
    ("/" + "t" * 90, ""): "/…",
    ("/", "q=ann@example.org&kind=event"): "/?q=…&kind=event",
    ("/", "q=ann%40example.org"): "/?q=…",
    ("/ann@example.org/x", ""): "/…/x",
    ("/a\r\nb", "c=\x1b[2J d"): "/a%0D%0Ab?c=%1B%5B2J%20d",
    ("/\xc3\xa9t\xc3\xa9", ""): "/%C3%A9t%C3%A9",
}
CLIENTS = {
    "Google-Calendar-Importer": "google",
    "Microsoft Office/16.0 (Microsoft Outlook 16.0; Pro)": "outlook",
    "macOS/14.5 (23F79) dataaccessd/1.0": "apple",
    "iOS/17.5 (21F79) dataaccessd/1.0": "apple",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0": "thunderbird",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "browser",
    "Mozilla/5.0 (compatible; bingbot/2.0)": "robot",
    "ICSx5/2.2 (ical4j)": "android",
    "curl/8.5.0": "program",
    "": "other",
}


@pytest.mark.parametrize(("given", "shown"), ADDRESSES.items())
def test_what_is_shown_of_an_address(given, shown):
    assert redact_address(*given) == shown


@pytest.mark.parametrize(("agent", "family"), CLIENTS.items())
def test_families_of_clients(agent, family):
    assert family_of(agent) == family


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="calendar_service.access")
    return lambda: [record for record in caplog.records if record.name == "calendar_service.access"]


@pytest.mark.parametrize(("proxies", "is_taken"), [(0, False), (1, True)])
def test_each_request_has_an_id_and_a_line(tmp_path, lines, proxies, is_taken):
    site = PublicSite(tmp_path, trusted_proxies=proxies, has_access_log=True)
    client = site.app.test_client()
    given = {"X-Request-ID": "given-by-the-proxy", "User-Agent": "curl/8"}
    first, again = (client.get("/missing", headers=given) for _ in range(2))
    hostile = client.get("/missing", headers={"X-Request-ID": "a b\tc"})
    ids = [answer.headers["X-Request-ID"] for answer in (first, again, hostile)]
    assert (ids[0] == "given-by-the-proxy") is is_taken
    assert len(set(ids)) == (2 if is_taken else 3)
    assert "X-Request-ID" not in client.get("/calendar.ics?kind=event", headers=given).headers
    assert [record.parts["path"] for record in lines()] == [
        *["/missing"] * 3,
        "/calendar.ics?kind=event",
    ]
    assert [record.parts["status"] for record in lines()] == ["404", "404", "404", "200"]
    assert lines()[3].getMessage().startswith("GET /calendar.ics?kind=event 200 ")
    assert lines()[3].getMessage().endswith(" program")
    site.engine.dispose()


def test_without_the_setting_there_is_no_line(tmp_path, lines):
    site = PublicSite(tmp_path)
    assert "X-Request-ID" in site.app.test_client().get("/missing").headers
    assert lines() == []
    site.engine.dispose()


def test_lines_are_plain_or_json():
    record = logging.LogRecord("calendar_service.x", logging.ERROR, "x.py", 1, "It\nfailed: %s", ("é",), None)
    record.parts = {"path": "/x"}
    assert PlainFormatter().format(record).endswith("ERROR calendar_service.x: It\nfailed: é")
    (line,) = JsonFormatter().format(record).splitlines()
    assert {key: value for key, value in json.loads(line).items() if key != "at"} == {
        "level": "ERROR",
        "logger": "calendar_service.x",
        "message": "It\nfailed: é",
        "path": "/x",
    }
