"""Looking ahead: what will go to whom, before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.occasions import Kind
from calendar_service.reminders.addresses import shown_address
from calendar_service.reminders.plan import plan, point_at
from calendar_service.store.engine import reading
from calendar_service.store.outbox import list_readers, list_waiting, load_fired, load_groups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.occasions import Occasion
    from calendar_service.records.record import Point
    from calendar_service.store.engine import Database, Transaction


@dataclass(frozen=True)
class Forecast:
    """An occasion that falls due, with its readers' addresses; `kind` is DIGEST where a reminder comes in one."""

    due_at: datetime
    kind: Kind
    occasion: Occasion
    at: Point | None
    addresses: tuple[str, ...]


def forecast(engine: Database, edition: Edition, start: datetime, end: datetime) -> list[Forecast]:
    """List what falls due between two times, and what is still waiting to be sent, in order of time."""
    with reading(engine) as connection:
        found = [*_planned(connection, edition, start, end), *_waiting(connection, edition, end)]
    return sorted(found, key=lambda each: (each.due_at, each.occasion.record_id, each.occasion.lead))


def _planned(connection: Transaction, edition: Edition, start: datetime, end: datetime) -> Iterator[Forecast]:
    fired = load_fired(connection, start)
    merged: dict[tuple[datetime, Kind, Occasion, Point | None], set[str]] = {}
    for due in plan(edition, load_groups(connection), start, end):
        if due.due_at < start or due.key in fired or due.occasion.kind is Kind.DIGEST:
            continue
        kind = Kind.DIGEST if due.bundle else Kind.REMINDER
        readers = list_readers(connection, due.group.id, due.due_at, due.after)
        if readers:
            merged.setdefault((due.due_at, kind, due.occasion, due.at), set()).update(map(shown_address, readers))
    for (due_at, kind, occasion, at), addresses in merged.items():
        yield Forecast(due_at, kind, occasion, at, tuple(sorted(addresses)))


def _waiting(connection: Transaction, edition: Edition, end: datetime) -> Iterator[Forecast]:
    merged: dict[tuple[datetime, Occasion], list[str]] = {}
    for next_at, occasion, address in list_waiting(connection, end):
        merged.setdefault((next_at, occasion), []).append(shown_address(address))
    for (next_at, occasion), addresses in merged.items():
        entry = edition.entries.get(occasion.record_id)
        is_reminder = entry is not None and occasion.kind is Kind.REMINDER
        at = point_at(entry.record, MomentName(occasion.moment), occasion.occurrence) if entry and is_reminder else None
        yield Forecast(next_at, occasion.kind, occasion, at, tuple(sorted(addresses)))
