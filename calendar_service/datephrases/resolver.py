"""Stage 3: resolve the parts of a date phrase into dates, times and one zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.datephrases.languages import LANGUAGES, VOCABULARY
from calendar_service.datephrases.parser import END_OF_WHICH_DAY, Parser
from calendar_service.datephrases.rrule import LAST_DAY
from calendar_service.datephrases.syntax import Clock
from calendar_service.datephrases.titles import is_venue, place_name
from calendar_service.datephrases.tokens import name_key, phrase_key
from calendar_service.datephrases.zone_names import city_zones
from calendar_service.datephrases.zone_resolution import one_zone, settle_labels
from calendar_service.records.errors import Sentence
from calendar_service.records.zones import tzinfo_of

if TYPE_CHECKING:
    from calendar_service.datephrases.syntax import Day, PhraseParts, Zone

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
_TWO_MOMENTS = ("DC-DC", "CD-CD")
_ONE_DAY_HOURS = ("DC-C", "C-CD", "C-C", "C~C")
_SEVERAL_CLOCKS = re.compile("(?P<before>D)?(?P<clock>C(?:[-~]C)?)(?:C(?:[-~]C)?)+(?P<after>D)?")
_LONGEST_OVER_NEW_YEAR = timedelta(days=183)
_HALF_DAY = 12
_NEXT_SENTENCE: Final = re.compile(r";\s|\.\s+(?=[A-Z])")
_WINDOW: Final = re.compile("D[-~]D|D[-~]DC|DC[-~]DC")
_WINDOW_END: Final = {False: "D", True: "DC"}
_LONGEST_NIGHT = timedelta(hours=12)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OtherClock:
    """The same moment on another clock: the "14:00 GMT" of "15:00 CET / 14:00 GMT"."""

    words: str
    start: time
    end: time | None
    zone: str


@dataclass(frozen=True)
class DatePhrase:
    """The meaning of a date phrase in civil time; nothing is converted to an instant.

    `last` equals `first` for one day; for a range of hours it is the day of the end. `start` is None if no clock time
    was printed (whole days), `end` if no end was. `zone` is None if no zone was printed, else its name, or "CET" for a
    Central European label; `label` has the zone words as printed. `offset` is the one in brackets behind the label
    ("UTC+02:00" for "CEST (UTC+2)"), to be checked by whoever knows the zone; `end_offset` is that of the end, if it is
    different. `also` has the same moment on other clocks, to be checked likewise.
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
    also: tuple[OtherClock, ...] = ()


# A file is read again at each change, and nearly all of its phrases are the same then.
@lru_cache(maxsize=65_536)
def parse_when(
    words: str, *, day_first: bool = False, zone: str | None = None, with_title: bool = False, closing: bool = False
) -> DatePhrase:
    """Return the meaning of a date phrase. Raise DatePhraseError.

    With `day_first`, 10/07/2020 is 10 July; without it such digits are an error unless only one of the two is a month.
    `zone` is the IANA zone of the record, whose abbreviations are known: "IST" in a record of Asia/Kolkata. With
    `with_title` other words may come before the first moment, if they say nothing about the time. With `closing`, what
    is open from one day to another means its end.
    """
    words = words.strip()
    if len(words) > MAX_LENGTH:
        reason = Sentence("{number} characters are too many for date words.", number=len(words))
        remedy = Sentence("Write the date and the time only, in {number} characters at most.", number=MAX_LENGTH)
        raise DatePhraseError(words, (), (words[:MAX_LENGTH],), reason, remedy)
    read = partial(Parser, day_first=day_first, with_title=with_title)
    if not closing:
        return _resolve(read(words).parse(), zone)
    found = _resolve(_closing_of(read(_without_questions(words)).parse()), zone)
    return replace(found, words=words)


def parse_clock(words: str) -> time | None:
    """Return the time of day that a phrase names; None if it is something else. Raise DatePhraseError."""
    clock = Parser(words).parse_clock()
    return clock.time_of_day if clock else None


