"""A file with the faults of commands that the database did not take, for the other processes of this host.

A command ends when it fails, so it cannot report its fault later. A process of the same host that reports faults shows
those of this file, and moves them into the database as soon as that works.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calendar_service.store.faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_NAME = "command-faults.json"
_MOST = 20


class LeftFaults:
    """The faults in the first writable folder; one for each kind and key."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def leave(self, fault: Fault) -> bool:
        """Add a fault, or count it once more; return False if no folder is writable."""

        def with_it(found: list[Fault]) -> list[Fault]:
            others = [each for each in found if _name(each) != _name(fault)]
            same = next((each for each in found if _name(each) == _name(fault)), None)
            again = replace(fault, count=same.count + 1, first_at=same.first_at) if same else fault
            return [*others, again][-_MOST:]

        return any(self._change(folder, with_it) for folder in self._folders)

    def remove(self, kinds: Iterable[FaultKind]) -> None:
        """Delete the faults of some kinds: they are over, or in the database."""
        gone = frozenset(kinds)
        for folder in self._folders:
            if (folder / _NAME).exists():
                self._change(folder, lambda found: [each for each in found if each.kind not in gone])

    def read(self) -> list[Fault]:
        """Return the faults, oldest first; an unreadable file counts as empty."""
        found = {_name(each): each for folder in self._folders for each in _read(folder)}
        return sorted(found.values(), key=lambda each: each.first_at)

    @staticmethod
    def _change(folder: Path, change: Callable[[list[Fault]], list[Fault]]) -> bool:
        draft = folder / f".{_NAME}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(folder):
                draft.write_text(json.dumps([_to_json(each) for each in change(_read(folder))]), encoding="utf-8")
                draft.chmod(0o600)
                draft.replace(folder / _NAME)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            return False
        return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder / "faults.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(folder: Path) -> list[Fault]:
    try:
        return [_from_json(each) for each in json.loads((folder / _NAME).read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # not there, or not ours


def _name(fault: Fault) -> tuple[FaultKind, str]:
    return fault.kind, fault.key


def _to_json(fault: Fault) -> dict[str, Any]:
    times = {name: getattr(fault, name) for name in ("first_at", "last_at", "retry_at", "mailed_at")}
    return {**vars(fault), **{name: at and at.isoformat() for name, at in times.items()}}


def _from_json(values: dict[str, Any]) -> Fault:
    times = {
        name: values[name] and datetime.fromisoformat(values[name])
        for name in ("first_at", "last_at", "retry_at", "mailed_at")
    }
    return Fault(**{**values, **times, "kind": FaultKind(values["kind"]), "details": tuple(values["details"])})
