"""Report faults: store them for all processes, and mail them once for each incident.

While the database works, one of all processes mails each fault (`take_unmailed`). Faults of the database itself, and
all others while it does not work, are mailed by one process of each host (`HostMemory`).
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.reminders.faults.log import DATABASE_REASONS
from calendar_service.reminders.faults.standstill import Standstill
from calendar_service.store.editions import load_calendar
from calendar_service.store.engine import reading, writing
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.faults import (
    FaultKind,
    clear_fault,
    clear_kinds_before,
    has_unmailed,
    list_faults,
    release_unmailed,
    report_fault,
    take_unmailed,
)
from calendar_service.store.hosts import host_name
from calendar_service.store.integrity import find_damage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.record import Calendar
    from calendar_service.reminders.faults.host import HostMemory
    from calendar_service.reminders.faults.left import LeftFaults
    from calendar_service.reminders.faults.log import FaultLog
    from calendar_service.reminders.faults.mailer import FaultMailer
    from calendar_service.store.engine import Database
    from calendar_service.store.faults import Fault

logger = logging.getLogger(__name__)

# What is over sooner, such as a server that is restarted, is logged and shown but not mailed.
MAIL_AFTER = timedelta(seconds=5)
_CHECK_SECONDS = 20.0
_CHECK_TAKES = 2.0
# A look at the pages may take one part in so many of the time.
_CHECK_SHARE = 50
_REPORT, _INTEGRITY = "report", "check"
# Reported again every minute by whoever finds them; older ones were left by processes that are no more.
_REASSERTED = (FaultKind.DATABASE, FaultKind.SCHEDULE, FaultKind.SENDING)
_LEFT_AFTER = timedelta(minutes=15)
# What a command could not send, the jobs of this process send; what another process finds, it reports each minute.
_LEFT_BY_TICK = (FaultKind.SCHEDULE, FaultKind.SENDING)
_STALE_AFTER = timedelta(minutes=3)


class FaultReporter:
    """Reports the faults of one process and those in the database, again and again."""

    def __init__(
        self,
        engine: Database,
        log: FaultLog,
        mailer: FaultMailer,
        memory: HostMemory,
        clock: Callable[[], datetime],
        left: LeftFaults | None = None,
    ) -> None:
        self.log = log
        self._left = left
        self._engine = engine
        self._mailer = mailer
        self._memory = memory
        self._clock = clock
        self._standstill = Standstill(engine)
        self._calendar: Calendar | None = None
        self._check_at = float("-inf")
        self._is_database_well = True

    def check_and_report(self) -> None:
        """Check for faults that no job notices, store all known faults, and mail the new ones."""
        self.log.set_left(self._left.read() if self._left else ())
        self._mail_of_this_host()  # first, since the database may take its time to refuse
        try:
            self._check_pages()
            self._use_database()
        except DatabaseFault as fault:
            self._is_database_well = False
            self._standstill.begin_anew()
            self.log.report_database(_REPORT, fault)
            self._mail_of_this_host()
        else:
            self._is_database_well = True
            self.log.clear(_REPORT)

    def _check_pages(self) -> None:
        began = time.monotonic()
        if began < self._check_at:
            return
        damage = find_damage(self._engine, _CHECK_TAKES)
        self._check_at = time.monotonic() + max(_CHECK_SECONDS, _CHECK_SHARE * (time.monotonic() - began))
        if damage:
            reason = DATABASE_REASONS[Trouble.DAMAGED]
            self.log.report(_INTEGRITY, FaultKind.DATABASE, reason, details=(f"PRAGMA quick_check: {damage}",))
        else:
            self.log.clear(_INTEGRITY)

    def _use_database(self) -> None:
        now = self._clock()
        self._calendar = self._calendar or load_calendar(self._engine)
        self._standstill.check(now)
        self._sync_mailed(now)
        if self.log.has_news():
            with writing(self._engine) as connection:
                committed = self.log.write(connection)
                clear_kinds_before(connection, _REASSERTED, now - _LEFT_AFTER)
            committed()
        self._take_over_left(now)
        self.mail_new()

    def mail_new(self) -> None:
        """Mail the faults in the database that nobody has mailed. Raise DatabaseFault."""
        now = self._clock()
        with reading(self._engine) as connection:
            if not has_unmailed(connection):
                return
        self._calendar = self._calendar or load_calendar(self._engine)
        with writing(self._engine) as connection:
            taken = take_unmailed(connection, now)
        if taken:
            self._mail(taken, now)

    def mail_at_once(self, fault: Fault) -> bool:
        """Mail a fault that is in no database, unless a process of this host has; return True if it was mailed."""
        now = self._clock()
        if not self._memory.claim(_name(fault), now):
            return self._memory.was_mailed(_name(fault), now)
        if self._mailer.send([fault], self._calendar):
            return True
        self._memory.release(_name(fault), now)
        return False

    def _take_over_left(self, now: datetime) -> None:
        """Store what commands have left, and delete what nobody has reported for some minutes."""
        left = self._left.read() if self._left else []
        own = {(each.kind, each.key) for each in self.log.faults()}
        with reading(self._engine) as connection:
            stale = [
                each
                for each in list_faults(connection, _LEFT_BY_TICK)
                if each.key == host_name() and (each.kind, each.key) not in own and each.last_at < now - _STALE_AFTER
            ]
        if not left and not stale:
            return
        with writing(self._engine) as connection:
            for each in stale:
                clear_fault(connection, each.kind, each.key)
            for each in left:
                mailed_at = each.mailed_at or (now if self._memory.was_mailed(_name(each), now) else None)
                report_fault(
                    connection,
                    each.kind,
                    each.key,
                    each.reason,
                    each.last_at,
                    details=each.details,
                    mailed_at=mailed_at,
                    times=each.count,
                )
        if self._left:
            self._left.remove([each.kind for each in left])
        self.log.set_left(())

    def _sync_mailed(self, now: datetime) -> None:
        """Mark the faults of this process as mailed that other processes have mailed."""
        mine = [each for each in self.log.faults() if each.mailed_at is None]
        if not mine:
            return
        with reading(self._engine) as connection:
            mailed = {(each.kind, each.key) for each in list_faults(connection) if each.mailed_at}
        for fault in mine:
            is_mailed = fault.kind is not FaultKind.DATABASE and (fault.kind, fault.key) in mailed
            if is_mailed or self._memory.was_mailed(_name(fault), now):
                self.log.set_mailed(fault, now)

    def _mail(self, faults: list[Fault], now: datetime) -> None:
        """Mail the faults taken from the database. Raise DatabaseFault."""
        for fault in faults:
            logger.error("%s", " ".join(fault.details[:3]) or fault.reason)
        if self._mailer.send(faults, self._calendar):
            for fault in faults:
                self._memory.set_mailed(_name(fault), now)
                self.log.set_mailed(fault, now)
        else:
            with writing(self._engine) as connection:
                release_unmailed(connection, faults, now)

    def _mail_of_this_host(self) -> None:
        """Mail the faults of the database itself, and all of this process while the database does not work."""
        now = self._clock()
        mine = [
            fault
            for fault in self.log.faults()
            if (fault.kind is FaultKind.DATABASE or not self._is_database_well) and now - fault.first_at >= MAIL_AFTER
        ]
        ended = self.log.take_ended(MAIL_AFTER)
        claimed = [fault for fault in (*mine, *ended) if self._memory.claim(_name(fault), now)]
        self.log.keep_ended(
            [each for each in ended if each not in claimed and not self._memory.was_mailed(_name(each), now)]
        )
        if not claimed:
            return
        if self._mailer.send([_with_end(each) if each in ended else each for each in claimed], self._calendar):
            for fault in claimed:
                self.log.set_mailed(fault, now)
            return
        for fault in claimed:
            self._memory.release(_name(fault), now)
        self.log.keep_ended([each for each in claimed if each in ended])


def _with_end(fault: Fault) -> Fault:
    return replace(fault, details=(*fault.details, f"It is over since {fault.last_at:%Y-%m-%d %H:%M} UTC."))


def _name(fault: Fault) -> str:
    return f"{fault.kind} {fault.key}"
