"""The representations that were rendered last, as many as there is room for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from calendar_service.web.representation import Representation

MAX_BYTES = 32_000_000
_MAX_RESPONSES = 1_000

State = tuple[int, int, "date"]
"""What a representation holds for: how often the database was restored, an edition's number, and a day in its zone."""


class ResponseCache:
    """Keeps representations, each with the state it holds for; safe to use from many threads.

    What was asked for longest ago leaves first. The compressed copies count in the room too.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[State, Representation]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, state: State) -> Representation | None:
        """Return the representation of a key if it holds for this state."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != state:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Hashable, state: State, representation: Representation) -> None:
        """Keep a representation, unless there is a newer one; one too big for the room is not kept."""
        size = representation.size
        with self._lock:
            if (there := self._kept.get(key)) and there[0] > state:
                return
            self._drop(key)
            if size > self._max_bytes:
                return
            self._kept[key] = (state, representation)
            self._bytes += size
            while self._bytes > self._max_bytes or len(self._kept) > _MAX_RESPONSES:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        if found := self._kept.pop(key, None):
            self._bytes -= found[1].size
