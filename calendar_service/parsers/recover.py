"""Remove the invalid parts of a record, so that its other problems show in the same run."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from calendar_service.parsers.error_messages import path_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from calendar_service.records.schema import AnyRecordShape

_TRIES = 3
_STAND_INS = {"id": "stand-in", "title": "?", "closes": "31 December 2100", "url": "https://stand-in.example/"}


def drop_invalid_fields(
    shape: type[AnyRecordShape], value: dict[str, Any], errors: list[ErrorDetails]
) -> tuple[AnyRecordShape, frozenset[str]] | None:
    """Return a record without its invalid values, and the fields that have lost some of theirs.

    Return None if too little is left. The result serves only to find problems, never as a record.
    """
    rest = deepcopy(value)
    broken: set[str] = set()
    for attempt in range(_TRIES):
        for error in errors:
            path = path_of(error)
            broken.add(str(path[0]))
            _take_out(shape, rest, path if attempt == 0 else path[:1])
        try:
            return shape.model_validate(rest), frozenset(broken)
        except ValidationError as error:
            errors = error.errors(include_url=False)
    return None


def _take_out(shape: type[BaseModel], rest: dict[str, Any], path: tuple[str | int, ...]) -> None:
    """Delete a value, or replace it by a placeholder if it is required; if that does not help, delete its field.

    With two invalid values in one list, the first removes the whole list, and nothing is left to do for the second.
    """
    parent = _find(rest, path[:-1])
    key = path[-1]
    if not isinstance(parent, dict):
        rest.pop(str(path[0]), None)
    elif key in _STAND_INS and _is_needed(shape, path):
        parent[key] = f"{_STAND_INS['id']}-{path[1]}" if key == "id" and len(path) > 1 else _STAND_INS[str(key)]
    else:
        parent.pop(key, None)


def _find(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _is_needed(shape: type[BaseModel], path: tuple[str | int, ...]) -> bool:
    field = shape.model_fields.get(str(path[0]))
    return len(path) > 1 or (field is not None and field.is_required())
