"""Databases with the present tables: migrated once for each process, then copied or emptied for each test."""

import secrets
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from calendar_service.store.engine import Database, open_engine, reading, sqlite_url
from calendar_service.store.migrate import run_migrations
from calendar_service.store.tables import metadata

_TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
# All that a test could change of the tables, as one text.
_SHAPE = """SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT concat(relname, attname, atttypid, atttypmod, attnotnull) FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT concat(tgrelid, tgname) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT version_num FROM public.alembic_version
) AS parts (part)"""
_RESTART = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"""


def make_sqlite(path: Path) -> str:
    """Write a SQLite database with the present tables and nothing in them, if there is no file; return its URL."""
    if not path.exists():
        path.write_bytes(_migrated_file())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE identity SET id = ?", [secrets.token_hex(16)])
    return sqlite_url(path)


def open_sqlite(path: Path) -> Database:
    """Make such a database where there is none and open it, without waiting for the disk at each commit."""
    return open_hurried(make_sqlite(path))


def open_hurried(url: str) -> Database:
    """Open a database of either kind that need not survive the machine."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())
    return engine


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "migrated.sqlite3")
        engine = open_engine(sqlite_url(path))
        run_migrations(engine)
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return path.read_bytes()


class PostgresDatabase:
    """A database on a PostgreSQL server that one test after the other has for itself."""

    def __init__(self, server_url: str, name: str) -> None:
        self._server_url = server_url
        self._name = name
        self._shape = None
        self._first_rows = {}
        self.url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        run_statements(server_url, f"CREATE DATABASE {name}")

    def drop(self) -> None:
        run_statements(self._server_url, f"DROP DATABASE {self._name} WITH (FORCE)")

    def clear(self) -> str:
        """End all other connections, remove all tables, and return the URL."""
        run_statements(self.url, _TERMINATE, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return self.url

    def empty(self) -> str:
        """End all other connections, make or empty the present tables, and return the URL."""
        if self._shape is not None and self._delete_rows():
            return self.url
        self.clear()
        engine = open_engine(self.url)
        run_migrations(engine)
        with reading(engine) as connection:
            self._shape = connection.scalar(text(_SHAPE))
            self._first_rows = {
                table: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in metadata.sorted_tables
            }
        engine.dispose()
        return self.url

    def _delete_rows(self) -> bool:
        """Return False where a test changed the tables."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(_TERMINATE))
                if connection.scalar(text(_SHAPE)) != self._shape:
                    return False
                # Much quicker than TRUNCATE, which makes new files.
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
                connection.execute(text(_RESTART))
                for table, rows in self._first_rows.items():
                    if rows:
                        connection.execute(table.insert(), rows)
                connection.execute(text("UPDATE identity SET id = :id"), {"id": secrets.token_hex(16)})
        except DBAPIError:
            return False  # a test removed them
        finally:
            engine.dispose()
        return True


def run_statements(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
