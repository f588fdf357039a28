"""Gzip a feed in chunks that are compressed each by itself, so that after an edit one of them is compressed.

Compressing the whole took longer than all else that an edit costs. The chunks are deflate blocks of one gzip member, as
after a full flush (RFC 1951, 2; RFC 1952): some clients stop at the end of a first member. A chunk ends where the
checksum of a record's VEVENTs says so, so that a record more or less leaves the other chunks as they are, and equal
feeds have equal compressed copies in every process.
"""

from __future__ import annotations

import struct
import threading
import zlib
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendar_service.writers.vevents import SerializedEvents

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # deflate, no name, no time, of no system
_END = b"\x03\x00"  # an empty last block
_LEVEL = 6
_ONE_IN = 96
_LONGEST = 2 * _ONE_IN
_MAX_BYTES = 32_000_000

_Chunk = tuple[bytes, ...]


class ChunkCompressor:
    """Compresses feeds and caches their chunks. Thread-safe."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[_Chunk, bytes] = LRUCache(max_bytes, getsizeof=len)

    def compress(self, body: bytes, blocks: Sequence[SerializedEvents]) -> bytes:
        """Return the gzip of a feed: a head, the blocks in order, and an end."""
        length = sum(len(block.body) for block in blocks)
        end = body.rindex(b"END:VCALENDAR")
        written = [_deflate(body[: end - length])]
        written += [self._chunk(chunk) for chunk in _chunks(blocks)]
        trailer = struct.pack("<2I", zlib.crc32(body), len(body) & 0xFFFFFFFF)
        return b"".join([_HEADER, *written, _deflate(body[end:]), _END, trailer])

    def _chunk(self, chunk: _Chunk) -> bytes:
        with self._lock:
            if kept := self._kept.get(chunk):
                return kept
        made = _deflate(b"".join(chunk))
        with self._lock:
            if len(made) <= self._kept.maxsize:
                self._kept[chunk] = made
        return made


def _chunks(blocks: Sequence[SerializedEvents]) -> Iterator[_Chunk]:
    """Yield the bytes of the blocks in chunks: tuples of bytes, which keep their hashes."""
    chunk: list[bytes] = []
    for block in blocks:
        chunk.append(block.body)
        if block.checksum % _ONE_IN == 0 or len(chunk) == _LONGEST:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)


def _deflate(data: bytes) -> bytes:
    """Return data as deflate blocks that end at a byte, refer to nothing before them, and are not the last."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)
