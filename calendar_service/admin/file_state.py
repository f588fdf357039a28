"""The calendar file as the admin pages see it: its bytes, what they say, and whether it can be written."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

from calendar_service.file_watch import BusyFile, FileDoesNotAnswer, read_when_whole
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.errors import Sentence, gettext_noop
from calendar_service.store.engine import reading
from calendar_service.store.hosts import name_in_identity
from calendar_service.store.lease import read_holder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from pathlib import Path

    from calendar_service.parsers.calendar_file import ParseResult
    from calendar_service.records.edition import Draft
    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host

_UNREADABLE = gettext_noop("The calendar file cannot be read now.")
_KEPT = 8


@dataclass(frozen=True)
class FileState:
    """The file at one time. `trouble` says why it cannot be read, "" if it can; then `data` is empty."""

    data: bytes
    digest: str
    reading: ParseResult
    trouble: str = ""

    def lines(self, first: int, last: int) -> list[tuple[int, str]]:
        """Return some lines with their numbers, which count from 1, as far as they are there."""
        every = self.data.decode("utf-8", "replace").splitlines()
        return [(number, every[number - 1]) for number in range(max(first, 1), min(last, len(every)) + 1)]


class FileReader:
    """Reads the file; what its bytes say is worked out once. Thread-safe.

    `taken_back` returns the ids of records that have been public and that a file would withhold, which is refused.
    """

    def __init__(
        self, path: Path, clock: Callable[[], datetime], taken_back: Callable[[Draft], Collection[str]] = lambda _: ()
    ) -> None:
        self.path = path
        self._clock = clock
        self._taken_back = taken_back
        self._lock = threading.Lock()
        self._known: LRUCache[str, ParseResult] = LRUCache(_KEPT)

    def read(self) -> FileState:
        """Return the file as it is now."""
        try:
            data = read_when_whole(self.path)
        except (BusyFile, FileDoesNotAnswer, OSError):
            return self._state(b"", _UNREADABLE)
        return self.state_of(data)

    def state_of(self, data: bytes) -> FileState:
        """Return what a file with these bytes would say."""
        return self._state(data, "")

    def _state(self, data: bytes, trouble: str) -> FileState:
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            if digest not in self._known:
                self._known[digest] = read_calendar(data, str(self.path), self._clock())
            reading = self._known[digest]
        refused = self._taken_back(reading.draft) if reading.draft else ()
        return FileState(data, digest, reading.refuse(refused), trouble)


def why_read_only(engine: Database, path: Path, host: Host, *, is_to_be_written: bool) -> Sentence | None:
    """Return why nothing can be published from here, None if it can; the file need not always be written for it."""
    if name := _other_publisher(engine, host):
        text = gettext_noop(
            "You can only read here: {host} publishes this calendar. Sign in there, or ask the operator."
        )
        return Sentence(text, host=name)
    if is_to_be_written and not _is_writable(path):
        return Sentence(gettext_noop("The service may not write the calendar file. Ask the operator for the right."))
    return None


def _other_publisher(engine: Database, host: Host) -> str:
    """Return the name of another host that publishes the calendar, "" if this one may. Raise DatabaseFault."""
    with reading(engine) as connection:
        holder = read_holder(connection)
    return "" if holder in ("", host.identity) else name_in_identity(holder)


def _is_writable(path: Path) -> bool:
    """Return True if the file, where a link leads to, can be replaced: it and its folder may be written."""
    real = path.resolve()
    return real.is_file() and os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)
