"""Whether a delivery still says something useful: the same checks for rendering a message and for the forecast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cachetools import LRUCache

from calendar_service.records.due import too_late
from calendar_service.records.main_moment import main_moment
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
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.plan import next_point, selected
from calendar_service.store.claims import list_notices
from calendar_service.store.engine import reading
from calendar_service.store.outbox import SILENT, DeliveryState
from calendar_service.store.revisions import load_change
from calendar_service.store.schedule import first_pass_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.records.notification_keys import RecipientGroup, StoredKey
    from calendar_service.store.engine import Database
    from calendar_service.store.schedule import FirstPass

_MOST_CHANGES = 128
_Change = tuple["Revision | None", "Revision | None", "FirstPass | None"]
"""A revision, after the one before it, and when the planner first saw it."""
SUPERSEDED = "superseded by a later change"
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
                if any(chosen.accepts(record, edition.calendar.tag_labels) for record in records):
                    return
        raise DeliveryObsolete("not asked for any more")

    def check(
        self, key: ReminderKey | ChangeKey, recipient_id: int, edition: Edition, zone: str, now: datetime
    ) -> None:
        """Check that a message of its own still says something. Raise DeliveryObsolete."""
        if isinstance(key, ChangeKey):
            self.notice_of(key, recipient_id, edition, now)
        else:
            find_target(key, edition, zone, now)

    def notice_of(self, key: ChangeKey, recipient_id: int, edition: Edition, now: datetime) -> RecordNotice:
        """Return what a notice tells: the net change from what the subscriber was last told. Raise DeliveryObsolete."""
        first = self._first_untold(key, recipient_id)
        before = self._change(first)[0]
        _, after, seen = self._change(key)
        if seen and seen.is_silent:
            raise DeliveryObsolete(SILENT)
        entry = edition.entries.get(key.record_id)
        if after is None or entry is None:
            raise DeliveryObsolete("the record is no more")
        if first.notice is NoticeKind.NEW:
            if not entry.revision.holds:
                raise DeliveryObsolete("called off")
            return RecordNotice(entry, None, after, [])
        differences = differences_of(before, after, edition, seen.at if seen else now) if before else []
        if not differences:
            raise DeliveryObsolete("nothing that matters has changed")
        return RecordNotice(entry, before, after, differences)

    def _first_untold(self, key: ChangeKey, recipient_id: int) -> ChangeKey:
        """Return the first of the changes that lead up to this one and were not told. Raise DeliveryObsolete."""
        with reading(self._engine) as connection:
            known = list_notices(connection, recipient_id, key.record_id)
        notices = sorted(
            ((each.key, each) for each in known if isinstance(each.key, ChangeKey)), key=lambda pair: pair[0].revision
        )
        if any(
            other.revision > key.revision and (each.is_pending or each.state == DeliveryState.SENT)
            for other, each in notices
        ):
            raise DeliveryObsolete(SUPERSEDED)
        first = key
        for other, each in reversed(notices):
            if other.revision < key.revision:
                if not (each.is_pending or each.reason == SUPERSEDED):
                    break
                first = other
        return first

    def digest_item(
        self, part: ReminderKey | ChangeKey, recipient_id: int, edition: Edition, zone: str, now: datetime
    ) -> DigestItem:
        """Return a notification as an item of a digest. Raise DeliveryObsolete."""
        if isinstance(part, ReminderKey):
            entry = find_target(part, edition, zone, now)
            return DigestItem(entry, "reminder", part.moment, part.at, part.occurrence)
        told = self.notice_of(part, recipient_id, edition, now)
        if told.before:
            main = main_moment(replace(told.entry, revision=told.after), edition.calendar, now)
            return DigestItem(told.entry, "notice", main.name, main.at, main.occurrence, told)
        if (found := next_point(told.entry.record, edition.calendar.zone, now)) is None:
            raise DeliveryObsolete("too late")
        return DigestItem(told.entry, "new", *found)

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
