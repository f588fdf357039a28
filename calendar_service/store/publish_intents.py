"""What an editor wants done with a file of certain bytes: whichever process publishes that file does so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_service.store.tables import publish_intents
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

# A file that comes back later with the same bytes is not meant.
_HOLDS_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class PublishIntent:
    """Which file, by the SHA-256 of its bytes, who wants it published, and how."""

    digest: str
    editor: str
    is_confirmed: bool = False
    is_silent: bool = False


def store_intent(connection: Connection, intent: PublishIntent, now: datetime) -> None:
    """Store an intent before the file is written, in the place of an earlier one for the same bytes."""
    connection.execute(delete(publish_intents).where(publish_intents.c.at <= now - _HOLDS_FOR))
    row = {
        "editor": intent.editor,
        "is_confirmed": intent.is_confirmed,
        "is_silent": intent.is_silent,
        "at": now,
    }
    entered = insert_on_conflict(connection, publish_intents).values(digest=intent.digest, **row)
    connection.execute(entered.on_conflict_do_update(index_elements=[publish_intents.c.digest], set_=row))


def find_intent(connection: Connection, digest: str, now: datetime) -> PublishIntent | None:
    """Return the intent for a file, None if there is none or it is too old to be meant."""
    query = select(publish_intents).where(publish_intents.c.digest == digest, publish_intents.c.at > now - _HOLDS_FOR)
    row = connection.execute(query).one_or_none()
    return PublishIntent(row.digest, row.editor, row.is_confirmed, row.is_silent) if row else None


def clear_intent(connection: Connection, digest: str) -> None:
    """Delete the intent for a file: it has been done, or is not wanted any more."""
    connection.execute(delete(publish_intents).where(publish_intents.c.digest == digest))
