"""The entries that one record makes in a calendar, and the names that their UIDs are made from.

A record has a main entry, and one more for each further moment or session that stands by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.records.record import Record


def extra_moments(record: Record) -> list[MomentName]:
    """List the milestones that have an entry of their own: all but a tender's closing."""
    return [name for name in record.milestones if name is not MomentName.CLOSES]


def moment_entry(record: Record, name: MomentName) -> str:
    """Name the entry of a further moment: `<id>-questions-by`."""
    return f"{record.id}-{name.replace('_', '-')}"


def session_entry(record: Record, session_id: str) -> str:
    """Name the entry of a session: `<id>-<session>`."""
    return f"{record.id}-{session_id}"


def occurrence_entry(record: Record, day: date) -> str:
    """Name the entry of one occurrence of a record whose rule is written out: `<id>-20270309`."""
    return f"{record.id}-{day:%Y%m%d}"


def entry_names(record: Record) -> list[str]:
    """List the names of all entries of a record except written-out occurrences, the main one first."""
    moments = [moment_entry(record, name) for name in extra_moments(record)]
    return [record.id, *moments, *(session_entry(record, each.id) for each in record.sessions)]


def uid(name: str, calendar_id: str) -> str:
    """Make the UID of an entry (RFC 5545, 3.8.4.7), the same in every feed, language and process."""
    return f"{name}@{calendar_id}"
