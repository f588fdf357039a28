"""Databases of earlier versions, loaded from their dumps into SQLite, and from there into PostgreSQL."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import MetaData, create_engine, delete, func, insert, make_url, select, text

from calendar_service.store import migrate
from calendar_service.store.engine import open_engine, reading, sqlite_url, writing
from tests.support.paths import TESTS

DUMPS = TESTS / "store" / "databases"


def load_old_database(version, database_url, folder):
    """Return a database as that version left it, not yet upgraded."""
    path = Path(make_url(database_url).database) if database_url.startswith("sqlite") else folder / "old.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.executescript((DUMPS / f"{version}.sql").read_text(encoding="utf-8"))
    raw.close()
    engine = open_engine(database_url)
    if engine.dialect.name == "postgresql":
        copy_rows(create_engine(sqlite_url(path)), engine)
    return engine


def copy_rows(old, engine):
    found = reflected(old)
    with old.connect() as source, writing(engine) as connection:
        version = source.scalar(text("SELECT version_num FROM alembic_version"))
        command.upgrade(migrate._config(connection), version)
        target = MetaData()
        target.reflect(connection)
        connection.execute(delete(target.tables["notes"]))  # the migrations make one
        for table in target.sorted_tables:
            rows = [dict(row._mapping) for row in source.execute(select(found.tables[table.name]))]
            if rows and table.name != "alembic_version":
                connection.execute(insert(table), [{**row, **in_utc(row)} for row in rows])
        for table in target.sorted_tables:
            for column in table.primary_key:
                set_sequence(connection, table, column)
    old.dispose()


def in_utc(row):
    return {name: value.replace(tzinfo=UTC) for name, value in row.items() if isinstance(value, datetime)}


def set_sequence(connection, table, column):
    name = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    )
    if name:
        newest = connection.scalar(select(func.max(column))) or 1
        connection.execute(text("SELECT setval(:name, :newest)"), {"name": name, "newest": newest})


def reflected(engine):
    found = MetaData()
    found.reflect(engine)
    return found


def rows_of(engine, columns):
    """Return the rows of tables, {table: names of columns}, each as a set of texts."""
    found = reflected(engine)
    with reading(engine) as connection:
        return {
            table: sorted(
                [plain(value) for value in row]
                for row in connection.execute(select(*(found.tables[table].c[name] for name in names)))
            )
            for table, names in columns.items()
        }


def plain(value):
    if isinstance(value, datetime):
        return stated(value.astimezone(UTC) if value.tzinfo else value)
    return str(value)


def stated(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def columns_of(engine):
    return {table.name: [column.name for column in table.c] for table in reflected(engine).sorted_tables}
