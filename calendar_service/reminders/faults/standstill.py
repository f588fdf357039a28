"""Detect that reminders stand still: no worker has a heartbeat, or messages wait too long."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.faults.log import REASSERT_AFTER
from calendar_service.reminders.health import SILENT_AFTER, Health, judge
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, clear_fault, list_faults, report_fault
from calendar_service.store.gauges import read_worker_health

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.engine import Database
    from calendar_service.store.faults import Fault
    from calendar_service.store.gauges import WorkerHealth

logger = logging.getLogger(__name__)

_FAULTS = {
    Health.SILENT: (
        FaultKind.SCHEDULE,
        "silent",
        gettext_noop("Reminders have stopped: no worker is running."),
    ),
    Health.LATE: (FaultKind.SENDING, "late", gettext_noop("Reminders are late: emails are waiting to be sent.")),
}
_KINDS = {kind for kind, _, _ in _FAULTS.values()}


class Standstill:
    """Stores a fault in the database when reminders stand still, on this host or any other."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine
        self._begun_at: datetime | None = None

    def begin_anew(self) -> None:
        """Restart the time that workers have after a start: until now they could not work."""
        self._begun_at = None

    def check(self, now: datetime) -> None:
        """Report that reminders stand still, or clear that report. Raise DatabaseFault."""
        self._begun_at = self._begun_at or now
        worker_health = read_worker_health(self._engine, now)
        health = judge(worker_health, now)
        with reading(self._engine) as connection:
            known = {(each.kind, each.key): each for each in list_faults(connection, _KINDS)}
        over = [(kind, key) for each, (kind, key, _) in _FAULTS.items() if each is not health and (kind, key) in known]
        # Everything may just have been started, and the worker had no time yet.
        is_due = health in _FAULTS and now - self._begun_at >= SILENT_AFTER
        is_news = is_due and self._is_news(known.get(_FAULTS[health][:2]), now)
        if not over and not is_news:
            return
        with writing(self._engine) as connection:
            cleared = [clear_fault(connection, kind, key) for kind, key in over]
            if is_news:
                kind, key, reason = _FAULTS[health]
                # Where messages wait because a host cannot send, that is reported already.
                mailed_at = now if any(each.kind is kind and each.key != key for each in known.values()) else None
                lines = _lines(health, worker_health)
                report_fault(connection, kind, key, reason, now, details=lines, mailed_at=mailed_at)
        if health is Health.OK and any(cleared):
            logger.warning("Reminders are on their way again.")

    @staticmethod
    def _is_news(known: Fault | None, now: datetime) -> bool:
        return known is None or now - known.last_at >= REASSERT_AFTER


def _lines(health: Health, worker_health: WorkerHealth) -> list[str]:
    if health is Health.SILENT:
        last = f"since {worker_health.last_tick:%Y-%m-%d %H:%M} UTC" if worker_health.last_tick else "at all"
        return [
            f"Nothing that sends reminders has given a sign of life {last}.",
            "Start calendar-service serve, or calendar-service worker, and look at its log.",
        ]
    return [
        f"Messages have been waiting since {worker_health.oldest_due:%Y-%m-%d %H:%M} UTC.",
        "Look at the log of the worker and at the mail server.",
    ]
