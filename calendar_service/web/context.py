"""Access to the application's cache, subscription service, status and settings from views."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from calendar_service.store.errors import DatabaseFault, Trouble

if TYPE_CHECKING:
    from calendar_service.reminders.subscriptions.service import SubscriptionService
    from calendar_service.settings import Settings
    from calendar_service.web.edition_cache import EditionCache
    from calendar_service.web.guess_limiter import GuessLimiter
    from calendar_service.web.process_metrics import ProcessMetrics
    from calendar_service.web.status import StatusReader

CACHE = "calendar-service-edition-cache"
SUBSCRIPTIONS = "calendar-service-subscriptions"
SETTINGS = "calendar-service-settings"
STATUS = "calendar-service-status"
PROCESS_METRICS = "calendar-service-process-metrics"
GUESS_LIMITER = "calendar-service-guesses"


def cache() -> EditionCache:
    """Return the edition cache of the application that answers this request."""
    return cast("EditionCache", current_app.extensions[CACHE])


def subscriptions() -> SubscriptionService:
    """Return the subscription service of the application that answers this request.

    Raise DatabaseFault while the database is away: a request that waits for it would hold a thread that feeds need.
    """
    if cache().is_database_away:
        raise DatabaseFault("the database does not answer at the moment.", trouble=Trouble.AWAY)
    return cast("SubscriptionService", current_app.extensions[SUBSCRIPTIONS])


def settings() -> Settings:
    """Return the settings of the application that answers this request."""
    return cast("Settings", current_app.extensions[SETTINGS])


def status() -> StatusReader:
    """Return the status of the application that answers this request."""
    return cast("StatusReader", current_app.extensions[STATUS])


def process_metrics() -> ProcessMetrics:
    """Return what counts requests in the application that answers this request."""
    return cast("ProcessMetrics", current_app.extensions[PROCESS_METRICS])


def guesses() -> GuessLimiter:
    """Return what counts wrong operator's tokens in the application that answers this request."""
    return cast("GuessLimiter", current_app.extensions[GUESS_LIMITER])
