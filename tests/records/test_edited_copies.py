"""Files that look like an edited copy of an older edition, and edits that only look a little like one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.edited_copies import EditedCopy, PutBack, find_edited_copy
from calendar_service.records.edition import Draft, Revision, advance, compare_with_draft
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.record import Calendar, Link, Milestone, Place, Record, Schedule, Session
from calendar_service.records.times import DaySpan, EndOfDay

ZONE = "Europe/Paris"
CALENDAR = Calendar(id="example.org", name={"en": "Example"}, zone=ZONE, languages=("en", "fr"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def days(first):
    return DaySpan(date.fromisoformat(first), date.fromisoformat(first))


def event(name, day="2026-06-01", **more):
    schedule = Schedule(days(day), words=more.pop("words", day))
    return Record(id=name, kind=Kind.EVENT, **{"title": {"en": "Event"}, "schedule": schedule} | more)


def tender(name, closes="2026-07-10", **more):
    milestones = {MomentName.CLOSES: Milestone(EndOfDay(date.fromisoformat(closes), ZONE), closes)}
    return Record(id=name, kind=Kind.TENDER, **{"title": {"en": "Tender"}, "milestones": milestones} | more)


class Published:
    """Editions of lists of records, as the database keeps them."""

    def __init__(self, *editions):
        self.last, self.histories = None, {}
        for number, records in enumerate(editions, start=1):
            made = compare_with_draft(self.last, Draft(CALENDAR, tuple(records)), NOW, NOW).revisions
            made = [replace(each, edition=number) for each in made]
            for each in made:
                self.histories.setdefault(each.record.id, []).append(each)
            self.last = advance(self.last, number, NOW, CALENDAR, made)

    def load(self, ids):
        return {name: self.histories[name] for name in ids}

    def judge(self, *records, now=NOW):
        """Return the copy that a file with these records is taken for."""
        comparison = compare_with_draft(self.last, Draft(CALENDAR, records), now, now)
        return find_edited_copy(self.last, comparison.revisions, self.load, now)


A, B, C, D = event("a"), event("b"), tender("c"), tender("d")
RENAMED = replace(A, title={"en": "Renamed"})
NOTED = {"en": "The first date stands after all."}


def moved(record, day, **more):
    return replace(record, schedule=Schedule(days(day), day), **more)


def withdrawn(name):
    return PutBack(name, ("withdrawn",), matters=True)


HELD = {
    "a later tender is lost, and a word is changed": ([[A], [A, C]], [RENAMED], EditedCopy(1, 0, (withdrawn("c"),))),
    "a word of another language is added": (
        [[A], [A, C]],
        [replace(A, title={"en": "Event", "fr": "Évènement"})],
        EditedCopy(1, 0, (withdrawn("c"),)),
    ),
    "a record is added": ([[A], [A, C]], [A, B], EditedCopy(1, 0, (withdrawn("c"),))),
    "two later tenders of two editions": (
        [[A], [A, C], [A, C, D]],
        [RENAMED],
        EditedCopy(1, 0, (withdrawn("c"), withdrawn("d"))),
    ),
    "of the edition before the last": ([[A], [A, C], [A, C, D]], [RENAMED, C], EditedCopy(2, 0, (withdrawn("d"),))),
    "a start that had moved": (
        [[A, B], [moved(A, "2026-06-08"), B]],
        [A, replace(B, title={"en": "Renamed"})],
        EditedCopy(1, 0, (PutBack("a", ("schedule",), matters=True),)),
    ),
    "the word is changed in the very record that had moved": (
        [[A], [moved(A, "2026-06-08", note_of_change=NOTED)]],
        [RENAMED],
        EditedCopy(1, 0, (PutBack("a", ("schedule",), matters=True),)),
    ),
    "a session of the record that is edited": (
        [
            [event("a", sessions=(Session("s", {"en": "One"}, days("2026-06-01"), ""),))],
            [event("a", sessions=(Session("s", {"en": "One"}, days("2026-06-02"), ""),))],
        ],
        [event("a", title={"en": "Renamed"}, sessions=(Session("s", {"en": "One"}, days("2026-06-01"), ""),))],
        EditedCopy(1, 0, (PutBack("a", ("session s",), matters=True),)),
    ),
    "what was called off comes back": (
        [[A, B], [replace(A, status=Status.CANCELLED), B]],
        [A, replace(B, title={"en": "Renamed"})],
        EditedCopy(1, 0, (PutBack("a", ("status",), matters=True),)),
    ),
    "what was withdrawn comes back, edited": (
        [[A, B], [B]],
        [RENAMED, B],
        EditedCopy(1, 0, (PutBack("a", ("in the calendar again",), matters=True),)),
    ),
    "the place that had changed": (
        [[A, B], [replace(A, place=Place(address="Street 2")), B]],
        [A, replace(B, title={"en": "Renamed"})],
        EditedCopy(1, 0, (PutBack("a", ("place",), matters=True),)),
    ),
    "the documents of a tender and the summary of another": (
        [
            [C, D],
            [replace(C, documents=(Link({"en": "Terms"}, "https://x.example"),)), replace(D, summary={"en": "S"})],
        ],
        [C, D, A],
        EditedCopy(1, 0, (PutBack("c", ("documents",), matters=False), PutBack("d", ("summary (en)",), matters=False))),
    ),
    "more is put back than kept": (
        [[A], [A, C, D, B]],
        [RENAMED, B],
        EditedCopy(1, 1, (withdrawn("c"), withdrawn("d"))),
    ),
}

NORMAL = {
    "the first change ever": ([[A]], [RENAMED]),
    "a record of the first edition is withdrawn": ([[A, C]], [RENAMED]),
    "a new record": ([[A], [A, C]], [A, C, B]),
    "what came later is kept, and one before it withdrawn": ([[A], [A, C], [A, C, D]], [RENAMED, D]),
    "as much is kept as put back": ([[A], [A, C, D]], [RENAMED, C]),
    "moved once more": ([[A, B], [moved(A, "2026-06-08"), B]], [moved(A, "2026-06-15"), B]),
    "back to the first date, and says why": (
        [[A, B], [moved(A, "2026-06-08"), B]],
        [replace(A, note_of_change=NOTED), replace(B, title={"en": "Renamed"})],
    ),
    "a second extension at the first hour, its note taken out": (
        [[C], [tender("c", "2026-07-20", note_of_change=NOTED)]],
        [tender("c", "2026-07-25")],
    ),
    "what had come is edited": ([[A], [A, C]], [A, replace(C, title={"en": "Renamed"})]),
    "a record with something kept and something put back": (
        [[A, B], [moved(A, "2026-06-08", title={"en": "Renamed"}), B]],
        [RENAMED, replace(B, title={"en": "Other"})],
    ),
    "an event that is over is taken out": (
        [[A], [A, event("past", "2026-02-01")]],
        [RENAMED],
    ),
    "what was called off is taken out": (
        [[A], [A, replace(C, status=Status.CANCELLED)]],
        [RENAMED],
    ),
}


@pytest.mark.parametrize(("editions", "file", "expected"), HELD.values(), ids=HELD)
def test_an_edited_copy_of_an_older_edition(editions, file, expected):
    found = Published(*editions).judge(*file)
    assert found == expected
    assert found.is_doubtful


@pytest.mark.parametrize(("editions", "file"), NORMAL.values(), ids=NORMAL)
def test_a_normal_edit(editions, file):
    assert Published(*editions).judge(*file) is None


ONE_TEXT = {
    "a title": ([[A, B], [RENAMED, B]], [A, replace(B, title={"en": "Other"})], ("title (en)",)),
    "words of a date": ([[A, B], [event("a", words="1 June"), B]], [A, moved(B, "2026-06-09")], ("words of schedule",)),
    "a date that is over": (
        [[event("a", "2026-02-01"), B], [event("a", "2026-02-02"), B]],
        [event("a", "2026-02-01"), moved(B, "2026-06-09")],
        ("schedule",),
    ),
}


@pytest.mark.parametrize(("editions", "file", "parts"), ONE_TEXT.values(), ids=ONE_TEXT)
def test_what_is_put_back_in_one_record_and_tells_nobody_anything_passes(editions, file, parts):
    found = Published(*editions).judge(*file)
    assert found == EditedCopy(1, 0, (PutBack("a", tuple(p for p in parts), matters=False),))
    assert not found.is_doubtful


def test_a_revision_that_only_follows_the_clocks_is_no_newer_knowledge():
    published = Published([A, B], [A, B, C])
    same = Revision(B, 2, 1, NOW, edition=3)
    published.histories["b"].append(same)
    published.last = advance(published.last, 3, NOW, CALENDAR, [same])
    assert published.judge(RENAMED, B) == EditedCopy(1, 0, (withdrawn("c"),))


def test_what_is_coming_is_judged_by_now():
    published = Published([A], [A, C])
    assert published.judge(RENAMED, now=NOW + timedelta(days=60)).is_doubtful
    assert published.judge(RENAMED, now=NOW + timedelta(days=365)) is None


names = ["a", "b", "c", "d", "e", "f"]
state = st.builds(
    lambda name, day, title: event(name, f"2026-06-{day:02}", title={"en": title}),
    st.sampled_from(names),
    st.integers(1, 28),
    st.sampled_from(["One", "Two", "Three"]),
)
file = st.lists(state, min_size=1, max_size=6, unique_by=lambda record: record.id)


@given(st.lists(file, min_size=2, max_size=6), st.data())
def test_every_copy_with_one_more_record_is_found(editions, data):
    """A copy of any edition with a record that is new: where a coming record is lost or moved, it is doubted."""
    number = data.draw(st.integers(1, len(editions) - 1))
    published = Published(*editions)
    old = {each.id: each for each in editions[number - 1]}
    present = {each.id: each for each in editions[-1]}
    found = published.judge(*old.values(), event("new"))
    loses = [name for name in present if name not in old or old[name].schedule != present[name].schedule]
    if loses:
        assert found is not None
        assert found.is_doubtful


@given(st.lists(file, min_size=1, max_size=6), state)
def test_an_edit_of_the_present_file_is_no_copy(editions, edit):
    """Whatever was before, one record that gets a state it never had puts nothing back."""
    published = Published(*editions)
    fresh = replace(edit, title={"en": "Never"}, schedule=Schedule(days("2026-08-08"), "new"))
    others = [each for each in editions[-1] if each.id != edit.id]
    assert published.judge(*others, fresh) is None
