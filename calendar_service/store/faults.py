"""Open faults: what failed, since when, how often, and whether the operator was notified by mail.

A fault has a kind and a key (what it happened to). Reporting it again counts it; clearing it deletes the row, so that a
later failure is a new fault with a new mail; so is one with another reason. Things set aside because of a fault have a
`retry_at`.

The operator gets at most one mail an hour about one key and reason, whatever the numbers in it, however often it fails
and recovers; about single things that are set aside, one an hour for each kind. A mail that failed is tried again after
five minutes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, null, select, update

from calendar_service.store.process_state import read_state, write_state
from calendar_service.store.tables import faults, notes
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_MAX_KEY = 200
_MAX_REASON = 500
_MAX_DETAILS = 50
MAIL_PAUSE = timedelta(hours=1)
MAIL_RETRY = timedelta(minutes=5)
_MAILED, _NOT_MAILED = "told", "failed"
_NOTE = "mail of fault "
_COUNTED = re.compile(r"(more than )?\d+ \w+")


class FaultKind(StrEnum):
    """What failed. PUBLICATION to RESTORE concern a host or the whole service, the others single things set aside."""

    PUBLICATION = "publication"
    LEASE = "lease"
    CLOCK = "clock"
    DATABASE = "database"
    SCHEDULE = "schedule"
    SENDING = "sending"
    MEMORY = "memory"
    COMMIT = "commit"
    RESTORE = "restore"
    EDITION = "edition"
    RECORD = "record"
    GROUP = "group"
    WATCH = "watch"
    SIGNUP = "signup"
    DELIVERY = "delivery"


SET_ASIDE = frozenset(
    {
        FaultKind.EDITION,
        FaultKind.RECORD,
        FaultKind.GROUP,
        FaultKind.WATCH,
        FaultKind.SIGNUP,
        FaultKind.DELIVERY,
    }
)
"""The kinds of single things that were set aside while all others go on."""


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
    mailed_at: datetime | None = None,
    times: int = 1,
) -> None:
    """Add a fault, or increase its count by `times`. Times are aware; texts are cut to what a row holds.

    `mailed_at` is set if the operator has been notified already.
    """
    row: dict[str, Any] = {
        "reason": _storable(reason)[:_MAX_REASON],
        "details": [_storable(each) for each in details[:_MAX_DETAILS]],
        "last_at": now,
        "retry_at": retry_at,
    }
    entered = insert_on_conflict(connection, faults).values(
        kind=kind, key=_storable(key)[:_MAX_KEY], count=max(times, 1), first_at=now, mailed_at=mailed_at, **row
    )
    known = case((faults.c.reason == row["reason"], faults.c.mailed_at), else_=null())
    again = {**row, "count": faults.c.count + times, "mailed_at": func.coalesce(known, mailed_at)}
    connection.execute(entered.on_conflict_do_update(index_elements=[faults.c.kind, faults.c.key], set_=again))


def clear_fault(connection: Connection, kind: FaultKind, key: str) -> bool:
    """Delete a fault that is over; return True if there was one."""
    this = faults.c.kind == kind, faults.c.key == _storable(key)[:_MAX_KEY]
    return connection.execute(delete(faults).where(*this)).rowcount == 1


def clear_faults_of_others(connection: Connection, kinds: Iterable[FaultKind], key: str, before: datetime) -> None:
    """Delete faults of some kinds with another key that were not reported since `before`: their reporter is gone."""
    gone = faults.c.kind.in_(list(kinds)), faults.c.key != _storable(key)[:_MAX_KEY], faults.c.last_at < before
    connection.execute(delete(faults).where(*gone))


def list_faults(connection: Connection, kinds: Iterable[FaultKind] | None = None) -> list[Fault]:
    """Return the open faults, oldest first; all of them, or those of some kinds."""
    query = select(faults).order_by(faults.c.first_at, faults.c.kind, faults.c.key)
    if kinds is not None:
        query = query.where(faults.c.kind.in_(list(kinds)))
    return [_fault(row) for row in connection.execute(query)]


def clear_kinds_before(connection: Connection, kinds: Iterable[FaultKind], before: datetime) -> None:
    """Delete faults of some kinds that were not reported since `before`: their reporter is gone."""
    connection.execute(delete(faults).where(faults.c.kind.in_(list(kinds)), faults.c.last_at < before))


def has_unmailed(connection: Connection) -> bool:
    """Return True if there may be a fault to mail."""
    return connection.scalar(select(faults.c.kind).where(faults.c.mailed_at.is_(None)).limit(1)) is not None


def take_unmailed(connection: Connection, now: datetime) -> list[Fault]:
    """Mark the faults to be mailed now as mailed, and return them: each goes to one process.

    Faults are left out that were mailed within the hour, or whose mail failed within five minutes.
    """
    connection.execute(delete(notes).where(notes.c.name.startswith(_NOTE), notes.c.at < now - MAIL_PAUSE))
    waiting = select(faults.c.kind, faults.c.key, faults.c.reason).where(faults.c.mailed_at.is_(None))
    found: list[Fault] = []
    paused: dict[str, bool] = {}
    for kind, key, reason in connection.execute(waiting).all():
        name = _note_name(FaultKind(kind), key, reason)
        if name not in paused:
            paused[name] = _is_paused(connection, name, now)
        if paused[name]:
            continue
        this = faults.c.kind == kind, faults.c.key == key, faults.c.mailed_at.is_(None)
        taken = update(faults).where(*this).values(mailed_at=now).returning(faults)
        found += [_fault(row) for row in connection.execute(taken)]
    for each in found:
        write_state(connection, _note_name(each.kind, each.key, each.reason), _MAILED, now)
    return sorted(found, key=lambda each: (each.first_at, each.kind, each.key))


def release_unmailed(connection: Connection, given: Iterable[Fault], now: datetime) -> None:
    """Have faults mailed later: the mail could not be sent."""
    for each in given:
        this = faults.c.kind == each.kind, faults.c.key == each.key
        connection.execute(update(faults).where(*this).values(mailed_at=None))
        write_state(connection, _note_name(each.kind, each.key, each.reason), _NOT_MAILED, now)


def _is_paused(connection: Connection, name: str, now: datetime) -> bool:
    note = read_state(connection, name)
    if note is None:
        return False
    value, at = note
    return timedelta(0) <= now - at < (MAIL_PAUSE if value == _MAILED else MAIL_RETRY)


def _note_name(kind: FaultKind, key: str, reason: str) -> str:
    if kind in SET_ASIDE:
        return _NOTE + kind
    about = f"{key}\n{_COUNTED.sub('', reason)}"
    return f"{_NOTE}{kind} {hashlib.sha256(about.encode()).hexdigest()[:32]}"


def _fault(row: Any) -> Fault:
    values = {**row._mapping, "kind": FaultKind(row.kind), "details": tuple(row.details)}  # noqa: SLF001 (documented; so named to leave room for columns)
    return Fault(**values)


def _storable(text: str) -> str:
    """Replace what databases refuse: NUL, and lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
