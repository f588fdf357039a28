"""Any file gives findings: real files damaged at random, and a parser that fails itself."""

import json
import logging
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main
from calendar_service.parsers import calendar_file, validate
from calendar_service.parsers.calendar_file import read_calendar
from tests.support.mutated_files import damaged, failures, sources

FILE = """\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}
records:
  - {id: a, kind: event, title: A, when: 7 July 2027}
  - {id: b, kind: event, title: B, when: 7 July 2027}
  - {id: c, kind: event, title: C, when: 31 June 2027}
"""
LEFT_OUT = "Until it is mended, write this part in another way, or take it out."
REPORT = "This is a fault of the program: report it, with its log."


def test_two_bad_items_of_one_list_are_two_findings():
    tags = '  - {id: a, kind: event, title: A, when: 7 July 2027, tags: ["+cmd", "@x"]}\n'
    reading = read_calendar((FILE.partition("  - ")[0] + tags).encode(), "f")
    told = "it is not a tag ({}). Use letters, digits, spaces and hyphens, at most 50."
    assert [str(finding) for finding in reading.findings] == [
        f"f:3:62 records[0].tags[0]: {told.format(repr('+cmd'))}",
        f"f:3:70 records[0].tags[1]: {told.format(repr('@x'))}",
    ]


def test_damaged_files_give_findings():
    found = {seed: failed for seed in range(2_000) if (failed := failures(seed))}
    assert found == {}


@pytest.mark.slow
def test_many_more_damaged_files_give_findings():
    found = {seed: failed for number in range(20_000) if (failed := failures(seed := f"slow/{number}"))}
    assert found == {}


@pytest.mark.parametrize("form", ["text", "json"])
def test_check_answers_damaged_files(form, tmp_path):
    file = tmp_path / "events.yaml"
    for seed in range(60):
        file.write_bytes(damaged(seed))
        answer = CliRunner().invoke(main, ["check", str(file), "--format", form])
        reading = read_calendar(file.read_bytes(), str(file))
        assert (answer.exit_code, type(answer.exception)) in ((1, SystemExit), (0, type(None))), seed
        assert answer.exit_code == bool(reading.errors)
        if form == "json":
            told = [each["message"] for each in json.loads(answer.stdout)["problems"]]
            assert told == [finding.problem.message for finding in reading.findings]
        else:
            assert answer.stdout.splitlines()[:-1] == [str(finding) for finding in reading.findings]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_check_prints_to_any_terminal(form, encoding, tmp_path):
    file = os.fsencode(tmp_path) + b"/\xff\xc3.yaml"
    lines = '  - {id: a, kind: event, title: T, when: 7 July 2027, tags: ["\U0001f389", "é!"]}\n'
    with open(file, "wb") as opened:  # noqa: PTH123 (a name in bytes)
        opened.write((FILE.partition("  - ")[0] + lines).encode())
    done = subprocess.run(
        [sys.executable, "-c", "from calendar_service.cli.main import main; main()", "check", file, "--format", form],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    if form == "json":
        (first, second) = json.loads(done.stdout.decode(encoding))["problems"]
        assert (first["value"], second["value"]) == ("\U0001f389", "é!")
        assert first["file"].endswith(".yaml")
    else:
        # Where the terminal is said to know ASCII alone, UTF-8 is written all the same.
        assert len(done.stdout.decode("utf-8" if encoding == "ascii" else encoding).splitlines()) == 3


def plant(monkeypatch, module, name, record_id):
    """Have a part of the parser fail at one record."""
    real = getattr(module, name)

    def fails(shape, *rest, **more):
        if getattr(shape, "id", None) == record_id:
            raise ZeroDivisionError("a fault that nobody foresaw")
        return real(shape, *rest, **more)

    monkeypatch.setattr(module, name, fails)


def test_a_fault_in_one_record_leaves_the_findings_of_the_others(monkeypatch, caplog):
    plant(monkeypatch, validate, "resolve_record", "b")
    reading = read_calendar(FILE.encode(), "f")
    assert reading.draft is None
    assert [str(finding) for finding in reading.findings] == [
        f"f:4:5 records[1]: internal error while reading records[1] (ZeroDivisionError). {REPORT} {LEFT_OUT}",
        "f:5:36 records[2].when: there is no day '31 June 2027'. Check the day and the month.",
    ]
    assert [(record.levelno, record.exc_info[0]) for record in caplog.records] == [(logging.ERROR, ZeroDivisionError)]


def test_a_fault_in_the_calendar_leaves_the_findings_of_the_records(monkeypatch):
    plant(monkeypatch, validate, "resolve_calendar", "x.example")
    reading = read_calendar(FILE.encode(), "f")
    assert reading.draft is None
    assert [str(finding) for finding in reading.findings] == [
        f"f:1:1 calendar: internal error while reading calendar (ZeroDivisionError). {REPORT} {LEFT_OUT}",
        "f:5:36 records[2].when: there is no day '31 June 2027'. Check the day and the month.",
    ]


def test_a_fault_elsewhere_is_a_finding_too(monkeypatch):
    monkeypatch.setattr(calendar_file, "split_tree", lambda _: 1 / 0)
    reading = read_calendar(FILE.encode(), "f")
    assert reading.draft is None
    told = f"internal error while reading the file (ZeroDivisionError). {REPORT}"
    assert [str(finding) for finding in reading.findings] == [f"f:1:1: {told}"]


def test_what_is_damaged_is_real():
    assert len(set(sources())) >= 100
