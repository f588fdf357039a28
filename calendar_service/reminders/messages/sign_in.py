"""The mail with the link by which an editor signs in to the admin pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.reminders.channels.base import Message
from calendar_service.reminders.messages.content import Button, MessageContent
from calendar_service.reminders.messages.render import render_html, render_text
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from calendar_service.writers.render_context import RenderContext


def compose_sign_in(url: str, minutes: int, sender: str, *, view: RenderContext) -> Message:
    """Return the mail with a link that works for some minutes; `sender` is the calendar's name."""
    lang = view.lang
    subject = lang.gettext("Sign in to the admin pages of {sender}", sender=sender)
    paragraphs = (
        lang.gettext("Open this link in the browser in which you asked for it, and press the button there."),
        lang.ngettext("It works once, for {number} minute.", "It works once, for {number} minutes.", minutes),
    )
    content = MessageContent(
        view=view,
        sender=sender,
        preheader=paragraphs[0],
        heading=LocalizedText(subject, lang.code),
        paragraphs=paragraphs,
        button=Button(lang.gettext("Sign in"), url),
        why=lang.gettext("If you did not ask for it, do nothing: without this email nobody can sign in as you."),
        may_manage=False,
        may_unsubscribe=False,
    )
    return Message(
        subject=clean_line(subject)[:200],
        text=render_text(content),
        html=render_html(content),
        language=lang.code,
        data={"type": "sign-in"},
    )
