"""The .ics file of one record, byte for byte the same as a download and as an attachment of a mail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.selection import Selection
from calendar_service.records.times import day_of_instant
from calendar_service.writers import phrases
from calendar_service.writers.feed import FeedHead, write_feed
from calendar_service.writers.recurrence import is_written_out, written_stretch
from calendar_service.writers.render_context import render_context_of
from calendar_service.writers.vevents import write_vevents

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Record
    from calendar_service.writers.recurrence import Stretch
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.vevents import SerializedEvents

_CLOCKS_APART = timedelta(days=2)


def write_single(entry: Entry, block: SerializedEvents, path: str, edition: Edition, view: RenderContext) -> bytes:
    """Return the file of one record from its block; `path` is its path with the query."""
    name = phrases.pick(entry.record.title, view.lang.code).text
    head = FeedHead(name, f"{view.base_url}{path}", entry.revision.changed_at)
    return write_feed(head, [block], edition, view)


def stretch_for(record: Record, selection: Selection, today: date) -> Stretch:
    """Return the days for which a record's rule is written out, or else those occurrences that differ from the rule.

    A rule that is not written out is not cut where the selection ends, so its exceptions are not cut there either.
    """
    if record.schedule is None or record.schedule.rule is None:
        return today, today
    rule, first, last = record.schedule.rule, selection.first, selection.last
    # A day of the calendar may be the day before or after on the record's own clock.
    begins = first - _CLOCKS_APART if first else date.min if last else None
    asked = written_stretch(rule, today, begins, last + _CLOCKS_APART if last else None)
    if is_written_out(record):
        return asked
    usual = written_stretch(rule, today)
    return min(usual[0], asked[0]), max(usual[1], asked[1])


def write_file(entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> bytes:
    """Return the file that /events/<id>.ics serves in the view's language, without any other zone."""
    selection = Selection(lang=view.lang.code if view.prefix else "")
    shown = render_context_of(selection, view.base_url, view.default_language)
    stretch = stretch_for(entry.record, selection, day_of_instant(now, edition.calendar.zone))
    block = write_vevents(entry, edition.calendar, shown, stretch)
    query = f"?{selection.query()}" if view.prefix else ""
    return write_single(entry, block, f"/events/{entry.record.id}.ics{query}", edition, shown)
