"""Unsubscribe: a page with one button for people, one-click (RFC 8058) for mail clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from calendar_service.reminders.subscriptions.signed_tokens import UNSUBSCRIBE, InvalidToken
from calendar_service.store.subscribers import NoSuchSubscriber
from calendar_service.web.buttons import UnclearButton, pressed_button, refuse_button
from calendar_service.web.context import cache, subscriptions
from calendar_service.web.token_pages import link_is_dead, open_page, private_page, refuse_other_sites, statement_page

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.store.subscribers import Subscriber

blueprint = Blueprint("unsubscribe", __name__)

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_END = "end"


@blueprint.get("/reminders/unsubscribe/<token>")
@blueprint.get("/<lang>/reminders/unsubscribe/<token>")
def ask_to_unsubscribe(token: str, lang: str = "") -> Response:
    """Show the button; change nothing, because mail scanners open links."""
    opening = open_page(lang)
    try:
        _subscriber(token)
    except InvalidToken:
        return link_is_dead(opening)
    path = f"/reminders/unsubscribe/{token}"
    return private_page("reminders_unsubscribe.html", opening, path, action=f"{opening[1].prefix}{path}")


@blueprint.post("/reminders/unsubscribe/<token>")
@blueprint.post("/<lang>/reminders/unsubscribe/<token>")
def unsubscribe(token: str, lang: str = "") -> Response:
    """End the reminders. Idempotent, without a redirect.

    A mail client sends the one field of RFC 8058. The page's button sends its name, in older versions nothing.
    Any other body is answered with 400.
    """
    body, is_one_click = request.get_data(), _is_one_click()
    if not is_one_click:
        refuse_other_sites()
    opening = open_page(lang)
    try:
        subscriber = _subscriber(token)
        if body and not is_one_click:
            pressed_button(request.form, (_END,))
        subscriptions().end(subscriber, cache().clock())
    except (InvalidToken, NoSuchSubscriber):
        return link_is_dead(opening)
    except UnclearButton:
        return refuse_button(opening, f"/reminders/unsubscribe/{token}")
    view = opening[1]
    gettext = view.lang.gettext
    return statement_page(
        opening,
        "/reminders",
        gettext("Your reminders have ended"),
        [gettext("You get no more letters from this calendar, but for one that may already be on its way.")],
        ways=[(gettext("Sign up again"), f"{view.prefix}/reminders")],
    )


def _is_one_click() -> bool:
    name, value = _ONE_CLICK
    # Some clients send no Content-Type, or another one.
    return request.form.get(name, "").strip() == value or request.get_data().strip() == f"{name}={value}".encode()


def _subscriber(token: str) -> Subscriber:
    return subscriptions().subscriber_of(token, UNSUBSCRIBE, cache().clock())
