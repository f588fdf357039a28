"""Who may see the operator's pages: whoever has the token, by HTTP Basic or as a Bearer (RFC 7617, RFC 6750)."""

from __future__ import annotations

from hmac import compare_digest
from http import HTTPStatus

from flask import Response, abort, request

from calendar_service.web.context import settings

_REFUSAL = "This is for the operator. Log in with any user name, and the operator's token as the password.\n"
# Werkzeug writes the realm without quotes, which RFC 7617 wants around it.
_ASKS_FOR_TOKEN = {"WWW-Authenticate": 'Basic realm="operator", charset="UTF-8"', "Cache-Control": "no-store"}


def require_operator() -> None:
    """Allow the operator. Aborts with 401, and with 404 where no token is set: then there are no such pages."""
    if not settings().operator_token:
        abort(HTTPStatus.NOT_FOUND)
    if not _is_operator():
        abort(Response(_REFUSAL, HTTPStatus.UNAUTHORIZED, _ASKS_FOR_TOKEN, content_type="text/plain; charset=utf-8"))


def require_operator_if_any() -> None:
    """Allow everyone where no token is set, else the operator alone."""
    if settings().operator_token:
        require_operator()


def is_operator() -> bool:
    """Return True if a token is set and the request carries it."""
    return bool(settings().operator_token) and _is_operator()


def _is_operator() -> bool:
    try:
        given = request.authorization
    except ValueError:  # Werkzeug stumbles over messages that are not ASCII
        return False
    if given is None:
        return False
    # The user name does not matter: there is one operator.
    secret = given.password if given.type == "basic" else given.token if given.type == "bearer" else ""
    return compare_digest((secret or "").encode(), settings().operator_token.encode())
