"""Notice that the file of an SQLite database was deleted or replaced while it is open.

Unix keeps a deleted file while a process has it open: SQLite would continue to read and write it, and everything would
be lost with the last connection.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, OperationalError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

_IDENTITY = "calendar_sqlite_file"
# The log is written to the file at once after a commit; while something runs, a worker commits at least so often.
_LATER_SECONDS = 120.0


def find_left_log(path: Path) -> Path | None:
    """Return the write-ahead log of an older file that was left beside the one at the path; None where there is none.

    SQLite would take it for that of the new file, and mix the two. A file that is copied, or moved from elsewhere on
    the disk, has changed its status by that later than the log was last written.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        file_status, log_status = path.stat(), log.stat()
    except OSError:
        return None
    is_later = file_status.st_ctime - log_status.st_ctime > _LATER_SECONDS
    return log if log_status.st_size and is_later else None


class SqliteFile:
    """The file at a path. The first connection may create it; afterwards no connection does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was_there = False

    def guard(self, engine: Engine) -> None:
        """Have connections to a file that is no longer at the path replaced, or refused with OperationalError."""
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._taken_from_pool)

    @staticmethod
    def check(connection: Connection) -> None:
        """Raise OperationalError if the last write went into a file that is gone."""
        file, identity = connection.connection.info.get(_IDENTITY, (None, None))
        if file and file.identity() != identity:
            error = _gone()
            raise OperationalError("COMMIT", None, error)

    def identity(self) -> tuple[int, int] | None:
        """Return the device and inode of the file at the path; None if there is none."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 (once for each transaction: the shortest way)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _before_connecting(self, *_: object) -> None:
        if self._was_there and self.identity() is None:
            raise _gone()

    def _connected(self, _connection: object, record: Any) -> None:
        record.info[_IDENTITY] = (self, self.identity())
        self._was_there = True

    def _taken_from_pool(self, _connection: object, record: Any, _proxy: object) -> None:
        _, identity = record.info[_IDENTITY]
        if identity != self.identity():
            # The pool closes it and connects anew, which is refused as long as there is no file.
            raise DisconnectionError("another file, or none, is at the path of the database")


def _gone() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("the database file is not there any more")
    error.sqlite_errorname = "SQLITE_READONLY_DBMOVED"
    return error
