"""Turn the validator's errors into problems with this service's own messages, values and remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from calendar_service.records.errors import CalendarError, Path, Problem, Sentence, suggest
from calendar_service.records.schema import (
    MANY,
    ONE,
    RECORD_SCHEMAS,
    CalendarSchema,
    SchemaModel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


def _schema_in(annotation: Any) -> type[BaseModel] | None:
    """Return the schema that a type is, or that stands in it."""
    if isinstance(annotation, type) and issubclass(annotation, SchemaModel):
        return annotation
    return next((schema for each in get_args(annotation) if (schema := _schema_in(each))), None)


INNER_SCHEMAS: dict[str, type[BaseModel]] = {
    name: schema
    for shape in RECORD_SCHEMAS.values()
    for name, field in shape.model_fields.items()
    if (schema := _schema_in(field.annotation))
}
"""The schema of each field of a record that has keys of its own."""
_LONGEST_ADVISED = 60
_MOST_OF_ONE_PART = 100
_GIVE = Sentence("Give a value, or delete the key.")
_PLAIN = {
    "string_type": (
        Sentence("it must be a text."),
        Sentence('Write words; put quotes around a number or true or false that is meant as a text, as in "2027".'),
    ),
    "list_type": (Sentence("it must be a list."), Sentence("Write [one, two], or one item a line after a dash.")),
    "dict_type": (Sentence("it must have keys of its own."), Sentence("Indent `key: value` lines under it.")),
    "model_type": (Sentence("it must have keys of its own."), Sentence("Indent `key: value` lines under it.")),
    "bool_type": (Sentence("it must be true or false."), Sentence("Write it without quotes.")),
    "string_too_short": (Sentence("it is empty."), _GIVE),
    "too_short": (Sentence("it is empty."), _GIVE),
}
_FORMS: dict[Path, tuple[str, str]] = {
    ("calendar", "id"): (
        Sentence("it is not a name for a calendar."),
        Sentence("Use lower-case letters, digits, hyphens and dots, as in calendar.example.org."),
    ),
    ("id",): (
        Sentence("it is not an id."),
        Sentence("Use lower-case letters, digits and hyphens, at most 64, as in refugee-day-2027."),
    ),
    ("email",): (Sentence("it is not a mail address."), Sentence("Write an address such as office@example.org.")),
    (): (Sentence("it is not a tag."), Sentence("Use letters, digits, spaces and hyphens, at most 50.")),
}


def to_problems(errors: list[ErrorDetails], path: Path, kind: str | None) -> list[Problem]:
    """Return the problems for the errors of one part; `path` is the part's place, `kind` the record's kind.

    A missing key that is only misspelt makes one problem, not two.
    """
    misspelt = misspelt_keys(errors, kind)
    found = [
        _to_problem(error, path, kind)
        for error in errors[:_MOST_OF_ONE_PART]
        if error["type"] != "missing" or path_of(error) not in misspelt
    ]
    if len(errors) > _MOST_OF_ONE_PART:
        message = Sentence(
            "it has {number} problems, of which {most} are shown.", number=f"{len(errors):,}", most=_MOST_OF_ONE_PART
        )
        found.append(Problem(path, message, None, Sentence("Correct those first.")))
    return found


def misspelt_keys(errors: list[ErrorDetails], kind: str | None) -> set[Path]:
    """Return the keys that unknown keys were probably meant to be."""
    unknown = [path_of(error) for error in errors[:_MOST_OF_ONE_PART] if error["type"] == "extra_forbidden"]
    return {
        (*inner[:-1], key)
        for inner in unknown
        for key in _known_keys(kind, inner)
        if Sentence("Did you mean {word}?", word=repr(key)) == advise(inner[-1], _known_keys(kind, inner))
    }


def path_of(error: ErrorDetails) -> Path:
    """Return the path of an error within the part, without the validator's own markers."""
    location = error["loc"]
    if location and location[-1] == "[key]" and error["type"] != "extra_forbidden":
        location = location[:-1]
    return tuple(step for step in location if step not in (ONE, MANY))


def advise(word: object, known: Iterable[str]) -> str:
    """Suggest a known word that is similar; return "" if nothing is."""
    return suggest(word, known) if isinstance(word, str) and len(word) <= _LONGEST_ADVISED else ""


def _to_problem(error: ErrorDetails, path: Path, kind: str | None) -> Problem:
    inner = path_of(error)
    where = (*path, *inner)
    value = error["input"]
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, CalendarError):
        return Problem(where, cause.message, value, cause.remedy)
    if value is None:
        return Problem(where, Sentence("it has no value."), None, _GIVE)
    match error["type"]:
        case "missing":
            return Problem(where, Sentence("`{key}` is missing.", key=inner[-1]), None, _example(kind, inner))
        case "extra_forbidden":
            return Problem(
                where, Sentence("there is no key {key} here.", key=repr(inner[-1])), None, _known(kind, inner)
            )
        case "string_too_long":
            message = Sentence("it has more than {number} characters.", number=f"{context['max_length']:,}")
            return Problem(where, message, value, Sentence("Shorten it."))
        case "too_long":
            message = Sentence("it has more than {number} items.", number=f"{context['max_length']:,}")
            return Problem(where, message, None, Sentence("Take some out."))
        case "enum" | "literal_error":
            return _unknown_choice(where, value, str(context["expected"]))
        case "string_pattern_mismatch":
            return Problem(where, _form(where)[0], value, _form(where)[1])
        case other:
            known = _PLAIN.get(other)
            return Problem(where, known[0], value, known[1]) if known else Problem(where, f"{error['msg']}.", value)


def _unknown_choice(where: Path, value: Any, expected: str) -> Problem:
    known = expected.replace("'", "")
    return Problem(
        where,
        Sentence("it must be {words}.", words=known),
        value,
        advise(value, known.replace(" or ", ", ").split(", ")),
    )


def _form(where: Path) -> tuple[str, str]:
    return _FORMS.get(where) or _FORMS.get(where[-1:]) or _FORMS[()]


def _shape_of(kind: str | None, inner: Path) -> type[BaseModel]:
    """Return the schema that the key `inner` belongs to."""
    parent: type[BaseModel] = RECORD_SCHEMAS[kind] if kind else CalendarSchema
    for step in inner[:-1]:
        if isinstance(step, str):
            parent = INNER_SCHEMAS.get(step, parent)
    return parent


def _known_keys(kind: str | None, inner: Path) -> list[str]:
    return [field.alias or name for name, field in _shape_of(kind, inner).model_fields.items()]


def _known(kind: str | None, inner: Path) -> str:
    keys = _known_keys(kind, inner)
    if near := advise(inner[-1], keys):
        return near
    homes = [
        other for other, shape in RECORD_SCHEMAS.items() if kind and len(inner) == 1 and inner[0] in _fields(shape)
    ]
    if homes:
        return Sentence("It belongs to {kinds}.", kinds=" and ".join(f"{home}s" for home in homes))
    return Sentence("Known: {keys}.", keys=", ".join(keys))


def _fields(shape: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in shape.model_fields.items()}


def _example(kind: str | None, inner: Path) -> str:
    field = _fields(_shape_of(kind, inner)).get(str(inner[-1]))
    example = field.examples[0] if field and field.examples else "…"
    return Sentence("Add a line `{key}: {example}`.", key=inner[-1], example=example)
