"""The fields of a form: values of the calendar file as people fill them in, and back."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import parse_path, value_at
from calendar_service.records.enums import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ALL_KINDS = frozenset(Kind)
# Values that may be one text or have keys; then the text is the name.
_NAMED = ("place", "contact")


class FieldForm(Enum):
    """How a value is written in the form."""

    LINE = "line"
    TEXTS = "texts"
    """One text for each language."""
    BLOCKS = "blocks"
    """Likewise, of several lines."""
    WORDS = "words"
    """A list, separated by commas."""
    LINES = "lines"
    """A list, one a line."""
    CHOICE = "choice"
    """One of a few words."""


@dataclass(frozen=True)
class FieldSpec:
    """A value of the file that a form has a field for, by its path; `choices` are the words that it may be."""

    path: str
    form: FieldForm
    label: str
    kinds: frozenset[Kind] = ALL_KINDS
    is_main: bool = False
    only_if_there: bool = False
    only_unpublished: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FormField:
    """A field: its name, the words for it, and its text; `code` is the language of one text of several.

    `choices` are the values that it may have, with the words for them; none if it is free.
    """

    name: str
    label: str
    text: str
    code: str
    is_long: bool
    is_main: bool
    choices: Mapping[str, str] = field(default_factory=dict)


class FieldGroup:
    """Fields of one mapping of the file. `prefix` stands before the path in the name of each field."""

    def __init__(
        self, values: Mapping[str, Any], languages: Sequence[str], specs: Sequence[FieldSpec], prefix: str = ""
    ) -> None:
        self._values, self._languages, self._prefix = values, languages, prefix
        self.specs = [each for each in specs if self._can_show(each)]

    def _can_show(self, spec: FieldSpec) -> bool:
        """Return True if the form can show a value; one that is written in another way is left to the file."""
        top = spec.path.partition(".")[0]
        value = value_at(self._values, parse_path(spec.path))
        if value is None:
            is_elsewhere = spec.path == "when" and "starts" in self._values
            return not spec.only_if_there and not is_elsewhere
        match spec.form:
            case FieldForm.LINE:
                return isinstance(value, str) or isinstance(self._values.get(top), str)
            case FieldForm.WORDS | FieldForm.LINES:
                return isinstance(value, list) and all(isinstance(each, str) for each in value)
            case FieldForm.CHOICE:
                return value in ("confirmed", *spec.choices)
        return True

    @property
    def fields(self) -> list[FormField]:
        """The fields with the texts that they have in the file."""
        return [each for spec in self.specs for each in self._fields_of(spec)]

    def _fields_of(self, spec: FieldSpec) -> Iterator[FormField]:
        is_long, name = spec.form in (FieldForm.BLOCKS, FieldForm.LINES), f"{self._prefix}{spec.path}"
        if spec.form in (FieldForm.TEXTS, FieldForm.BLOCKS):
            texts = self._texts(self._values.get(spec.path))
            for code in self._languages:
                text = texts.get(code, "")
                yield FormField(f"{name}.{code}", spec.label, text, code, is_long, spec.is_main)
            return
        yield FormField(name, spec.label, self._text(spec), "", is_long, spec.is_main, spec.choices)

    def _texts(self, value: Any) -> dict[str, str]:
        return value if isinstance(value, dict) else {self._languages[0]: value} if value else {}

    def _text(self, spec: FieldSpec) -> str:
        top, _, key = spec.path.partition(".")
        value = self._values.get(top) if key == "name" and isinstance(self._values.get(top), str) else None
        value = value or value_at(self._values, parse_path(spec.path))
        if isinstance(value, list):
            return (", " if spec.form is FieldForm.WORDS else "\n").join(value)
        is_default = spec.form is FieldForm.CHOICE and value not in spec.choices
        return value if isinstance(value, str) and not is_default else ""

    def wanted(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the values as the form has them; what was not changed is as in the file."""
        found = deepcopy(dict(self._values))
        for spec in self.specs:
            fields = list(self._fields_of(spec))
            texts = {each.name: tidy_text(given.get(each.name, each.text)) for each in fields}
            if any(texts[each.name] != tidy_text(each.text) for each in fields):
                self._put(found, spec, {name.removeprefix(self._prefix): text for name, text in texts.items()})
        return {key: value for key, value in found.items() if value not in ("", [], {})}

    def _put(self, found: dict[str, Any], spec: FieldSpec, texts: dict[str, str]) -> None:
        top, _, key = spec.path.partition(".")
        if spec.form in (FieldForm.TEXTS, FieldForm.BLOCKS):
            found[top] = self._language_texts(top, texts)
        elif spec.form is FieldForm.WORDS:
            found[top] = [word.strip() for word in texts[top].split(",") if word.strip()]
        elif spec.form is FieldForm.LINES:
            found[top] = [line.strip() for line in texts[top].split("\n") if line.strip()]
        elif not key:
            found[top] = texts[top]
        else:
            inner = found.get(top) or {}
            inner = {"name": inner} if isinstance(inner, str) else inner
            inner = {name: value for name, value in {**inner, key: texts[spec.path]}.items() if value}
            is_name = set(inner) == {"name"} and not isinstance(self._values.get(top), dict) and top in _NAMED
            found[top] = inner["name"] if is_name else inner

    def _language_texts(self, top: str, texts: dict[str, str]) -> Any:
        before = self._values.get(top)
        found = {
            **(before if isinstance(before, dict) else {}),
            **{name[len(top) + 1 :]: texts[name] for name in texts},
        }
        found = {code: text for code, text in found.items() if text}
        is_one = set(found) == {self._languages[0]} and (isinstance(before, str) or len(self._languages) == 1)
        return found[self._languages[0]] if is_one else found


def tidy_text(text: str) -> str:
    """Return a text without space around it, and with the ends of lines of the file."""
    return text.replace("\r\n", "\n").strip()
