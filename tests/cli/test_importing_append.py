"""`import --append`: records reach the calendar file as a whole, and never while a question is open."""

import pytest
from click.testing import CliRunner

from calendar_service.cli import adding
from calendar_service.cli.main import main

FILE = """\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\r
records:\r
-   id: annual-conference-2027   # ours\r
    kind: event\r
    title: Annual conference\r
    when: 5 May 2027\r
"""
TALK = "Annual conference\n\n3-4 May 2027 Bergen, Norway\n\nRead More\n\nWorkshop: roads\n\n9 May 2027 Online\n\nRead More\n"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "events.yaml"
    path.write_bytes(FILE.encode())
    return path


def run(*arguments, text=TALK):
    return CliRunner().invoke(main, ["import", "-", *arguments], input=text)


def test_all_are_appended_in_the_style_of_the_file(file):
    result = run("--append", "events.yaml", "--yes")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Read as: Sunday 9 May 2027\n" in result.stderr
    assert result.stderr.endswith("events.yaml: 2 of 2 records appended.\n")
    new = file.read_bytes().decode()
    assert new.startswith(FILE)
    assert new.count("\n") == new.count("\r\n")
    assert new[len(FILE) :].replace("\r", "") == (
        "\n-   id: annual-conference-2027-2\n    kind: event\n    title: Annual conference\n    when: 3-4 May 2027\n"
        '    place: {city: Bergen, country: "NO"}\n'
        '\n-   id: workshop-roads-2027\n    kind: event\n    title: "Workshop: roads"\n    when: 9 May 2027\n'
        "    place: online\n"
    )


def test_each_is_asked_for(file, monkeypatch):
    monkeypatch.setattr(adding, "can_ask", lambda: True)
    (file.parent / "page.txt").write_text(TALK)
    result = CliRunner().invoke(main, ["import", "page.txt", "--append", "events.yaml"], input="n\ny\n")
    assert result.exit_code == 1
    assert result.stderr.endswith("events.yaml: 1 of 2 records appended.\n")
    assert (b"Workshop" in file.read_bytes(), file.read_bytes().count(b"Annual conference")) == (True, 1)


@pytest.mark.parametrize(
    ("text", "options", "code", "message"),
    [
        (TALK, (), 2, "Write --yes to append without a question."),
        ("Call\n\nDeadline 31 April 2027\n", ("--yes",), 1, "1 of 1 are not clear. Nothing was appended."),
        (TALK + "\nCall\n\nDeadline 31 April 2027\n", ("--yes",), 1, "1 of 3 are not clear. Nothing was appended."),
    ],
)
def test_nothing_is_appended_while_something_is_open(file, text, options, code, message):
    result = run("--append", "events.yaml", *options, text=text)
    assert result.exit_code == code
    assert message in result.stderr
    assert file.read_bytes() == FILE.encode()


def test_a_file_with_problems_is_left_alone(file):
    file.write_bytes(FILE.replace("5 May", "32 May").encode())
    result = run("--append", "events.yaml", "--yes")
    assert result.exit_code == 1
    assert "events.yaml:6:5 records[0].when: " in result.stderr
