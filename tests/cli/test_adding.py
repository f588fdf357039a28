"""The command `add`: what it asks, what it shows, and what it writes."""

import pytest
from click.testing import CliRunner

from calendar_service.cli import adding
from calendar_service.cli.main import main

FILE = """\
# Ours.
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}
records:
  - id: world-day-2027   # the first
    kind: event
    title: World day
    when: 7 July 2027
# The end.
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(FILE)
    return path


def run(file, *arguments, text=None):
    return CliRunner().invoke(main, ["add", str(file), *arguments], input=text)


def written(file):
    return file.read_text().removeprefix(FILE.removesuffix("# The end.\n")).removesuffix("# The end.\n")


def test_options_make_a_record(file):
    result = run(
        file, "--yes", "--kind", "webinar", "--title", "World day", "--when", "8 July 2027 at 11.00-12.30 CET",
        "--set", "title.fr=Jour: mondial", "--set", "timezone=Asia/Seoul", "--place", "online",
    )  # fmt: skip
    assert (result.exit_code, result.stdout) == (0, "")
    record = (
        '- id: world-day-2027-2\n  kind: webinar\n  title: {en: World day, fr: "Jour: mondial"}\n'
        "  when: 8 July 2027 at 11.00-12.30 CET\n  place: online\n  timezone: Asia/Seoul\n"
    )
    read = "Read as: Thursday 8 July 2027, 11:00-12:30 CEST (UTC+2); Seoul: 18:00-19:30 KST (UTC+9)\n"
    assert result.stderr == f"\n{record}{read}{file}: 1 of 1 record appended.\n"
    assert written(file) == "\n" + "".join(f"  {line}\n" for line in record.splitlines())


def test_at_a_terminal_it_asks_again_for_what_it_cannot_read(file, monkeypatch):
    monkeypatch.setattr(adding, "can_ask", lambda: True)
    answers = ["tender", "Roads: a call", "", "31 June 2027", "30 June 2027, 17:00", "", "ftp://x", "", "", "y"]
    result = run(file, text="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.stderr
    assert "Error: there is no day '31 June 2027'" in result.stderr
    assert "is not a full https address" in result.stderr
    assert "Id, which never changes [roads-a-call-2027]:" in result.stderr
    assert "Read as: Closes: Wednesday 30 June 2027, 17:00 CEST (UTC+2)\n" in result.stderr
    assert written(file) == (
        '\n  - id: roads-a-call-2027\n    kind: tender\n    title: "Roads: a call"\n    closes: 30 June 2027, 17:00\n'
    )  # fmt: skip


def test_a_no_writes_nothing(file, monkeypatch):
    monkeypatch.setattr(adding, "can_ask", lambda: True)
    result = run(file, "--kind", "event", "--title", "A", text="\n8 July 2027\n\n\nown-id\nn\n")
    assert result.exit_code == 1
    assert result.stderr.endswith(f"{file}: 0 of 1 record appended.\n")
    assert file.read_text() == FILE


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--kind", "event", "--title", "A", "--when", "8 July 2027"), 2, "Write --yes to append without a question."),
        (("--yes", "--kind", "event"), 2, "Write --kind and --title."),
        (("--yes", "--kind", "event", "--title", "A", "--when", "31 June 2027"), 1, "records[1].when: "),
        (("--yes", "--kind", "event", "--title", "A", "--set", "x"), 2, "Write it as in title.fr="),
        (("--yes", "--kind", "event", "--title", "A", "--set", "title.x.y=z"), 2, "There is no place for 'title.x.y'."),
        (("--yes", "--kind", "event", "--title", "A", "--when", "8 July 2027", "--id", "world-day-2027"), 1, "has the id"),
        (("--yes", "--kind", "event", "--title", "A", "--when", "8 July 2027", "--id", "A" * 65), 1, "it is not an id"),
        (("--yes", "--kind", "event", "--title", "A", "--when", "8 July 2027", "--url", "javascript:x"), 1, "https"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_record_is_not_written(file, arguments, code, message):
    result = run(file, *arguments)
    assert (result.exit_code, file.read_text()) == (code, FILE)
    assert message in result.stderr


def test_a_file_with_problems_is_shown_and_left_alone(file):
    file.write_text(FILE.replace("7 July", "32 July"))
    result = run(file, "--yes", "--kind", "event", "--title", "A", "--when", "8 July 2027")
    assert result.exit_code == 1
    assert f"{file}:7:5 records[0].when: " in result.stderr
