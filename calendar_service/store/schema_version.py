"""Which migration the tables are at. It knows without alembic, which takes longer to import than all of `check`."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, func, inspect, select, table, type_coerce

from calendar_service.store.engine import reading
from calendar_service.store.process_state import read_state, write_state
from calendar_service.store.tables import UTCDateTime

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from calendar_service.store.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of alembic; each migration's file begins with its revision, such as 0010."""

SERVES_FROM = "0010"
"""The newest migration of the minor version before: programs that know it run on the present tables, too.

What the migrations after it add can be left out by such a program: tables, indexes, and columns that may be empty.
"""

_SERVES_FROM = "tables for programs from"
_VERSION = table("alembic_version", column("version_num"))


class SchemaState(Enum):
    """How the tables of a database compare with this program."""

    EMPTY = auto()
    OLDER = auto()
    CURRENT = auto()
    # Newer, but this program runs on them.
    AHEAD = auto()
    TOO_NEW = auto()


def schema_state(engine: Database) -> SchemaState:
    """Return how the tables compare with this program. Raise DatabaseFault."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return SchemaState.EMPTY
        present = connection.scalar(select(_VERSION.c.version_num))
        if present is None:
            return SchemaState.EMPTY
        if is_known(present):
            return SchemaState.CURRENT if present == newest_migration() else SchemaState.OLDER
        found = read_state(connection, _SERVES_FROM)
    return SchemaState.AHEAD if found and found[0] <= newest_migration() else SchemaState.TOO_NEW


def is_usable(engine: Database) -> bool:
    """Return True if this program runs on the tables. Raise DatabaseFault."""
    return schema_state(engine) in (SchemaState.CURRENT, SchemaState.AHEAD)


def note_older_programs(connection: Connection) -> None:
    """Store which older programs run on the present tables, after a migration."""
    now = connection.scalars(select(type_coerce(func.current_timestamp(), UTCDateTime))).one()
    write_state(connection, _SERVES_FROM, SERVES_FROM, now)


def newest_migration() -> str:
    """Return the newest migration that this program has."""
    return max(_known())


def is_known(version: str) -> bool:
    """Return True if this program has the migration `version`, such as "0010"."""
    return version in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
