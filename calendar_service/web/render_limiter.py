"""Limit concurrent rendering, so that heavy requests do not block others.

No lock is held while an output is rendered. Concurrent requests for the same output share one rendering. Of each
weight a limited number of renderings run at once, in the threads of the requests; a few more requests wait, and
all others get TooBusy at once. Since waiting requests occupy threads of the server, heavy ones never take more
than three quarters of them.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

_T = TypeVar("_T")

_SLOWEST_RENDERING = 60.0
"""Seconds that a request waits for another one to render the same output."""
_FEW_RECORDS = 300


class Weight(Enum):
    """How much work an output is.

    LIGHT takes some milliseconds. ORDINARY outputs have many records, but there are few different ones.
    WIDE outputs have many records and parameters of a client's own, so there are endlessly many different ones.
    """

    LIGHT = "light"
    ORDINARY = "ordinary"
    WIDE = "wide"


class TooBusy(Exception):
    """Too many renderings are running or waiting. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many outputs are being rendered; ask again in {retry_after} seconds")
        self.retry_after = retry_after


@dataclass(frozen=True)
class RenderLimits:
    """The limits of one weight.

    At most `at_once` renderings run, and at most `places` requests render or wait; one that waits
    to begin gives up after `patience` seconds, with a Retry-After of `retry_after` seconds.
    """

    at_once: int
    places: int
    patience: float
    retry_after: int


def weigh(records: int, *, is_own: bool = False) -> Weight:
    """Return the weight of an output of so many records; `is_own` if it has parameters of a client's own."""
    if records <= _FEW_RECORDS:
        return Weight.LIGHT
    return Weight.WIDE if is_own else Weight.ORDINARY


def render_limits_for(threads: int) -> dict[Weight, RenderLimits]:
    """Return the limits of each weight for a server with `threads` threads."""
    half = max(1, threads // 2)
    return {
        Weight.LIGHT: RenderLimits(at_once=2, places=3 * threads, patience=5, retry_after=2),
        Weight.ORDINARY: RenderLimits(at_once=1, places=half, patience=10, retry_after=5),
        Weight.WIDE: RenderLimits(at_once=1, places=half, patience=10, retry_after=10),
    }


class RenderLimiter:
    """Runs renderings. Thread-safe.

    `limits` are those of each weight; at most `most_heavy` requests that are not LIGHT render or wait together.
    """

    def __init__(self, limits: Mapping[Weight, RenderLimits], most_heavy: int) -> None:
        self._limits = limits
        self._most_heavy = most_heavy
        self._lock = threading.Lock()
        self._slots = {weight: threading.Semaphore(limit.at_once) for weight, limit in limits.items()}
        self._inside = dict.fromkeys(limits, 0)
        self._flights: dict[Hashable, Future[Any]] = {}
        # Called with the seconds of each rendering, and where one is refused.
        self.on_rendered: Callable[[float], None] = lambda _: None
        self.on_refused: Callable[[], None] = lambda: None

    def run(self, key: Hashable, weight: Weight, make: Callable[[], _T]) -> _T:
        """Return the result of `make`, or of the call that is running for another request with the same key.

        Raise TooBusy, and whatever `make` raises, in all requests that wait for it.
        """
        try:
            return self._run(key, weight, make)
        except TooBusy:
            self.on_refused()
            raise

    def _run(self, key: Hashable, weight: Weight, make: Callable[[], _T]) -> _T:
        flight, is_first = self._enter(key, weight)
        try:
            return self._lead(key, flight, weight, make) if is_first else cast("_T", self._follow(flight, weight))
        finally:
            with self._lock:
                self._inside[weight] -= 1

    def _enter(self, key: Hashable, weight: Weight) -> tuple[Future[Any], bool]:
        limit = self._limits[weight]
        with self._lock:
            heavy = sum(number for each, number in self._inside.items() if each is not Weight.LIGHT)
            is_full = weight is not Weight.LIGHT and heavy >= self._most_heavy
            if is_full or self._inside[weight] >= limit.places:
                raise TooBusy(limit.retry_after)
            self._inside[weight] += 1
            if flight := self._flights.get(key):
                return flight, False
            flight = self._flights[key] = Future()
            return flight, True

    def _lead(self, key: Hashable, flight: Future[_T], weight: Weight, make: Callable[[], _T]) -> _T:
        try:
            result = self._make(weight, make)
        except BaseException as error:
            self._end(key)
            # An exception that ends this thread must not end the threads that wait.
            flight.set_exception(error if isinstance(error, Exception) else TooBusy(self._limits[weight].retry_after))
            raise
        self._end(key)
        flight.set_result(result)
        return result

    def _make(self, weight: Weight, make: Callable[[], _T]) -> _T:
        slots, limit = self._slots[weight], self._limits[weight]
        if not slots.acquire(timeout=limit.patience):
            raise TooBusy(limit.retry_after)
        began = time.monotonic()
        try:
            return make()
        finally:
            slots.release()
            self.on_rendered(time.monotonic() - began)

    def _follow(self, flight: Future[_T], weight: Weight) -> _T:
        try:
            return flight.result(_SLOWEST_RENDERING)
        except TimeoutError:
            if flight.done():
                raise  # the rendering's own
            raise TooBusy(self._limits[weight].retry_after) from None

    def _end(self, key: Hashable) -> None:
        with self._lock:
            del self._flights[key]


def limiter_for(threads: int) -> RenderLimiter:
    """Return the limiter for a server with `threads` threads."""
    return RenderLimiter(render_limits_for(threads), most_heavy=max(1, threads * 3 // 4))
