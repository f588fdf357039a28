"""Bringing back what a record said: whatever it says now, and however it is written, the edits make it the same."""

from dataclasses import replace
from itertools import permutations

import pytest

from calendar_service.admin.restoring import cancelling_edits, version_edits
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.editing.edits import AppendRecord, RemoveValue, SetValue
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.parsers.importing.own_record import is_same_but_for_words
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.enums import Status
from tests.support.paths import CALENDARS

HEAD = "calendar: {id: demo.example, name: Demo, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
# What one record may say at different times; each becomes each other.
WEBINARS = [
    "when: 3 December 2026 at 11.00-12.30 CET\n    place: online",
    "when: 3 December 2026 at 11.00-12.30\n    timezone: Asia/Seoul\n    title: {en: Rumours, fr: Rumeurs}",
    "starts: 2026-12-03T11:00\n    ends: 2026-12-03T12:30\n    summary: Words\n    tags: [one, two]",
    "starts: 3 December 2026, 11:00 Asia/Seoul\n    ends: 3 December 2026, 12:30 Europe/Paris",
    "when: 25 October 2026 at 02:30\n    fold: 1\n    status: tentative",
    "when: 1 December 2026\n    repeats: every week until 22 December 2026\n    except: [8 December 2026]\n    changes: [{occurrence: 15 December 2026, when: 16 December 2026}]",
    "when: 3-4 December 2026\n    place: {name: Hall, city: Bergen, country: SE}\n    organisers: [One, {en: Two}]",
    "when: 3-4 December 2026\n    sessions: [{id: first, title: First, when: 3 December 2026 at 10.00-11.00}]",
    "when: 3 December 2026 at 11.00-12.30 CET\n    status: cancelled\n    note_of_change: Too few",
    'when: 3 December 2026\n    join: "https://example.org/j"\n    registration: {closes: 1 December 2026}',
    # Its zone is said twice, so it does not show in what one of the two leaves out.
    "when: 3 December 2026 at 11.00-12.30 Asia/Seoul\n    timezone: Asia/Seoul",
    "when: tomorrow",
]


def file_of(body):
    title = "" if "title: {en" in body else "    title: Rumours\n"
    return f"{HEAD}  - id: rumours   # kept\n    kind: webinar\n{title}    {body}\n".encode()


def draft_of(data):
    return read_calendar(data, "file").draft


GOOD = [each for each in WEBINARS if draft_of(file_of(each))]


def test_all_but_the_last_are_sound():
    assert WEBINARS[:-1] == GOOD


@pytest.mark.parametrize(("now", "then"), list(permutations(GOOD, 2)))
def test_each_version_comes_back_from_each_other(now, then):
    data, wanted = file_of(now), draft_of(file_of(then)).records[0]
    draft, values = draft_of(data), read_tree(data).value["records"][0]
    edits = version_edits(wanted, draft.records[0], values, draft.calendar)
    made = edit_file(data, edits)
    assert is_same_but_for_words(draft_of(made).records[0], wanted), made.decode()
    assert b"- id: rumours   # kept\n" in made


@pytest.mark.parametrize("name", ["showcase.yaml", "rich.yaml"])
def test_every_record_of_a_file_comes_back_whole(name):
    path = CALENDARS / name
    draft = draft_of(path.read_bytes())
    for record in draft.records:
        (edit,) = version_edits(record, None, {}, draft.calendar)
        assert isinstance(edit, AppendRecord)
        calendar = path.read_bytes().partition(b"\nrecords:")[0] + b"\nrecords: []\n"
        made = draft_of(edit_file(calendar, [edit]))
        assert made is not None, record.id
        assert is_same_but_for_words(made.records[0], record), record.id


def test_only_what_differs_is_touched():
    data = file_of(WEBINARS[0])
    draft, values = draft_of(data), read_tree(data).value["records"][0]
    record = draft.records[0]
    assert version_edits(record, record, values, draft.calendar) == []
    renamed = replace(record, title={"en": "Facts"})
    assert version_edits(renamed, record, values, draft.calendar) == [SetValue("rumours", ("title",), {"en": "Facts"})]


def test_what_a_version_did_not_have_goes():
    data = file_of(WEBINARS[2])
    draft, values = draft_of(data), read_tree(data).value["records"][0]
    untagged = replace(draft.records[0], tags=())
    assert version_edits(untagged, draft.records[0], values, draft.calendar) == [RemoveValue("rumours", ("tags",))]


def test_what_is_cancelled_already_is_left_alone():
    record = draft_of(file_of(WEBINARS[0])).records[0]
    assert cancelling_edits(record) == [SetValue("rumours", ("status",), "cancelled")]
    assert cancelling_edits(replace(record, status=Status.CANCELLED)) == []
