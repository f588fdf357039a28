"""Suppressed addresses: not to be written to, or not to be imported. Only their hashes are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, or_, select

from calendar_service.store.tables import suppressions
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

NOT_ME = "not me"
"""Somebody else gave the address: no message ever goes there again."""
BOUNCED = "bounced"
"""Mails came back: none goes there for a time."""
ENDED = "ended"
"""The subscriber left. They may sign up again, but are not to be imported."""

_PAGE = 500


def suppress(
    connection: Connection, address_key: str, reason: str, now: datetime, until: datetime | None = None
) -> None:
    """Record a reason against an address, for ever or until a time.

    A weaker reason never replaces a stronger one that still holds: "not me" before "bounced" before "ended".
    """
    table = suppressions.c
    row = {"address_key": address_key, "reason": reason, "since": now, "until": until}
    statement = insert_on_conflict(connection, suppressions).values(row)
    strength = case({NOT_ME: 2, BOUNCED: 1}, value=table.reason, else_=0)
    is_over = and_(table.until.is_not(None), table.until <= now)
    given = {NOT_ME: 2, BOUNCED: 1}.get(reason, 0)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.address_key],
            set_={"reason": reason, "since": now, "until": until},
            where=or_(strength < given, is_over, and_(strength == given, table.until.is_not(None))),
        )
    )


def lift(connection: Connection, address_keys: Sequence[str]) -> None:
    """Remove the reasons against an address, since its owner has confirmed it again."""
    connection.execute(delete(suppressions).where(suppressions.c.address_key.in_(address_keys)))


def lift_ended(connection: Connection, address_key: str) -> None:
    """Remove the reason "ended" against an address, since its owner takes the end back; stronger reasons stay."""
    table = suppressions.c
    connection.execute(delete(suppressions).where(table.address_key == address_key, table.reason == ENDED))


def find_suppressions(connection: Connection, address_keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the reasons that hold at `now`, by hash."""
    table = suppressions.c
    found: dict[str, str] = {}
    for start in range(0, len(address_keys), _PAGE):
        here = table.address_key.in_(address_keys[start : start + _PAGE])
        holds = or_(table.until.is_(None), table.until > now)
        rows = connection.execute(select(table.address_key, table.reason).where(here, holds))
        found |= {row.address_key: row.reason for row in rows}
    return found


def is_suppressed(connection: Connection, address_keys: Sequence[str], now: datetime) -> bool:
    """Return True if nothing may be sent to an address; a subscriber who left may sign up again."""
    return any(reason != ENDED for reason in find_suppressions(connection, address_keys, now).values())
