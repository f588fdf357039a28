"""Putting the parts together for a server: settings, database, application and worker."""

from __future__ import annotations

import atexit
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calendar_service.settings import Settings, read_settings
from calendar_service.store.engine import open_engine
from calendar_service.store.migrate import upgrade
from calendar_service.web.app import StartedOnFirstRequest, create_app
from calendar_service.worker import Worker

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from calendar_service.store.engine import Database


def clock() -> datetime:
    """Read the clock; only the doors do."""
    return datetime.now(UTC)  # noqa: TID251 (this is the door)


def set_up_logging() -> None:
    """Log to standard error, one line an event."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


def open_database(settings: Settings) -> Database:
    """Open the database and bring it to the present tables."""
    engine = open_engine(settings.database_url)
    upgrade(engine)
    return engine


def make_application() -> WSGIApplication:
    """Make the application from the environment, published and watching its file.

    Each server process watches; one of them publishes, the others find nothing new.
    """
    set_up_logging()
    settings = read_settings(os.environ)
    engine = open_database(settings)
    worker = Worker(engine, settings.file, clock)
    worker.publish()
    # A server may fork after loading this: connections must not be shared, and threads would be lost.
    engine.dispose()
    app = create_app(settings, engine, clock)
    app.wsgi_app = StartedOnFirstRequest(app.wsgi_app, worker.start)  # type: ignore[method-assign]  # Flask's documented way
    atexit.register(worker.stop)
    return app
