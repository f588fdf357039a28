"""From the words of the calendar file to records that mean something, with every problem on the way.

Nothing is guessed: what cannot be understood becomes a problem at the place where it stands, and the
record is not made. Notes are problems that do not stop a record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from calendar_service.records.countries import COUNTRIES, zones_of_country
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.errors import CalendarError, Path, Problem, Severity
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import first_day
from calendar_service.records.record import (
    Calendar,
    Change,
    Contact,
    Link,
    Milestone,
    Place,
    Record,
    Schedule,
    Session,
    TimeSpan,
)
from calendar_service.records.repeats import check_first_day, days_from, is_portable, read_rule
from calendar_service.records.source import ContactShape, HappeningShape, PlaceShape, TenderShape
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_time
from calendar_service.records.words import read_when
from calendar_service.records.zones import abbreviation, offset_words, zone_of_label

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from calendar_service.records.record import Span
    from calendar_service.records.repeats import Rule
    from calendar_service.records.source import AnyRecordShape, CalendarShape, SessionShape
    from calendar_service.records.texts import Text
    from calendar_service.records.times import Fold
    from calendar_service.records.words import When

T = TypeVar("T")
_ONLINE_WORDS = frozenset({"online", "en ligne"})
_ENOUGH = 3


class Unordered(CalendarError):
    """Two moments of one record stand in an order that cannot be."""


@dataclass(frozen=True)
class Resolved:
    """A record, or None where it has errors, with all that there is to say about it."""

    record: Record | None
    problems: list[Problem]


def resolve_calendar(shape: CalendarShape) -> Calendar:
    """Give the calendar's own part its meaning."""
    default = shape.languages[0]
    return Calendar(
        id=shape.id,
        name=_text(shape.name, default),
        zone=shape.timezone,
        languages=tuple(dict.fromkeys(shape.languages)),
        description=_text(shape.description, default),
        url=shape.url or "",
        reminders=tuple(shape.reminders or ()),
        day_first=bool(shape.day_first),
    )


def resolve_record(shape: AnyRecordShape, calendar: Calendar, path: Path) -> Resolved:
    """Give a record its meaning; `path` is where it stands in the file."""
    reading = _Reading(calendar, path, shape.fold)
    record = reading.record(shape)
    failed = any(problem.severity is Severity.ERROR for problem in reading.problems)
    return Resolved(None if failed else record, reading.problems)


