"""Print candidates as YAML for the calendar file; those that its validator refuses are commented out.

Everything printed has been parsed by the parser of the calendar file in the same form.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.editing.render import FileStyle, write_item, write_mapping
from calendar_service.parsers.importing.candidates import (
    Candidate,
    Ignored,
    Imported,
    assign_ids,
    shorten_value,
    tidy,
    tidy_block,
)
from calendar_service.parsers.importing.own_record import restore_words
from calendar_service.records.errors import Sentence
from calendar_service.records.resolve_calendar import resolve_calendar
from calendar_service.records.schema import CalendarSchema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.records.errors import Problem
    from calendar_service.records.record import Calendar

_STYLE = FileStyle()
_UNREAD = "the rest was not looked at"
_LONGEST_REMARK = 1_000
_HEAD: dict[str, Any] = {
    "id": "import.example",
    "name": "Import",
    "timezone": "Europe/Paris",
    "languages": ["en", "fr"],
}


@dataclass(frozen=True)
class PrintedRecords:
    """The YAML, and comments on it, each with its line in the source."""

    yaml: str
    comments: tuple[tuple[int, str], ...]
    passed: int
    failed: int


def print_records(
    imported: Imported, calendar: Calendar | None, taken: frozenset[str] = frozenset(), now: datetime | None = None
) -> PrintedRecords:
    """Print the imported candidates for a calendar; ids in `taken` are not used again.

    What is suggested is ahead of `now` (aware).
    """
    assign_ids(imported.candidates, taken)
    head = _head(calendar)
    if any(candidate.words for candidate in imported.candidates):
        known = resolve_calendar(CalendarSchema.model_validate(head))[0]
        for candidate in imported.candidates:
            restore_words(candidate, known)
    for candidate in imported.candidates:
        candidate.fields = _visible(sort_keys(candidate.fields))
    _validate(imported.candidates, head, now)
    lines = [line for item in imported.items for line in _lines(item)]
    open_ones = sum(candidate.is_open for candidate in imported.candidates)
    failed = sum(bool(candidate.problems) for candidate in imported.candidates)
    comments = tuple(each for item in imported.items for each in _comments(item))
    top = "records:" if open_ones else "records: []"
    return PrintedRecords("\n".join([top, *lines]) + "\n", comments, open_ones, failed)


def _visible(value: Any) -> Any:
    """Return a value without invisible characters: the parser would refuse them even in a comment."""
    if isinstance(value, dict):
        return {tidy(str(key)): _visible(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_visible(each) for each in value]
    return tidy_block(value) if isinstance(value, str) else value


def _head(calendar: Calendar | None) -> dict[str, Any]:
    if calendar is None:
        return _HEAD
    found = {**_HEAD, "timezone": calendar.zone, "languages": list(calendar.languages)}
    return {**found, "day_first": True} if calendar.day_first else found


def _validate(candidates: list[Candidate], head: dict[str, Any], now: datetime | None) -> None:
    """Validate all candidates with the calendar file's parser, and then again those that are left."""
    top = "\n".join([*write_mapping({"calendar": head}, _STYLE, 0), "records:", ""])
    bodies = {id(candidate): "".join(f"{line}\n" for line in _record_lines(candidate)) for candidate in candidates}
    while open_ones := [candidate for candidate in candidates if candidate.is_open]:
        text = top + "".join(bodies[id(candidate)] for candidate in open_ones)
        starts = list(accumulate((bodies[id(each)].count("\n") for each in open_ones), initial=top.count("\n") + 1))
        reading = read_calendar(text.encode(), "import", now)
        for finding in reading.findings:
            candidate = open_ones[min(bisect_right(starts, finding.line), len(open_ones)) - 1]
            if not finding.is_error:
                candidate.remark(Sentence("Note: {words}", words=_worded(finding.problem)))
            elif _UNREAD not in finding.problem.message:
                place, words = _place(candidate, finding.problem), _worded(finding.problem)
                candidate.problems.append(Sentence("{place}{words}", place=place, words=words) if place else words)
        if not reading.errors:
            return


def _place(candidate: Candidate, problem: Problem) -> str:
    return candidate.place_of(str(problem.path[2])) if len(problem.path) > 2 else ""


def _worded(problem: Problem) -> str:
    where = ".".join(str(step) for step in problem.path[2:])
    value = f" ({shorten_value(str(problem.value))!r})" if isinstance(problem.value, str) else ""
    said = Sentence("{message}{value} {remedy}", message=problem.message, value=value, remedy=problem.remedy)
    if not problem.remedy:
        said = Sentence("{message}{value}", message=problem.message, value=value)
    return Sentence("{where}: {words}", where=where, words=said) if where else said


# --- lines ---------------------------------------------------------------------------------------


def _record_lines(candidate: Candidate, before: str = "  ") -> list[str]:
    return [f"{before}{line}".rstrip() for line in write_item(candidate.fields, _STYLE, 0, whole=True)]


def _lines(item: Candidate | Ignored) -> Iterator[str]:
    """Yield the lines of an item: its remarks, then its record, commented out if it is not valid."""
    yield ""
    if isinstance(item, Ignored):
        yield _comment(f"Line {item.line}, left out: {item.text}")
        return
    for question in item.questions:
        yield _comment(f"Line {item.line}, for you to decide: {question}")
    for problem in item.problems:
        yield _comment(f"Line {item.line}, not a record yet: {problem}")
    for remark in item.remarks:
        yield _comment(remark)
    yield from _record_lines(item, "  " if item.is_open else "  # ")


def _comment(text: str) -> str:
    return f"  # {tidy(text)[:_LONGEST_REMARK]}"


def _comments(item: Candidate | Ignored) -> Iterator[tuple[int, str]]:
    if isinstance(item, Ignored):
        yield item.line, f"left out: {tidy(item.text)}"
        return
    name = item.fields["id"]
    for kind, texts in (("decide", item.questions), ("not a record yet", item.problems), ("", item.remarks)):
        for text in texts:
            yield item.line, f"{name}: {f'{kind}: ' if kind else ''}{tidy(text)[:_LONGEST_REMARK]}"
