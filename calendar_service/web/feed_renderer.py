"""Render an edition as feeds and files, caching the VEVENTs of each record revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.output_formats import FORMATS
from calendar_service.records.extents import ExtentCache
from calendar_service.records.feed_window import (
    WindowContents,
    check_occurrences,
    days_asked,
    list_bounds,
    next_start,
    select_contents,
)
from calendar_service.records.moments import midnight
from calendar_service.records.times import day_of_instant
from calendar_service.web.event_cache import EventCache
from calendar_service.web.gzip_chunks import ChunkCompressor
from calendar_service.web.representation import Representation
from calendar_service.writers.feed import FeedContents, FeedHead, FeedUnit, fit_to_limits
from calendar_service.writers.recurrence import days_within, is_written_out, varies_by_month
from calendar_service.writers.render_context import render_context_of
from calendar_service.writers.single import stretch_for, write_single
from calendar_service.writers.vevents import without_source, write_vevents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from calendar_service.output_formats import OutputFormat
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.feed_window import Bounds
    from calendar_service.records.paging import PageRequest
    from calendar_service.records.record import Calendar, Record
    from calendar_service.records.selection import Selection
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.vevents import SerializedEvents

_LASTING = (FeedUnit.VEVENTS, FeedUnit.ENTRIES)
"""Units whose output does not depend on the day: it lists no dates up to a moving end."""


class FeedRenderer:
    """Renders outputs. Thread-safe. `base_url` is the beginning of every link."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.events = EventCache()
        self._extents = ExtentCache()
        self._chunks = ChunkCompressor()
        self._calendar: Calendar | None = None

    def feed(  # noqa: PLR0913 (what an output is made of)
        self,
        form: OutputFormat,
        selection: Selection,
        name: str,
        path: str,
        edition: Edition,
        now: datetime,
        *,
        page: PageRequest | None = None,
    ) -> Representation:
        """Render the records of a selection in a format; `path` is the path of the output with its query.

        `page` is what is asked for of it, None for all.
        """
        view = render_context_of(selection, self.base_url, edition.calendar.default_language)
        self._extents.forget_others(edition)
        choice = select_contents(edition, selection, now, self._extents.of)
        following = None
        if page:
            entries, following = page.cut(choice.entries)
            choice = replace(choice, entries=entries)
        next_url = f"{self.base_url}{path}{'&' if '?' in path else '?'}{following.query()}" if following else ""
        entries, bounds = choice.entries, list_bounds(edition, selection, now)
        _check_size(form, choice, selection, edition, now)
        is_made_of_blocks = form.holds is FeedUnit.VEVENTS
        blocks, omitted = self._blocks(entries, edition, view, selection, now) if is_made_of_blocks else ([], 0)
        head = FeedHead(name, f"{self.base_url}{path}", _last_change(entries, edition), omitted)
        within = days_asked(edition, selection)
        contents = FeedContents(head, entries, edition, view, selection, bounds, now, within, blocks, next_url)
        body = form.write(contents)
        if form.holds in _LASTING:
            changed_at = _changed_at(choice, edition, now, is_cut=omitted > 0)
        else:
            # Occurrences are listed up to two years ahead, so each day may add some.
            changed_at = max(edition.published_at, now)
        file_name = path.partition("?")[0].rpartition("/")[2]
        disposition = f'inline; filename="{file_name}"' if form.is_inline else ""
        compressed = self._chunks.compress(body, blocks) if form is FORMATS["ics"] and blocks else b""
        return Representation.of(body, form.media_type, changed_at, disposition, compressed, next_url)

    def single(self, entry: Entry, selection: Selection, path: str, edition: Edition, now: datetime) -> Representation:
        """Render the .ics file of one record."""
        view = render_context_of(selection, self.base_url, edition.calendar.default_language)
        today = day_of_instant(now, edition.calendar.zone)
        if is_written_out(entry.record):
            check_occurrences([(entry.record, *stretch_for(entry.record, selection, today))], selection)
        block = self._maker([entry], edition, view, selection, now)(0)
        body = write_single(entry, block, path, edition, view)
        changed_at = _changed_at(WindowContents([entry], edition.published_at, [entry.record]), edition, now)
        disposition = f'attachment; filename="{entry.record.id}.ics"'
        return Representation.of(body, FORMATS["ics"].media_type, changed_at, disposition)

    def _blocks(
        self, entries: list[Entry], edition: Edition, view: RenderContext, selection: Selection, now: datetime
    ) -> tuple[list[SerializedEvents], int]:
        """Return the VEVENTs of the entries that fit into a feed, and the number of entries left out."""
        make = self._maker(entries, edition, view, selection, now)
        if selection.is_bounded:
            return [make(place) for place in range(len(entries))], 0
        today = day_of_instant(now, edition.calendar.zone)
        order = self._most_important_first(entries, edition, now)
        kept = fit_to_limits(order, make)
        if len(kept) < len(entries):
            # Dates matter more to those who subscribe than the whole record to those who import.
            kept = fit_to_limits(order, lambda place: without_source(make(place)))
        left_out = (entry.record for place, entry in enumerate(entries) if place not in kept)
        omitted = sum(_has_events(each, stretch_for(each, selection, today)) for each in left_out)
        return list(kept.values()), omitted

    def _maker(
        self, entries: list[Entry], edition: Edition, view: RenderContext, selection: Selection, now: datetime
    ) -> Callable[[int], SerializedEvents]:
        """Return a function that returns the block of the entry at an index, from the cache if it is there."""
        calendar, today = self._same_calendar(edition), day_of_instant(now, edition.calendar.zone)
        shown = (view.lang.code, view.default_language, view.zone, view.alarm, selection.hide_cancelled)
        kept = self.events.open(shown, is_own=bool(view.zone or view.alarm))
        asked = days_asked(edition, selection)

        def make(place: int) -> SerializedEvents:
            entry = entries[place]
            known = self._extents.know(entry, calendar.zone)
            stretch = stretch_for(entry.record, selection, today) if known.recurs else (today, today)
            written = stretch if known.recurs and varies_by_month(entry.record) else None
            within = asked and _cutting(asked, known.extent)
            state = (known.number, calendar, written, within)
            return kept.get(known.record_id, state, lambda: write_vevents(entry, calendar, view, stretch, within))

        return make

    def _same_calendar(self, edition: Edition) -> Calendar:
        """Return the calendar of an edition, and for equal ones the same object, which compares at once."""
        kept = self._calendar
        if kept is None or kept != edition.calendar:
            self._calendar = kept = edition.calendar
        return kept

    def _most_important_first(self, entries: list[Entry], edition: Edition, now: datetime) -> list[int]:
        """Return the indexes of entries: coming ones first, the soonest first, then past ones, the newest first."""
        zone = edition.calendar.zone

        def weight(place: int) -> tuple[bool, timedelta, int]:
            coming = next_start(entries[place].record, zone, now)
            if coming is None:
                return True, now - self._extents.of(entries[place], zone)[1], place
            return False, max(coming - now, timedelta()), place

        return sorted(range(len(entries)), key=weight)


