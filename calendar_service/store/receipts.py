"""Receipts: the deliveries of each deadline, counted by their state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from calendar_service.store.engine import reading
from calendar_service.store.notification_columns import KEY_COLUMNS, key_of
from calendar_service.store.tables import deliveries, editions, firings, occasions, revisions

if TYPE_CHECKING:
    from calendar_service.records.notification_keys import StoredKey
    from calendar_service.store.engine import Database

_IN_HAND = ("waiting", "claimed", "bundled")
# The reason of a delivery that was dropped because the address must not be written to.
_SUPPRESSED = "suppressed"
_KEY = ("kind", "record_id", "occurrence", "moment", "revision", "lead")


@dataclass(frozen=True)
class Receipt:
    """The deliveries of one notification: one moment of one record with one lead, or one notice.

    `revision` is the civil time of the moment, or for a notice the number of the record's revision; `occurrence` is the
    day of a recurring record, else "". `waiting` counts unsettled deliveries; `retried` counts those of all states with
    more than one attempt; `missed` counts subscribers for whom it was too late.
    """

    kind: str
    record_id: str
    occurrence: str
    moment: str
    revision: str
    lead: str
    waiting: int
    sent: int
    retried: int
    failed: int
    bounced: int
    suppressed: int
    dropped: int
    missed: int

    @property
    def key(self) -> StoredKey:
        """The notification key of these deliveries."""
        return key_of(self)


def receipts(engine: Database, record_id: str = "", *, newest: int | None = None) -> list[Receipt]:
    """Return the receipts of all records or of one, newest first, at most `newest` of them.

    Account mails such as confirmations are not included, nor what was deleted after a time. Raise DatabaseFault.
    """
    chosen = occasions.c.record_id == record_id if record_id else occasions.c.record_id != ""
    kept = select(occasions.c.id, *KEY_COLUMNS).where(chosen, occasions.c.closed_at.is_(None))
    newest_first = kept.order_by(occasions.c.id.desc()).limit(newest).subquery()
    with reading(engine) as connection:
        rows = connection.execute(_counted(newest_first))
        return [Receipt(**row._mapping) for row in rows]  # noqa: SLF001 (SQLAlchemy's documented name)


def silent_receipts(engine: Database, record_id: str = "") -> list[Receipt]:
    """Return a receipt without messages for each change that was published silently, newest first."""
    of_edition = revisions.join(editions, editions.c.number == revisions.c.edition)
    query = select(revisions.c.record_id, revisions.c.number).select_from(of_edition).where(editions.c.is_silent)
    if record_id:
        query = query.where(revisions.c.record_id == record_id)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(revisions.c.edition.desc(), revisions.c.record_id)).all()
    return [
        Receipt("silent", row.record_id, "", "new" if row.number == 1 else "changed", str(row.number), "", *[0] * 8)
        for row in rows
    ]


def _counted(chosen: Subquery) -> Select[tuple[object, ...]]:
    """Return the query with its counts in two subqueries: joined at once, deliveries and fan-outs would multiply."""
    ids = select(chosen.c.id)
    sent = _deliveries_of(ids).subquery()
    missed = (
        select(firings.c.occasion_id, func.sum(firings.c.readers).label("missed"))
        .where(firings.c.outcome == "missed", firings.c.occasion_id.in_(ids))
        .group_by(firings.c.occasion_id)
        .subquery()
    )
    columns = [chosen.c[name] for name in _KEY]
    counts = [column for column in sent.c if column.name != "occasion_id"]
    return (
        select(
            *columns,
            *(func.coalesce(column, 0).label(column.name) for column in counts),
            func.coalesce(missed.c.missed, 0).label("missed"),
        )
        .select_from(
            chosen.outerjoin(sent, sent.c.occasion_id == chosen.c.id).outerjoin(
                missed, missed.c.occasion_id == chosen.c.id
            )
        )
        .order_by(chosen.c.id.desc())
    )


def _deliveries_of(ids: Select[tuple[int]]) -> Select[tuple[object, ...]]:
    state, reason = deliveries.c.state, deliveries.c.reason
    is_suppressed = and_(state == "dropped", reason.startswith(_SUPPRESSED))
    return (
        select(
            deliveries.c.occasion_id,
            _count(state.in_(_IN_HAND)).label("waiting"),
            _count(state == "sent").label("sent"),
            _count(deliveries.c.attempts > 1).label("retried"),
            _count(state == "failed").label("failed"),
            _count(state == "bounced").label("bounced"),
            _count(is_suppressed).label("suppressed"),
            _count(and_(state == "dropped", or_(reason == "", ~reason.startswith(_SUPPRESSED)))).label("dropped"),
        )
        .where(deliveries.c.occasion_id.in_(ids))
        .group_by(deliveries.c.occasion_id)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
