"""Subscribers: one row for each address, with their watches."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.store.engine import reading, writing
from calendar_service.store.group_sync import clear_watch_faults, sync_groups, sync_groups_of_many
from calendar_service.store.subscriber_outbox import drop_of_subscriber
from calendar_service.store.suppressions import ENDED, lift, lift_ended, suppress
from calendar_service.store.tables import subscribers, watches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from calendar_service.store.engine import Database

UNREADABLE = "unreadable"
TOO_MANY = "too many"
_PAGE = 500
MAX_WATCHES = 50
"""Of one subscriber."""
MAX_ADDRESS = 1_000
"""Characters of the address of a subscriber: of a webhook or a chat room, since mail addresses are shorter."""


class SubscriberState(StrEnum):
    """Whether notifications are sent: to active subscribers only. The data of ended ones are deleted after a time."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class AddressTaken(CalendarError):
    """Another subscriber has this address."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop("This address already has a subscription of its own."),
            remedy=gettext_noop("Unsubscribe one of the two, or use another address."),
        )


class NoSuchSubscriber(CalendarError):
    """The subscriber's data were deleted."""

    def __init__(self) -> None:
        super().__init__("This subscription is no more.", remedy="Sign up again.")


class TooManyWatches(CalendarError):
    """A subscriber would watch more than `MAX_WATCHES` selections; `sentence` is in the catalogue, with {number}."""

    def __init__(self) -> None:
        self.sentence = gettext_noop(
            "One address can follow {number} choices at most. Stop following one of them first."
        )
        super().__init__(self.sentence.format(number=MAX_WATCHES))


@dataclass(frozen=True)
class Watch:
    """What a subscriber asks for: a canonical query, "" for everything, and canonical leads, () for the programme's.

    `problem` is UNREADABLE or TOO_MANY if an earlier version has accepted what is set aside now, else "".
    """

    selection: str
    leads: tuple[str, ...] = ()
    wants_new: bool = False
    problem: str = field(default="", compare=False)


@dataclass(frozen=True)
class NewSubscriber:
    """The data of a subscriber to be added. `consent` has words, form, asked_at and confirmed_at."""

    channel: str
    address: str = field(repr=False)
    address_key: str
    language: str
    zone: str
    watches: tuple[Watch, ...]
    consent: Mapping[str, str]
    country: str = ""
    digest: str = ""
    owner: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    state: SubscriberState = SubscriberState.ACTIVE


@dataclass(frozen=True)
class Subscriber:
    """A subscriber. Times are in UTC. Private values are not in its repr, and so in no log."""

    id: int
    ref: str = field(repr=False)
    channel: str
    address: str = field(repr=False)
    address_key: str
    owner: str = field(repr=False)
    secret: str = field(repr=False)
    language: str
    zone: str
    country: str
    digest: str
    state: SubscriberState
    failures: int
    failing_since: datetime | None
    consent: Mapping[str, str]
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    link_version: int
    watches: tuple[Watch, ...]


def add_subscriber(engine: Database, new: NewSubscriber, now: datetime) -> Subscriber:
    """Add a subscriber. Raise AddressTaken."""
    return add_subscribers(engine, [new], now)[0]


def add_subscribers(engine: Database, many: Iterable[NewSubscriber], now: datetime) -> list[Subscriber]:
    """Add subscribers in one transaction, all or none; addresses are unique. Raise AddressTaken."""
    with writing(engine) as connection:
        return insert_subscribers(connection, list(many), now)


def insert_subscribers(connection: Connection, many: Sequence[NewSubscriber], now: datetime) -> list[Subscriber]:
    """Add subscribers within a transaction. Raise AddressTaken, TooManyWatches."""
    if any(len(new.watches) > MAX_WATCHES for new in many):
        raise TooManyWatches
    rows = [_row(new, now) for new in many]
    ids: list[int] = []
    for start in range(0, len(rows), _PAGE):
        page = rows[start : start + _PAGE]
        try:
            added = insert(subscribers).returning(subscribers.c.id, sort_by_parameter_order=True)
            ids += connection.scalars(added, page)
        except IntegrityError:
            raise AddressTaken from None
    _insert_watches(connection, {id_: new.watches for id_, new in zip(ids, many, strict=True)})
    sync_groups_of_many(connection, ids, now)
    return [each for start in range(0, len(ids), _PAGE) for each in _load(connection, ids[start : start + _PAGE])]


