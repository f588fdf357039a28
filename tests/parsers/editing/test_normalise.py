"""The usual form of a file says the same, keeps every comment, and is stable."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_service.parsers.editing.normalise import normalise
from calendar_service.parsers.yaml_tree import read_tree
from tests.support.generated_files import generated_file
from tests.support.random_edits import same

CASES = [
    ("records:\n- id: a\n  tags:\n  - x\n  -   y\n", "records:\n  - id: a\n    tags:\n      - x\n      - y\n"),
    ("records:\n    -   id: 'a: b'\n        url: \"x\"\n", "records:\n  - id: 'a: b'\n    url: x\n"),
    (
        "records:\n  - kind: x\n    # of a\n\n    # too\n    id: a\n    # of b\n    title: |\n      t  \n\n    when: 1 May\n",
        "records:\n  # of a\n\n  # too\n  - id: a\n    kind: x\n    # of b\n    title: |\n      t  \n\n    when: 1 May\n",
    ),
    ("records: [{kind: x,  id: 'a'}]   ", "records: [{kind: x,  id: a}]\n"),
    ("records:\n  - id: a\n    tags: [\n       'no',   \n       b ]\n", "records:\n  - id: a\n    tags: [\n       'no',\n       b ]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_usual_form(before, after, newline):
    before, after = (text.replace("\n", newline).encode() for text in (before, after))
    if newline == "\r\n" and b"\n" not in before:
        after = after.replace(b"\r", b"")
    assert normalise(before) == after
    assert normalise(b"\xef\xbb\xbf" + after) == b"\xef\xbb\xbf" + after


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_any_file_says_the_same_in_the_usual_form(chance):
    file = generated_file(chance)
    usual = normalise(file.text.encode())
    assert same(read_tree(usual).value, file.value)
    assert [each for each in file.comments if each not in usual.decode()] == []
    assert normalise(usual) == usual
