"""The form of a record: its fields as people fill them in, and the edits that they mean.

A field's name is its path in the file. What the form has no field for stays as it is.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import RemoveValue, SetValue, parse_path, value_at
from calendar_service.records.enums import DRAFT, Kind, Status
from calendar_service.records.errors import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.writers.i18n import Language

_HAPPENINGS = frozenset({Kind.EVENT, Kind.WEBINAR})
_TENDERS = frozenset({Kind.TENDER})
_ALL = _HAPPENINGS | _TENDERS
# Values that may be one text or have keys; then the text is the name.
_NAMED = ("place", "contact")
_WITH_KEYS = (*_NAMED, "registration")


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
class _Kept:
    path: str
    form: FieldForm
    label: str
    kinds: frozenset[Kind] = _ALL
    is_main: bool = False
    only_if_there: bool = False
    only_unpublished: bool = False


_FIELDS = (
    _Kept("title", FieldForm.TEXTS, gettext_noop("Title"), is_main=True),
    _Kept("when", FieldForm.LINE, gettext_noop("When"), _HAPPENINGS, is_main=True),
    _Kept("starts", FieldForm.LINE, gettext_noop("Starts"), _HAPPENINGS, is_main=True, only_if_there=True),
    _Kept("ends", FieldForm.LINE, gettext_noop("Ends"), _HAPPENINGS, is_main=True, only_if_there=True),
    _Kept("closes", FieldForm.LINE, gettext_noop("Closes"), _TENDERS, is_main=True),
    _Kept("place.name", FieldForm.LINE, gettext_noop("Place, or online"), is_main=True),
    _Kept("url", FieldForm.LINE, gettext_noop("Page that tells more"), is_main=True),
    _Kept("summary", FieldForm.BLOCKS, gettext_noop("Summary"), is_main=True),
    _Kept("tags", FieldForm.WORDS, gettext_noop("Tags, separated by commas"), is_main=True),
    _Kept("status", FieldForm.CHOICE, gettext_noop("Status"), is_main=True),
    _Kept("publish_at", FieldForm.LINE, gettext_noop("Becomes public by itself, day and time"), only_unpublished=True),
    _Kept("repeats", FieldForm.LINE, gettext_noop("Repeats"), _HAPPENINGS),
    _Kept("questions_by", FieldForm.LINE, gettext_noop("Questions until"), _TENDERS),
    _Kept("opens", FieldForm.LINE, gettext_noop("Opening of bids"), _TENDERS),
    _Kept("award_expected", FieldForm.LINE, gettext_noop("Award expected"), _TENDERS),
    _Kept("place.city", FieldForm.LINE, gettext_noop("City")),
    _Kept("place.country", FieldForm.LINE, gettext_noop("Country, as in FR")),
    _Kept("place.address", FieldForm.LINE, gettext_noop("Street and number")),
    _Kept("timezone", FieldForm.LINE, gettext_noop("Time zone, as in Asia/Seoul")),
    _Kept("join", FieldForm.LINE, gettext_noop("Link to take part"), _HAPPENINGS),
    _Kept("registration.url", FieldForm.LINE, gettext_noop("Page to register"), _HAPPENINGS),
    _Kept("registration.closes", FieldForm.LINE, gettext_noop("Registration closes"), _HAPPENINGS),
    _Kept("languages", FieldForm.WORDS, gettext_noop("Languages it is held or written in, as in en, fr")),
    _Kept("countries", FieldForm.WORDS, gettext_noop("Countries it concerns, as in FR, KR")),
    _Kept("organisers", FieldForm.LINES, gettext_noop("Organisers, one a line")),
    _Kept("buyer", FieldForm.TEXTS, gettext_noop("Buyer"), _TENDERS),
    _Kept("reference", FieldForm.LINE, gettext_noop("Reference number"), _TENDERS),
    _Kept("contact.name", FieldForm.LINE, gettext_noop("Whom to ask")),
    _Kept("contact.email", FieldForm.LINE, gettext_noop("Public email address")),
    _Kept("note_of_change", FieldForm.BLOCKS, gettext_noop("Reason for the change")),
)


_LABELS = {
    **{each.path: each.label for each in _FIELDS},
    "id": gettext_noop("Id"),
    "kind": gettext_noop("Kind"),
    "place": gettext_noop("Place, or online"),
}
# What the form offers; what is called off is a task of its own.
_STATUSES = {
    "": gettext_noop("Confirmed"),
    Status.TENTATIVE: gettext_noop("Tentative: it may still change or not take place"),
    DRAFT: gettext_noop("Draft: nothing of it is public"),
}


def field_label(path: str, lang: Language) -> str:
    """Return the words for a field, with the language of one text of several; its path if it has no words."""
    top, _, code = path.rpartition(".")
    if path in _LABELS:
        return lang.gettext(_LABELS[path])
    if top not in _LABELS:
        return path
    label = lang.gettext(_LABELS[top])
    return f"{label} ({lang.language(code)})"


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


class RecordForm:
    """The fields of one record. `values` are those of the file; a new record has only its kind.

    What `has_been_public` cannot become a draft, or public at a time.
    """

    def __init__(self, values: Mapping[str, Any], languages: Sequence[str], *, has_been_public: bool = False) -> None:
        self.values, self.languages, self.has_been_public = values, languages, has_been_public
        kind = Kind(values["kind"])
        self._kept = [each for each in _FIELDS if kind in each.kinds and self._is_shown(each)]

    def _is_shown(self, kept: _Kept) -> bool:
        """Return True if the form can show a value; one that is written in another way is left to the file."""
        top = kept.path.partition(".")[0]
        value = value_at(self.values, parse_path(kept.path))
        if kept.only_unpublished and self.has_been_public:
            return False
        if value is None:
            return not kept.only_if_there and not (kept.path == "when" and "starts" in self.values)
        match kept.form:
            case FieldForm.LINE:
                return isinstance(value, str) or isinstance(self.values.get(top), str)
            case FieldForm.WORDS | FieldForm.LINES:
                return isinstance(value, list) and all(isinstance(each, str) for each in value)
            case FieldForm.CHOICE:
                return value in ("confirmed", *self._statuses)
        return True

    @property
    def fields(self) -> list[FormField]:
        """The fields with the texts that they have in the file."""
        return [each for kept in self._kept for each in self._fields_of(kept)]

    def _fields_of(self, kept: _Kept) -> Iterator[FormField]:
        is_long = kept.form in (FieldForm.BLOCKS, FieldForm.LINES)
        if kept.form in (FieldForm.TEXTS, FieldForm.BLOCKS):
            texts = self._texts(self.values.get(kept.path))
            for code in self.languages:
                name = f"{kept.path}.{code}"
                yield FormField(name, kept.label, texts.get(code, ""), code, is_long, kept.is_main)
            return
        choices = self._statuses if kept.form is FieldForm.CHOICE else {}
        yield FormField(kept.path, kept.label, self._text(kept), "", is_long, kept.is_main, choices)

    @property
    def _statuses(self) -> dict[str, str]:
        return {name: label for name, label in _STATUSES.items() if name != DRAFT or not self.has_been_public}

    def _texts(self, value: Any) -> dict[str, str]:
        return value if isinstance(value, dict) else {self.languages[0]: value} if value else {}

    def _text(self, kept: _Kept) -> str:
        top, _, key = kept.path.partition(".")
        value = self.values.get(top) if key == "name" and isinstance(self.values.get(top), str) else None
        value = value or value_at(self.values, parse_path(kept.path))
        if kept.form is FieldForm.CHOICE and value == Status.CONFIRMED:
            return ""
        if isinstance(value, list):
            return (", " if kept.form is FieldForm.WORDS else "\n").join(value)
        return value if isinstance(value, str) else ""

    @property
    def others(self) -> list[str]:
        """The keys of the record that the form has no field for."""
        tops = {kept.path.partition(".")[0] for kept in self._kept}
        return [key for key in self.values if key not in tops | {"id", "kind"}]

    def wanted(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the record as the form has them; what was not changed is as in the file."""
        found = deepcopy(dict(self.values))
        for kept in self._kept:
            fields = list(self._fields_of(kept))
            texts = {each.name: _tidy(given.get(each.name, each.text)) for each in fields}
            if any(texts[each.name] != _tidy(each.text) for each in fields):
                self._put(found, kept, texts)
        return {key: value for key, value in found.items() if value not in ("", [], {})}

    def _put(self, found: dict[str, Any], kept: _Kept, texts: dict[str, str]) -> None:
        top, _, key = kept.path.partition(".")
        if kept.form in (FieldForm.TEXTS, FieldForm.BLOCKS):
            found[top] = self._language_texts(top, texts)
        elif kept.form is FieldForm.WORDS:
            found[top] = [word.strip() for word in texts[top].split(",") if word.strip()]
        elif kept.form is FieldForm.LINES:
            found[top] = [line.strip() for line in texts[top].split("\n") if line.strip()]
        elif not key:
            found[top] = texts[top]
        else:
            inner = found.get(top) or {}
            inner = {"name": inner} if isinstance(inner, str) else inner
            inner = {name: value for name, value in {**inner, key: texts[kept.path]}.items() if value}
            is_name = set(inner) == {"name"} and not isinstance(self.values.get(top), dict) and top in _NAMED
            found[top] = inner["name"] if is_name else inner

    def _language_texts(self, top: str, texts: dict[str, str]) -> Any:
        before = self.values.get(top)
        found = {
            **(before if isinstance(before, dict) else {}),
            **{name[len(top) + 1 :]: texts[name] for name in texts},
        }
        found = {code: text for code, text in found.items() if text}
        is_one = set(found) == {self.languages[0]} and (isinstance(before, str) or len(self.languages) == 1)
        return found[self.languages[0]] if is_one else found

    def edits(self, record_id: str, given: Mapping[str, str]) -> list[Edit]:
        """Return the edits that make the file's record what the form has."""
        return list(_edits(record_id, (), dict(self.values), self.wanted(given)))


def _edits(record_id: str, path: tuple[str, ...], before: dict[str, Any], after: dict[str, Any]) -> Iterator[Edit]:
    for key, value in after.items():
        old = before.get(key)
        if key in _WITH_KEYS and isinstance(old, dict) and isinstance(value, dict):
            yield from _edits(record_id, (*path, key), old, value)
        elif old != value:
            yield SetValue(record_id, (*path, key), value)
    for key in before.keys() - after.keys():
        yield RemoveValue(record_id, (*path, key))


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
