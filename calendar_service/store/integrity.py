"""Check the pages of an SQLite file, with a time limit."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from calendar_service.store.engine import Database

_STEPS = 10_000
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def find_damage(engine: Database, seconds: float) -> str:
    """Return what is wrong with the pages of an SQLite file; "" if nothing was found in `seconds`.

    Other databases check their pages themselves. If the check cannot run at all (no file, a lock), any other use of the
    database reports it.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return ""
    end = time.monotonic() + seconds
    try:
        # A connection of its own: one that is open may have sound copies of pages that are damaged on the disk.
        with contextlib.closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=1)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        return str(error) if name.startswith(_DAMAGED) else ""
    return "" if found == "ok" else found.replace("\n", " ")
