"""Set aside what fails: report it once, try again later, and clear it when it works.

A fault of the database as a whole is never set aside, since it concerns everything; a refused value is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.store.engine import concerns_all, writing
from calendar_service.store.faults import clear_fault, list_faults, report_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.faults import Fault, FaultKind

logger = logging.getLogger(__name__)

RETRY_STEPS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""After which time something is tried again that has failed once, twice, three times, and more often."""
_TOGETHER = 50


def next_retry(failures: int, now: datetime) -> datetime:
    """Return when to try again after so many failures (aware)."""
    return now + RETRY_STEPS[min(failures, len(RETRY_STEPS) - 1)]


@dataclass(frozen=True)
class Subject:
    """Something that can fail alone. `reason` is the public sentence for its fault, `about` a line for the operator."""

    kind: FaultKind
    key: str
    reason: str
    about: str = ""

    @property
    def name(self) -> tuple[FaultKind, str]:
        """The kind and key of its fault."""
        return self.kind, self.key


class Failures:
    """The failures of one pass, each subject once."""

    def __init__(self) -> None:
        self.found: dict[tuple[FaultKind, str], tuple[Subject, Exception]] = {}
        self.reported: set[tuple[FaultKind, str]] = set()

    def add(self, subject: Subject, error: Exception) -> None:
        """Add a failure. Raise the error itself if it concerns the whole database."""
        if concerns_all(error):
            raise error
        self.found.setdefault(subject.name, (subject, error))


class NoFailures(Failures):
    """Raises the first failure at once."""

    def add(self, subject: Subject, error: Exception) -> None:  # noqa: ARG002 (as its parent has it)
        """Raise the error."""
        raise error


@dataclass(frozen=True)
class Job:
    """A step within a transaction, which may run twice; `run` returns how many rows it added."""

    subject: Subject
    run: Callable[[Transaction], int]


def run_isolated(engine: Database, jobs: Sequence[Job], failures: Failures) -> tuple[int, set[int]]:
    """Run jobs, many in a transaction; a failing one does not roll back others. Raise DatabaseFault.

    Return how many rows were added, and the indexes of the jobs that failed.
    """
    added, failed = 0, set()
    for start in range(0, len(jobs), _TOGETHER):
        together = jobs[start : start + _TOGETHER]
        try:
            with writing(engine) as connection:
                added += sum([job.run(connection) for job in together])
        except Exception as error:
            if concerns_all(error):
                raise
            for number, job in enumerate(together, start=start):
                try:
                    with writing(engine) as connection:
                        added += job.run(connection)
                except Exception as own:  # noqa: BLE001 (set aside, with its reason)
                    failures.add(job.subject, own)
                    failed.add(number)
    return added, failed


class SetAside:
    """The faults of some kinds, as one process sees them. Not thread-safe."""

    def __init__(self, engine: Database, kinds: Iterable[FaultKind]) -> None:
        self._engine = engine
        self._kinds = tuple(kinds)
        self.known: dict[tuple[FaultKind, str], Fault] = {}

    def load(self, connection: Transaction) -> None:
        """Load the open faults."""
        self.known = {(each.kind, each.key): each for each in list_faults(connection, self._kinds)}

    def is_held(self, name: tuple[FaultKind, str], now: datetime) -> bool:
        """Return True if something has failed and is not to be tried again yet; False if a clock was ahead."""
        fault = self.known.get(name)
        return fault is not None and fault.retry_at is not None and now < fault.retry_at <= now + RETRY_STEPS[-1]

    def to_retry(self, now: datetime) -> list[Fault]:
        """Return what is to be tried again by now."""
        return [fault for name, fault in self.known.items() if not self.is_held(name, now)]

    def write(self, failures: Failures, now: datetime, *, over: Iterable[tuple[FaultKind, str]] = ()) -> None:
        """Report the failures, and clear what is `over`, in a transaction of its own. Raise DatabaseFault."""
        cleared = [name for name in over if name in self.known]
        if cleared or any(not self.is_held(name, now) for name in failures.found.keys() - failures.reported):
            with writing(self._engine) as connection:
                self.write_in(connection, failures, now, over=cleared)

    def write_in(
        self, connection: Transaction, failures: Failures, now: datetime, *, over: Iterable[tuple[FaultKind, str]] = ()
    ) -> None:
        """Report and clear as `write` does, within a transaction. What is held is not reported again."""
        for name, (subject, error) in failures.found.items():
            if name not in failures.reported and not self.is_held(name, now):
                self._report(connection, subject, error, now)
                failures.reported.add(name)
        for name in over:
            if name in self.known and name not in failures.found:
                clear_fault(connection, *name)

    def _report(self, connection: Transaction, subject: Subject, error: Exception, now: datetime) -> None:
        known = self.known.get(subject.name)
        if known is None:
            logger.error("%s (%s %s)", subject.reason, subject.kind, subject.key, exc_info=error)
        report_fault(
            connection,
            subject.kind,
            subject.key,
            subject.reason,
            now,
            details=[each for each in (subject.about, f"{type(error).__name__}: {error}") if each],
            retry_at=next_retry(known.count if known else 0, now),
        )
