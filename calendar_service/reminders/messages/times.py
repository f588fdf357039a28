"""The times in messages: reminders, notices and digests tell each moment on the same clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.writers.description import time_lines

if TYPE_CHECKING:
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.writers.render_context import RenderContext


def message_times(at: Point | Span, record: Record, calendar: Calendar, view: RenderContext) -> list[str]:
    """Return a point or span on the calendar's clock, the subscriber's and the place's, each only if it differs."""
    return time_lines(at, record, calendar, view, with_place=True)
