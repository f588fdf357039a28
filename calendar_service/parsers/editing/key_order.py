"""The order in which the keys of a record are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_service.parsers.error_messages import INNER_SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.errors import Path

RECORD_KEYS = (  # noqa: SIM905 (a list of words)
    "id kind title summary when starts ends fold repeats except changes closes questions_by opens award_expected place"
    " timezone status publish_at note_of_change correction url join registration sessions extensions languages tags"
    " countries organisers contact buyer reference documents questions reminders"
).split()


def sort_keys(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its keys in their order; those that no record has come last."""
    return {key: record[key] for key in sorted(record, key=_rank)}


def _rank(key: str) -> int:
    return RECORD_KEYS.index(key) if key in RECORD_KEYS else len(RECORD_KEYS)


def key_order(path: Path) -> Sequence[str]:
    """Return the order of the keys at a path of a record; empty if they have none, as those of a text by language."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return RECORD_KEYS
    schema = INNER_SCHEMAS.get(names[-1])
    return [field.alias or name for name, field in schema.model_fields.items()] if schema else ()
