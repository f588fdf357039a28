"""Fixtures of the tests of the admin pages."""

import pytest

from calendar_service.store import clocks


@pytest.fixture
def standing_clock(monkeypatch):
    """Do not compare the database's clock with that of the tests, which stands still."""
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
