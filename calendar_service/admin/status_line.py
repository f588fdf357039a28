"""The line on top of every admin page: what is public, what waits, and whether mail goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.store.audience import read_outgoing
from calendar_service.store.engine import reading
from calendar_service.store.faults import FaultKind
from calendar_service.store.publication import PublishOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.admin.file_state import FileState
    from calendar_service.records.edition import Edition
    from calendar_service.store.engine import Database
    from calendar_service.web.status import ServiceStatus
    from calendar_service.writers.i18n import Language


@dataclass(frozen=True)
class StatePart:
    """One sentence of the line; `is_bad` if somebody should look at it, `url` is where."""

    text: str
    is_bad: bool = False
    url: str = ""


def held_reasons(state: FileState, status: ServiceStatus) -> tuple[str, ...]:
    """Return why the file, as it is now, is held; nothing if it is not."""
    attempt = status.attempt
    is_of_file = attempt is not None and attempt.digest == state.digest
    return attempt.reasons if attempt and is_of_file and attempt.outcome is PublishOutcome.HELD else ()


def state_line(  # noqa: PLR0913 (all that it tells)
    engine: Database,
    state: FileState,
    status: ServiceStatus,
    edition: Edition | None,
    number: int,
    *,
    now: datetime,
    lang: Language,
) -> list[StatePart]:
    """Return the sentences on the edition, the file, of which `number` changes wait, and the mail."""
    public = (
        lang.gettext("Edition {number} is public.", number=edition.number)
        if edition
        else lang.gettext("Nothing is public yet.")
    )
    uncommitted = [each for each in status.faults if each.kind is FaultKind.COMMIT]
    return [
        StatePart(public),
        _of_file(state, status, number, lang),
        _of_mail(engine, status, now, lang),
        *(StatePart(lang.gettext(each.reason), is_bad=True, url="/admin/messages") for each in uncommitted),
    ]


def _of_file(state: FileState, status: ServiceStatus, number: int, lang: Language) -> StatePart:
    if state.trouble:
        return StatePart(lang.gettext(state.trouble), is_bad=True, url="/admin/changes")
    if errors := state.reading.errors:
        text = lang.ngettext(
            "The calendar file has {number} problem.", "The calendar file has {number} problems.", len(errors)
        )
        return StatePart(text, is_bad=True, url="/admin/changes")
    if not number:
        return StatePart(lang.gettext("No change waits."))
    text = lang.ngettext("{number} change waits.", "{number} changes wait.", number)
    return StatePart(text, is_bad=bool(held_reasons(state, status)), url="/admin/changes")


def _of_mail(engine: Database, status: ServiceStatus, now: datetime, lang: Language) -> StatePart:
    with reading(engine) as connection:
        outgoing = read_outgoing(connection, now)
    if outgoing.is_paused:
        return StatePart(lang.gettext("Sending is paused."), is_bad=True)
    if any(each.kind is FaultKind.SENDING for each in status.faults):
        return StatePart(lang.gettext("Mail does not go out at the moment."), is_bad=True)
    if outgoing.number:
        text = lang.ngettext("{number} email is on its way.", "{number} emails are on their way.", outgoing.number)
        return StatePart(text)
    return StatePart(lang.gettext("All mail is sent."))
