"""Stage 3: resolve the parts of a date phrase into dates, times and one zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.datephrases.languages import LANGUAGES, VOCABULARY
from calendar_service.datephrases.parser import Parser
from calendar_service.datephrases.zone_names import CENTRAL_EUROPE
from calendar_service.records.zones import is_iana, tzinfo_of, zone_of_label

if TYPE_CHECKING:
    from calendar_service.datephrases.syntax import Clock, Day, PhraseParts, Zone

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
"""The orders of days (D) and clocks (C) that mean something."""
MAX_LENGTH: Final = 300
"""The most characters of a date phrase."""
FIRST_YEAR: Final = 1970
LAST_DAY: Final = date(2100, 12, 31)
"""The last day that any phrase or rule reaches."""
_TWO_MOMENTS = ("DC-DC", "CD-CD")
_LONGEST_OVER_NEW_YEAR = timedelta(days=183)
_HALF_DAY = 12
_LONGEST_NIGHT = timedelta(hours=12)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DatePhrase:
    """The meaning of a date phrase in civil time; nothing is converted to an instant.

    `last` equals `first` for one day; for a range of hours it is the day of the end. `start` is None if no clock time
    was printed (whole days), `end` if no end was. `zone` is None if no zone was printed, else its name, or "CET" for a
    Central European label; `label` has the zone words as printed. `offset` is the one in brackets behind the label
    ("UTC+02:00" for "CEST (UTC+2)"), to be checked by whoever knows the zone; `end_offset` is that of the end, if it is
    different.
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


# A file is read again at each change, and nearly all of its phrases are the same then.
@lru_cache(maxsize=65_536)
def parse_when(words: str, *, day_first: bool = False) -> DatePhrase:
    """Return the meaning of a date phrase. Raise DatePhraseError.

    With `day_first`, 10/07/2020 is 10 July; without it such digits are an error unless they are in ISO order.
    """
    words = words.strip()
    if len(words) > MAX_LENGTH:
        reason = f"{len(words)} characters are too many for date words."
        remedy = f"Write the date and the time only, in {MAX_LENGTH} characters at most."
        raise DatePhraseError(words, (), (words[:MAX_LENGTH],), reason, remedy)
    return _resolve(Parser(words, day_first=day_first).parse())


def parse_clock(words: str) -> time | None:
    """Return the time of day that a phrase names; None if it is something else. Raise DatePhraseError."""
    clock = Parser(words).parse_clock()
    return clock.time_of_day if clock else None


def _resolve(parts: PhraseParts) -> DatePhrase:
    shape = _shape(parts)
    first, last = _dates(parts)
    start, end = _times(parts, shape)
    zone, end_offset = _zone(parts, shape)
    if start and end and not end_offset:  # where the clocks change between the two, instants must tell
        last = _day_of_end(parts, shape, (first, start), (last, end))
    name, label, offset = (zone.name, zone.words, zone.offset) if zone else (None, None, None)
    return DatePhrase(parts.words, first, last, start, end, name, label, parts.is_online, offset, end_offset)


def _shape(parts: PhraseParts) -> str:
    # "7 July 2020 - 11.00" and "7 July 2020 – 9 am – Online": a dash may only separate.
    shape = parts.shape.replace("D-C", "DC").replace("~", "-")
    if "D" not in shape:
        raise parts.error(parts.words, "there is no date.", "Write the day, the month and the year.")
    if "C&" in shape:
        remedy = "Write 11:00-12:30, or two records."
        raise parts.error(parts.clocks[-1].words, "two times are not a range.", remedy)
    shape = shape.replace("&", "-")
    if shape == "D-DC":
        remedy = "Print when the last day ends, too."
        raise parts.error(parts.clocks[0].words, "several days have one hour.", remedy)
    if shape not in SHAPES:
        raise DatePhraseError(
            parts.words,
            [zone.words for zone in parts.zones],
            [*(day.words for day in parts.days), *(clock.words for clock in parts.clocks)],
            "these dates and times do not fit together.",
            "Write one moment, or one range, in each line.",
        )
    return shape


# --- days ----------------------------------------------------------------------------------------


def _dates(parts: PhraseParts) -> tuple[date, date]:
    head, tail = parts.days[0], parts.days[-1]
    last = _date(parts, replace(tail, month=tail.month or head.month))
    if len(parts.days) == 1:
        return last, last
    first = _first_date(parts, replace(head, month=head.month or tail.month), last)
    if "D&D" in parts.shape and last - first != _ONE_DAY:
        raise parts.error(tail.words, "these two days are not next to each other.", "Make a record of each day.")
    return first, last


def _first_date(parts: PhraseParts, head: Day, last: date) -> date:
    first = _date(parts, head if head.year else replace(head, year=f"{last.year}", weekday=""))
    if first > last and not head.year and first.month != last.month:
        first = _date(parts, replace(head, year=f"{last.year - 1}", weekday=""))  # 30 December - 2 January
        if last - first > _LONGEST_OVER_NEW_YEAR:
            first = last + _ONE_DAY
    if first > last:
        words = f"{head.words} … {parts.days[-1].words}"
        raise parts.error(words, "the range ends before it begins.", "Put the earlier day first.")
    _check_weekday(parts, head, first)
    return first


