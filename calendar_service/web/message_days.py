"""The messages of each day, drawn: sent and failed in the last two weeks, planned for the next month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.moments import midnight
from calendar_service.records.times import DaySpan, civil_from_instant, day_of_instant
from calendar_service.store.message_history import count_active, count_settled
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from calendar_service.reminders.forecast import PlannedMessage
    from calendar_service.store.engine import Database
    from calendar_service.writers.i18n import Language

DAYS_BACK = 14
DAYS_AHEAD = 30
_WIDTH, _HEIGHT, _BAR = 10, 100, 8
_LEAST = 2


@dataclass(frozen=True)
class BarPart:
    """A part of a bar: what it counts, and where it is drawn."""

    kind: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class MessageDay:
    """One day with its counts, and the parts of its bar."""

    day: str
    sent: int
    failed: int
    planned: int
    is_today: bool
    parts: tuple[BarPart, ...]


@dataclass(frozen=True)
class MessageDays:
    """All days in order, and what stands above and below the drawing."""

    ahead = DAYS_AHEAD

    days: list[MessageDay]
    width: int
    height: int
    today_x: int
    most: int
    subscribers: int
    sent_today: int
    failed: int
    next_at: str

    @property
    def told(self) -> list[MessageDay]:
        """The days on which there is something."""
        return [each for each in self.days if each.sent or each.failed or each.planned]


def message_days(
    engine: Database, planned: Sequence[PlannedMessage], zone: str, now: datetime, lang: Language
) -> MessageDays:
    """Return the days around today with their messages; `planned` are those ahead. Raise DatabaseFault."""
    today = day_of_instant(now, zone)
    days = [today + timedelta(days=each) for each in range(-DAYS_BACK, DAYS_AHEAD + 1)]
    counts = count_settled(
        engine, [midnight(each, zone) for each in (*days[: DAYS_BACK + 1], today + timedelta(days=1))]
    )
    ahead: Counter[date] = Counter()
    for each in planned:
        ahead[day_of_instant(each.due_at, zone)] += each.subscribers
    numbers = [(each.sent, each.failed) for each in counts] + [(0, 0)] * DAYS_AHEAD
    most = max((sum(pair) + ahead[day] for day, pair in zip(days, numbers, strict=True)), default=0)
    return MessageDays(
        days=[
            MessageDay(
                _day_words(day, lang), *pair, ahead[day], day == today, _parts(number, pair, ahead[day], max(most, 1))
            )
            for number, (day, pair) in enumerate(zip(days, numbers, strict=True))
        ],
        width=_WIDTH * len(days),
        height=_HEIGHT,
        today_x=_WIDTH * DAYS_BACK + _WIDTH // 2,
        most=most,
        subscribers=count_active(engine),
        sent_today=counts[-1].sent,
        failed=sum(each.failed for each in counts),
        next_at=_time_words(min((each.due_at for each in planned), default=None), zone, lang),
    )


def _day_words(day: date, lang: Language) -> str:
    return phrases.when_words(DaySpan(day, day), "UTC", lang)


def _time_words(at: datetime | None, zone: str, lang: Language) -> str:
    return phrases.when_words(civil_from_instant(at.replace(second=0, microsecond=0), zone), zone, lang) if at else ""


def _parts(number: int, settled: tuple[int, int], planned: int, most: int) -> tuple[BarPart, ...]:
    """Return the parts of a bar, the lowest first. What is there is seen, however small it is."""
    parts, bottom = [], _HEIGHT
    for kind, count in zip(("sent", "failed", "planned"), (*settled, planned), strict=True):
        if count:
            height = max(_LEAST, round(count * (_HEIGHT - 3 * _LEAST) / most))
            bottom -= height
            parts.append(BarPart(kind, number * _WIDTH + 1, bottom, _BAR, height))
    return tuple(parts)
