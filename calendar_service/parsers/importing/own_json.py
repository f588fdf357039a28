"""Import what another instance answers as JSON: its API and its JSON Feed."""

from __future__ import annotations

from typing import Any

from calendar_service.parsers.importing.candidates import Ignored, Imported, UnfitSource, shorten_value
from calendar_service.parsers.importing.own_record import own_candidate


def is_own_json(value: Any) -> bool:
    """Return True for the answer of /api/v1/records, or a JSON Feed."""
    if not isinstance(value, dict):
        return False
    return _is_feed(value) or ("edition" in value and isinstance(value.get("records"), list))


def _is_feed(value: dict[str, Any]) -> bool:
    return str(value.get("version")).startswith("https://jsonfeed.org/version/") and isinstance(
        value.get("items"), list
    )


def read_own_json(value: dict[str, Any], text: str) -> Imported:
    """Return the records of such an answer; `text` is its source. Raise UnfitSource if there is none."""
    imported = Imported()
    at = 0
    for item in value["items"] if _is_feed(value) else value["records"]:
        held = item if isinstance(item, dict) else {}
        extension = held.get("_calendar", held)
        name = str(held.get("id", ""))
        at = max(text.find(f'"{name}"', at), at)
        line = text.count("\n", 0, at) + 1
        source = extension.get("source") if isinstance(extension, dict) else None
        imported.add(
            own_candidate(source, line)
            or Ignored(
                line, f"{shorten_value(name) or 'an item'}: it does not have the whole record; import calendar.ics."
            )
        )
    if not imported.candidates:
        raise UnfitSource("no item in it has a record of this service.", remedy="Import the calendar.ics of that site.")
    return imported
