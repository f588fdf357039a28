"""Points and spans of time, one type for each meaning, so that they cannot be mixed up.

- `DaySpan`: whole days, without clock or zone (an all-day event).
- `CivilTime`: what a wall clock shows somewhere: day, time, zone.
- `EndOfDay`: the last second of a day somewhere (a deadline printed as a bare date).
- an instant: an aware datetime in UTC, as `.instant` returns it.

A future moment is stored in civil form and its instant derived when needed, because the rules of clocks change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from calendar_service.records.errors import CalendarError, Sentence
from calendar_service.records.zones import tzinfo_of

Fold = Literal[0, 1]


class SkippedTime(CalendarError):
    """The clocks of the zone skip this time on this day."""

    def __init__(self, day: date, clock: time, zone: str) -> None:
        super().__init__(
            Sentence(
                "{time} does not exist on {day} in {zone}: the clocks go forward over it.",
                time=f"{clock:%H:%M}",
                day=f"{day.day} {day:%B %Y}",
                zone=zone,
            ),
            remedy=Sentence("Write the time that was meant, before or after the change."),
        )


class RepeatedTime(CalendarError):
    """The clocks of the zone show this time twice on this day."""

    def __init__(self, day: date, clock: time, zone: str) -> None:
        super().__init__(
            Sentence(
                "{time} happens twice on {day} in {zone}: the clocks go back over it.",
                time=f"{clock:%H:%M}",
                day=day.isoformat(),
                zone=zone,
            ),
            remedy=Sentence("Add `fold: 0` for the first or `fold: 1` for the second."),
        )


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Whole days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CivilTime:
    """A time on the wall clock of a zone. `fold` is that of PEP 495: 1 is the second of a repeated hour."""

    day: date
    clock: time
    zone: str
    fold: Fold = 0

    @property
    def local(self) -> datetime:
        """The aware datetime in the zone."""
        clock = self.clock.replace(fold=1) if self.fold else self.clock
        return datetime.combine(self.day, clock, tzinfo_of(self.zone))

    @property
    def instant(self) -> datetime:
        """The aware datetime in UTC. Do arithmetic on this one: sums of local times go wrong across a clock change."""
        return self.local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """The end of a day in a zone: 23:59:59, the last second of a deadline on that date."""

    day: date
    zone: str

    @property
    def instant(self) -> datetime:
        """The aware datetime in UTC."""
        # Where the clocks go back at midnight, 23:59:59 comes twice: the day ends with the second.
        return CivilTime(self.day, time(23, 59, 59), self.zone, fold=1).instant


def civil_time(day: date, clock: time, zone: str, fold: Fold | None = None) -> CivilTime:
    """Return a civil time that exists exactly once. Raise SkippedTime, RepeatedTime, UnknownZone."""
    early, late = (CivilTime(day, clock, zone, f) for f in (0, 1))
    if early.local.utcoffset() == late.local.utcoffset():
        return early  # neither skipped nor repeated (PEP 495)
    if _shows(early) != (day, clock) or _shows(late) != (day, clock):
        raise SkippedTime(day, clock, zone)
    if fold is None:
        raise RepeatedTime(day, clock, zone)
    return late if fold else early


def civil_from_instant(instant: datetime, zone: str) -> CivilTime:
    """Return the civil time of an aware datetime in a zone. Raise UnknownZone."""
    local = instant.astimezone(tzinfo_of(zone))
    return CivilTime(local.date(), local.time().replace(fold=0), zone, 1 if local.fold else 0)


@lru_cache(maxsize=8192)
def keeps_offset(zone: str, day: date) -> bool:
    """Return True if the clocks of a zone show each time of a day once: they neither skip nor repeat one."""
    tz = tzinfo_of(zone)
    offsets = {datetime.combine(day + timedelta(days=each), time(), tz).utcoffset() for each in (0, 1)}
    hours = (datetime.combine(day, time(hour), tz) for hour in range(24))
    return len(offsets | {local.replace(fold=fold).utcoffset() for local in hours for fold in (0, 1)}) == 1


def day_of_instant(instant: datetime, zone: str) -> date:
    """Return the date that a calendar on the wall of a zone shows at an instant; of now, it is "today" there."""
    return instant.astimezone(tzinfo_of(zone)).date()


def write_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339, to the second in UTC: "2020-07-07T09:00:00Z"."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_minute(instant: datetime) -> str:
    """Write an instant to the minute in UTC: "2020-07-07T09:00Z"."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _shows(moment: CivilTime) -> tuple[date, time]:
    local = moment.instant.astimezone(tzinfo_of(moment.zone))
    return local.date(), local.time().replace(fold=0)
