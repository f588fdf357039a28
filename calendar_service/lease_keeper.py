"""Renew this host's lease to publish while a process watches its file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.publishing import record_outcome
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, clear_faults_of_others, list_faults
from calendar_service.store.lease import keep_lease
from calendar_service.store.publication import PublishOutcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host, Situation
    from calendar_service.store.publication import PublishResult

# Another host may get the new file a little later, and a lease may just have expired: that is not a fault yet.
PATIENCE_SECONDS = 20.0
REPEAT_SECONDS = 60.0
_CLOCK_SECONDS = 30.0
_FORGOTTEN = timedelta(minutes=15)
_STRAY = timedelta(seconds=90)
_KINDS = (FaultKind.PUBLICATION, FaultKind.LEASE, FaultKind.CLOCK)


class LeaseKeeper:
    """Renews the lease of a host, and remembers the result of publishing its file.

    A fault that lasts is reported again each minute, so that faults of hosts that have stopped can be recognised.
    """

    def __init__(
        self,
        engine: Database,
        file: Path,
        host: Host,
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._file = file
        self._host = host
        self._clock = clock
        self._seconds = seconds
        self._situation: Situation | None = None
        self._last_fault: PublishResult | None = None
        self._is_refused = False
        self._next_report = 0.0
        self._next_sweep = 0.0

    @property
    def has_lease(self) -> bool:
        """Return True if this host had the lease when that was last seen."""
        return self._situation is not None and self._situation.holder == self._host.identity

    def note(self, result: PublishResult) -> None:
        """Store the result of an attempt to publish the file."""
        self._situation = result.situation
        is_fault = bool(result.clock) or result.outcome in {PublishOutcome.HELD, PublishOutcome.BROKEN}
        was_refused, self._is_refused = self._is_refused, result.held_by is FaultKind.LEASE
        self._last_fault = result if is_fault else None
        if not (was_refused and self._is_refused):
            wait = _CLOCK_SECONDS if result.clock else PATIENCE_SECONDS if self._is_refused else REPEAT_SECONDS
            self._next_report = self._seconds() + wait

    def keep(self) -> bool:
        """Renew the lease if this host has it. Return True if the file should be published again. Raise DatabaseFault.

        That is if another host has taken or released the lease, if there is another edition, if the clock
        has gone wrong or is right again, and if a fault of the file was not reported for a minute.
        """
        situation = keep_lease(self._engine, self._host, self._clock())
        is_other = self._situation is not None and situation != self._situation
        self._situation = situation
        return self._repeat() or self._sweep(situation) or is_other

    def _repeat(self) -> bool:
        if self._last_fault is None or self._seconds() < self._next_report:
            return False
        self._next_report = self._seconds() + REPEAT_SECONDS
        if self._last_fault.clock:
            return True
        record_outcome(self._engine, self._file, self._last_fault, self._clock(), self._host)
        return False

    def _sweep(self, situation: Situation) -> bool:
        """Delete the faults of stopped hosts once a minute. Return True if a fault of this host seems to be over."""
        if self._seconds() < self._next_sweep:
            return False
        self._next_sweep = self._seconds() + REPEAT_SECONDS
        now = self._clock()
        with reading(self._engine) as connection:
            found = list_faults(connection, _KINDS)
        if situation.holder == self._host.identity and any(each.key != self._host.name for each in found):
            with writing(self._engine) as connection:
                clear_faults_of_others(connection, _KINDS, self._host.name, now - _FORGOTTEN)
        stray = [each for each in found if each.key == self._host.name and each.last_at < now - _STRAY]
        return self._last_fault is None and bool(stray)
