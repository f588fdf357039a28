"""Errors as HTTP tells them: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from calendar_service.records.selection import BadSelection
from calendar_service.web.shelf import NoSuchRecord, NothingPublished

if TYPE_CHECKING:
    from flask import Flask

logger = logging.getLogger(__name__)

_PROGRAM_SUFFIXES = (".ics", ".json", ".atom", ".csv", ".jcal", ".txt", ".xml")


def install(app: Flask) -> None:
    """Answer each error in the form that the request expects."""
    app.register_error_handler(BadSelection, _bad_selection)
    app.register_error_handler(NoSuchRecord, _no_such_record)
    app.register_error_handler(NothingPublished, _nothing_published)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def _bad_selection(error: BadSelection) -> Response:
    return answer(HTTPStatus.BAD_REQUEST, error.message, error.remedy, parameter=error.name, value=error.value)


def _no_such_record(error: NoSuchRecord) -> Response:
    if error.was_there:
        return answer(HTTPStatus.GONE, "This record was withdrawn.", "The calendar's first page lists what is on.")
    return answer(HTTPStatus.NOT_FOUND, "There is no such record.", "The calendar's first page lists what is on.")


def _nothing_published(_: NothingPublished) -> Response:
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing has been published yet.", "Run: calendar-service check")
    response.headers["Retry-After"] = "60"
    return response


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = answer(status, f"{status.phrase}.", "")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _fault(error: Exception) -> Response:
    logger.exception("A request failed.", exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here.", "Try again in a minute.")


def answer(status: HTTPStatus, message: str, remedy: str, **details: Any) -> Response:
    """Make the answer of an error; errors are never stored by caches."""
    if _is_for_program():
        body = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": f"{message} {remedy}".strip(),
        }
        text = json.dumps(body | details, ensure_ascii=False)
        response = Response(text, status, content_type="application/problem+json")
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response = Response(render_template("error.html", status=status, message=message, remedy=remedy), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_for_program() -> bool:
    return request.path.endswith(_PROGRAM_SUFFIXES) or request.path.startswith(("/api/", "/healthz", "/readyz"))
