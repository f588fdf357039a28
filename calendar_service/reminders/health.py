"""Whether reminders are on their way, judged by their pulse."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.gauges import Pulse

SILENT_AFTER = timedelta(minutes=3)
LATE_AFTER = timedelta(minutes=10)


class Health(StrEnum):
    """How reminders stand. SILENT: no worker gives a sign of life though somebody needs one. LATE: letters wait."""

    OK = "ok"
    SILENT = "silent"
    LATE = "late"


def judge(pulse: Pulse, now: datetime) -> Health:
    """Judge how reminders stand."""
    if pulse.is_needed and (pulse.last_tick is None or now - pulse.last_tick > SILENT_AFTER):
        return Health.SILENT
    if pulse.oldest_due is not None and now - pulse.oldest_due > LATE_AFTER:
        return Health.LATE
    return Health.OK
