"""The messages that `audit` verifies: composed here, since nobody can be asked for what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.reminders.messages.samples import sample_messages
from calendar_service.verification.messages import SentMessage
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.records.edition import Edition


def audited_messages(edition: Edition, base_url: str, now: datetime) -> Iterator[SentMessage]:
    """Yield what subscribers are sent about each record in each language; `now` is aware."""
    for code in edition.calendar.shown_languages:
        view = RenderContext(language(code), base_url, edition.calendar.default_language)
        for each in sample_messages(edition, view, now):
            message = each.message
            yield SentMessage(each.record, each.what, code, message.html, message.attachment, each.occurrence)
