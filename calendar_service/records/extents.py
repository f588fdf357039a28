"""Cache of what a selection by time asks of every record: from when to when it lasts, and whether it recurs.

Entries stay the same objects from one edition to the next unless they changed, so that a feed after an edit looks into
one record only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.feed_window import extent

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.feed_window import Bounds


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What is known of an entry in a calendar of a `zone`; `number` is its revision's."""

    entry: Entry
    zone: str
    extent: Bounds
    record_id: str
    number: int
    recurs: bool


class ExtentCache:
    """Caches what is known of entries. Thread-safe: two threads at worst compute the same."""

    def __init__(self) -> None:
        # By identity: to look into each entry for a key would cost more than all else.
        self._kept: dict[int, KnownEntry] = {}

    def know(self, entry: Entry, zone: str) -> KnownEntry:
        """Return what is known of an entry."""
        kept = self._kept.get(id(entry))
        if kept is not None and kept.entry is entry and kept.zone == zone:
            return kept
        record = entry.record
        recurs = record.schedule is not None and record.schedule.rule is not None
        found = KnownEntry(entry, zone, extent(record, zone), record.id, entry.revision.number, recurs)
        self._kept[id(entry)] = found
        return found

    def of(self, entry: Entry, zone: str) -> Bounds:
        """Return what `feed_window.extent` says of the entry's record."""
        return self.know(entry, zone).extent

    def forget_others(self, edition: Edition) -> None:
        """Delete what is kept of entries that the edition does not have, once that is much."""
        if len(self._kept) > 2 * len(edition.entries):
            present = {id(entry) for entry in edition.entries.values()}
            self._kept = {key: each for key, each in self._kept.items() if key in present}
