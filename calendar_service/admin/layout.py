"""The layout of the admin pages. They are there also while nothing is published, so they do not need an edition."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Response, g, render_template, request

from calendar_service.records.errors import gettext_noop
from calendar_service.records.texts import output_languages
from calendar_service.web.context import cache
from calendar_service.web.edition_cache import NothingPublished
from calendar_service.web.layout import POLICY, WITH_SCRIPT, asset
from calendar_service.writers import phrases
from calendar_service.writers.i18n import Language, language

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition

ADMIN = "/admin"
ARRIVED = "arrived"
NAVIGATION = (
    (ADMIN, gettext_noop("Records")),
    (f"{ADMIN}/paste", gettext_noop("Paste")),
    (f"{ADMIN}/changes", gettext_noop("Changes")),
    (f"{ADMIN}/messages", gettext_noop("Messages")),
    (f"{ADMIN}/history", gettext_noop("History")),
)
"""The pages of a signed-in editor: path and label."""
_LANGUAGE_COOKIE = "calendar-editor-language"
_A_YEAR = 31_536_000


def public_edition() -> Edition | None:
    """Return the edition that is public, None if nothing is."""
    try:
        return cache().edition()
    except NothingPublished:
        return None


def page_language() -> Language:
    """Return the language of this page: the one asked for, else the one chosen before, else the calendar's."""
    edition = public_edition()
    default = edition.calendar.default_language if edition else "en"
    asked = request.args.get("lang", ""), request.cookies.get(_LANGUAGE_COOKIE, ""), default
    return language(next((code for code in asked if code in output_languages()), "en"))


def language_cookie() -> tuple[str, str, int] | None:
    """Return the cookie that keeps the language that was asked for with `lang=`, or None."""
    code = request.args.get("lang", "")
    return (_LANGUAGE_COOKIE, code, _A_YEAR) if code in output_languages() else None


def admin_page(
    template: str, status: HTTPStatus = HTTPStatus.OK, *, script: str = "", path: str = "", **values: Any
) -> Response:
    """Return an admin page; `script` names a module in web/static that it may run, `path` the page of NAVIGATION."""
    lang, edition = page_language(), public_edition()
    shared = {
        "lang": lang,
        "gettext": lang.gettext,
        "ngettext": lang.ngettext,
        "say": lang.say,
        "is_english": partial(_is_english, lang),
        "asset": asset,
        "script": script,
        "path": path,
        "nav": [(lang.gettext(label), url, url == path) for url, label in NAVIGATION],
        "edition": edition,
        "calendar_name": phrases.pick(edition.calendar.name, lang.code).text if edition else "",
        "home": "/" if not edition or lang.code == edition.calendar.default_language else f"/{lang.code}/",
        "tongues": [
            {"code": code, "name": language(code).own_name(), "current": code == lang.code}
            for code in output_languages()
        ],
        "signed_in": g.get("editor"),
        "form_token": g.get("form_token", ""),
    }
    response = Response(render_template(template, **(shared | values)), status)
    response.headers["Content-Security-Policy"] = f"{WITH_SCRIPT if script else POLICY}; connect-src 'self'"
    return response


def _is_english(lang: Language, text: str) -> bool:
    """Return True if a sentence of `check` stays English on a page in another language."""
    return lang.code != "en" and lang.say(text) == text


def refresh_page() -> Response:
    """Return a page that loads itself again: browsers send our cookies only where the visitor comes from ourselves."""
    again = f"{quote(request.path)}?{urlencode([*request.args.items(multi=True), (ARRIVED, 'yes')])}"
    response = admin_page("admin_refresh.html", again=again)
    response.headers["Refresh"] = f"0; url={again}"
    return response
