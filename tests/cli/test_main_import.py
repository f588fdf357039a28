"""The command: what it prints, where it says what, and how it ends."""

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main

TALK = "Annual conference\n\n3-4 May 2027 Bergen, Norway\n\nRead More\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, text=None):
        return CliRunner().invoke(main, ["import", *arguments], input=text)

    return run


RECORD = """records:

  - id: annual-conference-2027
    kind: event
    title: Annual conference
    when: 3-4 May 2027
    place: {city: Bergen, country: \"NO\"}
"""


def test_prints_records_and_writes_nothing(run, tmp_path):
    result = run("-", text=TALK)
    assert (result.exit_code, result.stdout, result.stderr) == (0, RECORD, "")
    assert list(tmp_path.iterdir()) == []


def test_file_and_language(run, tmp_path):
    (tmp_path / "page.txt").write_text(TALK, encoding="utf-8")
    result = run("page.txt", "--lang", "fr", "--format", "page")
    assert (result.exit_code, result.stdout) == (0, RECORD.replace("Annual conference", "{fr: Annual conference}"))


def test_ends_with_1_where_something_would_not_pass(run):
    result = run("-", text=TALK.replace("3-4 May", "31 April-2 May"))
    assert result.exit_code == 1
    assert "-:1: annual-conference: not a record yet: Line 3 is not understood: " in result.stderr
    result = run("-", text="Call\n\nDeadline 31 April 2027\n")
    assert result.exit_code == 1
    assert result.stdout.startswith("records: []\n\n  # Line 1, not a record yet: ")
    assert result.stderr.startswith("-:1: call: not a record yet: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("none.ics",), 2),
        (("-", "--format", "pdf"), 2),
        (("-", "--lang", "klingon"), 2),
        (("-", "--format", "ics"), 1),
    ],
)
def test_usage_and_refusals(run, arguments, code):
    result = run(*arguments, text="x")
    assert result.exit_code == code
    assert (result.stdout, isinstance(result.exception, SystemExit)) == ("", True)
    assert "Error: " in result.stderr


def test_the_calendar_file_is_asked_for_its_zone_and_its_ids(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "events.yaml").write_text(
        "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\n" + RECORD, encoding="utf-8"
    )
    result = run("-", text=TALK)
    assert result.exit_code == 0
    assert "- id: annual-conference-2027-2\n" in result.stdout
    assert "The calendar file has a record 'annual-conference-2027' already: is this the same?" in result.stderr
    assert run("-", "--lang", "fr", text=TALK).exit_code == 1


@pytest.mark.parametrize("form", ["page", "html", "ics", "jsonld", "ocds", "csv"])
def test_every_error_names_the_file(run, tmp_path, form):
    (tmp_path / "what.bin").write_bytes(b"PK\x03\x04")
    (tmp_path / "bad.bin").write_bytes(b"\xff\xfe\xff")
    for name in ("what.bin", "bad.bin"):
        result = run(name, "--format", form)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"Error: {name}: " in result.stderr
