"""Links to previews that editors have made: for whom they show what, and until when. Only hashes of them are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from calendar_service.store.editor_sessions import hash_secret
from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import preview_links

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.engine import Database


@dataclass(frozen=True)
class PreviewLink:
    """Which record a link shows, with the changes of which editor."""

    editor: str
    record_id: str


def add_preview_link(engine: Database, ref: str, link: PreviewLink, ends_at: datetime, now: datetime) -> None:
    """Store a link by its secret `ref`; delete those that have ended. Raise DatabaseFault."""
    with writing(engine) as connection:
        connection.execute(delete(preview_links).where(preview_links.c.ends_at <= now))
        row = {
            "ref_hash": hash_secret(ref),
            "editor": link.editor,
            "record_id": link.record_id,
            "ends_at": ends_at,
        }
        connection.execute(insert(preview_links), row)


def find_preview_link(engine: Database, ref: str, now: datetime) -> PreviewLink | None:
    """Return what a link shows; None if it has ended or was revoked. Raise DatabaseFault."""
    query = select(preview_links).where(preview_links.c.ref_hash == hash_secret(ref), preview_links.c.ends_at > now)
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    return PreviewLink(row.editor, row.record_id) if row else None


def count_preview_links(engine: Database, link: PreviewLink, now: datetime) -> int:
    """Return how many links of an editor to a record work. Raise DatabaseFault."""
    these = preview_links.c.editor == link.editor, preview_links.c.record_id == link.record_id
    query = select(func.count()).select_from(preview_links).where(*these, preview_links.c.ends_at > now)
    with reading(engine) as connection:
        return connection.scalar(query) or 0


def revoke_preview_links(engine: Database, link: PreviewLink) -> None:
    """Delete all links of an editor to a record. Raise DatabaseFault."""
    these = preview_links.c.editor == link.editor, preview_links.c.record_id == link.record_id
    with writing(engine) as connection:
        connection.execute(delete(preview_links).where(*these))
