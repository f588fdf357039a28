"""The order in which the keys of a record are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.parsers.error_messages import INNER_SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.errors import Path

RECORD_KEYS = (  # noqa: SIM905 (a list of words)
    "id kind status title summary when starts ends fold repeats except changes closes extensions questions_by opens"
    " award_expected note_of_change correction place timezone url join registration sessions languages tags countries"
    " organisers contact buyer reference documents reminders"
).split()


def key_order(path: Path) -> Sequence[str]:
    """Return the order of the keys at a path of a record; empty if they have none, as those of a text by language."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return RECORD_KEYS
    schema = INNER_SCHEMAS.get(names[-1])
    return [field.alias or name for name, field in schema.model_fields.items()] if schema else ()
