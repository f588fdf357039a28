"""Which editors have the form of a record open, so that each is told of the others. Nothing is locked by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import open_forms
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.engine import Database

OPEN_FOR = timedelta(minutes=15)


def note_open_form(engine: Database, editor: str, record_id: str, now: datetime) -> None:
    """Store that an editor has the form of a record before them. Raise DatabaseFault."""
    with writing(engine) as connection:
        connection.execute(delete(open_forms).where(open_forms.c.opened_at <= now - OPEN_FOR))
        entered = insert_on_conflict(connection, open_forms).values(editor=editor, record_id=record_id, opened_at=now)
        keys = [open_forms.c.editor, open_forms.c.record_id]
        connection.execute(entered.on_conflict_do_update(index_elements=keys, set_={"opened_at": now}))


def list_open_forms(engine: Database, record_id: str, now: datetime) -> dict[str, datetime]:
    """Return who has opened the form of a record in the last quarter of an hour, and when. Raise DatabaseFault."""
    query = select(open_forms.c.editor, open_forms.c.opened_at).where(
        open_forms.c.record_id == record_id, open_forms.c.opened_at > now - OPEN_FOR
    )
    with reading(engine) as connection:
        return {row.editor: row.opened_at for row in connection.execute(query.order_by(open_forms.c.opened_at))}
