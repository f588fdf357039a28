"""Write files atomically: whoever reads the file sees the old content or the new, also after a crash."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_SECONDS = 5.0


class NotReplaced(CalendarError):
    """A file that people keep was not replaced; it is as it was."""


class ChangedMeanwhile(NotReplaced):
    """Somebody else has written the file since it was read."""


def write_whole(path: Path, content: bytes | list[bytes], mode: int = 0o600) -> None:
    """Write or replace a file with the permissions `mode`. Raise OSError.

    Missing folders are made; those who may read the file may enter them.
    """
    _make_folders(path.parent, mode)
    with _draft(path.with_name(f".{secrets.token_hex(8)}.part"), content, mode) as draft:
        draft.replace(path)


def create_whole(path: Path, content: bytes, mode: int = 0o600) -> bool:
    """Write a new file, as `write_whole` does; return False if another process was first. Raise OSError."""
    _make_folders(path.parent, mode)
    with _draft(path.with_name(f".{secrets.token_hex(8)}.part"), content, mode) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        return True


def _make_folders(folder: Path, mode: int) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent, mode)
        folder.mkdir(mode | 0o100 | (mode & 0o044) >> 2, exist_ok=True)


def make_private(folder: Path) -> None:
    """Take the rights of others from a folder and all in it, where it is this user's. No link is followed."""
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118 (many files)
            with contextlib.suppress(OSError):  # it is another user's, or has just gone
                mode = os.lstat(path).st_mode
                if not stat.S_ISLNK(mode) and mode & 0o077:
                    os.chmod(path, stat.S_IMODE(mode) & 0o700)  # noqa: PTH101 (likewise)


def replace_whole(path: Path, content: bytes, known: bytes) -> None:
    """Replace a file that people keep, if it still holds the bytes `known`. Raise NotReplaced or OSError.

    Its owner and permissions stay, and links to it still lead to it. One process at a time does so in a folder.
    """
    real = path.resolve(strict=True)
    with _locked(real.parent):
        status = real.stat()
        _check_replaceable(real, status)
        part = real.with_name(f".{real.name}.part")
        part.unlink(missing_ok=True)  # a process that was killed has left it
        with _draft(part, content, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)) as draft:
            if real.read_bytes() != known:
                raise ChangedMeanwhile(
                    f"{path} has changed since it was read.", remedy="Read it again; nothing was written."
                )
            _rename(draft, real)


def _check_replaceable(real: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotReplaced(f"{real} is not a regular file.", remedy="Name the file itself.")
    if status.st_nlink > 1:
        message = f"{real} has {status.st_nlink} names (hard links), of which one would keep the old content."
        raise NotReplaced(message, remedy="Delete the other names, or make them symbolic links.")
    if not os.access(real, os.W_OK):
        raise NotReplaced(f"{real} cannot be written.", remedy="Look at its rights.")


def _rename(draft: Path, real: Path) -> None:
    try:
        draft.replace(real)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        message = f"{real} is mounted by itself (a bind mount), so it cannot be replaced."
        raise NotReplaced(message, remedy="Mount the folder that it is in.") from None
    folder = os.open(real.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power failure could bring the old name back
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, so that no file beside the calendar's appears for editors and git to see."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    until = time.monotonic() + LOCK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    message = f"another process is writing in {folder}."
                    raise NotReplaced(message, remedy="Try again in a moment.") from None
                time.sleep(0.02)
            except OSError as error:
                message = f"{folder} cannot be locked against a second writer: {error.strerror}."
                raise NotReplaced(message, remedy="Put the file on another file system.") from None
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _draft(
    draft: Path, content: bytes | list[bytes], mode: int, owner: tuple[int, int] | None = None
) -> Iterator[Path]:
    """Write and sync a temporary file, which is beside the one that it is to become, under a hidden name."""
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 (of a descriptor)
            if owner:
                _keep_owner(file.fileno(), owner)
            os.fchmod(file.fileno(), mode)  # whatever the umask is, and a change of owner
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _keep_owner(handle: int, owner: tuple[int, int]) -> None:
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) == owner:
        return
    try:
        os.fchown(handle, *owner)
    except PermissionError:
        message = "the file belongs to another user or group, which it would lose."
        raise NotReplaced(message, remedy="Run this as its owner.") from None
