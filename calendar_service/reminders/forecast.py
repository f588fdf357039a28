"""Forecast: which messages will be sent to whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import (
    AccountKey,
    ChangeKey,
    DigestKey,
    EditionKey,
    NotificationKind,
    RecipientGroup,
    ReminderKey,
    Topic,
    UnreadableKey,
    lead_of,
    record_of,
)
from calendar_service.reminders.messages.items import digest_order, notice_order
from calendar_service.reminders.nearer_leads import NearerLeads, nearest_first
from calendar_service.reminders.plan import plan_reminders
from calendar_service.reminders.relevance import DeliveryObsolete, Relevance, about_record
from calendar_service.reminders.setting_aside import Failures
from calendar_service.reminders.subscriptions.addresses import masked_address
from calendar_service.store.claims import load_active_watches, load_deliveries
from calendar_service.store.engine import reading
from calendar_service.store.outbox import (
    list_bundled,
    list_recipients,
    list_waiting,
    load_addresses,
    load_fan_outs,
    load_groups,
)
from calendar_service.store.schedule import load_first_passes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import DueNotification, NotificationKey, StoredKey
    from calendar_service.records.record import Point
    from calendar_service.reminders.messages.items import DigestItem
    from calendar_service.store.claims import ClaimedDelivery
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.schedule import FirstPass
    from calendar_service.store.subscribers import Subscriber


_UPCOMING_WITHIN = timedelta(days=400)
_PAGE = 500


@dataclass(frozen=True)
class PlannedItem:
    """What a message says of one record; `at` is where the moment stands, of a reminder."""

    notification: NotificationKey
    at: Point | None


@dataclass(frozen=True)
class PlannedMessage:
    """A message that will be due, with its number of subscribers. Only a digest has several items.

    `addresses` are the subscribers' masked addresses, if asked for. With `is_waiting` it is due and in the outbox.
    """

    due_at: datetime
    kind: NotificationKind
    items: tuple[PlannedItem, ...]
    subscribers: int
    addresses: tuple[str, ...] = ()
    is_waiting: bool = False


_Recipient = int | str
"""A subscriber by id, or the address of somebody who has signed up and is none yet."""
_Told = tuple["datetime", NotificationKind, tuple[PlannedItem, ...], bool]
"""All of a planned message but to whom it goes."""


def forecast(
    engine: Database,
    edition: Edition,
    span: tuple[datetime, datetime],
    *,
    with_addresses: bool,
    now: datetime | None = None,
    failures: Failures | None = None,
) -> list[PlannedMessage]:
    """Return what is due between two times, and what still waits in the outbox, in order of time.

    `now` is `start` where it is left out; what waits and will have gone by `start` is left out. What cannot be planned
    is left out and added to `failures`.
    """
    start, end = span
    failures = failures or Failures()
    found: defaultdict[_Told, list[_Recipient]] = defaultdict(list)
    with reading(engine) as connection:
        for told, recipient in _waiting(connection, Relevance(engine), edition, end):
            if max(told[0], now or start) >= start:
                found[told].append(recipient)
        planning = _Planning(connection, Relevance(engine), edition, failures)
        for told, subscriber in planning.messages(start, end):
            found[told].append(subscriber)
        everyone = {each for recipients in found.values() for each in recipients} if with_addresses else set()
        known = load_addresses(connection, {each for each in everyone if isinstance(each, int)})
    addresses = {
        each: masked_address(each if isinstance(each, str) else known[each])
        for each in everyone
        if isinstance(each, str) or each in known
    }
    messages = [
        PlannedMessage(
            *told[:3],
            len(recipients),
            tuple(sorted(addresses[each] for each in recipients if each in addresses)),
            told[3],
        )
        for told, recipients in found.items()
    ]
    return sorted(messages, key=lambda each: (each.due_at, each.kind, *_order(each.items[0])))


def _order(item: PlannedItem) -> tuple[str, str]:
    return record_of(item.notification), lead_of(item.notification)


def upcoming(
    edition: Edition, subscriber: Subscriber, now: datetime, seen: Mapping[int, FirstPass]
) -> list[DueNotification]:
    """Return what one subscriber will be reminded of, each moment once, by its next lead, or once in each digest.

    What goes with one digest has the same `bundle`. Watches and records that cannot be read are left out.
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
            found.setdefault((key.target, due.bundle), due)
    return list(found.values())


