"""What a host remembers of its databases, in a file beside them: how far each had come.

A database that is behind what is remembered was put back from a copy. The file is written after the database was, so
what it says is never ahead of a database that only went forward.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from calendar_service.store.identity import Identity

FILE_NAME = "database-sequences.json"
_MOST = 50


@dataclass(frozen=True)
class Remembered:
    """How far a database had come, and up to which time its reminders had been looked at (aware, UTC)."""

    sequence: int
    at: datetime


class SequenceFile:
    """The file, shared by all processes of a host. What cannot be read is as if it were not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: dict[str, Remembered] = {}

    def recall(self, database_id: str) -> Remembered | None:
        """Return the farthest that this process, or another one of this host, has seen a database come."""
        known = [each for each in (self._own.get(database_id), self._load().get(database_id)) if each]
        return _farthest(known) if known else None

    def knows_other_than(self, database_id: str) -> bool:
        """Return True if this host remembers other databases and has never seen this one."""
        known = {*self._own, *self._load()}
        return bool(known) and database_id not in known

    def remember(self, identity: Identity, at: datetime) -> None:
        """Keep how far a database has come. Raise OSError where it cannot be kept; this process then still knows."""
        loaded = self._load()
        known = [each for each in (self._own.get(identity.id), loaded.get(identity.id)) if each]
        farthest = _farthest([Remembered(identity.sequence, at), *known])
        self._own[identity.id] = farthest
        if loaded.get(identity.id) != farthest:
            self._write(loaded | {identity.id: farthest})

    def _load(self) -> dict[str, Remembered]:
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
            return {name: Remembered(int(sequence), _read_time(at)) for name, (sequence, at) in plain.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, all_known: dict[str, Remembered]) -> None:
        latest = sorted(all_known.items(), key=lambda item: item[1].at)[-_MOST:]
        plain: dict[str, Any] = {name: [each.sequence, each.at.isoformat()] for name, each in latest}
        write_whole(self._path, json.dumps(plain).encode())


def _farthest(known: list[Remembered]) -> Remembered:
    return Remembered(max(each.sequence for each in known), max(each.at for each in known))


def _read_time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
