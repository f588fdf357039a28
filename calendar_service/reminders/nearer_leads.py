"""Which reminders of one moment replace each other: of those that are due together only the nearest one goes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import ChangeKey, DigestKey, NoticeKind, ReminderKey, lead_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.records.notification_keys import DueNotification, NotificationKey, RecipientGroup


class NearerLeads:
    """The planned reminders, by what they must share for one to replace another."""

    def __init__(self, planned: Iterable[DueNotification] = ()) -> None:
        self._by_moment: dict[object, list[DueNotification]] = defaultdict(list)
        self.add(planned)

    def add(self, planned: Iterable[DueNotification]) -> None:
        """Add what else is planned."""
        for due in planned:
            if isinstance(due.notification, ReminderKey):
                self._by_moment[_moment(due.notification, due.group)].append(due)

    def covering(self, due: DueNotification, now: datetime, only: tuple[int, ...] = ()) -> frozenset[NotificationKey]:
        """Return the keys that cover the same notification better: nearer leads, and the notice of a new record.

        Nobody can have been notified by a nearer lead that is not due yet, except a subscriber who has changed zones,
        who is one of `only`.
        """
        key = due.notification
        if due.bundle or not isinstance(key, ReminderKey):
            return frozenset()
        nearer: set[NotificationKey] = {
            each.notification
            for each in self._by_moment.get(_moment(key, due.group), ())
            if nearest_first(each) < nearest_first(due) and (only or each.due_at <= now)
        }
        if due.counted < due.due_at:
            nearer.add(ChangeKey(key.record_id, 1, NoticeKind.NEW))
        return frozenset(nearer)


def nearest_first(due: DueNotification) -> tuple[bool, float, str]:
    """Return the sort key of what is due together: nearer leads before farther ones, digests last."""
    return isinstance(due.notification, DigestKey), -due.counted.timestamp(), lead_of(due.notification)


def _moment(key: ReminderKey, group: RecipientGroup) -> object:
    """Return what reminders must share for one to replace another: the moment, and the subscriber's clock."""
    return key.target, group.zone, group.country
