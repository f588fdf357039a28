"""The representations that were rendered last, as many as there is room for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from calendar_service.web.representation import Representation

_MAX_BYTES = 32_000_000
_MAX_RESPONSES = 1_000

CacheState = tuple[int, int, "date"]
"""What a representation holds for: how often the database was restored, an edition's number, and a day in its zone."""


class ResponseCache:
    """Keeps representations, each with the state it holds for; safe to use from many threads.

    What was asked for longest ago leaves first. The compressed copies count in the room too.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, tuple[CacheState, Representation]] = LRUCache(
            max_bytes, lambda kept: kept[1].size
        )

    def get(self, key: Hashable, state: CacheState) -> Representation | None:
        """Return the representation of a key if it holds for this state."""
        with self._lock:
            found = self._kept.get(key)
            return found[1] if found and found[0] == state else None

    def put(self, key: Hashable, state: CacheState, representation: Representation) -> None:
        """Keep a representation, unless there is a newer one; one too big for the room is not kept."""
        with self._lock:
            there = self._kept.pop(key, None)
            kept = there if there and there[0] > state else (state, representation)
            if kept[1].size <= self._kept.maxsize:
                self._kept[key] = kept
            if len(self._kept) > _MAX_RESPONSES:
                self._kept.popitem()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
