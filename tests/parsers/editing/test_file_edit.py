"""Edits of the calendar file change their own bytes and no others."""

import difflib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.editing.edits import (
    AppendRecord,
    RemoveValue,
    SetValue,
    UnfitEdit,
    edit_from_json,
    edit_to_json,
    parse_path,
)
from calendar_service.parsers.editing.file_edit import edit_file, record_text
from calendar_service.parsers.yaml_tree import read_tree
from tests.support.generated_files import generated_file
from tests.support.paths import ROOT
from tests.support.random_edits import check_random_edit, seeded

FILE = """\
# Ours.
calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}

records:   # newest last
  # The first.
  - id: day
    kind: event
    title: {en: World Day, fr: "Journée: mondiale"}   # both
    when: 20 June 2027    # provisional
    # Where it is.
    place: online
    tags:
      - one   # first
      - two
    summary: >-  # short
      A day that
      is kept.

  - kind: tender
    # The id never changes.
    id: call
    title: 'It''s a call'
    closes: 1 July 2027
    documents:
      - {title: Terms, url: https://example.org/terms.pdf}
      - title: Form
        url: https://example.org/form.pdf
    registration:   # how
      url: https://example.org/register
# The end.
"""
LONG = "A text of many words that goes on and on, " * 4 + "and ends."


def changed_lines(before, after):
    """The lines that are gone, and then those that are new."""
    lines = [line for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line[0] in "+-"]
    return sorted((line for line in lines if line[2:].strip()), key=lambda line: "-+".index(line[0]))


def edited(text, *edits):
    return edit_file(text.encode(), edits).decode()


def put(record, path, value):
    return SetValue(record, parse_path(path), value)


def take(record, path):
    return RemoveValue(record, parse_path(path) if path else ())


EXAMPLES = {
    "plain": (
        put("day", "when", "21 June 2027"),
        ["-     when: 20 June 2027    # provisional", "+     when: 21 June 2027    # provisional"],
    ),
    "in braces": (
        put("day", "title.fr", "Jour, oui"),
        [
            '-     title: {en: World Day, fr: "Journée: mondiale"}   # both',
            '+     title: {en: World Day, fr: "Jour, oui"}   # both',
        ],
    ),
    "quotes stay": (
        put("call", "title", "It's off"),
        ["-     title: 'It''s a call'", "+     title: 'It''s off'"],
    ),
    "quotes where needed": (
        put("day", "place", "Hall: #1"),
        ["-     place: online", '+     place: "Hall: #1"'],
    ),
    "folded": (
        put("day", "summary", "Short."),
        ["-       A day that", "-       is kept.", "+       Short."],
    ),
    "several lines": (
        put("day", "when", "one\ntwo"),
        [
            "-     when: 20 June 2027    # provisional",
            "+     when: |-    # provisional",
            "+       one",
            "+       two",
        ],
    ),
    "text becomes keys": (
        put("day", "place", {"name": "Hall", "city": "Lyon"}),
        ["-     place: online", "+     place: {name: Hall, city: Lyon}"],
    ),
    "keys become text, comments stay": (
        put("day", "tags", "x"),
        ["-     tags:", "-       - one   # first", "-       - two", "+     tags: x", "+     # first"],
    ),
    "item": (put("day", "tags.1", "three"), ["-       - two", "+       - three"]),
    "item at the end": (put("day", "tags.2", "three"), ["+       - three"]),
    "item taken": (take("day", "tags.0"), ["-       - one   # first", "+       # first"]),
    "new key in its order": (put("day", "status", "cancelled"), ["+     status: cancelled"]),
    "new key of a mapping": (
        put("call", "registration.closes", "1 June 2027"),
        ["+       closes: 1 June 2027"],
    ),
    "new mapping": (put("call", "place.city", "Lyon"), ["+     place: {city: Lyon}"]),
    "new long text": (
        put("call", "note_of_change", LONG),
        [
            "+     note_of_change: >-",
            "+       A text of many words that goes on and on, A text of many words that goes on and on, A text",
            "+       of many words that goes on and on, A text of many words that goes on and on, and ends.",
        ],
    ),
    "key taken": (
        take("day", "when"),
        ["-     when: 20 June 2027    # provisional", "+     # provisional"],
    ),
    "only key taken": (
        take("call", "registration.url"),
        ["-     registration:   # how", "-       url: https://example.org/register", "+     # how"],
    ),
    "first key taken": (
        take("call", "kind"),
        ["-   - kind: tender", "+   -"],
    ),
    "text taken from braces": (
        take("day", "title.en"),
        [
            '-     title: {en: World Day, fr: "Journée: mondiale"}   # both',
            '+     title: {fr: "Journée: mondiale"}   # both',
        ],
    ),
}
ADDED = {"id": "new", "kind": "webinar", "title": {"en": "A", "fr": "B"}, "when": "1 May 2027", "tags": ["no", "x"]}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_edit_changes_its_own_lines(name):
    edit, lines = EXAMPLES[name]
    assert changed_lines(FILE, edited(FILE, edit)) == lines


