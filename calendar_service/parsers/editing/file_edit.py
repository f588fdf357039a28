"""Apply edits to the bytes of a calendar file; the result must read as the intended values, and no others."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import (
    AppendRecord,
    RemoveValue,
    SetValue,
    UnfitEdit,
    changed_values,
    check_key,
    check_value,
    record_numbers,
    smaller_edits,
    value_at,
)
from calendar_service.parsers.editing.render import style_of
from calendar_service.parsers.editing.yaml_document import YamlDocument
from calendar_service.parsers.yaml_text import decode_yaml
from calendar_service.parsers.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.parsers.yaml_tree import Tree
    from calendar_service.records.errors import Path

_RECORDS: Path = ("records",)
_WRONG_END = "Nothing was written. Edit the file by hand there."


def edit_file(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the file with the edits made, every other byte as it was. Raise UnfitEdit."""
    tree = read_editable(data)
    records = tree.value["records"] or []
    _check(records, edits)
    text = decode_yaml(data)
    style = style_of(text, tree)
    document = YamlDocument(text, style, _RECORDS, tree)
    changes = [each for each in edits if not isinstance(each, AppendRecord) and each.path]
    document = YamlDocument(_with_changes(document, changes), style, _RECORDS) if changes else document
    numbers = record_numbers(document.tree.value["records"] or [])
    removed = {each.record for each in edits if isinstance(each, RemoveValue) and not each.path}
    for number in sorted((numbers[each] for each in removed), reverse=True):
        document.remove((*_RECORDS, number))
    for edit in edits:
        if isinstance(edit, AppendRecord):
            _append(document, edit.fields)
    check_values(document.tree, {**tree.value, "records": changed_values(records, edits)})
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return mark + document.text.encode()


def record_text(data: bytes, record: str) -> str | None:
    """Return the text of a record as the file has it, with the comments inside it; None if it has no such record."""
    tree = read_editable(data)
    number = record_numbers(tree.value["records"] or []).get(record)
    if number is None:
        return None
    text = decode_yaml(data)
    start, end = YamlDocument(text, style_of(text, tree), _RECORDS, tree).entry((*_RECORDS, number))
    return text[start:end]


def read_editable(data: bytes) -> Tree:
    """Return the values of a file and their places. Raise UnfitEdit if the file cannot be edited."""
    tree = read_tree(data)
    if tree.refused:
        (line, _), problem = tree.refused[0]
        raise UnfitEdit(f"the file has a problem in line {line}: {problem.message}", remedy=problem.remedy)
    if not isinstance(tree.value, dict) or not isinstance(tree.value.get("records", ""), (list, type(None))):
        raise UnfitEdit("the file has no list of records.", remedy="Write `records:` and each record after a dash.")
    return tree


def _check(records: list[Any], edits: Sequence[Edit]) -> None:
    """Raise UnfitEdit if an edit is about a record that is not there once, or has a value that cannot be written."""
    ids = [each.get("id") for each in records if isinstance(each, dict)]
    for edit in edits:
        if isinstance(edit, AppendRecord):
            check_value(edit.fields)
            continue
        if (count := ids.count(edit.record)) != 1:
            message = "there is no record" if not count else f"{count} records have the id"
            raise UnfitEdit(f"{message} {edit.record!r}.", remedy="Reload the file.")
        for step in edit.path:
            if isinstance(step, str):
                check_key(step)
        if isinstance(edit, SetValue):
            check_value(edit.value)
            if not edit.path:
                raise UnfitEdit("a record cannot be set as a whole.", remedy="Set its values.")


def _with_changes(document: YamlDocument, edits: Sequence[SetValue | RemoveValue]) -> str:
    """Return the text with the edits of its records; each record is a document of its own, which is read quickly."""
    numbers = record_numbers(document.tree.value["records"])
    by_number: dict[int, list[SetValue | RemoveValue]] = {}
    for edit in edits:
        by_number.setdefault(numbers[edit.record], []).append(edit)
    text = document.text
    for number in sorted(by_number, reverse=True):
        start, end = document.entry((*_RECORDS, number))
        is_block = document.tree.spans[_RECORDS].style == "-"
        if is_block:  # the line break belongs to a text at the end
            end = text.find("\n", end) + 1 or len(text)
        text = text[:start] + _changed_record(document, start, end, by_number[number], is_block=is_block) + text[end:]
    return text


def _changed_record(
    document: YamlDocument, start: int, end: int, edits: Sequence[SetValue | RemoveValue], *, is_block: bool
) -> str:
    root: Path = (0,) if is_block else ()
    before = " " * (start - document.text.rfind("\n", 0, start) - 1) if is_block else ""
    record = YamlDocument(before + document.text[start:end], document.style, root)
    for edit in edits:
        for each in smaller_edits(value_at(record.tree.value, (*root, *edit.path)), edit):
            if isinstance(each, SetValue):
                record.set((*root, *each.path), each.value)
            else:
                record.remove((*root, *each.path))
    return record.text.removeprefix(before)


def _append(document: YamlDocument, fields: dict[str, Any]) -> None:
    records = document.tree.value["records"]
    if records is None:
        document.set(_RECORDS, [fields])
        return
    space = _space_between(document, len(records)) if records else ""
    document.insert_item(_RECORDS, len(records), fields, whole=True, space=space)


def _space_between(document: YamlDocument, count: int) -> str:
    """Return the line break that makes an empty line before a new record, if the file has such lines."""
    newline = document.style.newline
    start, end = document.entry((*_RECORDS, count - 1))
    above = document.text[:start].rstrip(" ")
    if document.text[:end].endswith("\n") or (count > 1 and not above.endswith(f"{newline}{newline}")):
        return ""
    return newline


def check_values(tree: Tree, intended: Any) -> None:
    """Raise UnfitEdit if a tree holds other values than the intended ones."""
    path = _difference(tree.value, intended)
    if path is not None:
        line, _ = tree.place_of(path)
        where = ".".join(map(str, path))
        raise UnfitEdit(f"line {line} ({where}) would not read as intended.", remedy=_WRONG_END)


def _difference(one: Any, other: Any, path: Path = ()) -> Path | None:
    """Return the path of the first value that differs; None if all are equal, in type too."""
    if one is other:
        return None
    if type(one) is not type(other):
        return path
    if isinstance(one, dict):
        steps: list[str | int] = list(one.keys() | other.keys())
        if one.keys() != other.keys():
            return (*path, next(step for step in steps if step not in one or step not in other))
    elif isinstance(one, list):
        if len(one) != len(other):
            return path
        steps = list(range(len(one)))
    else:
        return None if one == other else path
    inner = (_difference(one[step], other[step], (*path, step)) for step in steps)
    return next((each for each in inner if each is not None), None)
