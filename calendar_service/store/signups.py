"""Sign-ups that are not confirmed yet, and counts of how often something was requested."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update

from calendar_service.records.notification_keys import AccountKey, AccountKind
from calendar_service.store.engine import reading
from calendar_service.store.notification_columns import key_id
from calendar_service.store.subscriber_outbox import drop_of_signups
from calendar_service.store.tables import deliveries, signups, tallies
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from calendar_service.store.engine import Database

ASKED = "asked"
"""Nobody has looked at it."""
MAILED = "mailed"
"""A mail asks for confirmation."""
CONFIRMED = "confirmed"
KNOWN = "known"
"""A mail says that it is asked for already."""


@dataclass(frozen=True)
class Signup:
    """What somebody asked for. `choice` has JSON values, with the words and the form of the consent."""

    id: int
    ref: str = field(repr=False)
    state: str
    address: str = field(repr=False)
    address_key: str
    mailbox_key: str
    choice: Mapping[str, Any]
    asked_at: datetime
    settled_at: datetime | None


def add_signup(
    connection: Connection, address: str, hashes: tuple[str, str], choice: Mapping[str, Any], now: datetime
) -> None:
    """Store a sign-up. `hashes` are those of the address and of the mailbox."""
    address_key, mailbox_key = hashes
    row = {
        "ref": secrets.token_urlsafe(16),
        "state": ASKED,
        "address": address,
        "address_key": address_key,
        "mailbox_key": mailbox_key,
        "choice": dict(choice),
        "asked_at": now,
    }
    connection.execute(insert(signups).values(row))


def find_signup(engine: Database, ref: str) -> Signup | None:
    """Return the sign-up with a reference, or None."""
    with reading(engine) as connection:
        return _one(connection, select(signups).where(signups.c.ref == ref))


def lock_signup(connection: Connection, ref: str) -> Signup | None:
    """Return a sign-up that nobody else can settle before this transaction ends, or None."""
    return _one(connection, select(signups).where(signups.c.ref == ref).with_for_update())


def load_requested(connection: Connection, most: int, without: Collection[int] = ()) -> list[Signup]:
    """Return up to `most` sign-ups that nobody has answered, oldest first, and none of those in `without`."""
    query = select(signups).where(signups.c.state == ASKED, signups.c.id.not_in(list(without)))
    query = query.order_by(signups.c.asked_at, signups.c.id).limit(most)
    return [Signup(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 (documented; so named to leave room for columns)


def pending_ids(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return which of some sign-ups nobody has answered yet."""
    return set(connection.scalars(select(signups.c.id).where(signups.c.id.in_(list(ids)), signups.c.state == ASKED)))


def settle(connection: Connection, signup_id: int, state: str, now: datetime) -> None:
    """Set the state of a sign-up."""
    connection.execute(update(signups).where(signups.c.id == signup_id).values(state=state, settled_at=now))


def delete_signup(connection: Connection, signup_id: int) -> None:
    """Delete a sign-up that leads to nothing."""
    connection.execute(delete(signups).where(signups.c.id == signup_id))


def delete_signups_of(
    connection: Connection, address_keys: Sequence[str], now: datetime, *, state: str | None = None
) -> int:
    """Delete all sign-ups of an address, or those in a state, and drop their mails; return how many there were."""
    which: ColumnElement[bool] = signups.c.address_key.in_(address_keys)
    if state is not None:
        which = and_(which, signups.c.state == state)
    drop_of_signups(connection, which, now)
    return connection.execute(delete(signups).where(which)).rowcount


def queue_account_message(
    connection: Connection,
    account: AccountKind,
    now: datetime,
    *,
    signup_id: int | None = None,
    subscriber_id: int | None = None,
    expires_at: datetime,
) -> None:
    """Add a mail about a subscription itself to the outbox, such as "confirm" or "known"."""
    row = {
        "occasion_id": key_id(connection, AccountKey(account, secrets.token_urlsafe(16))),
        "signup_id": signup_id,
        "subscriber_id": subscriber_id,
        "state": "waiting",
        "due_at": now,
        "next_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(deliveries).values(row))


def count_event(connection: Connection, key: str, now: datetime) -> None:
    """Count one more of something, in its minute."""
    statement = insert_on_conflict(connection, tallies).values(key=key, begins=_minute(now), count=1)
    one_more = {"count": tallies.c.count + 1}
    connection.execute(statement.on_conflict_do_update(index_elements=[tallies.c.key, tallies.c.begins], set_=one_more))


def count_since(connection: Connection, keys: Sequence[str], since: datetime) -> int:
    """Return how often something happened since the beginning of a minute: rather one too many than too few."""
    query = select(func.sum(tallies.c.count)).where(tallies.c.key.in_(keys), tallies.c.begins >= _minute(since))
    return int(connection.scalar(query) or 0)


def first_since(connection: Connection, keys: Sequence[str], since: datetime) -> datetime | None:
    """Return the beginning of the minute in which it happened first since a time, or None."""
    query = select(tallies.c.begins).where(tallies.c.key.in_(keys), tallies.c.begins >= _minute(since))
    return connection.scalar(query.order_by(tallies.c.begins).limit(1))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _one(connection: Connection, query: Select[tuple[Any, ...]]) -> Signup | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else Signup(**row._mapping)  # noqa: SLF001 (documented; so named to leave room for columns)
