"""Judge by the workers' heartbeats whether reminders are being sent."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.gauges import WorkerHealth

SILENT_AFTER = timedelta(minutes=3)
LATE_AFTER = timedelta(minutes=10)


class Health(StrEnum):
    """SILENT: no worker has a heartbeat though one is needed. LATE: messages wait too long."""

    OK = "ok"
    SILENT = "silent"
    LATE = "late"


def judge(worker_health: WorkerHealth, now: datetime) -> Health:
    """Return the health at `now` (aware)."""
    if worker_health.is_needed and (worker_health.last_tick is None or now - worker_health.last_tick > SILENT_AFTER):
        return Health.SILENT
    if worker_health.oldest_due is not None and now - worker_health.oldest_due > LATE_AFTER:
        return Health.LATE
    return Health.OK
