"""The identity of a database, and a sequence that shows how far it has come.

The id names one history: it stays as long as the database only goes forward, and is renewed when an older state is
restored. The sequence increases with every edition and heartbeat. So of two states with one id the one with the smaller
sequence is older, and the newer has everything that it has.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from calendar_service.store.tables import identity

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Identity:
    """The id of a database's history, and its sequence."""

    id: str
    sequence: int


def read_identity(connection: Connection) -> Identity | None:
    """Return the id and sequence of a database; None if it has none yet."""
    row = connection.execute(select(identity).limit(1)).one_or_none()
    return Identity(row.id, row.sequence) if row else None


def raise_sequence(connection: Connection) -> Identity:
    """Increase the sequence, within a transaction that writes something anyway."""
    raised = update(identity).values(sequence=identity.c.sequence + 1).returning(identity.c.id, identity.c.sequence)
    row = connection.execute(raised).first()
    return Identity(row.id, row.sequence) if row else renew_identity(connection, 1)


def renew_identity(connection: Connection, sequence: int) -> Identity:
    """Begin a new history at a sequence; what is known about the old one does not apply to it."""
    renewed = Identity(secrets.token_hex(16), sequence)
    set_identity(connection, renewed)
    return renewed


def set_identity(connection: Connection, new: Identity) -> None:
    """Store the id and the sequence."""
    connection.execute(delete(identity))
    connection.execute(insert(identity).values(id=new.id, sequence=new.sequence))
