"""Letters about the service itself: please confirm, you are known already, a webhook failed.

None of them says anything that a visitor could have made up, or lists what is in the calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from calendar_service.records.leads import read_lead
from calendar_service.reminders.channels.post import MANAGE_URL, Letter
from calendar_service.reminders.letters.parts import sender_name
from calendar_service.reminders.letters.setting import set_html, set_text
from calendar_service.reminders.letters.sheet import Button, Fact, Sheet
from calendar_service.writers.content import clean_line
from calendar_service.writers.selection_words import describe_lead, describe_selection
from calendar_service.writers.sentences import Worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.edition import Edition
    from calendar_service.writers.language import Language
    from calendar_service.writers.view import View


class Chosen(Protocol):
    """What a confirmation tells of a choice: a canonical query, leads and whether news are wanted."""

    @property
    def selection(self) -> str:
        """The canonical query."""

    @property
    def leads(self) -> Sequence[str]:
        """Canonical leads; none for those that the programme suggests."""

    @property
    def wants_new(self) -> bool:
        """Whether to tell of what is new."""

    @property
    def digest(self) -> str:
        """One of "", "daily", "weekly"."""


def compose_confirmation(choice: Chosen, confirm_url: str, edition: Edition, *, view: View) -> Letter:
    """Ask whether somebody really wants letters; nothing is sent to whoever does nothing."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _letter(
        view,
        sender,
        lang.say("Please confirm: reminders of {sender}", sender=sender),
        (
            lang.say("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.say("If this was you, confirm it. The page behind the link asks you once more."),
        ),
        button=Button(lang.say("Confirm"), confirm_url),
        facts=_chosen(choice, edition, lang),
        why=" ".join(
            (
                lang.say("If it was not you, do nothing, and nothing more will be sent."),
                lang.say(
                    "The page behind the link also has “This was not me”: it keeps this address from such letters."
                ),
            )
        ),
        data={"type": "confirmation", "url": confirm_url},
    )


def compose_known(edition: Edition, *, view: View) -> Letter:
    """Tell somebody who asked again that reminders come already."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _letter(
        view,
        sender,
        lang.say("You get reminders of {sender} already", sender=sender),
        (
            lang.say("Somebody, probably you, asked {sender} to send reminders to this address.", sender=sender),
            lang.say("It gets just these already, so nothing has changed. Here you can see and change what you get:"),
        ),
        button=Button(lang.say("Change what you get"), MANAGE_URL),
        why=lang.say("If it was not you, do nothing: everything stays as it is."),
        data={"type": "known"},
    )


def compose_trouble(edition: Edition, *, view: View) -> Letter:
    """Tell a reader that a webhook failed for so long that it was switched off."""
    lang = view.lang
    sender = sender_name(edition, lang)
    return _letter(
        view,
        sender,
        lang.say("Your webhook for {sender} was switched off", sender=sender),
        (
            lang.say("For five days it has taken none of the reminders sent to it, so no more are sent."),
            lang.say("See to the receiving side, then switch it on again:"),
        ),
        button=Button(lang.say("See to the webhook"), MANAGE_URL),
        why=lang.say("You get this letter because you asked {sender} for reminders by webhook.", sender=sender),
        data={"type": "trouble"},
    )


def _chosen(choice: Chosen, edition: Edition, lang: Language) -> tuple[Fact, ...]:
    told = [describe_lead(read_lead(lead), lang) for lead in choice.leads]
    what = describe_selection(choice.selection, edition, lang, own_words=False)
    facts = [
        Fact(lang.say("Reminders of"), [what[:1].upper() + what[1:]]),
        Fact(lang.say("When"), [lang.join(told) if told else lang.say("As the programme suggests")]),
    ]
    if choice.wants_new:
        facts.append(Fact(lang.say("Also"), [lang.say("What is newly announced")]))
    if choice.digest:
        rhythm = lang.say("In one letter a day") if choice.digest == "daily" else lang.say("In one letter a week")
        facts.append(Fact(lang.say("How"), [rhythm]))
    return tuple(facts)


def _letter(  # noqa: PLR0913 (each is one part of a short letter)
    view: View,
    sender: str,
    heading: str,
    paragraphs: tuple[str, ...],
    *,
    why: str,
    data: dict[str, Any],
    button: Button | None = None,
    facts: tuple[Fact, ...] = (),
) -> Letter:
    sheet = Sheet(
        view=view,
        sender=sender,
        preheader=paragraphs[0] if paragraphs else heading,
        heading=Worded(heading, view.lang.code),
        paragraphs=paragraphs,
        button=button,
        facts=facts,
        why=why,
        may_manage=False,
        may_unsubscribe=False,
    )
    return Letter(
        subject=clean_line(heading)[:200],
        text=set_text(sheet),
        html=set_html(sheet),
        language=view.lang.code,
        data=data,
    )
