"""CALENDAR_EDITORS: who edits, with which roles, and who is told of faults."""

import pytest

from calendar_service.settings import BadSetting, Editor, read_settings

BOTH = frozenset({"write", "publish"})
REMEDY = (
    "Write addresses with commas between, each with :write or :publish where it may only do that: "
    "anna@example.org, bo@example.org:write"
)


@pytest.mark.parametrize(
    ("written", "editors"),
    [
        ("", ()),
        (
            "anna@example.org, bo@example.org:write",
            (Editor("anna@example.org", BOTH), Editor("bo@example.org", frozenset({"write"}))),
        ),
        (" anna@example.org : publish ,", (Editor("anna@example.org", frozenset({"publish"})),)),
        ("a@example.org\nb@example.org", (Editor("a@example.org", BOTH), Editor("b@example.org", BOTH))),
    ],
)
def test_editors_are_read(tmp_path, written, editors):
    assert read_settings({"CALENDAR_EDITORS": written}).editors == editors
    (tmp_path / "editors").write_text(written)
    assert read_settings({"CALENDAR_EDITORS_FILE": str(tmp_path / "editors")}).editors == editors


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("anna", "'anna' is not a mail address."),
        ("anna@example.org bo@example.org", "'anna@example.org bo@example.org' is not a mail address."),
        ("anna@example.org:admin", "'anna@example.org:admin' has a role that there is not."),
        ("anna@example.org:", "'anna@example.org:' has a role that there is not."),
        ("anna@example.org, ANNA@example.org:write", "'ANNA@example.org' is given twice."),
    ],
)
def test_editors_that_cannot_be_read_are_named(written, message):
    with pytest.raises(BadSetting) as caught:
        read_settings({"CALENDAR_EDITORS": written})
    assert str(caught.value) == f"CALENDAR_EDITORS: {message} {REMEDY}"
