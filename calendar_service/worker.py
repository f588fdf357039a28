"""What runs beside the web server, on a clock: publishing the calendar file when it changes, and the reminders.

The only module that knows APScheduler. The scheduler only wakes us; all truth is in the database.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from calendar_service.lease_keeper import LeaseKeeper
from calendar_service.publishing import BusyFile, FileWatch, publish_file, record_outcome
from calendar_service.reminders.office import SAFETY_SECONDS
from calendar_service.store.engine import DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.records.edition import Edition
    from calendar_service.reminders.alarm import Alarm
    from calendar_service.reminders.office import Office
    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.1
BUSY_SECONDS = 30.0
ALARM_SECONDS = 20.0
STOP_SECONDS = 4.0
LEASE_LOOK_SECONDS = 1.0
_LOOK, _SEND, _ALARM, _LEASE = "look", "send", "alarm", "lease"
_CLOCK_SECONDS = 2.0
_JUMP = timedelta(seconds=2)


class Worker:
    """Publishes the file at once and then whenever it changes, and sends reminders, until stopped.

    It publishes for `host`, by the lease of that host; without one it looks at no lease and no clock.
    """

    def __init__(
        self,
        engine: Database,
        file: Path,
        clock: Callable[[], datetime],
        office: Office | None = None,
        alarm: Alarm | None = None,
        *,
        host: Host | None = None,
    ) -> None:
        self._engine = engine
        self._file = file
        self._clock = clock
        self._office = office
        self._alarm = alarm
        self._edition: Edition | None = None
        self._watch = FileWatch(file, time.monotonic)
        self._is_busy = False
        self._host = host
        self._keeper = LeaseKeeper(engine, file, host, clock, time.monotonic) if host else None
        self._look_again = threading.Event()
        self._is_keeping = True
        self._at_lease = threading.Lock()
        self._at_work = threading.Lock()
        self._at_post = threading.Lock()
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # What one of them waits for must not keep the others waiting.
            executors={name: ThreadPoolExecutor(1) for name in ("default", _LOOK, _SEND, _ALARM, _LEASE)},
            # A tick that comes late must still run, and two never at once.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to watch, in threads. Call it after forking: threads do not survive a fork."""
        # Its own log tells of every tick, many a second.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler.add_job(self.tick, "interval", seconds=WATCH_SECONDS)
        if self._keeper:
            self._scheduler.add_job(self.keep_lease, "interval", seconds=LEASE_LOOK_SECONDS, executor=_LEASE)
        if self._office:
            self._scheduler.add_job(self.look, "interval", seconds=SAFETY_SECONDS, executor=_LOOK, id=_LOOK)
            self._wake(_LOOK, self._clock())
        if self._alarm:
            self._scheduler.add_job(self.watch_over, "interval", seconds=ALARM_SECONDS, executor=_ALARM)
        self._scheduler.start()
        threading.Thread(target=self._follow_clock, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Finish what is under way and stop; work that hangs is not waited for."""
        end = time.monotonic() + STOP_SECONDS
        self._stopping.set()
        if not self._scheduler.running:
            return
        self._scheduler.shutdown(wait=False)
        if self._at_work.acquire(timeout=STOP_SECONDS):
            self._at_work.release()
        else:
            logger.warning("Publishing %s did not end in time; the database keeps the edition before it.", self._file)
        if self._at_lease.acquire(timeout=max(0.0, end - time.monotonic())):
            self._at_lease.release()
        if self._office:
            self._close(self._office, end)

    def _close(self, office: Office, end: float) -> None:
        if not self._at_post.acquire(timeout=max(0.0, end - time.monotonic())):
            logger.warning("Sending did not end in time; what was claimed goes out later.")
            return
        try:
            office.close(max(0.0, end - time.monotonic()))
        except DatabaseFault as fault:
            logger.error("What was claimed could not be given back, another worker will find it: %s", fault)  # noqa: TRY400 (the trace tells nothing more)
        finally:
            self._at_post.release()

    def publish(self) -> None:
        """Publish the file as it is now. Raises DatabaseFault."""
        self._watch.take()
        self._publish()

    # -- jobs ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Publish the file if it has changed. A fault is said aloud and does not end the watch."""
        with self._at_work:
            try:
                if self._stopping.is_set():
                    return
                if self._look_again.is_set():
                    self._look_again.clear()
                    self._watch.try_again(after=0)
                if self._watch.is_due():
                    self._publish()
                elif self._watch.waits_for() < BUSY_SECONDS:
                    self._is_busy = False
                elif not self._is_busy:
                    self._is_busy = True
                    self._record(BusyFile(self._file))
            except DatabaseFault as error:
                logger.error("%s is not published yet, it is tried again in a few seconds: %s", self._file, error)  # noqa: TRY400 (the trace tells nothing more)
                self._failed(error)
            except Exception as error:
                # Whatever it is, the watch goes on, and the operator is told.
                logger.exception("Publishing %s failed; it is tried again in a few seconds.", self._file)
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._watch.try_again()
        self._record(error)

    def _record(self, error: Exception) -> None:
        """Enter a failure to publish among the faults, where the database takes it."""
        try:
            record_outcome(self._engine, self._file, error, self._clock(), self._host)
        except DatabaseFault as fault:
            logger.error("That publishing failed cannot be written down: %s", fault)  # noqa: TRY400 (the trace tells nothing more)

    def keep_lease(self) -> None:
        """Renew the lease where it is this host's, and have the file looked at again where it matters."""
        with self._at_lease:
            try:
                if self._keeper and not self._stopping.is_set() and self._keeper.keep():
                    self._look_again.set()
                self._is_keeping = True
            except DatabaseFault as error:
                if self._is_keeping:
                    logger.error("The lease to publish cannot be renewed now: %s", error)  # noqa: TRY400 (the trace tells nothing more)
                self._is_keeping = False
            except Exception:
                # Whatever it is, the next renewal must come.
                logger.exception("Renewing the lease to publish failed; it is tried again.")

    def look(self) -> None:
        """Look what reminders are due, have them sent, and be woken when the next one is."""
        if self._stopping.is_set() or not self._office:
            return
        try:
            self._office.look()
            self._wake(_SEND, self._clock())
            if (at := self._office.next_look()) and at < self._clock() + timedelta(hours=1):
                self._wake(_LOOK, at)
        except DatabaseFault as error:
            logger.error("Nobody can be reminded now, it is tried again in a few seconds: %s", error)  # noqa: TRY400 (the trace tells nothing more)
        except Exception:
            logger.exception("Looking for reminders failed; it is tried again in a few seconds.")

    def send(self) -> None:
        """Send what is due. A fault is said aloud; what was not sent is tried again with the next look."""
        if not self._office:
            return
        with self._at_post:
            try:
                self._office.send(self._stopping)
            except DatabaseFault as error:
                logger.error("Letters cannot be sent now, it is tried again in a few seconds: %s", error)  # noqa: TRY400 (the trace tells nothing more)
            except Exception:
                logger.exception("Sending failed; it is tried again in a few seconds.")

    def watch_over(self) -> None:
        """Raise the alarm if reminders stand still, here or wherever they should be sent from."""
        try:
            if self._alarm and not self._stopping.is_set():
                self._alarm.look()
        except DatabaseFault as error:
            logger.error("Whether reminders go out cannot be told now: %s", error)  # noqa: TRY400 (the trace tells nothing more)
        except Exception:
            logger.exception("Watching over the reminders failed.")

    def _wake(self, job: str, at: datetime) -> None:
        run = self.look if job == _LOOK else self.send
        if not self._stopping.is_set():
            self._scheduler.add_job(run, "date", run_date=at, executor=job, id=f"{job} once", replace_existing=True)

    def _follow_clock(self) -> None:
        """Put the scheduler right when the clock is set back: it would wait until the old time comes again."""
        wall, steady = self._clock(), time.monotonic()
        while not self._stopping.wait(_CLOCK_SECONDS):
            now, then = self._clock(), time.monotonic()
            if now < wall + timedelta(seconds=then - steady) - _JUMP:
                logger.warning("The clock was set back; jobs go on by the new time.")
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now)
            wall, steady = now, then

    def _publish(self) -> None:
        try:
            result = publish_file(
                self._engine, self._file, self._clock(), known=self._edition, host=self._host, is_patient=True
            )
        except BusyFile as error:
            logger.warning("%s It is published as soon as it is whole.", error.message)
            self._watch.try_again(after=0)
        else:
            self._edition = result.edition or self._edition
            if self._keeper:
                self._keeper.note(result)
