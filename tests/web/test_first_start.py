"""A first start with a broken file: its problems are shown to whoever sits at the machine, and to nobody else."""

from datetime import UTC, date, datetime

import pytest

from calendar_service.starter_file import write_starter
from tests.support.public_site import PROGRAMME, PublicSite

BROKEN = "calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n  - broken: <b>\n"
LOCAL = "http://127.0.0.1:8000"
LINE = "events.yaml:3:5 records[0].broken: there is no key &#39;broken&#39; here."


def broken_site(folder, **settings):
    file = folder / "events.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    return PublicSite(folder, file=file, **{"base_url": LOCAL} | settings)


REQUESTS = pytest.mark.parametrize(
    ("settings", "headers", "client", "is_shown"),
    [
        ({}, {}, "127.0.0.1", True),
        ({}, {"Host": "localhost:8000"}, "::1", True),
        ({"base_url": "http://[::1]:8000"}, {"Host": "[::1]:8000"}, "::1", True),
        ({}, {}, "192.0.2.7", False),
        ({}, {"Host": "calendar.example.org"}, "127.0.0.1", False),
        ({}, {"Host": "127.0.0.1.example.org"}, "127.0.0.1", False),
        ({"base_url": "https://calendar.example.org"}, {}, "127.0.0.1", False),
        ({"trusted_proxies": 1}, {}, "127.0.0.1", False),
        ({}, {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", False),
        ({}, {"Forwarded": "for=127.0.0.1"}, "127.0.0.1", False),
        ({}, {"X-Real-IP": "127.0.0.1"}, "127.0.0.1", False),
        ({}, {"Via": "1.1 proxy"}, "127.0.0.1", False),
    ],
)


@REQUESTS
def test_problems_are_shown_at_the_machine_alone(tmp_path, settings, headers, client, is_shown):
    site = broken_site(tmp_path, **settings)
    sent = {"Host": "127.0.0.1:8000"} | headers
    answer = site.app.test_client().get("/", headers=sent, environ_overrides={"REMOTE_ADDR": client})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (
        503,
        "60",
        "no-store",
    )
    assert (LINE in page, "events.yaml" in page) == (is_shown, is_shown)
    assert ("Nothing has been published yet." in page) is not is_shown
    assert "Go to the calendar" not in page
    assert "<b>" not in page
    site.engine.dispose()


@REQUESTS
@pytest.mark.parametrize("is_starter", [True, False])
def test_the_sample_is_named_at_the_machine_alone(tmp_path, settings, headers, client, is_shown, is_starter):
    file = tmp_path / "starter.yaml" if is_starter else PROGRAMME
    if is_starter:
        write_starter(file, date(2026, 11, 23))
    site = PublicSite(tmp_path, file, **{"base_url": LOCAL} | settings)
    sent = {"Host": "127.0.0.1:8000"} | headers

    def page():
        return site.app.test_client().get("/", headers=sent, environ_overrides={"REMOTE_ADDR": client})

    first = page()
    sentence = "This is a sample. Your file is data/events.yaml: change a line, save it, and load this page again."
    assert (sentence in first.get_data(as_text=True)) is is_shown
    assert first.headers["Cache-Control"] == ("no-store" if is_shown else "max-age=60")
    site.publish(file.read_text(encoding="utf-8").replace("Refugee Day", "Day of Refugees"), datetime.now(UTC))
    assert "This is a sample" not in page().get_data(as_text=True)
    site.engine.dispose()


def test_a_calendar_of_ones_own_is_no_sample(site_of):
    site = site_of("  - {id: one, kind: event, title: One, when: 1 May 2027}\n", base_url=LOCAL)
    assert "This is a sample" not in site.get("/", Host="127.0.0.1:8000").get_data(as_text=True)


def test_programs_are_told_no_problems(tmp_path):
    site = broken_site(tmp_path)
    headers = {"Host": "127.0.0.1:8000"}
    answer = site.app.test_client().get(
        "/calendar.ics", headers=headers, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}
    )
    assert (
        answer.get_json()["detail"] == "Nothing has been published yet. The calendar is being set up. Come back later."
    )
    site.engine.dispose()
