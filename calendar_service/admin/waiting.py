"""Changes that wait for their publication, against the file as it is now.

A field is in conflict if somebody else has changed it in the file since the edit was made. The file always wins over
bytes: such a change is left out until its editor has chosen, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import (
    AppendRecord,
    SetValue,
    UnfitEdit,
    changed_values,
    edit_from_json,
    edit_to_json,
    record_numbers,
    value_at,
)
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.store.engine import writing
from calendar_service.store.waiting_changes import save_waiting, select_waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_service.admin.file_state import FileReader, FileState
    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.waiting_changes import WaitingChange


_APPENDED = ""
"""What stands for the path of an edit that appends its record."""


@dataclass(frozen=True)
class FieldConflict:
    """A field that the file has another value of than when it was edited; None stands for no value."""

    path: str
    was: Any
    in_file: Any
    wanted: Any


@dataclass(frozen=True)
class Combination:
    """The file with the changes that can be made; `state` is the file itself if there are none.

    `problem` says why none of them can be made, "" if they can. `conflicts` are by the id of the change.
    """

    state: FileState
    applied: tuple[WaitingChange, ...] = ()
    conflicts: Mapping[int, list[FieldConflict]] | None = None
    problem: str = ""


def keep_edits(
    engine: Database, editor: str, record_id: str, edits: Sequence[Edit], state: FileState, now: datetime
) -> None:
    """Store edits of a record that were made against the file as it is in `state`. Raise DatabaseFault.

    They come on top of what the editor has changed in this record already; an edit of the same field replaces it.
    """
    keep_all_edits(engine, editor, {record_id: edits}, state, now)


def keep_all_edits(
    engine: Database, editor: str, edits: Mapping[str, Sequence[Edit]], state: FileState, now: datetime
) -> None:
    """Store edits of several records by their id, all or none of them, as `keep_edits` does."""
    records = _records(state.data)
    with writing(engine) as connection:
        for record_id, these in edits.items():
            _keep(connection, editor, record_id, these, records.get(record_id), now)


def _keep(
    connection: Transaction, editor: str, record_id: str, edits: Sequence[Edit], record: Any, now: datetime
) -> None:
    before = select_waiting(connection, editor, record_id)
    kept = {_field(each["edit"]): each for change in before for each in change.edits}
    for edit in edits:
        if _APPENDED in kept and not isinstance(edit, AppendRecord):
            (fields,) = changed_values([kept[_APPENDED]["edit"]["append"]], [edit])
            kept[_APPENDED] = {"edit": edit_to_json(AppendRecord(sort_keys(fields))), "was": None}
            continue
        plain = edit_to_json(edit)
        was = None if isinstance(edit, AppendRecord) else value_at(record, edit.path)
        known = kept.get(_field(plain))
        kept[_field(plain)] = {"edit": plain, "was": known["was"] if known else was}
    save_waiting(connection, editor, record_id, list(kept.values()), now)


def combine(reader: FileReader, state: FileState, changes: Sequence[WaitingChange]) -> Combination:
    """Return the file with some changes made."""
    if not changes or state.trouble or state.reading.draft is None:
        return Combination(state)
    records = _records(state.data)
    conflicts = {each.id: found for each in changes if (found := _conflicts(each, records))}
    applied = tuple(each for each in changes if each.id not in conflicts and not _is_done(each, records))
    if not applied:
        return Combination(state, conflicts=conflicts)
    try:
        edits = [edit_from_json(each["edit"]) for change in applied for each in change.edits]
        return Combination(reader.state_of(edit_file(state.data, edits)), applied, conflicts)
    except UnfitEdit as error:
        return Combination(state, conflicts=conflicts, problem=str(error))


def settle_conflicts(
    engine: Database, change: WaitingChange, wanted: Mapping[str, str], state: FileState, now: datetime
) -> None:
    """Settle the conflicts of a change: by path "mine" keeps the edit, "file" drops it. Raise DatabaseFault."""
    record = _records(state.data).get(change.record_id)
    kept = []
    for each in change.edits:
        edit = edit_from_json(each["edit"])
        if isinstance(edit, AppendRecord):
            kept.append(each)
            continue
        match wanted.get(_dotted(edit.path)):
            case "file":
                continue
            case "mine":
                kept.append({**each, "was": value_at(record, edit.path)})
            case _:
                kept.append(each)
    with writing(engine) as connection:
        save_waiting(connection, change.editor, change.record_id, kept, now)


def _records(data: bytes) -> dict[str, Any]:
    """Return the plain values of each record by its id."""
    value = read_tree(data).value
    records = value.get("records") if isinstance(value, dict) else None
    found = records if isinstance(records, list) else []
    return {name: found[number] for name, number in record_numbers(found).items()}


def _conflicts(change: WaitingChange, records: Mapping[str, Any]) -> list[FieldConflict]:
    found = []
    for each in change.edits:
        edit = edit_from_json(each["edit"])
        if isinstance(edit, AppendRecord):
            if change.record_id in records and records[change.record_id] != edit.fields:
                found.append(FieldConflict("id", None, change.record_id, change.record_id))
            continue
        wanted = edit.value if isinstance(edit, SetValue) else None
        in_file = value_at(records.get(change.record_id), edit.path)
        if in_file not in (each["was"], wanted):
            found.append(FieldConflict(_dotted(edit.path), each["was"], in_file, wanted))
    return found


def _is_done(change: WaitingChange, records: Mapping[str, Any]) -> bool:
    """Return True if the file says already what is wanted, as after a publication that was cut off."""
    record = records.get(change.record_id)
    for each in change.edits:
        edit = edit_from_json(each["edit"])
        if isinstance(edit, AppendRecord):
            if record != edit.fields:
                return False
        elif value_at(record, edit.path) != (edit.value if isinstance(edit, SetValue) else None):
            return False
    return True


def _field(plain: Mapping[str, Any]) -> str:
    """Return what names the field of an edit in JSON."""
    if "append" in plain:
        return _APPENDED
    return _dotted((plain.get("set") or plain["remove"])[1])


def _dotted(path: Sequence[Any]) -> str:
    return ".".join(map(str, path))