def _date(parts: PhraseParts, day: Day) -> date:
    if not day.year:
        raise parts.error(day.words, f"{day.words!r} has no year.", "Write the year, in four digits.")
    if not FIRST_YEAR <= int(day.year) <= LAST_DAY.year:
        reason = f"the year {day.year} is not between {FIRST_YEAR} and {LAST_DAY.year}."
        raise parts.error(day.words, reason, "Check the year.")
    try:
        found = date(int(day.year), VOCABULARY.months[day.month], int(day.day))
    except ValueError:
        raise parts.error(day.words, f"there is no day {day.words!r}.", "Check the day and the month.") from None
    _check_weekday(parts, day, found)
    return found


def _check_weekday(parts: PhraseParts, day: Day, found: date) -> None:
    is_sure = day.weekday not in VOCABULARY.months or any(
        day.weekday in language.weekdays and day.month in language.months for language in LANGUAGES
    )
    if not is_sure:  # "Mar 7 - 8 April": mardi or March
        raise parts.error(day.words, f"{day.weekday!r} may be a weekday or a month.", "Write it in full.")
    if day.weekday and VOCABULARY.weekdays[day.weekday] != found.weekday():
        reason = f"{found.day} {found:%B} {found.year} is a {found:%A}."
        raise parts.error(day.words, reason, "Correct the weekday or the date.")


# --- times ---------------------------------------------------------------------------------------


def _times(parts: PhraseParts, shape: str) -> tuple[time | None, time | None]:
    if len(parts.clocks) < 2:  # a start and an end
        return (parts.clocks[0].time_of_day if parts.clocks else None), None
    start, end = parts.clocks
    if start.half and not end.half and not end.is_24_hour and end.hour <= _HALF_DAY:
        raise _half_missing(parts, end)
    takes_half = end.half and not start.half and not start.is_24_hour and 1 <= start.hour <= _HALF_DAY
    if takes_half and shape not in _TWO_MOMENTS:
        start = replace(start, half=end.half)
        if start.time_of_day >= end.time_of_day:
            raise _half_missing(parts, start)
    return start.time_of_day, end.time_of_day


def _half_missing(parts: PhraseParts, clock: Clock) -> DatePhraseError:
    return parts.error(clock.words, f"{clock.words} may be am or pm.", "Write am or pm at both ends.")


def _day_of_end(parts: PhraseParts, shape: str, begin: tuple[date, time], finish: tuple[date, time]) -> date:
    """Return the day of the end: the next one for a range of hours over midnight."""
    start, (last, end) = begin[1], finish
    # "29-30 June, 22:00-02:00" may be each night, or one long one: hours of several days must ascend.
    if begin < finish and (start < end or shape in _TWO_MOMENTS):
        return last
    night = (_since_midnight(end) - _since_midnight(start)) % _ONE_DAY
    if len(parts.days) == 1 and timedelta() < night <= _LONGEST_NIGHT:
        return last + _ONE_DAY
    reason = "the range ends before it begins, or on a day that is not printed."
    raise parts.error(parts.clocks[1].words, reason, "Write the day of the end, too.")


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


# --- zones ---------------------------------------------------------------------------------------


def _zone(parts: PhraseParts, shape: str) -> tuple[Zone | None, str | None]:
    """Return the zone of the phrase, and the offset of its end if that differs from the beginning."""
    zones = parts.zones
    for zone in zones:
        if zone.offset and not _has_seasons(zone) and _utc_offset(zone.name) != _utc_offset(zone.offset):
            raise parts.error(zone.words, f"{zone.words} is not {zone.offset}.", "Name one zone.")
    if not zones:
        return None, None
    tail = [zone for zone in zones if zone.clocks == len(_TWO_MOMENTS) and shape in _TWO_MOMENTS]
    head = [zone for zone in zones if zone not in tail]
    if head and tail and not any(map(_has_seasons, zones)):  # "EST (UTC-5) to EDT (UTC-4)"
        begins, ends = _common_zone(parts, head), _common_zone(parts, tail)
        return begins, None if begins.name == ends.name else ends.name
    begins_at, ends_at = _common_offset(parts, head or tail), _common_offset(parts, tail)
    zone = replace(_common_zone(parts, zones), offset=begins_at)
    return zone, None if ends_at == begins_at else ends_at


def _common_zone(parts: PhraseParts, zones: list[Zone]) -> Zone:
    """Return the zone that all names mean; a place is more specific than the "CET" that it keeps."""
    names = {zone.name for zone in zones}
    places = names - {CENTRAL_EUROPE}
    place = places.pop() if len(places) == 1 else None
    if len(names) == 1 or (place and is_iana(place) and zone_of_label(place) == place):
        return next(zone for zone in zones if zone.name == (place or CENTRAL_EUROPE))
    return _disagree(parts, zones, "the zones do not agree.")


def _common_offset(parts: PhraseParts, zones: list[Zone]) -> str | None:
    """Return the offset printed behind the zones of one moment, or None."""
    offsets = {zone.offset for zone in zones if zone.offset}
    if len(offsets) > 1:
        _disagree(parts, zones, "the offsets do not agree.")
    return next(iter(offsets), None)


def _disagree(parts: PhraseParts, zones: list[Zone], reason: str) -> NoReturn:
    words = ", ".join(f"{zone.words} ({zone.offset})" if zone.offset else zone.words for zone in zones)
    raise parts.error(words, reason, "Name one zone.")


def _has_seasons(zone: Zone) -> bool:
    """Return True if the clocks of the zone may go forward and back."""
    return zone.name == CENTRAL_EUROPE or is_iana(zone.name)


def _utc_offset(name: str) -> timedelta | None:
    return tzinfo_of(name).utcoffset(None)
