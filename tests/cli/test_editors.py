"""`calendar-service admin-link`: a link for somebody who sits at a machine without mail."""

import re

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main
from calendar_service.store.engine import sqlite_url

EDITORS = "anna@example.org, bo@example.org:write"


@pytest.fixture
def admin_link(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, editors=EDITORS, **more):
        environ = {
            "CALENDAR_EDITORS": editors,
            "CALENDAR_DATABASE_URL": sqlite_url(tmp_path / "calendar.sqlite3"),
            "CALENDAR_SECRET_KEY": "k" * 40,
            **more,
        }
        return CliRunner().invoke(main, ["admin-link", *arguments], env=environ)

    return run


@pytest.mark.parametrize(
    ("arguments", "editors"),
    [(("Anna@example.org",), EDITORS), ((), "anna@example.org"), (("bo@example.org",), EDITORS)],
)
def test_it_prints_a_link(admin_link, arguments, editors):
    done = admin_link(*arguments, editors=editors)
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/admin/sign-in/[\w-]{43}\n", done.stdout)
    assert "once, within 15 minutes" in done.stderr


def test_it_names_the_port_of_a_service_on_this_machine(admin_link):
    words = "bo@example.org", "--port", "8123"
    assert admin_link(*words).stdout.startswith("http://127.0.0.1:8123/admin/sign-in/")
    known = admin_link(*words, CALENDAR_BASE_URL="https://calendar.example.org")
    assert known.stdout.startswith("https://calendar.example.org/admin/sign-in/")


@pytest.mark.parametrize(
    ("arguments", "editors", "message"),
    [
        ((), "", "There are no admin pages. Set CALENDAR_EDITORS"),
        ((), EDITORS, "There are several editors. Name one: anna@example.org, bo@example.org"),
        (("carl@example.org",), EDITORS, "carl@example.org is not among CALENDAR_EDITORS"),
    ],
)
def test_it_says_what_is_missing(admin_link, arguments, editors, message):
    done = admin_link(*arguments, editors=editors)
    assert done.exit_code == 1
    assert message in done.stderr
    assert "/admin/sign-in/" not in done.output
