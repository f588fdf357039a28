"""Ending reminders: a page with one button for people, one-click (RFC 8058) for mail programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from calendar_service.reminders.people.tokens import UNSUBSCRIBE, BadToken
from calendar_service.store.subscribers import NoSuchSubscriber
from calendar_service.web.context import desk, shelf
from calendar_service.web.private import link_is_dead, opened, private_page, refuse_other_sites, said

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.store.subscribers import Subscriber

blueprint = Blueprint("unsubscribe", __name__)

_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@blueprint.get("/reminders/unsubscribe/<token>")
@blueprint.get("/<lang>/reminders/unsubscribe/<token>")
def ask(token: str, lang: str = "") -> Response:
    """Show the button, and change nothing: mail scanners open links."""
    opening = opened(lang)
    try:
        _reader(token)
    except BadToken:
        return link_is_dead(opening)
    path = f"/reminders/unsubscribe/{token}"
    return private_page("reminders_unsubscribe.html", opening, path, action=f"{opening[1].prefix}{path}")


@blueprint.post("/reminders/unsubscribe/<token>")
@blueprint.post("/<lang>/reminders/unsubscribe/<token>")
def act(token: str, lang: str = "") -> Response:
    """End the reminders; again and again it is the same. Nothing but the token is asked for, and nothing redirects."""
    if request.form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
        refuse_other_sites()
    opening = opened(lang)
    try:
        desk().end(_reader(token), shelf().clock())
    except (BadToken, NoSuchSubscriber):
        return link_is_dead(opening)
    view = opening[1]
    say = view.lang.say
    return said(
        opening,
        "/reminders",
        say("Your reminders have ended"),
        [say("You get no more letters from this calendar, but for one that may already be on its way.")],
        ways=[(say("Sign up again"), f"{view.prefix}/reminders")],
    )


def _reader(token: str) -> Subscriber:
    return desk().subscriber_of(token, UNSUBSCRIBE, shelf().clock())
