"""A form that was filled in while somebody else changed the record: field by field, what holds and what to choose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.admin.form_fields import tidy_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_service.admin.record_form import RecordForm


@dataclass(frozen=True)
class FormConflict:
    """A field, or a whole list, that two have changed: its label, as it is now, and as it was typed."""

    name: str
    label: str
    now: str
    mine: str


@dataclass(frozen=True)
class MergedForm:
    """What a form holds after others have changed the record; of `conflicts` it holds what was typed."""

    given: dict[str, str]
    conflicts: list[FormConflict]


def form_texts(form: RecordForm) -> dict[str, str]:
    """Return the texts of all fields as the file has them."""
    rows = (field for each in form.lists for row in each.rows for field in row)
    return {field.name: tidy_text(field.text) for field in (*form.fields, *rows)}


def read_texts(text: str) -> dict[str, str]:
    """Return what a form has carried along of `form_texts`; nothing if it is damaged."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def merge(form: RecordForm, base: Mapping[str, str], given: Mapping[str, str]) -> MergedForm:
    """Merge what was typed over `base` with the record as it is now; a list is one field."""
    now, lists = form_texts(form), {each.key: each.label for each in form.lists}
    labels = {field.name: field.label for field in form.fields} | lists
    units: dict[str, list[str]] = {}
    for name in given:
        top = name.partition(".")[0]
        units.setdefault(top if top in lists else name, []).append(name)
    merged, conflicts = dict(given), []
    for unit, typed in units.items():
        listed = [each for each in {**now, **base} if unit in lists and each.startswith(f"{unit}.")]
        names = sorted({*typed, *listed})
        was, present, mine = ([tidy_text(texts.get(each, "")) for each in names] for texts in (base, now, given))
        if mine == was:
            merged |= dict(zip(names, present, strict=True))
        elif present not in (was, mine):
            conflicts.append(FormConflict(unit, labels.get(unit, unit), _shown(present), _shown(mine)))
    return MergedForm(merged, conflicts)


def apply_choices(form: RecordForm, given: Mapping[str, str], choices: Mapping[str, str]) -> dict[str, str]:
    """Return what a form holds once the editor has chosen: "file" takes a field as it is now, "mine" as typed."""
    now = form_texts(form)
    left = [name for name, choice in choices.items() if choice == "file"]
    return {
        name: now.get(name, "") if any(name == each or name.startswith(f"{each}.") for each in left) else text
        for name, text in given.items()
    }


def _shown(texts: list[str]) -> str:
    return "; ".join(text for text in texts if text)
