"""Run PostgreSQL's backup programs, pg_dump and pg_restore: found on PATH, without a password in their arguments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import text

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database

MAGIC = b"PGDMP"
_VERSION = re.compile(r"\) (\d+)")
_ERROR = re.compile(r"^pg_(dump|restore): (error: )?")
_CONNECT_TIMEOUT = "connect_timeout"
# What psycopg takes and pg_dump must not get: it may wait for the server longer than we do.
_NOT_PASSED_ON = {"tcp_user_timeout", _CONNECT_TIMEOUT}
# The script sets what psql needs, in words that an older server may not know; of that only this matters to us.
_LEFT_OUT = re.compile(rb"^(SET (?!client_encoding|standard_conforming_strings)|SELECT pg_catalog\.set_config|\\)")
_COPY = re.compile(rb"^COPY .* FROM stdin;$")
_END_OF_COPY = b"\\.\n"


class ToolFault(CalendarError):
    """One of PostgreSQL's programs is missing, too old, or failed."""


def dump_tables(engine: Database, tables: Sequence[str], schema: str, file: Path) -> None:
    """Write tables of a database, with their sequences, into an existing file. Raise ToolFault."""
    with engine.connect() as connection:
        server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    tool = _find("pg_dump", at_least=server)
    names = [f'--table="{schema}"."{table}"' for table in tables]
    options, secret = _connection_options(engine)
    command = [tool, "--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--file={file}"]
    _run([*command, *names, *options], secret)


def list_contents(file: Path) -> list[str]:
    """Return the contents of an archive, one line each, after reading all of it. Raise ToolFault."""
    tool = _find("pg_restore")
    _run([tool, f"--file={os.devnull}", str(file)], {})
    return _run([tool, "--list", str(file)], {}).splitlines()


def read_revision(file: Path) -> str:
    """Return the migration that an archive's tables are at; "" if it is not stated. Raise ToolFault."""
    script = _run([_find("pg_restore"), "--data-only", "--table=alembic_version", "--file=-", str(file)], {})
    lines = script.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
    return lines[starts[0] + 1] if starts and lines[starts[0] + 1] != "\\." else ""


def load_archive(connection: Connection, file: Path) -> None:
    """Create and fill the tables of an archive, within the transaction of a psycopg connection.

    Raise ToolFault; the transaction must then be rolled back.
    """
    driver: Any = connection.connection.driver_connection
    with _script_of(file) as script, driver.cursor() as cursor:
        statements: list[bytes] = []
        for line in script:
            if _COPY.match(line.rstrip(b"\n")):
                _execute(cursor, statements)
                _copy(cursor, line.decode(), script)
            elif not _LEFT_OUT.match(line):
                statements.append(line)
        _execute(cursor, statements)


def _execute(cursor: Any, statements: list[bytes]) -> None:
    words = b"".join(line for line in statements if not line.startswith(b"--")).strip()
    statements.clear()
    if words:
        cursor.execute(words)


def _copy(cursor: Any, statement: str, script: IO[bytes]) -> None:
    with cursor.copy(statement) as copy:
        for line in script:
            if line == _END_OF_COPY:
                return
            copy.write(line)
    raise ToolFault("pg_restore ended in the middle of a table.", remedy="Is the backup file whole? Use another one.")


@contextmanager
def _script_of(file: Path) -> Iterator[IO[bytes]]:
    command = [_find("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with subprocess.Popen(  # noqa: S603 (a program of PostgreSQL's, and a path of the operator's)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment({})
    ) as process:
        assert process.stdout  # noqa: S101 (for the type checker)
        yield process.stdout
        process.stdout.read()
    if process.returncode:
        raise ToolFault(f"pg_restore cannot read {file}.", remedy="Is the backup file whole? Use another one.")


def _find(name: str, at_least: int = 0) -> str:
    path = shutil.which(name)
    if path is None:
        raise ToolFault(
            f"{name} is not found on PATH.",
            remedy="Install PostgreSQL's client programs (Debian: postgresql-client), or add their folder to PATH.",
        )
    message = _run([path, "--version"], {})
    found = _VERSION.search(message)
    if found and int(found[1]) < at_least:
        raise ToolFault(
            f"{path} is of version {found[1]}, and the server of version {at_least}.",
            remedy=f"Install the client programs of version {at_least} or newer, or put them first on PATH.",
        )
    return path


def _run(command: Sequence[str], secret: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL's, with settings of the operator's)
        command, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(secret), check=False
    )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"code {done.returncode}"]
        message = _ERROR.sub("", lines[0])
        for hidden in (secret.get("PGPASSWORD"),):
            message = message.replace(hidden, "***") if hidden else message
        raise ToolFault(f"{command[0]} failed: {message}.", remedy="Look at the file, the disk and the server.")
    return done.stdout.decode("utf-8", "replace")


def _environment(more: dict[str, str]) -> dict[str, str]:
    """Return the environment for a program: ours without this service's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")} | more


def _connection_options(engine: Database) -> tuple[list[str], dict[str, str]]:
    """Return how pg_dump finds the database: arguments, and an environment for what other users must not see."""
    try:
        from psycopg import conninfo, pq  # noqa: PLC0415 (the driver is an extra)
    except ModuleNotFoundError:
        raise ToolFault("the driver psycopg is needed.", remedy="pip install 'calendar-service[postgres]'") from None
    words, options = engine.dialect.create_connect_args(engine.url)
    given = conninfo.conninfo_to_dict(*words, **options)
    # Some of what psycopg takes is its own, and nothing to libpq.
    known = {each.keyword.decode(): each.envvar for each in pq.Conninfo.get_defaults()}
    names = {name: variable.decode() for name, variable in known.items() if variable}
    wanted = {name: str(value) for name, value in given.items() if name in known and value is not None}
    wanted = {name: value for name, value in wanted.items() if name not in _NOT_PASSED_ON}
    environment = {names[name]: value for name, value in wanted.items() if name in names}
    rest = {name: value for name, value in wanted.items() if name not in names and name != "sslpassword"}
    return ([f"--dbname={conninfo.make_conninfo(**rest)}"] if rest else []), environment
