"""Pages behind a subscriber's own signed link: never cached or indexed, no Referer, no forms of other sites."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, abort, request

from calendar_service.records.errors import gettext_noop
from calendar_service.records.selection import Selection
from calendar_service.web.context import cache, settings
from calendar_service.web.layout import page
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition
    from calendar_service.writers.render_context import RenderContext

_OUR_OWN = ("same-origin", "none")

CONSENT = gettext_noop(
    "By signing up you agree that we keep your email address to send you what you have chosen here, "
    "and for nothing else. Every email has a link to unsubscribe."
)
CONSENT_VERSION = 2
"""Increase it when the sentence changes, so that each consent names the sentence it was given to."""


def open_page(lang: str) -> tuple[Edition, RenderContext]:
    """Return the edition and the context of a page; `lang` "" is the default. Abort with 404 for an unknown one."""
    edition = cache().edition()
    if lang and lang not in edition.calendar.shown_languages:
        abort(HTTPStatus.NOT_FOUND)
    default = edition.calendar.default_language
    return edition, render_context_of(Selection(lang=lang or default), settings().base_url, default)


def refuse_other_sites() -> None:
    """Abort with 403 if the form was sent from another site: by Sec-Fetch-Site, or else by Origin.

    Browsers send the first one only over https or to this machine.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in _OUR_OWN if site else origin and not _is_ours(origin):
        abort(HTTPStatus.FORBIDDEN)


def _is_ours(origin: str) -> bool:
    # Browsers say "null" of our own forms too, since our pages send no Referer.
    if origin == "null":
        return True
    # Not by the scheme: a proxy that ends TLS may not tell it.
    return _host_and_port(origin) in {
        _host_and_port(settings().base_url),
        _host_and_port(f"{urlsplit(origin).scheme}://{request.host}"),
    }


def _host_and_port(url: str) -> str:
    parts = urlsplit(url.lower())
    return parts.netloc.removesuffix({"http": ":80", "https": ":443"}.get(parts.scheme, "\0"))


def private_page(
    template: str, opening: tuple[Edition, RenderContext], path: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> Response:
    """Return a page that is not cached, not indexed, and sends no Referer."""
    edition, view = opening
    response = page(template, edition, view, path=path, query="", **values)
    response.status_code = status if response.status_code == HTTPStatus.OK else response.status_code
    return forbid_storing(response)


def forbid_storing(response: Response) -> Response:
    """Set the headers that keep a response out of caches, search engines and Referer fields."""
    response.headers.remove("ETag")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def statement_page(
    opening: tuple[Edition, RenderContext],
    path: str,
    heading: str,
    paragraphs: list[str],
    *,
    ways: list[tuple[str, str]] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return a page with a heading and paragraphs; `ways` are labels and URLs of links."""
    view = opening[1]
    to_calendar = (view.lang.gettext("Go to the calendar"), f"{view.prefix}/")
    values = {"heading": heading, "paragraphs": paragraphs, "ways": [*(ways or []), to_calendar]}
    return private_page("reminders_said.html", opening, path, status, **values)


def link_is_dead(opening: tuple[Edition, RenderContext]) -> Response:
    """Return the page of an invalid link, without the reason, and what to do."""
    view = opening[1]
    gettext = view.lang.gettext
    return statement_page(
        opening,
        "/reminders",
        gettext("This link does not work any more"),
        [
            gettext("It has been used already, it has expired, or part of it is missing."),
            gettext("Sign up again with the same address to get an email with a new link."),
        ],
        ways=[(gettext("Sign up for reminders"), f"{view.prefix}/reminders")],
        status=HTTPStatus.NOT_FOUND,
    )
