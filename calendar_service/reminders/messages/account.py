"""Account mails: please confirm, you are subscribed already, a webhook failed.

None of them contains anything that a visitor could have made up, or lists what is in the calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from calendar_service.records.errors import gettext_noop
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.reminders.channels.base import MANAGE_URL, Message
from calendar_service.reminders.messages.common import sender_name
from calendar_service.reminders.messages.content import Button, Detail, MessageContent
from calendar_service.reminders.messages.render import render_html, render_text
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.selection_words import describe_leads, describe_selection, describe_suggested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.edition import Edition
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

DIGEST_LABELS = {
    "": gettext_noop("One email per date"),
    DigestPeriod.DAILY: gettext_noop("One summary a day"),
    DigestPeriod.WEEKLY: gettext_noop("One summary a week"),
}
"""How reminders can come, in the words of forms and mails."""


class ChosenReminders(Protocol):
    """The choice shown in a confirmation mail: a canonical query, leads and whether news are wanted."""

    @property
    def selection(self) -> str:
        """The canonical query."""

    @property
    def leads(self) -> Sequence[str]:
        """Canonical leads; none for the programme's own."""

    @property
    def wants_new(self) -> bool:
        """Whether new records are announced."""

    @property
    def digest(self) -> str:
        """A DigestPeriod, or "" for none."""


def compose_confirmation(
    choice: ChosenReminders, confirm_url: str, edition: Edition, *, view: RenderContext
) -> Message:
    """Return the mail that asks to confirm a sign-up; nothing is sent to those who do not."""
    lang = view.lang
    sender = sender_name(edition, lang)
    is_one = choice.selection.startswith("id=")
    what = describe_selection(choice.selection, edition, lang, own_words=False) if is_one else sender
    return _account_message(
        view,
        sender,
        lang.gettext("Confirm your reminders: {what}", what=what),
        (
            lang.gettext("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.gettext("If this was you, please confirm."),
        ),
        button=Button(lang.gettext("Confirm"), confirm_url),
        facts=_chosen_details(choice, edition, lang),
        why=" ".join(
            (
                lang.gettext("If it was not you, do nothing: no reminders will be sent."),
                lang.gettext("To never get such an email again, open the link and choose “This was not me”."),
            )
        ),
        data={"type": "confirmation", "url": confirm_url},
    )


def compose_known(edition: Edition, *, view: RenderContext) -> Message:
    """Return the mail to somebody who signed up again for the same reminders."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _account_message(
        view,
        sender,
        lang.gettext("You already get reminders from {sender}", sender=sender),
        (
            lang.gettext("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.gettext(
                "This address already gets these reminders, so nothing has changed. You can see and change them here:"
            ),
        ),
        button=Button(lang.gettext("Change your reminders"), MANAGE_URL),
        why=lang.gettext("If it was not you, do nothing: everything stays as it is."),
        data={"type": "known"},
    )


def compose_new_link(edition: Edition, *, view: RenderContext) -> Message:
    """Return the mail with the new link to somebody who has renewed it."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _account_message(
        view,
        sender,
        lang.gettext("Your new link for reminders from {sender}", sender=sender),
        (lang.gettext("The links in earlier emails no longer open your page. This one does:"),),
        button=Button(lang.gettext("Change your reminders"), MANAGE_URL),
        why=lang.gettext(
            "You get this email because the link was renewed on your page. Links to unsubscribe work as before."
        ),
        data={"type": "link"},
    )


def compose_trouble(edition: Edition, *, view: RenderContext) -> Message:
    """Return the mail to a subscriber whose webhook failed for so long that it was switched off."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _account_message(
        view,
        sender,
        lang.gettext("Your webhook for {sender} was switched off", sender=sender),
        (
            lang.gettext(
                "For five days your webhook has accepted none of the reminders sent to it, so no more are sent."
            ),
            lang.gettext("Check the receiving server, then switch the webhook on again:"),
        ),
        button=Button(lang.gettext("Check the webhook"), MANAGE_URL),
        why=lang.gettext("You get this email because you asked {sender} for reminders by webhook.", sender=sender),
        data={"type": "trouble"},
    )


def _chosen_details(choice: ChosenReminders, edition: Edition, lang: Language) -> tuple[Detail, ...]:
    what = describe_selection(choice.selection, edition, lang, own_words=False)
    facts = [
        Detail(
            lang.gettext("What you follow"),
            [
                what[:1].upper() + what[1:],
                *([lang.gettext("Including new announcements")] if choice.wants_new else []),
            ],
        ),
        Detail(
            lang.gettext("When to remind you"),
            [describe_leads(choice.leads, lang) or describe_suggested(choice.selection, edition, lang)],
        ),
    ]
    if choice.digest:
        facts.append(Detail(lang.gettext("How often"), [lang.gettext(DIGEST_LABELS[choice.digest])]))
    return tuple(facts)


def _account_message(  # noqa: PLR0913 (each is one part of a short message)
    view: RenderContext,
    sender: str,
    heading: str,
    paragraphs: tuple[str, ...],
    *,
    why: str,
    data: dict[str, Any],
    button: Button | None = None,
    facts: tuple[Detail, ...] = (),
) -> Message:
    content = MessageContent(
        view=view,
        sender=sender,
        preheader=paragraphs[0] if paragraphs else heading,
        heading=LocalizedText(heading, view.lang.code),
        paragraphs=paragraphs,
        button=button,
        facts=facts,
        why=why,
        may_manage=False,
        may_unsubscribe=False,
    )
    return Message(
        subject=clean_line(heading)[:200],
        text=render_text(content),
        html=render_html(content),
        language=view.lang.code,
        data=data,
    )
