"""Open backup files for a restore: check them before anything is changed, and load them beside the present tables."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import MetaData, event, text

from calendar_service.store.backup import VERSION_TABLE, BackupRefused, check_sqlite, our_tables, sqlite_path
from calendar_service.store.carry_over import CARRIED_TABLES
from calendar_service.store.engine import open_engine, reading, sqlite_url, writing
from calendar_service.store.identity import Identity, read_identity
from calendar_service.store.migrate import run_migrations, upgrade_in
from calendar_service.store.postgresql_tools import MAGIC, ToolFault, list_contents, load_archive, read_revision
from calendar_service.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine, FromClause, Table

    from calendar_service.store.engine import Database

_SQLITE_MAGIC = b"SQLite format 3\0"


class LoadedBackup(Protocol):
    """A backup loaded beside the present tables, in one transaction: choose one of the two, then call `finish`."""

    present_identity: Identity | None
    backup_identity: Identity

    def backup(self, table: Table) -> FromClause:
        """Return a table of the backup, as long as the present ones are kept."""

    def replaced(self, table: Table) -> FromClause:
        """Return a table as it was before the backup was taken."""

    def keep_present(self) -> None:
        """Keep the present tables."""

    def take_backup(self) -> None:
        """Replace the present rows by those of the backup."""

    def finish(self) -> None:
        """Delete all tables of the other side."""


class Archive(Protocol):
    """A valid backup file. `version` is the migration that its tables are at."""

    version: str

    def loading(self, engine: Database) -> Any:
        """Begin a transaction with the backup loaded beside the present tables."""

    def as_database(self) -> Any:
        """Open the backup as a separate database, migrated to the present tables."""

    def put_in_place(self, engine: Database, now: datetime) -> Path:
        """Replace a damaged database file by that database; return the path where the damaged file is kept."""


@contextmanager
def open_backup(engine: Database, file: Path) -> Iterator[Archive]:
    """Open a backup file and check it. Raise BackupRefused, ToolFault."""
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise BackupRefused(f"{file} cannot be read: {error.strerror}.", remedy="Name a backup file.") from None
    kind = "sqlite" if magic == _SQLITE_MAGIC else "postgresql" if magic.startswith(MAGIC) else ""
    if not kind:
        raise BackupRefused(f"{file} is no backup.", remedy="Name a file that `calendar-service db backup` made.")
    if kind != engine.dialect.name:
        raise BackupRefused(
            f"{file} is a backup of {kind}, and the database is {engine.dialect.name}.",
            remedy="Set CALENDAR_DATABASE_URL to a database of that kind.",
        )
    if kind == "postgresql":
        yield _PostgresqlArchive(file)
        return
    path = sqlite_path(engine)
    if path is None:
        raise BackupRefused("a database in memory cannot be restored.", remedy="Look at CALENDAR_DATABASE_URL.")
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}.restoring")
    try:
        os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, scratch)
        yield _SqliteArchive(file, scratch)
    except OSError as error:
        raise BackupRefused(
            f"{file} cannot be copied beside the database: {error.strerror}.", remedy="Look at the disk and its rights."
        ) from None
    finally:
        for tail in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                scratch.with_name(scratch.name + tail).unlink(missing_ok=True)


def _named(table: Table, schema: str, name: str) -> FromClause:
    return table.to_metadata(MetaData(), schema=schema, name=name).alias(f"other_{table.name}")


# -- SQLite ---------------------------------------------------------------------------------------------------------


class _SqliteArchive:
    """A copy of the backup beside the database, which is attached to it."""

    def __init__(self, file: Path, scratch: Path) -> None:
        self._scratch = scratch
        if faults := check_sqlite(scratch):
            raise BackupRefused(f"{file} is damaged: {faults}.", remedy="Use another backup.")
        connection = sqlite3.connect(scratch)
        try:
            row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 (our own name)
            connection.execute("SELECT count(*) FROM editions").fetchone()
        except sqlite3.Error:
            raise BackupRefused(
                f"{file} is no backup of calendar-service.",
                remedy="Name a file that `calendar-service db backup` made.",
            ) from None
        finally:
            connection.close()
        self.version = str(row[0]) if row else ""

    @contextmanager
    def as_database(self) -> Iterator[Database]:
        engine = open_engine(sqlite_url(self._scratch))
        try:
            run_migrations(engine)
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def loading(self, engine: Database) -> Iterator[tuple[Connection, LoadedBackup]]:
        with self.as_database() as scratch, reading(scratch) as connection:
            made = read_identity(connection) or Identity("", 0)
        present = _Present(bool(_tables_there(engine)))
        # Another engine for the same file: to it alone the backup is attached, and it is closed afterwards.
        attached = open_engine(engine.url.render_as_string(hide_password=False))
        event.listen(attached, "connect", self._attach)
        try:
            run_migrations(attached)
            with writing(attached, unhurried=True) as connection:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                identity = read_identity(connection) if present.was_there else None
                yield connection, _SqliteLoaded(connection, identity, made)
        finally:
            attached.dispose()

    def _attach(self, connection: Any, _record: object) -> None:
        connection.execute("ATTACH DATABASE ? AS backup", (str(self._scratch),)).close()

    def put_in_place(self, engine: Database, now: datetime) -> Path:
        path = sqlite_path(engine)
        assert path  # noqa: S101 (for the type checker: there is no archive otherwise)
        engine.dispose()
        kept = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}")
        os.link(path, kept)
        for tail in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(kept.with_name(kept.name + tail))
        self._scratch.replace(path)
        return kept


@dataclass(frozen=True)
class _Present:
    was_there: bool


def _tables_there(engine: Engine) -> list[str]:
    path = sqlite_path(engine)
    if path and (not path.exists() or path.stat().st_size == 0):
        return []
    with reading(engine) as connection:
        return our_tables(connection)


@dataclass
class _SqliteLoaded:
    connection: Connection
    present_identity: Identity | None
    backup_identity: Identity

    def backup(self, table: Table) -> FromClause:
        return _named(table, "backup", table.name)

    def replaced(self, table: Table) -> FromClause:
        return _named(table, "temp", f"replaced_{table.name}")

    def keep_present(self) -> None:
        pass

    def take_backup(self) -> None:
        run = self.connection.exec_driver_sql
        for name in CARRIED_TABLES:
            run(f"CREATE TABLE temp.replaced_{name} AS SELECT * FROM main.{name}")  # noqa: S608 (our own names)
        for table in reversed(metadata.sorted_tables):
            run(f'DELETE FROM main."{table.name}"')  # noqa: S608 (our own names)
        for table in metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            run(f'INSERT INTO main."{table.name}" ({names}) SELECT {names} FROM backup."{table.name}"')  # noqa: S608 (our own names)
        # No number is ever given again, neither one of the backup nor one of what was there.
        run(
            "UPDATE main.sqlite_sequence SET seq = max(seq, coalesce("
            "(SELECT seq FROM backup.sqlite_sequence AS theirs WHERE theirs.name = main.sqlite_sequence.name), 0))"
        )
        run(
            "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM backup.sqlite_sequence "
            "WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)"
        )

    def finish(self) -> None:
        pass  # what is temporary goes with the connection


# -- PostgreSQL -----------------------------------------------------------------------------------------------------


class _PostgresqlArchive:
    """An archive of pg_dump, whose script is run inside our own transaction."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = list_contents(file)
        if not any(f" {VERSION_TABLE} " in line for line in lines):
            raise BackupRefused(
                f"{file} is no backup of calendar-service.",
                remedy="Name a file that `calendar-service db backup` made.",
            )
        self.version = read_revision(file)

    def as_database(self) -> Any:
        raise NotImplementedError  # a damaged server is for its own tools

    def put_in_place(self, engine: Database, now: datetime) -> Path:
        raise NotImplementedError

    @contextmanager
    def loading(self, engine: Database) -> Iterator[tuple[Connection, LoadedBackup]]:
        try:
            with writing(engine, lock=True, unhurried=True) as connection:
                connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                loaded = _PostgresqlLoaded(connection, self._file)
                yield connection, loaded
        except _driver_errors(engine) as error:
            message = str(error).strip().partition("\n")[0]
            raise ToolFault(f"the backup cannot be restored: {message}.", remedy="Nothing was changed.") from error


