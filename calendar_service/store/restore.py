"""Restore a backup in one step, whether processes run or not: everything is restored, or nothing has changed.

If the database has only gone forward since the backup, what was lost comes back and the rest stays. Otherwise the
backup replaces it; who left, who was erased and what was sent is carried over if it can be read. In either case nothing
is sent until a person decides how to go on.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, text, update

from calendar_service.store.archives import open_backup
from calendar_service.store.backup import BackupRefused, our_tables, read_version, sqlite_path
from calendar_service.store.bring_back import bring_back
from calendar_service.store.carry_over import carry_over
from calendar_service.store.engine import reading, writing
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.identity import Identity, raise_sequence, read_identity, renew_identity
from calendar_service.store.in_hand import wait_for_senders
from calendar_service.store.migrate import run_migrations
from calendar_service.store.pauses import PauseKind, RestoreKind, end_pause, enter_pause, enter_restored
from calendar_service.store.schema_version import is_known
from calendar_service.store.tables import deliveries, faults, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from calendar_service.store.archives import Archive
    from calendar_service.store.engine import Database

SENDERS_SECONDS = 60.0
"""How long is waited for processes that have mails in hand."""


class Replaced(StrEnum):
    """The database before a restore."""

    NOTHING = "nothing"
    SUCCESSOR = "successor"
    OTHER = "other"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Restored:
    """The result of a restore: `counts` of rows that were restored or carried over, by kind."""

    replaced: Replaced
    identity: Identity
    counts: dict[str, int] = field(default_factory=dict)
    damaged_file: Path | None = None


def restore(engine: Database, file: Path, now: datetime, sent_until: Callable[[Identity], datetime | None]) -> Restored:
    """Restore a backup. `sent_until` returns up to when (aware) reminders may have been sent that a state lacks.

    Raise BackupRefused, ToolFault, UnusableDatabase, DatabaseFault; the database is then unchanged.
    """
    with open_backup(engine, file) as archive:
        if not is_known(archive.version):
            raise BackupRefused(
                f"{file} was made by a newer calendar-service (tables {archive.version}).",
                remedy="Install that version, and restore with it.",
            )
        present = _present_state(engine)
        if present is Replaced.DAMAGED:
            return _replace_file(engine, archive, now, sent_until)
        if present is Replaced.NOTHING:
            return _restore_in_place(engine, archive, now, sent_until)
        run_migrations(engine)
        with _quiet(engine, now):
            return _restore_in_place(engine, archive, now, sent_until)


def _present_state(engine: Database) -> Replaced:
    """Return the kind of the present database. OTHER is any database of ours, whose history is compared later."""
    path = sqlite_path(engine)
    if path and (not path.exists() or path.stat().st_size == 0):
        return Replaced.NOTHING
    try:
        with reading(engine) as connection:
            if path and [str(row[0]) for row in connection.execute(text("PRAGMA quick_check(1)"))] != ["ok"]:
                return Replaced.DAMAGED
            version, tables = read_version(connection), our_tables(connection)
    except DatabaseFault as fault:
        if path and fault.trouble is Trouble.DAMAGED:
            return Replaced.DAMAGED
        raise
    if version and not is_known(version):
        raise BackupRefused(
            f"the present database was made by a newer calendar-service (tables {version}).",
            remedy="Restore with that version, or name another database in CALENDAR_DATABASE_URL.",
        )
    if tables and not version:
        raise BackupRefused(
            f"the present database has tables of another program: {', '.join(tables)}.",
            remedy="Look at CALENDAR_DATABASE_URL.",
        )
    return Replaced.OTHER if version else Replaced.NOTHING


# -- nobody sends meanwhile -----------------------------------------------------------------------------------------


@contextmanager
def _quiet(engine: Database, now: datetime) -> Iterator[None]:
    """Pause sending, and wait until no worker has a mail in hand; end the pause if something fails."""
    with writing(engine) as connection:
        enter_pause(connection, PauseKind.RESTORING, now)
    try:
        _wait_for_senders(engine)
        yield
    except BaseException:
        with writing(engine) as connection:
            end_pause(connection, PauseKind.RESTORING)
        raise


def _wait_for_senders(engine: Database) -> None:
    """Wait until all claims are settled, except those of dead processes. Raise BackupRefused."""
    if left := wait_for_senders(engine, SENDERS_SECONDS):
        raise BackupRefused(
            f"{left}.",
            remedy="Stop serve and worker, or try again in a minute.",
        )


# -- the step itself ------------------------------------------------------------------------------------------------


def _restore_in_place(
    engine: Database, archive: Archive, now: datetime, sent_until: Callable[[Identity], datetime | None]
) -> Restored:
    """Restore in one transaction of the present database, so that running processes see either state completely."""
    with archive.loading(engine) as (connection, loaded):
        before = loaded.present_identity
        made = loaded.backup_identity
        is_successor = before is not None and before.id == made.id and before.sequence >= made.sequence
        if is_successor:
            counts = bring_back(connection, loaded.backup)
            loaded.keep_present()
            identity = raise_sequence(connection)
        else:
            loaded.take_backup()
            counts = carry_over(connection, loaded.replaced) if before else {}
            identity = _begin_anew(connection, made, before)
        end_pause(connection, PauseKind.RESTORING)
        behind = [before] if is_successor else [made, before]  # what a successor has sent is known
        until = _latest(now, [sent_until(each) for each in behind if each])
        enter_restored(connection, RestoreKind.COMMAND, now, until, is_exact=is_successor)
        loaded.finish()
    replaced = Replaced.SUCCESSOR if is_successor else Replaced.OTHER if before else Replaced.NOTHING
    return Restored(replaced, identity, counts)


def _begin_anew(connection: Connection, made: Identity, before: Identity | None) -> Identity:
    """Make the state of a backup the present one: sending is paused, and it gets an id of its own."""
    connection.execute(delete(workers))
    connection.execute(delete(faults))
    claimed = update(deliveries).where(deliveries.c.state == "claimed")
    connection.execute(claimed.values(state="waiting", worker_id=None))
    return renew_identity(connection, max(made.sequence, before.sequence if before else 0) + 1)


def _latest(now: datetime, known: list[datetime | None]) -> datetime:
    return max([now, *(each for each in known if each)])


def _replace_file(
    engine: Database, archive: Archive, now: datetime, sent_until: Callable[[Identity], datetime | None]
) -> Restored:
    """Replace a damaged file by a restored one; the damaged one is kept beside it."""
    with archive.as_database() as scratch:
        with writing(scratch) as connection:
            made = read_identity(connection) or renew_identity(connection, 0)
            identity = _begin_anew(connection, made, None)
            until = _latest(now, [sent_until(made)])
            enter_restored(connection, RestoreKind.COMMAND, now, until)
        scratch.dispose()
        damaged = archive.put_in_place(engine, now)
    return Restored(Replaced.DAMAGED, identity, damaged_file=damaged)
