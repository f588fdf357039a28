"""Edits reach the calendar file only if it stays valid and is as it was read."""

from datetime import UTC, datetime

import pytest

from calendar_service.parsers.editing.edits import AppendRecord, SetValue, UnfitEdit
from calendar_service.store.file_saving import save_edits
from calendar_service.store.whole_file import NotReplaced

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
FILE = b"""\
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en]}
records:
  - {id: a, kind: event, title: A, when: 7 July 2027}  # the first
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_bytes(FILE)
    return path


def test_edits_are_written(file):
    new = save_edits(file, FILE, [SetValue("a", ("when",), "8 July 2027")], NOW)
    assert file.read_bytes() == new == FILE.replace(b"7 July", b"8 July")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            SetValue("a", ("when",), "31 June 2027"),
            r"so nothing was written:\n.*events\.yaml:3:\d+ records\[0\]\.when: ",
        ),
        (SetValue("a", ("wen",), "7 June 2027"), "there is no key 'wen' here"),
        (AppendRecord({"id": "a", "kind": "event", "title": "A", "when": "7 July 2027"}), "another record has the id"),
        (AppendRecord({"id": "x" * 65, "kind": "event", "title": "A", "when": "7 July 2027"}), "it is not an id"),
        (SetValue("a", ("url",), "javascript:alert(1)"), "is not a full https address"),
    ],
)
def test_what_check_refuses_is_not_written(file, edit, message):
    with pytest.raises(UnfitEdit, match=message):
        save_edits(file, FILE, [edit], NOW)
    assert file.read_bytes() == FILE


def test_a_newer_file_is_not_overwritten(file):
    file.write_bytes(FILE + b"# by hand\n")
    with pytest.raises(NotReplaced, match="has changed since it was read"):
        save_edits(file, FILE, [SetValue("a", ("when",), "8 July 2027")], NOW)
    assert file.read_bytes() == FILE + b"# by hand\n"


def test_an_edit_that_changes_nothing_does_not_touch_the_file(file):
    before = file.stat().st_ino
    assert save_edits(file, FILE, [SetValue("a", ("title",), "A")], NOW) == FILE
    assert file.stat().st_ino == before
