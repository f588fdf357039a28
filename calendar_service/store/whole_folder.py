"""Replace a folder of files at once: whoever reads it sees the old files or the new, never both."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READABLE = 0o644
_AT_FDCWD, _EXCHANGE = -100, 2
_OPEN_TO_ALL = 0o755
# The folder is a mount of its own, the file system knows no exchange or no links, or a file is not ours to link.
_IN_PLACE = frozenset({errno.EBUSY, errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP})


def replace_folder(folder: Path, files: Mapping[str, bytes], before: set[str]) -> None:
    """Write files into a folder, by their names. Those of `before` that are not among them go; all others stay.

    A file that has not changed is the same one as before, linked. Folders keep their rights; new ones are open to all,
    whatever the umask. Where the folder cannot be exchanged, as a mount cannot, each file is replaced by itself. Raise
    OSError.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    _make_folder(folder.parent, folder.parent)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    try:
        _make_folder(folder, beside)
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
    for place, folders, names in os.walk(folder):
        for name in [*names, *folders]:
            path = folder.joinpath(place, name)
            relative = path.relative_to(folder)
            if path.is_dir() and not path.is_symlink():
                # A folder that is not empty comes with what is in it; one that held only files of ours goes with them.
                if not any(path.iterdir()):
                    _make_folder(path, beside / relative)
            elif str(relative) not in ours:
                _make_folder(path.parent, (beside / relative).parent)
                os.link(path, beside / relative, follow_symlinks=False)


def _make_folder(present: Path, path: Path) -> None:
    """Make a folder, and those above it, with the rights of the present one."""
    if path.is_dir():
        return
    _make_folder(present.parent, path.parent)
    found = present.stat() if present.is_dir() else None
    path.mkdir()
    if found:
        with suppress(PermissionError):  # not a group of ours
            os.chown(path, -1, found.st_gid)
        path.chmod(stat.S_IMODE(found.st_mode))
    else:
        path.chmod(_OPEN_TO_ALL)


def _write(present: Path, path: Path, content: bytes) -> None:
    _make_folder(present.parent, path.parent)
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
            _make_folder(path.parent, path.parent)
            write_whole(path, content, _READABLE)
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)