def has_subscribers(connection: Connection) -> bool:
    """Return True if there is any subscriber, active or not."""
    return connection.scalar(select(subscribers.c.id).limit(1)) is not None


def list_channels(connection: Connection) -> set[str]:
    """Return the channels of subscribers who have not left."""
    of_those = subscribers.c.ended_at.is_(None)
    return set(connection.scalars(select(subscribers.c.channel).where(of_those).distinct()))


def newest_subscriber(engine: Database) -> Subscriber | None:
    """Return who was stored last, None if there is nobody."""
    with reading(engine) as connection:
        newest = subscribers.c.id == select(func.max(subscribers.c.id)).scalar_subquery()
        return next(_select(connection, newest), None)


def find_by_ref(engine: Database, ref: str) -> Subscriber | None:
    """Return the subscriber with a reference, or None."""
    with reading(engine) as connection:
        return next(_select(connection, subscribers.c.ref == ref), None)


def find_by_keys(engine: Database, address_keys: Sequence[str]) -> Subscriber | None:
    """Return the subscriber with an address, given its hashes with all keys, or None."""
    with reading(engine) as connection:
        return select_by_keys(connection, address_keys)


def select_by_keys(connection: Connection, address_keys: Sequence[str]) -> Subscriber | None:
    """Return the subscriber with an address within a transaction, or None."""
    return next(_select(connection, subscribers.c.address_key.in_(address_keys)), None)


def select_many(connection: Connection, address_keys: Sequence[str]) -> list[Subscriber]:
    """Return the subscribers with any of many addresses within a transaction."""
    pages = (address_keys[start : start + _PAGE] for start in range(0, len(address_keys), _PAGE))
    return [each for page in pages for each in _select(connection, subscribers.c.address_key.in_(page))]


def find_by_mail(engine: Database, address_keys: Sequence[str], address: str) -> list[Subscriber]:
    """Return all subscriptions of one mail address: its own, and the webhooks that it owns."""
    owned = func.lower(subscribers.c.owner) == address.lower()
    with reading(engine) as connection:
        return list(_select(connection, or_(subscribers.c.address_key.in_(address_keys), owned)))


def list_subscribers(engine: Database) -> Iterator[Subscriber]:
    """Yield all subscribers in the order in which they were added, loading one page at a time."""
    last = 0
    while True:
        with reading(engine) as connection:
            query = select(subscribers.c.id).where(subscribers.c.id > last).order_by(subscribers.c.id).limit(_PAGE)
            ids = list(connection.scalars(query))
            page = _load(connection, ids)
        if not page:
            return
        yield from page
        last = page[-1].id


def change(engine: Database, changed: Subscriber, now: datetime) -> Subscriber:
    """Save a subscriber's changed fields: channel, address, owner, secret, language, zone, country, digest, watches.

    Raise AddressTaken, TooManyWatches, and NoSuchSubscriber if the data were deleted meanwhile.
    """
    with writing(engine) as connection:
        return keep_changes(connection, changed, now)


def keep_changes(connection: Connection, changed: Subscriber, now: datetime, **more: Any) -> Subscriber:
    """Save the changed fields of a subscriber within a transaction; `more` are further columns."""
    names = ("channel", "address", "address_key", "owner", "secret", "language", "zone", "country", "digest")
    _set(connection, changed.id, now, **{name: getattr(changed, name) for name in names}, **more)
    set_watches(connection, {changed.id: changed.watches}, now)
    return _load(connection, [changed.id])[0]


def set_watches(connection: Connection, by_subscriber: Mapping[int, Sequence[Watch]], now: datetime) -> None:
    """Replace the watches of subscribers, within a transaction. Raise TooManyWatches.

    A subscriber who has more than are allowed, from before the limit, may keep as many.
    """
    ids = list(by_subscriber)
    wanted = {id_: len(asked) for id_, asked in by_subscriber.items()}
    for start in range(0, len(ids), _PAGE):
        of_page = watches.c.subscriber_id.in_(ids[start : start + _PAGE])
        _check_numbers(connection, of_page, {id_: wanted[id_] for id_ in ids[start : start + _PAGE]})
        connection.execute(delete(watches).where(of_page))
    _insert_watches(connection, by_subscriber)
    sync_groups_of_many(connection, ids, now)
    clear_watch_faults(connection, ids)


