"""Report to a service outside that this one works: it raises the alarm when that is not heard any more.

All processes of a host may call it; one of them reports.
"""

from __future__ import annotations

import fcntl
import logging
import os
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_service.reminders.health import Health, judge
from calendar_service.store.bounded import BoundedCalls
from calendar_service.store.engine import reading
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import SET_ASIDE, FaultKind, list_faults
from calendar_service.store.gauges import read_worker_health

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from calendar_service.store.engine import Database
    from calendar_service.store.faults import Fault

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 60.0
_TIMEOUT_SECONDS = 10.0


class Heartbeat:
    """Fetches a URL, or the URL with `/fail` where something is wrong. `lock` names the process of this host."""

    def __init__(self, url: str, lock: Path) -> None:
        self._url = url
        self._lock = lock
        self._descriptor: int | None = None
        self._is_heard = True
        self._calls: BoundedCalls[None] = BoundedCalls("heartbeat")

    def send(self, code: str) -> None:
        """Report that all is well, or what is not by its `code`. A failure is logged once."""
        if not self._is_ours():
            return
        try:
            # In all, not only for each wait: a server that sends a byte now and then would keep this thread for ever.
            self._calls.call(lambda: self._fetch(code), _TIMEOUT_SECONDS)
        except (OSError, HTTPException, ValueError) as error:
            if self._is_heard:
                # Not the error's own text: the URL is a secret.
                logger.warning("The URL of the heartbeat cannot be fetched (%s).", type(error).__name__)
            self._is_heard = False
        else:
            self._is_heard = True

    def _fetch(self, code: str) -> None:
        urllib.request.urlopen(self._address(code), timeout=_TIMEOUT_SECONDS).close()  # noqa: S310 (the operator's own URL)

    def _address(self, code: str) -> str:
        if not code:
            return self._url
        parts = urlsplit(self._url)
        query = "&".join(filter(None, (parts.query, f"code={code}")))
        return parts._replace(path=f"{parts.path.rstrip('/')}/fail", query=query).geturl()

    def _is_ours(self) -> bool:
        """Return True if this process holds the lock, which ends with it; also where there can be no lock."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True


def find_trouble(engine: Database, own: Sequence[Fault], now: datetime) -> str:
    """Return a code for what is wrong, "" if nothing is: the kind of a fault, `silent` or `late`.

    `own` are the faults of this process. What is set aside, such as one message, is no trouble of the service.
    """
    try:
        with reading(engine) as connection:
            found = [*own, *list_faults(connection)]
        health = judge(read_worker_health(engine, now), now)
    except DatabaseFault:
        return FaultKind.DATABASE
    serious = sorted(each.kind for each in found if each.kind not in SET_ASIDE)
    return serious[0] if serious else "" if health is Health.OK else health
