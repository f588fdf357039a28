"""Groups of subscribers: derived from their watches, with their memberships."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from calendar_service.records.notification_keys import RecipientGroup, Topic
from calendar_service.store.faults import FaultKind, clear_fault, list_faults
from calendar_service.store.tables import editions, groups, memberships, subscribers, watches
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

# SQLite takes only so many values in one statement.
_PAGE = 500


# In the order in which they make the fingerprint.
_PARTS = ("topic", "selection", "lead", "zone", "country", "digest")


def read_group(row: Any) -> RecipientGroup:
    """Return the group of a row of `groups`."""
    return RecipientGroup(Topic(row.topic), *(getattr(row, name) for name in _PARTS[1:]), id=row.id)


def sync_groups(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Derive the memberships of one subscriber again, see `sync_groups_of_many`."""
    sync_groups_of_many(connection, [subscriber_id], now)


def sync_groups_of_many(connection: Connection, subscriber_ids: Sequence[int], now: datetime) -> None:
    """Derive memberships from state and watches; nothing else begins or ends them.

    A membership begins now, in whole seconds, with the newest edition. Where the subscriber was notified of the same
    before, in another zone, for another country or in another digest, it begins when that one did.
    """
    beginning = now.replace(microsecond=0), connection.scalar(select(func.max(editions.c.number))) or 0
    wanted = {
        id_: active_watch for page in _pages(subscriber_ids) for id_, active_watch in _wanted(connection, page).items()
    }
    # All of them before any membership, in one order, so that no two writers wait for each other.
    numbers = _number_groups(connection, {group for active_watch in wanted.values() for group in active_watch})
    for page in _pages(subscriber_ids):
        present = _present(connection, page)
        for_each = [(id_, wanted.get(id_, set()), present[id_]) for id_ in page]
        _leave(connection, for_each)
        _join(connection, for_each, numbers, beginning)


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _PAGE):
        yield ids[start : start + _PAGE]


def _wanted(connection: Connection, ids: Sequence[int]) -> dict[int, set[RecipientGroup]]:
    table = subscribers.c
    # Locked: another process may be changing the same subscriber, and each must see what the other did.
    rows = connection.execute(
        select(table.id, table.state, table.zone, table.country, table.digest)
        .where(table.id.in_(ids))
        .order_by(table.id)
        .with_for_update()
    ).all()
    kept: dict[int, list[Any]] = defaultdict(list)
    query = select(watches.c.subscriber_id, watches.c.selection, watches.c.leads, watches.c.wants_new)
    for watch in connection.execute(query.where(watches.c.subscriber_id.in_(ids), watches.c.problem == "")):
        kept[watch.subscriber_id].append(watch)
    return {
        row.id: {group for watch in kept[row.id] for group in _groups_of(watch, row.zone, row.country, row.digest)}
        for row in rows
        if row.state == "active"
    }


def _groups_of(watch: Any, zone: str, country: str, digest: str) -> Iterator[RecipientGroup]:
    for lead in watch.leads.split(","):  # one empty lead for those that the programme suggests
        yield RecipientGroup(Topic.REMINDERS, watch.selection, lead, zone, country, digest)
    # A single message comes at once, whatever the subscriber's clock says; a digest comes in their morning.
    for topic in (Topic.CHANGES, *([Topic.NEW] if watch.wants_new else [])):
        yield RecipientGroup(topic, watch.selection, zone=zone if digest else "", digest=digest)


def _number_groups(connection: Connection, wanted: Iterable[RecipientGroup]) -> dict[RecipientGroup, int]:
    """Return the ids of groups, adding those that are missing; another process may add the same ones."""
    by_print = dict(sorted((_fingerprint(group), group) for group in wanted))
    known = _find_groups(connection, list(by_print))
    missing = [
        {**{name: getattr(group, name) for name in _PARTS}, "fingerprint": fingerprint}
        for fingerprint, group in by_print.items()
        if fingerprint not in known
    ]
    if missing:
        connection.execute(insert_on_conflict(connection, groups).on_conflict_do_nothing(), missing)
        known |= _find_groups(connection, [row["fingerprint"] for row in missing])
    return {group: known[fingerprint] for fingerprint, group in by_print.items()}


def _fingerprint(group: RecipientGroup) -> str:
    """Return a hash of all parts: of JSON, so that no two groups are joined to the same text."""
    return hashlib.sha256(json.dumps([getattr(group, name) for name in _PARTS]).encode()).hexdigest()


def _find_groups(connection: Connection, fingerprints: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(fingerprints), _PAGE):
        page = fingerprints[start : start + _PAGE]
        rows = connection.execute(select(groups.c.fingerprint, groups.c.id).where(groups.c.fingerprint.in_(page)))
        found |= {row.fingerprint: row.id for row in rows}
    return found


_Beginning = tuple["datetime", "int | None"]
"""Since when a subscriber is in a group, and which edition was the newest then."""

Present = dict[RecipientGroup, tuple[int, _Beginning]]
_Each = list[tuple[int, set[RecipientGroup], Present]]


def _present(connection: Connection, ids: Sequence[int]) -> dict[int, Present]:
    rows = connection.execute(
        select(memberships.c.subscriber_id, memberships.c.since, memberships.c.edition, groups)
        .join_from(memberships, groups)
        .where(memberships.c.subscriber_id.in_(ids))
    )
    present: dict[int, Present] = defaultdict(dict)
    for row in rows:
        present[row.subscriber_id][read_group(row)] = (row.id, (row.since, row.edition))
    return present


def _leave(connection: Connection, for_each: _Each) -> None:
    gone = [
        {"of_group": number, "of_subscriber": id_}
        for id_, active_watch, present in for_each
        for group, (number, _) in present.items()
        if group not in active_watch
    ]
    if gone:
        statement = delete(memberships).where(
            memberships.c.group_id == bindparam("of_group"), memberships.c.subscriber_id == bindparam("of_subscriber")
        )
        connection.execute(statement, gone)


def _join(connection: Connection, for_each: _Each, numbers: dict[RecipientGroup, int], beginning: _Beginning) -> None:
    rows = []
    for id_, active_watch, present in for_each:
        begun = {group.subject: each for group, (_, each) in present.items()}
        for group in sorted(active_watch - present.keys()):
            since, edition = begun.get(group.subject, beginning)
            row = {"group_id": numbers[group], "subscriber_id": id_, "since": since, "edition": edition}
            rows.append({**row, "is_fresh": True})
    if rows:
        connection.execute(insert(memberships), rows)


def clear_watch_faults(connection: Connection, ids: Sequence[int], *, also_set_aside: bool = False) -> None:
    """Clear the faults of subscribers without a watch that is set aside, or of all of these."""
    known = {int(each.key) for each in list_faults(connection, [FaultKind.WATCH])}.intersection(ids)
    if known and not also_set_aside:
        bad = watches.c.subscriber_id.in_(known), watches.c.problem != ""
        known -= set(connection.scalars(select(watches.c.subscriber_id).where(*bad)))
    for subscriber_id in known:
        clear_fault(connection, FaultKind.WATCH, str(subscriber_id))
