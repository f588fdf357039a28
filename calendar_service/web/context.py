"""What every view reaches for: the application's shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from calendar_service.web.shelf import Shelf

SHELF = "calendar-service-shelf"


def shelf() -> Shelf:
    """Give the shelf of the application that answers this request."""
    return cast("Shelf", current_app.extensions[SHELF])
