"""Call the application in this process, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def ask_application(app: Flask) -> Callable[[str], tuple[int, bytes]]:
    """Return a function that requests a path and returns the status and the body of the response."""
    client = app.test_client()

    def fetch(path: str) -> tuple[int, bytes]:
        response = client.get(path)
        return response.status_code, response.get_data()

    return fetch
