"""The records of the last good file that become public at a time; they do so even while the file is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from calendar_service.records.record import WithheldRecord, record_from_json, record_to_json
from calendar_service.store.engine import reading
from calendar_service.store.tables import scheduled_records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database


def list_scheduled(connection: Connection) -> list[WithheldRecord]:
    """Return the records that wait for their time, the next one first."""
    query = select(scheduled_records).order_by(scheduled_records.c.publish_at, scheduled_records.c.record_id)
    return [
        WithheldRecord(record_from_json(row.record), row.publish_at, row.words) for row in connection.execute(query)
    ]


def next_release(engine: Database, after: datetime) -> datetime | None:
    """Return when the next record becomes public, None if none waits. Raise DatabaseFault.

    What was due by `after` is not told again: whoever publishes looks for it each time.
    """
    later = scheduled_records.c.publish_at > after
    with reading(engine) as connection:
        found: datetime | None = connection.scalar(select(func.min(scheduled_records.c.publish_at)).where(later))
    return found


def keep_schedule(connection: Connection, withheld: Iterable[WithheldRecord]) -> None:
    """Store the records that wait for their time, in the place of those before; drafts are not among them."""
    wanted = {each.record.id: each for each in withheld if each.publish_at}
    if wanted == {each.record.id: each for each in list_scheduled(connection)}:
        return
    connection.execute(delete(scheduled_records))
    rows = [
        {"record_id": name, "publish_at": each.publish_at, "words": each.words, "record": record_to_json(each.record)}
        for name, each in wanted.items()
    ]
    if rows:
        connection.execute(insert(scheduled_records), rows)


def delete_scheduled(connection: Connection, record_ids: Collection[str]) -> None:
    """Delete records that have become public."""
    connection.execute(delete(scheduled_records).where(scheduled_records.c.record_id.in_(list(record_ids))))
