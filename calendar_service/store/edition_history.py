"""The editions that were published: who published each, what it changed, and the messages about it, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import String, case, cast, func, select

from calendar_service.records.edition import Edition, advance
from calendar_service.records.notification_keys import NotificationKind
from calendar_service.records.record import calendar_from_json
from calendar_service.store.engine import reading
from calendar_service.store.notification_columns import EDITION_BUNDLE, EDITION_MOMENT, is_notice_of
from calendar_service.store.revisions import load_histories, revision_of_row
from calendar_service.store.tables import deliveries, editions, occasions, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from calendar_service.records.edition import Revision
    from calendar_service.store.engine import Database


@dataclass(frozen=True)
class MessageCount:
    """The messages about the changes of an edition; `is_purged` if the counts of some were deleted after a time."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    is_purged: bool = False


@dataclass(frozen=True)
class EditionHead:
    """An edition without its records. `editor` is "" where a file was saved or a command was run.

    `tz_database` is the version of the time zone data, "" if it is that of the edition before. `records` is how many
    records it changed.
    """

    number: int
    published_at: datetime
    editor: str
    is_silent: bool
    tz_database: str
    records: int
    messages: MessageCount


@dataclass(frozen=True)
class EditionChange:
    """What an edition changed of some records: the edition before and itself with these records alone."""

    last: Edition | None
    following: Edition
    revisions: tuple[Revision, ...]
    is_calendar_changed: bool


def list_editions(engine: Database, *, most: int, before: int = 0, record_id: str = "") -> list[EditionHead]:
    """Return editions, newest first: those before a number, or of one record. Raise DatabaseFault."""
    earlier = editions.alias("earlier")
    previous = select(earlier.c.tz_database).where(earlier.c.number < editions.c.number)
    previous_one = previous.order_by(earlier.c.number.desc()).limit(1).scalar_subquery()
    changed = select(func.count()).where(revisions.c.edition == editions.c.number).scalar_subquery()
    query = select(editions, previous_one.label("before"), changed.label("records"))
    if before:
        query = query.where(editions.c.number < before)
    if record_id:
        of_record = select(revisions.c.edition).where(revisions.c.record_id == record_id)
        query = query.where(editions.c.number.in_(of_record))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(editions.c.number.desc()).limit(most)).all()
        counts = _count_messages(connection, [row.number for row in rows])
    return [
        EditionHead(
            row.number,
            row.published_at,
            row.editor,
            row.is_silent,
            row.tz_database if row.before not in (None, row.tz_database) else "",
            row.records,
            counts.get(row.number, MessageCount()),
        )
        for row in rows
    ]


def _count_messages(connection: Connection, numbers: Sequence[int]) -> dict[int, MessageCount]:
    """Return the messages about some editions; those that were joined to one for all changes are counted once."""
    joined = occasions.outerjoin(deliveries, deliveries.c.occasion_id == occasions.c.id)
    is_notice = occasions.c.kind == NotificationKind.NOTICE
    of_record = (
        select(revisions.c.edition.label("edition"), *_COUNTS)
        .select_from(revisions.join(joined, is_notice & is_notice_of(occasions, revisions)))
        .where(revisions.c.edition.in_(numbers), ~func.coalesce(deliveries.c.bundle, "").startswith(EDITION_BUNDLE))
        .group_by(revisions.c.edition)
    )
    of_edition = (
        select(editions.c.number.label("edition"), *_COUNTS)
        .select_from(editions.join(joined, is_notice & (occasions.c.revision == cast(editions.c.number, String))))
        .where(editions.c.number.in_(numbers), occasions.c.moment == EDITION_MOMENT)
        .group_by(editions.c.number)
    )
    found: dict[int, MessageCount] = {}
    for query in (of_record, of_edition):
        for row in connection.execute(query):
            one = found.get(row.edition, MessageCount())
            found[row.edition] = MessageCount(
                one.sent + row.sent,
                one.failed + row.failed,
                one.waiting + row.waiting,
                one.is_purged or row.closed is not None,
            )
    return found


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_COUNTS = (
    _number_of(deliveries.c.state == "sent").label("sent"),
    _number_of(deliveries.c.state.in_(("failed", "bounced"))).label("failed"),
    _number_of(deliveries.c.state.in_(("waiting", "claimed", "bundled"))).label("waiting"),
    func.max(occasions.c.closed_at).label("closed"),
)


def list_changed_records(engine: Database, number: int, *, most: int, start: int = 0) -> list[str]:
    """Return the ids of records that an edition changed, in order, from a place on. Raise DatabaseFault."""
    query = select(revisions.c.record_id).where(revisions.c.edition == number).order_by(revisions.c.record_id)
    with reading(engine) as connection:
        return list(connection.scalars(query.offset(start).limit(most)))


def load_edition_change(engine: Database, number: int, record_ids: Collection[str]) -> EditionChange | None:
    """Return what an edition changed of some records; None if there is no such edition. Raise DatabaseFault."""
    heads = select(editions).where(editions.c.number <= number).order_by(editions.c.number.desc()).limit(2)
    with reading(engine) as connection:
        rows = connection.execute(heads).all()
        histories = load_histories(connection, sorted(record_ids))
    if not rows or rows[0].number != number:
        return None
    every = sorted((each for history in histories.values() for each in history), key=lambda each: each.edition)
    head, before = rows[0], rows[1] if len(rows) > 1 else None
    calendar, last = calendar_from_json(head.calendar), None
    if before:
        old = [each for each in every if each.edition < number]
        last = advance(None, before.number, before.published_at, calendar_from_json(before.calendar), old)
    added = sorted((each for each in every if each.edition == number), key=lambda each: each.record.id)
    following = advance(last, number, head.published_at, calendar, added)
    return EditionChange(last, following, tuple(added), last is not None and last.calendar != calendar)


def load_edition_at(engine: Database, number: int) -> Edition | None:
    """Return an edition as it was, None if there is none of this number. Raise DatabaseFault."""
    with reading(engine) as connection:
        head = connection.execute(select(editions).where(editions.c.number == number)).one_or_none()
        if head is None:
            return None
        query = select(revisions).where(revisions.c.edition <= number)
        rows = connection.execute(query.order_by(revisions.c.edition, revisions.c.record_id)).all()
    calendar = calendar_from_json(head.calendar)
    return advance(None, number, head.published_at, calendar, map(revision_of_row, rows))
