"""Describe an error of the database: which database, why, and what to do."""

from __future__ import annotations

import os

from calendar_service.records.errors import CalendarError
from calendar_service.reminders.faults.log import DATABASE_REASONS
from calendar_service.settings import read_settings
from calendar_service.store.engine import describe_database
from calendar_service.store.errors import DatabaseFault, Trouble

_REMEDIES = {
    Trouble.AWAY: "Start it, or correct CALENDAR_DATABASE_URL.",
    Trouble.LOCKED: "Wait until the other program has finished.",
    Trouble.FULL: "Make room on its disk.",
    Trouble.READ_ONLY: "Give this user the right to write to it, and to its folder.",
    Trouble.DAMAGED: "Put back a backup: calendar-service db restore FILE.",
    Trouble.GONE: "Put the file back, or restart what has it open.",
    Trouble.OLDER_TABLES: "Upgrade it: calendar-service db upgrade.",
    Trouble.NEWER_TABLES: "Install that version, or put back a backup: calendar-service db restore FILE.",
    Trouble.VALUE: "It refuses a value; the log of its server says more.",
    Trouble.OTHER: "Look at the database itself, and at its log.",
}


def describe_error(error: DatabaseFault) -> str:
    """Return the reason, the database (without user and password), and the remedy."""
    try:
        database = describe_database(read_settings(os.environ).database_url)
    except CalendarError:
        return str(error)
    what = DATABASE_REASONS.get(error.trouble, DATABASE_REASONS[Trouble.OTHER])
    return f"{what} It is {database}; {error.message} {_REMEDIES[error.trouble]} Then run this command again."
