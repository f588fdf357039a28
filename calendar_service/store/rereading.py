"""Reminders that were sent count as sent where only the reading of a moment's words has changed since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, update

from calendar_service.records.edition import reread
from calendar_service.records.notification_keys import NotificationKind, ReminderKey
from calendar_service.records.occurrences import point_at
from calendar_service.store.notification_columns import KEY_COLUMNS, encode_key, key_of
from calendar_service.store.tables import occasions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.record import Point


def keep_sent_reminders(connection: Connection, last: Edition, added: Iterable[Revision]) -> None:
    """Move the keys of sent reminders to the moments as they are read now, where only the reading has changed."""
    for after in added:
        if not after.is_reread:
            continue
        before = last.entries[after.record.id].revision
        of_record = occasions.c.kind == NotificationKind.REMINDER, occasions.c.record_id == after.record.id
        for row in connection.execute(select(occasions.c.id, *KEY_COLUMNS).where(*of_record)).all():
            key = key_of(row)
            if isinstance(key, ReminderKey) and (at := _reread_point(key, before, after)):
                _rename(connection, row.id, replace(key, at=at))


def _reread_point(key: ReminderKey, before: Revision, after: Revision) -> Point | None:
    """Return where the moment of a reminder stands now; None unless it differs only by how its words are read."""
    was, compared, now = (
        point_at(each.record, key.moment, key.occurrence) for each in (before, reread(before, after), after)
    )
    return now if key.at == was and was != compared == now else None


def _rename(connection: Connection, number: int, key: ReminderKey) -> None:
    columns = encode_key(key)._asdict()
    other = occasions.alias()
    is_taken = exists().where(*(other.c[name] == value for name, value in columns.items()))
    connection.execute(update(occasions).where(occasions.c.id == number, ~is_taken).values(**columns))
