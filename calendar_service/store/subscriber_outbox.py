"""The deliveries of one subscriber: dropping them, and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from calendar_service.store.engine import reading
from calendar_service.store.tables import deliveries, occasions, signups

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from calendar_service.store.engine import Database

UNSUBSCRIBED = "unsubscribed"


def drop_of_subscriber(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Drop the unsent deliveries of a subscriber."""
    _drop(connection, deliveries.c.subscriber_id == subscriber_id, now)


def drop_of_signups(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Drop the mails that ask to confirm sign-ups."""
    _drop(connection, deliveries.c.signup_id.in_(select(signups.c.id).where(which)), now)


def _drop(connection: Connection, whose: ColumnElement[bool], now: datetime) -> None:
    # Not the claimed ones: the worker that holds them looks at the subscriber once more before it sends.
    unsent = deliveries.c.state.in_(("waiting", "bundled"))
    connection.execute(
        update(deliveries).where(whose, unsent).values(state="dropped", reason=UNSUBSCRIBED, settled_at=now)
    )


def list_messages(engine: Database, subscriber_id: int) -> list[dict[str, Any]]:
    """Return the deliveries of one subscriber, oldest first, as JSON values."""
    what = [occasions.c[name] for name in ("kind", "record_id", "occurrence", "moment", "lead")]
    state = [deliveries.c[name] for name in ("state", "reason", "due_at", "settled_at", "attempts")]
    query = select(*what, *state).join_from(deliveries, occasions)
    with reading(engine) as connection:
        rows = connection.execute(query.where(deliveries.c.subscriber_id == subscriber_id).order_by(deliveries.c.id))
        return [
            {
                "kind": row.kind,
                "record": row.record_id,
                "occurrence": row.occurrence,
                "moment": row.moment,
                "lead": row.lead,
                "state": row.state,
                "reason": row.reason,
                "due_at": row.due_at.isoformat(),
                "settled_at": row.settled_at and row.settled_at.isoformat(),
                "attempts": row.attempts,
            }
            for row in rows
        ]
