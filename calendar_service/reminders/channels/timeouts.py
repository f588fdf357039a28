"""Sockets with a time limit for a whole exchange, which a server that sends byte by byte cannot extend.

They are our own since the time limits of smtplib, http.client and urllib3 hold for each read from a socket: a line
every half second kept smtplib and urllib3 for as long as lines came, though their timeout was one second.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

REPLY_LIMIT = 64 * 1024
"""How many bytes of one reply are read."""

_CHUNK = 16 * 1024  # a TLS socket counts its timeout anew for each record


class TimeLimit:
    """An instant on the monotonic clock by which something must be done."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left. Raise TimeoutError if there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def within(self, seconds: float) -> TimeLimit:
        """Return the earlier of this limit and one in `seconds` from now."""
        shorter = TimeLimit(seconds)
        return shorter if shorter._at < self._at else self


class TimedSocket:
    """A connected socket, as http.client and smtplib expect it, with one time limit for all its bytes.

    A socket's own timeout restarts with each byte that arrives. `reply_left` is how many bytes may still be read.
    """

    def __init__(self, raw: socket.socket, deadline: TimeLimit) -> None:
        self.raw = raw
        self.deadline = deadline
        self.reply_left = REPLY_LIMIT

    def sendall(self, data: bytes) -> None:
        """Send everything. Raise TimeoutError."""
        for start in range(0, len(data), _CHUNK):
            self.raw.settimeout(self.deadline.left())
            self.raw.sendall(data[start : start + _CHUNK])

    def makefile(self, _mode: str = "rb") -> io.BufferedReader:
        """Return a file object for the replies."""
        return io.BufferedReader(_Replies(self))

    def close(self) -> None:
        """Close the connection."""
        self.raw.close()


class _Replies(io.RawIOBase):
    def __init__(self, source: TimedSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        source = self._source
        if source.reply_left <= 0:
            message = "the reply is too long"
            raise OSError(message)
        source.raw.settimeout(source.deadline.left())
        count = source.raw.recv_into(memoryview(buffer)[: source.reply_left])
        source.reply_left -= count
        return count
