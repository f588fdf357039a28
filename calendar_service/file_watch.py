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
    """Another program is writing the calendar file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is just being written by another program.", remedy="Save it, then publish again.")
        self.path = path


class FileDoesNotAnswer(CalendarError):
    """The file system does not answer, as on a network mount whose server is down."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} cannot be read: it does not answer.", remedy="Look at the mount that it is on.")
        self.path = path


def read_when_whole(path: Path) -> bytes:
    """Return the bytes of a file once no other program writes it. Raise BusyFile, FileDoesNotAnswer or OSError."""
    until = time.monotonic() + _WRITER_MAY_TAKE
    while (data := _ask_of_file(path, lambda: read_whole(path))) is None:
        if time.monotonic() > until:
            raise BusyFile(path)
        time.sleep(0.02)
    return data


def read_whole(path: Path) -> bytes | None:
    """Return the bytes of a file in one state, None while another program writes it.

    On Linux a read lease ensures it: nobody opens the file for writing before it is read. Elsewhere,
    and if the file belongs to another user, its size and times must be the same before and after.
    Raise OSError, also if it is not a regular file: reading a pipe would block until somebody writes.
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
    except BlockingIOError:  # another program has a write lease, which the kernel now breaks
        return None


def _opened(path: Path) -> BinaryIO:
    """Open a file for reading without blocking, as opening a pipe or a leased file would."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))


@lru_cache(maxsize=16)
def _calls(path: Path) -> BoundedCalls[Any]:
    return BoundedCalls(f"{path}")


def _ask_of_file(path: Path, work: Callable[[], _T]) -> _T:
    """Run `work` in a thread, since on a mount that hangs it may never end. Raise FileDoesNotAnswer."""
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
        """Return True once for each change of the file, when it is completely written."""
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
        self._published_signature = signature
        return True

    def waits_for(self) -> float:
        """Return for how many seconds the file has been incomplete since it changed; 0 if it is complete."""
        return 0.0 if self._waits_since is None else self._seconds() - self._waits_since

    def take(self) -> None:
        """Report only later changes: the caller reads the file as it is now."""
        self._published_signature = self._seen = self._signature()
        self._waits_since = None

    def try_again(self, after: float = RETRY_AFTER) -> None:
        """Report the same file once more, after `after` seconds."""
        self._published_signature, self._since, self._waits_since = None, self._seconds() + after, None

    def wait_on(self) -> None:
        """Report the same file once more: it could not be read as a whole, so that it is not complete."""
        self._published_signature, self._since = None, self._seconds()

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
    # The last one changes even if a program sets the time of writing back.
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
    """Hold a read lease (F_SETLEASE): Linux grants it if nobody has the file open for writing, and blocks writers.

    Yield False if somebody has it open, and True without a lease if there are none.
    """
    try:
        # When a writer comes, the kernel sends a signal: SIGIO, which would end the process, unless another is set.
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
