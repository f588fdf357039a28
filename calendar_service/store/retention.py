"""Forgetting: no address is kept longer than it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from calendar_service.store.engine import writing
from calendar_service.store.letters import drop_of_signups
from calendar_service.store.subscribers import erase_in, select_ended
from calendar_service.store.tables import signups, suppressions, tallies

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.engine import Database

SIGNUPS_KEPT = timedelta(hours=72)
"""As long as a link to confirm holds."""
ENDED_KEPT = timedelta(days=30)
TALLIES_KEPT = timedelta(days=31)


@dataclass(frozen=True)
class Forgotten:
    """How much was deleted."""

    signups: int
    subscribers: int
    tallies: int
    suppressions: int


def forget_old(engine: Database, now: datetime) -> Forgotten:
    """Delete what has had its time: sign-ups, confirmed or not; readers who left; tallies; reasons that are over.

    Of a reader who left, the keyed hash stays with the reason "ended". It hinders nobody from signing up again;
    it proves the wish, and keeps an import from undoing it. Deliveries stay, to be counted, and name nobody.
    """
    with writing(engine) as connection:
        old = signups.c.asked_at <= now - SIGNUPS_KEPT
        ended = select_ended(connection, now - ENDED_KEPT)
        for subscriber in ended:
            erase_in(connection, subscriber, now)
        drop_of_signups(connection, old, now)
        return Forgotten(
            signups=connection.execute(delete(signups).where(old)).rowcount,
            subscribers=len(ended),
            tallies=connection.execute(delete(tallies).where(tallies.c.begins < now - TALLIES_KEPT)).rowcount,
            suppressions=connection.execute(delete(suppressions).where(suppressions.c.until <= now)).rowcount,
        )
