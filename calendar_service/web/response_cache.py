"""Least-recently-used cache of representations, limited in bytes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from calendar_service.web.page_copy import PageCopy
    from calendar_service.web.representation import Representation

_MAX_BYTES = 32_000_000
_MAX_RESPONSES = 1_000

CacheState = tuple[int, int, "date"]
"""When a representation is valid: number of restores of the database, number of the edition, and the day in its zone
or, of a page, the minute."""
Stored = TypeVar("Stored", "Representation", "PageCopy")


class ResponseCache(Generic[Stored]):
    """Caches representations, each with the state for which it is valid. Thread-safe.

    The least recently used is evicted first. Compressed copies count towards the limit.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, tuple[CacheState, Stored]] = LRUCache(max_bytes, lambda kept: kept[1].size)

    def get(self, key: Hashable, state: CacheState) -> Stored | None:
        """Return the representation of a key if it is valid for this state, else None."""
        with self._lock:
            found = self._kept.get(key)
            return found[1] if found and found[0] == state else None

    def put(self, key: Hashable, state: CacheState, representation: Stored) -> None:
        """Cache a representation, unless a newer one is cached or it is larger than the cache."""
        with self._lock:
            there = self._kept.pop(key, None)
            kept = there if there and there[0] > state else (state, representation)
            if kept[1].size <= self._kept.maxsize:
                self._kept[key] = kept
            if len(self._kept) > _MAX_RESPONSES:
                self._kept.popitem()

    def clear(self) -> None:
        """Delete all representations."""
        with self._lock:
            self._kept.clear()
