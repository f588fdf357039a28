"""What is on in a stretch of days, to copy into a newsletter as HTML or plain text, and to print."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import render_template

from calendar_service.reminders.messages.render import direction
from calendar_service.web.agenda import make_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.selection import Selection
    from calendar_service.web.agenda import AgendaItem
    from calendar_service.writers.render_context import RenderContext

_FOUR_WEEKS = timedelta(days=27)


def newsletter_days(selection: Selection, today: date) -> tuple[date, date]:
    """Return the first and the last day: those of the selection, else four weeks from `today` or from its first day."""
    first = selection.first or (min(today, selection.last) if selection.last else today)
    return first, selection.last or first + _FOUR_WEEKS


def write_newsletter(
    items: Iterable[AgendaItem], edition: Edition, view: RenderContext, now: datetime
) -> tuple[str, str]:
    """Return items as HTML for a mail, with its styles in the elements, and as plain text; links are absolute."""
    rows = [make_row(item, edition, view, now) for item in items]
    values = {
        "rows": rows,
        "lang": view.lang,
        "gettext": view.lang.gettext,
        "base_url": view.base_url,
        "direction": direction,
    }
    html, text = (render_template(f"newsletter_mail.{form}", **values) for form in ("html", "txt"))
    return html, text
