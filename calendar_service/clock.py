"""The present time. Only entry points call it; everything else gets `now` as an argument.

It is apart from `bootstrap`, which imports most of the service, so that commands that read only files start quickly.
"""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Return the present time (UTC)."""
    return datetime.now(UTC)  # noqa: TID251 (this is the entry point)
