"""What publishing some changes would announce, and to how many: the notices as the planner will make them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.reminders.change_notices import differences_of, notices
from calendar_service.reminders.messages.edition_notice import compose_notices
from calendar_service.reminders.messages.items import RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.plan import without_unreadable
from calendar_service.reminders.setting_aside import Failures
from calendar_service.store.audience import count_audience
from calendar_service.store.engine import reading
from calendar_service.store.outbox import list_recipients, load_groups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.notification_keys import DueNotification
    from calendar_service.reminders.channels.base import Message
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.writers.render_context import RenderContext

Audience = Counter[tuple[str, str]]
"""Numbers of subscribers by language and channel."""


@dataclass(frozen=True)
class AnnouncedChange:
    """A revision with what subscribers are told of it, None if nothing, and whom it reaches."""

    after: Revision
    notice: RecordNotice | None
    audience: Audience


@dataclass(frozen=True)
class Announcement:
    """The changes of an edition; the whole audience counts everybody once, as each gets one message."""

    edition: Edition
    changes: tuple[AnnouncedChange, ...]
    audience: Audience

    def message(self, record_id: str, *, now: datetime, view: RenderContext) -> Message | None:
        """Return the message about one record, or with "" about all, as it will be sent; None if nothing is said."""
        told = [each.notice for each in self.changes if each.notice and record_id in ("", each.after.record.id)]
        if not told:
            return None
        if len(told) > 1:
            return compose_notices(told, self.edition, now=now, view=view)
        (one,) = told
        return compose_notice(one, self.edition, now=now, view=view)


def announce(
    engine: Database, last: Edition | None, following: Edition, revisions: Sequence[Revision], now: datetime
) -> Announcement:
    """Return what the edition that follows the last one would announce. Raise DatabaseFault.

    A first edition announces nothing to those who signed up before it, as the planner does for any other.
    """
    changes: list[AnnouncedChange] = []
    everybody: set[int] = set()
    with reading(engine) as connection:
        groups = without_unreadable(load_groups(connection), following, Failures())
        for revision in revisions:
            entry = last.entries.get(revision.record.id) if last else None
            pair = (entry.revision if entry else None, replace(revision, edition=following.number))
            dues = list(notices(pair, groups, following, now, now))
            people = _recipients(connection, dues)
            everybody |= people
            notice = notice_of(pair, following, now)
            changes.append(AnnouncedChange(pair[1], notice, count_audience(connection, people)))
        audience = count_audience(connection, everybody)
    return Announcement(following, tuple(changes), audience)


def _recipients(connection: Transaction, dues: list[DueNotification]) -> set[int]:
    """Return who gets some notices of one change: at once, or with a digest at its time."""
    by_time: defaultdict[datetime, list[DueNotification]] = defaultdict(list)
    for due in dues:
        by_time[due.due_at].append(due)
    return {each for together in by_time.values() for each in list_recipients(connection, together)}


def notice_of(pair: tuple[Revision | None, Revision], following: Edition, now: datetime) -> RecordNotice | None:
    """Return what subscribers are told of a change from one revision to another, None if nothing."""
    before, after = pair
    entry = following.entries[after.record.id]
    if before is None:
        return RecordNotice(entry, None, after, []) if after.holds else None
    differences = differences_of(before, after, following, now)
    return RecordNotice(entry, before, after, differences) if differences else None
