"""Authentication of the operator by token, with HTTP Basic or Bearer (RFC 7617, RFC 6750).

A client that has guessed wrong too often is not heard for a while, even if it then has the right token.
"""

from __future__ import annotations

from hmac import compare_digest
from http import HTTPStatus

from flask import Response, abort, request

from calendar_service.web.context import guesses, settings

_REFUSAL = "This is for the operator. Log in with any user name, and the operator's token as the password.\n"
_TOO_OFTEN = "Wrong tokens were given too often. Try again in a minute.\n"
_TEXT = "text/plain; charset=utf-8"
# Werkzeug writes the realm without the quotes that RFC 7617 requires.
_ASKS_FOR_TOKEN = {"WWW-Authenticate": 'Basic realm="operator", charset="UTF-8"', "Cache-Control": "no-store"}


def require_operator() -> None:
    """Abort with 401 unless the request has the operator's token, and with 404 if no token is set."""
    if not settings().operator_token:
        abort(HTTPStatus.NOT_FOUND)
    if not _is_operator():
        if wait := guesses().retry_after(_client()):
            headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
            abort(Response(_TOO_OFTEN, HTTPStatus.TOO_MANY_REQUESTS, headers, content_type=_TEXT))
        abort(Response(_REFUSAL, HTTPStatus.UNAUTHORIZED, _ASKS_FOR_TOKEN, content_type=_TEXT))


def require_operator_if_any() -> None:
    """Abort with 401 if a token is set and the request does not have it."""
    if settings().operator_token:
        require_operator()


def is_operator() -> bool:
    """Return True if a token is set and the request has it."""
    return bool(settings().operator_token) and _is_operator()


def _is_operator() -> bool:
    if "Authorization" not in request.headers or guesses().retry_after(_client()):
        return False
    if not _has_token():
        guesses().count(_client(), request.endpoint or "")
        return False
    return True


def _client() -> str:
    return request.remote_addr or ""


def _has_token() -> bool:
    try:
        given = request.authorization
    except ValueError:  # Werkzeug fails on characters that are not ASCII
        return False
    if given is None:
        return False
    # The user name does not matter: there is one operator.
    secret = given.password if given.type == "basic" else given.token if given.type == "bearer" else ""
    return compare_digest((secret or "").encode(), settings().operator_token.encode())
