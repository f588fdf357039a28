"""Error responses: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from calendar_service.output_formats import FORMATS
from calendar_service.records.errors import gettext_noop
from calendar_service.records.selection import BadSelection
from calendar_service.records.texts import output_languages
from calendar_service.store.errors import DatabaseFault
from calendar_service.web.context import cache, settings
from calendar_service.web.edition_cache import NoSuchRecord, NothingPublished
from calendar_service.web.first_start import first_start_problems
from calendar_service.web.layout import asset, render
from calendar_service.web.render_limiter import TooBusy
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from calendar_service.writers.i18n import Language

logger = logging.getLogger(__name__)

_SEE_FIRST_PAGE = gettext_noop("See what is coming up in the calendar.")
_TRY_AGAIN = gettext_noop("Try again in a minute.")
_COME_BACK = gettext_noop("The calendar is being set up. Come back later.")
_NOT_SHOWN = gettext_noop("The calendar cannot be shown at the moment.")
NOTHING_YET = gettext_noop("Nothing has been published yet.")
TOO_BUSY = gettext_noop("Too many requests are being answered at the moment.")
TRY_SOON = gettext_noop("Try again in a few seconds.")
TOO_LONG = gettext_noop("The form is too long: 64 kB at most.")
TOO_LONG_FOR_EDITORS = gettext_noop("This is too long: send at most 5 MB at a time.")
TOO_LONG_UNLESS_SIGNED_IN = gettext_noop(
    "Only who has signed in may send so much. Sign in again, go back, and send it once more, a few moments later."
)
_WORDS = {
    HTTPStatus.NOT_FOUND: gettext_noop("Page not found."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LONG,
}
_A_MEGABYTE = 2**20
_PROGRAM_SUFFIXES = (*filter(None, (form.extension for form in FORMATS.values())), ".txt", ".xml")


def install(app: Flask) -> None:
    """Register a handler for each error, in the format that the request expects."""
    app.register_error_handler(BadSelection, _bad_selection)
    app.register_error_handler(NoSuchRecord, _no_such_record)
    app.register_error_handler(NothingPublished, _nothing_published)
    app.register_error_handler(DatabaseFault, _database_fault)
    app.register_error_handler(TooBusy, _too_busy)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def _bad_selection(error: BadSelection) -> Response:
    members = {"parameter": error.name, "value": error.value}
    return answer(HTTPStatus.BAD_REQUEST, error.sentence, error.advice, error.values, **members)


def _no_such_record(error: NoSuchRecord) -> Response:
    if error.was_there:
        return answer(HTTPStatus.GONE, gettext_noop("This event or call was withdrawn."), _SEE_FIRST_PAGE)
    return answer(HTTPStatus.NOT_FOUND, gettext_noop("This event or call was not found."), _SEE_FIRST_PAGE)


def _nothing_published(_: NothingPublished) -> Response:
    if cache().is_database_away:
        response = answer(HTTPStatus.SERVICE_UNAVAILABLE, _NOT_SHOWN, _TRY_AGAIN)
    elif (problems := first_start_problems()) and not _is_for_program():
        response = _page(
            _language_of_request(),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            message=_language_of_request().gettext("The calendar file has problems."),
            remedy=_language_of_request().gettext("Correct them, save the file, and load this page again."),
            problems=problems,
        )
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["Cache-Control"] = "no-store"
    else:
        response = answer(HTTPStatus.SERVICE_UNAVAILABLE, NOTHING_YET, _COME_BACK)
    response.headers["Retry-After"] = "60"
    return response


def _database_fault(error: DatabaseFault) -> Response:
    logger.error("A request failed: %s", error)
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, gettext_noop("This is not possible at the moment."), _TRY_AGAIN)
    response.headers["Retry-After"] = "60"
    return response


def _too_busy(error: TooBusy) -> Response:
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, TOO_BUSY, TRY_SOON)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    missing = status is HTTPStatus.NOT_FOUND
    message = _WORDS.get(status, gettext_noop("This request cannot be processed."))
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE and (request.max_content_length or 0) > _A_MEGABYTE:
        message = TOO_LONG_FOR_EDITORS
    response = answer(status, message, _SEE_FIRST_PAGE if missing else "")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _fault(error: Exception) -> Response:
    logger.error("A request failed.", exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, gettext_noop("Something went wrong."), _TRY_AGAIN)


def answer(
    status: HTTPStatus, message: str, remedy: str, values: Mapping[str, str] | None = None, **details: Any
) -> Response:
    """Return the response of an error, which is never cached.

    `message` and `remedy` are msgids with placeholders for `values`; programs get them in English.
    """
    filled = dict(values or {})
    if _is_for_program():
        english = language("en")
        body = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": " ".join(english.gettext(part, **filled) for part in (message, remedy) if part),
        }
        text = json.dumps(body | details, ensure_ascii=False)
        response = Response(text, status, content_type="application/problem+json")
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        lang = _language_of_request()
        response = _page(
            lang,
            status=status,
            message=lang.gettext(message, **filled),
            remedy=lang.gettext(remedy, **filled) if remedy else "",
            without=_without(details["parameter"]) if "parameter" in details else "",
        )
        response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(lang: Language, **values: Any) -> Response:
    """Return the error as a page, with the layout of the site if a calendar is published."""
    try:
        edition = cache().edition()
    except NothingPublished:
        return Response(render_template("error.html", lang=lang, gettext=lang.gettext, asset=asset, home="", **values))
    view = RenderContext(lang, settings().base_url, edition.calendar.default_language)
    return Response(render("error.html", edition, view, path="/", query="", is_error=True, **values))


def _without(parameter: str) -> str:
    """Return the URL of this page without an invalid parameter."""
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != parameter]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def _language_of_request() -> Language:
    asked, first = request.args.get("lang", ""), request.path.split("/")[1]
    return language(next((code for code in (asked, first) if code in output_languages()), "en"))


def _is_for_program() -> bool:
    return request.path.endswith(_PROGRAM_SUFFIXES) or request.path.startswith(("/api/", "/healthz", "/readyz"))
