"""The form of a record: its fields in the order of the public page, and the edits that they mean.

A field's name is its path in the file. What the form has no field for stays as it is.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from calendar_service.admin.form_fields import FieldForm, FieldGroup, FieldSpec, tidy_text
from calendar_service.parsers.editing.edits import RemoveValue, SetValue
from calendar_service.parsers.importing.candidates import slug
from calendar_service.records.enums import DRAFT, Kind, Status
from calendar_service.records.errors import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from calendar_service.admin.form_fields import FormField
    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.writers.i18n import Language

_HAPPENINGS = frozenset({Kind.EVENT, Kind.WEBINAR})
_TENDERS = frozenset({Kind.TENDER})
_MOST_ROWS = 200
# What the form offers; what is called off is a task of its own.
_STATUSES = {
    "": gettext_noop("Confirmed"),
    Status.TENTATIVE: gettext_noop("Tentative: it may still change or not take place"),
    DRAFT: gettext_noop("Draft: nothing of it is public"),
}
_OCCURRENCES = {
    "": gettext_noop("It takes place"),
    Status.CANCELLED: gettext_noop("Cancelled"),
}
_FIELDS = (
    FieldSpec("title", FieldForm.TEXTS, gettext_noop("Title"), is_main=True),
    FieldSpec("when", FieldForm.LINE, gettext_noop("When"), _HAPPENINGS, is_main=True),
    FieldSpec("starts", FieldForm.LINE, gettext_noop("Starts"), _HAPPENINGS, is_main=True, only_if_there=True),
    FieldSpec("ends", FieldForm.LINE, gettext_noop("Ends"), _HAPPENINGS, is_main=True, only_if_there=True),
    FieldSpec("closes", FieldForm.LINE, gettext_noop("Closes"), _TENDERS, is_main=True),
    FieldSpec("place.name", FieldForm.LINE, gettext_noop("Place, or online"), is_main=True),
    FieldSpec("url", FieldForm.LINE, gettext_noop("Page that tells more"), is_main=True),
    FieldSpec("summary", FieldForm.BLOCKS, gettext_noop("Summary"), is_main=True),
    FieldSpec("tags", FieldForm.WORDS, gettext_noop("Tags, separated by commas"), is_main=True),
    FieldSpec("status", FieldForm.CHOICE, gettext_noop("Status"), is_main=True, choices=_STATUSES),
    FieldSpec(
        "publish_at", FieldForm.LINE, gettext_noop("Becomes public by itself, day and time"), only_unpublished=True
    ),
    FieldSpec("repeats", FieldForm.LINE, gettext_noop("Repeats"), _HAPPENINGS),
    FieldSpec("except", FieldForm.LINES, gettext_noop("Days on which it does not take place, one a line"), _HAPPENINGS),
    FieldSpec("questions_by", FieldForm.LINE, gettext_noop("Questions until"), _TENDERS),
    FieldSpec("opens", FieldForm.LINE, gettext_noop("Opening of bids"), _TENDERS),
    FieldSpec("award_expected", FieldForm.LINE, gettext_noop("Award expected"), _TENDERS),
    FieldSpec("place.city", FieldForm.LINE, gettext_noop("City")),
    FieldSpec("place.country", FieldForm.LINE, gettext_noop("Country, as in FR")),
    FieldSpec("place.address", FieldForm.LINE, gettext_noop("Street and number")),
    FieldSpec("timezone", FieldForm.LINE, gettext_noop("Time zone, as in Asia/Seoul")),
    FieldSpec("join", FieldForm.LINE, gettext_noop("Link to take part"), _HAPPENINGS),
    FieldSpec("registration.url", FieldForm.LINE, gettext_noop("Page to register"), _HAPPENINGS),
    FieldSpec("registration.closes", FieldForm.LINE, gettext_noop("Registration closes"), _HAPPENINGS),
    FieldSpec("languages", FieldForm.WORDS, gettext_noop("Languages it is held or written in, as in en, fr")),
    FieldSpec("countries", FieldForm.WORDS, gettext_noop("Countries it concerns, as in FR, KR")),
    FieldSpec("organisers", FieldForm.LINES, gettext_noop("Organisers, one a line")),
    FieldSpec("buyer", FieldForm.TEXTS, gettext_noop("Buyer"), _TENDERS),
    FieldSpec("reference", FieldForm.LINE, gettext_noop("Reference number"), _TENDERS),
    FieldSpec("contact.name", FieldForm.LINE, gettext_noop("Whom to ask")),
    FieldSpec("contact.email", FieldForm.LINE, gettext_noop("Public email address")),
    FieldSpec("note_of_change", FieldForm.BLOCKS, gettext_noop("Reason for the change")),
)


_LABELS = {
    **{each.path: each.label for each in _FIELDS},
    "id": gettext_noop("Id"),
    "kind": gettext_noop("Kind"),
    "place": gettext_noop("Place, or online"),
}


@dataclass(frozen=True)
class _ListSpec:
    """A list of the file whose items have keys."""

    key: str
    label: str
    item: str
    specs: tuple[FieldSpec, ...]
    kinds: frozenset[Kind] = frozenset(Kind)


_LISTS = (
    _ListSpec(
        "sessions",
        gettext_noop("Sessions"),
        gettext_noop("Session {number}"),
        (
            FieldSpec("title", FieldForm.TEXTS, gettext_noop("Title")),
            FieldSpec("when", FieldForm.LINE, gettext_noop("When")),
            FieldSpec("place", FieldForm.LINE, gettext_noop("Place, if elsewhere")),
            FieldSpec("id", FieldForm.LINE, gettext_noop("Short name that never changes, as in opening")),
        ),
        _HAPPENINGS,
    ),
    _ListSpec(
        "changes",
        gettext_noop("Dates that are moved or cancelled"),
        gettext_noop("Date {number}"),
        (
            FieldSpec("occurrence", FieldForm.LINE, gettext_noop("The day on which it would have been")),
            FieldSpec("when", FieldForm.LINE, gettext_noop("When it is instead")),
            FieldSpec("status", FieldForm.CHOICE, gettext_noop("Status"), choices=_OCCURRENCES),
            FieldSpec("reason", FieldForm.BLOCKS, gettext_noop("Reason")),
        ),
        _HAPPENINGS,
    ),
    _ListSpec(
        "extensions",
        gettext_noop("Deadlines before"),
        gettext_noop("Deadline {number}"),
        (
            FieldSpec("closes", FieldForm.LINE, gettext_noop("The deadline that was replaced")),
            FieldSpec("decided", FieldForm.LINE, gettext_noop("The day on which that was decided")),
            FieldSpec("reason", FieldForm.BLOCKS, gettext_noop("Reason")),
        ),
        _TENDERS,
    ),
    _ListSpec(
        "documents",
        gettext_noop("Documents"),
        gettext_noop("Document {number}"),
        (
            FieldSpec("title", FieldForm.TEXTS, gettext_noop("Title")),
            FieldSpec("url", FieldForm.LINE, gettext_noop("Address, as in https://…")),
        ),
    ),
    _ListSpec(
        "questions",
        gettext_noop("Questions and answers"),
        gettext_noop("Question {number}"),
        (
            FieldSpec("q", FieldForm.BLOCKS, gettext_noop("Question")),
            FieldSpec("a", FieldForm.BLOCKS, gettext_noop("Answer")),
            FieldSpec("published", FieldForm.LINE, gettext_noop("Published on")),
        ),
    ),
)


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
class FormList:
    """A list in the form: a row of fields for each item, and an empty one. `item` is the label of a row."""

    key: str
    label: str
    item: str
    rows: list[list[FormField]]


class RecordForm:
    """The fields of one record. `values` are those of the file; a new record has only its kind.

    What `has_been_public` cannot become a draft, or public at a time. `sent` are the names of the fields that came
    with the request: after the last row of a list that has some there is an empty one.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        languages: Sequence[str],
        *,
        has_been_public: bool = False,
        sent: Collection[str] = (),
    ) -> None:
        self.values, self.languages, self._sent = values, languages, sent
        kind = Kind(values["kind"])
        specs = [_without_draft(each) if has_been_public else each for each in _FIELDS if kind in each.kinds]
        specs = [each for each in specs if not (each.only_unpublished and has_been_public)]
        self._main = FieldGroup(values, languages, specs)
        self._lists = [each for each in _LISTS if kind in each.kinds and _can_show_items(values.get(each.key))]

    @property
    def fields(self) -> list[FormField]:
        """The fields that stand once, with the texts that they have in the file."""
        return self._main.fields

    @property
    def lists(self) -> list[FormList]:
        """The lists with a row for each item and one more."""
        return [
            FormList(spec.key, spec.label, spec.item, [each.fields for each in self._rows(spec)])
            for spec in self._lists
        ]

    @property
    def names(self) -> list[str]:
        """The names of all fields."""
        return [
            *(each.name for each in self.fields),
            *(field.name for each in self.lists for row in each.rows for field in row),
        ]

    def _rows(self, spec: _ListSpec) -> list[FieldGroup]:
        items = self.values.get(spec.key) or []
        numbers = [int(found[1]) for name in self._sent if (found := re.match(rf"{spec.key}\.(\d{{1,3}})\.", name))]
        count = min(max([len(items), *(number + 1 for number in numbers)]), _MOST_ROWS - 1) + 1
        return [
            FieldGroup(
                items[number] if number < len(items) else {}, self.languages, spec.specs, f"{spec.key}.{number}."
            )
            for number in range(count)
        ]

    @property
    def others(self) -> list[str]:
        """The keys of the record that the form has no field for."""
        tops = {spec.path.partition(".")[0] for spec in self._main.specs} | {each.key for each in self._lists}
        return [key for key in self.values if key not in tops | {"id", "kind"}]

    def wanted(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the record as the form has them; what was not changed is as in the file."""
        found = self._main.wanted(given)
        for spec in self._lists:
            items = self.values.get(spec.key) or []
            rows = [
                item
                for number, row in enumerate(self._rows(spec))
                if (item := _item(items[number] if number < len(items) else {}, row, given))
            ]
            found[spec.key] = [_with_name(each) if spec.key == "sessions" else each for each in rows]
        return {key: value for key, value in found.items() if value not in ("", [], {})}

    def edits(self, record_id: str, given: Mapping[str, str]) -> list[Edit]:
        """Return the edits that make the file's record what the form has."""
        return list(_edits(record_id, (), dict(self.values), self.wanted(given)))


def _without_draft(spec: FieldSpec) -> FieldSpec:
    return replace(spec, choices={name: label for name, label in spec.choices.items() if name != DRAFT})


def _can_show_items(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, dict) for each in value))


def _item(before: Mapping[str, Any], row: FieldGroup, given: Mapping[str, str]) -> dict[str, Any]:
    """Return an item as the form has it; empty if all of its fields are."""
    texts = [tidy_text(given.get(each.name, each.text)) for each in row.fields]
    return row.wanted(given) if any(texts) else {} if row.fields else deepcopy(dict(before))


def _with_name(session: dict[str, Any]) -> dict[str, Any]:
    """Return a session with an id, made of its title where it has none."""
    title = session.get("title", "")
    words = next(iter(title.values()), "") if isinstance(title, dict) else title
    return session if "id" in session or not (name := slug(str(words), None)) else {"id": name, **session}


def _edits(record_id: str, path: tuple[str, ...], before: dict[str, Any], after: dict[str, Any]) -> Iterator[Edit]:
    for key, value in after.items():
        old = before.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            yield from _edits(record_id, (*path, key), old, value)
        elif old != value:
            yield SetValue(record_id, (*path, key), value)
    for key in before.keys() - after.keys():
        yield RemoveValue(record_id, (*path, key))
