"""The valid records of the last file: after an edit, only the records that it changed are parsed and validated.

A record follows from its own lines and the calendar alone. What problems say depends on its place in the file and on
the present as well, so only records without problems and notes are kept. What concerns several records (equal names)
is checked anew each time.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendar_service.records.record import Calendar
    from calendar_service.records.resolve import Resolved

KnownRecord = tuple["Resolved", int]
"""A record, and how many values it has in the file."""

_last: dict[bytes, KnownRecord] = {}


class RecordCache:
    """What is known of the last file, and what the next one will know. One for each file that is read."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = blake2b(repr(calendar).encode("utf-8", "backslashreplace"), digest_size=16)
        self._known = _last
        self._valid: dict[bytes, KnownRecord] = {}

    def key(self, text: str) -> bytes:
        """Return the key of the lines of a record."""
        digest = self._calendar.copy()
        digest.update(text.encode("utf-8", "backslashreplace"))
        return digest.digest()

    def get(self, key: bytes) -> KnownRecord | None:
        """Return the record of these lines, if the last file had it without problems."""
        found = self._known.get(key)
        if found:
            self._valid[key] = found
        return found

    def put(self, key: bytes, resolved: Resolved, values: int) -> None:
        """Keep a record that has no problems."""
        self._valid[key] = resolved, values

    def finish(self) -> None:
        """Replace the records of the last file by those of this one."""
        global _last  # noqa: PLW0603 (each process has one calendar)
        _last = self._valid
