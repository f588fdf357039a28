"""Editions in the database: adding one and loading the newest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from calendar_service.records.derived_instants import derive_instants
from calendar_service.records.edition import Edition, Revision, advance
from calendar_service.records.record import calendar_from_json, calendar_to_json, record_to_json
from calendar_service.records.rereading import READING
from calendar_service.store.edition_numbers import next_edition_number
from calendar_service.store.engine import reading
from calendar_service.store.identity import raise_sequence
from calendar_service.store.instants import instants_to_json
from calendar_service.store.revisions import revision_of_row
from calendar_service.store.tables import editions, revisions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.records.record import Calendar
    from calendar_service.store.engine import Database


# As many rows are held at once.
_PAGE = 500


def newest_number(engine: Database) -> int:
    """Return the number of the newest edition, 0 if there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(editions.c.number))) or 0


def is_newest(engine: Database, known: Edition) -> bool:
    """Return True if an edition is the newest; after a restore another one may have its number."""
    newest = select(editions.c.number, editions.c.published_at).order_by(editions.c.number.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(newest).one_or_none()
    return row is not None and (row.number, row.published_at) == (known.number, known.published_at)


def load_edition(engine: Database, known: Edition | None = None) -> Edition | None:
    """Return the newest edition, derived from a `known` one if given; None if nothing is published."""
    with reading(engine) as connection:
        return load_edition_in(connection, known)


class LoadedEdition:
    """The newest edition that a process has loaded: what publishes, sends and serves holds one copy of the records."""

    def __init__(self) -> None:
        self.edition: Edition | None = None

    def load(self, engine: Database, known: Edition | None) -> Edition | None:
        """Return what `load_edition` returns, derived from the edition here if that is newer than the `known` one."""
        here = self.edition
        self.edition = load_edition(engine, here if here and (known is None or here.number > known.number) else known)
        return self.edition


def load_calendar(engine: Database) -> Calendar | None:
    """Return the calendar of the newest edition without its records; None if nothing is published."""
    with reading(engine) as connection:
        newest = select(editions.c.calendar).order_by(editions.c.number.desc()).limit(1)
        found = connection.execute(newest).scalar_one_or_none()
    return calendar_from_json(found) if found else None


def load_edition_in(connection: Connection, known: Edition | None) -> Edition | None:
    """Return what `load_edition` returns, within a transaction."""
    head = connection.execute(select(editions).order_by(editions.c.number.desc()).limit(1)).one_or_none()
    if head is None:
        return None
    if known and not _is_there(connection, known):
        known = None
    if known and known.number == head.number:
        return known if known.reading == head.reading else replace(known, reading=head.reading)
    since = known.number if known else 0
    rows = connection.execute(
        select(revisions).where(revisions.c.edition > since).order_by(revisions.c.edition, revisions.c.record_id)
    )
    calendar = calendar_from_json(head.calendar)
    edition = advance(known, head.number, head.published_at, calendar, map(revision_of_row, rows))
    return replace(edition, reading=head.reading)


def _is_there(connection: Connection, known: Edition) -> bool:
    """Return True if a known edition is still in the database, which may have been restored from a backup."""
    found = connection.scalar(select(editions.c.published_at).where(editions.c.number == known.number))
    return bool(found == known.published_at)


@dataclass(frozen=True)
class NewEdition:
    """Values of a whole edition that is added; `digest` is that of its records."""

    calendar: Calendar
    stamp: datetime
    tz_database: str
    digest: str
    reading: int = READING
    is_silent: bool = False
    editor: str = ""


def add_edition(connection: Connection, head: NewEdition, last: Edition | None, added: list[Revision]) -> Edition:
    """Add an edition after the `last` one, with its revisions; return it."""
    number = next_edition_number(connection)
    row = {
        "number": number,
        "published_at": head.stamp,
        "calendar": calendar_to_json(head.calendar),
        "tz_database": head.tz_database,
        "digest": head.digest,
        "reading": head.reading,
        "is_silent": head.is_silent,
        "editor": head.editor,
    }
    connection.execute(insert(editions), row)
    for start in range(0, len(added), _PAGE):
        rows = [
            {
                "record_id": each.record.id,
                "number": each.number,
                "edition": number,
                "sequence": each.sequence,
                "changed_at": each.changed_at,
                "withdrawn": each.withdrawn,
                "is_reread": each.is_reread,
                "record": record_to_json(each.record),
                "instants": instants_to_json(derive_instants(each.record, head.stamp)),
            }
            for each in added[start : start + _PAGE]
        ]
        connection.execute(insert(revisions), rows)
    raise_sequence(connection)
    return replace(advance(last, number, head.stamp, head.calendar, added), reading=head.reading)
