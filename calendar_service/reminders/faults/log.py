"""The faults of this process, kept in memory because the database may be what fails."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.store.errors import Trouble
from calendar_service.store.faults import Fault, FaultKind, clear_fault, report_fault
from calendar_service.store.hosts import host_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from calendar_service.store.engine import Transaction
    from calendar_service.store.errors import DatabaseFault

logger = logging.getLogger(__name__)

REASSERT_AFTER = timedelta(minutes=1)
"""How often what still fails is written down again, so that others see that somebody still finds it."""
_Key = tuple[FaultKind, str]

DATABASE_REASONS = {
    Trouble.AWAY: gettext_noop("The database does not answer."),
    Trouble.LOCKED: gettext_noop("The database is locked by another program."),
    Trouble.FULL: gettext_noop("The disk under the database is full."),
    Trouble.READ_ONLY: gettext_noop("The database is read-only."),
    Trouble.DAMAGED: gettext_noop("The database is damaged."),
    Trouble.GONE: gettext_noop("The database file is missing."),
    Trouble.OLDER_TABLES: gettext_noop("The tables of the database are of an earlier version."),
    Trouble.NEWER_TABLES: gettext_noop("The tables of the database are of a later version than this program."),
    Trouble.OTHER: gettext_noop("The database reports an error."),
}


@dataclass
class _Open:
    """A fault, the jobs that found it, and how often and when it was found since it was last stored."""

    fault: Fault
    sources: set[str] = field(default_factory=set)
    unwritten: int = 0
    written_at: datetime | None = None


class FaultLog:
    """The open faults that the jobs of this process have found. Thread-safe.

    A source is a job, such as "publish": it reports a fault when it fails, and clears all its faults when it works. A
    fault is over when no source has it any more.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[_Key, _Open] = {}
        # What is to be deleted from the database; at first whatever a process of this host left there when it ended.
        self._over: set[_Key] = {(FaultKind.DATABASE, host_name())}
        self._well: set[str] = set()
        self._ended: list[Fault] = []
        self._left: tuple[Fault, ...] = ()

    def report(
        self,
        source: str,
        kind: FaultKind,
        reason: str,
        *,
        key: str = "",
        details: Sequence[str] = (),
        retry_at: datetime | None = None,
    ) -> None:
        """Add a fault, or count it once more. `reason` is public-safe; the default `key` is this host."""
        now, name = self._clock(), (kind, key or host_name())
        with self._lock:
            known = self._open.get(name)
            count, first, mailed_at = (
                (known.fault.count, known.fault.first_at, known.fault.mailed_at) if known else (0, now, None)
            )
            fault = Fault(*name, reason, tuple(details), count + 1, first, now, retry_at, mailed_at)
            found = self._open.setdefault(name, _Open(fault))
            found.fault = fault
            found.sources.add(source)
            found.unwritten += 1
            self._over.discard(name)
            self._well.discard(source)

    def report_database(self, source: str, fault: DatabaseFault, retry_at: datetime | None = None) -> None:
        """Add a fault of the database that a job has met."""
        reason = DATABASE_REASONS[fault.trouble]
        self.report(source, FaultKind.DATABASE, reason, details=(f"{source}: {fault}",), retry_at=retry_at)

    def clear(self, source: str, *left: FaultKind) -> None:
        """Clear the faults of a job that works. `left` are the kinds it may have stored before a restart."""
        if source in self._well:
            return
        with self._lock:
            self._well.add(source)
            for kind in left:
                if (kind, host_name()) not in self._open:
                    self._over.add((kind, host_name()))
            for name, found in [*self._open.items()]:
                found.sources.discard(source)
                if not found.sources:
                    del self._open[name]
                    self._over.add(name)
                    if found.fault.mailed_at is None:
                        self._ended.append(replace(found.fault, last_at=self._clock()))
                    logger.warning("It is over (%s, %d times): %s", name[0], found.fault.count, found.fault.reason)

    def set_left(self, faults: Iterable[Fault]) -> None:
        """Set the faults that commands of this host have left and that are not in the database, to be shown too."""
        with self._lock:
            self._left = tuple(faults)

    def faults(self) -> list[Fault]:
        """Return the open faults, oldest first."""
        with self._lock:
            left = [each for each in self._left if (each.kind, each.key) not in self._open]
            return sorted([*left, *(each.fault for each in self._open.values())], key=lambda each: each.first_at)

    def take_ended(self, lasted: timedelta) -> list[Fault]:
        """Remove and return the faults that ended before they were mailed, if they lasted for `lasted`.

        `last_at` is when they ended.
        """
        with self._lock:
            ended, self._ended = self._ended, []
        return [each for each in ended if each.last_at - each.first_at >= lasted]

    def keep_ended(self, faults: list[Fault]) -> None:
        """Put faults back: they could not be mailed."""
        with self._lock:
            self._ended += faults

    def set_mailed(self, fault: Fault, at: datetime | None) -> None:
        """Set whether a fault was mailed."""
        with self._lock:
            if found := self._open.get((fault.kind, fault.key)):
                found.fault = replace(found.fault, mailed_at=at)

    def has_news(self) -> bool:
        """Return True if faults must be stored or deleted."""
        now = self._clock()
        with self._lock:
            return bool(self._over) or any(_is_news(each, now) for each in self._open.values())

    def write(self, connection: Transaction) -> Callable[[], None]:
        """Store new faults and delete those that are over; call the result when the transaction is committed.

        Faults of the database are stored as mailed: each host mails those itself.
        """
        now = self._clock()
        with self._lock:
            news = [(each, each.fault, each.unwritten) for each in self._open.values() if _is_news(each, now)]
            over = [*self._over]
        for kind, key in over:
            clear_fault(connection, kind, key)
        for _, fault, times in news:
            mailed_at = now if fault.kind is FaultKind.DATABASE else fault.mailed_at
            report_fault(
                connection,
                fault.kind,
                fault.key,
                fault.reason,
                fault.last_at,
                details=fault.details,
                retry_at=fault.retry_at,
                mailed_at=mailed_at,
                times=times,
            )

        def committed() -> None:
            with self._lock:
                self._over.difference_update(over)
                for found, _, times in news:
                    found.unwritten -= times
                    found.written_at = now

        return committed


def _is_news(found: _Open, now: datetime) -> bool:
    return found.written_at is None or now - found.written_at >= REASSERT_AFTER
