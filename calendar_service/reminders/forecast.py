"""Forecast: which notifications will be sent to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import (
    NotificationKind,
    RecipientGroup,
    ReminderKey,
    Topic,
    UnreadableKey,
    lead_of,
    record_of,
)
from calendar_service.records.occurrences import point_at
from calendar_service.reminders.plan import plan_reminders
from calendar_service.reminders.setting_aside import Failures
from calendar_service.reminders.subscriptions.addresses import masked_address
from calendar_service.store.engine import reading
from calendar_service.store.outbox import count_subscribers, list_addresses, list_waiting, load_fan_outs, load_groups
from calendar_service.store.schedule import load_first_passes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import DueNotification, NotificationKey
    from calendar_service.records.record import Point
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.schedule import FirstPass
    from calendar_service.store.subscribers import Subscriber


_UPCOMING_WITHIN = timedelta(days=400)


@dataclass(frozen=True)
class PlannedNotification:
    """A notification that will be due, with its number of subscribers; `kind` is DIGEST if a reminder is part of one.

    `addresses` are the subscribers' masked addresses, if asked for. With `is_waiting` it is due and in the outbox.
    """

    due_at: datetime
    kind: NotificationKind
    notification: NotificationKey
    at: Point | None
    subscribers: int
    addresses: tuple[str, ...] = ()
    is_waiting: bool = False


def forecast(
    engine: Database,
    edition: Edition,
    start: datetime,
    end: datetime,
    *,
    with_addresses: bool,
    failures: Failures | None = None,
) -> list[PlannedNotification]:
    """Return what is due between two times, and what still waits in the outbox, in order of time.

    What cannot be planned is left out and added to `failures`.
    """
    failures = failures or Failures()
    with reading(engine) as connection:
        planned = _planned(connection, edition, (start, end), failures, with_addresses=with_addresses)
        found = [*planned, *_waiting(connection, edition, end)]
    return sorted(found, key=lambda each: (each.due_at, record_of(each.notification), lead_of(each.notification)))


def upcoming(
    edition: Edition, subscriber: Subscriber, now: datetime, seen: Mapping[int, FirstPass]
) -> list[DueNotification]:
    """Return what one subscriber will be reminded of, each moment once, by its next lead.

    Watches and records that cannot be read are left out.
    """
    groups = [
        RecipientGroup(
            Topic.REMINDERS, watch.selection, lead, subscriber.zone, subscriber.country, subscriber.digest, id=number
        )
        for number, watch in enumerate(subscriber.watches)
        if not watch.problem
        for lead in watch.leads or ("",)
    ]
    found: dict[object, DueNotification] = {}
    for due in plan_reminders(edition, groups, now, now + _UPCOMING_WITHIN, seen, Failures()):
        key = due.notification
        if due.due_at > now and due.after is None and isinstance(key, ReminderKey):
            found.setdefault(key.target, due)
    return list(found.values())


def _planned(
    connection: Transaction,
    edition: Edition,
    span: tuple[datetime, datetime],
    failures: Failures,
    *,
    with_addresses: bool,
) -> Iterator[PlannedNotification]:
    start, end = span
    fired, seen = load_fan_outs(connection, start), load_first_passes(connection)
    merged: dict[tuple[datetime, NotificationKind, ReminderKey], list[DueNotification]] = {}
    for due in plan_reminders(edition, load_groups(connection), start, end, seen, failures):
        key = due.notification
        if due.due_at >= start and due.key not in fired and isinstance(key, ReminderKey):
            kind = NotificationKind.DIGEST if due.bundle else NotificationKind.REMINDER
            merged.setdefault((due.due_at, kind, key), []).append(due)
    for (due_at, kind, key), dues in merged.items():
        subscribers = count_subscribers(connection, dues)
        addresses = list_addresses(connection, dues) if with_addresses else []
        if subscribers:
            masked = tuple(map(masked_address, addresses))
            yield PlannedNotification(due_at, kind, key, key.at, subscribers, masked)


def _waiting(connection: Transaction, edition: Edition, end: datetime) -> Iterator[PlannedNotification]:
    merged: dict[tuple[datetime, NotificationKey], list[str]] = {}
    for next_at, notification, address in list_waiting(connection, end):
        if not isinstance(notification, UnreadableKey):
            merged.setdefault((next_at, notification), []).append(masked_address(address))
    for (next_at, notification), addresses in merged.items():
        at = _current_time(edition, notification)
        yield PlannedNotification(
            next_at, notification.kind, notification, at, len(addresses), tuple(sorted(addresses)), is_waiting=True
        )


def _current_time(edition: Edition, notification: NotificationKey) -> Point | None:
    entry = edition.entries.get(record_of(notification))
    if entry is None or not isinstance(notification, ReminderKey):
        return None
    try:
        return point_at(entry.record, notification.moment, notification.occurrence)
    except Exception:  # noqa: BLE001 (whatever is wrong with the record, that its message waits is listed)
        return None
