"""Bound calls that may never return, such as on a mount that hangs: run them in a thread, with a timeout."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


class NoAnswer(TimeoutError):
    """A call has not returned in time; it may still be running."""


class BoundedCalls(Generic[_T]):
    """Runs one call at a time, each with a timeout.

    While one hangs no other is started, so that threads do not pile up. The thread is a daemon, so the program can
    exit.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._hanging: threading.Thread | None = None

    def call(self, work: Callable[[], _T], seconds: float) -> _T:
        """Return what `work` returns, or raise what it raises. Raise NoAnswer after `seconds`."""
        result: list[_T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                result.append(work())
            except BaseException as error:  # noqa: BLE001 (raised again for the caller)
                errors.append(error)

        with self._lock:
            if self._hanging and self._hanging.is_alive():
                raise NoAnswer(f"{self._name} does not answer")
            self._hanging = threading.Thread(target=run, name=self._name, daemon=True)
            self._hanging.start()
            self._hanging.join(seconds)
            if self._hanging.is_alive():
                raise NoAnswer(f"{self._name} did not answer for {seconds:g} seconds")
        if errors:
            raise errors[0]
        return result[0]
