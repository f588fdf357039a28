"""A reader's own links in the texts that all readers share."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL

if TYPE_CHECKING:
    from calendar_service.reminders.channels.base import Envelope


def fill_links(text: str, envelope: Envelope) -> str:
    """Put the links in the place of their marks."""
    return text.replace(MANAGE_URL, envelope.manage_url).replace(UNSUBSCRIBE_URL, envelope.unsubscribe_url)


def fill_html_links(page: str, envelope: Envelope) -> str:
    """Put the links in the place of their marks, as HTML text or the value of an attribute."""
    return page.replace(MANAGE_URL, html.escape(envelope.manage_url)).replace(
        UNSUBSCRIBE_URL, html.escape(envelope.unsubscribe_url)
    )