def test_a_list_changes_where_it_differs():
    after = edited(FILE, put("day", "tags", ["zero", "one", "two"]))
    assert changed_lines(FILE, after) == ["+       - zero"]


def test_the_order_of_keys_is_the_usual_one():
    after = edited(FILE, put("day", "status", "cancelled"), put("day", "url", "https://example.org/x"))
    keys = list(read_tree(after.encode()).value["records"][0])
    assert keys == ["id", "kind", "title", "when", "place", "status", "url", "tags", "summary"]


def test_a_record_is_appended_behind_the_last_one():
    after = edited(FILE, AppendRecord(ADDED))
    new = (
        "\n\n  - id: new\n    kind: webinar\n    title: {en: A, fr: B}\n    when: 1 May 2027\n    tags:\n"
        '      - "no"\n      - x'
    )
    assert after == FILE.replace("/register\n", f"/register{new}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("records: []  # none yet\n", "records:  # none yet\n  - id: new\n    kind: x\n"),
        ("records:\n-   id: a\n    kind: y", "records:\n-   id: a\n    kind: y\n\n-   id: new\n    kind: x"),
        ("records: [{id: a}]\n", "records: [{id: a}, {id: new, kind: x}]\n"),
        ("records:\n- id: a\n- id: b\n", "records:\n- id: a\n- id: b\n- id: new\n  kind: x\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_record_is_appended_in_the_style_of_the_file(before, after, newline):
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert edited(before, AppendRecord({"id": "new", "kind": "x"})) == after


def test_a_record_is_removed_and_its_comments_stay():
    after = edited(FILE, take("day", ""))
    assert "World Day" not in after
    assert [line.strip() for line in after.split("\n") if "#" in line][:6] == [
        "# Ours.", "records:   # newest last", "# The first.", "# both", "# provisional", "# Where it is.",
    ]  # fmt: skip


HOSTILE = ["a: b", "x #y", '"', "'", "- x", "%x", "a\tb", "🎉", "no", "12", "2027-03-15", "{x}", "a,b", " x ", "|", "é\u0301",
           "\u00a0x", "x\n\ny\n", "#", "*x", "a\\n", "<<", "---", "? x", "\u200fx", "x:"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_back_as_they_are(text):
    for path in ("when", "title.en", "tags.0", "summary", "place.name"):
        after = edited(FILE, put("day", "place", {"city": "x"}), put("day", path, text))
        value = read_tree(after.encode()).value["records"][0]
        for step in parse_path(path):
            value = value[step]
        assert value == text
    assert edited(FILE, AppendRecord({"id": "n", "title": text, "tags": [text], "place": {"name": text}}))


ANCHORED = FILE.replace("place: online", "place: &a online").replace("closes: 1 July 2027", "closes: *a")
REFUSED = [
    (FILE, put("day", "title.en", "a\x07b"), r"the text holds the invisible character U\+0007 at position 2\."),
    (FILE, put("day", "title.en", "a\rb"), r"U\+000D"),
    (FILE, put("day", "title.en", "a\u202eb"), r"U\+202E"),
    (FILE, put("day", "tags", []), "cannot be written"),
    (FILE, put("day", "tags", None), "cannot be written"),
    (FILE, put("day", "tags", 1.5), "cannot be written"),
    (FILE, put("day", "a\nb: c", "x"), "cannot be a key"),
    (FILE, put("nobody", "when", "x"), "there is no record 'nobody'"),
    (FILE.replace("id: call", "id: day"), put("day", "when", "x"), "2 records have the id 'day'"),
    (FILE, put("day", "place.city", "x"), "place has no place for 'city'"),
    (FILE, put("call", "documents.1.title.fr", "x"), r"documents\.1\.title has no place for 'fr'"),
    (FILE, put("day", "tags.7", "x"), "tags has no place for 7"),
    (FILE, put("day", "0", "x"), "0 has no place for 0|has no place for 0"),
    (FILE, take("day", "summary.en"), "is not there"),
    (ANCHORED, put("day", "when", "x"), r"line 11: anchors \(&\) and aliases \(\*\) such as &a are not read"),
    (FILE.replace("online", "on\tline"), put("day", "when", "x"), "problem in line 11: the line holds a tab"),
    ("calendar: {}\n", put("day", "when", "x"), "the file has no list of records"),
    ("records: x\n", put("day", "when", "x"), "the file has no list of records"),
    ("records: [{id: a}]\n", take("a", ""), "cannot be removed"),
]


@pytest.mark.parametrize(("text", "edit", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_edited_is_refused_with_words(text, edit, message):
    with pytest.raises(UnfitEdit, match=message):
        edited(text, edit)


def test_a_text_that_would_take_in_the_lines_below_is_refused_by_line():
    text = "records:\n- id: a\n  title: |+\n    one\n  when: x\n\n- id: b\n"
    with pytest.raises(
        UnfitEdit, match=r"line 3 \(records\.0\.title\) would not read as intended\. Nothing was written"
    ):
        edited(text, take("a", "when"))


def test_the_text_of_a_record_is_its_lines():
    assert record_text(FILE.encode(), "call").startswith("- kind: tender\n    # The id never changes.\n    id: call\n")
    assert record_text(FILE.encode(), "call").endswith("url: https://example.org/register")
    assert record_text(FILE.encode(), "nobody") is None


@pytest.mark.parametrize("edit", [put("a", "tags.0", {"x": [1, True]}), take("a", "title.fr"), AppendRecord(ADDED)])
def test_edits_are_kept_as_json(edit):
    assert edit_from_json(edit_to_json(edit)) == edit


@pytest.mark.parametrize("record", ["systemic-racism-webinar-2020", "refugee-day", "cyprus-migration-network-2020"])
def test_the_file_of_the_project_is_edited_in_its_lines(record):
    before = (ROOT / "data" / "events.yaml").read_bytes()
    edits = [put(record, "status", "cancelled"), put(record, "note_of_change", "The hall is shut.")]
    after = edit_file(before, [*edits, AppendRecord({**ADDED, "tags": ["x"]})])
    assert read_calendar(after, "f").errors == []
    lines = changed_lines(before.decode(), after.decode())
    assert [line for line in lines if line.startswith("-")] == []
    assert len(lines) == 2 + 5


# --- any file --------------------------------------------------------------------------------------------------------

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(st.randoms(use_true_random=False))
def test_every_byte_outside_an_edit_of_any_file_stays(chance):
    check_random_edit(chance, generated_file(chance))


@pytest.mark.slow
def test_three_thousand_edits_of_any_files():
    chances = [seeded(f"edit/{number}") for number in range(3_000)]
    made = sum(check_random_edit(chance, generated_file(chance)) for chance in chances)
    assert made > 2_990


@pytest.mark.slow
def test_a_hundred_edits_of_ten_thousand_records():
    file = generated_file(seeded("long"), records=10_000)
    made = sum(check_random_edit(seeded(f"long/{number}"), file) for number in range(100))
    assert made > 90
