"""Limit how often the operator's token is guessed."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from cachetools import TTLCache

from calendar_service.reminders.subscriptions.addresses import client_network

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

GUESSES = 10
WINDOW_SECONDS = 60.0
_CLIENTS = 10_000


class GuessLimiter:
    """Counts the wrong guesses of each client, an IPv4 address or a /64 of IPv6, in this process. Thread-safe."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._wrong: TTLCache[str, deque[float]] = TTLCache(_CLIENTS, WINDOW_SECONDS, timer=seconds)

    def retry_after(self, client: str) -> int:
        """Return for how many seconds a client may not guess; 0 if it may."""
        with self._lock:
            wrong = self._wrong.get(client_network(client))
            if wrong is None or len(wrong) < GUESSES:
                return 0
            return max(0, round(wrong[0] + WINDOW_SECONDS - self._seconds() + 0.5))

    def count(self, client: str, page: str) -> None:
        """Count a wrong guess, and log it without the token and the client."""
        key = client_network(client)
        with self._lock:
            wrong = self._wrong.get(key) or deque(maxlen=GUESSES)
            wrong.append(self._seconds())
            self._wrong[key] = wrong
            number = len(wrong)
        logger.warning("A wrong operator's token was given for %r, %d of %d within a minute.", page, number, GUESSES)
