"""Changes that wait for their publication, against the file as it is now.

A field is in conflict if somebody else has changed it in the file since the edit was made. The file always wins over
bytes: such a change is left out until its editor has chosen, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import (
    AppendRecord,
    RemoveValue,
    SetValue,
    UnfitEdit,
    changed_values,
    check_value,
    edit_from_json,
    edit_to_json,
    record_numbers,
    value_at,
)
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.errors import gettext_noop
from calendar_service.store.engine import writing
from calendar_service.store.waiting_changes import save_waiting, select_waiting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_service.admin.file_state import FileReader, FileState
    from calendar_service.parsers.calendar_file import Finding
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

    By the id of a change, `conflicts` are what its editor has to choose, and `left_out` says why it cannot be made.
    """

    state: FileState
    applied: tuple[WaitingChange, ...] = ()
    conflicts: Mapping[int, list[FieldConflict]] = field(default_factory=dict)
    left_out: Mapping[int, Obstacle] = field(default_factory=dict)


@dataclass(frozen=True)
class Obstacle:
    """Why a change cannot be made in the file as it is now, and what `check` says of the file with it."""

    reason: str
    findings: tuple[Finding, ...] = ()


_GONE = Obstacle(gettext_noop("This record is not in the file any more, so the change cannot be made."))
_UNFIT = Obstacle(
    gettext_noop("The file is written otherwise than when you made this change. Discard it, and make it again.")
)
_INVALID = gettext_noop("With this change the file would have problems, so it is left out.")


def keep_edits(
    engine: Database, editor: str, edits: Mapping[str, Sequence[Edit]], state: FileState, now: datetime
) -> None:
    """Store edits of records by their id, made against the file as it is in `state`, all or none of them.

    They come on top of what the editor has changed in a record already; an edit of the same field replaces it. Raise
    UnfitEdit if a value cannot stand in a file, and DatabaseFault.
    """
    for each in (edit for these in edits.values() for edit in these):
        if not isinstance(each, RemoveValue):
            check_value(each.fields if isinstance(each, AppendRecord) else each.value)
    records = _records(state.data)
    with writing(engine) as connection:
        for record_id, these in edits.items():
            _keep(connection, editor, record_id, these, records.get(record_id), now)


def _keep(
    connection: Transaction, editor: str, record_id: str, edits: Sequence[Edit], record: Any, now: datetime
) -> None:
    before = select_waiting(connection, editor, record_id, lock=True)
    kept = {_field(each["edit"]): each for change in before for each in change.edits}
    for edit in edits:
        if isinstance(edit, AppendRecord):
            kept = {_APPENDED: {"edit": edit_to_json(edit), "was": None}}
        elif _APPENDED in kept:
            (fields,) = changed_values([kept[_APPENDED]["edit"]["append"]], [edit])
            kept[_APPENDED] = {"edit": edit_to_json(AppendRecord(sort_keys(fields))), "was": None}
        else:
            _add(kept, edit, record)
    save_waiting(connection, editor, record_id, list(kept.values()), now)


def _add(kept: dict[str, dict[str, Any]], edit: SetValue | RemoveValue, record: Any) -> None:
    """Add an edit to those that are kept, none of which is about a part of what another one is about."""
    name = _dotted(edit.path)
    if above := next((each for each in kept if name.startswith(f"{each}.")), None):
        kept[above] = _with_part(kept[above], edit)
        return
    was = kept[name]["was"] if name in kept else value_at(record, edit.path)
    for each in [each for each in kept if each.startswith(f"{name}.")]:
        del kept[each]
    wanted = edit.value if isinstance(edit, SetValue) else None
    if wanted == was == value_at(record, edit.path):  # it is as in the file again
        kept.pop(name, None)
    else:
        kept[name] = {"edit": edit_to_json(edit), "was": was}


def _with_part(known: dict[str, Any], edit: SetValue | RemoveValue) -> dict[str, Any]:
    """Return a kept edit after one of a part of its value."""
    outer = edit_from_json(known["edit"])
    assert not isinstance(outer, AppendRecord)  # noqa: S101 (has no path)
    value = outer.value if isinstance(outer, SetValue) else None
    inner = replace(edit, path=("value", *edit.path[len(outer.path) :]))
    before = {"id": edit.record, "value": value if isinstance(value, (dict, list)) else {}}
    if isinstance(inner, RemoveValue) and value_at(before, inner.path) is None:
        return known
    (after,) = changed_values([before], [inner])
    found = after.get("value")
    made = RemoveValue(edit.record, outer.path) if found is None else SetValue(edit.record, outer.path, found)
    return {**known, "edit": edit_to_json(made)}


