"""Purge: delete data that is not needed any more, addresses above all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_service.store.editor_sessions import delete_ended
from calendar_service.store.engine import concerns_all, reading, writing
from calendar_service.store.faults import FaultKind, clear_fault, list_faults
from calendar_service.store.signups import ASKED
from calendar_service.store.subscriber_outbox import drop_of_signups
from calendar_service.store.subscribers import erase_in, select_ended
from calendar_service.store.tables import deliveries, signups, suppressions, tallies

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from calendar_service.store.engine import Database

SIGNUPS_KEPT = timedelta(hours=72)
"""As long as a link to confirm holds."""
ENDED_KEPT = timedelta(days=30)
TALLIES_KEPT = timedelta(days=31)
_PENDING = ("waiting", "claimed", "bundled")


@dataclass(frozen=True)
class PurgeCounts:
    """Numbers of deleted rows."""

    signups: int
    subscribers: int
    tallies: int
    suppressions: int


def purge_expired(engine: Database, now: datetime) -> PurgeCounts:
    """Delete what has expired: sign-ups, ended subscribers, counts, suppressions, sessions of editors.

    Of an ended subscriber the keyed hash stays with the reason "ended". It does not prevent a new sign-up; it documents
    the wish, and prevents an import from undoing it. Deliveries stay, to be counted, without a name. A subscriber who
    cannot be deleted does not stop the others; the error is raised at the end.
    """
    with reading(engine) as connection:
        ended = select_ended(connection, now - ENDED_KEPT)
    failed: list[Exception] = []
    for subscriber in ended:
        try:
            with writing(engine) as connection:
                erase_in(connection, subscriber, now)
        except Exception as error:  # one who cannot be deleted does not keep the others here
            if concerns_all(error):
                raise
            failed.append(error)
    forgotten = _forget_rows(engine, len(ended) - len(failed), now)
    if failed:
        raise failed[0]
    return forgotten


def _forget_rows(engine: Database, erased: int, now: datetime) -> PurgeCounts:
    with writing(engine) as connection:
        old = signups.c.asked_at <= now - SIGNUPS_KEPT
        drop_of_signups(connection, old, now)
        forgotten = PurgeCounts(
            signups=connection.execute(delete(signups).where(old)).rowcount,
            subscribers=erased,
            tallies=connection.execute(delete(tallies).where(tallies.c.begins < now - TALLIES_KEPT)).rowcount,
            suppressions=connection.execute(delete(suppressions).where(suppressions.c.until <= now)).rowcount,
        )
        delete_ended(connection, now)
        _forget_faults(connection, FaultKind.SIGNUP, select(signups.c.id).where(signups.c.state == ASKED))
        pending = select(deliveries.c.id).where(deliveries.c.state.in_(_PENDING))
        _forget_faults(connection, FaultKind.DELIVERY, pending)
        return forgotten


def _forget_faults(connection: Connection, kind: FaultKind, pending: Select[tuple[int]]) -> None:
    """Clear the faults of what was deleted or settled."""
    keys = {int(each.key): each.key for each in list_faults(connection, [kind])}
    if keys:
        (number,) = pending.selected_columns
        left = set(connection.scalars(pending.where(number.in_(keys))))
        for gone in keys.keys() - left:
            clear_fault(connection, kind, keys[gone])
