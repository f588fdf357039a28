"""The command `export`: where links of the files lead."""

import pytest

from tests.support.calendar_files import calendar, event
from tests.support.commands import run_here


@pytest.fixture
def published(tmp_path):
    (tmp_path / "events.yaml").write_text(calendar(event()))
    assert run_here(tmp_path, "publish", "events.yaml").returncode == 0
    return tmp_path


@pytest.mark.parametrize("live", ["live.example.org", "https://live.example.org/?x=1", "https://[live.example.org"])
def test_links_lead_to_an_address_alone(published, live):
    done = run_here(published, "export", "out", "--live", live)
    assert (done.returncode, (published / "out").exists()) == (2, False)
    assert "is not a base address. Write https://calendar.example.org." in done.stderr


def test_whoever_exports_is_told_of_links_to_this_machine(published):
    assert "set CALENDAR_BASE_URL" in run_here(published, "export", "out").stderr
    done = run_here(published, "export", "out", CALENDAR_BASE_URL="https://calendar.example.org")
    assert (done.returncode, done.stderr) == (0, "")
