"""WSGI middleware that answers GET and HEAD from the cache, by path and query.

Other requests go to Flask, also those with preconditions that are not about caching (If-Match).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from calendar_service.web.edition_cache import NothingPublished
from calendar_service.web.representation import Representation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.web.edition_cache import EditionCache

IS_FROM_CACHE = "calendar_service.is_from_cache"
"""True in the environment of a request that was answered by a representation, as all of this edition and day are."""
_STATUS_LINES = {each: f"{each.value} {each.phrase.upper()}" for each in HTTPStatus}


class CacheMiddleware:
    """The middleware. With empty `trusted_hosts` any Host is answered."""

    def __init__(self, app: Any, cache: EditionCache, trusted_hosts: tuple[str, ...]) -> None:
        self._app = app
        self._cache = cache
        self._trusted_hosts = frozenset(trusted_hosts)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer from the cache, or call Flask."""
        found = self._answer(environ, start_response) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        if found is not None:
            return found
        handed_over: Iterable[bytes] = self._app(environ, start_response)
        return handed_over

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes] | None:
        # Flask's side refuses these with 412.
        if "HTTP_IF_MATCH" in environ or "HTTP_IF_UNMODIFIED_SINCE" in environ or not self._is_trusted(environ):
            return None
        try:
            found = self._cache.known((environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")))
        except NothingPublished:
            return None
        if found is None:
            return None
        now = self._cache.clock()
        answer = found.answer(environ, now)
        # A change that is ahead of the clock is told as now.
        environ[IS_FROM_CACHE] = isinstance(found, Representation) and found.changed_at <= now
        start_response(_STATUS_LINES[answer.status], answer.headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _is_trusted(self, environ: dict[str, Any]) -> bool:
        return not self._trusted_hosts or strip_port(environ.get("HTTP_HOST", "")) in self._trusted_hosts


def strip_port(host: str) -> str:
    """Return the name in a Host field without its port, in lower case: "example.org", "::1"."""
    name, colon, port = host.rpartition(":")
    has_port = colon and (port.isdecimal() or not port)
    return (name if has_port else host).strip("[]").lower()
