"""The mail to editors and operators about faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.channels.base import Message
from calendar_service.reminders.messages.content import Button, Detail, MessageContent
from calendar_service.reminders.messages.render import render_html, render_text
from calendar_service.store.faults import SET_ASIDE, FaultKind
from calendar_service.store.pauses import REPLACED_KEY
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.store.faults import Fault
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MOST_FAULTS = 20
_MOST_DETAILS = 20
_MAX_CHARACTERS = 400

_THE_REST_GOES_ON = gettext_noop(
    "Everything else goes on. The operator's page lists what is set aside and when it is tried again."
)
_ADVICE = {
    FaultKind.PUBLICATION: gettext_noop(
        "What was published last stays public. Correct the calendar file and save it; what is held is published by "
        "calendar-service publish --confirm."
    ),
    FaultKind.LEASE: gettext_noop(
        "Another host publishes. Compare the calendar files of both; calendar-service publish --confirm on this host "
        "makes it the one that publishes."
    ),
    FaultKind.CLOCK: gettext_noop(
        "Correct the clock of this host; calendar-service doctor says by how much it is wrong."
    ),
    FaultKind.DATABASE: gettext_noop(
        "Pages and feeds stay as they are; sign-ups and reminders wait. Check the disk, the permissions and the server "
        "of the database."
    ),
    FaultKind.SCHEDULE: gettext_noop("Check the log of calendar-service serve, or of calendar-service worker."),
    FaultKind.SENDING: gettext_noop(
        "Check the log of the worker and the mail server. What waits is sent when it works again."
    ),
    FaultKind.MEMORY: gettext_noop("Let the service write into the folder of its secret key. Everything else goes on."),
    FaultKind.COMMIT: gettext_noop(
        "It is public and in the file; nothing is lost. The details say what git has said. The next publication on the "
        "admin pages commits it, too."
    ),
    FaultKind.RESTORE: gettext_noop(
        "Nothing is sent until a person says so: calendar-service plan lists what was due, calendar-service tick "
        "--send-missed sends it, and calendar-service resume goes on without it."
    ),
} | dict.fromkeys(SET_ASIDE, _THE_REST_GOES_ON)


_ADVICE_ON_REPLACED = gettext_noop(
    "Restore a backup: calendar-service db restore FILE. If the empty database is meant: calendar-service resume."
)


def fault_advice(fault: Fault) -> str:
    """Return what the operator can do, as a message id."""
    is_replaced = fault.kind is FaultKind.RESTORE and fault.key == REPLACED_KEY
    return _ADVICE_ON_REPLACED if is_replaced else _ADVICE[fault.kind]


def compose_fault_mail(
    faults: Sequence[Fault], sender: str, host: str, *, view: RenderContext, operator_url: str = ""
) -> Message:
    """Return the mail on what has failed, since when and where, and what to do; `sender` is the calendar's name.

    It has details that are not public. `operator_url` is "" if there is no operator's page.
    """
    lang = view.lang
    first, more = faults[0], len(faults) - 1
    what = reason_text(first, lang).removesuffix(".")
    subject = lang.ngettext("{what}, and {number} more", "{what}, and {number} more", more, what=what) if more else what
    content = MessageContent(
        view=view,
        sender=sender,
        preheader=reason_text(first, lang),
        heading=LocalizedText(subject, lang.code),
        paragraphs=tuple(dict.fromkeys(lang.gettext(fault_advice(each)) for each in faults)),
        button=Button(lang.gettext("Open the operator's page"), operator_url) if operator_url else None,
        facts=tuple(fact for each in faults[:_MOST_FAULTS] for fact in _facts(each, host, lang)),
        why=lang.gettext("You get this email because you run this service or edit its calendar."),
        may_manage=False,
        may_unsubscribe=False,
    )
    listed = [{"kind": each.kind.value, "reason": each.reason, "details": list(each.details)} for each in faults]
    return Message(
        subject=clean_line(lang.gettext("{label}: {title}", label=sender, title=subject))[:200],
        text=render_text(content),
        html=render_html(content),
        language=lang.code,
        data={"type": "alarm", "faults": listed},
    )


def reason_text(fault: Fault, lang: Language) -> str:
    """Return the reason of a fault, translated where the catalogue has it."""
    return clean_line(lang.gettext(fault.reason))


def _facts(fault: Fault, host: str, lang: Language) -> list[Detail]:
    lines = [clean_line(each)[:_MAX_CHARACTERS] for each in fault.details[:_MOST_DETAILS]]
    more = len(fault.details) - _MOST_DETAILS
    lines += [lang.ngettext("and {number} more", "and {number} more", more)] if more > 0 else []
    since = f"{fault.first_at:%Y-%m-%d %H:%M} UTC"
    facts = [
        Detail(lang.gettext("Problem"), [reason_text(fault, lang)]),
        Detail(lang.gettext("Since"), [since]),
        Detail(lang.gettext("Host"), [host if fault.key in ("", host) else f"{host} ({clean_line(fault.key)})"]),
    ]
    return [*facts, Detail(lang.gettext("Details"), lines)] if lines else facts
