"""Bring back what a record said before, as edits of the calendar file that wait like any other change.

Nothing that was published is changed or deleted by it: the next edition says again what an earlier one said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import AppendRecord, RemoveValue, SetValue, changed_values
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.importing.own_record import (
    is_same_but_for_words,
    own_candidate,
    resolve_fields,
    restore_words,
)
from calendar_service.records.enums import Status
from calendar_service.writers.record_source import record_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.records.record import Calendar, Record

# Keys that say one thing together: if one of them changes, the others that the file has go.
_TOGETHER = ("when", "starts", "ends", "fold")


def version_fields(record: Record, calendar: Calendar) -> dict[str, Any]:
    """Return a record with the keys of the file, its times in the words in which they were announced."""
    candidate = own_candidate(record_fields(record), 1)
    if candidate is None:
        return {}
    restore_words(candidate, calendar)
    return candidate.fields


def version_edits(wanted: Record, current: Record | None, values: Mapping[str, Any], calendar: Calendar) -> list[Edit]:
    """Return the edits that make the file say again what a record said before; none if it says so.

    `current` is the record as the file has it, with its `values` there; None if the file does not have it.
    """
    fields = version_fields(wanted, calendar)
    if current is None:
        return [AppendRecord(sort_keys(fields))]
    if is_same_but_for_words(current, wanted):
        return []
    edits = list(_changed(wanted.id, fields, version_fields(current, calendar), values))
    made = resolve_fields(changed_values([values], edits)[0], calendar)
    if made is None or not is_same_but_for_words(made, wanted):
        return list(_replaced(wanted.id, fields, values))
    return edits


def _changed(
    record_id: str, fields: Mapping[str, Any], known: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[Edit]:
    """Yield the edits of the keys that differ between two records in the same form."""
    for key, value in fields.items():
        if known.get(key) != value:
            yield SetValue(record_id, (key,), value)
    is_moved = any(known.get(key) != fields.get(key) for key in _TOGETHER)
    for key in values:
        if key not in fields and (key in known or (is_moved and key in _TOGETHER)):
            yield RemoveValue(record_id, (key,))


def _replaced(record_id: str, fields: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield the edits that make the values of the file these very fields."""
    for key, value in fields.items():
        if values.get(key) != value:
            yield SetValue(record_id, (key,), value)
    for key in values:
        if key not in fields:
            yield RemoveValue(record_id, (key,))


def cancelling_edits(record: Record) -> list[Edit]:
    """Return the edits that cancel a record which an earlier version of the calendar did not have."""
    if record.status is Status.CANCELLED:
        return []
    return [SetValue(record.id, ("status",), Status.CANCELLED.value)]