def _check_numbers(connection: Connection, of_page: ColumnElement[bool], wanted: Mapping[int, int]) -> None:
    many = {id_: number for id_, number in wanted.items() if number > MAX_WATCHES}
    if not many:
        return
    query = select(watches.c.subscriber_id, func.count()).where(of_page).group_by(watches.c.subscriber_id)
    before = {row[0]: row[1] for row in connection.execute(query)}
    if any(number > before.get(id_, 0) for id_, number in many.items()):
        raise TooManyWatches


def pause(engine: Database, subscriber_id: int, now: datetime) -> Subscriber:
    """Pause an active subscriber."""
    with writing(engine) as connection:
        return pause_in(connection, subscriber_id, now)


def pause_in(connection: Connection, subscriber_id: int, now: datetime) -> Subscriber:
    """Pause an active subscriber within a transaction."""
    return _move(connection, subscriber_id, SubscriberState.ACTIVE, SubscriberState.PAUSED, now)


def resume(engine: Database, subscriber_id: int, now: datetime) -> Subscriber:
    """Resume a paused subscriber, for what falls due from now on."""
    with writing(engine) as connection:
        return _move(connection, subscriber_id, SubscriberState.PAUSED, SubscriberState.ACTIVE, now)


def end(engine: Database, subscriber_id: int, now: datetime) -> Subscriber:
    """End a subscription: nothing more is sent, and a later import is prevented. Ending twice is allowed."""
    with writing(engine) as connection:
        return end_in(connection, subscriber_id, now)


def end_in(connection: Connection, subscriber_id: int, now: datetime) -> Subscriber:
    """End a subscription within a transaction."""
    subscriber = _lock(connection, subscriber_id)
    if subscriber.state is SubscriberState.ENDED:
        return subscriber
    _set(connection, subscriber_id, now, state=SubscriberState.ENDED, ended_at=now)
    drop_of_subscriber(connection, subscriber_id, now)
    suppress(connection, subscriber.address_key, ENDED, now)
    sync_groups(connection, subscriber_id, now)
    clear_watch_faults(connection, [subscriber_id], also_set_aside=True)
    return _load(connection, [subscriber_id])[0]


def renew_link_in(connection: Connection, subscriber_id: int, now: datetime) -> Subscriber:
    """Have the links that were sent to change the reminders no longer hold. Raise NoSuchSubscriber."""
    subscriber = _lock(connection, subscriber_id)
    _set(connection, subscriber_id, now, link_version=subscriber.link_version + 1)
    return _load(connection, [subscriber_id])[0]


def take_back_end(engine: Database, subscriber_id: int, now: datetime) -> Subscriber:
    """Make a subscriber who has ended active again, for what falls due from now on. Raise NoSuchSubscriber."""
    with writing(engine) as connection:
        subscriber = _lock(connection, subscriber_id)
        if subscriber.state is not SubscriberState.ENDED:
            return subscriber
        lift_ended(connection, subscriber.address_key)
        _set(connection, subscriber_id, now, ended_at=None)
        return _move(connection, subscriber_id, SubscriberState.ENDED, SubscriberState.ACTIVE, now)


def erase(engine: Database, subscriber_id: int, now: datetime) -> None:
    """Delete all data of a subscriber except the hash that documents the wish. Raise NoSuchSubscriber."""
    with writing(engine) as connection:
        erase_in(connection, _lock(connection, subscriber_id), now)


def erase_in(connection: Connection, subscriber: Subscriber, now: datetime) -> None:
    """Delete a subscriber within a transaction. Deliveries stay, to be counted, without a name."""
    drop_of_subscriber(connection, subscriber.id, now)
    suppress(connection, subscriber.address_key, ENDED, now)
    connection.execute(delete(subscribers).where(subscribers.c.id == subscriber.id))
    clear_watch_faults(connection, [subscriber.id], also_set_aside=True)


def select_ended(connection: Connection, before: datetime) -> list[Subscriber]:
    """Return the subscribers who ended before a time."""
    return list(_select(connection, subscribers.c.ended_at < before))


