"""Access log: one line for each request, with an id, and without tokens, addresses or queries of private pages."""

from __future__ import annotations

import logging
import os
import re
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from calendar_service.web.client_families import family_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("calendar_service.access")

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers; every line of the log has it."""

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What follows may be a token, or is for one person alone.
_PRIVATE = re.compile(r"^((?:/+[a-z]{2,3})?/+(?:reminders|admin|operator|preview))(?=[/?]|$)(.*)", re.DOTALL)
_PLAIN_PARTS = {"", "/", "/confirm", "/manage", "/unsubscribe"}
_LONGEST_PART, _LONGEST = 64, 300
_ADDRESS = re.compile(r"[^=&/]*(?:@|%40)[^&/]*")


class FinishedRequest(NamedTuple):
    """A request that was answered, with the headers of its response."""

    method: str
    path: str
    query: str
    user_agent: str
    status: str
    headers: Sequence[tuple[str, str]]
    seconds: float

    @property
    def length(self) -> str:
        """The length of the body, "-" where it is not known before."""
        return next((value for name, value in self.headers if name.lower() == "content-length"), "-")


def with_request_id(
    app: WSGIApplication, *, trusts_proxy: bool, observers: Sequence[Callable[[FinishedRequest], None]]
) -> WSGIApplication:
    """Return the application where each request has an id, and `observers` are called after it.

    Errors have it as `X-Request-ID`. It is the one that a trusted proxy gives, or a new one.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "") if trusts_proxy else ""
        request_id = given if _ID.fullmatch(given) else os.urandom(8).hex()
        method, path, query = environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        began, status, sent = time.monotonic(), "500", []

        def start(line: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            nonlocal status, sent
            status, sent = line[:3], headers
            if status >= "400":  # the bytes of all others are the same for everybody
                headers = [*headers, ("X-Request-ID", request_id)]
            return start_response(line, headers, *failure)

        token = REQUEST_ID.set(request_id)
        try:
            return app(environ, start)
        finally:
            agent, seconds = environ.get("HTTP_USER_AGENT", ""), time.monotonic() - began
            finished = FinishedRequest(method, path, query, agent, status, sent, seconds)
            for observe in observers:
                observe(finished)
            REQUEST_ID.reset(token)

    return answer


def log_request(request: FinishedRequest) -> None:
    """Write the line of a request."""
    parts = {
        "method": quote(request.method),
        "path": redact_address(request.path, request.query),
        "status": request.status,
        "bytes": request.length,
        "seconds": f"{request.seconds:.3f}",
        "client": family_of(request.user_agent),
    }
    text = "{method} {path} {status} {bytes} {seconds} {client}".format(**parts)
    logger.info(text, extra={"parts": parts})


def redact_address(path: str, query: str) -> str:
    """Return path and query as they may be logged: of private pages without token and query, and of no person."""
    # WSGI has bytes as Latin-1.
    shown = quote(path.encode("latin-1", "replace"), safe="/.-_~@:")
    if private := _PRIVATE.match(shown):
        rest = private[2]
        kept = next((part for part in sorted(_PLAIN_PARTS, reverse=True) if _begins_with(rest, part)), "")
        return f"{private[1]}{kept}" if rest in _PLAIN_PARTS else f"{private[1]}{kept}/…"
    shown = "/".join(part if len(part) <= _LONGEST_PART else "…" for part in shown.split("/"))
    words = quote(query.encode("latin-1", "replace"), safe="=&,;:/.-_~@%+!*'()")
    address = f"{shown}?{words}" if words else shown
    return _ADDRESS.sub("…", address)[:_LONGEST]


def _begins_with(rest: str, part: str) -> bool:
    return part not in ("", "/") and rest.startswith(f"{part}/")
