"""A file that all processes of a host share, with the faults that were mailed: used while the database fails.

An incident is over when no process has seen it for three minutes. A new one with the same name is mailed at once, but
not within an hour of the last mail: then after that hour, if it lasts.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.store.faults import MAIL_PAUSE, MAIL_RETRY
from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_OVER_AFTER = timedelta(minutes=3)
_FORGOTTEN_AFTER = timedelta(hours=2)
_Incidents = dict[str, dict[str, Any]]
_NAME = "faults.json"


class HostMemory:
    """Incidents of this host, in the first writable folder; if there is none, in this process only."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._own: _Incidents = {}

    def claim(self, name: str, now: datetime) -> bool:
        """Return True if the caller must mail an incident now; exactly one process of the host gets True."""
        with self._incidents() as incidents:
            found = incidents.get(name)
            if found is None or not _within(found["seen_at"], now, _OVER_AFTER):
                found = {"told": False, "mailed_at": found and found["mailed_at"], "again_at": None}
            found["seen_at"] = now.isoformat()
            incidents[name] = found
            is_paused = _within(found["mailed_at"], now, MAIL_PAUSE) or _within(found["again_at"], now, MAIL_RETRY)
            if found["told"] or is_paused:
                return False
            found |= {"told": True, "mailed_at": now.isoformat(), "again_at": None}
            return True

    def release(self, name: str, now: datetime) -> None:
        """Have an incident mailed later by any process: the mail could not be sent."""
        with self._incidents() as incidents:
            incidents[name] = {
                "told": False,
                "mailed_at": None,
                "again_at": now.isoformat(),
                "seen_at": now.isoformat(),
            }

    def set_mailed(self, name: str, now: datetime) -> None:
        """Record that an incident was mailed in another way."""
        with self._incidents() as incidents:
            at = now.isoformat()
            incidents[name] = {"told": True, "mailed_at": at, "again_at": None, "seen_at": at}

    def was_mailed(self, name: str, now: datetime) -> bool:
        """Return True if an incident that is not over was mailed."""
        with self._incidents() as incidents:
            found = incidents.get(name)
            return bool(found and found["told"] and _within(found["seen_at"], now, _OVER_AFTER))

    @contextmanager
    def _incidents(self) -> Iterator[_Incidents]:
        """Yield all incidents, and write them back afterwards; one process at a time."""
        with self._locked():
            incidents = self._own | self._read()
            yield incidents
            newest = max((each["seen_at"] for each in incidents.values()), default="")
            kept = {
                name: each
                for name, each in incidents.items()
                if _within(each["seen_at"], _time(newest), _FORGOTTEN_AFTER)
            }
            self._own = {} if self._write(kept) else kept

    @contextmanager
    def _locked(self) -> Iterator[None]:
        for folder in self._folders:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                handle = os.open(folder / "faults.lock", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
            return
        yield

    def _read(self) -> _Incidents:
        """Return the incidents of all folders; if two have the same, the one seen last."""
        found: _Incidents = {}
        for folder in self._folders:
            try:
                read = json.loads((folder / _NAME).read_text(encoding="utf-8"))
                found |= {
                    name: each
                    for name, each in read.items()
                    if name not in found or each["seen_at"] > found[name]["seen_at"]
                }
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue  # not there yet, or not ours: then nothing is known
        return found

    def _write(self, incidents: _Incidents) -> bool:
        for folder in self._folders:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(folder / _NAME, json.dumps(incidents).encode())
            except OSError:
                continue
            return True
        return False


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written) if written else datetime.fromtimestamp(0, UTC)


def _within(written: str | None, now: datetime, span: timedelta) -> bool:
    """Return True if a time is within `span` before `now`; False for a time in the future."""
    return bool(written) and timedelta(0) <= now - _time(written or "") < span
