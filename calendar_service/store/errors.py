"""Errors of the database."""

from __future__ import annotations

from enum import StrEnum

from calendar_service.records.errors import CalendarError


class UnusableDatabase(CalendarError):
    """The database URL cannot be used."""


class Trouble(StrEnum):
    """Why a database refuses, as far as it is known. VALUE concerns only the row that was to be written."""

    AWAY = "away"
    LOCKED = "locked"
    FULL = "full"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    GONE = "gone"
    OLDER_TABLES = "older tables"
    NEWER_TABLES = "newer tables"
    VALUE = "value"
    OTHER = "other"


class DatabaseFault(CalendarError):
    """The database does not answer, or refuses. The message contains no password."""

    def __init__(self, message: str, *, remedy: str = "", trouble: Trouble = Trouble.OTHER) -> None:
        super().__init__(message, remedy=remedy)
        self.trouble = trouble
