"""What edits would make of the file: tried, not kept, with what `check` says of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import UnfitEdit, record_numbers
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from calendar_service.admin.file_state import FileReader, FileState
    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.records.edition import Draft
    from calendar_service.records.errors import Problem
    from calendar_service.records.record import Record


@dataclass(frozen=True)
class Trial:
    """A record as edits would make it, None if they cannot be made; errors and notes by the path of their field.

    `publish_at` is when it becomes public by itself, if it says so; `draft` is what the file would say.
    """

    record: Record | None
    errors: dict[str, str]
    notes: dict[str, str]
    publish_at: datetime | None = None
    draft: Draft | None = None


def record_values(state: FileState, record_id: str) -> dict[str, Any] | None:
    """Return the plain values of a record in the file; None if it is not there."""
    return all_record_values(state).get(record_id)


def all_record_values(state: FileState) -> dict[str, dict[str, Any]]:
    """Return the plain values of each record of a valid file by its id."""
    records = read_tree(state.data).value["records"] or []
    return {name: records[number] for name, number in record_numbers(records).items()}


def try_edits(
    reader: FileReader, state: FileState, record_id: str, edits: Sequence[Edit], fields: Collection[str]
) -> Trial:
    """Try edits of a record. `fields` are the paths of the form's fields; what is of no field has the path ""."""
    try:
        data = edit_file(state.data, edits)
    except UnfitEdit as error:
        return Trial(None, {"": str(error)}, {})
    reading = reader.state_of(data).reading
    number = record_numbers(read_tree(data).value["records"]).get(record_id, -1)
    known = {(found.problem.path, found.problem.message) for found in state.reading.findings}
    errors: dict[str, str] = {}
    notes: dict[str, str] = {}
    for finding in reading.findings:
        path = finding.problem.path
        if path[:2] == ("records", number) and (finding.is_error or (path, finding.problem.message) not in known):
            told = errors if finding.is_error else notes
            told.setdefault(_field_of(path[2:], fields), problem_sentence(finding.problem))
        elif finding.is_error:
            errors.setdefault("", str(finding))
    records = reading.draft.every_record if reading.draft else ()
    withheld = {each.record.id: each.publish_at for each in reading.draft.withheld} if reading.draft else {}
    record = next((each for each in records if each.id == record_id), None)
    return Trial(record, errors, notes, withheld.get(record_id), reading.draft)


def _field_of(path: Sequence[Any], fields: Collection[str]) -> str:
    """Return the field that a problem belongs to: the one of its path, or one below or above that."""
    dotted = ".".join(map(str, path))
    inside = [each for each in fields if each == dotted or dotted.startswith(f"{each}.")]
    return max(inside, key=len, default=next((each for each in fields if each.startswith(f"{dotted}.")), ""))


def problem_sentence(problem: Problem) -> str:
    """Return what is wrong and what to do as one sentence."""
    if not problem.remedy:
        return problem.message
    return Sentence("{message} {remedy}", message=problem.message, remedy=problem.remedy)
