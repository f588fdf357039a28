"""Faults as the operator's page lists them: those of a host or all hosts, and single things that are set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.records.texts import output_languages
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.messages.fault import fault_advice, reason_text
from calendar_service.store.faults import SET_ASIDE, FaultKind
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.store.faults import Fault
    from calendar_service.writers.i18n import Language

_MOST_OF_A_KIND = 50
KINDS = {
    FaultKind.PUBLICATION: gettext_noop("Publishing the calendar file"),
    FaultKind.LEASE: gettext_noop("Publishing host"),
    FaultKind.CLOCK: gettext_noop("The clock"),
    FaultKind.DATABASE: gettext_noop("The database"),
    FaultKind.SCHEDULE: gettext_noop("Scheduling"),
    FaultKind.SENDING: gettext_noop("Sending"),
    FaultKind.MEMORY: gettext_noop("A host’s record of the database"),
    FaultKind.COMMIT: gettext_noop("Git"),
    FaultKind.RESTORE: gettext_noop("Restored backup"),
    FaultKind.EDITION: gettext_noop("Editions"),
    FaultKind.RECORD: gettext_noop("Records"),
    FaultKind.GROUP: gettext_noop("Groups of subscribers"),
    FaultKind.WATCH: gettext_noop("Choices of subscribers"),
    FaultKind.SIGNUP: gettext_noop("Sign-ups"),
    FaultKind.DELIVERY: gettext_noop("Emails"),
}

_SOMETHING = gettext_noop("Something does not work.")
_EDITORS_REST = gettext_noop("Everything else goes on. The operator sees the details.")
_EDITORS_ADVICE = {
    FaultKind.PUBLICATION: gettext_noop("What was published last stays public. “Changes” says what is wrong or held."),
    FaultKind.COMMIT: gettext_noop(
        "It is public and in the file; nothing is lost. The next publication here commits it, too. The operator sees "
        "what git has said."
    ),
    FaultKind.SENDING: gettext_noop("What waits is sent when it works again. The operator sees the details."),
}


@dataclass(frozen=True)
class ListedFault:
    """One fault as text. `mailed` is whether and when it was mailed; `retry` is "" if there is no retry.

    `language` is that of the reason if it is not the page's, else "".
    """

    kind: str
    reason: str
    language: str
    key: str
    since: str
    count: int
    retry: str
    mailed: str
    advice: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class ListedGroup:
    """The things of one kind that are set aside: `count` of all, `faults` of the oldest."""

    label: str
    count: int
    faults: list[ListedFault]


def list_open(faults: Iterable[Fault], zone: str, lang: Language, *, for_editors: bool = False) -> list[ListedFault]:
    """Return the faults that concern a host or all, the oldest first; times are shown in `zone` (IANA name).

    Editors read what it means for them, and nothing of what is inside the service.
    """
    listed = _for_editors if for_editors else _listed
    return [listed(each, zone, lang) for each in faults if each.kind not in SET_ASIDE]


def list_set_aside(
    faults: Iterable[Fault], zone: str, lang: Language, *, for_editors: bool = False
) -> list[ListedGroup]:
    """Return the faults of single things that are set aside, by kind, likewise."""
    listed = _for_editors if for_editors else _listed
    found: dict[FaultKind, list[Fault]] = {}
    for each in faults:
        if each.kind in SET_ASIDE:
            found.setdefault(each.kind, []).append(each)
    return [
        ListedGroup(
            lang.gettext(KINDS[kind]), len(these), [listed(each, zone, lang) for each in these[:_MOST_OF_A_KIND]]
        )
        for kind, these in found.items()
    ]


def _listed(fault: Fault, zone: str, lang: Language) -> ListedFault:
    mailed = (
        lang.gettext("Reported by email: {time}", time=_time(fault.mailed_at, zone, lang)) if fault.mailed_at else ""
    )
    reason = reason_text(fault, lang)
    is_translated = lang.code == "en" or lang.gettext(fault.reason) != fault.reason
    return ListedFault(
        kind=lang.gettext(KINDS[fault.kind]),
        reason=reason,
        language="" if is_translated else "en",
        key=fault.key,
        since=_time(fault.first_at, zone, lang),
        count=fault.count,
        retry=_time(fault.retry_at, zone, lang) if fault.retry_at else "",
        mailed=mailed or lang.gettext("Not reported by email yet"),
        advice=lang.gettext(fault_advice(fault)),
        details=fault.details,
    )


def _for_editors(fault: Fault, zone: str, lang: Language) -> ListedFault:
    listed = _listed(fault, zone, lang)
    is_known = any(language(code).gettext(fault.reason) != fault.reason for code in output_languages())
    return replace(
        listed,
        reason=listed.reason if is_known else lang.gettext(_SOMETHING),
        language="",
        key="",
        advice=lang.gettext(_EDITORS_ADVICE.get(fault.kind, _EDITORS_REST)),
        details=(),
    )


def _time(at: datetime, zone: str, lang: Language) -> str:
    return phrases.when_words(civil_from_instant(at.replace(second=0, microsecond=0), zone), zone, lang)
