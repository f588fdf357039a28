"""A thread that looks for editions, so that no request waits for the database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendar_service.web.edition_cache import EditionCache

LOOK_SECONDS = 0.5


class EditionFollower:
    """Loads each new edition into the cache, and keeps the copy of it in its file."""

    def __init__(self, cache: EditionCache) -> None:
        self._cache = cache
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the thread. Call it after forking: threads do not survive a fork."""
        threading.Thread(target=self._follow, name="editions", daemon=True).start()

    def stop(self) -> None:
        """Have the thread end; nothing waits for it."""
        self._stopping.set()

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._cache.refresh()
            self._cache.keep_snapshot()
            self._stopping.wait(LOOK_SECONDS)
