"""Key-value state that all processes share: the last edition announced, mails that were sent about faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_service.store.tables import notes
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def read_state(connection: Connection, name: str) -> tuple[str, datetime] | None:
    """Return the value under a name, and since when; None if there is none."""
    row = connection.execute(select(notes.c.value, notes.c.at).where(notes.c.name == name)).one_or_none()
    return (row.value, row.at) if row else None


def write_state(connection: Connection, name: str, value: str, now: datetime) -> None:
    """Set the value under a name."""
    entered = insert_on_conflict(connection, notes).values(name=name, value=value, at=now)
    anew = {"value": value, "at": now}
    connection.execute(entered.on_conflict_do_update(index_elements=[notes.c.name], set_=anew))


def enter_state(connection: Connection, name: str, value: str, now: datetime) -> bool:
    """Set a value if there is none of that name; of several processes exactly one gets True."""
    entered = insert_on_conflict(connection, notes).values(name=name, value=value, at=now)
    return connection.execute(entered.on_conflict_do_nothing()).rowcount == 1


def remove_state(connection: Connection, name: str) -> bool:
    """Delete a value; return True if it was there."""
    return connection.execute(delete(notes).where(notes.c.name == name)).rowcount == 1
