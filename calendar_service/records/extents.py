"""Cache of the time from a record's first moment to its last, by entry.

A selection by time needs it of every record. Entries stay the same objects from one edition to the next unless they
changed, so that a feed after an edit computes it of one record only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.feed_window import extent

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.feed_window import Bounds


class ExtentCache:
    """Caches extents by entry. Thread-safe: two threads at worst compute the same."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Entry, str, Bounds]] = {}

    def of(self, entry: Entry, zone: str) -> Bounds:
        """Return what `feed_window.extent` says of the entry's record."""
        name = entry.record.id
        kept = self._kept.get(name)
        if kept and kept[0] is entry and kept[1] == zone:
            return kept[2]
        found = extent(entry.record, zone)
        self._kept[name] = (entry, zone, found)
        return found

    def forget_others(self, edition: Edition) -> None:
        """Delete what is kept of records that the edition does not have, once that is much."""
        if len(self._kept) > 2 * len(edition.entries):
            self._kept = {name: each for name, each in self._kept.items() if name in edition.entries}
