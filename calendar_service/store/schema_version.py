"""Which migration the tables are at. It knows without alembic, which takes longer to import than all of `check`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table

from calendar_service.store.engine import reading

if TYPE_CHECKING:
    from calendar_service.store.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of alembic; each migration's file begins with its revision, such as 0010."""

_VERSION = table("alembic_version", column("version_num"))


def is_current(engine: Database) -> bool:
    """Return True if the database is at the newest migration. Raise DatabaseFault."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return False
        present = connection.scalar(select(_VERSION.c.version_num))
    return present == max(_known())


def is_known(version: str) -> bool:
    """Return True if this program has the migration `version`, such as "0010"."""
    return version in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
