"""The edits of a calendar file: what they are, what they change in the values, and how they are kept as JSON."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.records.errors import CalendarError, Path
from calendar_service.records.texts import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_NESTING = 6


class UnfitEdit(CalendarError):
    """An edit cannot be made; nothing has been changed."""


@dataclass(frozen=True)
class SetValue:
    """Set the value at a path of a record; keys on the way that are missing are added."""

    record: str
    path: Path
    value: Any


@dataclass(frozen=True)
class RemoveValue:
    """Remove the key or list item at a path of a record; without a path, the record."""

    record: str
    path: Path


@dataclass(frozen=True)
class AppendRecord:
    """Append a record; the keys of `fields` are written in the order that they have."""

    fields: dict[str, Any]


Edit = SetValue | RemoveValue | AppendRecord


def parse_path(text: str) -> Path:
    """Return the path that `title.en` or `sessions.0.when` names: digits are the number of a list item."""
    return tuple(int(step) if re.fullmatch(r"[0-9]{1,4}", step) else step for step in text.split("."))


def edit_to_json(edit: Edit) -> dict[str, Any]:
    """Return an edit as a plain value that JSON can hold."""
    match edit:
        case SetValue(record, path, value):
            return {"set": [record, list(path)], "value": value}
        case RemoveValue(record, path):
            return {"remove": [record, list(path)]}
        case AppendRecord(fields):
            return {"append": fields}


def edit_from_json(kept: dict[str, Any]) -> Edit:
    """Return the edit that `edit_to_json` made this value of."""
    if "append" in kept:
        return AppendRecord(kept["append"])
    record, path = kept.get("set") or kept["remove"]
    return SetValue(record, tuple(path), kept["value"]) if "set" in kept else RemoveValue(record, tuple(path))


def value_at(value: Any, path: Path) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def check_value(value: Any, depth: int = 0) -> None:
    """Raise UnfitEdit if a value cannot stand in a calendar file."""
    if value is None or value in ([], {}) or isinstance(value, float) or depth > MAX_NESTING:
        raise UnfitEdit(f"the value {value!r} cannot be written.", remedy="Give a text, or remove the key.")
    if isinstance(value, str) and (found := FORBIDDEN.search(value)):
        message = f"the text holds the invisible character U+{ord(found[0]):04X} at position {found.start() + 1}."
        raise UnfitEdit(message, remedy="Delete it; it may have come with a copied text.")
    for key in value if isinstance(value, dict) else ():
        check_key(key)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_value(each, depth + 1)


def check_key(key: object) -> None:
    """Raise UnfitEdit if a word cannot be a key."""
    if not isinstance(key, str) or not key.isprintable() or not 0 < len(key) <= 100:
        raise UnfitEdit(f"{str(key)[:40]!r} cannot be a key.", remedy="Write one word.")


def record_numbers(records: Sequence[Any]) -> dict[str, int]:
    """Return the number of each record of a file, by its id."""
    named = [(each.get("id"), number) for number, each in enumerate(records) if isinstance(each, dict)]
    return {name: number for name, number in named if isinstance(name, str)}


def smaller_edits(old: Any, edit: SetValue | RemoveValue) -> Iterator[SetValue | RemoveValue]:
    """Yield the edits that make only what differs in a list whose items have keys; else the edit itself."""
    if isinstance(edit, RemoveValue) or not (_has_items(old) and _has_items(edit.value)):
        yield edit
        return
    new, kept = edit.value, 0
    gone = []
    for number, item in enumerate(old):
        if kept < len(new) and item == new[kept]:
            kept += 1
        else:
            gone.append(number)
    if kept == len(new):
        yield from (RemoveValue(edit.record, (*edit.path, number)) for number in reversed(gone))
        return
    for number, (before, after) in enumerate(zip(old, new, strict=False)):
        path = (*edit.path, number)
        yield from (SetValue(edit.record, (*path, key), after[key]) for key in after if before.get(key) != after[key])
        yield from (RemoveValue(edit.record, (*path, key)) for key in before if key not in after)
    for number in reversed(range(len(new), len(old))):
        yield RemoveValue(edit.record, (*edit.path, number))
    for number in range(len(old), len(new)):
        yield SetValue(edit.record, (*edit.path, number), new[number])


def _has_items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def changed_values(records: Sequence[Any], edits: Sequence[Edit]) -> list[Any]:
    """Return the records as they are after the edits; those that no edit is about are the same objects."""
    changed: list[Any] = list(records)
    numbers = record_numbers(records)
    removed: set[int] = set()
    for edit in edits:
        if isinstance(edit, AppendRecord):
            changed.append(deepcopy(edit.fields))
            continue
        number = numbers[edit.record]
        if changed[number] is records[number]:
            changed[number] = deepcopy(records[number])
        if isinstance(edit, SetValue):
            put_value(changed[number], edit.path, deepcopy(edit.value))
        elif not _take(changed[number], edit.path):
            removed.add(number)
    return [each for number, each in enumerate(changed) if number not in removed]


def put_value(record: Any, path: Path, value: Any) -> None:
    """Set the value at a path of a record; mappings and lists on the way that are missing are added."""
    if isinstance(record, list) and path[0] == len(record):
        record.append([] if isinstance(path[-1], int) else {})
    if len(path) == 1:
        record[path[0]] = value
        return
    if isinstance(record, dict) and path[0] not in record:
        record[path[0]] = [] if isinstance(path[1], int) else {}
    put_value(record[path[0]], path[1:], value)


def _take(record: Any, path: Path) -> bool:
    """Remove a value, and what holds nothing else; return False if that is the record."""
    while path:
        parent = value_at(record, path[:-1])
        if len(parent) > 1:
            del parent[path[-1]]
            return True
        path = path[:-1]
    return False
