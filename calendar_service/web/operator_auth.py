"""Authentication of the operator by token, with HTTP Basic or Bearer (RFC 7617, RFC 6750)."""

from __future__ import annotations

from hmac import compare_digest
from http import HTTPStatus

from flask import Response, abort, request

from calendar_service.web.context import settings

_REFUSAL = "This is for the operator. Log in with any user name, and the operator's token as the password.\n"
# Werkzeug writes the realm without the quotes that RFC 7617 requires.
_ASKS_FOR_TOKEN = {"WWW-Authenticate": 'Basic realm="operator", charset="UTF-8"', "Cache-Control": "no-store"}


def require_operator() -> None:
    """Abort with 401 unless the request has the operator's token, and with 404 if no token is set."""
    if not settings().operator_token:
        abort(HTTPStatus.NOT_FOUND)
    if not _is_operator():
        abort(Response(_REFUSAL, HTTPStatus.UNAUTHORIZED, _ASKS_FOR_TOKEN, content_type="text/plain; charset=utf-8"))


def require_operator_if_any() -> None:
    """Abort with 401 if a token is set and the request does not have it."""
    if settings().operator_token:
        require_operator()


def is_operator() -> bool:
    """Return True if a token is set and the request has it."""
    return bool(settings().operator_token) and _is_operator()


def _is_operator() -> bool:
    try:
        given = request.authorization
    except ValueError:  # Werkzeug fails on characters that are not ASCII
        return False
    if given is None:
        return False
    # The user name does not matter: there is one operator.
    secret = given.password if given.type == "basic" else given.token if given.type == "bearer" else ""
    return compare_digest((secret or "").encode(), settings().operator_token.encode())
