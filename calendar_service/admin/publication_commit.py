"""Commit what an editor has published, if CALENDAR_GIT says so; a failure is a fault until the next one succeeds."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from calendar_service.admin.git_commit import NotCommitted, Person, commit_file
from calendar_service.admin.shown_changes import change_words, context_for
from calendar_service.records.errors import gettext_noop
from calendar_service.records.shorten import shorten
from calendar_service.store.engine import writing
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.hosts import host_name
from calendar_service.web.context import cache, settings
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from calendar_service.admin.overview import Overview
    from calendar_service.settings import Editor

logger = logging.getLogger(__name__)

NOT_COMMITTED = gettext_noop("What was published is not committed to git.")
_SUBJECT = 72
_LINE = 200
_MOST_LINES = 50


def commit_publication(overview: Overview, editor: Editor, number: int) -> None:
    """Commit the file that has become an edition, with what was not committed before. Raise DatabaseFault."""
    asked, now = settings(), cache().clock()
    if not asked.commits_to_git:
        return
    message = commit_message(overview, editor, number)
    author = Person(editor.name or editor.address, editor.address)
    try:
        commit_file(overview.reader.path, message, author, Person(*asked.git_committer))
    except NotCommitted as error:
        logger.error("Edition %d is not committed to git: %s", number, error)  # noqa: TRY400 (the traceback adds nothing)
        details = [line for line in str(error).splitlines() if line.strip()]
        with writing(overview.engine) as connection:
            report_fault(connection, FaultKind.COMMIT, host_name(), NOT_COMMITTED, now, details=details)
        return
    with writing(overview.engine) as connection:
        clear_fault(connection, FaultKind.COMMIT, host_name())


def commit_message(overview: Overview, editor: Editor, number: int) -> str:
    """Return the message of the commit: what was published, a line for each record, in the calendar's language."""
    lines = _sentences(overview)
    if not lines:  # such as a draft
        return f"Save what is not public yet\n\nSaved on the admin pages by {editor.address}.\n"
    subject = lines[0] if len(lines) == 1 else f"Publish edition {number}: {len(lines)} changes"
    listed = [f"- {line}" for line in lines[:_MOST_LINES]]
    if more := len(lines) - len(listed):
        listed.append(f"- and {more} more")
    origin = f"Edition {number}, published on the admin pages by {editor.address}."
    return "\n".join([shorten(subject, _SUBJECT), "", *listed, "", origin]) + "\n"


def _sentences(overview: Overview) -> list[str]:
    difference, now = overview.difference, cache().clock()
    if difference is None:
        return []
    lang = language(difference.following.calendar.default_language)
    view, found = context_for(difference, lang), []
    for each in difference.announcement.changes:
        record_id = each.after.record.id
        before = difference.last.entries.get(record_id) if difference.last else None
        entry = difference.following.entries[record_id]
        headline = change_words(each.notice, before, entry, difference.following, view, now)[0]
        title = phrases.pick(each.after.record.title, lang.code).text
        found.append(_one_line(lang.gettext("{label}: {title}", label=headline, title=title)))
    return found


def _one_line(text: str) -> str:
    return shorten(" ".join("".join(char if char.isprintable() else " " for char in text).split()), _LINE)
