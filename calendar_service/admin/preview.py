"""What a record would look like once it is public: its page, its row in the agenda, the mail. Nothing is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.admin.comparison import compare_file
from calendar_service.records.main_moment import main_moment
from calendar_service.records.selection import Selection
from calendar_service.reminders.channels.base import Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.web.context import cache, settings
from calendar_service.web.layout import POLICY, WITH_PREVIEW
from calendar_service.web.pages import render_agenda, render_event
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from calendar_service.admin.comparison import FileComparison
    from calendar_service.records.edition import Draft, Edition

# A frame of a preview runs none, and browsers say so of each.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


@dataclass(frozen=True)
class RecordPreview:
    """A record as the public would see it, in one language: whole pages as HTML, and a mail."""

    record_id: str
    title: phrases.LocalizedText
    code: str
    page: str
    agenda: str
    subject: str
    mail: str


def make_preview(last: Edition | None, draft: Draft, record_id: str, code: str) -> RecordPreview | None:
    """Return what a record of a file would look like; None if the file does not have it. Raise DatabaseFault.

    The rest of the calendar is as it is in public. A language that the calendar is not shown in is its default.
    """
    now, known = cache().clock(), draft.calendar.shown_languages
    code = code if code in known else known[0]
    record = next((each for each in draft.every_record if each.id == record_id), None)
    if record is None:
        return None
    public = [each.record for each in last.entries.values() if not each.revision.withdrawn] if last else []
    others = tuple(each for each in public if each.id != record_id)
    difference = compare_file(cache().engine, last, replace(draft, records=(*others, record), withheld=()), now)
    edition = difference.following
    selection = Selection(lang=code, ids=(record_id,))
    subject, mail = _mail(difference, record_id, code, now)
    return RecordPreview(
        record_id=record_id,
        title=phrases.pick(record.title, code),
        code=code,
        page=_SCRIPT.sub("", render_event(edition.entries[record_id], edition, Selection(lang=code), now)),
        agenda=_SCRIPT.sub("", render_agenda(edition, selection, now)),
        subject=subject,
        mail=mail,
    )


def _mail(difference: FileComparison, record_id: str, code: str, now: datetime) -> tuple[str, str]:
    """Return subject and HTML of the message about the change, or of a reminder if nobody is told of it."""
    edition, base_url = difference.following, settings().base_url
    view = render_context_of(Selection(lang=code), base_url, edition.calendar.default_language)
    message = difference.announcement.message(record_id, now=now, view=view)
    if message is None:
        entry = edition.entries[record_id]
        main = main_moment(entry, edition.calendar, now)
        message = compose_reminder(entry, edition, main.name, main.at, occurrence=main.occurrence, now=now, view=view)
    links = Envelope("", "", manage_url=f"{base_url}/…", unsubscribe_url=f"{base_url}/…")
    return message.subject, fill_html_links(message.html, links)


def preview_languages(draft: Draft) -> list[tuple[str, str]]:
    """Return the languages in which a record can be looked at: code and own name."""
    return [(code, language(code).own_name()) for code in draft.calendar.shown_languages]


def with_frames(response: Response) -> Response:
    """Return a page that shows whole pages in frames."""
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(POLICY, WITH_PREVIEW)
    return response
