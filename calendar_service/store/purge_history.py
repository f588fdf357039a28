"""Retention: delete the history of deliveries and the contents of old revisions after a set time.

What must hold for ever is kept: that a notification was sent (its key, marked as closed), the times of each revision,
from which the history of deadlines is derived, the digests of editions, and consent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, union, update

from calendar_service.records.record import record_from_json, record_to_json
from calendar_service.store.clocks import check_clock
from calendar_service.store.engine import reading, writing
from calendar_service.store.older_copies import fill_in_digests
from calendar_service.store.tables import attempts, deliveries, firings, occasions, revisions

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from calendar_service.records.record import Record
    from calendar_service.store.engine import Database

DEFAULT_RETENTION_DAYS = 400
_PAGE = 500


def purge_history(engine: Database, now: datetime, kept: timedelta) -> None:
    """Delete what is older than `kept`, a page of each in one call. Nothing is deleted by a clock that is wrong."""
    before = now - kept
    with reading(engine) as connection:
        if check_clock(connection, now):
            return
        old = connection.scalars(_old_notifications(before).limit(_PAGE)).all()
    for number in old:
        with writing(engine) as connection:
            _close(connection, number, before, now)
    with writing(engine) as connection:
        newest = select(func.max(attempts.c.id)).scalar_subquery()
        connection.execute(delete(attempts).where(attempts.c.at < before, attempts.c.id < newest))
    with writing(engine, lock=True) as connection:
        _reduce_revisions(connection, before)


def _old_notifications(before: datetime) -> Any:
    """Select the notifications with old fan-outs or deliveries, and no others."""
    settled = select(deliveries.c.occasion_id.label("id")).where(deliveries.c.settled_at < before)
    over = select(firings.c.occasion_id.label("id")).where(firings.c.expires_at < before)
    candidates = union(settled, over).subquery()
    recent = select(firings.c.occasion_id).where(firings.c.expires_at >= before)
    return select(candidates.c.id).where(candidates.c.id.not_in(recent), ~_is_recent(candidates.c.id, before))


def _is_recent(number: ColumnElement[int], before: datetime) -> ColumnElement[bool]:
    """Return the condition that a notification has a delivery that is not settled, or was so lately, or is useful."""
    young = or_(deliveries.c.settled_at.is_(None), deliveries.c.settled_at >= before, deliveries.c.expires_at >= before)
    return exists().where(deliveries.c.occasion_id == number, young)


def _close(connection: Connection, number: int, before: datetime, now: datetime) -> None:
    this = occasions.c.id == number, ~_is_recent(occasions.c.id, before)
    if connection.execute(update(occasions).where(*this).values(closed_at=now)).rowcount:
        connection.execute(delete(deliveries).where(deliveries.c.occasion_id == number))
        connection.execute(delete(firings).where(firings.c.occasion_id == number))


def _reduce_revisions(connection: Connection, before: datetime) -> None:
    """Delete texts, links and contacts of revisions that were replaced or withdrawn."""
    later = revisions.alias("later")
    follows = later.c.record_id == revisions.c.record_id, later.c.number == revisions.c.number + 1
    is_replaced = exists().where(*follows, later.c.changed_at < before)
    is_gone = and_(revisions.c.withdrawn, revisions.c.changed_at < before)
    columns = revisions.c.record_id, revisions.c.number, revisions.c.record
    old = select(*columns).where(~revisions.c.is_reduced, or_(is_replaced, is_gone)).limit(_PAGE)
    rows = connection.execute(old).all()
    if rows:
        # A digest is of whole records.
        fill_in_digests(connection)
    for row in rows:
        this = revisions.c.record_id == row.record_id, revisions.c.number == row.number
        record = record_to_json(_reduced(record_from_json(row.record)))
        connection.execute(update(revisions).where(*this).values(record=record, is_reduced=True))


def _reduced(record: Record) -> Record:
    """Return a record without what neither times nor the history of deadlines need."""
    bare = replace(record, summary={}, buyer={}, organisers=(), documents=(), contact=None, reminders=())
    return replace(bare, url="", join="", registration_url="", reference="")
