"""What every view reaches for: the application's shelf, its desk, its status and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from calendar_service.reminders.people.desk import Desk
    from calendar_service.settings import Settings
    from calendar_service.web.shelf import Shelf
    from calendar_service.web.status import StatusReader

SHELF = "calendar-service-shelf"
DESK = "calendar-service-desk"
SETTINGS = "calendar-service-settings"
STATUS = "calendar-service-status"


def shelf() -> Shelf:
    """Give the shelf of the application that answers this request."""
    return cast("Shelf", current_app.extensions[SHELF])


def desk() -> Desk:
    """Give the desk where readers sign up and change what they get."""
    return cast("Desk", current_app.extensions[DESK])


def settings() -> Settings:
    """Give the settings of the application that answers this request."""
    return cast("Settings", current_app.extensions[SETTINGS])


def status() -> StatusReader:
    """Return what finds out how the service stands."""
    return cast("StatusReader", current_app.extensions[STATUS])
