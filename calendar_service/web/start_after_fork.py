"""Start threads in the process that serves, whether or not the server forks after it has loaded the application."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_MAY_FORK_SECONDS = 1.0
"""A server that forks after loading does so at once, and a process that has not by then will not."""


class StartedAfterFork:
    """WSGI middleware that calls `start` once in each process that serves: after a second, or with its first request.

    A process that forks before that is the parent of those that serve, and starts nothing: threads do not survive a
    fork, and a lock that one of them holds would never be released in a child.
    """

    def __init__(self, app: WSGIApplication, start: Callable[[], None]) -> None:
        self._app = app
        self._start = start
        self._is_started = False
        self._wait_for_fork()
        os.register_at_fork(before=self._stop_waiting, after_in_child=self._begin_in_child)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call `start` if nothing has, then the application."""
        if not self._is_started:
            self._start_once()
        return self._app(environ, start_response)

    def _start_once(self) -> None:
        with self._starting:
            if not self._is_started:
                self._is_started = True
                self._start()

    def _wait_for_fork(self) -> None:
        self._starting = threading.Lock()
        self._waiting = threading.Timer(_MAY_FORK_SECONDS, self._start_once)
        self._waiting.name, self._waiting.daemon = "start", True
        self._waiting.start()

    def _stop_waiting(self) -> None:
        if not self._is_started:
            self._waiting.cancel()
            self._waiting.join()

    def _begin_in_child(self) -> None:
        if not self._is_started:
            self._wait_for_fork()
