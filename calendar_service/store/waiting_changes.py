"""Changes that editors have made on the admin pages and not published: for each editor and record, its edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from calendar_service.store.engine import reading
from calendar_service.store.tables import waiting_changes
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database


@dataclass(frozen=True)
class WaitingChange:
    """What one editor wants changed in one record: JSON values, each with an `edit` and what `was` there before."""

    id: int
    editor: str
    record_id: str
    edits: tuple[dict[str, Any], ...]
    changed_at: datetime


def list_waiting_changes(engine: Database) -> list[WaitingChange]:
    """Return the changes of all editors, oldest first. Raise DatabaseFault."""
    with reading(engine) as connection:
        return select_waiting(connection)


def select_waiting(
    connection: Connection, editor: str = "", record_id: str = "", *, lock: bool = False
) -> list[WaitingChange]:
    """Return the changes of an editor and to a record, or of all, oldest first.

    With `lock`, nobody else changes them until the transaction ends.
    """
    query = select(waiting_changes).order_by(waiting_changes.c.id)
    if editor:
        query = query.where(waiting_changes.c.editor == editor)
    if record_id:
        query = query.where(waiting_changes.c.record_id == record_id)
    if lock:
        query = query.with_for_update()
    return [
        WaitingChange(row.id, row.editor, row.record_id, tuple(row.edits), row.changed_at)
        for row in connection.execute(query)
    ]


def save_waiting(
    connection: Connection, editor: str, record_id: str, edits: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Store the edits of an editor to a record in the place of those before; none deletes them."""
    this = waiting_changes.c.editor == editor, waiting_changes.c.record_id == record_id
    if not edits:
        connection.execute(delete(waiting_changes).where(*this))
        return
    row = {"edits": list(edits), "changed_at": now}
    entered = insert_on_conflict(connection, waiting_changes).values(editor=editor, record_id=record_id, **row)
    keys = [waiting_changes.c.editor, waiting_changes.c.record_id]
    connection.execute(entered.on_conflict_do_update(index_elements=keys, set_=row))


def delete_waiting(connection: Connection, editor: str, numbers: Collection[int]) -> None:
    """Delete some changes of an editor."""
    these = waiting_changes.c.id.in_(list(numbers))
    connection.execute(delete(waiting_changes).where(waiting_changes.c.editor == editor, these))
