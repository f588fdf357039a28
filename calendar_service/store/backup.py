"""Backups: the whole database in one consistent file, made while other processes write.

An SQLite backup is a database file, a PostgreSQL backup an archive of pg_dump. The file contains all addresses, so only
its owner can read it, from its first byte.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from calendar_service.records.errors import CalendarError
from calendar_service.store.engine import reading
from calendar_service.store.postgresql_tools import dump_tables
from calendar_service.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database

VERSION_TABLE = "alembic_version"


class BackupRefused(CalendarError):
    """A backup cannot be made or restored; nothing was changed."""


def backup(engine: Database, file: Path) -> int:
    """Write a backup of the database into a new file; return its size in bytes.

    Raise BackupRefused, ToolFault, DatabaseFault; then no file of that name exists, not even a partial one.
    """
    if file.exists() or file.is_symlink():
        raise BackupRefused(f"{file} is there already.", remedy="Name another file, or delete this one first.")
    refuse_missing_file(engine)
    with reading(engine) as connection:
        tables = our_tables(connection)
        schema = inspect(connection).default_schema_name or ""
    if VERSION_TABLE not in tables:
        raise BackupRefused("the database has no tables of calendar-service.", remedy="Look at CALENDAR_DATABASE_URL.")
    with new_file(file) as draft:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, draft)
        else:
            dump_tables(engine, tables, schema, draft)
    return file.stat().st_size


def our_tables(connection: Connection) -> list[str]:
    """Return the tables of this service that a database has, whichever version made them."""
    return sorted({VERSION_TABLE, *metadata.tables} & set(inspect(connection).get_table_names()))


def refuse_missing_file(engine: Database) -> None:
    """Raise BackupRefused if an SQLite file does not exist: opening it would create it."""
    path = sqlite_path(engine)
    if path and not path.exists():
        raise BackupRefused(f"there is no database at {path}.", remedy="Look at CALENDAR_DATABASE_URL.")


def sqlite_path(engine: Database) -> Path | None:
    """Return the file of an SQLite database; None for another database, and for one in memory."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


@contextlib.contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """Yield an empty private file that gets its final name, complete and synced, when the block ends without error.

    Raise BackupRefused if it cannot be made, or if a file of that name has been made meanwhile.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}.partial")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
        _put_on_disk(draft)
        _name(draft, file)
        _put_on_disk(file.parent)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be written: {error.strerror}.", remedy="Look at its folder.") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _name(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError:
        raise BackupRefused(f"{file} was made by another program meanwhile.", remedy="Name another file.") from None
    except OSError:  # a file system without hard links
        if file.exists():
            raise
        draft.rename(file)


def _put_on_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_sqlite(engine: Database, draft: Path) -> None:
    """Copy in one transaction that blocks no writer. Deleted data are not in the copy, not even in free pages."""
    with reading(engine):  # raises what is wrong with the file, in words
        pass
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM INTO ?", (str(draft),)).close()  # type: ignore[union-attr]  # it is sqlite3's
    except sqlite3.Error as error:
        raise BackupRefused(
            f"the database cannot be copied: {error}.", remedy="Look at the disk, and at calendar-service doctor."
        ) from None
    finally:
        raw.close()
    if faults := check_sqlite(draft):
        raise BackupRefused(f"the copy is damaged: {faults}.", remedy="Is the disk sound? The database may be damaged.")


def check_sqlite(file: Path) -> str:
    """Return what is wrong with an SQLite file, "" if nothing is."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        findings = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return findings[0] if findings != ["ok"] else "rows that belong to none" if broken else ""


def read_version(connection: Connection) -> str:
    """Return the migration that the tables are at; "" if there are no tables of ours."""
    if VERSION_TABLE not in our_tables(connection):
        return ""
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or "")  # noqa: S608 (our own name)