def _cutting(asked: Bounds, extent: Bounds) -> Bounds | None:
    """Return the bounds of a selection if part of a record lies outside them: its block is its own then."""
    return None if asked[0] <= extent[0] and extent[1] <= asked[1] else asked


def _has_events(record: Record, stretch: tuple[date, date]) -> bool:
    """Return True if a record has an event in a feed: a rule may have no occurrence between the two days."""
    if record.schedule is None or not is_written_out(record) or record.milestones or record.sessions:
        return True
    return bool(days_within(record.schedule, stretch))


def _check_size(
    form: OutputFormat, choice: WindowContents, selection: Selection, edition: Edition, now: datetime
) -> None:
    """Raise BadSelection if a format would list too many occurrences."""
    if form.holds is FeedUnit.MOMENTS:
        first, last = (bound.date() for bound in list_bounds(edition, selection, now))
        check_occurrences(((entry.record, first, last) for entry in choice.entries), selection)
    elif form.holds in _LASTING:
        today = day_of_instant(now, edition.calendar.zone)
        written_out = [record for record in choice.recurring if is_written_out(record)]
        check_occurrences(((each, *stretch_for(each, selection, today)) for each in written_out), selection)


def _changed_at(choice: WindowContents, edition: Edition, now: datetime, *, is_cut: bool = False) -> datetime:
    """Return when an output last changed (aware), by an edition or by the start of a new day."""
    zone = edition.calendar.zone
    today = day_of_instant(now, zone)
    changed = edition.published_at
    if choice.changed_at > changed:  # something left the window since; it was shown to the end of that day
        left = day_of_instant(choice.changed_at - timedelta(microseconds=1), zone)
        changed = max(changed, min(now, midnight(left + timedelta(days=1), zone)))
    if any(varies_by_month(record) for record in choice.recurring):
        changed = max(changed, midnight(today.replace(day=1), zone))
    # Which entries are left out depends on which are past, and so on the day.
    return max(changed, now) if is_cut else changed


def _last_change(entries: list[Entry], edition: Edition) -> datetime:
    return max((entry.revision.changed_at for entry in entries), default=edition.published_at)
