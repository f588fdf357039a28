"""Faults that are not over: what failed, since when, how often, and whether the operator was told by mail.

A fault has a kind and a key (what it happened to). Reporting it again counts it; clearing it deletes the row, so that
the same thing failing later is a new fault, of which the operator is told anew. What is set aside because of a fault
has a `retry_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from calendar_service.store.conflicts import insert_or
from calendar_service.store.tables import faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_MAX_KEY = 200
_MAX_REASON = 500
_MAX_DETAILS = 50


class FaultKind(StrEnum):
    """What failed. From PUBLICATION to RESTORE it concerns a host or all; the others are single things set aside."""

    PUBLICATION = "publication"
    LEASE = "lease"
    CLOCK = "clock"
    DATABASE = "database"
    SCHEDULE = "schedule"
    SENDING = "sending"
    RESTORE = "restore"
    EDITION = "edition"
    RECORD = "record"
    GROUP = "group"
    WATCH = "watch"
    SIGNUP = "signup"
    DELIVERY = "delivery"


@dataclass(frozen=True)
class Fault:
    """One fault. `reason` is a sentence without paths, addresses or unpublished words; `details` may have them."""

    kind: FaultKind
    key: str
    reason: str
    details: tuple[str, ...]
    count: int
    first_at: datetime
    last_at: datetime
    retry_at: datetime | None
    mailed_at: datetime | None


def report_fault(  # noqa: PLR0913 (the columns of one row)
    connection: Connection,
    kind: FaultKind,
    key: str,
    reason: str,
    now: datetime,
    *,
    details: Sequence[str] = (),
    retry_at: datetime | None = None,
) -> None:
    """Enter a fault, or count it once more. `now` and `retry_at` are aware; texts are cut to what a row holds."""
    row: dict[str, Any] = {
        "reason": _storable(reason)[:_MAX_REASON],
        "details": [_storable(each) for each in details[:_MAX_DETAILS]],
        "last_at": now,
        "retry_at": retry_at,
    }
    entered = insert_or(connection, faults).values(
        kind=kind, key=_storable(key)[:_MAX_KEY], count=1, first_at=now, mailed_at=None, **row
    )
    again = {**row, "count": faults.c.count + 1}
    connection.execute(entered.on_conflict_do_update(index_elements=[faults.c.kind, faults.c.key], set_=again))


def clear_fault(connection: Connection, kind: FaultKind, key: str) -> bool:
    """Delete a fault that is over; True if there was one."""
    this = faults.c.kind == kind, faults.c.key == _storable(key)[:_MAX_KEY]
    return connection.execute(delete(faults).where(*this)).rowcount == 1


def clear_faults_of_others(connection: Connection, kinds: Iterable[FaultKind], key: str, before: datetime) -> None:
    """Delete the faults of some kinds that have another key and were not reported since: whoever did is no more."""
    gone = faults.c.kind.in_(list(kinds)), faults.c.key != _storable(key)[:_MAX_KEY], faults.c.last_at < before
    connection.execute(delete(faults).where(*gone))


def list_faults(connection: Connection, kinds: Iterable[FaultKind] | None = None) -> list[Fault]:
    """List the faults that are not over, the oldest first; all of them, or those of some kinds."""
    query = select(faults).order_by(faults.c.first_at, faults.c.kind, faults.c.key)
    if kinds is not None:
        query = query.where(faults.c.kind.in_(list(kinds)))
    return [_fault(row) for row in connection.execute(query)]


def take_unmailed(connection: Connection, now: datetime) -> list[Fault]:
    """Mark the faults of which the operator has not been told as mailed, and return them: one process gets each."""
    taken = update(faults).where(faults.c.mailed_at.is_(None)).values(mailed_at=now).returning(faults)
    found = [_fault(row) for row in connection.execute(taken)]
    return sorted(found, key=lambda each: (each.first_at, each.kind, each.key))


def _fault(row: Any) -> Fault:
    values = {**row._mapping, "kind": FaultKind(row.kind), "details": tuple(row.details)}  # noqa: SLF001 (documented; so named to leave room for columns)
    return Fault(**values)


def _storable(text: str) -> str:
    """Replace what no database takes: NUL, and lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
