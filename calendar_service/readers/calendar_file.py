"""The calendar file (data/events.yaml) to a draft that can be published, or all its problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from calendar_service.readers.wording import to_problem
from calendar_service.readers.yaml_tree import UnfitYaml, read_tree
from calendar_service.records.edition import Draft
from calendar_service.records.entries import entry_names
from calendar_service.records.enums import Kind
from calendar_service.records.errors import Path, Problem, Severity, suggest
from calendar_service.records.record import Calendar, Record
from calendar_service.records.resolve import resolve_calendar, resolve_record
from calendar_service.records.source import SHAPES, CalendarShape
from calendar_service.records.zones import UnknownZone, tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path as FilePath

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_SHOWN = 80


@dataclass(frozen=True)
class Finding:
    """A problem at its place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    problem: Problem

    @property
    def is_error(self) -> bool:
        """Tell whether it stops publication."""
        return self.problem.severity is Severity.ERROR

    def __str__(self) -> str:
        problem = self.problem
        where = f" {problem.where}" if problem.where else ""
        note = "" if self.is_error else "note: "
        value = (
            "" if problem.value is None or isinstance(problem.value, (dict, list)) else f" ({_shown(problem.value)})"
        )
        return f"{self.file}:{self.line}:{self.column}{where}: {note}{problem.message}{value} {problem.remedy}".rstrip()


@dataclass(frozen=True)
class Reading:
    """What a file says: a draft, or None where it has errors, and every finding in order of place."""

    draft: Draft | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop publication."""
        return [finding for finding in self.findings if finding.is_error]


def read_calendar_file(path: FilePath) -> Reading:
    """Read a calendar file. A file that cannot be opened is a finding too, not an exception."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = Problem((), f"the file cannot be read: {error.strerror}.", None, "Check its name and rights.")
        return Reading(None, (Finding(str(path), 1, 1, problem),))
    return read_calendar(data, str(path))


def read_calendar(data: bytes, name: str) -> Reading:
    """Read the bytes of a calendar file called `name`. Never raises for what the bytes hold."""
    try:
        tree = read_tree(data)
    except UnfitYaml as error:
        problem = Problem(error.path, error.message, error.value, error.remedy)
        return Reading(None, (Finding(name, *error.place, problem),))
    draft, problems = _read_tree(tree.value)
    findings = [Finding(name, *tree.place_of(problem.path), problem) for problem in problems]
    findings += [_refusal(name, refused) for refused in tree.refused]
    findings.sort(key=lambda finding: (finding.line, finding.column))
    failed = any(finding.is_error for finding in findings)
    return Reading(None if failed else draft, tuple(findings))


def _refusal(name: str, refused: UnfitYaml) -> Finding:
    return Finding(name, *refused.place, Problem(refused.path, refused.message, None, refused.remedy))


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _read_tree(value: Any) -> tuple[Draft | None, list[Problem]]:
    if not isinstance(value, dict):
        remedy = "Begin with `calendar:` and `records:`; `calendar-service init` writes an example."
        return None, [Problem((), "the file must have the keys `calendar` and `records`.", None, remedy)]
    problems = [*_unknown_top(value)]
    calendar = _read_calendar_part(value.get("calendar"), problems)
    records = _read_records(value.get("records"), calendar or _stand_in(value.get("calendar")), problems)
    return (Draft(calendar, records) if calendar else None), problems


def _unknown_top(value: dict[str, Any]) -> Iterable[Problem]:
    for key in value:
        if key not in ("calendar", "records"):
            remedy = suggest(key, ("calendar", "records")) or "Known: calendar, records."
            yield Problem((key,), f"there is no key {key!r} here.", None, remedy)


def _read_calendar_part(value: Any, problems: list[Problem]) -> Calendar | None:
    shape = _validate(CalendarShape, value, ("calendar",), None, problems)
    return resolve_calendar(shape) if shape else None


def _stand_in(value: Any) -> Calendar:
    """Make a calendar to read the records by where its own part is broken, so that all problems show."""
    given = value if isinstance(value, dict) else {}
    zone, languages = given.get("timezone"), given.get("languages")
    try:
        tzinfo_of(str(zone))
    except UnknownZone:
        zone = "UTC"
    known = [each for each in languages if isinstance(each, str)] if isinstance(languages, list) else []
    return Calendar(id="stand-in", name={}, zone=str(zone), languages=tuple(known or ("en", "fr")))


def _read_records(value: Any, calendar: Calendar, problems: list[Problem]) -> tuple[Record, ...]:
    if not isinstance(value, list):
        problems.append(
            Problem(("records",), "`records` must be a list.", None, "Write `records:` and each record after a dash.")
        )
        return ()
    names: dict[str, str] = {}
    found = [
        record for number, each in enumerate(value) if (record := _read_record(each, number, calendar, names, problems))
    ]
    return tuple(found)


def _read_record(
    value: Any, number: int, calendar: Calendar, names: dict[str, str], problems: list[Problem]
) -> Record | None:
    path: Path = ("records", number)
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in SHAPES:
        problems.append(_kind_problem(value, kind, path))
        return None
    shape = _validate(SHAPES[kind], value, path, kind, problems)
    if shape is None:
        return None
    resolved = resolve_record(shape, calendar, path)
    problems.extend(resolved.problems)
    if resolved.record is None:
        return None
    problems.extend(_name_problems(resolved.record, path, names))
    return resolved.record


def _kind_problem(value: Any, kind: Any, path: Path) -> Problem:
    known = ", ".join(Kind)
    if not isinstance(value, dict):
        return Problem(path, "a record must have keys of its own.", value, "Write `- id: …` and indent its other keys.")
    if kind is None:
        return Problem(path, "`kind` is missing.", None, f"Add a line `kind:` with one of {known}.")
    return Problem((*path, "kind"), f"it must be one of {known}.", kind, suggest(str(kind), Kind))


def _name_problems(record: Record, path: Path, names: dict[str, str]) -> Iterable[Problem]:
    for name in entry_names(record):
        if owner := names.get(name):
            message = (
                f"the record {owner!r} has this id already."
                if name == record.id
                else (f"its entry {name!r} has the UID of an entry of {owner!r}.")
            )
            yield Problem((*path, "id"), message, record.id, "Choose another id.")
        names.setdefault(name, record.id)


def _validate(shape: type[ShapeT], value: Any, path: Path, kind: str | None, problems: list[Problem]) -> ShapeT | None:
    if not isinstance(value, dict):
        problems.append(
            Problem(path, f"`{path[-1]}` must have keys of its own.", value, "Indent `key: value` lines under it.")
        )
        return None
    empty = [key for key, each in value.items() if each is None]
    problems.extend(Problem((*path, key), "it has no value.", None, "Give one, or delete the key.") for key in empty)
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        known = {(*path, key) for key in empty}
        found = [to_problem(each, path, kind) for each in error.errors(include_url=False)]
        problems.extend(problem for problem in found if problem.path not in known)
        return None
