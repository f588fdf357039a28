"""The one form in which every calendar client hands over what it saw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, order=True)
class Happening:
    """One occurrence as another calendar client sees it.

    A timed start is UTC, "2020-07-07T09:00:00Z"; without the Z the client took it for a floating time.
    An all-day start is a date, "2020-06-26". The end is exclusive, as in DTEND.
    """

    uid: str
    start: str
    end: str
    summary: str
    status: str

    def overlaps(self, first: date, last: date) -> bool:
        """Tell whether it touches the days from `first` up to but not including `last`, counted in UTC."""
        opening, closing = first.isoformat(), last.isoformat()
        if "T" in self.start:
            opening, closing = f"{opening}T00:00:00", f"{closing}T00:00:00"
        start, end = self.start.rstrip("Z"), self.end.rstrip("Z")
        return start < closing and (end > opening or start == end == opening)


def select(happenings: Iterable[Happening], first: date, last: date) -> list[Happening]:
    """Sort what overlaps the days; doubles stay, for a double in a client is a finding."""
    return sorted(happening for happening in happenings if happening.overlaps(first, last))


def spell(moment: date) -> str:
    """Write a date as a date, an aware time in UTC and a floating time without a zone."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
