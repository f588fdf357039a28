"""Facts: what an output says about a moment, as comparable text, and the differences between two sides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING = "nothing"


class StatedTime(NamedTuple):
    """One fact; a value that has a day begins with it in ISO form."""

    what: str
    value: str


@dataclass(frozen=True)
class Mismatch:
    """One difference between the records and an output."""

    surface: str
    record: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        record = f"{self.record}, " if self.record else ""
        return f"{self.surface}: {record}{self.what}: expected {self.expected}, found {self.found}"


@dataclass
class Expected:
    """What an output must say about a record, and what else it may say."""

    must: list[StatedTime] = field(default_factory=list)
    more: list[StatedTime] = field(default_factory=list)


Days = tuple[date, date]


def compare_times(expected: Expected, found: Iterable[StatedTime], within: Days | None) -> list[tuple[str, str, str]]:
    """Return the differences: thing, expected and found. `within` limits what is known about a recurring record."""
    there = Counter(found)
    missing = sorted((Counter(expected.must) - there).elements())
    surplus = sorted((there - Counter([*expected.must, *expected.more])).elements())
    surplus = [fact for fact in surplus if within is None or _is_within(fact, within)]
    faults = []
    for fact in missing:
        other = next((each for each in surplus if each.what == fact.what), None)
        if other:
            surplus.remove(other)
        faults.append((fact.what, fact.value, other.value if other else NOTHING))
    return faults + [(fact.what, NOTHING, fact.value) for fact in surplus]


def _is_within(fact: StatedTime, within: Days) -> bool:
    """Return True if a fact lies in the days that are verified; one without a day always does."""
    try:
        day = date.fromisoformat(fact.value[:10])
    except ValueError:
        return True
    return within[0] <= day <= within[1]


def spell(at: date) -> str:
    """Format an instant to the second, in UTC, or a day."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(at, datetime) else at.isoformat()


def spell_words(*stamps: tuple[datetime, timedelta]) -> str:
    """Format instants to the minute, each with the offset of the zone it is shown in."""
    return " to ".join(f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ} ({_offset(offset)})" for at, offset in stamps)


def spell_days(first: date, last: date) -> str:
    """Format whole days."""
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"{sign}{size // 60:02}:{size % 60:02}"
