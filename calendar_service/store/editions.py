"""Editions in the database: adding one, reading the newest, and what became of the last attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from calendar_service.records.countries import DATABASE_VERSION
from calendar_service.records.edition import Comparison, Edition, Revision, advance, compare
from calendar_service.records.record import (
    calendar_from_json,
    calendar_to_json,
    record_from_json,
    record_to_json,
)
from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import attempts, editions, revisions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from calendar_service.records.edition import Draft


class Outcome(StrEnum):
    """What became of an attempt to publish."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    HELD = "held"
    BROKEN = "broken"


@dataclass(frozen=True)
class Publication:
    """The outcome of publishing a draft; `reasons` say why it was held."""

    outcome: Outcome
    edition: Edition | None
    reasons: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """The last attempt to publish, as every process can see it."""

    at: datetime
    file: str
    digest: str
    outcome: Outcome
    reasons: tuple[str, ...]


def newest_number(engine: Engine) -> int:
    """Give the number of the newest edition, 0 where there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(editions.c.number))) or 0


def load_edition(engine: Engine, known: Edition | None = None) -> Edition | None:
    """Load the newest edition, growing it out of a known one where there is one."""
    with reading(engine) as connection:
        return _load(connection, known)


def publish(
    engine: Engine, draft: Draft, now: datetime, *, confirmed: bool = False, known: Edition | None = None
) -> Publication:
    """Add an edition if the draft says something new; hold it where a person should be asked first.

    Comparison and writing are one transaction, so that processes that publish the same file at the
    same time make one edition of it. `known` is an edition loaded before, to save loading it anew.
    """
    now = now.replace(microsecond=0)  # LAST-MODIFIED and DTSTAMP have seconds
    with writing(engine, lock=True) as connection:
        last = _load(connection, known)
        comparison = compare(last, draft, now)
        if comparison.is_empty:
            return Publication(Outcome.UNCHANGED, last)
        if comparison.doubts and not confirmed:
            return Publication(Outcome.HELD, last, comparison.doubts)
        number = _insert(connection, draft, comparison, now)
    edition = advance(last, number, now, draft.calendar, comparison.revisions)
    return Publication(Outcome.PUBLISHED, edition, changed=[each.record.id for each in comparison.revisions])


def note_attempt(engine: Engine, attempt: Attempt) -> None:
    """Keep an attempt unless it says the same as the last one."""
    with writing(engine) as connection:
        last = _last_attempt(connection)
        same = last and (last.digest, last.outcome, last.reasons) == (attempt.digest, attempt.outcome, attempt.reasons)
        if not same:
            connection.execute(
                insert(attempts),
                {
                    "at": attempt.at,
                    "file": attempt.file[-500:],
                    "digest": attempt.digest,
                    "outcome": attempt.outcome.value,
                    "reasons": list(attempt.reasons),
                },
            )


def last_attempt(engine: Engine) -> Attempt | None:
    """Give the last attempt to publish by any process."""
    with reading(engine) as connection:
        return _last_attempt(connection)


def _last_attempt(connection: Connection) -> Attempt | None:
    row = connection.execute(select(attempts).order_by(attempts.c.id.desc()).limit(1)).one_or_none()
    return row and Attempt(row.at, row.file, row.digest, Outcome(row.outcome), tuple(row.reasons))


def _load(connection: Connection, known: Edition | None) -> Edition | None:
    head = connection.execute(select(editions).order_by(editions.c.number.desc()).limit(1)).one_or_none()
    if head is None or (known and known.number == head.number):
        return known if head else None
    since = known.number if known else 0
    rows = connection.execute(
        select(revisions).where(revisions.c.edition > since).order_by(revisions.c.edition, revisions.c.record_id)
    )
    return advance(known, head.number, head.published_at, calendar_from_json(head.calendar), map(_revision, rows))


def _revision(row: Any) -> Revision:
    return Revision(record_from_json(row.record), row.number, row.sequence, row.changed_at, row.withdrawn)


def _insert(connection: Connection, draft: Draft, comparison: Comparison, now: datetime) -> int:
    head = {"published_at": now, "calendar": calendar_to_json(draft.calendar), "tz_database": DATABASE_VERSION}
    number: int = connection.execute(insert(editions).returning(editions.c.number), head).scalar_one()
    rows = [
        {
            "record_id": each.record.id,
            "number": each.number,
            "edition": number,
            "sequence": each.sequence,
            "changed_at": each.changed_at,
            "withdrawn": each.withdrawn,
            "record": record_to_json(each.record),
        }
        for each in comparison.revisions
    ]
    if rows:
        connection.execute(insert(revisions), rows)
    return number
