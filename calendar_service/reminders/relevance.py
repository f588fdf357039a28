"""Whether a delivery still says something useful: the same checks for rendering a message and for the forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cachetools import LRUCache

from calendar_service.records.due import too_late
from calendar_service.records.notification_keys import (
    ChangeKey,
    NoticeKind,
    ReminderKey,
    Topic,
    describe_key,
    lead_of,
)
from calendar_service.records.occurrences import point_at
from calendar_service.reminders.change_notices import differences_of
from calendar_service.reminders.messages import DigestItem
from calendar_service.reminders.plan import next_point, selected
from calendar_service.store.engine import reading
from calendar_service.store.revisions import load_change
from calendar_service.store.schedule import first_pass_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.records.notification_keys import RecipientGroup, StoredKey
    from calendar_service.store.engine import Database
    from calendar_service.store.schedule import FirstPass

_MOST_CHANGES = 128
_Change = tuple["Revision | None", "Revision | None", "FirstPass | None"]
"""A revision, after the one before it, and when the planner first saw it."""
_TOPICS = {NoticeKind.CHANGED: Topic.CHANGES, NoticeKind.NEW: Topic.NEW}


class DeliveryObsolete(Exception):
    """A delivery is not useful any more; the message is the reason for the receipts."""


class Relevance:
    """Checks notifications about records against an edition and what a subscriber asks for. Not thread-safe."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine
        self._changes: LRUCache[ChangeKey, _Change] = LRUCache(_MOST_CHANGES)

    def check_wanted(
        self, key: ReminderKey | ChangeKey, edition: Edition, active_watches: Sequence[RecipientGroup]
    ) -> None:
        """Check that the subscriber still asks for this notification. Raise DeliveryObsolete."""
        topic = _TOPICS[key.notice] if isinstance(key, ChangeKey) else Topic.REMINDERS
        records = [edition.entries[key.record_id].record]
        if isinstance(key, ChangeKey) and topic is Topic.CHANGES:
            # The change in a notice may be just that the record has left the selection.
            records += [each.record for each in self._change(key)[:2] if each]
        for active_watch in active_watches:
            if active_watch.topic is topic and active_watch.lead in ("", lead_of(key)):
                chosen = selected(active_watch.selection, edition.calendar.languages)
                if any(chosen.accepts(record) for record in records):
                    return
        raise DeliveryObsolete("not asked for any more")

    def check(self, key: ReminderKey | ChangeKey, edition: Edition, zone: str, now: datetime) -> None:
        """Check that a message of its own still says something. Raise DeliveryObsolete."""
        if isinstance(key, ChangeKey):
            self.changes_of(key, edition, now)
        else:
            find_target(key, edition, zone, now)

    def changes_of(
        self, key: ChangeKey, edition: Edition, now: datetime
    ) -> tuple[Entry, Revision | None, Revision, list[RecordChange]]:
        """Return the record of a notice, the revisions before and after, and its changes. Raise DeliveryObsolete."""
        before, after, seen = self._change(key)
        entry = edition.entries.get(key.record_id)
        if after is None or entry is None:
            raise DeliveryObsolete("the record is no more")
        if key.notice is NoticeKind.NEW:
            if not entry.revision.holds:
                raise DeliveryObsolete("called off")
            return entry, None, after, []
        differences = differences_of(before, after, edition, seen.at if seen else now) if before else []
        if not differences:
            raise DeliveryObsolete("nothing that matters has changed")
        return entry, before, after, differences

    def _change(self, key: ChangeKey) -> _Change:
        if key not in self._changes:
            with reading(self._engine) as connection:
                before, after = load_change(connection, key.record_id, key.revision)
                self._changes[key] = before, after, first_pass_of(connection, after.edition) if after else None
        return self._changes[key]


def about_record(key: StoredKey) -> ReminderKey | ChangeKey:
    """Return a key that is about a record. Raise ValueError for any other."""
    if not isinstance(key, ReminderKey | ChangeKey):
        raise ValueError(f"nothing can be written about {describe_key(key)!r}")  # noqa: TRY004 (as any other bad value)
    return key


def find_target(key: ReminderKey, edition: Edition, zone: str, now: datetime) -> Entry:
    """Return the record of a reminder whose moment has not moved. Raise DeliveryObsolete."""
    entry = edition.entries.get(key.record_id)
    if entry is None or not entry.revision.holds:
        raise DeliveryObsolete("called off")
    if point_at(entry.record, key.moment, key.occurrence) != key.at:
        raise DeliveryObsolete("moved")
    if too_late(key.at, zone or edition.calendar.zone) <= now:
        raise DeliveryObsolete("too late")
    return entry


def digest_item(part: ReminderKey | ChangeKey, edition: Edition, zone: str, now: datetime) -> DigestItem:
    """Return a notification as an item of a digest. Raise DeliveryObsolete."""
    if isinstance(part, ChangeKey):
        entry = edition.entries.get(part.record_id)
        if entry is None or not entry.revision.holds:
            raise DeliveryObsolete("called off")
        if (found := next_point(entry.record, edition.calendar.zone, now)) is None:
            raise DeliveryObsolete("too late")
        return DigestItem(entry, "new", *found)
    entry = find_target(part, edition, zone, now)
    return DigestItem(entry, "reminder", part.moment, part.at, part.occurrence)
