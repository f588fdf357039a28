"""The date words of announcement pages, English and French, read into a structure.

A line is read whole or refused: what is not understood is never skipped and never guessed.
`grammar` reads the parts of the line, `vocabulary` has the words; here the parts, written as letters
(D day, C clock, - range), must make one of `SHAPES`, and then mean dates and times. dateutil,
strict, makes each single date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NoReturn

from dateutil.parser import ParserError, parse

from calendar_service.records.cursor import Day, WordsNotUnderstood
from calendar_service.records.grammar import Line
from calendar_service.records.hours import clock_time
from calendar_service.records.labels import zone_of_line
from calendar_service.records.vocabulary import FRENCH_MONTHS, MONTHS, NAMES, WEEKDAYS

__all__ = ["MAX_LENGTH", "SHAPES", "When", "WordsNotUnderstood", "read_when"]

SHAPES: Final = frozenset(
    {
        "D",  # 7 July 2020
        "D-D",  # 29-30 June 2021
        "DC",  # 10 July 2020, 17:00
        "CD",  # 5 pm on 10 July 2020
        "DC-C",  # 7 July 2020 at 11.00-12.30
        "C-CD",  # 9:00 to 17:00, 7 July 2020
        "D-DC-C",  # 29-30 June 2021, 9:00-17:00: from the first hour of the first day to the last of the last
        "C-CD-D",
        "DC-DC",  # 7 July 2020 14:00 - 9 July 2020 12:00
        "CD-CD",
    }
)
MAX_LENGTH: Final = 300
_TWO_MOMENTS = ("DC-DC", "CD-CD")
_YEARS = range(1970, 2101)
_LONGEST_OVER_NEW_YEAR = timedelta(days=183)
_LONGEST_NIGHT = timedelta(hours=12)
_DAY = timedelta(days=1)
# dateutil fills what is missing from a default; two that share nothing show that nothing was.
_DEFAULTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2003, 2, 2, tzinfo=UTC))


@dataclass(frozen=True)
class When:
    """What the words of one line say about when.

    `last` is `first` for one day; for a range of hours it is the day of the end. `start` is None
    where no hour was printed (whole days), `end` where no end was. `zone` is None for the calendar's
    own zone, or a zone name, or the sentinel "CET" for a Central European label; `label` has the zone
    words as printed. `offset` is what stood in brackets behind the label ("UTC+02:00" for "CEST (UTC+2)"),
    which whoever knows the zone must check; `end_offset` is that of the end, where it is another one.
    """

    words: str
    first: date
    last: date
    start: time | None
    end: time | None
    zone: str | None
    label: str | None
    online: bool
    offset: str | None = None
    end_offset: str | None = None


# A file is read again at each change, and nearly all of its lines are the same then.
@lru_cache(maxsize=65_536)
def read_when(words: str, *, day_first: bool = False) -> When:
    """Read the date words of one line. Raises WordsNotUnderstood.

    `day_first` says that 10/07/2020 is 10 July; without it a date in digits, but for ISO, is refused.
    """
    stripped = words.strip()
    if len(stripped) > MAX_LENGTH:
        reason = f"{len(stripped)} characters are too many for date words."
        remedy = f"Write the date and the time only, in {MAX_LENGTH} characters at most."
        raise WordsNotUnderstood(stripped, (), (stripped[:MAX_LENGTH],), reason, remedy)
    line = Line(stripped, day_first=day_first)
    line.read()
    return _meaning(line)


def _meaning(line: Line) -> When:
    shape = _shape(line)
    first, last = _dates(line)
    start, end = _times(line, inherits=shape not in _TWO_MOMENTS)
    zone, end_offset = zone_of_line(line, two_moments=shape in _TWO_MOMENTS)
    if start and end and not end_offset:  # where the clocks change between the two, instants must tell
        last = _day_of_end(line, shape, (first, start), (last, end))
    name, label, offset = (zone.name, zone.words, zone.offset) if zone else (None, None, None)
    return When(line.words, first, last, start, end, name, label, line.online, offset, end_offset)


# --- the shape -----------------------------------------------------------------------------------


def _shape(line: Line) -> str:
    # "7 July 2020 - 11.00" and "7 July 2020 – 9 am – Online": a dash may only separate.
    shape = line.shape.replace("D-C", "DC").replace("~", "-")
    if "D" not in shape:
        line.refuse(line.words, "there is no date.", "Write the day, the month and the year.")
    if "C&" in shape:
        line.refuse(line.clocks[-1].words, "two times are not a range.", "Write 11:00-12:30, or two records.")
    shape = shape.replace("&", "-")
    if shape == "D-DC":
        line.refuse(line.clocks[0].words, "several days have one hour.", "Print when the last day ends, too.")
    if shape not in SHAPES:
        _refuse_shape(line)
    return shape


def _refuse_shape(line: Line) -> NoReturn:
    moments = [*(day.words for day in line.days), *(clock.words for clock in line.clocks)]
    raise WordsNotUnderstood(
        line.words,
        [zone.words for zone in line.zones],
        moments,
        "these dates and times do not fit together.",
        "Write one moment, or one range, in each line.",
    )


# --- days ----------------------------------------------------------------------------------------


def _dates(line: Line) -> tuple[date, date]:
    if len(line.days) == 1:
        only = _date(line, line.days[0])
        return only, only
    head, tail = line.days
    last_day = replace(tail, month=tail.month or head.month)
    last = _date(line, last_day)
    first = _first_date(line, replace(head, month=head.month or tail.month), last_day)
    if "D&D" in line.shape and last - first != timedelta(days=1):
        line.refuse(tail.words, "these two days are not next to each other.", "Make a record of each day.")
    return first, last


def _first_date(line: Line, head: Day, tail: Day) -> date:
    last = _date(line, tail)
    first = _date(line, head if head.year else replace(head, year=tail.year, weekday=""))
    if first > last and not head.year and MONTHS[head.month] != MONTHS[tail.month]:
        first = _date(line, replace(head, year=f"{last.year - 1}", weekday=""))  # 30 December - 2 January
        if last - first > _LONGEST_OVER_NEW_YEAR:
            first = last + timedelta(days=1)
    if first > last:
        line.refuse(f"{head.words} … {tail.words}", "the range ends before it begins.", "Put the earlier day first.")
    _check_weekday(line, head, first)
    return first


def _date(line: Line, day: Day) -> date:
    if not day.year:
        line.refuse(day.words, f"{day.words!r} has no year.", "Write the year, in four digits.")
    if int(day.year) not in _YEARS:
        reason = f"the year {day.year} is not between {_YEARS[0]} and {_YEARS[-1]}."
        line.refuse(day.words, reason, "Check the year.")
    found = {_parsed(f"{int(day.day)} {day.month} {day.year}", default) for default in _DEFAULTS}
    if len(found) != 1 or None in found:
        line.refuse(day.words, f"there is no day {day.words!r}.", "Check the day and the month.")
    return _check_weekday(line, day, found.pop() or date.max)


def _parsed(words: str, default: datetime) -> date | None:
    try:
        return parse(words, parserinfo=NAMES, default=default, dayfirst=True).date()
    except ParserError:
        return None


def _check_weekday(line: Line, day: Day, found: date) -> date:
    if day.weekday in MONTHS and day.month not in FRENCH_MONTHS:  # "Mar 7 - 8 April": mardi or March
        line.refuse(day.words, f"{day.weekday!r} may be a weekday or a month.", "Write it in full.")
    if day.weekday and WEEKDAYS[day.weekday] != found.weekday():
        reason = f"{found.day} {found:%B} {found.year} is a {found:%A}."
        line.refuse(day.words, reason, "Correct the weekday or the date.")
    return found


# --- times ---------------------------------------------------------------------------------------


def _times(line: Line, *, inherits: bool) -> tuple[time | None, time | None]:
    if not line.clocks:
        return None, None
    if len(line.clocks) == 1:
        return clock_time(line.clocks[0]), None
    start, end = line.clocks
    if start.half and not (end.half or end.to_24) and end.hour <= 12:  # noqa: PLR2004 (hours of half a day)
        line.refuse(end.words, f"{end.words} may be am or pm.", "Write am or pm at both ends.")
    if inherits and end.half and not start.half and not start.to_24 and 1 <= start.hour <= 12:  # noqa: PLR2004
        start = replace(start, half=end.half)
        if clock_time(start) >= clock_time(end):
            line.refuse(start.words, f"{start.words} may be am or pm.", "Write am or pm at both ends.")
    return clock_time(start), clock_time(end)


def _day_of_end(line: Line, shape: str, begin: tuple[date, time], finish: tuple[date, time]) -> date:
    """Give the day of the end: the next one for a range of hours over midnight."""
    start, (last, end) = begin[1], finish
    # "29-30 June, 22:00-02:00" may be each night, or one long one: hours of several days must ascend.
    if begin < finish and (start < end or shape in _TWO_MOMENTS):
        return last
    if (
        len(line.days) == 1
        and start != end
        and (_since_midnight(end) - _since_midnight(start)) % _DAY <= _LONGEST_NIGHT
    ):
        return last + timedelta(days=1)
    reason = "the range ends before it begins, or on a day that is not printed."
    return line.refuse(line.clocks[1].words, reason, "Write the day of the end, too.")


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
