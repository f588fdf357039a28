"""The numbers of editions: each follows the one before, whatever failed in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from calendar_service.store.tables import editions

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Processes of older releases take the next number from it.
_FOLLOW = text("SELECT setval(pg_get_serial_sequence('editions', 'number'), :number)")


def next_edition_number(connection: Connection) -> int:
    """Return the number of the edition that is added next, in a transaction that has the publishing lock.

    A sequence of PostgreSQL alone would leave out a number for each attempt that was rolled back.
    """
    number = (connection.scalar(select(func.max(editions.c.number))) or 0) + 1
    if connection.dialect.name == "postgresql":
        connection.execute(_FOLLOW, {"number": number})
    return number