class _Planning:
    """What will be fanned out, one instant after the other, as the planner does it."""

    def __init__(self, connection: Transaction, relevance: Relevance, edition: Edition, failures: Failures) -> None:
        self._connection = connection
        self._relevance = relevance
        self._edition = edition
        self._failures = failures
        # Who gets what with a digest: to them it does not go by itself as well.
        self._bundled: defaultdict[NotificationKey, set[int]] = defaultdict(set)
        self._zones: dict[int, str] = {}

    def messages(self, start: datetime, end: datetime) -> Iterator[tuple[_Told, int]]:
        """Yield the messages that fall due between two times, each with a subscriber."""
        connection = self._connection
        fired, seen = load_fan_outs(connection, start), load_first_passes(connection)
        found = plan_reminders(self._edition, load_groups(connection), start, end, seen, self._failures)
        nearer = NearerLeads(found)
        ahead = [each for each in found if each.due_at >= start and each.key not in fired]
        for due_at, together in groupby(ahead, key=lambda each: each.due_at):
            yield from self._due_together(due_at, sorted(together, key=nearest_first), nearer)

    def _due_together(
        self, due_at: datetime, dues: Sequence[DueNotification], nearer: NearerLeads
    ) -> Iterator[tuple[_Told, int]]:
        chosen: defaultdict[NotificationKey, set[int]] = defaultdict(set)
        in_digests: defaultdict[int, list[NotificationKey]] = defaultdict(list)
        for same in _alike(dues):
            key = same[0].notification
            if isinstance(key, DigestKey):
                yield from self._digests(key, list_recipients(self._connection, same), in_digests)
                continue
            unless = nearer.covering(same[0], due_at)
            known = self._bundled[key].union(chosen[key], *(chosen[each] for each in unless))
            to_tell = list_recipients(self._connection, same, unless) - known
            chosen[key] |= to_tell
            if same[0].bundle:
                self._bundled[key] |= to_tell
                for subscriber in to_tell:
                    in_digests[subscriber].append(key)
                    self._zones[subscriber] = same[0].group.zone
            else:
                told = due_at, NotificationKind.REMINDER, (_planned_item(key),), False
                yield from ((told, subscriber) for subscriber in to_tell)

    def _digests(
        self, digest: DigestKey, subscribers: set[int], planned: Mapping[int, list[NotificationKey]]
    ) -> Iterator[tuple[_Told, int]]:
        """Yield the digests of subscribers: what waits for them already, and what will be added."""
        waiting: defaultdict[int, list[StoredKey]] = defaultdict(list)
        for subscriber, key in list_bundled(self._connection, digest):
            waiting[subscriber].append(key)
        watches = load_active_watches(self._connection, waiting.keys() & subscribers)
        for subscriber in subscribers & (waiting.keys() | planned.keys()):
            own = watches.get(subscriber, [])
            wanted = _still_wanted(waiting.get(subscriber, ()), self._edition, own, self._relevance)
            zone = self._zones.get(subscriber) or next((each.zone for each in own if each.digest and each.zone), "")
            keys = [*planned.get(subscriber, ()), *wanted]
            if items := _digest_items(keys, subscriber, self._edition, zone, digest.at, self._relevance):
                yield (digest.at, NotificationKind.DIGEST, items, False), subscriber


def _alike(dues: Sequence[DueNotification]) -> Iterator[list[DueNotification]]:
    """Yield notifications that differ in their group only, in the order of the first of each."""
    found: dict[Hashable, list[DueNotification]] = {}
    for due in dues:
        # A digest is one, whoever of its subscribers lives where.
        clock = ("", "") if isinstance(due.notification, DigestKey) else (due.group.zone, due.group.country)
        group = RecipientGroup(Topic.REMINDERS, "", "", *clock)
        found.setdefault(replace(due, group=group), []).append(due)
    yield from found.values()


