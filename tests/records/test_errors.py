"""The words of problems: counted nouns."""

import re
from pathlib import Path

import pytest

import calendar_service
from calendar_service.records.errors import counted

COUNTS = [
    (0, ("record",), "0 records"),
    (1, ("record",), "1 record"),
    (2, ("record",), "2 records"),
    (1_000, ("record",), "1,000 records"),
    (1, ("process", "processes"), "1 process"),
    (3, ("process", "processes"), "3 processes"),
]


@pytest.mark.parametrize(("number", "nouns", "text"), COUNTS)
def test_a_number_has_its_noun(number, nouns, text):
    assert counted(number, *nouns) == text


_NOUNS = (
    "records|messages|problems|subscribers|files|addresses|mails|differences|reminders|moments|notes|processes|people"
)
COUNTED = re.compile(
    rf"\{{[^{{}}]*(?:len\(|count|total|number|left|processes|messages|records)[^{{}}]*\}} (?:{_NOUNS})\b"
)


def test_no_sentence_counts_one_as_many():
    """A sentence with a number before a noun in the plural is one of two forms, or has a fixed limit."""
    found = []
    for path in sorted(Path(calendar_service.__file__).parent.rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            is_limit = re.search(r"(?i)more than|no more|at most|longer than|shorter than", line)
            is_pair = (
                '", "' in line
                or "ngettext" in line
                or "== 1 else" in line
                or re.search(r'\{number\} [^"]*",$', line.strip())
            )
            if COUNTED.search(line) and not is_limit and not is_pair:
                found.append(f"{path.name}: {line.strip()}")
    # These are never one.
    known = ("problems, of which", "problems up to here", "records have the id")
    assert [each for each in found if not any(part in each for part in known)] == []
