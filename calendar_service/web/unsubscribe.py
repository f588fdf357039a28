"""Unsubscribe: a page with one button for people, one-click (RFC 8058) for mail clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from calendar_service.reminders.subscriptions.addresses import hidden_address
from calendar_service.reminders.subscriptions.signed_tokens import UNSUBSCRIBE, InvalidToken
from calendar_service.store.subscribers import NoSuchSubscriber, SubscriberState
from calendar_service.web.buttons import UnclearButton, pressed_button, refuse_button
from calendar_service.web.context import cache, subscriptions
from calendar_service.web.token_pages import link_is_dead, open_page, private_page, refuse_other_sites, statement_page

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.records.edition import Edition
    from calendar_service.store.subscribers import Subscriber
    from calendar_service.writers.render_context import RenderContext

blueprint = Blueprint("unsubscribe", __name__)

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_END, _UNDO = "end", "undo"


@blueprint.get("/reminders/unsubscribe/<token>")
@blueprint.get("/<lang>/reminders/unsubscribe/<token>")
def ask_to_unsubscribe(token: str, lang: str = "") -> Response:
    """Show the button; change nothing, because mail scanners open links."""
    opening = open_page(lang)
    try:
        return _page(token, _subscriber(token), opening)
    except InvalidToken:
        return link_is_dead(opening)


@blueprint.post("/reminders/unsubscribe/<token>")
@blueprint.post("/<lang>/reminders/unsubscribe/<token>")
def unsubscribe(token: str, lang: str = "") -> Response:
    """End the reminders, or take that back. Idempotent, without a redirect.

    A mail client sends the one field of RFC 8058. The page's button sends its name, in older versions nothing.
    Any other body is answered with 400.
    """
    body, is_one_click = request.get_data(), _is_one_click()
    if not is_one_click:
        refuse_other_sites()
    opening = open_page(lang)
    try:
        subscriber = _subscriber(token)
        pressed = pressed_button(request.form, (_END, _UNDO)) if body and not is_one_click else _END
        if pressed == _UNDO:
            return _taken_back(subscriptions().take_back_end(subscriber, cache().clock()), opening)
        return _page(token, subscriptions().end(subscriber, cache().clock()), opening)
    except (InvalidToken, NoSuchSubscriber):
        return link_is_dead(opening)
    except UnclearButton:
        return refuse_button(opening, f"/reminders/unsubscribe/{token}")


def _page(token: str, subscriber: Subscriber, opening: tuple[Edition, RenderContext]) -> Response:
    """Show whose reminders end, or that they have ended, with the way back."""
    path = f"/reminders/unsubscribe/{token}"
    return private_page(
        "reminders_unsubscribe.html",
        opening,
        path,
        action=f"{opening[1].prefix}{path}",
        address=hidden_address(subscriber.owner or subscriber.address),
        has_ended=subscriber.state is SubscriberState.ENDED,
        manage_url=_manage_url(subscriber, opening[1]),
        signup_url=f"{opening[1].prefix}/reminders",
        calendar_url=f"{opening[1].prefix}/",
    )


def _taken_back(subscriber: Subscriber, opening: tuple[Edition, RenderContext]) -> Response:
    gettext = opening[1].lang.gettext
    address = hidden_address(subscriber.owner or subscriber.address)
    return statement_page(
        opening,
        "/reminders",
        gettext("Your reminders have resumed"),
        [gettext("{address} gets emails again, for all that is due from now on.", address=address)],
        ways=[(gettext("Get fewer emails"), url)] if (url := _manage_url(subscriber, opening[1])) else [],
    )


def _manage_url(subscriber: Subscriber, view: RenderContext) -> str:
    """Return the way to the page with all settings; none from an old mail where that link was renewed."""
    if subscriber.link_version:
        return ""
    return f"{view.prefix}/reminders/manage/{subscriptions().manage_token(subscriber.ref)}"


def _is_one_click() -> bool:
    name, value = _ONE_CLICK
    # Some clients send no Content-Type, or another one.
    return request.form.get(name, "").strip() == value or request.get_data().strip() == f"{name}={value}".encode()


def _subscriber(token: str) -> Subscriber:
    return subscriptions().subscriber_of(token, UNSUBSCRIBE, cache().clock())