def _digest_items(
    keys: Sequence[ReminderKey | ChangeKey],
    recipient_id: int,
    edition: Edition,
    zone: str,
    now: datetime,
    relevance: Relevance,
) -> tuple[PlannedItem, ...]:
    """Return what a digest lists, in its order: of several leads of one moment the first of `keys`."""
    found: dict[Hashable, tuple[DigestItem, PlannedItem]] = {}
    for key in keys:
        try:
            item = relevance.digest_item(key, recipient_id, edition, zone, now)
        except DeliveryObsolete:
            continue
        found.setdefault(key.target if isinstance(key, ReminderKey) else key, (item, _planned_item(key)))
    return tuple(planned for _, planned in sorted(found.values(), key=lambda pair: digest_order(pair[0], edition)))


def _notices(
    keys: Sequence[ReminderKey | ChangeKey], recipient_id: int, edition: Edition, relevance: Relevance, now: datetime
) -> tuple[PlannedItem, ...]:
    """Return what the message of an edition lists, in its order."""
    found = []
    for key in keys:
        try:
            if isinstance(key, ChangeKey):
                found.append((relevance.notice_of(key, recipient_id, edition, now), _planned_item(key)))
        except DeliveryObsolete:
            continue
    return tuple(planned for _, planned in sorted(found, key=lambda pair: notice_order(pair[0], edition, now)))


def _still_wanted(
    keys: Iterable[StoredKey], edition: Edition, watches: Sequence[RecipientGroup], relevance: Relevance
) -> list[ReminderKey | ChangeKey]:
    found = []
    for key in keys:
        try:
            about = about_record(key)
            relevance.check_wanted(about, edition, watches)
        except (DeliveryObsolete, ValueError):
            continue
        found.append(about)
    return found


def _planned_item(key: NotificationKey) -> PlannedItem:
    return PlannedItem(key, key.at if isinstance(key, ReminderKey) else None)


def _waiting(
    connection: Transaction, relevance: Relevance, edition: Edition, end: datetime
) -> Iterator[tuple[_Told, _Recipient]]:
    """Yield what is in the outbox, as far as it still says something."""
    rows = list_waiting(connection, end)
    for start in range(0, len(rows), _PAGE):
        page = {number: next_at for next_at, number in rows[start : start + _PAGE]}
        claimed = load_deliveries(connection, list(page))
        watches = load_active_watches(connection, [each.recipient.id for each in claimed if each.recipient])
        for delivery in claimed:
            recipient, next_at = delivery.recipient, page[delivery.id]
            own = watches.get(recipient.id, []) if recipient else []
            to = recipient.id if recipient else delivery.signup.address if delivery.signup else None
            if to is not None and (items := _waiting_items(relevance, delivery, edition, own)):
                kind = items[0].notification.kind
                kind = NotificationKind.DIGEST if isinstance(delivery.notification, DigestKey) else kind
                yield (next_at, kind, items, True), to


def _waiting_items(
    relevance: Relevance,
    delivery: ClaimedDelivery,
    edition: Edition,
    watches: Sequence[RecipientGroup],
) -> tuple[PlannedItem, ...]:
    key, recipient, now = delivery.notification, delivery.recipient, delivery.due_at
    parts = [each.notification for each in delivery.items]
    if isinstance(key, AccountKey):
        return (PlannedItem(key, None),)
    if recipient is None or not recipient.is_active or isinstance(key, UnreadableKey):
        return ()
    if isinstance(key, DigestKey):
        wanted = _still_wanted(parts, edition, watches, relevance)
        return _digest_items(wanted, recipient.id, edition, recipient.zone, now, relevance)
    if isinstance(key, EditionKey):
        return _notices(_still_wanted(parts, edition, watches, relevance), recipient.id, edition, relevance, now)
    try:
        relevance.check(key, recipient.id, edition, recipient.zone, now)
        relevance.check_wanted(key, edition, watches)
    except DeliveryObsolete:
        return ()
    return (_planned_item(key),)
