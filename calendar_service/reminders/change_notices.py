"""Notices: which revisions of a record are announced to which groups of subscribers. Pure, like the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.changes import find_changes
from calendar_service.records.edition import is_coming
from calendar_service.records.notification_keys import ChangeKey, DigestPeriod, DueNotification, NoticeKind, Topic
from calendar_service.reminders.plan import digest_after, is_ahead, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.notification_keys import RecipientGroup

PATIENCE = timedelta(hours=48)
"""How long a notice is tried."""

RevisionPair = tuple["Revision | None", "Revision"]
"""A revision, after the one before it."""


def notices(
    change: RevisionPair, groups: Iterable[RecipientGroup], edition: Edition, seen_at: datetime, now: datetime
) -> Iterator[DueNotification]:
    """Yield the notices of a revision for those who asked for them; none of what is over.

    `seen_at` is when the planner first saw the revision: who had asked by then is notified.
    """
    before, after = change
    zone = edition.calendar.zone
    if before is None:
        holds = after.holds
        if holds and is_ahead(after.record, zone, now):
            yield from _of_new(after, groups, edition, seen_at, now)
    elif differences_of(before, after, edition, seen_at) and _matters_yet(before, after, zone, now):
        notification = ChangeKey(after.record.id, after.number, NoticeKind.CHANGED)
        for group in groups:
            if group.topic is Topic.CHANGES and _concerns(group, (before, after), edition):
                yield DueNotification(group, notification, seen_at, seen_at, now + PATIENCE, new_in=after.edition)


def differences_of(before: Revision, after: Revision, edition: Edition, seen_at: datetime) -> list[RecordChange]:
    """Return the changes of a revision, as of the time when the planner first saw it."""
    return find_changes(
        (before.record, before.state),
        (after.record, after.state),
        edition.calendar.zone,
        seen_at,
    )


def _of_new(
    after: Revision, groups: Iterable[RecipientGroup], edition: Edition, seen_at: datetime, now: datetime
) -> Iterator[DueNotification]:
    notification = ChangeKey(after.record.id, after.number, NoticeKind.NEW)
    for group in groups:
        if group.topic is Topic.NEW and _concerns(group, (None, after), edition):
            single = DueNotification(group, notification, seen_at, seen_at, now + PATIENCE, new_in=after.edition)
            yield _in_digest(single, after, edition, now) if group.digest else single


def _in_digest(single: DueNotification, after: Revision, edition: Edition, now: datetime) -> DueNotification:
    """Move a notice to the next digest, if that is sent while the record still has a moment ahead."""
    following = digest_after(DigestPeriod(single.group.digest), now, single.group.zone)
    if not is_ahead(after.record, edition.calendar.zone, following.at):
        return single
    expires_at = following.at + timedelta(days=following.period.days)
    return replace(single, due_at=following.at, expires_at=expires_at, bundle=following)


def _concerns(group: RecipientGroup, change: RevisionPair, edition: Edition) -> bool:
    chosen = selected(group.selection, edition.calendar.languages)
    return any(each is not None and chosen.accepts(each.record) for each in change)


def _matters_yet(before: Revision, after: Revision, zone: str, now: datetime) -> bool:
    return is_coming(before.record, zone, now) or is_coming(after.record, zone, now)
