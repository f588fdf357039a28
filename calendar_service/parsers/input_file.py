"""Read a file that a person names in a command, without waiting for ever where nothing comes."""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PIPE_SECONDS = 10.0
_CHUNK = 1024 * 1024
_PAUSE = 0.05


def read_input(path: Path, limit: int, patience: float | None = None) -> bytes:
    """Return at most `limit` bytes of a file, a pipe or a device.

    Raise OSError, also for a pipe into which nobody writes for ten seconds, or for `patience`.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if stat.S_ISFIFO(os.fstat(handle).st_mode):
            return _read_pipe(handle, limit, PIPE_SECONDS if patience is None else patience)
        found = bytearray()
        while len(found) < limit and (piece := os.read(handle, min(_CHUNK, limit - len(found)))):
            found += piece
        return bytes(found)
    finally:
        os.close(handle)


def _read_pipe(handle: int, limit: int, patience: float) -> bytes:
    found = bytearray()
    until = time.monotonic() + patience
    while len(found) < limit:
        remaining = until - time.monotonic()
        if remaining <= 0:
            raise OSError(errno.ETIMEDOUT, f"nothing is written into this pipe for {patience:g} seconds")
        select.select([handle], [], [], remaining)
        try:
            piece = os.read(handle, min(_CHUNK, limit - len(found)))
        except BlockingIOError:
            continue
        if piece:
            found += piece
            until = time.monotonic() + patience
        elif found:
            break
        else:
            time.sleep(_PAUSE)  # nobody has opened it for writing yet
    return bytes(found)
