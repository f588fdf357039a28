"""The widget: the calendar in a frame of another site, complete without scripts, with a policy of its own."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from calendar_service.records.errors import gettext_noop
from calendar_service.records.selection import BadSelection, Selection
from calendar_service.records.texts import output_languages
from calendar_service.web.context import cache, settings
from calendar_service.web.contrast import stylesheet
from calendar_service.web.edition_cache import NothingPublished
from calendar_service.web.errors import NOTHING_YET, TOO_BUSY, TRY_SOON
from calendar_service.web.feeds import page_title, render_page, with_query
from calendar_service.web.layout import asset
from calendar_service.web.render_limiter import TooBusy
from calendar_service.web.widget_query import read_widget
from calendar_service.web.widget_views import show_widget
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition
    from calendar_service.web.widget_query import WidgetQuery
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

logger = logging.getLogger(__name__)
blueprint = Blueprint("widget", __name__)
_ONE_DAY = "max-age=86400"
_MOST_ADVICE = 160


@blueprint.get("/widget")
def widget() -> Response:
    """Show a selection in one of the views; the sites that the settings allow may frame it."""
    edition, now = cache().edition(), cache().clock()
    query = read_widget(request.args.items(multi=True), edition)
    view = render_context_of(query.selection, settings().base_url, edition.calendar.default_language)

    def make() -> str:
        return render_template(
            f"widget_{query.view}.html",
            **_frame(view, query.theme, query.accent),
            **show_widget(query, edition, view, now),
            name=page_title(edition, replace(query.selection, lang=view.lang.code)),
            foot=_foot(query, edition, view),
            here=query.path(),
        )

    response = _secure(Response(render_page(edition, query.selection, now, make)))
    # Countdowns change each day.
    response.headers["Cache-Control"] = "max-age=60"
    return response


@blueprint.get("/widget/accent-<colour>.css")
def accent(colour: str) -> Response:
    """Return the stylesheet of one accent colour: the policy of the widget allows no inline styles."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        abort(HTTPStatus.NOT_FOUND)
    response = Response(stylesheet(colour), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = _ONE_DAY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.errorhandler(BadSelection)
def bad_selection(error: BadSelection) -> Response:
    """Return the error of a selection, inside the frame."""
    lang = _asked_language()
    remedy = lang.gettext(error.advice, **error.values) if error.advice else ""
    message = lang.gettext(error.sentence, **error.values)
    return _refusal(HTTPStatus.BAD_REQUEST, message, remedy if len(remedy) <= _MOST_ADVICE else "")


@blueprint.errorhandler(NothingPublished)
def nothing_published(_: NothingPublished) -> Response:
    """Return, inside the frame, that nothing is published yet."""
    return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, _asked_language().gettext(NOTHING_YET), "")


@blueprint.errorhandler(TooBusy)
def too_busy(error: TooBusy) -> Response:
    """Return, inside the frame, that the request has to be repeated."""
    lang = _asked_language()
    response = _refusal(HTTPStatus.SERVICE_UNAVAILABLE, lang.gettext(TOO_BUSY), lang.gettext(TRY_SOON))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


@blueprint.errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """Return an HTTP error, inside the frame."""
    return _refusal(HTTPStatus(error.code or 500), _asked_language().gettext("This request cannot be processed."), "")


@blueprint.errorhandler(Exception)
def fault(error: Exception) -> Response:
    """Return, inside the frame, that something failed; the pages of `errors` may not be framed."""
    logger.error("A widget failed.", exc_info=error)
    lang = _asked_language()
    message, remedy = (
        lang.gettext(gettext_noop("Something went wrong.")),
        lang.gettext(gettext_noop("Try again in a minute.")),
    )
    return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, message, remedy)


def _refusal(status: HTTPStatus, message: str, remedy: str) -> Response:
    lang = _asked_language()
    theme = request.args.get("theme", "")
    frame = _frame(
        render_context_of(Selection(lang=lang.code), "", lang.code), theme if theme in ("light", "dark") else "auto", ""
    )
    html = render_template("widget_error.html", **frame, message=message, remedy=remedy, home=f"{settings().base_url}/")
    response = _secure(Response(html, status))
    response.headers["Cache-Control"] = "no-store"
    return response


def _frame(view: RenderContext, theme: str, colour: str) -> dict[str, Any]:
    return {
        "view": view,
        "lang": view.lang,
        "gettext": view.lang.gettext,
        "ngettext": view.lang.ngettext,
        "theme": theme,
        "accent": f"/widget/accent-{colour}.css" if colour else "",
        "asset": asset,
    }


def _foot(query: WidgetQuery, edition: Edition, view: RenderContext) -> dict[str, Any]:
    """Return the values of the footer: the zones, the links to subscribe, and to the whole calendar."""
    selection, home = query.selection, edition.calendar.zone
    own = replace(selection, lang="")
    return {
        "home": home,
        "home_city": view.lang.city_of(home),
        "zone": selection.zone,
        "zone_city": view.lang.city_of(selection.zone) if selection.zone not in ("", home) else "",
        "subscribe": f"{view.prefix}{with_query('/subscribe', own)}",
        "whole": f"{view.prefix}{with_query('/', own)}",
    }


def _secure(response: Response) -> Response:
    """Set the policy of the widget: other sites may frame it, and it loads only its own files."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(settings().frame_ancestors)}"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _asked_language() -> Language:
    asked = request.args.get("lang", "")
    if asked in output_languages():
        return language(asked)
    try:
        return language(cache().edition().calendar.shown_languages[0])
    except NothingPublished:
        return language("en")
