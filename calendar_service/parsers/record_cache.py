"""The valid records of the last file: after an edit, only the records that it changed are validated and resolved.

A record follows from its own values and the calendar alone. What problems say depends on its place in the file and on
the present as well, so only records without problems and notes are kept. What concerns several records (equal names)
is checked anew each time.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calendar_service.records.record import Calendar
    from calendar_service.records.resolve import Resolved

_last: dict[bytes, Resolved] = {}


class RecordCache:
    """What is known of the last file, and what the next one will know. One for each file that is read."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = blake2b(repr(calendar).encode("utf-8", "backslashreplace"))
        self._known = _last
        self._valid: dict[bytes, Resolved] = {}

    def key(self, value: dict[str, Any]) -> bytes:
        """Return the key of a record's plain values; unlike them, 1 and true have different keys."""
        digest = self._calendar.copy()
        digest.update(repr(value).encode("utf-8", "backslashreplace"))
        return digest.digest()

    def get(self, key: bytes) -> Resolved | None:
        """Return the record of these values, if the last file had it without problems."""
        found = self._known.get(key)
        if found:
            self._valid[key] = found
        return found

    def put(self, key: bytes, resolved: Resolved) -> None:
        """Keep a record that has no problems."""
        self._valid[key] = resolved

    def finish(self) -> None:
        """Replace the records of the last file by those of this one."""
        global _last  # noqa: PLW0603 (each process has one calendar)
        _last = self._valid
