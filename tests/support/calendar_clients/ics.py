"""What icalendar and recurring-ical-events, the usual pair in Python, see in a calendar.

They believe a TZID that names an IANA zone, whatever the VTIMEZONE says.
"""

from datetime import date, timedelta

import icalendar
import recurring_ical_events

from tests.support.calendar_clients.happening import Happening, select, spell

MARGIN = timedelta(days=2)  # the query counts days in each event's own zone, `select` in UTC


def read(ics: bytes, first: date, last: date) -> list[Happening]:
    calendar = icalendar.Calendar.from_ical(ics)
    errors = [error for component in calendar.walk() for error in component.errors]
    if errors:
        raise ValueError(f"icalendar could not read: {errors}")
    found = recurring_ical_events.of(calendar).between(first - MARGIN, last + MARGIN)
    return select(map(describe, found), first, last)


def describe(event: icalendar.Event) -> Happening:
    return Happening(
        uid=str(event.get("UID", "")),
        start=spell(event.start),
        end=spell(event.end),
        summary=str(event.get("SUMMARY", "")),
        status=str(event.get("STATUS", "")),
    )
