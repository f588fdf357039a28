"""Validate the parts of a calendar file and resolve them into a draft; collect every problem of each part."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from calendar_service.parsers.error_messages import advise, misspelt_keys, path_of, to_problems
from calendar_service.parsers.internal_errors import collect_internal_errors
from calendar_service.parsers.record_cache import RecordCache
from calendar_service.parsers.recover import drop_invalid_fields
from calendar_service.parsers.split_tree import NotSplit, SplitTree
from calendar_service.records.edition import Draft
from calendar_service.records.enums import Kind
from calendar_service.records.errors import Path, Problem, Sentence, Severity
from calendar_service.records.record import Calendar, Record, WithheldRecord
from calendar_service.records.resolve import Resolved, resolve_record
from calendar_service.records.resolve_calendar import resolve_calendar
from calendar_service.records.schema import RECORD_SCHEMAS, CalendarSchema, TenderSchema
from calendar_service.records.texts import LANGUAGE_NAMES
from calendar_service.records.uids import entry_names
from calendar_service.records.zones import UnknownZone, tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from calendar_service.parsers.yaml_tree import Tree
    from calendar_service.records.schema import AnyRecordShape

ShapeT = TypeVar("ShapeT", bound=BaseModel)
MAX_PROBLEMS = 1_000
_STAND_IN_ID = "-"
_PARTS = ("calendar", "records")
_KINDS = [kind.value for kind in Kind]
_WRITTEN_OUT = re.compile(r"(.+)-\d{8}")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@dataclass
class Validated:
    """The draft and the problems of a whole file. If there is an error, the draft is None or incomplete.

    `withheld` are the paths of the records that are not public, by their ids.
    """

    draft: Draft | None
    problems: list[Problem]
    withheld: Mapping[str, Path] = field(default_factory=dict)


def validate_tree(tree: Tree, now: datetime | None = None) -> Validated:
    """Validate a whole file. What is suggested is ahead of `now` (aware). Raise NotSplit for a `SplitTree`."""
    value = tree.value
    if not isinstance(value, dict):
        remedy = "Begin with `calendar:` and `records:`; `calendar-service init` writes an example."
        return Validated(None, [Problem((), "the file must have the keys `calendar` and `records`.", None, remedy)])
    problems = [_unknown_part(key) for key in value if key not in _PARTS]
    calendar = None
    with collect_internal_errors(("calendar",), problems):
        calendar = _read_calendar_part(value.get("calendar"), problems, is_there="calendar" in value)
    reading = _Records(calendar or _stand_in(value.get("calendar")), problems, now)
    reading.read(tree)
    draft = Draft(calendar, tuple(reading.records), tuple(reading.withheld)) if calendar else None
    return Validated(draft, problems, reading.withheld_at)


def _unknown_part(key: str) -> Problem:
    remedy = advise(key, _PARTS) or "A file has calendar and records."
    return Problem((key,), f"there is no key {key!r} here.", None, remedy)


def _read_calendar_part(value: Any, problems: list[Problem], *, is_there: bool) -> Calendar | None:
    if not is_there:
        remedy = "Write `calendar:` and under it id, name, timezone and languages."
        problems.append(Problem((), "`calendar` is missing.", None, remedy))
        return None
    if not isinstance(value, dict):
        problems.append(_no_keys(("calendar",), value))
        return None
    shape, _ = _validate(CalendarSchema, value, ("calendar",), None, problems)
    if shape is None:
        return None
    resolved, found = resolve_calendar(shape)
    problems.extend((*_strange_languages(shape, resolved), *found))
    return resolved


def _strange_languages(shape: CalendarSchema, calendar: Calendar) -> Iterator[Problem]:
    for name, text in (("name", shape.name), ("description", shape.description)):
        for code in text if isinstance(text, dict) else ():
            if code not in calendar.languages:
                message = f"the calendar has no language {code!r}; it has {', '.join(calendar.languages)}."
                yield Problem(
                    ("calendar", name, code), message, None, "Add it to `languages` above or correct the code."
                )


def _stand_in(value: Any) -> Calendar:
    """Return a placeholder for a calendar with errors, so that the records can be checked all the same."""
    given = value if isinstance(value, dict) else {}
    zone, languages = given.get("timezone"), given.get("languages")
    try:
        tzinfo_of(str(zone)[:100])
    except UnknownZone:
        zone = "UTC"
    listed = languages if isinstance(languages, list) else []
    known = [each for each in listed if isinstance(each, str) and each in LANGUAGE_NAMES]
    codes = known if known and len(known) == len(listed) else ["en", *LANGUAGE_NAMES]
    day_first = given.get("day_first", False) is not False
    return Calendar(id=_STAND_IN_ID, name={}, zone=str(zone), languages=tuple(codes), day_first=day_first)


class _Records:
    """Resolves the list of records, and checks what must be unique in it."""

    def __init__(self, calendar: Calendar, problems: list[Problem], now: datetime | None) -> None:
        self.calendar = calendar
        self.now = now
        self.is_stand_in = calendar.id == _STAND_IN_ID
        self.problems = problems
        self.records: list[Record] = []
        self.withheld: list[WithheldRecord] = []
        self.withheld_at: dict[str, Path] = {}
        self.names: dict[str, str] = {}
        self.written_out: list[tuple[str, str, Path]] = []
        self.repeating: set[str] = set()
        self.errors = self.counted = 0
        self.cache = RecordCache(calendar)

    def read(self, tree: Tree) -> None:
        parts = tree.value
        value = parts.get("records")
        if not isinstance(value, list):
            path = ("records",) if "records" in parts else ()
            message = "`records` must be a list." if path else "`records` is missing."
            self.problems.append(Problem(path, message, None, "Write `records:` and each record after a dash."))
            return
        for number, each in enumerate(value):
            self.errors += sum(problem.severity is Severity.ERROR for problem in self.problems[self.counted :])
            self.counted = len(self.problems)
            if self.errors >= MAX_PROBLEMS:
                if isinstance(tree, SplitTree):
                    raise NotSplit("what cannot be read in the rest is not known.")
                message = f"there are {self.errors:,} problems up to here; the rest was not looked at."
                self.problems.append(Problem(("records", number), message, None, "Correct those first."))
                return
            if isinstance(tree, SplitTree):
                self.read_text(number, tree, ("records", number))
            else:
                with collect_internal_errors(("records", number), self.problems):
                    self.read_record(each, ("records", number))
        self.cache.finish()
        self.check_written_out()

    def read_text(self, number: int, tree: SplitTree, path: Path) -> None:
        """Read a record that is parsed by itself, unless it is known. Raise NotSplit."""
        key, before = self.cache.key(tree.texts[number]), len(self.problems)
        if known := self.cache.get(key):
            resolved, values = known
            tree.count(values)
            self.add(resolved, None, path)
            return
        value, values = tree.value_of(number)
        made = None
        with collect_internal_errors(path, self.problems):
            made = self.read_record(value, path)
        if made and not made.problems and len(self.problems) == before and values:
            self.cache.put(key, made, values)

    def read_record(self, value: Any, path: Path) -> Resolved | None:
        if not isinstance(value, dict):
            remedy = "Write `- id: …` and indent its other keys below the i of id."
            self.problems.append(Problem(path, "a record must have keys of its own.", value, remedy))
            return None
        kind = value.get("kind")
        if isinstance(kind, str) and kind in RECORD_SCHEMAS:
            resolved = self.make_record(kind, value, path)
        else:
            self.problems.append(_kind_problem(value, path))
            likely = _likely_kind(value)
            resolved = self.make_record(likely, {**value, "kind": likely}, path)
        self.add(resolved, value.get("id"), path)
        return resolved

    def add(self, resolved: Resolved | None, name: Any, path: Path) -> None:
        """Add a record, or the `name` of one that has errors."""
        record = resolved.record if resolved else None
        self.check_names(record, name, path)
        if resolved and resolved.withheld:
            self.withheld.append(resolved.withheld)
            self.withheld_at[resolved.withheld.record.id] = path
        elif record:
            self.records.append(record)

    def make_record(self, kind: str, value: dict[str, Any], path: Path) -> Resolved | None:
        shape, errors = _validate(RECORD_SCHEMAS[kind], value, path, kind, self.problems)
        if shape:
            resolved = resolve_record(shape, self.calendar, path, now=self.now)
            # What a stand-in's clock would be worth a note about says nothing about the file.
            found = [each for each in resolved.problems if not (self.is_stand_in and each.severity is Severity.NOTE)]
            self.problems.extend(found)
            return resolved
        if errors and (mended := drop_invalid_fields(RECORD_SCHEMAS[kind], value, errors)):
            rest, broken = mended
            meant = {str(key[0]) for key in misspelt_keys(errors, kind)}
            self.resolve_rest(rest, broken | meant, errors, path)
        return None

    def resolve_rest(self, shape: AnyRecordShape, broken: frozenset[str], errors: list[Any], path: Path) -> None:
        """Add the problems of the valid part of an invalid record."""
        if isinstance(shape, TenderSchema) and "closes" in broken:
            shape = shape.model_copy(update={"closes": None})
        places = [(*path, *path_of(error)) for error in errors]
        for problem in resolve_record(shape, self.calendar, path, broken, self.now).problems:
            step = problem.path
            consequence = any(place[: len(step)] == step or step[: len(place)] == place for place in places)
            if not consequence or step == path:
                self.problems.append(problem)

    def check_names(self, record: Record | None, name: Any, path: Path) -> None:
        """Check that no two entries of the calendar get the same UID."""
        own = entry_names(record) if record else [name] if isinstance(name, str) else []
        for entry in own:
            if owner := self.names.get(entry):
                self.problems.append(_name_problem(entry, owner, own[0], path))
            self.names.setdefault(entry, own[0])
        if record and record.schedule and record.schedule.rule:
            self.repeating.add(record.id)
        self.written_out += [(match[1], entry, path) for entry in own if (match := _WRITTEN_OUT.fullmatch(entry))]

    def check_written_out(self) -> None:
        for owner, entry, path in self.written_out:
            if owner in self.repeating:
                message = f"{entry!r} is kept for an occurrence of the record {owner!r}, which repeats."
                self.problems.append(Problem((*path, "id"), message, None, "Choose another id."))


def _name_problem(entry: str, owner: str, name: str, path: Path) -> Problem:
    message = f"another record has the id {entry!r} already."
    if entry != name or owner != entry:
        whose = "another of its own" if owner == name else f"one of the record {owner!r}"
        message = f"its calendar entry {entry!r} has the same name as {whose}."
    return Problem((*path, "id"), message, name, "Choose another id.")


def _kind_problem(value: dict[str, Any], path: Path) -> Problem:
    known = ", ".join(_KINDS)
    if "kind" not in value:
        return Problem(path, "`kind` is missing.", None, f"Add a line `kind:` with one of {known}.")
    kind = value["kind"]
    if kind is None:
        return Problem((*path, "kind"), "it has no value.", None, f"Write one of {known}.")
    return Problem((*path, "kind"), Sentence("it must be one of {known}.", known=known), kind, advise(kind, _KINDS))


def _likely_kind(value: dict[str, Any]) -> str:
    """Return the probable kind of a record without one, only to find its other problems."""
    advice = advise(value.get("kind"), _KINDS)
    near = [kind for kind in _KINDS if repr(kind) in advice]
    if near:
        return near[0]
    fields = {
        kind: {each.alias or name for name, each in RECORD_SCHEMAS[kind].model_fields.items()}
        for kind in RECORD_SCHEMAS
    }
    return max(fields, key=lambda kind: len(fields[kind] & value.keys()))


def _validate(
    shape: type[ShapeT], value: dict[str, Any], path: Path, kind: str | None, problems: list[Problem]
) -> tuple[ShapeT | None, list[Any]]:
    """Return a part as its schema model, or None with the validator's errors."""
    empty = dict(_empty_values(value, path))
    problems.extend(Problem(where, said, None, "Give a value, or delete the key.") for where, said in empty.items())
    try:
        return shape.model_validate(value), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = to_problems(errors, path, kind)
        problems.extend(problem for problem in found if problem.path not in empty)
        return None, errors


def _empty_values(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if value is None:
        yield path, "it has no value."
    elif isinstance(value, str) and all(unicodedata.category(char) in _INVISIBLE for char in value):
        yield path, "it is empty."
    elif isinstance(value, (dict, list)):
        if not value:
            yield path, "it is empty."
        pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from _empty_values(each, (*path, key))


def _no_keys(path: Path, value: Any) -> Problem:
    return Problem(path, f"`{path[-1]}` must have keys of its own.", value, "Indent `key: value` lines under it.")
