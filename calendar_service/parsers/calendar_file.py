"""Parse the calendar file (data/events.yaml) into a draft that can be published, or collect all its problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calendar_service.parsers.input_file import read_input
from calendar_service.parsers.internal_errors import collect_internal_errors
from calendar_service.parsers.split_tree import NotSplit, split_tree
from calendar_service.parsers.validate import Validated, validate_tree
from calendar_service.parsers.yaml_text import MAX_FILE_BYTES
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.errors import Problem, Severity
from calendar_service.records.shorten import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path as FilePath

    from calendar_service.parsers.yaml_tree import Tree
    from calendar_service.records.edition import Draft

_SHOWN = 80
_SHORT = 3


@dataclass(frozen=True)
class Finding:
    """A problem and its place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    problem: Problem

    @property
    def is_error(self) -> bool:
        """Return True if it stops publication."""
        return self.problem.severity is Severity.ERROR

    def __str__(self) -> str:
        problem = self.problem
        where = f" {problem.where}" if problem.where else ""
        note = "" if self.is_error else "note: "
        message = _with_value(problem.message, problem.value)
        return f"{self.file}:{self.line}:{self.column}{where}: {note}{message} {problem.remedy}".rstrip()


@dataclass(frozen=True)
class ParseResult:
    """The result of parsing a file: a draft, None if there are errors, and every finding in order of place.

    `refusals` have the finding for each record that is not public, for the case that it has been so before.
    """

    draft: Draft | None
    findings: tuple[Finding, ...]
    refusals: Mapping[str, Finding] = field(default_factory=dict)

    def refuse(self, taken_back: Collection[str]) -> ParseResult:
        """Return the result without a draft if it takes back records, by their ids, that have been public."""
        if not taken_back:
            return self
        findings = (*self.findings, *(self.refusals[each] for each in taken_back))
        return ParseResult(None, tuple(sorted(findings, key=_place)))

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop publication."""
        return [finding for finding in self.findings if finding.is_error]


def read_calendar_file(path: FilePath, now: datetime | None = None) -> ParseResult:
    """Parse the calendar file at `path`. If it cannot be opened, the result has a finding; nothing is raised.

    What is suggested is ahead of `now` (aware).
    """
    try:
        data = read_input(path, MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        return unreadable_file(path, error)
    return read_calendar(data, str(path), now)


def unreadable_file(path: FilePath, error: Exception) -> ParseResult:
    """Return the result for a file that cannot be opened."""
    reason = getattr(error, "strerror", None) or error
    problem = Problem((), f"the file cannot be read: {reason}.", None, "Check its name and rights.")
    return ParseResult(None, (Finding(str(path), 1, 1, problem),))


def read_calendar(data: bytes, name: str, now: datetime | None = None) -> ParseResult:
    """Parse the bytes of a calendar file called `name`. Never raises, whatever the bytes are.

    What is suggested is ahead of `now` (aware).
    """
    faults: list[Problem] = []
    with collect_internal_errors((), faults):
        try:
            return _read(split_tree(data), name, now)
        except NotSplit:
            return _read(read_tree(data), name, now)
    return ParseResult(None, tuple(Finding(name, 1, 1, fault) for fault in faults))


def _read(tree: Tree, name: str, now: datetime | None) -> ParseResult:
    read = validate_tree(tree, now) if tree.is_whole else Validated(None, [])
    findings = [Finding(name, *place, problem) for place, problem in tree.refused]
    found = [each for each in read.problems if not _is_refused(each, tree)]
    findings += [Finding(name, *tree.place_of(problem.path), problem) for problem in found]
    findings.sort(key=_place)
    failed = any(finding.is_error for finding in findings)
    refusals = {} if failed else dict(_refusals(read, tree, name))
    return ParseResult(None if failed else read.draft, tuple(findings), refusals)


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


def _refusals(read: Validated, tree: Tree, name: str) -> Iterator[tuple[str, Finding]]:
    for each in read.draft.withheld if read.draft else ():
        key = "publish_at" if each.publish_at else "status"
        path = (*read.withheld[each.record.id], key)
        message = f"the record {each.record.id!r} has been public, and cannot be taken back."
        remedy = f"Take out the line `{key}`; to call it off, write `status: cancelled`."
        yield each.record.id, Finding(name, *tree.place_of(path), Problem(path, message, None, remedy))


def _is_refused(problem: Problem, tree: Tree) -> bool:
    """Return True if the value has been refused already: each value gets one problem."""
    return any(problem.path[:length] in tree.unread for length in range(len(problem.path) + 1))


def _with_value(message: str, value: object) -> str:
    """Return the message with a plain value added, unless it contains the value already."""
    if value is None or isinstance(value, (dict, list)):
        return message
    text = str(value).lower() if isinstance(value, bool) else str(value)
    shown = repr(text) if isinstance(value, str) else text
    # A short value may stand in the message by chance; quotes tell that it does not.
    if shown in message or (len(text) > _SHORT and text[: _SHOWN // 2] in message):
        return message
    return f"{message.removesuffix('.')} ({shorten(shown, _SHOWN)})."
