"""The instants of a revision, derived from its civil times when it was published."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from calendar_service.records.times import write_instant
from calendar_service.store.tables import revisions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

    from calendar_service.records.derived_instants import Derived, InstantKey


def present_rows(connection: Connection, *, only_without_instants: bool) -> list[Row[Any]]:
    """Return the newest revision of each record that is not withdrawn: its record, number and instants."""
    other = revisions.alias()
    newest = select(func.max(other.c.number)).where(other.c.record_id == revisions.c.record_id).scalar_subquery()
    rows = select(revisions.c.record_id, revisions.c.number, revisions.c.instants).where(
        revisions.c.number == newest, ~revisions.c.withdrawn
    )
    if only_without_instants:
        rows = rows.where(revisions.c.instants.is_(None))
    return list(connection.execute(rows.order_by(revisions.c.record_id)))


def rewrite_instants(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write new instants; each row has `of_record`, `of_number` and the instants `anew`."""
    this = (revisions.c.record_id == bindparam("of_record"), revisions.c.number == bindparam("of_number"))
    if rows:
        connection.execute(update(revisions).where(*this).values(instants=bindparam("anew")), rows)


def instants_to_json(derived: Iterable[Derived]) -> list[list[str | None]]:
    """Return instants as plain JSON values: [moment, occurrence or null, instant]."""
    return [
        [name, day.isoformat() if day else None, write_instant(each.at)] for each in derived for name, day in [each.key]
    ]


def instants_from_json(plain: list[list[str]]) -> dict[InstantKey, datetime]:
    """Return the instants that `instants_to_json` has written."""
    return {(name, date.fromisoformat(day) if day else None): datetime.fromisoformat(at) for name, day, at in plain}
