"""A thin layer before Flask that answers what is already printed: same path, same query, GET or HEAD.

It takes only requests in their simple form; whatever needs weighing (lists of entity tags, dates,
quality values, unknown hosts) falls through to Flask, which answers all of it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from calendar_service.web.shelf import NothingPublished

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.web.shelf import Shelf

_NEEDS_WEIGHING = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE")


class Front:
    """The WSGI layer; `trusted_hosts` empty means that any name is answered."""

    def __init__(self, app: Any, shelf: Shelf, trusted_hosts: tuple[str, ...]) -> None:
        self._app = app
        self._shelf = shelf
        self._trusted_hosts = frozenset(trusted_hosts)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer from the shelf, or hand over to Flask."""
        answer = self._answer(environ, start_response) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        return self._app(environ, start_response) if answer is None else answer  # type: ignore[no-any-return]

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes] | None:
        coding = environ.get("HTTP_ACCEPT_ENCODING", "")
        tag = environ.get("HTTP_IF_NONE_MATCH")
        if ";" in coding or any(name in environ for name in _NEEDS_WEIGHING) or not self._is_trusted(environ):
            return None
        try:
            printed = self._shelf.known((environ["PATH_INFO"], environ.get("QUERY_STRING", "")))
        except NothingPublished:
            return None
        if printed is None:
            return None
        gzipped = "gzip" in coding
        headers = printed.headers(gzipped=gzipped)
        if tag is not None:
            if tag != printed.etag(gzipped=gzipped):
                return None
            start_response(_line(HTTPStatus.NOT_MODIFIED), headers)
            return [b""]
        start_response(_line(HTTPStatus.OK), headers + printed.body_headers(gzipped=gzipped))
        if environ["REQUEST_METHOD"] == "HEAD":
            return [b""]
        return [printed.compressed if gzipped else printed.body]

    def _is_trusted(self, environ: dict[str, Any]) -> bool:
        return not self._trusted_hosts or environ.get("HTTP_HOST", "").rpartition(":")[0] in self._trusted_hosts


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"
