"""Reasons why nothing is sent: a person paused it, or the database was restored and nobody has decided how to go on.

Each reason is a row of process state, so that every process sees it; `claim_deliveries` checks them in its own
statement.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select, update

from calendar_service.records.errors import gettext_noop
from calendar_service.records.notification_keys import NotificationKind
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.notification_columns import is_bundle_of
from calendar_service.store.outbox import DeliveryState, affected_rows
from calendar_service.store.process_state import enter_state, remove_state, write_state
from calendar_service.store.signups import ASKED, MAILED
from calendar_service.store.tables import deliveries, notes, occasions, signups

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection

RESTORED_REASON = "restored"
"""The reason of a delivery that was not sent, because it may have been sent before a restore."""


class PauseKind(StrEnum):
    """Why nothing is sent. RESTORING is a restore that is running, or that stopped before it changed anything."""

    PERSON = "paused"
    RESTORING = "restoring"
    RESTORED = "restored"


class RestoreKind(StrEnum):
    """How the database was restored: by the command, or by a copy put in its place."""

    COMMAND = "command"
    COPY = "copy"


@dataclass(frozen=True)
class Pause:
    """A reason why nothing is sent. For RESTORED, what was due up to `until` may have been sent before.

    With `is_exact` it is known what was sent, since the newer database could be read.
    """

    kind: PauseKind
    since: datetime
    until: datetime
    how: RestoreKind | None = None
    is_exact: bool = False


_NAMES = {kind: f"sending {kind}" for kind in PauseKind}


def is_paused() -> ColumnElement[bool]:
    """Return the SQL condition that nothing may be sent."""
    return exists().where(notes.c.name.in_(list(_NAMES.values())))


def list_pauses(connection: Connection) -> list[Pause]:
    """Return the reasons why nothing is sent; empty if sending is not paused."""
    by_name = {name: kind for kind, name in _NAMES.items()}
    rows = connection.execute(select(notes).where(notes.c.name.in_(by_name)).order_by(notes.c.name))
    return [_pause(by_name[row.name], row.value, row.at) for row in rows]


def _pause(kind: PauseKind, value: str, since: datetime) -> Pause:
    if kind is not PauseKind.RESTORED:
        return Pause(kind, since, since)
    plain = json.loads(value)
    return Pause(kind, since, datetime.fromisoformat(plain["until"]), RestoreKind(plain["how"]), plain["exact"])


def enter_pause(connection: Connection, kind: PauseKind, now: datetime) -> bool:
    """Pause sending for a reason other than RESTORED; return False if it was paused for that already."""
    return enter_state(connection, _NAMES[kind], "", now)


def enter_restored(
    connection: Connection, how: RestoreKind, now: datetime, until: datetime, *, is_exact: bool = False
) -> None:
    """Pause sending because the database was restored, and report it. What was due up to `until` may have been sent."""
    value = json.dumps({"until": max(now, until).isoformat(), "how": how, "exact": is_exact})
    write_state(connection, _NAMES[PauseKind.RESTORED], value, now)
    report_fault(connection, FaultKind.RESTORE, "", _SENTENCES[how], now)


_SENTENCES = {
    RestoreKind.COMMAND: gettext_noop(
        "The database was restored from a backup. Nothing is sent until a person says how to go on."
    ),
    RestoreKind.COPY: gettext_noop(
        "The database is older than it was before: a copy was put back. "
        "Nothing is sent until a person says how to go on."
    ),
}


REPLACED_KEY = "replaced"
"""The key of a fault RESTORE that pauses nothing."""
REPLACED = gettext_noop(
    "The database is new and empty, but this host knew another one here: its subscribers are missing."
)


def report_replaced(connection: Connection, now: datetime) -> None:
    """Report an empty database in the place of one that this host knew; `now` is aware."""
    report_fault(connection, FaultKind.RESTORE, REPLACED_KEY, REPLACED, now)


def clear_replaced(connection: Connection) -> bool:
    """Delete the report of an empty database; return True if there was one."""
    return clear_fault(connection, FaultKind.RESTORE, REPLACED_KEY)


def end_pause(connection: Connection, kind: PauseKind) -> bool:
    """Remove a reason why nothing is sent; return True if it was there."""
    if kind is PauseKind.RESTORED:
        clear_fault(connection, FaultKind.RESTORE, "")
    return remove_state(connection, _NAMES[kind])


def settle_missed(connection: Connection, pause: Pause, now: datetime) -> int:
    """Mark what was due up to a restore as not sent; return the number of deliveries.

    This includes all notices: which changes were announced before is unknown. Account mails are kept if it is known
    that they were not sent, and so are sign-ups that nobody has answered.
    """
    settled = {"state": DeliveryState.DROPPED, "reason": RESTORED_REASON, "settled_at": now, "worker_id": None}
    dropped = affected_rows(connection.execute(update(deliveries).where(*_missed(pause)).values(**settled)))
    digest, what = deliveries.alias("digest"), occasions.alias("what")
    gone = (
        exists()
        .where(digest.c.subscriber_id == deliveries.c.subscriber_id, digest.c.occasion_id == what.c.id)
        .where(is_bundle_of(what, deliveries))
        .where(digest.c.state == DeliveryState.DROPPED, digest.c.reason == RESTORED_REASON)
    )
    connection.execute(update(deliveries).where(deliveries.c.state == DeliveryState.BUNDLED, gone).values(**settled))
    if not pause.is_exact:
        asked = signups.c.state == ASKED, signups.c.asked_at <= pause.until
        connection.execute(update(signups).where(*asked).values(state=MAILED, settled_at=now))
    return dropped


def _missed(pause: Pause) -> Iterable[ColumnElement[bool]]:
    kind = select(occasions.c.kind).where(occasions.c.id == deliveries.c.occasion_id).scalar_subquery()
    is_of_before = deliveries.c.due_at <= pause.until
    due = [
        and_(kind.in_([NotificationKind.REMINDER, NotificationKind.DIGEST]), is_of_before),
        kind == NotificationKind.NOTICE,
    ]
    if not pause.is_exact:
        due.append(and_(kind == NotificationKind.ACCOUNT, is_of_before))
    return deliveries.c.state.in_([DeliveryState.WAITING, DeliveryState.CLAIMED]), or_(*due)
