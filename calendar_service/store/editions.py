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

    from sqlalchemy import Connection

    from calendar_service.records.edition import Draft
    from calendar_service.store.engine import Database


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


def newest_number(engine: Database) -> int:
    """Give the number of the newest edition, 0 where there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(editions.c.number))) or 0


def load_edition(engine: Database, known: Edition | None = None) -> Edition | None:
    """Load the newest edition, growing it out of a known one where there is one."""
    with reading(engine) as connection:
        return _load(connection, known)


def publish(
    engine: Database, draft: Draft, now: datetime, *, confirmed: bool = False, known: Edition | None = None
) -> Publication:
    """Add an edition if the draft says something new; hold it where a person should be asked first.

    Comparison and writing are one transaction, so that processes that publish the same file at the
    same time make one edition of it. `known` is an edition loaded before, to save loading it anew.
    """
    now = now.replace(microsecond=0)  # LAST-MODIFIED and DTSTAMP have seconds
    with writing(engine, lock=True) as connection:
        last = _load(connection, known)
        # A clock that was set back must not make LAST-MODIFIED fall: clients would keep what they have.
        stamp = max(now, last.published_at) if last else now
        comparison = compare(last, draft, now, stamp)
        if comparison.is_empty:
            return Publication(Outcome.UNCHANGED, last)
        if comparison.doubts and not confirmed:
            return Publication(Outcome.HELD, last, comparison.doubts)
        number = _insert(connection, draft, comparison, stamp)
    edition = advance(last, number, stamp, draft.calendar, comparison.revisions)
    return Publication(Outcome.PUBLISHED, edition, changed=[each.record.id for each in comparison.revisions])


def note_attempt(engine: Database, attempt: Attempt) -> None:
    """Keep an attempt unless it says the same as the last one."""
    file, reasons = _storable(attempt.file)[-500:], tuple(map(_storable, attempt.reasons))
    with writing(engine) as connection:
        last = _last_attempt(connection)
        same = last and (last.digest, last.outcome, last.reasons) == (attempt.digest, attempt.outcome, reasons)
        if not same:
            connection.execute(
                insert(attempts),
                {
                    "at": attempt.at,
                    "file": file,
                    "digest": attempt.digest,
                    "outcome": attempt.outcome.value,
                    "reasons": list(reasons),
                },
            )


def _storable(text: str) -> str:
    """Replace what no database takes: NUL, and the bytes of a file name that are not UTF-8."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def last_attempt(engine: Database) -> Attempt | None:
    """Give the last attempt to publish by any process."""
    with reading(engine) as connection:
        return _last_attempt(connection)


def _last_attempt(connection: Connection) -> Attempt | None:
    row = connection.execute(select(attempts).order_by(attempts.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Attempt(row.at, row.file, row.digest, Outcome(row.outcome), tuple(row.reasons))


def _load(connection: Connection, known: Edition | None) -> Edition | None:
    head = connection.execute(select(editions).order_by(editions.c.number.desc()).limit(1)).one_or_none()
    if head is None:
        return None
    if known and not _is_there(connection, known):
        known = None
    if known and known.number == head.number:
        return known
    since = known.number if known else 0
    rows = connection.execute(
        select(revisions).where(revisions.c.edition > since).order_by(revisions.c.edition, revisions.c.record_id)
    )
    return advance(known, head.number, head.published_at, calendar_from_json(head.calendar), map(_revision, rows))


def _is_there(connection: Connection, known: Edition) -> bool:
    """Tell whether a known edition is still in the database, which may have been restored from a backup."""
    found = connection.scalar(select(editions.c.published_at).where(editions.c.number == known.number))
    return bool(found == known.published_at)


def _revision(row: Any) -> Revision:
    return Revision(record_from_json(row.record), row.number, row.sequence, row.changed_at, row.withdrawn)


def _insert(connection: Connection, draft: Draft, comparison: Comparison, stamp: datetime) -> int:
    head = {"published_at": stamp, "calendar": calendar_to_json(draft.calendar), "tz_database": DATABASE_VERSION}
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