def join_in(
    connection: Connection,
    new: NewSubscriber,
    address_keys: Sequence[str],
    now: datetime,
    *,
    keep_settings: bool = False,
) -> Subscriber:
    """Add a subscriber who has just confirmed, or add the watch to the one with this address.

    The newest choice of language, zone, country and digest counts, unless `keep_settings` keeps those the subscriber
    has; and the newest of each selection. A subscriber who had ended starts again without the earlier watches; a paused
    one resumes. Raise TooManyWatches.
    """
    known = select_by_keys(connection, address_keys)
    lift(connection, address_keys)
    if known is None:
        return insert_subscribers(connection, [new], now)[0]
    known = _lock(connection, known.id)
    before = () if known.state is SubscriberState.ENDED else known.watches
    is_asked = not keep_settings or known.state is SubscriberState.ENDED
    names = ("language", "zone", "country", "digest") if is_asked else ()
    changed = replace(known, watches=add_watches(before, new.watches), **{name: getattr(new, name) for name in names})
    fresh = {"state": SubscriberState.ACTIVE, "ended_at": None, "failures": 0, "failing_since": None}
    return keep_changes(connection, changed, now, **fresh, consent=dict(new.consent))


def add_watches(before: Iterable[Watch], newer: Iterable[Watch]) -> tuple[Watch, ...]:
    """Return watches with others added; of two for one selection the newer stays."""
    return tuple({watch.selection: watch for watch in (*before, *newer)}.values())


def _row(new: NewSubscriber, now: datetime) -> dict[str, Any]:
    copied = ("channel", "address", "address_key", "owner", "secret", "language", "zone", "country", "digest", "state")
    return {
        **{name: getattr(new, name) for name in copied},
        "ref": secrets.token_urlsafe(16),
        "consent": dict(new.consent),
        "created_at": now,
        "changed_at": now,
    }


def _insert_watches(connection: Connection, by_subscriber: Mapping[int, Iterable[Watch]]) -> None:
    rows = []
    for id_, asked in by_subscriber.items():
        good = 0
        for watch in asked:
            problem = UNREADABLE if watch.problem == UNREADABLE else TOO_MANY if good >= MAX_WATCHES else ""
            good += not problem
            kept = {"selection": watch.selection, "leads": ",".join(watch.leads), "wants_new": watch.wants_new}
            rows.append({"subscriber_id": id_, "problem": problem, **kept})
    if rows:
        connection.execute(insert(watches), rows)


def _select(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Subscriber]:
    rows = connection.execute(select(subscribers).where(condition).order_by(subscribers.c.id)).all()
    kept: dict[int, list[Watch]] = defaultdict(list)
    for start in range(0, len(rows), _PAGE):
        ids = [row.id for row in rows[start : start + _PAGE]]
        query = select(watches).where(watches.c.subscriber_id.in_(ids)).order_by(watches.c.id)
        for row in connection.execute(query):
            leads = tuple(row.leads.split(",")) if row.leads else ()
            kept[row.subscriber_id].append(Watch(row.selection, leads, row.wants_new, row.problem))
    for row in rows:
        yield Subscriber(**{**row._mapping, "state": SubscriberState(row.state)}, watches=tuple(kept[row.id]))  # noqa: SLF001 (documented; named so as to leave room for columns)


def _load(connection: Connection, ids: Sequence[int]) -> list[Subscriber]:
    return list(_select(connection, subscribers.c.id.in_(ids)))


def _lock(connection: Connection, subscriber_id: int) -> Subscriber:
    """Load a subscriber and lock the row. Raise NoSuchSubscriber."""
    found = select(subscribers.c.id).where(subscribers.c.id == subscriber_id).with_for_update()
    if connection.scalar(found) is None:
        raise NoSuchSubscriber
    return _load(connection, [subscriber_id])[0]


def _set(connection: Connection, subscriber_id: int, now: datetime, **values: Any) -> None:
    statement = update(subscribers).where(subscribers.c.id == subscriber_id).values(changed_at=now, **values)
    try:
        if connection.execute(statement).rowcount == 0:
            raise NoSuchSubscriber
    except IntegrityError:
        raise AddressTaken from None


def _move(
    connection: Connection, subscriber_id: int, before: SubscriberState, after: SubscriberState, now: datetime
) -> Subscriber:
    subscriber = _lock(connection, subscriber_id)
    if subscriber.state is not before:
        return subscriber
    _set(connection, subscriber_id, now, state=after)
    sync_groups(connection, subscriber_id, now)
    return _load(connection, [subscriber_id])[0]
