"""What differs between the file and the public edition, and what publishing it would announce."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from calendar_service.records.digest import digest_records
from calendar_service.records.edition import advance, compare_with_draft
from calendar_service.records.enums import MomentName
from calendar_service.records.record import Record
from calendar_service.reminders.announcement import announce
from calendar_service.store.engine import reading
from calendar_service.store.older_copies import look_for_older_copy

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Comparison, Draft, Edition
    from calendar_service.records.record import Calendar
    from calendar_service.reminders.announcement import Announcement
    from calendar_service.store.engine import Database

# The keys of the file behind the fields and moments of a record that are called otherwise.
_KEYS = {
    "schedule": "when",
    "registration_url": "registration",
    "zone": "timezone",
    MomentName.REGISTRATION_CLOSES: "registration",
}


@dataclass(frozen=True)
class FileComparison:
    """The next edition as it would be, how it differs from the public one, and what it would announce."""

    last: Edition | None
    following: Edition
    comparison: Comparison
    announcement: Announcement

    @property
    def number(self) -> int:
        """How many records differ, and one more if the calendar's own data do."""
        return len(self.comparison.revisions) + self.comparison.calendar_changed


def compare_file(engine: Database, last: Edition | None, draft: Draft, now: datetime) -> FileComparison:
    """Compare a valid file with the public edition. Raise DatabaseFault."""
    stamp = max(now, last.published_at) if last else now
    draft = draft.released_at(stamp)
    comparison = compare_with_draft(last, draft, now, stamp)
    number = last.number + 1 if last else 1
    following = advance(last, number, stamp, draft.calendar, comparison.revisions)
    return FileComparison(last, following, comparison, announce(engine, last, following, comparison.revisions, now))


def find_doubts(engine: Database, difference: FileComparison, draft: Draft, now: datetime) -> list[str]:
    """Return why publishing a file needs a person's look first. Raise DatabaseFault."""
    older: list[str] = []
    if difference.last:
        digest = digest_records(draft.records)
        with reading(engine) as connection:
            older, _ = look_for_older_copy(connection, difference.last, difference.comparison, digest, now)
    return older + difference.comparison.doubts


def changed_keys(before: Record | Calendar | None, after: Record | Calendar) -> list[str]:
    """Return the keys of the file whose values differ, as far as they are called so in the file."""
    if before is None:
        return []
    names = [each.name for each in fields(after) if getattr(before, each.name) != getattr(after, each.name)]
    if isinstance(before, Record) and isinstance(after, Record) and "milestones" in names:
        old, new = before.milestones, after.milestones
        names.remove("milestones")
        names = [*(each.value for each in MomentName if old.get(each) != new.get(each)), *names]
    return list(dict.fromkeys(_KEYS.get(name, name) for name in names))
