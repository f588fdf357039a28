"""Signing in and out: an address is asked for, a link is mailed, and a button in the same browser signs in."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import abort, redirect, request

from calendar_service.admin.access import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    browser_secret,
    delete_cookie,
    editors_blueprint,
    enter,
    find_signed_in,
    is_first_arrival,
    mailer,
    open_blueprint,
    open_form_page,
    refuse_foreign_form,
    sessions,
    set_cookie,
)
from calendar_service.admin.layout import ADMIN, admin_page, page_language, refresh_page
from calendar_service.admin.records import list_page
from calendar_service.admin.sessions import LINK_MINUTES, SESSION_LASTS
from calendar_service.records.texts import output_languages
from calendar_service.reminders.subscriptions.service import TooManyRequests
from calendar_service.settings import DEFAULT_PORT
from calendar_service.web.context import cache, settings
from calendar_service.web.first_start import is_at_the_machine

if TYPE_CHECKING:
    from flask import Response

logger = logging.getLogger(__name__)

blueprint = open_blueprint("admin_sign_in")
signed_in_blueprint = editors_blueprint("admin_sign_out")

LINK = f"{ADMIN}/sign-in"
_BROWSER_SECONDS = 3600


@blueprint.get(ADMIN)
def first_page() -> Response:
    """Show the records to an editor who has signed in, else ask for an address."""
    found = find_signed_in()
    if found:
        enter(found)
        return list_page()
    return refresh_page() if is_first_arrival() else _ask_for_address()


@blueprint.get("/<lang>/admin")
def in_language(lang: str) -> Response:
    """Show the first page in a language: the cookies of these pages are sent below /admin alone."""
    if lang not in output_languages():
        abort(HTTPStatus.NOT_FOUND)
    return cast("Response", redirect(f"{ADMIN}?lang={lang}", HTTPStatus.SEE_OTHER))


@blueprint.post(ADMIN)
def ask_for_link() -> Response:
    """Store the request and mail a link to an editor; the response is the same for every address."""
    if refused := refuse_foreign_form():
        return refused
    address, browser = request.form.get("address", "")[:254], browser_secret() or secrets.token_urlsafe(32)
    now, lang = cache().clock(), page_language()
    try:
        editor, token = sessions().ask(address, browser, request.remote_addr or "", now)
    except TooManyRequests as error:
        logger.warning("Links to sign in were asked for too often from one client or for one address; none was sent.")
        return _too_many(error.retry_after)
    url = f"{settings().base_url}{LINK}/{token}?lang={lang.code}"
    mailer().send(editor.address if editor else "", url, LINK_MINUTES, lang.code)
    response = admin_page("admin_link_sent.html", minutes=LINK_MINUTES, **_without_mail())
    set_cookie(response, BROWSER_COOKIE, browser, _BROWSER_SECONDS)
    return response


@blueprint.get(f"{LINK}/<token>")
def show_link(token: str) -> Response:
    """Show the button that signs in. It changes nothing, as programs that look at mail open links."""
    if not sessions().is_link_open(token, cache().clock()):
        return _dead_link()
    return open_form_page("admin_sign_in.html", action=f"{LINK}/{token}")


@blueprint.post(f"{LINK}/<token>")
def sign_in(token: str) -> Response:
    """Sign in the browser that asked for the link, once."""
    now = cache().clock()
    if sessions().is_link_open(token, now) and (refused := refuse_foreign_form()):
        return refused
    session = sessions().sign_in(token, browser_secret(), now)
    if session is None:
        return _dead_link(is_other_browser=sessions().is_link_open(token, now))
    sessions().sign_out(request.cookies.get(SESSION_COOKIE, ""), now)
    response = cast("Response", redirect(ADMIN, HTTPStatus.SEE_OTHER))
    set_cookie(response, SESSION_COOKIE, session, int(SESSION_LASTS.total_seconds()))
    delete_cookie(response, BROWSER_COOKIE)
    return response


@signed_in_blueprint.post(f"{ADMIN}/sign-out")
def sign_out() -> Response:
    """End the session of this browser."""
    sessions().sign_out(request.cookies.get(SESSION_COOKIE, ""), cache().clock())
    response = cast("Response", redirect(ADMIN, HTTPStatus.SEE_OTHER))
    delete_cookie(response, SESSION_COOKIE)
    return response


def _ask_for_address() -> Response:
    return open_form_page("admin_ask.html", **_without_mail())


def _without_mail() -> dict[str, Any]:
    """Return where mails are and which command prints a link, for whoever sits at a machine that sends none."""
    if not is_at_the_machine():
        return {}
    port = urlsplit(settings().base_url).port
    option = f" --port {port}" if port not in (None, DEFAULT_PORT) else ""
    return {"mail_folder": mailer().folder, "command": f"calendar-service admin-link{option}"}


def _too_many(retry_after: int) -> Response:
    response = admin_page("admin_too_many.html", HTTPStatus.TOO_MANY_REQUESTS, minutes=-(-retry_after // 60))
    response.headers["Retry-After"] = str(retry_after)
    return response


def _dead_link(*, is_other_browser: bool = False) -> Response:
    return admin_page("admin_dead_link.html", HTTPStatus.NOT_FOUND, is_other_browser=is_other_browser)
