"""Parse the date words of one record into points and spans of time, and collect every problem.

Nothing is guessed: what is not understood becomes a problem of its field.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, TypeVar

from calendar_service.datephrases import parse_when
from calendar_service.records.errors import CalendarError, Path, Problem, Sentence, Severity
from calendar_service.records.record import Milestone, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant, civil_time, write_minute
from calendar_service.records.zones import (
    abbreviation,
    city_words,
    is_iana,
    offset_name,
    offset_words,
    zone_of_label,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from calendar_service.datephrases import DatePhrase
    from calendar_service.records.record import Calendar, Span
    from calendar_service.records.times import Fold

_T = TypeVar("_T")


class OffsetDisagrees(CalendarError):
    """The offset printed behind a zone is not that of the zone on that day."""

    def __init__(self, civil: CivilTime, offset: str) -> None:
        actual = f"{abbreviation(civil.instant, civil.zone)} ({offset_words(civil.instant, civil.zone)})"
        literal = CivilTime(civil.day, civil.clock, offset)
        printed, clock = offset_words(literal.instant, offset), f"{civil.clock:%H:%M}"
        super().__init__(
            Sentence(
                "{clock} in {city} is {actual} on {day}, not {printed}: "
                "it is {by_zone} by the zone and {by_offset} by the offset.",
                clock=clock,
                city=city_words(civil.zone),
                actual=actual,
                day=civil.day.isoformat(),
                printed=printed,
                by_zone=f"{civil.instant:%H:%MZ}",
                by_offset=f"{literal.instant:%H:%MZ}",
            ),
            remedy=Sentence(
                "Which is meant? Write {first}, or {second}.", first=f"{clock} {actual}", second=f"{clock} {offset}"
            ),
        )
        self.civil = civil
        self.offset = offset


class Timing:
    """Parses the times of one record, collecting problems instead of stopping at the first one.

    `zone` is the record's own, in which a time without a zone is; None for the calendar's. What is
    suggested is ahead of `now` (aware). Afterwards `says_online` is True if the words of any time said "online",
    `needs_fold` if one of the times occurs twice; `without_zone` has the times printed without a zone,
    `by_abbreviation` those with an abbreviation of which only the offset is known, as in "EST (UTC-5)".
    """

    def __init__(
        self, calendar: Calendar, path: Path, fold: Fold | None, zone: str | None = None, now: datetime | None = None
    ) -> None:
        self.calendar = calendar
        self.zone = zone or calendar.zone
        self.path = path
        self.fold = fold
        self.now = now
        self.problems: list[Problem] = []
        self.says_online = False
        self.needs_fold = False
        self.without_zone: list[tuple[Path, DatePhrase, CivilTime | EndOfDay]] = []
        self.by_abbreviation: list[tuple[Path, DatePhrase]] = []

    # -- collecting -----------------------------------------------------------------------------

    def attempt(self, field: Path, value: object, read: Callable[[], _T]) -> _T | None:
        """Return the result of `read`; if it raises CalendarError, add a problem of `field` and return None."""
        try:
            return read()
        except CalendarError as error:
            self.refuse(field, error.message, value, error.remedy)
            return None

    def refuse(self, field: Path, message: str, value: object, remedy: str) -> None:
        """Add an error, after which no record is made."""
        self.problems.append(Problem((*self.path, *field), message, value, remedy))

    def note(self, field: Path, message: str, value: object, remedy: str = "") -> None:
        """Add a note, which does not stop the record."""
        self.problems.append(Problem((*self.path, *field), message, value, remedy, Severity.NOTE))

    # -- words ----------------------------------------------------------------------------------

    def when(self, field: Path, words: str | None, *, closing: bool = False) -> DatePhrase | None:
        """Return the parsed date words; None if there are none or they are not understood.

        With `closing`, what is open from one day to another means its end.
        """
        if words is None:
            return None
        day_first, zone = self.calendar.day_first, self.zone
        found = self.attempt(
            field,
            words,
            lambda: parse_when(words, day_first=day_first, zone=zone, with_title=True, closing=closing),
        )
        self.says_online = self.says_online or bool(found and found.online)
        return found

    def one_moment(self, field: Path, words: str | None, remedy: str, *, closing: bool = False) -> DatePhrase | None:
        """Return the parsed date words if they are not a range, else None; with `closing` see `when`."""
        when = self.when(field, words, closing=closing)
        if when and (when.first != when.last or when.end is not None):
            self.refuse(field, Sentence("it must be one moment, not a range."), words, remedy)
            return None
        return when

    # -- points ---------------------------------------------------------------------------------

    def zone_of(self, when: DatePhrase) -> str:
        """Return the zone that the words name, or the record's; "CET" is the civil time of the calendar's seat."""
        if when.zone == "CET":
            return zone_of_label(self.calendar.zone)
        return when.zone or self.zone

    def civil(self, field: Path, when: DatePhrase, *, end: bool = False) -> CivilTime | None:
        """Return the clock time at which the words begin, or end; None if there is none."""
        day, clock = (when.last, when.end) if end else (when.first, when.start)
        if clock is None:
            return None
        zone, offset = self.zone_of(when), (end and when.end_offset) or when.offset
        if end and when.end_offset and not is_iana(zone):  # "EST (UTC-5) to EDT (UTC-4)"
            zone, offset = when.end_offset, None
        civil = self.attempt(field, when.words, lambda: self.fitting(day, clock, zone, offset))
        if civil and not self.fits_other_clocks(field, when, civil, end=end):
            return None
        if civil and not end:
            self.note_season(field, when, civil)
            self.without_zone += [] if when.zone else [(field, when, civil)]
            self.by_abbreviation += [(field, when)] if when.offset and when.offset == when.zone != when.label else []
        return civil

    def fitting(self, day: date, clock: time, zone: str, offset: str | None) -> CivilTime:
        """Return a civil time; of a repeated one, that with the printed offset. Raise OffsetDisagrees."""
        folds: tuple[Fold, Fold] = (0, 1)
        first, second = (civil_time(day, clock, zone, fold) for fold in folds)
        if first == second or offset is None:
            self.needs_fold = self.needs_fold or first != second
            found = civil_time(day, clock, zone, self.fold)
            fits = offset is None or _offset_of(found) == offset
        else:
            found = first if _offset_of(first) == offset else second
            fits = _offset_of(found) == offset
            if fits and self.fold not in (None, found.fold):
                message = Sentence(
                    "`fold: {fold}` is not the {time} of {offset}.",
                    fold=self.fold,
                    time=f"{clock:%H:%M}",
                    offset=offset,
                )
                raise CalendarError(message, remedy=Sentence("Take out the `fold`, or correct the offset."))
        if not fits:
            raise OffsetDisagrees(found, offset or "")
        return found

    def fits_other_clocks(self, field: Path, when: DatePhrase, civil: CivilTime, *, end: bool) -> bool:
        """Return True unless another clock in the words does not show this moment: "15:00 CET / 13:00 GMT"."""
        for other in when.also:
            zone = zone_of_label(self.calendar.zone) if other.zone == "CET" else other.zone
            printed, there = other.end if end else other.start, civil_from_instant(civil.instant, zone)
            if printed != there.clock:
                message = Sentence(
                    "{words} is not the same time as {time} in {city}.",
                    words=repr(other.words),
                    time=f"{civil.clock:%H:%M}",
                    city=city_words(civil.zone),
                )
                remedy = Sentence("Write {time}, or only one of the two.", time=f"{there.clock:%H:%M}")
                self.refuse(field, message, when.words, remedy)
                return False
        return True

    def note_season(self, field: Path, when: DatePhrase, civil: CivilTime) -> None:
        """Add a note if "CET" is printed with a summer time, which can be read in two ways."""
        actual = abbreviation(civil.instant, civil.zone)
        if when.zone == "CET" and when.label and actual != when.label and not when.offset:
            self.note(
                field,
                Sentence(
                    "{label} is read as local time in {zone}, which is {actual} ({offset}) on that day: {instant}.",
                    label=repr(when.label),
                    zone=civil.zone,
                    actual=actual,
                    offset=offset_words(civil.instant, civil.zone),
                    instant=write_minute(civil.instant),
                ),
                when.words,
                Sentence("If UTC+1 was meant, write UTC+01:00."),
            )

    def deadline(self, field: Path, words: str | None) -> Milestone | None:
        """Return a deadline; a bare date means the end of that day. None if it has errors."""
        when = self.one_moment(field, words, Sentence("Write only the last moment."), closing=True)
        if when is None:
            return None
        if when.start is None and when.offset:
            last_second = time(23, 59, 59)
            self.attempt(field, words, lambda: self.fitting(when.first, last_second, self.zone_of(when), when.offset))
        if when.start:
            at: CivilTime | EndOfDay | None = self.civil(field, when)
        else:
            at = EndOfDay(when.first, self.zone_of(when))
            self.without_zone += [] if when.zone else [(field, when, at)]
        return Milestone(at, when.words) if at else None

    def instant(self, field: Path, words: str | None) -> datetime | None:
        """Return the instant of a clock time; None if there are no words or they have errors."""
        when = self.one_moment(field, words, Sentence("Write one day and time."))
        if when is None:
            return None
        if when.start is None:
            self.refuse(
                field,
                Sentence("it has no time."),
                words,
                Sentence("Write the hour too: {words}, 09:00", words=when.words),
            )
            return None
        at = self.civil(field, when)
        return at.instant if at else None

    def day(self, field: Path, words: str | None) -> date | None:
        """Return a whole day; None if there are no words or they have errors."""
        when = self.one_moment(field, words, Sentence("Write one day."))
        if when is not None and (when.start or when.zone):
            self.refuse(field, Sentence("it must be a day without a time."), words, Sentence("Write 2 July 2027."))
        return when.first if when else None

    def date_or_time(self, field: Path, words: str | None) -> Milestone | None:
        """Return a moment; a bare date means that day, or those days. None if it has errors."""
        when = self.when(field, words)
        span = self.span(field, when) if when else None
        if when is None or span is None:
            return None
        if isinstance(span, DaySpan):
            return Milestone(span, when.words)
        if span.ends:
            self.refuse(
                field, Sentence("it must be one moment, not a range."), words, Sentence("Write when it begins.")
            )
            return None
        return Milestone(span.starts, when.words)

    # -- spans ----------------------------------------------------------------------------------

    def span_at(self, field: Path, words: str | None) -> tuple[Span, str] | None:
        """Return the span of a single field, and its words as printed; None if it has errors."""
        when = self.when(field, words)
        span = self.span(field, when) if when else None
        return (span, when.words) if when and span else None

    def span(self, field: Path, when: DatePhrase) -> Span | None:
        """Return the span that words mean: whole days, or clock times. None if it has errors."""
        if when.start is None:
            return DaySpan(when.first, when.last)
        starts = self.civil(field, when)
        ends = self.civil(field, when, end=True)
        if starts is None or (when.end and ends is None):
            return None
        return self.ordered(field, TimeSpan(starts, ends), when.words)

    def span_from_ends(self, starts: str, ends: str | None) -> tuple[Span, str] | None:
        """Return the span of `starts` and `ends`; a zone given in one of them holds for both. None if it has errors."""
        first = self.one_moment(("starts",), starts, Sentence("Write the end in `ends`."))
        last = self.one_moment(("ends",), ends, Sentence("Write only the end."))
        if first is None or (ends and last is None):
            return None
        words = f"{starts} - {ends}" if ends else starts
        if last and (first.start is None) != (last.start is None):
            self.refuse(
                ("ends",),
                Sentence("`starts` and `ends` must both have a time, or neither."),
                ends,
                Sentence("Add the time."),
            )
            return None
        if first.start is None:
            days = self.ordered(("ends",), DaySpan(first.first, last.last if last else first.last), ends or words)
            return (days, words) if days else None
        zone = first.zone or (last.zone if last else None)
        start_civil = self.civil(("starts",), replace(first, zone=zone))
        end_civil = self.civil(("ends",), replace(last, zone=last.zone or zone)) if last else None
        if start_civil is None or (last and end_civil is None):
            return None
        span = self.ordered(("ends",), TimeSpan(start_civil, end_civil), ends or words)
        return (span, words) if span else None

    def ordered(self, field: Path, span: Span, words: str) -> Span | None:
        """Return the span if it does not end before it starts, else None."""
        if isinstance(span, DaySpan):
            is_backwards = span.last < span.first
        else:
            is_backwards = span.ends is not None and span.ends.instant <= span.starts.instant
        if is_backwards:
            self.refuse(field, Sentence("it ends before it starts."), words, Sentence("Correct the start or the end."))
            return None
        return span


def _offset_of(civil: CivilTime) -> str:
    return offset_name(civil.local.utcoffset() or timedelta())
