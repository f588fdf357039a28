"""Write small files atomically: whoever reads the file sees the old content or the new, also after a crash."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write or replace a file with the permissions `mode`, creating missing folders. Raise OSError."""
    with _draft(path, content, mode) as draft:
        draft.replace(path)


def create_whole(path: Path, content: bytes, mode: int = 0o600) -> bool:
    """Write a new file; return False if another process was first. Raise OSError."""
    with _draft(path, content, mode) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        return True


def make_private(folder: Path) -> None:
    """Take the rights of others from a folder and all in it, where it is this user's. No link is followed."""
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118 (many files)
            with contextlib.suppress(OSError):  # it is another user's, or has just gone
                mode = os.lstat(path).st_mode
                if not stat.S_ISLNK(mode) and mode & 0o077:
                    os.chmod(path, stat.S_IMODE(mode) & 0o700)  # noqa: PTH101 (likewise)


@contextlib.contextmanager
def _draft(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write and sync a temporary file beside the path, under a hidden name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 (of a descriptor)
            os.fchmod(file.fileno(), mode)  # whatever the umask is
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
