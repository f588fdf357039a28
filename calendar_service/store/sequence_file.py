"""A file beside the databases of a host that remembers how far each of them had come.

A database that is behind what is remembered was put back from a copy. The file is written after the database was, so
what it says is never ahead of a database that only went forward. A second file in another place, if there is one, says
the same: it is for when the first one was put back together with the database.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
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
    """How far a database had come, and up to when its reminders had been planned (aware, UTC)."""

    sequence: int
    at: datetime


class SequenceFile:
    """The file, shared by all processes of a host. What cannot be read is as if it were not there.

    `aside` is the second file. Nobody else may write into its folder, else it is not used; nor need it be there.
    """

    def __init__(self, path: Path, aside: Path | None = None) -> None:
        self._path = path
        self._aside = aside
        self._own: dict[str, Remembered] = {}

    def recall(self, database_id: str) -> Remembered | None:
        """Return the furthest state of a database that a process of this host has seen, or None."""
        found = self._own, _load(self._path), self._load_aside()
        known = [each[database_id] for each in found if database_id in each]
        return _farthest(known) if known else None

    def sent_until(self, state: Identity) -> datetime | None:
        """Return up to when what is due may have been sent, but is not in this older state of a database, or None."""
        remembered, ahead = self.recall(state.id), self.recall(_ahead(state.id))
        if remembered and ahead and state.sequence < ahead.sequence:
            return max(remembered.at, ahead.at)
        return remembered.at if remembered else None

    def knows_other_than(self, database_id: str) -> bool:
        """Return True if this host remembers other databases but not this one."""
        known = {*self._own, *_load(self._path)}
        return bool(known) and database_id not in known

    def remember(self, identity: Identity, at: datetime, sent_until: datetime | None = None) -> None:
        """Store how far a database has come. Raise OSError if that fails; this process still remembers it.

        `sent_until` may be later than `at`. It then counts only for copies made before, which do not know what was
        sent ahead of its time.
        """
        reached = {identity.id: Remembered(identity.sequence, at)}
        if sent_until and sent_until > at:
            reached[_ahead(identity.id)] = Remembered(identity.sequence, sent_until)
        loaded, loaded_aside = _load(self._path), self._load_aside()
        for name, new in reached.items():
            known = [each[name] for each in (self._own, loaded, loaded_aside) if name in each]
            reached[name] = self._own[name] = _farthest([new, *known])
        if self._aside and not reached.items() <= loaded_aside.items() and _make_private(self._aside.parent):
            with suppress(OSError):
                _write(self._aside, loaded_aside | reached)
        if not reached.items() <= loaded.items():
            _write(self._path, loaded | reached)

    def _load_aside(self) -> dict[str, Remembered]:
        return _load(self._aside) if self._aside and _is_private(self._aside.parent) else {}


def _ahead(database_id: str) -> str:
    return f"{database_id} ahead of the clock"


def _make_private(folder: Path) -> bool:
    """Make a folder for this user alone; False where it cannot be made, or others may write into it."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _is_private(folder)


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_open = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not is_open


def _load(path: Path) -> dict[str, Remembered]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return {name: Remembered(int(sequence), _read_time(at)) for name, (sequence, at) in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: Path, all_known: dict[str, Remembered]) -> None:
    latest = sorted(all_known.items(), key=lambda item: item[1].at)[-_MOST:]
    plain: dict[str, Any] = {name: [each.sequence, each.at.isoformat()] for name, each in latest}
    write_whole(path, json.dumps(plain).encode())


def _farthest(known: list[Remembered]) -> Remembered:
    return Remembered(max(each.sequence for each in known), max(each.at for each in known))


def _read_time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
