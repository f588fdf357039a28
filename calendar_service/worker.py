"""What runs beside the web server, on a clock: publishing the calendar file when it changes.

The only module that knows APScheduler. The scheduler only wakes us; all truth is in the database.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from calendar_service.publishing import BusyFile, FileWatch, publish_file
from calendar_service.store.engine import DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.records.edition import Edition
    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.1
STOP_SECONDS = 4.0


class Worker:
    """Publishes the file at once and then whenever it changes, until stopped."""

    def __init__(self, engine: Database, file: Path, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._file = file
        self._clock = clock
        self._edition: Edition | None = None
        self._watch = FileWatch(file, time.monotonic)
        self._at_work = threading.Lock()
        self._stopped = False
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            # A tick that comes late must still run, and two never at once.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to watch, in a thread. Call it after forking: threads do not survive a fork."""
        # Its own log tells of every tick, four times a second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.add_job(self.tick, "interval", seconds=WATCH_SECONDS)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is under way and stop; work that hangs on the database is not waited for."""
        self._stopped = True
        if not self._scheduler.running:
            return
        self._scheduler.shutdown(wait=False)
        if self._at_work.acquire(timeout=STOP_SECONDS):
            self._at_work.release()
        else:
            logger.warning("Publishing %s did not end in time; the database keeps the edition before it.", self._file)

    def publish(self) -> None:
        """Publish the file as it is now. Raises DatabaseFault."""
        self._watch.take()
        self._publish()

    def tick(self) -> None:
        """Publish the file if it has changed. A fault is said aloud and does not end the watch."""
        with self._at_work:
            try:
                if not self._stopped and self._watch.is_due():
                    self._publish()
            except DatabaseFault as error:
                logger.error("%s is not published yet, it is tried again in a few seconds: %s", self._file, error)  # noqa: TRY400 (the trace tells nothing more)
                self._watch.try_again()
            except Exception:
                logger.exception("Publishing %s failed; it is tried again in a few seconds.", self._file)
                self._watch.try_again()

    def _publish(self) -> None:
        try:
            result = publish_file(self._engine, self._file, self._clock(), known=self._edition)
        except BusyFile as error:
            logger.warning("%s It is published as soon as it is whole.", error.message)
            self._watch.try_again(after=0)
        else:
            self._edition = result.edition or self._edition
