"""Broken calendar files, and what `check` prints for each, line by line.

`broken_files.txt` holds them: `=== name`, the file, `---`, and the lines that must be printed. After a change of words
that is meant, `REWRITE_GOLDEN=1 pytest tests/parsers/test_calendar_file_broken.py` writes the lines anew; then read
the difference, since a person must understand each of them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from calendar_service.parsers.calendar_file import read_calendar, read_calendar_file

GOLDEN = Path(__file__).with_name("broken_files.txt")


def _cases():
    for case in re.split(r"^=== ", GOLDEN.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = case.partition("\n")
        file, _, lines = rest.partition("\n---\n")
        yield name, f"{file}\n", lines.split("\n")


def _printed(file):
    return [str(finding) for finding in read_calendar(file.encode(), "f.yaml").findings]


if os.environ.get("REWRITE_GOLDEN"):
    _anew = ["\n".join([f"=== {name}", f"{file}---", *_printed(file), ""]) for name, file, _ in _cases()]
    GOLDEN.write_text("\n".join(_anew), "utf-8")
TABLE = [pytest.param(file, lines, id=name) for name, file, lines in _cases()]


@pytest.mark.parametrize(("file", "lines"), TABLE)
def test_every_problem_is_said_in_order_of_place(file, lines):
    assert _printed(file) == [line for line in lines if line]


@pytest.mark.parametrize(("file", "lines"), TABLE)
def test_there_is_a_draft_exactly_where_there_is_no_error(file, lines):
    reading = read_calendar(file.encode(), "f.yaml")
    is_fit = all(": note: " in line for line in lines if line)
    assert ((reading.draft is not None), bool(reading.errors)) == (is_fit, not is_fit)


def test_the_table_is_large():
    assert len(TABLE) >= 100


HEAD = "calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"


def lines_of(text):
    return [str(finding) for finding in read_calendar(text.encode(), "f.yaml").findings]


def test_columns_count_characters_and_not_bytes():
    record = "  - {id: a, kind: event, title: {en: T, fr: éàü}, when: 7 July 2027, oops: 1}\n"
    column = record.index("oops") + 1
    assert lines_of(HEAD + record)[0].startswith(f"f.yaml:3:{column} records[0].oops: there is no key 'oops' here.")


def test_an_invisible_character_does_not_hide_what_else_is_wrong():
    record = "  - id: a\n    kind: event\n    title: a\u202eb\n    when: 7\tJuli 2027\n    url: http://example.org\n"
    found = lines_of(HEAD + record)
    assert [" ".join(line.split()[:4]) for line in found] == [
        "f.yaml:5:13: the line holds",
        "f.yaml:6:5 records[0].when: '7 Juli",
        "f.yaml:6:12: the line holds",
        "f.yaml:7:5 records[0].url: 'http://example.org' is",
    ]


def test_all_records_are_looked_at_whatever_the_others_say():
    records = "".join(f"  - {{id: r-{n}, kind: event, title: T, when: 31 June 2027}}\n" for n in range(50))
    found = lines_of(HEAD + records)
    assert [line.split(": ")[0] for line in found] == [
        f"f.yaml:{n + 3}:{records.splitlines()[n].index('when') + 1} records[{n}].when" for n in range(50)
    ]


def test_too_many_problems_are_cut_with_a_word_about_it():
    records = "".join(f"  - {{id: r-{n}, kind: event, title: T}}\n" for n in range(1500))
    found = lines_of(HEAD + records)
    assert (len(found), found[-1]) == (
        1001,
        (
            "f.yaml:1003:5 records[1000]: there are 1,000 problems up to here; the rest was not looked at. "
            "Correct those first."
        ),
    )


def test_notes_do_not_count_as_problems():
    records = "".join(f"  - {{id: r-{n}, kind: event, title: T, when: 7 July 2027 11:00 CET}}\n" for n in range(1200))
    reading = read_calendar((HEAD + records).encode(), "f.yaml")
    assert (len(reading.draft.records), len(reading.findings), reading.errors) == (1200, 1200, [])


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("missing.yaml", "the file cannot be read: No such file or directory. Check its name and rights."),
        ("", "the file cannot be read: Is a directory. Check its name and rights."),
    ],
)
def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path, path, line):
    file = tmp_path / path
    assert [str(each) for each in read_calendar_file(file).findings] == [f"{file}:1:1: {line}"]
