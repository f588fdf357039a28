"""Names of the calendar entries of one record, from which UIDs are made.

A record has a main entry, and one more for each additional moment or session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.records.record import Record


def extra_moments(record: Record) -> list[MomentName]:
    """Return the milestones that have an entry of their own: all but a tender's closing."""
    return [name for name in record.milestones if name is not MomentName.CLOSES]


def moment_entry(record: Record, name: MomentName) -> str:
    """Return the entry name of an additional moment: `<id>-questions-by`."""
    return f"{record.id}-{name.replace('_', '-')}"


def session_entry(record: Record, session_id: str) -> str:
    """Return the entry name of a session: `<id>-<session>`."""
    return f"{record.id}-{session_id}"


def occurrence_entry(record: Record, day: date) -> str:
    """Return the entry name of one occurrence of a series that is written out: `<id>-20270309`."""
    return f"{record.id}-{day:%Y%m%d}"


def entry_names(record: Record) -> list[str]:
    """Return the names of all entries of a record, the main one first, without written-out occurrences."""
    moments = [moment_entry(record, name) for name in extra_moments(record)]
    return [record.id, *moments, *(session_entry(record, each.id) for each in record.sessions)]


def uid(name: str, calendar_id: str) -> str:
    """Return the UID of an entry (RFC 5545, 3.8.4.7), the same in every feed, language and process."""
    return f"{name}@{calendar_id}"
