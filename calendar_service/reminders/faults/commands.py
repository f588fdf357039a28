"""Faults of a command that cannot publish or send: reported when it fails, cleared when it works."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.store.engine import writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import Fault, FaultKind, clear_fault, report_fault
from calendar_service.store.hosts import host_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from calendar_service.reminders.faults.left import LeftFaults
    from calendar_service.reminders.faults.reporter import FaultReporter
    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)

NOT_TICKED = gettext_noop("The command that sends what is due has failed.")


class CommandFaults:
    """Reports the faults of one command: in the database, else in a file of this host; and by mail, once."""

    def __init__(
        self, engine: Database, left: LeftFaults, reporter: FaultReporter, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._left = left
        self._reporter = reporter
        self._clock = clock

    def report(self, kind: FaultKind, reason: str, details: Sequence[str]) -> None:
        """Report a fault. `reason` is public-safe. If it cannot be stored, it is logged."""
        now = self._clock()
        try:
            with writing(self._engine) as connection:
                report_fault(connection, kind, host_name(), reason, now, details=details)
            self._reporter.mail_new()
        except DatabaseFault:
            self._leave(Fault(kind, host_name(), reason, tuple(details), 1, now, now, None, None))

    def mail(self) -> None:
        """Mail the faults in the database that nobody has mailed. If that fails, whoever runs next tries it."""
        try:
            self._reporter.mail_new()
        except DatabaseFault as error:
            logger.error("The faults to be mailed cannot be read now: %s", error)  # noqa: TRY400 (the traceback adds nothing)

    def _leave(self, fault: Fault) -> None:
        was_mailed = self._reporter.mail_at_once(fault)
        if not self._left.leave(replace(fault, mailed_at=fault.last_at if was_mailed else None)):
            logger.error("What failed can be left nowhere: neither the database nor a file of this host takes it.")

    def forget(self, kinds: Iterable[FaultKind]) -> None:
        """Delete the faults that commands of this host have stored outside the database, which works again."""
        self._left.remove(kinds)

    def clear(self, kinds: Iterable[FaultKind]) -> None:
        """Delete the faults that commands of this host have stored, also in the database if that works."""
        kinds = tuple(kinds)
        self._left.remove(kinds)
        try:
            with writing(self._engine) as connection:
                for kind in kinds:
                    clear_fault(connection, kind, host_name())
        except DatabaseFault as error:
            logger.error("That it works again cannot be stored: %s", error)  # noqa: TRY400 (the traceback adds nothing)
