"""The worker: scheduled jobs that publish the calendar file when it changes and send reminders.

Only this module uses APScheduler. The scheduler has no state of its own: everything is in the database.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from calendar_service.file_watch import RETRY_AFTER, BusyFile, FileDoesNotAnswer, FileWatch
from calendar_service.heartbeat import HEARTBEAT_SECONDS, find_trouble
from calendar_service.lease_keeper import LeaseKeeper
from calendar_service.publishing import publish_file, record_outcome
from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.service import SAFETY_SECONDS
from calendar_service.store.editions import LoadedEdition
from calendar_service.store.errors import DatabaseFault, Trouble
from calendar_service.store.faults import FaultKind
from calendar_service.store.hosts import host_name
from calendar_service.store.scheduled_records import next_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.heartbeat import Heartbeat
    from calendar_service.reminders.faults.reporter import FaultReporter
    from calendar_service.reminders.service import ReminderService
    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.1
BUSY_SECONDS = 30.0
REPORT_SECONDS = 5.0
STOP_SECONDS = 4.0
LEASE_CHECK_SECONDS = 1.0
_PUBLISH, _SCHEDULE, _SEND, _REPORT, _LEASE, _BEAT = "publish", "schedule", "send", "report", "lease", "heartbeat"
_FILE, _OUTGOING = "file", "outgoing"
SILENT_FILE = gettext_noop("The calendar file cannot be read: it does not answer.")
NOT_SENT = gettext_noop("Emails cannot be sent: our own settings or the mail server hold them back.")
_CLOCK_SECONDS = 2.0
_POLL_SECONDS = 0.02
_JUMP = timedelta(seconds=2)


class Worker:
    """Publishes the file at start and whenever it changes, and sends reminders, until stopped.

    It publishes for `host`, with the lease of that host; without a host it ignores leases and clocks. Each job calls
    `prepare` before it uses the database, and fails with the DatabaseFault that it may raise.
    """

    def __init__(  # noqa: PLR0913 (all that the jobs need)
        self,
        engine: Database,
        file: Path,
        clock: Callable[[], datetime],
        reminder_service: ReminderService | None = None,
        reporter: FaultReporter | None = None,
        *,
        host: Host | None = None,
        prepare: Callable[[], None] = lambda: None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self._engine = engine
        self._file = file
        self._clock = clock
        self._reminder_service = reminder_service
        self._reporter = reporter
        self._faults = reporter.log if reporter else FaultLog(clock)
        self.loaded = LoadedEdition()
        if reminder_service:
            reminder_service.loaded = self.loaded
        self._release_at: datetime | None = None
        self._watch = FileWatch(file, time.monotonic)
        self._is_busy = False
        self._is_silent = False
        self._host = host
        self._prepare = prepare
        self._heartbeat = heartbeat
        self._scheduled_at = float("-inf")
        self._keeper = LeaseKeeper(engine, file, host, clock, time.monotonic) if host else None
        self._republish = threading.Event()
        self._is_keeping = True
        self._at_lease = threading.Lock()
        self._at_work = threading.Lock()
        self._sending = threading.Lock()
        self._stopping = threading.Event()
        self._under_way: set[str] = set()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # A job that waits must not delay the others.
            executors={name: ThreadPoolExecutor(1) for name in ("default", _SCHEDULE, _SEND, _REPORT, _LEASE, _BEAT)},
            # A job that is late must still run, and never twice at the same time.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Start the jobs, in threads. Call it after forking: threads do not survive a fork."""
        # Its own log has several lines per second.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler.add_job(self._run, "interval", args=[self.tick], seconds=WATCH_SECONDS)
        if self._keeper:
            self._scheduler.add_job(
                self._run, "interval", args=[self.keep_lease], seconds=LEASE_CHECK_SECONDS, executor=_LEASE
            )
        if self._reminder_service:
            self._scheduler.add_job(
                self._run, "interval", args=[self.schedule], seconds=SAFETY_SECONDS, executor=_SCHEDULE, id=_SCHEDULE
            )
            self._wake(_SCHEDULE, self._clock())
        if self._reporter:
            self._scheduler.add_job(self._run, "interval", args=[self.report], seconds=REPORT_SECONDS, executor=_REPORT)
        if self._heartbeat:
            self._scheduler.add_job(self._run, "interval", args=[self.beat], seconds=HEARTBEAT_SECONDS, executor=_BEAT)
        self._scheduler.start()
        threading.Thread(target=self._follow_clock, name="clock", daemon=True).start()

    def stop(self) -> bool:
        """Finish the running jobs and stop, waiting for a limited time. Return True if all have ended."""
        end = time.monotonic() + STOP_SECONDS
        self._stopping.set()
        if not self._scheduler.running:
            return True
        self._scheduler.shutdown(wait=False)
        if self._at_work.acquire(timeout=STOP_SECONDS):
            self._at_work.release()
        else:
            logger.warning("Publishing %s did not end in time; the database keeps the edition before it.", self._file)
        if self._at_lease.acquire(timeout=max(0.0, end - time.monotonic())):
            self._at_lease.release()
        if self._reminder_service:
            self._close(self._reminder_service, end)
        while self._under_way and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        return not self._under_way

    def _close(self, reminder_service: ReminderService, end: float) -> None:
        if not self._sending.acquire(timeout=max(0.0, end - time.monotonic())):
            logger.warning("Sending did not end in time; what was claimed goes out later.")
            return
        try:
            reminder_service.close(max(0.0, end - time.monotonic()))
        except DatabaseFault as fault:
            logger.error("Claimed deliveries could not be released; another worker will do it: %s", fault)  # noqa: TRY400 (the traceback adds nothing)
        finally:
            self._sending.release()

    def publish(self) -> None:
        """Publish the file as it is now. Raise DatabaseFault."""
        self._watch.take()
        self._publish()

    def publish_at_start(self) -> None:
        """Publish the file as it is now. A failure is reported and tried again."""
        with self._at_work:
            self._try_to_publish(self.publish)

    # -- jobs ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Publish the file if it has changed. A fault is logged and reported, and does not end the watch."""
        with self._at_work:
            if not self._stopping.is_set():
                self._try_to_publish(self._follow_file)

    def _follow_file(self) -> None:
        if self._republish.is_set():
            self._republish.clear()
            self._watch.try_again(after=0)
        if self._watch.is_due() or (self._release_at and self._clock() >= self._release_at):
            self._publish()
        elif self._watch.waits_for() < BUSY_SECONDS:
            self._is_busy = False
        elif not self._is_busy:
            self._is_busy = True
            self._record(BusyFile(self._file))

    def _try_to_publish(self, work: Callable[[], None]) -> None:
        try:
            work()
        except DatabaseFault as error:
            logger.error("%s is not published yet, it is tried again in a few seconds: %s", self._file, error)  # noqa: TRY400 (the traceback adds nothing)
            self._failed(error)
        except FileDoesNotAnswer as error:
            if not self._is_silent:
                logger.error("%s", error)  # noqa: TRY400 (the traceback adds nothing)
                self._is_silent = True
                key, details = f"{host_name()}: file", (str(error),)
                self._faults.report(_FILE, FaultKind.PUBLICATION, SILENT_FILE, key=key, details=details)
        except Exception as error:
            # Whatever it is, the watch goes on, and the fault is reported.
            logger.exception("Publishing %s failed; it is tried again in a few seconds.", self._file)
            self._failed(error)
        else:
            if self._is_silent:
                self._is_silent = False
                self._watch.try_again(after=0)
            self._faults.clear(_FILE)

    def _failed(self, error: Exception) -> None:
        self._watch.try_again()
        self._record(error)

    def _record(self, error: Exception) -> None:
        """Report a failure to publish, in the database if it works, else in this process."""
        retry_at = self._clock() + timedelta(seconds=RETRY_AFTER)
        if isinstance(error, DatabaseFault) and error.trouble is not Trouble.OTHER:
            self._faults.report_database(_PUBLISH, error, retry_at)
            return
        try:
            record_outcome(self._engine, self._file, error, self._clock(), self._host)
        except DatabaseFault as fault:
            logger.error("The failure to publish cannot be stored: %s", fault)  # noqa: TRY400 (the traceback adds nothing)
            self._faults.report_database(_PUBLISH, fault, retry_at)

    def keep_lease(self) -> None:
        """Renew the lease if this host has it, and publish the file again if needed."""
        with self._at_lease:
            try:
                self._prepare()
                if self._keeper and not self._stopping.is_set() and self._keeper.keep():
                    self._republish.set()
                self._is_keeping = True
                self._faults.clear(_LEASE)
            except DatabaseFault as error:
                self._faults.report_database(_LEASE, error)
                if self._is_keeping:
                    logger.error("The lease to publish cannot be renewed now: %s", error)  # noqa: TRY400 (the traceback adds nothing)
                self._is_keeping = False
            except Exception:
                # Whatever it is, the next renewal must come.
                logger.exception("Renewing the lease to publish failed; it is tried again.")

    def schedule(self) -> None:
        """Schedule the reminders that are due, start sending, and schedule this job for when the next one is due."""
        reminder_service = self._reminder_service
        if self._stopping.is_set() or not reminder_service:
            return

        def schedule_and_wake() -> None:
            reminder_service.schedule_due()
            self._scheduled_at = time.monotonic()
            self._wake(_SEND, self._clock())
            if (at := reminder_service.next_wake_up()) and at < self._clock() + timedelta(hours=1):
                self._wake(_SCHEDULE, at)

        self._run_reminders(
            _SCHEDULE,
            schedule_and_wake,
            FaultKind.SCHEDULE,
            gettext_noop("What is due cannot be determined; we will try again."),
        )

    def send(self) -> None:
        """Send what is due. A fault is logged and reported; what was not sent is tried again in the next pass."""
        reminder_service = self._reminder_service
        if not reminder_service:
            return
        with self._sending:
            reason = gettext_noop("Emails cannot be sent; we will try again.")
            self._run_reminders(_SEND, lambda: reminder_service.send(self._stopping), FaultKind.SENDING, reason)
            if reminder_service.sending_fault:
                self._faults.report(_OUTGOING, FaultKind.SENDING, NOT_SENT, details=(reminder_service.sending_fault,))
            else:
                self._faults.clear(_OUTGOING, FaultKind.SENDING)

    def _run_reminders(self, job: str, work: Callable[[], object], kind: FaultKind, reason: str) -> None:
        retry_at = self._clock() + timedelta(seconds=SAFETY_SECONDS)
        try:
            self._prepare()
            work()
        except DatabaseFault as error:
            logger.error("The database failed the job %r, it is tried again in a few seconds: %s", job, error)  # noqa: TRY400 (the traceback adds nothing)
            self._faults.report_database(job, error, retry_at)
        except Exception as error:
            # Whatever it is, it is tried again, and the fault is reported.
            logger.exception("The job %r failed; it is tried again in a few seconds.", job)
            details = (f"{job}: {type(error).__name__}: {error}",)
            self._faults.report(job, kind, reason, details=details, retry_at=retry_at)
        else:
            self._faults.clear(job, kind)

    def report(self) -> None:
        """Store and mail faults, also that reminders have stopped, on this host or another."""
        try:
            if self._reporter and not self._stopping.is_set():
                self._reporter.check_and_report()
        except Exception:
            # The reporter can only log its own faults.
            logger.exception("Faults cannot be reported.")

    def beat(self) -> None:
        """Report to the service outside whether all is well, if this host publishes."""
        try:
            if self._heartbeat and self._keeper and self._keeper.has_lease and not self._stopping.is_set():
                is_scheduling = time.monotonic() < self._scheduled_at + 2 * HEARTBEAT_SECONDS
                trouble = find_trouble(self._engine, self._faults.faults(), self._clock())
                self._heartbeat.send(trouble or ("" if is_scheduling else FaultKind.SCHEDULE))
        except Exception:
            # Whatever it is, the next one must come.
            logger.exception("The heartbeat failed; it is tried again in a minute.")

    def _wake(self, job: str, at: datetime) -> None:
        args = [self.schedule if job == _SCHEDULE else self.send]
        name = f"{job} once"
        if not self._stopping.is_set():
            self._scheduler.add_job(
                self._run, "date", args=args, run_date=at, executor=job, id=name, replace_existing=True
            )

    def _run(self, job: Callable[[], None]) -> None:
        """Run a job, and count it as running."""
        name = threading.current_thread().name
        self._under_way.add(name)
        try:
            job()
        finally:
            self._under_way.discard(name)

    def _follow_clock(self) -> None:
        """Reschedule the jobs if the clock was set back: the scheduler would wait until the old time comes again."""
        wall, steady = self._clock(), time.monotonic()
        while not self._stopping.wait(_CLOCK_SECONDS):
            now, then = self._clock(), time.monotonic()
            if now < wall + timedelta(seconds=then - steady) - _JUMP:
                logger.warning("The clock was set back; jobs go on by the new time.")
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now)
            wall, steady = now, then

    def _publish(self) -> None:
        self._prepare()
        # Where publishing fails, it is tried again as for a file that has changed.
        self._release_at = None
        try:
            result = publish_file(
                self._engine, self._file, self._clock(), known=self.loaded.edition, host=self._host, is_patient=True
            )
        except BusyFile as error:
            logger.warning("%s It is published as soon as it is whole.", error.message)
            self._watch.wait_on()
        else:
            self.loaded.edition = result.edition or self.loaded.edition
            self._release_at = next_release(self._engine, self._clock())
            if self._keeper:
                self._keeper.note(result)
        # Whatever the outcome is, it is in the database.
        self._faults.clear(_PUBLISH)
