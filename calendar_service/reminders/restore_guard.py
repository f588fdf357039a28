"""Detect that the database was replaced by an older copy, which would send everything again."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.hosts import host_name
from calendar_service.store.identity import raise_sequence, read_identity, renew_identity
from calendar_service.store.pauses import REPLACED, RestoreKind, enter_restored, list_pauses, report_replaced
from calendar_service.store.sequence_file import Remembered
from calendar_service.store.subscribers import has_subscribers

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.identity import Identity
    from calendar_service.store.pauses import Pause
    from calendar_service.store.sequence_file import SequenceFile

logger = logging.getLogger(__name__)

_REPORT_SECONDS = 60.0
_FORGETFUL = gettext_noop(
    "A host cannot remember the state of the database. If an older copy of it is restored, nobody would notice, "
    "and emails would be sent twice."
)


class RestoreGuard:
    """Compares the database with the sequence file of this host, and updates that; without a file it cannot."""

    def __init__(self, engine: Database, memory: SequenceFile | None) -> None:
        self._engine = engine
        self._memory = memory
        self._has_checked = False
        self._trouble = ""
        self._is_reported: bool | None = None
        self._reported_at = float("-inf")

    def check(self, now: datetime) -> list[Pause]:
        """Return why nothing may be sent, after checking whether the database became older. Raise DatabaseFault."""
        with reading(self._engine) as connection:
            known = read_identity(connection)
        # What is remembered was in the database before, so the database is read anew after it.
        remembered = self._memory.recall(known.id) if known and self._memory else None
        with reading(self._engine) as connection:
            found, pauses = read_identity(connection), list_pauses(connection)
        if (
            self._memory
            and remembered
            and found
            and known
            and found.id == known.id
            and found.sequence < remembered.sequence
        ):
            until = self._memory.sent_until(found) or now
            return self._note_restored(found, Remembered(remembered.sequence, until), now)
        self._detect_replacement(found.id if found else "", now)
        return pauses

    def _detect_replacement(self, database_id: str, now: datetime) -> None:
        """Report, once for each start, an empty database in the place of one that this host knew."""
        if self._has_checked or self._memory is None:
            return
        self._has_checked = True
        if self._memory.knows_other_than(database_id):
            with writing(self._engine) as connection:
                if not has_subscribers(connection):
                    report_replaced(connection, now)
                    logger.error("%s If the empty database is meant: calendar-service resume.", REPLACED)

    def _note_restored(self, found: Identity, remembered: Remembered, now: datetime) -> list[Pause]:
        with writing(self._engine, lock=True) as connection:
            present = read_identity(connection)
            is_first = present is not None and present.id == found.id and present.sequence < remembered.sequence
            if is_first:
                # A history of its own from here on: another host must not raise the same alarm once more.
                renewed = renew_identity(connection, remembered.sequence + 1)
                enter_restored(connection, RestoreKind.COPY, now, remembered.at)
            pauses = list_pauses(connection)
        if is_first:
            self.remember(renewed, now, now)
            logger.error(
                "The database is at %d, but was at %d before: a copy was put back. Nothing is sent until "
                "`calendar-service resume` or `calendar-service tick --send-missed`.",
                found.sequence,
                remembered.sequence,
            )
        return pauses

    def advance(self, connection: Transaction, now: datetime) -> Identity | None:
        """Increase the sequence within a transaction; pass the result to `remember` after the commit.

        Return None, and change nothing, if the database has just become older: then `check` finds it.
        """
        present = read_identity(connection)
        remembered = self._memory.recall(present.id) if present and self._memory else None
        if present and remembered and present.sequence < remembered.sequence:
            return None
        self._report(connection, now)
        return raise_sequence(connection)

    def remember(self, identity: Identity | None, at: datetime, sent_until: datetime) -> None:
        """Store how far the database has come, after the commit. An error is reported, not raised.

        What is due up to `sent_until` may have been sent, ahead of its time where that is later than `at`.
        """
        if identity is None or self._memory is None:
            return
        try:
            self._memory.remember(identity, at, sent_until)
            self._trouble = ""
        except OSError as error:
            if not self._trouble:
                logger.error("The sequence of the database cannot be stored (%s). %s", error, _FORGETFUL)  # noqa: TRY400 (the traceback adds nothing)
            self._trouble = str(error)

    def _report(self, connection: Transaction, now: datetime) -> None:
        """Report that this host cannot store it, or clear that report, within a transaction that writes anyway."""
        is_late = time.monotonic() - self._reported_at > _REPORT_SECONDS
        if self._trouble and (self._is_reported is not True or is_late):
            report_fault(connection, FaultKind.MEMORY, host_name(), _FORGETFUL, now, details=[self._trouble])
            self._is_reported, self._reported_at = True, time.monotonic()
        elif not self._trouble and self._is_reported is not False:
            clear_fault(connection, FaultKind.MEMORY, host_name())
            self._is_reported = False
