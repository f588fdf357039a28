"""Read the calendar file in one state, and detect that it has changed and is completely written."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import time
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from calendar_service.records.errors import CalendarError
from calendar_service.store.bounded import BoundedCalls, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_T = TypeVar("_T")

SETTLED_AFTER = 0.4
SETTLED_WITHOUT_NEWLINE_AFTER = 0.7
RETRY_AFTER = 5.0
ANSWER_SECONDS = 10.0
_WRITER_MAY_TAKE = 2.0
_MOST_BYTES = 32 * 1024 * 1024  # more than the parser takes, so that it is the one that refuses


class BusyFile(CalendarError):
    """The calendar file is just being written by another program."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is just being written by another program.", remedy="Save it, then publish again.")
        self.path = path


class FileDoesNotAnswer(CalendarError):
    """The system does not answer for the calendar file, as on a network mount whose server is gone."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} cannot be read: it does not answer.", remedy="Look at the mount that it is on.")
        self.path = path


def read_when_whole(path: Path) -> bytes:
    """Read a file as soon as no other program is writing it. Raise BusyFile, FileDoesNotAnswer or OSError."""
    until = time.monotonic() + _WRITER_MAY_TAKE
    while (data := _ask_of_file(path, lambda: read_whole(path))) is None:
        if time.monotonic() > until:
            raise BusyFile(path)
        time.sleep(0.02)
    return data


def read_whole(path: Path) -> bytes | None:
    """Read a file in one state; None where another program is just writing it.

    Linux can promise it: under a lease nobody opens the file for writing before it is read. Elsewhere,
    and where the file belongs to someone else, its size and times must be the same before and after.
    Raise OSError, also for what is no regular file: reading a pipe would wait until somebody writes.
    """
    try:
        with _opened(path) as file, _leased(file) as is_free:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            if not is_free:
                return None
            data = file.read(_MOST_BYTES)
            return data if _signature(os.fstat(file.fileno())) == _signature(status) else None
    except BlockingIOError:  # another program has a lease to write, and is just asked to let go of it
        return None


def _opened(path: Path) -> BinaryIO:
    """Open a file to read without waiting for another program, as the opening of a pipe would."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))


@lru_cache(maxsize=16)
def _calls(path: Path) -> BoundedCalls[Any]:
    return BoundedCalls(f"{path}")


def _ask_of_file(path: Path, work: Callable[[], _T]) -> _T:
    """Do what touches the file, in a thread: on a mount that hangs it may never end. Raise FileDoesNotAnswer."""
    try:
        return cast("_T", _calls(path).call(work, ANSWER_SECONDS))
    except NoAnswer:
        raise FileDoesNotAnswer(path) from None


class FileWatch:
    """Detects that a file has changed and is completely written. Its methods raise FileDoesNotAnswer."""

    def __init__(self, path: Path, seconds: Callable[[], float]) -> None:
        self._path = path
        self._seconds = seconds
        self._published_signature: tuple[int, ...] | None = None
        self._seen: tuple[int, ...] | None = None
        self._since = 0.0
        self._waits_since: float | None = None

    def is_due(self) -> bool:
        """Return True, once for each change, that the file should be read now."""
        signature = self._signature()
        if signature != self._seen:
            self._seen, self._since = signature, self._seconds()
        if signature == self._published_signature:
            self._waits_since = None
            return False
        if self._waits_since is None:
            self._waits_since = self._seconds()
        patience, is_being_written = _ask_of_file(
            self._path, lambda: (_patience(self._path), _is_being_written(self._path))
        )
        if self._seconds() - self._since < patience or is_being_written:
            return False
        self._published_signature, self._waits_since = signature, None
        return True

    def waits_for(self) -> float:
        """Return for how many seconds a change has been seen that is not whole yet; 0 where there is none."""
        return 0.0 if self._waits_since is None else self._seconds() - self._waits_since

    def take(self) -> None:
        """Have only later changes told of: the caller reads the file as it is now."""
        self._published_signature = self._seen = self._signature()
        self._waits_since = None

    def try_again(self, after: float = RETRY_AFTER) -> None:
        """Have the same file told of once more, after some seconds."""
        self._published_signature, self._since = None, self._seconds() + after

    def _signature(self) -> tuple[int, ...]:
        return _ask_of_file(self._path, lambda: _signature_at(self._path))


def _patience(path: Path) -> float:
    return SETTLED_AFTER if _ends_with_newline(path) else SETTLED_WITHOUT_NEWLINE_AFTER


def _signature_at(path: Path) -> tuple[int, ...]:
    try:
        return _signature(path.stat())
    except OSError as error:
        return (error.errno or 0,)


def _signature(status: os.stat_result) -> tuple[int, ...]:
    # The last of them tells even when a program has put the time of writing back.
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _ends_with_newline(path: Path) -> bool:
    try:
        with _opened(path) as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except OSError:
        return True


def _is_being_written(path: Path) -> bool:
    try:
        with _opened(path) as file, _leased(file) as is_free:
            return not is_free
    except BlockingIOError:
        return True
    except OSError:
        return False


@contextmanager
def _leased(file: BinaryIO) -> Iterator[bool]:
    """Hold a read lease: Linux gives it on a file that nobody has open for writing, and lets writers wait.

    Yields False where somebody has it open. Where leases cannot be had it yields True without one.
    """
    try:
        # A writer that comes now makes the kernel send a signal: SIGIO, which kills, unless another is named.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except AttributeError:  # not Linux
        yield True
        return
    except OSError as error:
        yield error.errno != errno.EAGAIN
        return
    try:
        yield True
    finally:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
