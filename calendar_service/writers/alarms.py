"""The VALARM for `alarms=` of a selection."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from calendar_service.records.leads import CalendarLead, ExactLead
from calendar_service.records.times import DaySpan
from calendar_service.writers.content_lines import ComponentWriter
from calendar_service.writers.sanitize import add_line

if TYPE_CHECKING:
    from calendar_service.records.leads import Lead
    from calendar_service.writers.vevent_specs import VEventSpec

REMIND_AT = time(9)
_DAY = 24 * 60


def make_alarm(lead: Lead, spec: VEventSpec, text: str, code: str) -> ComponentWriter:
    """Return a display alarm, the only kind that every client supports."""
    alarm = ComponentWriter("VALARM")
    alarm.add("ACTION", "DISPLAY")
    add_line(alarm, "DESCRIPTION", text, code)
    related = "END" if spec.ends_at_moment and not _is_on_a_clock(lead, spec) else ""
    alarm.add("TRIGGER", alarm_offset(lead, spec), RELATED=related)
    return alarm


def alarm_offset(lead: Lead, spec: VEventSpec) -> str:
    """Write how long before (RFC 5545, 3.3.6): of a deadline before its end, of whole days before nine that morning."""
    if isinstance(spec.span, DaySpan) and isinstance(lead, CalendarLead):
        return _exact(lead.days * _DAY - _minute_of_day(lead.at or REMIND_AT))
    if isinstance(lead, ExactLead):
        return _exact(lead.minutes)
    if not isinstance(lead, CalendarLead):  # the selection takes no other lead as an alarm
        raise TypeError(lead)
    if lead.at is None or isinstance(spec.span, DaySpan):
        return f"-P{lead.days}D"
    anchor = spec.span.ends if spec.ends_at_moment and spec.span.ends else spec.span.starts
    # A fixed hour of that day; where that is past already, the moment itself.
    return _exact(max(0, lead.days * _DAY + _minute_of_day(anchor.clock) - _minute_of_day(lead.at)))


def _is_on_a_clock(lead: Lead, spec: VEventSpec) -> bool:
    """Return True if an alarm rings at an hour of a day, counted from the beginning of whole days."""
    return isinstance(spec.span, DaySpan) and isinstance(lead, CalendarLead)


def _minute_of_day(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _exact(minutes: int) -> str:
    """Format hours and minutes (RFC 5545, 3.3.6): unlike days they are exact across a clock change."""
    sign = "-" if minutes > 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest or not hours else "")
