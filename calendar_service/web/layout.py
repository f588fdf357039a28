"""The layout of all pages: base template, languages, cache headers, and which of our own files they may load."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request, url_for
from markupsafe import Markup, escape

from calendar_service.output_formats import FORMATS
from calendar_service.web.representation import takes_gzip
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition
    from calendar_service.writers.render_context import RenderContext

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
WITH_SCRIPT = f"{POLICY}; script-src 'self'"
# A message has inline styles, and a srcdoc frame inherits the policy of its page.
WITH_PREVIEW = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_STATIC = Path(__file__).parent / "static"
_CLOCK = re.compile(r"(\d\d:\d\d(?:-\d\d:\d\d)? \S+)( \(UTC[^)]*\))")


def page(
    template: str, edition: Edition, view: RenderContext, *, path: str, query: str, script: str = "", **values: Any
) -> Response:
    """Return a page as a conditional response that may be cached for a minute; see `render`."""
    response = as_page(render(template, edition, view, path=path, query=query, script=script, **values), script)
    return conditional(response)


def as_page(html: str, script: str = "") -> Response:
    """Return the response of a rendered page; `script` names the module that it may run."""
    response = Response(html)
    # Checkers such as Lighthouse fetch robots.txt from the page.
    response.headers["Content-Security-Policy"] = f"{WITH_SCRIPT if script else POLICY}; connect-src 'self'"
    # Countdowns change each day, so pages are revalidated, and answered with 304 if unchanged.
    response.headers["Cache-Control"] = "max-age=60"
    return response


def conditional(response: Response) -> Response:
    """Return a response with an entity tag, and without its body where the client has it."""
    # Weak, as the compressed copy has the same tag.
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def render(
    template: str, edition: Edition, view: RenderContext, *, path: str, query: str, script: str = "", **values: Any
) -> str:
    """Render a template inside base.html.

    `path` is without the language and `query` without "?"; both make the links to the other languages.
    `script` names a module in static/, which the page then may run; without one it may run none.
    Templates find their own files with `asset("name.css")` and put them into the block `head`. `carried` among the
    values is the query of a choice, with its "?", that the links to the other pages take along.
    """
    default = edition.calendar.default_language
    suffix = f"?{query}" if query else ""
    tongues = [
        {
            "code": code,
            "name": language(code).own_name(),
            "url": f"{'' if code == default else f'/{code}'}{path}",
            "current": code == view.lang.code,
        }
        for code in edition.calendar.shown_languages
    ]
    shared = {
        "calendar": edition.calendar,
        "calendar_name": phrases.pick(edition.calendar.name, view.lang.code).text,
        "calendar_description": phrases.pick(edition.calendar.description, view.lang.code).text,
        "path": path,
        "view": view,
        "lang": view.lang,
        "gettext": view.lang.gettext,
        "ngettext": view.lang.ngettext,
        "tongues": tongues,
        "home": f"{view.prefix}/",
        "canonical": f"{view.base_url}{view.prefix}{path}",
        "suffix": suffix,
        "asset": asset,
        "script": script,
        "nav": _navigation("" if values.get("is_error") else path, view, str(values.get("carried", ""))),
        "alternates": [form for form in FORMATS.values() if form.is_alternate],
        "feed_query": "" if view.lang.code == default else f"?lang={view.lang.code}",
    }
    return render_template(template, **(shared | values))


def whole_clocks(line: str) -> Markup:
    """Return a line of times as HTML, with each "17:00 CET (UTC+1)" in an element that is not broken where it fits."""
    return Markup(_CLOCK.sub(r'<span class="whole">\1\2</span>', str(escape(line))))  # noqa: S704 (it was escaped)


def quiet_offsets(line: str) -> Markup:
    """Return the same for rows, which hide each "(UTC+1)" from those who see."""
    html = _CLOCK.sub(r'<span class="whole">\1<span class="offset">\2</span></span>', str(escape(line)))
    return Markup(html)  # noqa: S704 (the line was escaped)


def compress(response: Response) -> Response:
    """Compress a response if the client accepts gzip. Not for pages with a secret beside a client's input (BREACH)."""
    response.vary.add("Accept-Encoding")
    response.direct_passthrough = False
    if response.status_code == HTTPStatus.OK and takes_gzip(request.headers.get("Accept-Encoding", "")):
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _navigation(path: str, view: RenderContext, carried: str) -> list[tuple[str, str, bool]]:
    """Return the pages of the site: label, URL with the `carried` query, and whether it is the present page."""
    gettext = view.lang.gettext
    found = [
        ("/", gettext("Agenda"), carried),
        ("/month", gettext("Month"), carried),
        ("/year", gettext("Year"), carried),
        ("/subscribe", gettext("Subscribe"), carried),
        ("/reminders", gettext("Reminders"), ""),
    ]

    def is_here(place: str) -> bool:
        return path == place or (place != "/" and path.startswith(f"{place}/"))

    return [(label, f"{view.prefix}{place}{query}", is_here(place)) for place, label, query in found]


def asset(name: str) -> str:
    """Return the URL of a file in static/, which changes with its contents."""
    return url_for("static", filename=name, v=_digest(name))


@lru_cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
