"""WSGI middleware that gives an answer from the cache again, without the rest of the application.

Calendar clients ask for the same bytes day after day, most often to hear that they have them. What stands between the
server and those bytes (the id of a request, proxies, hosts, conditions, counters) took half as long as all that a bare
function under granian takes. During one edition and day the answer of `CacheMiddleware` depends on the few fields of
the key alone, so it is kept by them. It gives the first such answer itself, and all others.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calendar_service.records.moments import midnight
from calendar_service.records.times import day_of_instant
from calendar_service.web.access_log import FinishedRequest
from calendar_service.web.cache_middleware import IS_FROM_CACHE
from calendar_service.web.representation import Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from calendar_service.records.edition import Edition
    from calendar_service.web.edition_cache import EditionCache

_MAX_ANSWERS = 512
_MAX_BYTES = 65_536
"""Of a body: to send a larger one takes so long that the rest does not matter."""
_OTHER_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")


class _Answer(NamedTuple):
    edition: Edition
    since: datetime
    until: datetime
    status: str
    headers: Headers
    body: list[bytes]


class FastPath:
    """The middleware, outside all others. `observe` is called after each request that it answers."""

    def __init__(self, app: WSGIApplication, cache: EditionCache, observe: Callable[[FinishedRequest], None]) -> None:
        self._app = app
        self._cache = cache
        self._observe = observe
        self._answers: dict[tuple[str | None, ...], _Answer] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as before, or call the application."""
        began, field = time.monotonic(), environ.get
        method, path, query = environ["REQUEST_METHOD"], field("PATH_INFO", ""), field("QUERY_STRING", "")
        key = (
            method,
            path,
            query,
            field("SCRIPT_NAME"),
            field("HTTP_HOST"),
            field("HTTP_X_FORWARDED_HOST"),
            field("HTTP_ACCEPT_ENCODING"),
            field("HTTP_IF_NONE_MATCH"),
        )
        found = self._answers.get(key)
        now = self._cache.clock()
        if found is None or found.edition is not self._cache.newest or not found.since <= now < found.until:
            return self._answer_and_keep(key, now, environ, start_response)
        if _has_other_conditions(environ):
            return self._app(environ, start_response)
        start_response(found.status, found.headers.copy())
        agent, seconds = field("HTTP_USER_AGENT", ""), time.monotonic() - began
        self._observe(FinishedRequest(method, path, query, agent, found.status[:3], found.headers, seconds))
        return found.body

    def clear(self) -> None:
        """Forget all answers."""
        self._answers.clear()

    def _answer_and_keep(
        self, key: tuple[str | None, ...], now: datetime, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        edition, sent = self._cache.newest, ("", Headers())
        if edition is None or _has_other_conditions(environ):
            return self._app(environ, start_response)

        def start(status: str, headers: Headers, *failure: Any) -> Any:
            nonlocal sent
            sent = status, headers.copy()
            return start_response(status, headers, *failure)

        body = self._app(environ, start)
        if environ.get(IS_FROM_CACHE) and isinstance(body, list) and sum(map(len, body)) <= _MAX_BYTES:
            zone = edition.calendar.zone
            until = midnight(day_of_instant(now, zone) + timedelta(days=1), zone)
            if self._cache.newest is edition and now <= self._cache.clock() < until:
                if len(self._answers) >= _MAX_ANSWERS:
                    self._answers.clear()
                self._answers[key] = _Answer(edition, now, until, *sent, body)
        return body


def _has_other_conditions(environ: WSGIEnvironment) -> bool:
    """Return True for conditions that are not part of the key. A date counts only without a tag, and depends on now."""
    is_by_date = "HTTP_IF_MODIFIED_SINCE" in environ and not environ.get("HTTP_IF_NONE_MATCH", "").strip()
    return is_by_date or any(name in environ for name in _OTHER_CONDITIONS)