class _Reading:
    """One pass over one record, collecting problems instead of stopping at the first."""

    def __init__(self, calendar: Calendar, path: Path, fold: Fold | None) -> None:
        self.calendar = calendar
        self.path = path
        self.fold = fold
        self.problems: list[Problem] = []
        self.said_online = False

    # -- collecting -----------------------------------------------------------------------------

    def attempt(self, field: Path, value: object, read: Callable[[], T]) -> T | None:
        """Run `read`; an error becomes a problem at `field` and None is returned."""
        try:
            return read()
        except CalendarError as error:
            self.problems.append(Problem((*self.path, *field), error.message, value, error.remedy))
            return None

    def note(self, field: Path, message: str, value: object, remedy: str = "") -> None:
        self.problems.append(Problem((*self.path, *field), message, value, remedy, Severity.NOTE))

    # -- the record -----------------------------------------------------------------------------

    def record(self, shape: AnyRecordShape) -> Record | None:
        language = self.default_language(shape)
        self.check_text_languages(shape)
        is_happening = isinstance(shape, HappeningShape)
        schedule = self.schedule(shape) if is_happening else None
        milestones = self.happening_stones(shape, schedule) if is_happening else self.tender_stones(shape)
        sessions = self.sessions(shape, language) if is_happening else ()
        place = self.place(shape, language)
        if is_happening and schedule is None:
            return None
        title = _text(shape.title, language)
        record = Record(
            id=shape.id,
            kind=shape.kind,
            title=title,
            status=shape.status or Status.CONFIRMED,
            summary=_text(shape.summary, language),
            url=shape.url or "",
            place=place,
            zone=self.place_zone(shape, place, schedule),
            tags=tuple(dict.fromkeys(shape.tags or ())),
            languages=tuple(dict.fromkeys(shape.languages or title)),
            countries=tuple(dict.fromkeys(shape.countries or ())),
            organisers=tuple(_text(each, language) for each in shape.organisers or ()),
            contact=_contact(shape.contact),
            documents=tuple(Link(_text(each.title, language), each.url) for each in shape.documents or ()),
            reminders=tuple(shape.reminders or ()),
            note_of_change=_text(shape.note_of_change, language),
            schedule=schedule,
            sessions=sessions,
            milestones=milestones,
        )
        if isinstance(shape, TenderShape):
            return replace(record, buyer=_text(shape.buyer, language), reference=shape.reference or "")
        registration = shape.registration and shape.registration.url
        return replace(record, join=shape.join or "", registration_url=registration or "")

    def default_language(self, shape: AnyRecordShape) -> str:
        """Give the language of texts that are written without one."""
        own = [code for code in shape.languages or () if code in self.calendar.languages]
        return own[0] if own else self.calendar.languages[0]

    def check_text_languages(self, shape: AnyRecordShape) -> None:
        for field in ("title", "summary", "note_of_change", "buyer"):
            text = getattr(shape, field, None)
            for code in text if isinstance(text, dict) else ():
                if code not in self.calendar.languages:
                    known = ", ".join(self.calendar.languages)
                    message = f"the calendar has no language {code!r}; it has {known}."
                    remedy = "Add it to calendar.languages or correct the code."
                    self.problems.append(Problem((*self.path, field, code), message, code, remedy))

    # -- times ----------------------------------------------------------------------------------

    def when(self, field: Path, words: str | None) -> When | None:
        if words is None:
            return None
        found = self.attempt(field, words, lambda: read_when(words, day_first=self.calendar.day_first))
        self.said_online = self.said_online or bool(found and found.online)
        return found

    def zone_of(self, when: When) -> str:
        if when.zone == "CET":
            return zone_of_label(self.calendar.zone)
        return when.zone or self.calendar.zone

    def civil(self, field: Path, when: When, *, end: bool = False) -> CivilTime | None:
        day, clock = (when.last, when.end) if end else (when.first, when.start)
        if clock is None:
            return None
        zone = self.zone_of(when)
        civil = self.attempt(field, when.words, lambda: civil_time(day, clock, zone, self.fold))
        if civil and not end:
            self.note_season(field, when, civil)
        return civil

    def note_season(self, field: Path, when: When, civil: CivilTime) -> None:
        """Say so where "CET" stands beside a summer time, since it has two readings."""
        actual = abbreviation(civil.instant, civil.zone)
        if when.zone == "CET" and when.label and actual != when.label:
            self.note(
                field,
                f"{when.label!r} is read as the civil time of {civil.zone}, which is {actual} "
                f"({offset_words(civil.instant, civil.zone)}) on that day: {civil.instant:%Y-%m-%dT%H:%MZ}.",
                when.words,
                "If a fixed offset was meant, write it as UTC+01:00.",
            )

    def deadline(self, field: Path, words: str | None) -> Milestone | None:
        """Read a point by which something must be done; a bare date means the end of that day."""
        when = self.when(field, words)
        if when is None:
            return None
        if when.first != when.last or when.end is not None:
            self.attempt(field, words, lambda: _refuse("a deadline is one moment, not a range.", "Write its end only."))
            return None
        at = self.civil(field, when) if when.start else EndOfDay(when.first, self.zone_of(when))
        return Milestone(at, when.words) if at else None

    def date_or_time(self, field: Path, words: str | None) -> Milestone | None:
        """Read a point at which something happens; a bare date means that day."""
        when = self.when(field, words)
        span = when and self.span(field, when)
        if when is None or span is None:
            return None
        return Milestone(span.starts if isinstance(span, TimeSpan) else span, when.words)

    def span(self, field: Path, when: When) -> Span | None:
        if when.start is None:
            return DaySpan(when.first, when.last)
        starts = self.civil(field, when)
        ends = self.civil(field, when, end=True)
        if starts is None or (when.end and ends is None):
            return None
        return self.ordered_span(field, TimeSpan(starts, ends), when.words)

    def ordered_span(self, field: Path, span: Span, words: str) -> Span | None:
        backwards = (
            span.last < span.first
            if isinstance(span, DaySpan)
            else span.ends is not None and span.ends.instant <= span.starts.instant
        )
        if backwards:
            self.attempt(field, words, lambda: _refuse("it ends before it starts.", "Correct one of the two."))
            return None
        return span

    # -- schedules ------------------------------------------------------------------------------

    def schedule(self, shape: HappeningShape) -> Schedule | None:
        found = self.span_of(shape)
        if found is None:
            return None
        span, words = found
        rule = shape.repeats and self.attempt(("repeats",), shape.repeats, lambda: _rule(shape.repeats or "", span))
        if not rule:
            self.refuse_orphans(shape)
            return None if shape.repeats else Schedule(span, words)
        excepted = [self.rule_day(("except", n), each, rule, span) for n, each in enumerate(shape.except_ or ())]
        changes = self.changes(shape, rule, span, {day for day in excepted if day})
        self.refuse_sessions(shape)
        return Schedule(span, words, rule, tuple(sorted(day for day in excepted if day)), changes)

    def span_of(self, shape: HappeningShape) -> tuple[Span, str] | None:
        if (shape.when is None) == (shape.starts is None):
            self.attempt(
                (),
                None,
                lambda: _refuse("it needs either `when` or `starts`.", "Write when: 7 July 2027 at 11.00-12.30 CET"),
            )
            return None
        if shape.when is not None:
            if shape.ends is not None:
                self.attempt(
                    ("ends",),
                    shape.ends,
                    lambda: _refuse("`ends` goes with `starts`.", "Write both times in `when`, or use `starts`."),
                )
                return None
            when = self.when(("when",), shape.when)
            span = when and self.span(("when",), when)
            return (span, when.words) if when and span else None
        return self.span_from_ends(shape.starts or "", shape.ends)

    def span_from_ends(self, starts: str, ends: str | None) -> tuple[Span, str] | None:
        first, last = self.when(("starts",), starts), self.when(("ends",), ends)
        if first is None or (ends and last is None):
            return None
        words = f"{starts} - {ends}" if ends else starts
        if last and (first.start is None) != (last.start is None):
            self.attempt(
                ("ends",),
                ends,
                lambda: _refuse("`starts` and `ends` must both have a time, or neither.", "Add the time."),
            )
            return None
        if first.start is None:
            day_span = self.ordered_span(("ends",), DaySpan(first.first, last.last if last else first.last), words)
            return (day_span, words) if day_span else None
        start_civil = self.civil(("starts",), first)
        end_civil = self.civil(("ends",), last) if last else None
        if start_civil is None or (last and end_civil is None):
            return None
        span = self.ordered_span(("ends",), TimeSpan(start_civil, end_civil), words)
        return (span, words) if span else None

    def refuse_orphans(self, shape: HappeningShape) -> None:
        for field, value in (("except", shape.except_), ("changes", shape.changes)):
            if value and not shape.repeats:
                self.attempt(
                    (field,),
                    None,
                    lambda field=field: _refuse(f"`{field}` needs `repeats`.", "Say how the record repeats."),
                )

    def refuse_sessions(self, shape: HappeningShape) -> None:
        if shape.sessions:
            self.attempt(
                ("sessions",),
                None,
                lambda: _refuse("a record that repeats cannot have sessions.", "Write them in the summary."),
            )

    def rule_day(self, field: Path, words: str, rule: Rule, span: Span) -> date | None:
        """Read the day of an occurrence, which must be one that the rule gives."""
        when = self.when(field, words)
        if when is None:
            return None
        nearest = next(days_from(rule, first_day(span), when.first), None)
        if nearest == when.first:
            return nearest
        following = f" The next one is {nearest.isoformat()}." if nearest else ""
        self.attempt(
            field,
            words,
            lambda: _refuse("the record does not come on that day.", f"Name a day on which it does.{following}"),
        )
        return None

    def changes(self, shape: HappeningShape, rule: Rule, span: Span, excepted: set[date]) -> tuple[Change, ...]:
        found: dict[date, Change] = {}
        for number, each in enumerate(shape.changes or ()):
            field: Path = ("changes", number)
            day = self.rule_day((*field, "occurrence"), each.occurrence, rule, span)
            if (each.when is None) == (each.status is None):
                self.attempt(
                    field, None, lambda: _refuse("it needs either `when` or `status: cancelled`.", "Write one of them.")
                )
            if day in found or day in excepted:
                self.attempt(
                    (*field, "occurrence"),
                    each.occurrence,
                    lambda: _refuse("this day has been named before.", "Keep one."),
                )
            when = self.when((*field, "when"), each.when)
            moved = when and self.span((*field, "when"), when)
            if moved and type(moved) is not type(span):
                self.attempt(
                    (*field, "when"),
                    each.when,
                    lambda: _refuse("the whole record must have times, or none.", "Write it like the first date."),
                )
            if day:
                found[day] = Change(day, moved or None, each.when or "")
        return tuple(found[day] for day in sorted(found))

    def sessions(self, shape: HappeningShape, language: str) -> tuple[Session, ...]:
        found = [self.session(number, each, language) for number, each in enumerate(shape.sessions or ())]
        names = [each.id for each in shape.sessions or ()]
        for number, name in enumerate(names):
            if name in names[:number]:
                self.attempt(
                    ("sessions", number, "id"), name, lambda: _refuse("another session has this id.", "Choose another.")
                )
        return tuple(session for session in found if session)

    def session(self, number: int, shape: SessionShape, language: str) -> Session | None:
        field: Path = ("sessions", number, "when")
        when = self.when(field, shape.when)
        span = when and self.span(field, when)
        if not when or not span:
            return None
        return Session(shape.id, _text(shape.title, language), span, when.words, _place(shape.place, language))

    # -- milestones -----------------------------------------------------------------------------

    def happening_stones(self, shape: HappeningShape, schedule: Schedule | None) -> dict[MomentName, Milestone]:
        closes = shape.registration and self.deadline(("registration", "closes"), shape.registration.closes)
        if not closes:
            return {}
        if schedule and schedule.rule is None:
            end = instant_bounds(schedule.span, self.calendar.zone)[1]
            self.attempt(
                ("registration", "closes"),
                closes.words,
                lambda: _require(
                    self.instant(closes) <= end, "registration closes after the end.", "Correct one of the two."
                ),
            )
        return {MomentName.REGISTRATION_CLOSES: closes}

    def tender_stones(self, shape: TenderShape) -> dict[MomentName, Milestone]:
        found = {
            MomentName.QUESTIONS_BY: self.deadline(("questions_by",), shape.questions_by),
            MomentName.CLOSES: self.deadline(("closes",), shape.closes),
            MomentName.OPENS: self.date_or_time(("opens",), shape.opens),
            MomentName.AWARD_EXPECTED: self.date_or_time(("award_expected",), shape.award_expected),
        }
        stones = {name: stone for name, stone in found.items() if stone}
        names = list(stones)
        for earlier, later in zip(names, names[1:], strict=False):
            self.check_order(earlier, stones[earlier], later, stones[later])
        return stones

    def check_order(self, earlier: MomentName, first: Milestone, later: MomentName, second: Milestone) -> None:
        self.attempt(
            (later if later is not MomentName.CLOSES else earlier,),
            second.words if later is not MomentName.CLOSES else first.words,
            lambda: _require(
                self.instant(first) <= self.instant(second, at_end=True),
                f"{later} ({second.words}) comes before {earlier} ({first.words}).",
                "Correct one of the two.",
            ),
        )

    def instant(self, stone: Milestone, *, at_end: bool = False) -> object:
        return instant_bounds(stone.at, self.calendar.zone)[1 if at_end else 0]

    # -- places ---------------------------------------------------------------------------------

    def place(self, shape: AnyRecordShape, language: str) -> Place | None:
        place = _place(shape.place, language)
        if place is None and (self.said_online or shape.kind is Kind.WEBINAR):
            return Place(online=True)
        return replace(place, online=True) if place and self.said_online else place

    def place_zone(self, shape: AnyRecordShape, place: Place | None, schedule: Schedule | None) -> str | None:
        if shape.timezone or place is None or place.country is None:
            return shape.timezone
        zones = zones_of_country(place.country)
        if len(zones) == 1:
            return zones[0]
        if schedule and isinstance(schedule.span, TimeSpan) and len(zones) > 1:
            named = ", ".join(zones[:_ENOUGH]) + (" and others" if len(zones) > _ENOUGH else "")
            country = COUNTRIES[place.country]
            message = f"{country} has several time zones ({named}), so the local time is not shown."
            self.note(("place",), message, place.country, f"Say which: timezone: {zones[0]}")
        return None


def _refuse(message: str, remedy: str) -> None:
    raise Unordered(message, remedy=remedy)


def _require(condition: bool, message: str, remedy: str) -> None:
    if not condition:
        _refuse(message, remedy)


def _rule(words: str, span: Span) -> Rule:
    rule = read_rule(words)
    check_first_day(rule, first_day(span))
    if rule.is_endless and not is_portable(rule, first_day(span)):
        raise CalendarError(
            f"{words!r} never ends, and calendar programs cannot all follow such a rule.",
            remedy="Say until when: … until December 2030",
        )
    return rule


def _text(value: str | dict[str, str] | None, language: str) -> Text:
    if value is None:
        return {}
    return {language: value} if isinstance(value, str) else dict(value)


def _place(value: str | dict[str, str] | PlaceShape | None, language: str) -> Place | None:
    if value is None:
        return None
    if not isinstance(value, PlaceShape):
        value = PlaceShape(name=value)
    name = _text(value.name, language)
    online = any(text.lower() in _ONLINE_WORDS for text in name.values())
    return Place({} if online else name, _text(value.city, language), value.country, value.address or "", online)


def _contact(value: str | ContactShape | None) -> Contact | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Contact(name=value)
    return Contact(value.name or "", value.email or "", value.url or "")
