"""From the calendar file to an edition: reading, comparing, publishing, and saying aloud what came of it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.readers.calendar_file import Reading, read_calendar, read_calendar_file
from calendar_service.store.editions import Attempt, Outcome, note_attempt, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

    from calendar_service.records.edition import Edition

logger = logging.getLogger(__name__)

SETTLED_AFTER = 0.5
SETTLED_WITHOUT_NEWLINE_AFTER = 1.0
RETRY_AFTER = 5.0


@dataclass(frozen=True)
class Result:
    """What came of an attempt to publish a file."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    edition: Edition | None = None


def publish_file(
    engine: Engine, path: Path, now: datetime, *, confirmed: bool = False, known: Edition | None = None
) -> Result:
    """Read a calendar file and publish it if it is sound and says something new."""
    try:
        data = path.read_bytes()
    except OSError:
        reading, digest = read_calendar_file(path), ""
    else:
        reading, digest = read_calendar(data, str(path)), hashlib.sha256(data).hexdigest()
    result = _publish(engine, reading, now, confirmed=confirmed, known=known)
    note_attempt(engine, Attempt(now, str(path), digest, result.outcome, result.reasons))
    _say(path, result)
    return result


def _publish(engine: Engine, reading: Reading, now: datetime, *, confirmed: bool, known: Edition | None) -> Result:
    if reading.draft is None:
        return Result(Outcome.BROKEN, tuple(str(error) for error in reading.errors), edition=known)
    done = publish(engine, reading.draft, now, confirmed=confirmed, known=known)
    return Result(done.outcome, tuple(done.reasons), tuple(done.changed), done.edition)


def _say(path: Path, result: Result) -> None:
    number = result.edition.number if result.edition else 0
    match result.outcome:
        case Outcome.PUBLISHED:
            logger.info("Published edition %d of %s: %d records new or changed.", number, path, len(result.changed))
        case Outcome.HELD:
            logger.warning(
                "%s is held back; edition %d stays. To publish it: calendar-service publish --confirm %s",
                path,
                number,
                path,
            )
        case Outcome.BROKEN:
            logger.error("%s has errors; what was published last stays.", path)
    for reason in result.reasons:
        logger.error("%s", reason)


class FileWatch:
    """Tells when a file has changed and is wholly written.

    A file counts as whole when it has kept its size and times for half a second, a whole second if
    its last line is open, and nobody holds it open for writing.
    """

    def __init__(self, path: Path, seconds: Callable[[], float]) -> None:
        self._path = path
        self._seconds = seconds
        self._taken: tuple[int, ...] | None = None
        self._seen: tuple[int, ...] | None = None
        self._since = 0.0

    def is_due(self) -> bool:
        """Tell, once for each change, that the file should be read now."""
        signature = _signature(self._path)
        if signature != self._seen:
            self._seen, self._since = signature, self._seconds()
        if signature == self._taken or self._seconds() - self._since < self._patience():
            return False
        if _is_being_written(self._path):
            return False
        self._taken = signature
        return True

    def try_again(self) -> None:
        """Have the same file told of once more, after a while."""
        self._taken, self._since = None, self._seconds() + RETRY_AFTER

    def _patience(self) -> float:
        return SETTLED_AFTER if _ends_with_newline(self._path) else SETTLED_WITHOUT_NEWLINE_AFTER


def _signature(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _ends_with_newline(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except OSError:
        return True


def _is_being_written(path: Path) -> bool:
    """Ask Linux for a read lease, which it gives only on a file that nobody has open for writing."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        with path.open("rb") as file:
            # A writer that comes in this instant makes the kernel signal us, by default with one that kills.
            fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
