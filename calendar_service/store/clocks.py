"""Check this host's clock against the database's before it stamps an edition."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from calendar_service.records.times import write_instant
from calendar_service.store.tables import editions

if TYPE_CHECKING:
    from sqlalchemy import Connection

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class ClockFault:
    """A clock that must not stamp an edition. `is_repairable` if the stamps may be wrong instead of the clock."""

    reason: str
    is_repairable: bool


def check_clock(connection: Connection, now: datetime) -> ClockFault | None:
    """Return what is wrong with `now`, this host's aware time; None if it can be trusted."""
    server = server_time(connection)
    if server and abs(now - server) > CLOCK_TOLERANCE:
        whose = "the database server's" if connection.dialect.name == "postgresql" else "the database's file system's"
        return ClockFault(
            f"the clock of this host says {write_instant(now)}, but {whose} says {write_instant(server)}: "
            "they must not be more than five minutes apart. "
            "Set the one that is wrong (is a time service such as NTP running?); then the file is published",
            is_repairable=False,
        )
    newest = select(editions.c.number, editions.c.published_at).order_by(editions.c.number.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    if last and now < last.published_at - CLOCK_TOLERANCE:
        return ClockFault(
            f"the clock of this host says {write_instant(now)}, but edition {last.number} is stamped "
            f"{write_instant(last.published_at)}, which is still to come. "
            "If this clock is right, calendar-service publish --confirm puts the stamps right once; "
            "if it is wrong, set it",
            is_repairable=True,
        )
    return None


def server_time(connection: Connection) -> datetime | None:
    """Return the database's own time (aware, UTC): the server's, or that of an SQLite file's file system.

    Return None if no file can be made beside the database file.
    """
    if connection.dialect.name == "postgresql":
        database_time: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return database_time.astimezone(UTC)
    folder = Path(connection.engine.url.database or "").parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
            return datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)
    except OSError:
        return None
