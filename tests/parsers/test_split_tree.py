"""Parsing record by record: the same values, places and refusals as parsing the whole file, or an error."""

import random
from collections import Counter
from pathlib import Path

import pytest

from calendar_service.parsers import split_tree as split
from calendar_service.parsers.split_tree import NotSplit, split_tree
from calendar_service.parsers.yaml_tree import read_tree
from tests.support.generated_files import generated_file

SAMPLE = (Path(__file__).parents[2] / "data" / "events.yaml").read_text(encoding="utf-8")
PIECES = [
    "&a ", "*a", "<<: *a", "!!str ", "\t", "---\n", "...\n", "'", '"', "|", "|+\n", ">-\n", "[", "]", "{", "}", "- ", "  - ", "    - x\n", "#", " #",
    ":", ": ", ", ", "\n", "\r", "\r\n", "\n\n", "  ", "? ", "records:\n", "%TAG ! x\n", "\u2028", "\u0085", "\0", "no: 1\n", "id: id\n", "é", "12:30", "\\",
]  # fmt: skip
HEAD = "calendar: {id: x.example}\nrecords:\n"


def damaged(rng, text):
    """Return the text with some pieces, lines or characters more, less, or elsewhere."""
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        lines = text.splitlines(keepends=True) or [""]
        n, at = rng.randrange(len(lines)), rng.randrange(len(text) + 1)
        match rng.randrange(8):
            case 0:
                del lines[n]
            case 1:
                lines.insert(rng.randrange(len(lines)), lines[n])
            case 2:
                lines[n] = " " * rng.randint(0, 6) + lines[n].lstrip(" ")
            case 3:
                lines.insert(n, rng.choice(["# c\n", "   # c\n", "\n", "   \n", "- \n", "  -\n", "-\n", "x: y\n"]))
            case 4:
                text = text[:at] + text[at + rng.randint(1, 3) :]
                continue
            case _:
                text = text[:at] + rng.choice(PIECES) + text[at:]
                continue
        text = "".join(lines)
    return text


def check_same(data):
    """Hold that a file says the same read in both ways; return how it was read."""
    whole = read_tree(data)
    try:
        tree = split_tree(data)
        values = [tree.value_of(number)[0] for number in range(len(tree.texts))]
    except NotSplit:
        return "whole" if whole.is_whole else "broken"
    assert whole.is_whole, data
    assert tree.value | {"records": values} == whole.value, data
    assert repr(values) == repr(whole.value["records"]), data
    assert (tree.refused, tree.unread) == (whole.refused, whole.unread), data
    for path in [*whole.places, ("records", 0, "no such"), ("no such",), ()]:
        assert tree.place_of(path) == whole.place_of(path), (data, path)
    return "refused" if tree.refused else "split"


def check_files(seed, times):
    rng, found = random.Random(seed), Counter()  # noqa: S311 (the same each time)
    for _ in range(times):
        text = SAMPLE if rng.random() < 0.05 else generated_file(rng).text
        found[check_same(damaged(rng, text).encode("utf-8", "surrogatepass"))] += 1
    return found


def test_a_file_says_the_same_record_by_record():
    found = check_files(0, 300)
    assert min(found[each] for each in ("whole", "broken", "refused", "split")) > 5, found


@pytest.mark.slow
def test_thousands_of_files_say_the_same_record_by_record():
    found = check_files(1, 10_000)
    assert min(found[each] for each in ("whole", "broken", "refused", "split")) > 200, found


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (HEAD + "  - id: a\n  - id: b\n", "split"),
        (HEAD + "- id: a\n- id: b\n", "split"),
        (HEAD.replace("\n", "\r\n") + "  - id: a\r\n  - {id: b}\r\n", "split"),
        ("\ufeff" + HEAD + "  - id: a", "split"),
        (HEAD + "  # c\n\n  - id: a\n# c\n  - id: b\n#", "split"),
        (HEAD + "  - summary: |+\n      one\n\n  - id: b\n", "split"),
        (HEAD + "  - id: a\n  - id: &b b\n", "refused"),
        (HEAD + "  - id: a\n  - {id: *b}\n", "refused"),
        (HEAD + "  - id: a\n    id: b\n", "refused"),
        (HEAD + "  - id: a\n    title:\tb\n", "refused"),
        (HEAD + "  - <<: {a: b}\n", "split"),
        (HEAD + "  - title: 'one\n  - two'\n  - id: b\n", "whole"),
        (HEAD + "  - {title: one,\n  id: b}\n", "whole"),
        (HEAD + "  - id: a\ntitle: b\n", "whole"),
        (HEAD + "  - id: a\n...\n", "whole"),
        (HEAD + "  - id: a\n---\n", "broken"),
        (HEAD.replace("x.example", "'\nrecords:\n  - x'") + "  - id: a\n", "whole"),
        ("records: []\n" + HEAD + "  - id: a\n", "whole"),
        ("records:\n" + HEAD + "  - id: a\n", "whole"),
        ("records:\n  - id: a\ncalendar: {id: x.example}\n", "whole"),
        (HEAD.replace("records:", "records: &r") + "  - id: a\n", "whole"),
        (HEAD + "  [a, b]\n", "whole"),
        (HEAD, "whole"),
        ("", "whole"),
        ("\0", "broken"),
    ],
)
def test_forms_of_files(text, how):
    assert check_same(text.encode()) == how


def test_limits_are_those_of_the_whole_file(monkeypatch):
    monkeypatch.setattr(split, "MAX_VALUES", 12)
    monkeypatch.setattr(split, "MAX_REFUSED", 2)
    records = ["  - id: a\n", "  - {id: b, c: d}\n", "  - id: e\n"]
    assert check_same((HEAD + "".join(records)).encode()) == "split"  # 4 + 2 + 3 + 2 values
    assert check_same((HEAD + "".join(records) + records[0]).encode()) == "whole"
    assert check_same((HEAD + "  - no: a\n").encode()) == "refused"
    assert check_same((HEAD + "  - no: a\n" * 2).encode()) == "whole"
