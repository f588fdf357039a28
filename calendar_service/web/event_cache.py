"""Cache of serialised VEVENTs by record and view, so that an edit costs the rendering of one record.

Not with cachetools: it evicts single entries, and a view that lost a part of its blocks would be
rendered again and again while it takes the room of whole ones.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from cachetools import FIFOCache

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from calendar_service.writers.vevents import SerializedEvents

_MAX_BYTES = 32_000_000
_OVERHEAD = 500
"""Approximate memory of a cached block beside its bytes."""
_MAX_SEEN = 256

_Kept = dict[str, tuple["Hashable", "SerializedEvents"]]


class EventCache:
    """Caches one block for each record and view. Thread-safe.

    The blocks of a view are evicted together, least recently used first. A view with parameters of a client's own
    (another zone, alarms) is cached from its second use on: most are used once.
    """

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._views: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._seen: FIFOCache[Hashable, None] = FIFOCache(_MAX_SEEN)
        self._bytes = 0

    def open(self, view: Hashable, *, is_own: bool) -> ViewCache:
        """Return the cache of a view; `is_own` if the view has parameters of a client's own."""
        with self._lock:
            if view in self._views:
                self._views.move_to_end(view)
                return ViewCache(self, view)
            if is_own and view not in self._seen:
                self._seen[view] = None
                return ViewCache(self, None)
            self._views[view] = {}
            return ViewCache(self, view)

    def find(self, view: Hashable, record_id: str, state: Hashable) -> SerializedEvents | None:
        """Return the block of a record if it was rendered from this state."""
        found = self._views.get(view, {}).get(record_id)
        return found[1] if found and found[0] == state else None

    def keep(self, view: Hashable, record_id: str, state: Hashable, block: SerializedEvents) -> None:
        """Cache a block if its view is still cached and there is room."""
        size = len(block.body) + _OVERHEAD
        with self._lock:
            if (kept := self._views.get(view)) is None:
                return
            if old := kept.pop(record_id, None):
                self._bytes -= len(old[1].body) + _OVERHEAD
            while self._bytes + size > self._max_bytes and self._drop_oldest_but(view):
                pass
            if self._bytes + size <= self._max_bytes:
                kept[record_id] = (state, block)
                self._bytes += size

    def clear(self) -> None:
        """Delete all blocks."""
        with self._lock:
            self._views.clear()
            self._seen.clear()
            self._bytes = 0

    def _drop_oldest_but(self, view: Hashable) -> bool:
        oldest = next((each for each in self._views if each != view), None)
        if oldest is None:
            return False
        self._bytes -= sum(len(block.body) + _OVERHEAD for _, block in self._views.pop(oldest).values())
        return True


class ViewCache:
    """The part of the cache for one view; without a view it keeps nothing."""

    def __init__(self, cache: EventCache, view: Hashable | None) -> None:
        self._cache = cache
        self._view = view

    def get(self, record_id: str, state: Hashable, make: Callable[[], SerializedEvents]) -> SerializedEvents:
        """Return the block of a record in a state; call `make` if it is not cached."""
        if self._view is None:
            return make()
        if found := self._cache.find(self._view, record_id, state):
            return found
        block = make()
        self._cache.keep(self._view, record_id, state, block)
        return block
