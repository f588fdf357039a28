"""The validator's findings in the words of this service: what is wrong, with which value, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_service.records.errors import CalendarError, Path, Problem, suggest
from calendar_service.records.source import (
    MANY,
    ONE,
    SHAPES,
    CalendarShape,
    ChangeShape,
    ContactShape,
    DocumentShape,
    PlaceShape,
    RegistrationShape,
    SessionShape,
)

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_INNER: dict[str, type[BaseModel]] = {
    "place": PlaceShape,
    "registration": RegistrationShape,
    "sessions": SessionShape,
    "documents": DocumentShape,
    "contact": ContactShape,
    "changes": ChangeShape,
}
_TEXT_REMEDY = 'Write a text; put quotes around what YAML reads as something else, as in "2027".'


def to_problem(error: ErrorDetails, path: Path, kind: str | None) -> Problem:
    """Word one finding; `path` is where the validated value stands, `kind` the record's kind."""
    inner = tuple(step for step in error["loc"] if step not in (ONE, MANY, "[key]"))
    where = (*path, *inner)
    value = error["input"]
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, CalendarError):
        return Problem(where, cause.message, value, cause.remedy)
    if value is None:
        return Problem(where, "it has no value.", None, "Give one, or delete the key.")
    match error["type"]:
        case "missing":
            return Problem(where, f"`{inner[-1]}` is missing.", None, _example(kind, inner))
        case "extra_forbidden":
            return Problem(where, f"there is no key {inner[-1]!r} here.", value, _known(kind, inner))
        case "string_type" | "union_tag_not_found":
            return Problem(where, "it must be a text.", value, _TEXT_REMEDY)
        case "list_type":
            return Problem(where, "it must be a list.", value, "Write [one, two], or one item a line after a dash.")
        case "dict_type" | "model_type":
            return Problem(where, "it must have keys of its own.", value, "Indent `key: value` lines under it.")
        case "string_too_long":
            return Problem(where, f"it has more than {context['max_length']} characters.", _short(value), "Shorten it.")
        case "string_too_short" | "too_short":
            return Problem(where, "it is empty.", value, "Give a value, or delete the key.")
        case "enum" | "literal_error":
            known = str(context["expected"]).replace("'", "")
            options = known.replace(" or ", ", ").split(", ")
            return Problem(where, f"it must be {known}.", value, suggest(str(value), options))
        case "string_pattern_mismatch":
            return Problem(
                where, "it has a form that is not taken here.", value, _FORMS.get(str(inner[-1]), _FORM_OF_TAG)
            )
        case _:
            return Problem(where, f"{error['msg']}.", value)


_FORM_OF_TAG = "Use letters, digits, spaces and hyphens, at most 50."
_FORMS = {
    "id": "Use small letters, digits and hyphens, at most 64, as in refugee-day-2027.",
    "email": "Write an address such as office@example.org.",
}


def known_keys(kind: str | None, inner: Path) -> list[str]:
    """List the keys that may stand where `inner` points, from the record (or calendar) down."""
    parent: type[BaseModel] | None = SHAPES.get(kind) if kind else CalendarShape
    for step in inner[:-1]:
        if isinstance(step, str):
            parent = _INNER.get(step)
    return [field.alias or name for name, field in parent.model_fields.items()] if parent else []


def _known(kind: str | None, inner: Path) -> str:
    keys = known_keys(kind, inner)
    return suggest(str(inner[-1]), keys) or f"Known: {', '.join(keys)}."


def _example(kind: str | None, inner: Path) -> str:
    shape: type[BaseModel] | None = SHAPES.get(kind) if kind else CalendarShape
    field = shape.model_fields.get(str(inner[-1])) if shape and len(inner) == 1 else None
    example = field.examples[0] if field and field.examples else "…"
    return f"Add a line `{inner[-1]}: {example}`."


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 (one line of a terminal)
