"""Whether reminders are on their way, judged by their pulse."""

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
    """How reminders stand. SILENT: no worker gives a sign of life though somebody needs one. LATE: letters wait."""

    OK = "ok"
    SILENT = "silent"
    LATE = "late"


def judge(worker_health: WorkerHealth, now: datetime) -> Health:
    """Judge how reminders stand."""
    if worker_health.is_needed and (worker_health.last_tick is None or now - worker_health.last_tick > SILENT_AFTER):
        return Health.SILENT
    if worker_health.oldest_due is not None and now - worker_health.oldest_due > LATE_AFTER:
        return Health.LATE
    return Health.OK
