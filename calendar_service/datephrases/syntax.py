"""The result of stage 2: the parts of a date phrase as printed, not yet interpreted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import TYPE_CHECKING

from calendar_service.datephrases.errors import DatePhraseError

if TYPE_CHECKING:
    from calendar_service.datephrases.vocabulary import Half


@dataclass(frozen=True)
class Day:
    """A day as printed; a missing month or year is taken from the other end of the range."""

    day: str
    month: str = ""
    year: str = ""
    weekday: str = ""
    is_month_first: bool = False
    is_iso: bool = False
    words: str = ""


@dataclass(frozen=True)
class Clock:
    """A time of day as printed; "am" and "pm" may be at the other end of the range."""

    hour: int
    minute: int = 0
    second: int = 0
    half: Half = ""
    is_24_hour: bool = False  # "17 h" and "noon" need no am or pm, whatever the other end says
    is_midnight: bool = False  # the word: either end of the day, and then the hour is 24
    words: str = ""

    @property
    def time_of_day(self) -> time:
        """The time of day in 24-hour form; that of 24:00 is 00:00, of the next day."""
        hour = self.hour % 12 + (12 if self.half == "pm" else 0) if self.half else self.hour % 24
        return time(hour, self.minute, self.second)

    @property
    def ends_day(self) -> bool:
        """True if it is the end of its day."""
        return self.hour == 24  # the hour after the last

    @property
    def problem(self) -> tuple[str, str] | None:
        """What is wrong with it, and the remedy; None if it is valid."""
        is_end_of_day = (self.hour, self.minute, self.second) == (24, 0, 0)
        if (self.hour > 23 and not is_end_of_day) or self.minute > 59 or self.second > 59:  # a day's last second
            return "is not a time of day.", "Write hours up to 23 and minutes up to 59."
        if self.half and not 1 <= self.hour <= 12:  # hours of half a day
            return "mixes the clock of 12 hours with that of 24.", "Write 17:00 or 5 pm."
        return None


@dataclass(frozen=True)
class Zone:
    """A zone by name and as printed; `offset` is a literal one in brackets behind it.

    `label` is a folded name whose zone depends on the day; then `name` is empty until the day is known. `clocks` counts
    the clock times before it: a zone behind the first of two belongs to the first.
    """

    name: str
    words: str
    offset: str | None = None
    clocks: int = 0
    label: str = ""


@dataclass
class PhraseParts:
    """The parts of one phrase, in order.

    `shape` has a letter for each part: D a day, C a clock time; and for each connector: "-" a dash, "~" a word that
    means a range, "&" the word "and". `understood` has the words of each part.
    """

    words: str
    shape: str = ""
    days: list[Day] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    is_online: bool = False
    minutes: int = 0  # how long it takes, where that is printed instead of the end
    total_days: int = 0  # how many days it takes, where that is printed too
    place: str = ""  # the words of the place behind the moment
    before: str = ""  # the word that says that the moment itself does not count
    understood: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Record the words of a part that was understood."""
        if any(c.isalnum() for c in words):
            self.understood.append(words)

    def error(self, words: str, reason: str, remedy: str) -> DatePhraseError:
        """Return an error about some words of the phrase."""
        return DatePhraseError(self.words, [part for part in self.understood if part != words], [words], reason, remedy)
