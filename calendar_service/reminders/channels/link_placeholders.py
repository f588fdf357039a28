"""Placeholders for a subscriber's own links in texts that all subscribers share."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL

if TYPE_CHECKING:
    from calendar_service.reminders.channels.base import Envelope


def fill_links(text: str, envelope: Envelope) -> str:
    """Replace the placeholders by the links."""
    return text.replace(MANAGE_URL, envelope.manage_url).replace(UNSUBSCRIBE_URL, envelope.unsubscribe_url)


def fill_html_links(page: str, envelope: Envelope) -> str:
    """Replace the placeholders by the links, escaped for HTML text or an attribute."""
    return page.replace(MANAGE_URL, html.escape(envelope.manage_url)).replace(
        UNSUBSCRIBE_URL, html.escape(envelope.unsubscribe_url)
    )
