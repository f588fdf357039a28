"""Looking ahead: what will go to whom, before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.occasions import Group, Kind, Topic
from calendar_service.reminders.people.addresses import shown_address
from calendar_service.reminders.plan import plan, point_at
from calendar_service.reminders.setting_aside import Failures
from calendar_service.store.engine import reading
from calendar_service.store.outbox import count_readers, list_readers, list_waiting, load_fired, load_groups
from calendar_service.store.schedule import load_first_passes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.occasions import Occasion
    from calendar_service.records.record import Point
    from calendar_service.reminders.plan import Due
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.schedule import FirstPass
    from calendar_service.store.subscribers import Subscriber


_UPCOMING_WITHIN = timedelta(days=400)


@dataclass(frozen=True)
class Forecast:
    """An occasion that falls due, with how many readers it has; `kind` is DIGEST where a reminder comes in one.

    `addresses` are the readers', as an operator may see them, where they were asked for. What `is_waiting` has fallen
    due and is in the outbox.
    """

    due_at: datetime
    kind: Kind
    occasion: Occasion
    at: Point | None
    readers: int
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
) -> list[Forecast]:
    """List what falls due between two times, and what is still waiting to be sent, in order of time.

    What cannot be planned is left out, and added to `failures`.
    """
    failures = failures or Failures()
    with reading(engine) as connection:
        planned = _planned(connection, edition, (start, end), failures, with_addresses=with_addresses)
        found = [*planned, *_waiting(connection, edition, end)]
    return sorted(found, key=lambda each: (each.due_at, each.occasion.record_id, each.occasion.lead))


def upcoming(edition: Edition, reader: Subscriber, now: datetime, seen: Mapping[int, FirstPass]) -> list[Due]:
    """List what one reader will be reminded of, each moment once, by the lead that comes next.

    A watch or a record that cannot be read is left out.
    """
    groups = [
        Group(number, Topic.REMINDERS, watch.selection, lead, reader.zone, reader.country, reader.digest)
        for number, watch in enumerate(reader.watches)
        if not watch.problem
        for lead in watch.leads or ("",)
    ]
    found: dict[object, Due] = {}
    for due in plan(edition, groups, now, now + _UPCOMING_WITHIN, seen, Failures()):
        said = due.occasion
        if due.due_at > now and due.after is None and said.kind is Kind.REMINDER:
            found.setdefault((said.record_id, said.occurrence, said.moment), due)
    return list(found.values())


def _planned(
    connection: Transaction,
    edition: Edition,
    span: tuple[datetime, datetime],
    failures: Failures,
    *,
    with_addresses: bool,
) -> Iterator[Forecast]:
    start, end = span
    fired, seen = load_fired(connection, start), load_first_passes(connection)
    merged: dict[tuple[datetime, Kind, Occasion, Point | None], list[Due]] = {}
    for due in plan(edition, load_groups(connection), start, end, seen, failures):
        if due.due_at >= start and due.key not in fired and due.occasion.kind is not Kind.DIGEST:
            kind = Kind.DIGEST if due.bundle else Kind.REMINDER
            merged.setdefault((due.due_at, kind, due.occasion, due.at), []).append(due)
    for (due_at, kind, occasion, at), dues in merged.items():
        groups = [(due.group.id, due.after) for due in dues]
        readers = count_readers(connection, groups, due_at)
        addresses = list_readers(connection, groups, due_at) if with_addresses else []
        if readers:
            yield Forecast(due_at, kind, occasion, at, readers, tuple(map(shown_address, addresses)))


def _waiting(connection: Transaction, edition: Edition, end: datetime) -> Iterator[Forecast]:
    merged: dict[tuple[datetime, Occasion], list[str]] = {}
    for next_at, occasion, address in list_waiting(connection, end):
        merged.setdefault((next_at, occasion), []).append(shown_address(address))
    for (next_at, occasion), addresses in merged.items():
        at = _stands_at(edition, occasion)
        yield Forecast(next_at, occasion.kind, occasion, at, len(addresses), tuple(sorted(addresses)), is_waiting=True)


def _stands_at(edition: Edition, occasion: Occasion) -> Point | None:
    entry = edition.entries.get(occasion.record_id)
    if entry is None or occasion.kind is not Kind.REMINDER:
        return None
    try:
        return point_at(entry.record, MomentName(occasion.moment), occasion.occurrence)
    except Exception:  # noqa: BLE001 (whatever is wrong with the record, that its letter waits is listed)
        return None