def _resolve(parts: PhraseParts, record_zone: str | None) -> DatePhrase:
    parts, others = _split_off_other_clocks(parts)
    shape = _shape(parts)
    first, last = _dates(parts)
    start, end = _clocks(parts, shape)
    if parts.total_days and parts.total_days != (last - first).days + 1:
        raise parts.error(
            parts.words,
            Sentence("these are not {number} days.", number=parts.total_days),
            Sentence("Correct one of the two."),
        )
    if parts.minutes:
        end, last = _end_by_duration(parts, shape, (first, start), (last, end))
    zone, end_offset = _zone(parts, shape, record_zone, (first, start), (last, end or start))
    if parts.place and start and zone is None:
        _check_clock_of_place(parts, record_zone, datetime.combine(first, start.time_of_day, UTC))
    if (
        start and end and not end_offset and not parts.minutes
    ):  # where the clocks change between the two, instants must tell
        last = _day_of_end(parts, shape, (first, start), (last, end))
    elif end and end.ends_day:
        last = _day_after(parts, last)
    if start and start.ends_day:
        first = last = _day_after(parts, first)
    name, label, offset = (zone.name, zone.words, zone.offset) if zone else (None, None, None)
    start_time, end_time = _time_of(start), _time_of(end)
    also = tuple(_other_clock(each, (first, start), record_zone) for each in others)
    return DatePhrase(
        parts.words, first, last, start_time, end_time, name, label, parts.is_online, offset, end_offset, also
    )


def _without_questions(words: str) -> str:
    """Return the words behind the deadline for questions: "Clarification requests by 3 May; tenders by 24 May"."""
    head, *others = _NEXT_SENTENCE.split(words, maxsplit=1)
    rest = others[0] if others else ""
    asks, closes = (not VOCABULARY.question_words.isdisjoint(phrase_key(part).split()) for part in (head, rest))
    submits = not VOCABULARY.submissions.isdisjoint(phrase_key(rest).split())
    return rest.strip() if asks and not closes and submits else words


def _closing_of(parts: PhraseParts) -> PhraseParts:
    """Return only the end of "open from 1 March to 31 May 2027, 12:00"; other parts as they are."""
    is_window = not VOCABULARY.opening.isdisjoint(phrase_key(parts.words).split())
    if not is_window or not _WINDOW.fullmatch(parts.shape):
        return parts
    _dates(parts)  # they must be in order
    ends = _WINDOW_END[parts.shape.count("C") > 0]
    zones = [replace(zone, clocks=min(zone.clocks, 1)) for zone in parts.zones if zone.clocks in (0, len(parts.clocks))]
    if parts.zones and not zones:
        return parts
    return replace(parts, days=parts.days[-1:], clocks=parts.clocks[-1:], zones=zones, shape=ends)


def _split_off_other_clocks(parts: PhraseParts) -> tuple[PhraseParts, list[PhraseParts]]:
    """Return the phrase with its first clock, or range of hours, and parts for each of the others.

    All of them must name a zone: "15:00-16:00 CET / 14:00-15:00 GMT".
    """
    match = _SEVERAL_CLOCKS.fullmatch(parts.shape.replace("D-C", "DC"))
    if not match:
        return parts, []
    length = 1 + len(match["clock"]) // 2  # "C" or "C-C"
    counts = range(length, len(parts.clocks) + 1, length)
    zones = [[zone for zone in parts.zones if zone.clocks == count] for count in counts]
    if not all(zones) or len(parts.clocks) % length or sum(map(len, zones)) != len(parts.zones):
        return parts, []
    found = [
        replace(parts, clocks=parts.clocks[count - length : count], zones=each, shape=match["clock"])
        for count, each in zip(counts, zones, strict=True)
    ]
    shape = f"{match['before'] or ''}{match['clock']}{match['after'] or ''}"
    main = replace(found[0], shape=shape, zones=[replace(zone, clocks=length) for zone in found[0].zones])
    return main, found[1:]


def _other_clock(parts: PhraseParts, at: tuple[date, Clock | None], record_zone: str | None) -> OtherClock:
    start, end = _clocks(parts, parts.shape)
    day = at[0]
    zone, _ = one_zone(parts, settle_labels(parts, parts.zones, record_zone, day, None), has_two_moments=False)
    if not start or not zone:
        raise parts.error(parts.words, Sentence("a time has no zone."), Sentence("Write one moment in each line."))
    words = " - ".join(clock.words for clock in parts.clocks)
    return OtherClock(f"{words} {zone.words}", start.time_of_day, _time_of(end), zone.name)


