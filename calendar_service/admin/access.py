"""Who may use the admin pages: the session's cookie or a trusted proxy's header, and checks of every form."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, current_app, g, redirect, request

from calendar_service.admin.layout import ADMIN, ARRIVED, admin_page, language_cookie, refresh_page
from calendar_service.admin.sessions import SESSION_LASTS
from calendar_service.records.errors import gettext_noop
from calendar_service.web.context import cache, settings
from calendar_service.web.errors import answer
from calendar_service.web.token_pages import forbid_storing, refuse_other_sites
from calendar_service.web.wsgi_middleware import PEER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network, IPv6Network

    from calendar_service.admin.sessions import EditorSessions, SignedIn
    from calendar_service.reminders.sign_in_mailer import SignInMailer

MAX_EDITOR_BODY_BYTES = 6 * 1024 * 1024
"""Of what a signed-in editor sends: a pasted page or file of 5 MB."""
FORM_TOKEN = "form_token"  # noqa: S105 (a field's name)
SESSION_COOKIE = "calendar-editor"
BROWSER_COOKIE = "calendar-editor-asking"
FORM_COOKIE = "calendar-editor-form"
EDITOR_SESSIONS = "calendar-service-editor-sessions"
MAILER = "calendar-service-sign-in-mailer"
_SECRET = re.compile("[A-Za-z0-9_-]{43}")
_RELOAD = gettext_noop("Load the page again, and send it once more. Nothing was changed.")


def sessions() -> EditorSessions:
    """Return the sessions of the application that answers this request."""
    return cast("EditorSessions", current_app.extensions[EDITOR_SESSIONS])


def mailer() -> SignInMailer:
    """Return what mails links in the application that answers this request."""
    return cast("SignInMailer", current_app.extensions[MAILER])


def open_blueprint(name: str) -> Blueprint:
    """Return a blueprint of pages that nobody need sign in for; they are there only if there are editors."""
    made = Blueprint(name, __name__, template_folder="templates")
    made.before_request(_require_editors)
    made.after_request(_finish)
    return made


def editors_blueprint(name: str) -> Blueprint:
    """Return a blueprint of pages for signed-in editors, whose forms carry their token; see `who`."""
    made = open_blueprint(name)
    made.before_request(_require_signed_in)
    return made


def who() -> SignedIn:
    """Return who has signed in; only for pages of an `editors_blueprint`."""
    return cast("SignedIn", g.editor)


def require_role(role: str) -> None:
    """Abort with 403 unless the editor may do what needs a role, "write" or "publish"."""
    if not who().may(role):
        abort(HTTPStatus.FORBIDDEN)


def find_signed_in() -> SignedIn | None:
    """Return who has signed in, by a trusted proxy or by the session of this browser, or None."""
    header = settings().editor_header
    name = request.headers.get(header, "") if header else ""
    peer = request.environ.get(PEER, "")
    if name and is_trusted_peer(peer, settings().editor_proxies) and (found := sessions().by_proxy(name)):
        return found
    cookie = request.cookies.get(SESSION_COOKIE, "")
    return sessions().signed_in(cookie, cache().clock()) if cookie else None


def browser_secret(name: str = BROWSER_COOKIE) -> str:
    """Return the secret that a cookie of this browser holds, by default that with which it asks for a link, or ""."""
    value = request.cookies.get(name, "")
    return value if _SECRET.fullmatch(value) else ""


def open_form_page(template: str, **values: Any) -> Response:
    """Return a page whose form anybody may send: its token is bound to a cookie that this browser has or gets."""
    known = browser_secret(FORM_COOKIE)
    secret = known or secrets.token_urlsafe(32)
    response = admin_page(template, form_token=sessions().open_form_token(secret, cache().clock()), **values)
    if not known:
        set_cookie(response, FORM_COOKIE, secret, int(SESSION_LASTS.total_seconds()))
    return response


def refuse_foreign_form() -> Response | None:
    """Return the refusal of an `open_form_page` whose token is not of this browser, None if it is."""
    token = request.form.get(FORM_TOKEN, "")
    if sessions().is_open_form_token(token, browser_secret(FORM_COOKIE), cache().clock()):
        return None
    return answer(HTTPStatus.FORBIDDEN, gettext_noop("This form is not from this browser, or it is too old."), _RELOAD)


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that only the admin pages get, and that no other site can cause to be sent."""
    is_secure = settings().base_url.startswith("https://") or request.is_secure
    response.set_cookie(name, value, max_age=seconds, path=ADMIN, secure=is_secure, httponly=True, samesite="Strict")


def delete_cookie(response: Response, name: str) -> None:
    """Delete a cookie of the admin pages."""
    set_cookie(response, name, "", 0)


def enter(found: SignedIn) -> None:
    """Make an editor the one whom this page is for."""
    g.editor = found
    g.form_token = sessions().form_token(found, cache().clock())


def is_first_arrival() -> bool:
    """Return True if the visitor comes from another site, such as webmail: the browser keeps our cookies back then."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site" and ARRIVED not in request.args


def is_trusted_peer(peer: str, proxies: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Return True if who has connected is one of the proxies whose header signs editors in."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in proxies)


def _require_editors() -> None:
    if not settings().editors:
        abort(HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        refuse_other_sites()


def _require_signed_in() -> Response | None:
    found = find_signed_in()
    if found is None:
        if request.method == "POST":
            return answer(
                HTTPStatus.FORBIDDEN,
                gettext_noop("You have signed out, or your session has ended."),
                gettext_noop("Sign in in another window, then go back here and send it again."),
            )
        return refresh_page() if is_first_arrival() else cast("Response", redirect(ADMIN, HTTPStatus.SEE_OTHER))
    enter(found)
    if request.method == "POST":
        request.max_content_length = request.max_form_memory_size = MAX_EDITOR_BODY_BYTES
        if not sessions().is_form_token(request.form.get(FORM_TOKEN, ""), found, cache().clock()):
            return answer(HTTPStatus.FORBIDDEN, gettext_noop("This form is not from this session."), _RELOAD)
    return None


def _finish(response: Response) -> Response:
    if chosen := language_cookie():
        set_cookie(response, *chosen)
    return forbid_storing(response)
