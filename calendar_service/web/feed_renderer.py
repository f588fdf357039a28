"""Feeds, files and lists of an edition: from entries to representations ready to be sent.

What one record makes of a calendar is rendered once for each of its revisions and joined into any feed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.moments import midnight
from calendar_service.records.times import civil_from_instant
from calendar_service.records.window import Choice, choose, extent, next_start
from calendar_service.web.representation import Representation
from calendar_service.writers.api import list_bounds, write_records
from calendar_service.writers.atom import write_atom
from calendar_service.writers.feed import Head, fit, write_feed
from calendar_service.writers.ical import Block, write_entry
from calendar_service.writers.jcal import write_jcal
from calendar_service.writers.jsonfeed import write_json_feed
from calendar_service.writers.recurrence import is_written_out
from calendar_service.writers.single import stretch_for, write_single
from calendar_service.writers.table import write_table
from calendar_service.writers.view import view_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.selection import Selection
    from calendar_service.writers.view import View

_MAX_BLOCKS = 50_000
ICS = "text/calendar; charset=utf-8"
JSON = "application/json"
MEDIA_TYPES = {
    "json": "application/feed+json",
    "atom": "application/atom+xml; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
    "jcal": "application/calendar+json",
}


class FeedRenderer:
    """Prints outputs; safe to use from many threads. `base_url` begins every link."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._lock = threading.Lock()
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()

    def feed(self, selection: Selection, name: str, path: str, edition: Edition, now: datetime) -> Representation:
        """Print the iCalendar feed of a selection; `path` is where it stands, with its query."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        choice = choose(edition, selection, now)
        blocks: Sequence[Block] = [self._block(entry, edition, view, selection, now) for entry in choice.entries]
        omitted = 0
        if not (selection.first or selection.last):
            blocks, omitted = fit(blocks, _dearest_first(choice.entries, edition, now))
        head = Head(name, f"{self.base_url}{path}", _last_change(choice.entries, edition), omitted)
        body = write_feed(head, blocks, edition, view)
        changed_at = _changed_at(choice, edition, now, is_cut=omitted > 0)
        return Representation(body, ICS, changed_at, f'inline; filename="{path.partition("?")[0].rpartition("/")[2]}"')

    def single(self, entry: Entry, selection: Selection, path: str, edition: Edition, now: datetime) -> Representation:
        """Print the .ics file of one record."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        block = self._block(entry, edition, view, selection, now)
        body = write_single(entry, block, path, edition, view)
        changed_at = _changed_at(Choice([entry], edition.published_at), edition, now)
        return Representation(body, ICS, changed_at, f'attachment; filename="{entry.record.id}.ics"')

    def listing(
        self, form: str, selection: Selection, name: str, path: str, edition: Edition, now: datetime
    ) -> Representation:
        """Print the records of a selection as a feed in another form: "json", "atom", "csv" or "jcal"."""
        if form == "jcal":
            feed = self.feed(selection, name, path, edition, now)
            return Representation(write_jcal(feed.body), MEDIA_TYPES[form], feed.changed_at)
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        choice = choose(edition, selection, now)
        head = Head(name, f"{self.base_url}{path}", _last_change(choice.entries, edition))
        stretch = list_bounds(edition, selection, now)
        match form:
            case "json":
                body = write_json_feed(head, choice.entries, edition, view, stretch)
            case "atom":
                body = write_atom(head, choice.entries, edition, view)
            case _:
                body = write_table(choice.entries, edition, view, stretch)
        return Representation(body, MEDIA_TYPES[form], max(edition.published_at, now))

    def records(self, selection: Selection, edition: Edition, now: datetime) -> Representation:
        """Print the records of a selection as JSON."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        choice = choose(edition, selection, now)
        body = write_records(choice.entries, edition, selection, view, now)
        # The dates of what recurs are listed up to two years ahead, so each day may add some.
        return Representation(body, JSON, max(edition.published_at, now))

    def _block(self, entry: Entry, edition: Edition, view: View, selection: Selection, now: datetime) -> Block:
        stretch = stretch_for(entry.record, selection, civil_from_instant(now, edition.calendar.zone).day)
        key = (
            entry.record.id,
            entry.revision.number,
            edition.calendar.zone,
            edition.calendar.id,
            view.lang.code,
            view.default_language,
            view.zone,
            view.alarm,
            stretch if is_written_out(entry.record) else None,
        )
        if found := self._blocks.get(key):
            return found
        block = write_entry(entry, edition.calendar, view, stretch)
        with self._lock:
            self._blocks[key] = block
            while len(self._blocks) > _MAX_BLOCKS:
                self._blocks.popitem(last=False)
        return block


def _dearest_first(entries: list[Entry], edition: Edition, now: datetime) -> list[int]:
    """Order the places of entries: what comes soonest first, then what is past, the newest first."""
    zone = edition.calendar.zone

    def weight(place: int) -> tuple[bool, timedelta, int]:
        record = entries[place].record
        coming = next_start(record, zone, now)
        if coming is None:
            return True, now - extent(record, zone)[1], place
        return False, max(coming - now, timedelta()), place

    return sorted(range(len(entries)), key=weight)


def _changed_at(choice: Choice, edition: Edition, now: datetime, *, is_cut: bool = False) -> datetime:
    """Give when an output last changed, be it by the clock alone: outputs are those of a day's beginning."""
    zone = edition.calendar.zone
    today = civil_from_instant(now, zone).day
    changed = edition.published_at
    if choice.changed_at > changed:  # something has left since; it was shown to the end of that day
        left = civil_from_instant(choice.changed_at - timedelta(microseconds=1), zone).day
        changed = max(changed, min(now, midnight(left + timedelta(days=1), zone)))
    if any(is_written_out(entry.record) for entry in choice.entries):
        changed = max(changed, midnight(today.replace(day=1), zone))
    # What is cut depends on what is past, and so on the day.
    return max(changed, now) if is_cut else changed


def _last_change(entries: list[Entry], edition: Edition) -> datetime:
    return max((entry.revision.changed_at for entry in entries), default=edition.published_at)
