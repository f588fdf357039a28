"""Working days of a country: not its weekends, public holidays, or the calendar's own closures.

Weekends and holidays come from the `holidays` package; no other module imports it. They are those of the whole country;
regional holidays can be listed as closures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.errors import CalendarError, suggest

if TYPE_CHECKING:
    import holidays

_DAY = timedelta(days=1)
_WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, where no country's own weekend is known."""


class UnknownCountry(CalendarError):
    """No country has this code."""

    def __init__(self, code: str) -> None:
        remedy = suggest(code, COUNTRIES) or "Write ISO 3166, as in FR, or no country for Monday to Friday."
        super().__init__(f"{code!r} is not a country code.", remedy=remedy)
        self.code = code


@dataclass(frozen=True)
class WorkingDays:
    """The days on which people work in `country` (ISO 3166 alpha-2), except for `closures`.

    Without a country they are Monday to Friday. Raise UnknownCountry.
    """

    country: str | None = None
    closures: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Check the country code; a test checks that the holidays package has every country."""
        if self.country is not None and self.country not in COUNTRIES:
            raise UnknownCountry(self.country)

    def is_working(self, day: date) -> bool:
        """Return True if a day is a working day."""
        return day not in self.closures and day not in self._days_off(day.year)

    def back(self, day: date, n: int) -> date:
        """Return the n-th working day before `day`, which does not count; n = 0 returns `day`."""
        for _ in range(n):
            day -= _DAY
            while not self.is_working(day):
                day -= _DAY
        return day

    def _days_off(self, year: int) -> frozenset[date]:
        return _days_off(self.country, year)


def day_off_words(country: str, day: date) -> str:
    """Return why a day is no working day in a country, in English: "a Saturday", "Easter Monday"; "" if it is one."""
    if WorkingDays(country).is_working(day):
        return ""
    return _holidays_of(country, day.year, language="en_US").get(day) or f"a {day:%A}"


@lru_cache(maxsize=1024)
def _days_off(country: str | None, year: int) -> frozenset[date]:
    """Return the weekend days and public holidays of a year.

    Whole years are computed and cached: the package's calendars are shared by all threads and change when they are
    read.
    """
    days = [date(year, 1, 1) + n * _DAY for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)]
    if country is None:
        return frozenset(day for day in days if day.weekday() in _WEEKEND)
    known = _holidays_of(country, year)
    return frozenset(day for day in days if not known.is_working_day(day))


def _holidays_of(country: str, year: int, language: str | None = None) -> holidays.HolidayBase:
    import holidays  # noqa: PLC0415 (takes a tenth of the start of `check`, and few calendars need it)

    return holidays.country_holidays(country, years=year, language=language)
