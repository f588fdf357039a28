"""Account mails: please confirm, you are subscribed already, a webhook failed.

None of them contains anything that a visitor could have made up, or lists what is in the calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from calendar_service.records.errors import gettext_noop
from calendar_service.records.leads import read_lead
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.reminders.channels.base import MANAGE_URL, Message
from calendar_service.reminders.messages.common import sender_name
from calendar_service.reminders.messages.content import Button, Detail, MessageContent
from calendar_service.reminders.messages.render import render_html, render_text
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.selection_words import describe_lead, describe_selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.edition import Edition
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

DIGEST_LABELS = {
    "": gettext_noop("Each by itself"),
    DigestPeriod.DAILY: gettext_noop("In one letter a day"),
    DigestPeriod.WEEKLY: gettext_noop("In one letter a week"),
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
    return _account_message(
        view,
        sender,
        lang.gettext("Please confirm: reminders of {sender}", sender=sender),
        (
            lang.gettext("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.gettext("If this was you, confirm it. The page behind the link asks you once more."),
        ),
        button=Button(lang.gettext("Confirm"), confirm_url),
        facts=_chosen_details(choice, edition, lang),
        why=" ".join(
            (
                lang.gettext("If it was not you, do nothing, and nothing more will be sent."),
                lang.gettext(
                    "The page behind the link also has “This was not me”: it keeps this address from such letters."
                ),
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
        lang.gettext("You get reminders of {sender} already", sender=sender),
        (
            lang.gettext("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.gettext(
                "It gets just these already, so nothing has changed. Here you can see and change what you get:"
            ),
        ),
        button=Button(lang.gettext("Change what you get"), MANAGE_URL),
        why=lang.gettext("If it was not you, do nothing: everything stays as it is."),
        data={"type": "known"},
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
            lang.gettext("For five days it has taken none of the reminders sent to it, so no more are sent."),
            lang.gettext("See to the receiving side, then switch it on again:"),
        ),
        button=Button(lang.gettext("See to the webhook"), MANAGE_URL),
        why=lang.gettext("You get this letter because you asked {sender} for reminders by webhook.", sender=sender),
        data={"type": "trouble"},
    )


def _chosen_details(choice: ChosenReminders, edition: Edition, lang: Language) -> tuple[Detail, ...]:
    leads = [describe_lead(read_lead(lead), lang) for lead in choice.leads]
    what = describe_selection(choice.selection, edition, lang, own_words=False)
    facts = [
        Detail(lang.gettext("Reminders of"), [what[:1].upper() + what[1:]]),
        Detail(lang.gettext("When"), [lang.join(leads) if leads else lang.gettext("As the programme suggests")]),
    ]
    if choice.wants_new:
        facts.append(Detail(lang.gettext("Also"), [lang.gettext("What is newly announced")]))
    if choice.digest:
        facts.append(Detail(lang.gettext("How"), [lang.gettext(DIGEST_LABELS[choice.digest])]))
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
