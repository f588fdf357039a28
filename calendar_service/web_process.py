"""Put a web server's process together: the application, and the threads beside it."""

from __future__ import annotations

import atexit
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.admin.install import install_admin, may_send_more
from calendar_service.bootstrap import (
    Preparation,
    edition_snapshot,
    mail_settings,
    make_worker,
    secret_keys,
    set_up_logging,
    spare_collections,
    take_short_turns,
)
from calendar_service.clock import clock
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.sign_in_mailer import SignInMailer
from calendar_service.settings import Settings, read_settings
from calendar_service.store.engine import open_engine
from calendar_service.store.errors import DatabaseFault
from calendar_service.web.app import create_app, edition_cache
from calendar_service.web.edition_follower import EditionFollower
from calendar_service.web.start_after_fork import StartedAfterFork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    from calendar_service.web.edition_cache import EditionCache
    from calendar_service.worker import Worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebProcess:
    """The application, and the threads beside it: one looks for editions, the worker publishes and sends."""

    app: WSGIApplication
    cache: EditionCache
    worker: Worker
    follower: EditionFollower
    may_send_more: Callable[[str, Mapping[str, str], str], bool]

    def start(self) -> None:
        """Start the threads. Call it after forking."""
        self.follower.start()
        self.worker.start()

    def stop(self) -> bool:
        """Stop the threads; return False if a job of the worker has not ended in time."""
        self.follower.stop()
        return self.worker.stop()


def make_web_process(settings: Settings, *, threads: int = 4) -> WebProcess:
    """Return what a server process needs, with the current edition loaded.

    If the database does not answer, that is the copy that this host has kept; without a copy every page says that it
    cannot be shown, until the database answers. `threads` is the least number of server threads.
    """
    engine = open_engine(settings.database_url)
    preparation, faults = Preparation(settings, engine), FaultLog(clock)
    worker = make_worker(settings, engine, faults, preparation)
    snapshot = edition_snapshot(settings)
    keys = secret_keys(settings)
    app = create_app(settings, engine, clock, keys=keys, faults=faults, threads=threads, snapshot=snapshot)
    mailer = SignInMailer(engine, settings.base_url, mail_settings(settings), clock, faults)
    install_admin(app, settings, engine, keys=keys, mailer=mailer)
    cache = edition_cache(app)
    cache.prepare, cache.loaded = preparation.ensure, worker.loaded
    try:
        preparation.ensure()
        worker.publish_at_start()
        cache.refresh()
    except DatabaseFault as fault:
        logger.error("Until the database answers, only what this host has kept can be served: %s", fault)  # noqa: TRY400 (the traceback adds nothing)
    cache.load_snapshot()
    spare_collections()
    return WebProcess(app, cache, worker, EditionFollower(cache), may_send_more(app, settings, clock))


def make_application() -> WSGIApplication:
    """Return the WSGI application for the settings of the environment; it publishes and watches the calendar file.

    Each server process watches the file; one of them publishes, the others find nothing new.
    """
    set_up_logging()
    take_short_turns()
    process = make_web_process(read_settings(os.environ))
    # A server may fork after loading this: connections must not be shared, and threads would be lost.
    process.cache.engine.dispose()
    atexit.register(process.stop)
    return StartedAfterFork(process.app, process.start)
