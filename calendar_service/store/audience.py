"""Counts of subscribers, by how and in which language they are reached, and of messages on their way. No addresses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from calendar_service.store.pauses import is_paused
from calendar_service.store.tables import deliveries, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

_PAGE = 500


@dataclass(frozen=True)
class Outgoing:
    """How many messages are due and not sent, and whether sending is paused."""

    number: int
    is_paused: bool


def count_audience(connection: Connection, ids: Iterable[int]) -> Counter[tuple[str, str]]:
    """Return how many of some subscribers there are of each language and channel."""
    found: Counter[tuple[str, str]] = Counter()
    numbers = sorted(ids)
    by = (subscribers.c.language, subscribers.c.channel)
    for start in range(0, len(numbers), _PAGE):
        page = subscribers.c.id.in_(numbers[start : start + _PAGE])
        for language, channel, number in connection.execute(select(*by, func.count()).where(page).group_by(*by)):
            found[language, channel] += number
    return found


def read_outgoing(connection: Connection, now: datetime) -> Outgoing:
    """Return what is due and waits to be sent."""
    # The state stands in the statement itself, as it does in the condition of the index.
    due = select(func.count()).select_from(deliveries).where(text("state = 'waiting'"), deliveries.c.next_at <= now)
    claimed = select(func.count()).select_from(deliveries).where(text("state = 'claimed'"))
    number = sum(connection.scalar(each) or 0 for each in (due, claimed))
    return Outgoing(number, bool(connection.scalar(select(is_paused()))))
