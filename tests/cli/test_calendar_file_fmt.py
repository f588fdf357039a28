"""The command `fmt` writes the usual form, or shows what it would write."""

from click.testing import CliRunner

from calendar_service.cli.main import main

FILE = """\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}
records:
-   kind: event
    # never changes
    id: "a"
    when: 7 July 2027{blanks}
    title: 'A'   # short""".replace("{blanks}", "  ")
USUAL = """\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}
records:
  # never changes
  - id: a
    kind: event
    title: A   # short
    when: 7 July 2027
"""


def run(*arguments):
    return CliRunner().invoke(main, ["fmt", *arguments])


def test_a_file_is_written_in_the_usual_form_once(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(FILE)
    result = run(str(path), "--check")
    assert (result.exit_code, path.read_text()) == (1, FILE)
    assert "+  - id: a\n" in result.stdout
    assert run(str(path)).stderr == f"{path}: written.\n"
    assert path.read_text() == USUAL
    assert run(str(path), "--check").stderr == f"{path}: nothing to change.\n"


def test_a_file_with_problems_is_left_alone(tmp_path):
    path = tmp_path / "events.yaml"
    for text, message in ((FILE.replace("7 July", "32 July"), "records[0].when: "), ("a: [", "problem in line ")):
        path.write_text(text)
        result = run(str(path))
        assert (result.exit_code, path.read_text()) == (1, text)
        assert message in result.stderr