def combine(reader: FileReader, state: FileState, changes: Sequence[WaitingChange]) -> Combination:
    """Return the file with some changes made. What cannot be made is left out, and hinders no other change."""
    if not changes or state.trouble or state.reading.draft is None:
        return Combination(state)
    records = _records(state.data)
    left_out = {each.id: _GONE for each in changes if each.record_id not in records and not _is_new(each)}
    known = [each for each in changes if each.id not in left_out]
    conflicts = {each.id: found for each in known if (found := _conflicts(each, records))}
    fitting = [each for each in known if each.id not in conflicts and _open_edits(each, records)]
    applied: list[WaitingChange] = []
    made = state

    def add(rest: list[WaitingChange]) -> None:
        nonlocal made
        try:
            made = _made(reader, state, [*applied, *rest], records)
        except _NotMade as error:
            if len(rest) == 1:
                left_out[rest[0].id] = error.obstacle
                return
            middle = len(rest) // 2
            add(rest[:middle])
            add(rest[middle:])
        else:
            applied.extend(rest)

    if fitting:
        add(fitting)
    return Combination(made, tuple(applied), conflicts, left_out)


class _NotMade(Exception):
    """Some changes cannot be made in the file."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.reason)
        self.obstacle = obstacle


def _made(
    reader: FileReader, state: FileState, changes: Sequence[WaitingChange], records: Mapping[str, Any]
) -> FileState:
    """Return the file with all of some changes. Raise _NotMade."""
    try:
        made = reader.state_of(edit_file(state.data, [each for one in changes for each in _open_edits(one, records)]))
    except UnfitEdit:
        raise _NotMade(_UNFIT) from None
    if made.reading.draft is None:
        raise _NotMade(Obstacle(_INVALID, tuple(made.reading.errors)))
    return made


def settle_conflicts(
    engine: Database, change: WaitingChange, wanted: Mapping[str, str], state: FileState, now: datetime
) -> None:
    """Settle the conflicts of a change: by path "mine" keeps the edit, "file" drops it. Raise DatabaseFault."""
    record = _records(state.data).get(change.record_id)
    with writing(engine) as connection:
        for present in select_waiting(connection, change.editor, change.record_id, lock=True):
            kept = [_settled(each, record, wanted) for each in present.edits]
            save_waiting(connection, change.editor, change.record_id, [each for each in kept if each], now)


def _settled(kept: dict[str, Any], record: Any, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    edit = edit_from_json(kept["edit"])
    if isinstance(edit, AppendRecord):
        return kept
    match wanted.get(_dotted(edit.path)):
        case "file":
            return None
        case "mine":
            return {**kept, "was": value_at(record, edit.path)}
    return kept


def drop_published(engine: Database, changes: Sequence[WaitingChange], published: bytes) -> None:
    """Delete changes that a file has now; what their editor has saved since then waits on top. Raise DatabaseFault."""
    records = _records(published)
    with writing(engine) as connection:
        for change in changes:
            done = [each["edit"] for each in change.edits]
            for present in select_waiting(connection, change.editor, change.record_id, lock=True):
                newer = [each for each in present.edits if each["edit"] not in done]
                left = list(_on_top(newer, records.get(change.record_id), {_field(each) for each in done}))
                save_waiting(connection, change.editor, change.record_id, left, present.changed_at)


def _on_top(kept: Sequence[dict[str, Any]], record: Any, published: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield edits as they are once a record is published; one that appended it becomes those of what differs."""
    for each in kept:
        edit = edit_from_json(each["edit"])
        if isinstance(edit, AppendRecord):
            name, before = edit.fields["id"], record or {}
            for key in (*edit.fields, *(key for key in before if key not in edit.fields)):
                value, was = edit.fields.get(key), before.get(key)
                if value != was:
                    made = RemoveValue(name, (key,)) if value is None else SetValue(name, (key,), value)
                    yield {"edit": edit_to_json(made), "was": was}
        elif _field(each["edit"]) in published:
            yield {**each, "was": value_at(record, edit.path)}
        else:
            yield each


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


def _open_edits(change: WaitingChange, records: Mapping[str, Any]) -> list[Edit]:
    """Return the edits that are not in the file already, as they are after a publication that was cut off."""
    record = records.get(change.record_id)
    found: list[Edit] = []
    for each in change.edits:
        edit = edit_from_json(each["edit"])
        if isinstance(edit, AppendRecord):
            is_done = record == edit.fields
        else:
            is_done = value_at(record, edit.path) == (edit.value if isinstance(edit, SetValue) else None)
        if not is_done:
            found.append(edit)
    return found


def _is_new(change: WaitingChange) -> bool:
    return any("append" in each["edit"] for each in change.edits)


def _field(plain: Mapping[str, Any]) -> str:
    """Return what names the field of an edit in JSON."""
    if "append" in plain:
        return _APPENDED
    return _dotted((plain.get("set") or plain["remove"])[1])


def _dotted(path: Sequence[Any]) -> str:
    return ".".join(map(str, path))
