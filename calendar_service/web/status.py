"""The state of the service: from the database, queried with a short time limit, and from this process."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.reminders.faults.log import DATABASE_REASONS
from calendar_service.reminders.subjects import CLOCK
from calendar_service.store.bounded import BoundedCalls, NoAnswer
from calendar_service.store.engine import reading
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.faults import SET_ASIDE, Fault, FaultKind, list_faults
from calendar_service.store.gauges import read_gauges, read_worker_health
from calendar_service.store.hosts import host_name
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import last_attempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.reminders.faults.log import FaultLog
    from calendar_service.store.engine import Database
    from calendar_service.store.gauges import Gauges, WorkerHealth
    from calendar_service.store.publish_attempts import PublishAttempt

_ANSWER_SECONDS = 3.0
_SHORT_SECONDS = 1.0
# Counting all deliveries of a large database may take longer.
_COUNT_SECONDS = 8.0
_OF_PUBLISHING = frozenset({FaultKind.PUBLICATION, FaultKind.LEASE, FaultKind.CLOCK})


def holds_back(fault: Fault) -> bool:
    """Return True if a fault prevents the calendar file from being published.

    The fault that reminders were planned by a clock that was ahead is none: it does not affect what is public.
    """
    return fault.kind in _OF_PUBLISHING and (fault.kind, fault.key) != CLOCK.name


@dataclass(frozen=True)
class ServiceStatus:
    """The state of the service. What only the database knows is None if it does not answer.

    `faults` are all open ones, of every process and host as far as they are known here.
    """

    is_database_up: bool
    faults: list[Fault]
    attempt: PublishAttempt | None = None
    worker_health: WorkerHealth | None = None
    gauges: Gauges | None = None

    @property
    def is_held_back(self) -> bool:
        """Return True if the present calendar file is known not to be what is public."""
        outcome = self.attempt and self.attempt.outcome
        is_fault = any(map(holds_back, self.faults))
        return not self.is_database_up or outcome in (PublishOutcome.BROKEN, PublishOutcome.HELD) or is_fault

    @property
    def is_failing(self) -> bool:
        """Return True if a fault concerns a host or all, and not a single thing that is set aside."""
        return any(each.kind not in SET_ASIDE for each in self.faults)

    @property
    def is_published(self) -> bool:
        """Return True if publishing works and the present calendar file is what is public."""
        return not self.is_held_back and not any(each.kind is FaultKind.DATABASE for each in self.faults)


class StatusReader:
    """Reads the state of the service for concurrent requests. It also answers if the database does not.

    Once the database has kept a request or the worker waiting, no other request waits as long as `is_away` says that it
    does not answer: they would hold all threads of the server.
    """

    def __init__(self, engine: Database, log: FaultLog, is_away: Callable[[], bool] = lambda: False) -> None:
        self._engine = engine
        self._log = log
        self._is_away = is_away
        self._has_waited = False
        self._calls: BoundedCalls[ServiceStatus] = BoundedCalls("status")

    def read(self, now: datetime) -> ServiceStatus:
        """Return the state of the service without gauges; `now` is aware."""
        return self._ask(lambda: self._status(now, None), _ANSWER_SECONDS, now)

    def read_with_gauges(self, now: datetime) -> ServiceStatus:
        """Return the state of the service with all gauges; `now` is aware."""
        return self._ask(lambda: self._status(now, read_gauges(self._engine, now)), _COUNT_SECONDS, now)

    def _ask(self, read: Callable[[], ServiceStatus], seconds: float, now: datetime) -> ServiceStatus:
        if (self._has_waited or self._is_reported_away()) and self._is_away():
            return self._no_answer(Trouble.AWAY, "the database does not answer", now)
        began = time.monotonic()
        try:
            found = self._calls.call(read, seconds)
        except NoAnswer as error:
            self._has_waited = True
            return self._no_answer(Trouble.AWAY, str(error), now)
        except DatabaseFault as fault:
            self._has_waited = time.monotonic() - began > _SHORT_SECONDS
            return self._no_answer(fault.trouble, str(fault), now)
        self._has_waited = False
        return replace(found, faults=_merged(found.faults, self._log.faults()))

    def _is_reported_away(self) -> bool:
        away = FaultKind.DATABASE, DATABASE_REASONS[Trouble.AWAY]
        return any((each.kind, each.reason) == away for each in self._log.faults())

    def _status(self, now: datetime, gauges: Gauges | None) -> ServiceStatus:
        with reading(self._engine) as connection:
            faults = list_faults(connection)
        worker_health = gauges.worker_health if gauges else read_worker_health(self._engine, now)
        return ServiceStatus(True, faults, last_attempt(self._engine), worker_health, gauges)  # noqa: FBT003 (the fields in their order)

    def _no_answer(self, trouble: Trouble, message: str, now: datetime) -> ServiceStatus:
        known = self._log.faults()
        if not any(each.kind is FaultKind.DATABASE for each in known):
            reason = DATABASE_REASONS[trouble]
            known = [*known, Fault(FaultKind.DATABASE, host_name(), reason, (message,), 1, now, now, None, None)]
        return ServiceStatus(is_database_up=False, faults=known)


def _merged(written: list[Fault], own: list[Fault]) -> list[Fault]:
    """Return the faults in the database and those of this process, each once, the oldest first.

    The database has the faults of all processes; this process has those since it last wrote.
    """
    found = {(each.kind, each.key): each for each in written}
    for each in own:
        other = found.get((each.kind, each.key))
        if other is None:
            found[each.kind, each.key] = each
        else:
            count, first = max(each.count, other.count), min(each.first_at, other.first_at)
            # A fault of the database is stored as mailed, since each host mails its own.
            mailed = each.mailed_at if each.kind is FaultKind.DATABASE else each.mailed_at or other.mailed_at
            found[each.kind, each.key] = replace(each, count=count, first_at=first, mailed_at=mailed)
    return sorted(found.values(), key=lambda each: (each.first_at, each.kind, each.key))
