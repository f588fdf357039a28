"""Replace a folder of files at once: whoever reads it sees the old files or the new, never both."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
from typing import TYPE_CHECKING

from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READABLE = 0o644
_AT_FDCWD, _EXCHANGE = -100, 2
# The folder is a mount of its own, or the file system knows no exchange.
_IN_PLACE = frozenset({errno.EBUSY, errno.EXDEV, errno.EINVAL, errno.ENOSYS})


def replace_folder(folder: Path, files: Mapping[str, bytes], before: set[str]) -> None:
    """Write files into a folder, by their names. Those of `before` that are not among them go; all others stay.

    A file that has not changed is the same one as before, linked. Where the folder cannot be exchanged, as a mount
    cannot, each file is replaced by itself. Raise OSError.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    try:
        beside.mkdir(mode=0o755)
        _link_others(folder, beside, before | files.keys())
        for name, content in files.items():
            _write(folder / name, beside / name, content)
        if not folder.exists():
            beside.rename(folder)
        else:
            _exchange(beside, folder)
    except OSError as error:
        if error.errno not in _IN_PLACE:
            raise
        _replace_each(folder, files, before)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _link_others(folder: Path, beside: Path, ours: set[str]) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            path = folder.joinpath(place, name)
            relative = path.relative_to(folder)
            if str(relative) not in ours:
                (beside / relative).parent.mkdir(parents=True, exist_ok=True)
                os.link(path, beside / relative, follow_symlinks=False)


def _write(present: Path, path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if present.is_file() and not present.is_symlink() and present.read_bytes() == content:
        os.link(present, path)
    else:
        write_whole(path, content, _READABLE)


def _exchange(one: Path, other: Path) -> None:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other))
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(other))


def _replace_each(folder: Path, files: Mapping[str, bytes], before: set[str]) -> None:
    for name, content in files.items():
        path = folder / name
        if not (path.is_file() and path.read_bytes() == content):
            write_whole(path, content, _READABLE)
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)
