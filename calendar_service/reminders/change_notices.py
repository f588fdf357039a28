"""Notices: which revisions of a record are announced to which groups of subscribers. Pure, like the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.changes import ChangeKind, find_changes
from calendar_service.records.edition import is_coming
from calendar_service.records.moments import instant_bounds
from calendar_service.records.notification_keys import ChangeKey, DigestPeriod, DueNotification, NoticeKind, Topic
from calendar_service.reminders.plan import digest_after, is_ahead, points, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.notification_keys import DigestKey, RecipientGroup

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
    elif (differences := differences_of(before, after, edition, seen_at)) and _matters_yet(before, after, zone, now):
        notification = ChangeKey(after.record.id, after.number, NoticeKind.CHANGED)
        for group in groups:
            if group.topic is Topic.CHANGES and _concerns(group, (before, after), edition):
                single = DueNotification(group, notification, seen_at, seen_at, now + PATIENCE, new_in=after.edition)
                following = _next_digest(group, now)
                can_wait = following and not _falls_before(following.at, differences, (before, after), zone, now)
                yield _bundled(single, following) if following and can_wait else single


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
            following = _next_digest(group, now)
            # Only if that is sent while the record still has a moment ahead.
            can_wait = following and is_ahead(after.record, edition.calendar.zone, following.at)
            yield _bundled(single, following) if following and can_wait else single


def _next_digest(group: RecipientGroup, now: datetime) -> DigestKey | None:
    return digest_after(DigestPeriod(group.digest), now, group.zone) if group.digest else None


def _bundled(single: DueNotification, digest: DigestKey) -> DueNotification:
    expires_at = digest.at + timedelta(days=digest.period.days)
    return replace(single, due_at=digest.at, expires_at=expires_at, bundle=digest)


def _falls_before(
    at: datetime,
    differences: Iterable[RecordChange],
    change: tuple[Revision, Revision],
    zone: str,
    now: datetime,
) -> bool:
    """Return True if a moment that the change is about, as it was or as it is, comes before `at`."""
    spans = [span for each in differences for span in (each.old, each.new) if span]
    if not spans or any(each.what is ChangeKind.SERIES for each in differences):
        spans += [point for each in change for _, point, _ in points(each.record, zone, now, at)]
    return any(now <= instant_bounds(span, zone)[0] < at for span in spans)


def _concerns(group: RecipientGroup, change: RevisionPair, edition: Edition) -> bool:
    chosen = selected(group.selection, edition.calendar.languages)
    labels = edition.calendar.tag_labels
    return any(each is not None and chosen.accepts(each.record, labels) for each in change)


def _matters_yet(before: Revision, after: Revision, zone: str, now: datetime) -> bool:
    return is_coming(before.record, zone, now) or is_coming(after.record, zone, now)
