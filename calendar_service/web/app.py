"""The application factory: from settings, database and clock to a WSGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request

from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.web import (
    embed_pages,
    errors,
    feeds,
    health,
    manage,
    metrics,
    operator,
    pages,
    reminders,
    unsubscribe,
    widget,
)
from calendar_service.web.cache_middleware import CacheMiddleware, strip_port
from calendar_service.web.context import CACHE, GUESS_LIMITER, PROCESS_METRICS, SETTINGS, STATUS, SUBSCRIPTIONS
from calendar_service.web.edition_cache import EditionCache
from calendar_service.web.fast_path import FastPath
from calendar_service.web.guess_limiter import GuessLimiter
from calendar_service.web.layout import POLICY, compress, quiet_offsets, whole_clocks
from calendar_service.web.page_copy import answer_from_copy
from calendar_service.web.process_metrics import ProcessMetrics
from calendar_service.web.status import StatusReader
from calendar_service.web.wsgi_middleware import wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.settings import Settings
    from calendar_service.store.engine import Database
    from calendar_service.store.snapshot import SnapshotFile

MAX_BODY_BYTES = 64 * 1024
_ONE_YEAR = 31_536_000
# A window opened from a sandboxed frame is sandboxed too, and browsers let no such window show a page with a
# Cross-Origin-Opener-Policy. These are the pages that the widget links to; they have no personal data.
_OPENED_FROM_FRAMES = frozenset({"pages", "widget"})


def create_app(  # noqa: PLR0913 (all that the application is made of)
    settings: Settings,
    engine: Database,
    clock: Callable[[], datetime],
    *,
    keys: tuple[str, ...],
    faults: FaultLog | None = None,
    threads: int = 4,
    snapshot: SnapshotFile | None = None,
) -> Flask:
    """Return the Flask application.

    `clock` returns the present time (aware); `keys` are the secret keys that sign subscribers' links, newest first.
    `faults` are those of the worker in this process, if there is one; `threads` is the least number of server threads,
    so that heavy requests leave some of them to the others. `snapshot` is where a copy of the edition is kept.
    """
    app = Flask(__name__)
    # No URL redirects: not all calendar clients follow.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=_ONE_YEAR)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"whole_clocks": whole_clocks, "quiet_offsets": quiet_offsets}
    app.extensions[CACHE] = cache = EditionCache(engine, settings.base_url, clock, threads, snapshot)
    app.extensions[SUBSCRIPTIONS] = SubscriptionService(engine, keys)
    app.extensions[SETTINGS] = settings
    app.extensions[STATUS] = StatusReader(engine, faults or FaultLog(clock), lambda: cache.is_database_away)
    app.extensions[PROCESS_METRICS] = counts = ProcessMetrics()
    cache.renderings.on_rendered, cache.renderings.on_refused = counts.rendered, counts.refused
    app.extensions[GUESS_LIMITER] = GuessLimiter()
    for room in (feeds, pages, widget, embed_pages, reminders, manage, unsubscribe, operator, metrics, health):
        app.register_blueprint(room.blueprint)
    errors.install(app)
    app.before_request(lambda: _check_request(settings.trusted_hosts))
    # Flask calls the last one first: a copy has all headers.
    app.after_request(answer_from_copy)
    app.after_request(_secure)
    app.wsgi_app = CacheMiddleware(app.wsgi_app, cache, settings.trusted_hosts)  # type: ignore[method-assign]  # Flask's documented way
    app.wsgi_app = wrap(app.wsgi_app, settings, counts.observe)  # type: ignore[assignment, method-assign]
    if not settings.has_access_log:  # whose lines have the id of a request
        app.wsgi_app = FastPath(app.wsgi_app, cache, counts.observe)  # type: ignore[method-assign]
    return app


def edition_cache(app: Flask) -> EditionCache:
    """Return the cache of an application."""
    cache: EditionCache = app.extensions[CACHE]
    return cache


def _check_request(trusted_hosts: tuple[str, ...]) -> None:
    if trusted_hosts and strip_port(request.host) not in trusted_hosts:
        abort(400)
    if "\0" in request.path or "\0" in request.query_string.decode("latin-1"):
        abort(400)


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.endpoint == "static":
        compress(response)
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", POLICY)
        if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
            headers["X-Frame-Options"] = "DENY"  # the same, for browsers that do not know the policy
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.blueprint not in _OPENED_FROM_FRAMES:
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.method == "OPTIONS" and request.path.endswith((".ics", "/records")):
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    return response
