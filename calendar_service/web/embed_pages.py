"""Pages for other sites: the loader of the widget, its builder, and oEmbed."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request

from calendar_service.records.errors import gettext_noop
from calendar_service.records.selection import BadSelection, Selection
from calendar_service.web import options
from calendar_service.web.context import cache, settings
from calendar_service.web.contrast import readable
from calendar_service.web.embed_code import loader, write_embed_code, write_whole_url
from calendar_service.web.embed_height import estimate_height, estimate_steps
from calendar_service.web.feeds import feed_name, render_once
from calendar_service.web.layout import WITH_SCRIPT, compress, conditional, page
from calendar_service.web.oembed import UnknownPage, describe_embed
from calendar_service.web.widget_query import MOST, WidgetQuery, read_widget
from calendar_service.web.widget_views import show_widget
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition
    from calendar_service.writers.i18n import Language

blueprint = Blueprint("embed", __name__)
_POLICY = f"{WITH_SCRIPT}; frame-src 'self'; connect-src 'self'"
_MOST_ERRORS = 20
# How wide the column of a site mostly is.
_WIDTH = 640
_SHOWN_NAME = 50
_VIEWS = {
    "agenda": gettext_noop("Agenda"),
    "month": gettext_noop("Month"),
    "next": gettext_noop("Next deadline"),
    "compact": gettext_noop("Short list"),
}
_THEMES = {
    "auto": gettext_noop("Follow your page, transparent"),
    "solid": gettext_noop("Follow the visitor’s light or dark setting, with a background"),
    "light": gettext_noop("Light, transparent"),
    "dark": gettext_noop("Dark, transparent"),
}


@blueprint.get("/widget.js")
def widget_js() -> Response:
    """Serve the loader: cached for a year if the URL has its version, else for five minutes."""
    version = request.args.get("v", "")
    body = loader(version)
    is_pinned = bool(version) and body is not None
    response = Response(body or loader(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "max-age=31536000, immutable" if is_pinned else "max-age=300"
    # Browsers check the hash of a file (SRI) only if its server allows them to read it (CORS).
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return compress(conditional(response))


@blueprint.get("/embed")
@blueprint.get("/<lang>/embed")
def builder(lang: str = "") -> Response:
    """Show a form to configure a widget, with a preview and the code to copy."""
    edition, now = cache().edition(), cache().clock()
    if lang and lang not in edition.calendar.shown_languages:
        abort(HTTPStatus.NOT_FOUND)
    view = render_context_of(Selection(lang=lang), settings().base_url, edition.calendar.default_language)
    # Browsers also send fields that were left empty.
    given = [pair for pair in request.args.items(multi=True) if pair[1]]
    query, errors = _read(given, edition, view.lang)
    query = replace(query, selection=replace(query.selection, lang=query.selection.lang or view.lang.code))
    title = feed_name(edition, query.selection)
    shown = render_context_of(query.selection, view.base_url, view.default_language)
    height, steps = render_once(
        edition, query.selection, now, lambda: _heights(query, show_widget(query, edition, shown, now))
    )
    response = page(
        "embed.html",
        edition,
        view,
        script="embed.js",
        query_of=query,
        offered=_options(edition, view.lang),
        errors=errors,
        given=dict(given) | {name: value for name, value in query.pairs() if name not in errors},
        code=write_embed_code(query, view.base_url, title, write_whole_url(query.selection, view), height, steps),
        preview=query.path(),
        height=height,
        address=f"{view.base_url}{query.path()}",
        hidden=options.Option("hide", view.lang.gettext("Hide cancelled dates")),
        adjusted=_adjusted(query.accent, view.lang),
        title=title,
        oembed=f"{view.base_url}/oembed",
        most=MOST,
        path="/embed",
        query=request.query_string.decode("latin-1"),
    )
    response.status_code = HTTPStatus.BAD_REQUEST if errors else response.status_code
    response.headers["Content-Security-Policy"] = _POLICY
    return compress(response)


@blueprint.get("/oembed")
def oembed() -> Response:
    """Describe one of our pages as oEmbed 1.0 (oembed.com): type `rich`, whose HTML is the frame of the widget."""
    form = request.args.get("format", "json")
    if form != "json":
        return _json({"error": "Only format=json is there."}, HTTPStatus.NOT_IMPLEMENTED)
    try:
        most = [_pixels(request.args.get(name)) for name in ("maxwidth", "maxheight")]
        url, edition, now = request.args.get("url", ""), cache().edition(), cache().clock()
        found = render_once(
            edition,
            Selection(),
            now,
            lambda: describe_embed(url, edition, settings().base_url, (most[0], most[1]), now),
        )
    except (UnknownPage, BadSelection):
        return _json({"error": "No page of this calendar has that address."}, HTTPStatus.NOT_FOUND)
    except ValueError:
        return _json({"error": "maxwidth and maxheight are whole numbers from 1."}, HTTPStatus.BAD_REQUEST)
    response = _json(found, HTTPStatus.OK)
    response.headers["Cache-Control"] = "max-age=300"
    return response


def _read(given: list[tuple[str, str]], edition: Edition, lang: Language) -> tuple[WidgetQuery, dict[str, str]]:
    """Return the query of the form without invalid values, and an error for each field that has one."""
    errors: dict[str, str] = {}
    for _ in range(_MOST_ERRORS):
        try:
            return read_widget(given, edition), errors
        except BadSelection as error:
            sentence = lang.gettext(error.sentence, **error.values)
            advice = lang.gettext(error.advice, **error.values) if error.advice else ""
            errors.setdefault(error.name, f"{sentence} {advice}".strip())
            # Of a name that is too long only the beginning is shown.
            given = [pair for pair in given if error.name not in (pair[0], pair[0][:_SHOWN_NAME])]
    return read_widget([], edition), errors


def _options(edition: Edition, lang: Language) -> dict[str, Any]:
    return {
        "kinds": options.kinds(lang),
        "tags": options.tags(edition, lang),
        "countries": options.places(edition, lang),
        "languages": [options.Option(code, language(code).own_name()) for code in edition.calendar.shown_languages],
        "views": [options.Option(value, lang.gettext(label)) for value, label in _VIEWS.items()],
        "themes": [options.Option(value, lang.gettext(label)) for value, label in _THEMES.items()],
        "zones": options.zones(lang.code),
    }


def _adjusted(accent: str, lang: Language) -> str:
    """Return which colours stand for an accent that cannot be read on every ground; "" if it can."""
    light, dark = readable(accent) if accent else ("", "")
    if accent in (light, dark) and light == dark:
        return ""
    return lang.gettext(
        "So that it can be read, #{accent} becomes #{light} on light backgrounds and #{dark} on dark ones.",
        accent=accent,
        light=light,
        dark=dark,
    )


def _pixels(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and int(value)):
        raise ValueError(value)
    return int(value)


def _json(body: dict[str, Any], status: HTTPStatus) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def _heights(query: WidgetQuery, values: dict[str, Any]) -> tuple[int, list[tuple[int, int]]]:
    """Return the height at the usual width, and those of a frame at all widths."""
    return estimate_height(query, values, _WIDTH), estimate_steps(query, values)
