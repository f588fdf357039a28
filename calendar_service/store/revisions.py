"""Revisions in the database: the states of records, and the edition that added each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_service.records.edition import Revision, reread
from calendar_service.records.record import record_from_json
from calendar_service.store.tables import editions, revisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

# SQLite takes only so many values in one statement.
_PAGE = 500


def list_changes(connection: Connection, since: int, until: int) -> list[tuple[str, int]]:
    """Return the revisions of the editions after `since` up to `until` that are announced, oldest first.

    Each is a pair (record, number).
    """
    added = select(revisions.c.record_id, revisions.c.number).join(editions, editions.c.number == revisions.c.edition)
    added = added.where(revisions.c.edition > since, revisions.c.edition <= until, ~editions.c.is_silent)
    rows = connection.execute(added.order_by(revisions.c.edition, revisions.c.record_id))
    return [(row.record_id, row.number) for row in rows]


def load_change(connection: Connection, record_id: str, number: int) -> tuple[Revision | None, Revision | None]:
    """Return a revision of a record, preceded by the one before it, as it is to be compared with."""
    before, after = (_load_revision(connection, record_id, each) for each in (number - 1, number))
    return reread(before, after) if before and after else before, after


def _load_revision(connection: Connection, record_id: str, number: int) -> Revision | None:
    this = revisions.c.record_id == record_id, revisions.c.number == number
    row = connection.execute(select(revisions).where(*this)).one_or_none()
    return revision_of_row(row) if row else None


def load_histories(connection: Connection, record_ids: Sequence[str]) -> dict[str, list[Revision]]:
    """Return all revisions of some records, oldest first."""
    found: dict[str, list[Revision]] = defaultdict(list)
    for start in range(0, len(record_ids), _PAGE):
        page = revisions.c.record_id.in_(record_ids[start : start + _PAGE])
        for row in connection.execute(select(revisions).where(page).order_by(revisions.c.number)):
            found[row.record_id].append(revision_of_row(row))
    return dict(found)


def revision_of_row(row: Any) -> Revision:
    """Return the revision of a row."""
    record = record_from_json(row.record)
    return Revision(
        record,
        row.number,
        row.sequence,
        row.changed_at,
        row.withdrawn,
        row.edition,
        is_reread=row.is_reread,
        is_reduced=row.is_reduced,
    )