def _driver_errors(engine: Database) -> tuple[type[Exception], ...]:
    driver: Any = engine.dialect.dbapi
    return (driver.Error,)


class _PostgresqlLoaded:
    """The present tables in a schema of their own, while the backup's tables are loaded in their place."""

    def __init__(self, connection: Connection, file: Path) -> None:
        self._connection = connection
        self._schema = str(connection.scalar(text("SELECT current_schema()")))
        self._aside = f"calendar_{secrets.token_hex(8)}"
        self._tables = our_tables(connection)
        self.present_identity = read_identity(connection) if "identity" in self._tables else None
        self._numbers = self._last_numbers() if self._tables else {}
        self._run(f"CREATE SCHEMA {self._aside}")
        self._move(self._tables, self._schema, self._aside)
        load_archive(connection, file)
        loaded = our_tables(connection)
        if VERSION_TABLE not in loaded:
            raise ToolFault(
                f"the backup's tables do not belong to the schema {self._schema}.",
                remedy="Set search_path for this user to the schema from which the backup was made.",
            )
        upgrade_in(connection)
        self._loaded = our_tables(connection)
        self.backup_identity = read_identity(connection) or Identity("", 0)
        if self._tables:
            # In the meantime the present ones are where everything expects them.
            self._swap()

    def backup(self, table: Table) -> FromClause:
        return _named(table, self._aside, table.name)

    def replaced(self, table: Table) -> FromClause:
        return _named(table, self._aside, table.name)

    def keep_present(self) -> None:
        pass

    def take_backup(self) -> None:
        if self._tables:
            self._swap()
        for table, (column, number) in self._numbers.items():
            self._run(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), greatest({number}, "  # noqa: S608 (our own names and a number)
                f'(SELECT coalesce(max("{column}"), 1) FROM "{table}")))'
            )

    def finish(self) -> None:
        self._run(f"DROP SCHEMA {self._aside} CASCADE")

    def _swap(self) -> None:
        """Exchange the tables set aside and those in their place."""
        between = f"{self._aside}_swap"
        self._run(f"CREATE SCHEMA {between}")
        here, there = self._present_names(self._schema), self._present_names(self._aside)
        self._move(here, self._schema, between)
        self._move(there, self._aside, self._schema)
        self._move(here, between, self._aside)
        self._run(f"DROP SCHEMA {between}")

    def _present_names(self, schema: str) -> list[str]:
        query = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")
        ours = {VERSION_TABLE, *metadata.tables}
        return [name for name in self._connection.scalars(query, {"schema": schema}) if name in ours]

    def _move(self, tables: list[str], old: str, new: str) -> None:
        for table in tables:
            self._run(f'ALTER TABLE "{old}"."{table}" SET SCHEMA "{new}"')

    def _last_numbers(self) -> dict[str, tuple[str, int]]:
        found = {}
        for table in metadata.sorted_tables:
            column = table.autoincrement_column
            if column is None or table.name not in self._tables:
                continue
            sequence = self._connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            )
            if sequence:
                number = self._connection.exec_driver_sql(f"SELECT last_value FROM {sequence}").scalar_one()  # noqa: S608 (the server named it)
                found[table.name] = column.name, int(number)
        return found

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)
