"""Reading a file again: the same result as reading it for the first time or whole, and work for changed records only."""

import random
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from calendar_service.parsers import calendar_file, record_cache, split_tree, validate
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.yaml_tree import read_tree

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLE = (Path(__file__).parents[2] / "data" / "events.yaml").read_text(encoding="utf-8")
# Each is a text and what takes its place: valid, with a note, with an error, of the calendar, of two records, of no record.
EDITS = [
    ("timezone: Europe/Paris", "timezone: Europe/Berlin"),
    ("timezone: Europe/Paris", "timezone: Europe/Pariss"),
    ("languages: [en, fr]", "languages: [en]"),
    ("day_first: true", "day_first: 1"),
    ("kind: webinar", "kind: event"),
    ("kind: webinar", "kind: webinars"),
    ("CET", "CEST"),
    ("11.00", "11.15"),
    ("July 2020", "August 2020"),
    ("July", "Jully"),
    ("records:\n", "records:\n\n# A line more.\n"),
    ("\n  - id: ", "\n  - id: a"),
    ("\n  - id: ", "\n  - status: draft\n    id: "),
    ("\n  - id: ", "\n  - summary: ''\n    id: "),
    ("\n  - id: ", "\n  - fold: true\n    id: "),
    ("\n  - id: ", "\n  - fold: 1\n    id: "),
    ("2020", "2031"),
]


def edited(rng, text):
    """Return the text with some of the edits, each at one of its places."""
    for old, new in rng.sample(EDITS, rng.randint(0, 3)):
        if places := text.split(old):
            at = rng.randrange(len(places))
            text = old.join(places[: at + 1]) + (new if at + 1 < len(places) else "") + old.join(places[at + 1 :])
    return text


def check_readings(seed, times):
    rng, errors = random.Random(seed), 0  # noqa: S311 (the same each time)
    for _ in range(times):
        text = edited(rng, SAMPLE).encode()
        again = read_calendar(text, "file", NOW)
        kept, record_cache._last = record_cache._last, {}
        first = read_calendar(text, "file", NOW)
        record_cache._last = kept
        assert again == first, text
        assert first == calendar_file._read(read_tree(text), "file", NOW), text
        errors += bool(first.errors)
    return errors


def test_a_file_is_read_again_as_for_the_first_time():
    assert 5 < check_readings(0, 30) < 30


@pytest.mark.slow
def test_thousands_of_files_are_read_again_as_for_the_first_time():
    assert check_readings(1, 3000) > 300


def test_only_changed_records_are_parsed_and_resolved(monkeypatch):
    parsed, resolved = [], []

    def count_lines(tree, text, *given):
        parsed.append(text.count("\n"))
        return build(tree, text, *given)

    def count(shape, *given, **named):
        resolved.append(shape.id)
        return resolve(shape, *given, **named)

    build, resolve = split_tree.build, validate.resolve_record
    monkeypatch.setattr(split_tree, "build", count_lines)
    monkeypatch.setattr(validate, "resolve_record", count)
    text = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\nrecords:\n" + "".join(
        f"  - {{id: r{n}, kind: event, title: Number {n}, when: {n} May 2027}}\n" for n in range(1, 31)
    )
    read_calendar(text.encode(), "file", NOW)
    parsed.clear()
    resolved.clear()
    read_calendar(text.replace("Number 7,", "Seven,").encode(), "file", NOW)
    assert (parsed, resolved) == ([2, 2], ["r7"])  # the lines of the calendar, and of the record under its key
    read_calendar(text.replace("Europe/Paris", "Asia/Seoul").encode(), "file", NOW)
    assert len(resolved) == 31


CALENDARS = Path(__file__).parents[1] / "support" / "calendars"
# The end that is suggested for what calendars cannot map depends on the present.
SUGGESTED = """calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}
records:
  - {id: fifth, kind: event, title: Fifth, when: 29 December 2026, repeats: "FREQ=MONTHLY;BYDAY=5TU"}
  - {id: weekly, kind: event, title: Weekly, when: 1 December 2026, repeats: every week}
  - {id: sunday, kind: tender, title: Sunday, closes: 13 December 2026}
"""
PRESENTS = [datetime(1995, 6, 1, tzinfo=UTC), NOW, datetime(2061, 1, 1, tzinfo=UTC), None]


@pytest.mark.parametrize(
    "text", [SUGGESTED, SAMPLE, *(each.read_text(encoding="utf-8") for each in sorted(CALENDARS.glob("*.yaml")))]
)
def test_what_the_cache_keeps_does_not_depend_on_the_time_of_reading(text):
    first = {}
    for now in PRESENTS:
        record_cache._last = {}
        first[now] = read_calendar(text.encode(), "file", now)
    assert (first[PRESENTS[0]] != first[PRESENTS[2]]) == (text == SUGGESTED)
    for before, now in permutations(PRESENTS, 2):
        record_cache._last = {}
        read_calendar(text.encode(), "file", before)
        assert read_calendar(text.encode(), "file", now) == first[now]
