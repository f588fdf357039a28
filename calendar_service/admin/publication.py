"""What publishing would do - what changes, who is notified, what to look at first - and publishing it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from calendar_service.admin.access import who
from calendar_service.admin.comparison import find_doubts
from calendar_service.admin.file_state import why_read_only
from calendar_service.admin.publication_commit import commit_publication
from calendar_service.admin.shown_changes import (
    audience_parts,
    context_for,
    message_languages,
    shown_changes,
    total_audience,
)
from calendar_service.admin.status_line import held_reasons
from calendar_service.admin.waiting import drop_published
from calendar_service.publishing import publish_file
from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.reminders.announcement import Audience
from calendar_service.reminders.channels.base import Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links
from calendar_service.store.engine import writing
from calendar_service.store.lease import this_host
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_intents import PublishIntent, store_intent
from calendar_service.store.whole_file import ChangedMeanwhile, NotReplaced, replace_whole
from calendar_service.web.context import cache
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from calendar_service.admin.comparison import FileComparison
    from calendar_service.admin.overview import Overview

logger = logging.getLogger(__name__)

_NOT_WRITTEN = gettext_noop(
    "The service could not write the calendar file, and nothing was published. Try again in a moment. "
    "If it stays so, tell the operator: the reason is in the log of the service."
)


class NotWritten(CalendarError):
    """The file was not written, and nothing was published; the log says why, the message names no path."""


def publication_values(overview: Overview) -> dict[str, Any]:
    """Return what a page says of the publication of all that is pending, by the name in its template."""
    difference, blocked = overview.difference, why_blocked(overview)
    doubts = doubts_of(overview)
    said = {each: each for each in doubts}  # what is kept of an attempt is English text
    held = [said.get(each, each) for each in held_reasons(overview.state, overview.status)]
    audience = difference.announcement.audience if difference else Audience()
    return {
        "difference": difference,
        "changes": shown_changes(overview, difference) if difference else [],
        "notified": total_audience(audience),
        "parts": audience_parts(audience, overview.lang),
        "languages": message_languages(difference) if difference else [],
        "held": held,
        "doubts": [] if held else doubts,
        "blocked": blocked,
        "may_publish": bool(held or overview.is_to_be_written) and not blocked and who().may("publish"),
    }


def doubts_of(overview: Overview) -> list[str]:
    """Return why publishing what is pending needs a person's look first. Raise DatabaseFault."""
    if overview.difference is None or overview.draft is None:
        return []
    return find_doubts(overview.engine, overview.difference, overview.draft, cache().clock())


def why_blocked(overview: Overview) -> str:
    """Return why what is pending cannot be published, "" if it can: what is held is in the file already."""
    is_to_be_written = overview.is_to_be_written
    found = why_read_only(overview.engine, overview.reader.path, this_host(), is_to_be_written=is_to_be_written)
    return overview.lang.say(found) if found else ""


def publish_pending(overview: Overview, *, is_silent: bool) -> PublishOutcome:
    """Write what is pending into the file, and make the edition, as one step.

    What the editor means is stored before the file is written; whichever process publishes the file obeys it. Raise
    ChangedMeanwhile, NotWritten and DatabaseFault.
    """
    state, pending, now = overview.state, overview.pending, cache().clock()
    is_confirmed = bool(held_reasons(state, overview.status) or doubts_of(overview))
    intent = PublishIntent(pending.state.digest, who().editor.address, is_confirmed=is_confirmed, is_silent=is_silent)
    with writing(overview.engine) as connection:
        store_intent(connection, intent, now)
    try:
        if overview.is_to_be_written:
            replace_whole(overview.reader.path, pending.state.data, state.data)
        result = publish_file(overview.engine, overview.reader.path, now, host=this_host())
    except ChangedMeanwhile:
        raise
    except (NotReplaced, OSError) as error:
        logger.error("An editor's changes were not written into the calendar file: %s", error)  # noqa: TRY400 (the traceback adds nothing)
        raise NotWritten(_NOT_WRITTEN) from None
    drop_published(overview.engine, pending.applied, pending.state.data)
    cache().refresh()
    if result.edition and result.outcome in (PublishOutcome.PUBLISHED, PublishOutcome.UNCHANGED):
        # Another process may have been the first to publish what was written here.
        commit_publication(overview, who().editor, result.edition.number)
    return result.outcome


def message_about(difference: FileComparison, record_id: str, code: str) -> tuple[str, str, str] | None:
    """Return subject, text and HTML of the message about one change, or all with ""; None if none is sent."""
    view = context_for(difference, language(code))
    message = difference.announcement.message(record_id, now=cache().clock(), view=view)
    if message is None:
        return None
    links = Envelope("", "", manage_url=f"{view.base_url}/…", unsubscribe_url=f"{view.base_url}/…")
    return message.subject, fill_links(message.text, links), fill_html_links(message.html, links)
