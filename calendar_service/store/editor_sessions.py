"""Editors who sign in to the admin pages: the links that were asked for, and the sessions of browsers.

Only hashes of what is secret are kept: whoever reads the database can neither follow a link nor take over a session.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import editor_links, editor_sessions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database


@dataclass(frozen=True)
class EditorSession:
    """A browser in which an editor has signed in."""

    address: str
    ends_at: datetime


def hash_secret(secret: str) -> str:
    """Return the hash of a random secret; "" stays "", for none. No salt is needed for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


def add_link(connection: Connection, token: str, browser: str, address: str, ends_at: datetime, now: datetime) -> None:
    """Store a link that works once until `ends_at`; without a `browser` it works in any. Delete those that have ended.

    `address` is "" where somebody asked who is no editor: such a link signs in nobody.
    """
    connection.execute(delete(editor_links).where(editor_links.c.ends_at <= now))
    row = {
        "token_hash": hash_secret(token),
        "browser_hash": hash_secret(browser),
        "address": address,
        "ends_at": ends_at,
    }
    connection.execute(insert(editor_links).values(row))


def is_link_open(engine: Database, token: str, now: datetime) -> bool:
    """Return True if a link has neither been used nor ended. It changes nothing."""
    query = select(editor_links.c.address).where(
        editor_links.c.token_hash == hash_secret(token), editor_links.c.ends_at > now
    )
    with reading(engine) as connection:
        return bool(connection.scalar(query))


def use_link(connection: Connection, token: str, browser: str, now: datetime) -> str:
    """Use up a link and return its editor's address; "" if it cannot be used, or not in this browser: then it stays."""
    browsers = ("", hash_secret(browser)) if browser else ("",)
    this = (
        editor_links.c.token_hash == hash_secret(token),
        editor_links.c.browser_hash.in_(browsers),
        editor_links.c.ends_at > now,
    )
    address = connection.scalar(select(editor_links.c.address).where(*this).with_for_update())
    connection.execute(delete(editor_links).where(*this))
    return address or ""


def add_session(connection: Connection, token: str, session: EditorSession, now: datetime) -> None:
    """Store a session, and delete those that have ended."""
    connection.execute(delete(editor_sessions).where(editor_sessions.c.ends_at <= now))
    row = {"token_hash": hash_secret(token), "address": session.address, "began_at": now, "ends_at": session.ends_at}
    connection.execute(insert(editor_sessions).values(row))


def find_session(engine: Database, token: str, now: datetime) -> EditorSession | None:
    """Return a session that has not ended, or None."""
    query = select(editor_sessions.c.address, editor_sessions.c.ends_at).where(
        editor_sessions.c.token_hash == hash_secret(token), editor_sessions.c.ends_at > now
    )
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    return EditorSession(row.address, row.ends_at) if row else None


def end_session(engine: Database, token: str) -> None:
    """End a session. Ending twice is allowed."""
    with writing(engine) as connection:
        connection.execute(delete(editor_sessions).where(editor_sessions.c.token_hash == hash_secret(token)))


def delete_ended(connection: Connection, now: datetime) -> None:
    """Delete links and sessions that have ended."""
    for table in (editor_links, editor_sessions):
        connection.execute(delete(table).where(table.c.ends_at <= now))