def _shape(parts: PhraseParts) -> str:
    # "7 July 2020 - 11.00" and "7 July 2020 – 9 am – Online": a dash may only separate.
    shape = parts.shape.replace("D-C", "DC").replace("~", "-")
    if "D" not in shape:
        raise parts.error(
            parts.words, Sentence("there is no date."), Sentence("Write the day, the month and the year.")
        )
    if "C&" in shape:
        remedy = Sentence("Write 11:00-12:30, or two records.")
        raise parts.error(parts.clocks[-1].words, Sentence("two times are not a range."), remedy)
    shape = shape.replace("&", "-")
    if shape == "D-DC":
        remedy = Sentence("Write when the last day ends, too.")
        raise parts.error(parts.clocks[0].words, Sentence("there are several days and only one time."), remedy)
    if shape not in SHAPES:
        raise DatePhraseError(
            parts.words,
            [zone.words for zone in parts.zones],
            [*(day.words for day in parts.days), *(clock.words for clock in parts.clocks)],
            Sentence("these dates and times do not fit together."),
            Sentence("Write one moment, or one range, in each line."),
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
        raise parts.error(
            tail.words, Sentence("these two days are not next to each other."), Sentence("Make a record of each day.")
        )
    return first, last


def _first_date(parts: PhraseParts, head: Day, last: date) -> date:
    first = _date(parts, head if head.year else replace(head, year=f"{last.year}", weekday=""))
    if first > last and not head.year and first.month != last.month:
        first = _date(parts, replace(head, year=f"{last.year - 1}", weekday=""))  # 30 December - 2 January
        if last - first > _LONGEST_OVER_NEW_YEAR:
            first = last + _ONE_DAY
    if first > last:
        words = f"{head.words} … {parts.days[-1].words}"
        raise parts.error(words, Sentence("the range ends before it begins."), Sentence("Put the earlier day first."))
    _check_weekday(parts, head, first)
    return first


def _date(parts: PhraseParts, day: Day) -> date:
    if not day.year:
        raise parts.error(
            day.words,
            Sentence("{words} has no year.", words=repr(day.words)),
            Sentence("Write the year, in four digits."),
        )
    if not FIRST_YEAR <= int(day.year) <= LAST_DAY.year:
        reason = Sentence(
            "the year {year} is not between {first} and {last}.", year=day.year, first=FIRST_YEAR, last=LAST_DAY.year
        )
        raise parts.error(day.words, reason, Sentence("Check the year."))
    try:
        found = date(int(day.year), VOCABULARY.months[day.month], int(day.day))
    except ValueError:
        raise parts.error(
            day.words,
            Sentence("there is no day {words}.", words=repr(day.words)),
            Sentence("Check the day and the month."),
        ) from None
    _check_weekday(parts, day, found)
    return found


def _check_weekday(parts: PhraseParts, day: Day, found: date) -> None:
    is_sure = day.weekday not in VOCABULARY.months or any(
        day.weekday in language.weekdays and day.month in language.months for language in LANGUAGES
    )
    if not is_sure:  # "Mar 7 - 8 April": mardi or March
        raise parts.error(
            day.words,
            Sentence("{words} may be a weekday or a month.", words=repr(day.weekday)),
            Sentence("Write it in full."),
        )
    if day.weekday and VOCABULARY.weekdays[day.weekday] != found.weekday():
        reason = Sentence("{day} is a {weekday}.", day=f"{found.day} {found:%B} {found.year}", weekday=f"{found:%A}")
        raise parts.error(day.words, reason, Sentence("Correct the weekday or the date."))


# --- times ---------------------------------------------------------------------------------------


def _clocks(parts: PhraseParts, shape: str) -> tuple[Clock | None, Clock | None]:
    if len(parts.clocks) < 2:  # a start and an end
        start, end = next(iter(parts.clocks), None), None
    else:
        start, end = _with_halves(parts, shape, *parts.clocks)
    is_night = end and end.is_midnight and shape in _ONE_DAY_HOURS  # "8 pm to midnight"
    for clock in (start, None if is_night else end):
        if clock and (clock.is_midnight or (end and clock is start and clock.ends_day)):
            raise parts.error(clock.words, *END_OF_WHICH_DAY)
    return start, end


def _time_of(clock: Clock | None) -> time | None:
    return clock.time_of_day if clock else None


def _with_halves(parts: PhraseParts, shape: str, start: Clock, end: Clock) -> tuple[Clock, Clock]:
    if start.half and not end.half and not end.is_24_hour and end.hour <= _HALF_DAY:
        raise _half_missing(parts, end)
    takes_half = end.half and not start.half and not start.is_24_hour and 1 <= start.hour <= _HALF_DAY
    if takes_half and shape not in _TWO_MOMENTS:
        start = replace(start, half=end.half)
        if start.time_of_day >= end.time_of_day:
            raise _half_missing(parts, start)
    return start, end


def _half_missing(parts: PhraseParts, clock: Clock) -> DatePhraseError:
    return parts.error(
        clock.words, Sentence("{words} may be am or pm.", words=clock.words), Sentence("Write am or pm at both ends.")
    )


def _day_of_end(parts: PhraseParts, shape: str, begin: tuple[date, Clock], finish: tuple[date, Clock]) -> date:
    """Return the day of the end: the next one for a range of hours over midnight."""
    start, (last, end) = begin[1].time_of_day, (finish[0], finish[1].time_of_day)
    if finish[1].ends_day:
        return _day_after(parts, last)
    # "29-30 June, 22:00-02:00" may be each night, or one long one: hours of several days must ascend.
    if (begin[0], start) < (last, end) and (start < end or shape in _TWO_MOMENTS):
        return last
    night = (_since_midnight(end) - _since_midnight(start)) % _ONE_DAY
    if len(parts.days) == 1 and timedelta() < night <= _LONGEST_NIGHT:
        return last + _ONE_DAY
    reason = Sentence("the range ends before it begins, or on a day that is not written.")
    raise parts.error(parts.clocks[1].words, reason, Sentence("Write the day of the end, too."))


def _day_after(parts: PhraseParts, day: date) -> date:
    if day >= LAST_DAY:
        raise parts.error(
            parts.words, Sentence("it ends after {year}.", year=LAST_DAY.year), Sentence("Check the year.")
        )
    return day + _ONE_DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


# --- zones --------------------------------------------------------------------------------------


def _end_by_duration(
    parts: PhraseParts, shape: str, begin: tuple[date, Clock | None], finish: tuple[date, Clock | None]
) -> tuple[Clock, date]:
    """Return the end of what takes a printed time, and its day; a printed end must be the same."""
    (day, start), (_, end) = begin, finish
    if start is None or shape in ("D-DC-C", "C-CD-D", *_TWO_MOMENTS):
        raise parts.error(
            parts.words,
            Sentence("a duration needs one day and the hour of the beginning."),
            Sentence("Write both ends."),
        )
    until = datetime.combine(day, start.time_of_day, UTC) + timedelta(minutes=parts.minutes)
    if end and end.time_of_day != until.time().replace(tzinfo=None):
        raise parts.error(
            end.words, Sentence("the duration and the end do not agree."), Sentence("Take one of the two out.")
        )
    return Clock(until.hour, until.minute, is_24_hour=True), until.date()


def _check_clock_of_place(parts: PhraseParts, record_zone: str | None, around: datetime) -> None:
    """Check that the place behind a time without a zone has the same clock as the record. Raise DatePhraseError."""
    names = [name if name_key(name) in city_zones() else place_name(name) for name in parts.place.split(", ")]
    zones = {city_zones().get(name_key(name)) for name in names} - {None}
    if not zones and all(map(is_venue, names)):
        return
    clocks = {around.astimezone(tzinfo_of(zone)).utcoffset() for zone in zones if zone}
    if record_zone and clocks == {around.astimezone(tzinfo_of(record_zone)).utcoffset()}:
        return
    reason = Sentence(
        "it does not say whether {words} is the clock of {place}.", words=parts.clocks[0].words, place=", ".join(names)
    )
    raise parts.error(
        parts.place, reason, Sentence("Write the zone behind the time: Brussels time, heure de Paris, UTC.")
    )


def _zone(
    parts: PhraseParts,
    shape: str,
    record_zone: str | None,
    begin: tuple[date, Clock | None],
    finish: tuple[date, Clock | None],
) -> tuple[Zone | None, str | None]:
    has_two_moments = shape in _TWO_MOMENTS
    tail = [zone for zone in parts.zones if has_two_moments and zone.clocks == len(parts.clocks)]
    head = [zone for zone in parts.zones if zone not in tail]
    settled = [
        each
        for zones, (day, clock) in ((head, begin), (tail, finish))
        for each in settle_labels(parts, zones, record_zone, day, _time_of(clock))
    ]
    return one_zone(parts, settled, has_two_moments=has_two_moments)
