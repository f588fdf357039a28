"""What runs beside the web server, on a clock: publishing the calendar file when it changes.

The only module that knows APScheduler. The scheduler only wakes us; all truth is in the database.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from calendar_service.publishing import FileWatch, publish_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

    from calendar_service.records.edition import Edition

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.25


class Worker:
    """Publishes the file at once and then whenever it changes, until stopped."""

    def __init__(self, engine: Engine, file: Path, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._file = file
        self._clock = clock
        self._edition: Edition | None = None
        self._watch = FileWatch(file, time.monotonic)
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
        """Finish what is under way and stop."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def publish(self) -> None:
        """Publish the file as it is now."""
        self._edition = (
            publish_file(self._engine, self._file, self._clock(), known=self._edition).edition or self._edition
        )

    def tick(self) -> None:
        """Publish the file if it has changed. A fault is said aloud and does not end the watch."""
        try:
            if self._watch.is_due():
                self.publish()
        except Exception:
            logger.exception("Publishing %s failed; it is tried again in a few seconds.", self._file)
            self._watch.try_again()
