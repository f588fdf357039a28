"""INSERT with a conflict clause for rows that another process may have added, in either database's dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def insert_on_conflict(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT to be continued with `on_conflict_do_nothing` or `on_conflict_do_update`."""
    begun = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    # Without this, an INSERT on PostgreSQL does not return how many rows it has added.
    return begun.execution_options(preserve_rowcount=True)
