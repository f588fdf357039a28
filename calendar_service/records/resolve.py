"""Resolve the words of the calendar file into records, and collect every problem.

Nothing is guessed: a value that is not understood becomes a problem at its place, and no record is made. Notes are
problems that do not stop a record. `timing` parses the times and `series` the recurrence; this module assembles the
record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from calendar_service.records.capitals import CAPITAL_ZONES, zones_to_propose
from calendar_service.records.countries import COUNTRIES
from calendar_service.records.enums import DRAFT, Kind, MomentName, Status
from calendar_service.records.errors import Path, Problem, Sentence, Severity
from calendar_service.records.moments import instant_bounds
from calendar_service.records.record import (
    Calendar,
    Contact,
    Extension,
    Link,
    Milestone,
    Place,
    Question,
    Record,
    Session,
    TimeSpan,
    WithheldRecord,
)
from calendar_service.records.record_notes import add_notes
from calendar_service.records.schema import ContactSchema, PlaceSchema, SchemaModel, TenderSchema
from calendar_service.records.series import read_schedule
from calendar_service.records.texts import read_text
from calendar_service.records.times import DaySpan, EndOfDay
from calendar_service.records.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.records.record import Point, Schedule, Span
    from calendar_service.records.schema import (
        AnyRecordShape,
        ExtensionSchema,
        HappeningSchema,
        SessionSchema,
    )

_ONLINE_WORDS = frozenset({"online", "en ligne"})
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Resolved:
    """A record, or None if it has errors, with all its problems; `withheld` if it is not public."""

    record: Record | None
    problems: list[Problem]
    withheld: WithheldRecord | None = None


def resolve_record(
    shape: AnyRecordShape,
    calendar: Calendar,
    path: Path,
    unread: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> Resolved:
    """Return the resolved record and its problems; `path` is its place in the file.

    `unread` are fields that the file has but that did not fit the schema: their absence is not reported again.
    What is suggested is ahead of `now` (aware).
    """
    resolver = _Resolver(calendar, path, shape, unread, now)
    record = resolver.record()
    withheld = resolver.withheld(record)
    problems = resolver.timing.problems
    if record and not unread and all(problem.severity is Severity.NOTE for problem in problems):
        add_notes(resolver.timing, shape, record)
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return Resolved(None, problems) if failed else Resolved(record, problems, withheld)


class _Resolver:
    """Resolves one record."""

    def __init__(
        self, calendar: Calendar, path: Path, shape: AnyRecordShape, unread: frozenset[str], now: datetime | None
    ) -> None:
        self.calendar = calendar
        self.shape = shape
        self.unread = unread
        self.timing = Timing(calendar, path, 0 if "fold" in unread else shape.fold, shape.timezone, now)
        own = [code for code in shape.languages or () if code in calendar.languages]
        # The language of texts that are written without one.
        self.language = own[0] if own else calendar.default_language

    def record(self) -> Record | None:
        """Return the record; None if it has errors."""
        shape = self.shape
        self.check_text_languages()
        if isinstance(shape, TenderSchema):
            milestones = self.tender_milestones(shape)
            return replace(
                self.common(None, milestones, ()),
                buyer=read_text(shape.buyer, self.language),
                reference=shape.reference or "",
                extensions=self.extensions(shape, milestones.get(MomentName.CLOSES)),
            )
        schedule = read_schedule(self.timing, shape, self.language, self.unread)
        milestones = self.happening_milestones(shape, schedule)
        sessions = self.sessions(shape)
        if schedule is None:
            self.common(None, milestones, sessions)
            return None
        registration = shape.registration.url if shape.registration else None
        return replace(
            self.common(schedule, milestones, sessions), join=shape.join or "", registration_url=registration or ""
        )

    def common(
        self, schedule: Schedule | None, milestones: dict[MomentName, Milestone], sessions: tuple[Session, ...]
    ) -> Record:
        """Return the record with the fields that all kinds have."""
        shape, language = self.shape, self.language
        title = read_text(shape.title, language)
        place = self.place()
        return Record(
            id=shape.id,
            kind=shape.kind,
            title=title,
            status=Status.CONFIRMED if shape.status in (None, DRAFT) else Status(shape.status),
            summary=read_text(shape.summary, language),
            url=shape.url or "",
            place=place,
            zone=self.place_zone(place, schedule),
            tags=tuple(dict.fromkeys(shape.tags or ())),
            languages=tuple(dict.fromkeys(shape.languages or title)),
            countries=tuple(dict.fromkeys(shape.countries or ())),
            organisers=tuple(read_text(each, language) for each in shape.organisers or ()),
            contact=_contact(shape.contact),
            documents=tuple(Link(read_text(each.title, language), each.url) for each in shape.documents or ()),
            questions=self.questions(),
            reminders=tuple(shape.reminders or ()),
            note_of_change=read_text(shape.note_of_change, language),
            correction=bool(shape.correction),
            schedule=schedule,
            sessions=sessions,
            milestones=milestones,
        )

    def withheld(self, record: Record | None) -> WithheldRecord | None:
        """Return the record as one that is not public; None if it is, or has errors."""
        words, is_draft = self.shape.publish_at, self.shape.status == DRAFT
        at = self.timing.instant(("publish_at",), words)
        if words and is_draft:
            message = Sentence("a draft does not become public by itself.")
            self.timing.refuse(("publish_at",), message, words, Sentence("Take out this line, or `status: draft`."))
        if record is None or not (words or is_draft):
            return None
        return WithheldRecord(record, at, words or "")

    def check_text_languages(self) -> None:
        """Report texts in languages in which the calendar is not shown: nobody would ever see them."""
        known = ", ".join(self.calendar.languages)
        for field, code in _languages_of(self.shape):
            if code not in self.calendar.languages:
                message = Sentence("the calendar has no language {code}; it has {known}.", code=repr(code), known=known)
                self.timing.refuse(
                    (*field, code), message, None, Sentence("Add it to calendar.languages or correct the code.")
                )

    # -- sessions -------------------------------------------------------------------------------

    def sessions(self, shape: HappeningSchema) -> tuple[Session, ...]:
        """Return the sessions of an event."""
        if shape.sessions and shape.repeats:
            message = Sentence("a record that repeats cannot have sessions.")
            self.timing.refuse(("sessions",), message, None, Sentence("Write them in the summary."))
        names: set[str] = set()
        found = []
        for number, each in enumerate(shape.sessions or ()):
            if each.id in names:
                message = Sentence("another session has this id already.")
                self.timing.refuse(("sessions", number, "id"), message, each.id, Sentence("Choose another."))
            names.add(each.id)
            found.append(self.session(number, each))
        return tuple(session for session in found if session)

    def session(self, number: int, shape: SessionSchema) -> Session | None:
        """Return one session of an event; None if it has errors."""
        found = self.timing.span_at(("sessions", number, "when"), shape.when)
        if found is None:
            return None
        return Session(shape.id, read_text(shape.title, self.language), *found, _place(shape.place, self.language))

    # -- milestones -----------------------------------------------------------------------------

    def happening_milestones(self, shape: HappeningSchema, schedule: Schedule | None) -> dict[MomentName, Milestone]:
        """Return the registration deadline of an event or webinar, by name."""
        field = ("registration", "closes")
        closes = self.timing.deadline(field, shape.registration.closes) if shape.registration else None
        if not closes:
            return {}
        if schedule and schedule.rule is None:
            end = instant_bounds(schedule.span, self.calendar.zone)[1]
            if self.instant(closes) > end:
                message = Sentence("it comes after the end of the event, {words}.", words=schedule.words)
                self.timing.refuse(field, message, closes.words, _remedy_for_late(closes.at, schedule.span))
        return {MomentName.REGISTRATION_CLOSES: closes}

    def tender_milestones(self, shape: TenderSchema) -> dict[MomentName, Milestone]:
        """Return the milestones of a tender by name, after checking their order."""
        found = {
            MomentName.QUESTIONS_BY: self.timing.deadline(("questions_by",), shape.questions_by),
            MomentName.CLOSES: self.timing.deadline(("closes",), shape.closes),
            MomentName.OPENS: self.timing.date_or_time(("opens",), shape.opens),
            MomentName.AWARD_EXPECTED: self.timing.date_or_time(("award_expected",), shape.award_expected),
        }
        milestones = {name: milestone for name, milestone in found.items() if milestone}
        for earlier, later in pairwise(milestones):
            self.check_order(milestones, earlier, later)
        return milestones

    def extensions(self, shape: TenderSchema, present: Milestone | None) -> tuple[Extension, ...]:
        """Return the deadlines that `present` and others have replaced, in order of time."""
        found = [self.extension(number, each) for number, each in enumerate(shape.extensions or ())]
        for number, each in enumerate(found):
            if each and present and instant_bounds(each.at, "UTC") == instant_bounds(present.at, "UTC"):
                message = Sentence("it is the present deadline, which nothing has replaced.")
                remedy = Sentence(
                    "Write the deadline that was replaced, and the present one as `closes` of the record."
                )
                self.timing.refuse(("extensions", number, "closes"), message, each.words, remedy)
        return tuple(sorted(filter(None, found), key=lambda each: instant_bounds(each.at, "UTC")))

    def extension(self, number: int, shape: ExtensionSchema) -> Extension | None:
        """Return one deadline that was replaced; None if it has errors."""
        field = ("extensions", number)
        closes = self.timing.deadline((*field, "closes"), shape.closes)
        decided = self.timing.day((*field, "decided"), shape.decided)
        reason = read_text(shape.reason, self.language)
        return Extension(closes.at, closes.words, decided, reason) if closes else None

    def questions(self) -> tuple[Question, ...]:
        """Return the questions with their answers."""
        return tuple(
            Question(
                read_text(each.q, self.language),
                read_text(each.a, self.language),
                self.timing.day(("questions", number, "published"), each.published),
            )
            for number, each in enumerate(self.shape.questions or ())
        )

    def check_order(self, milestones: dict[MomentName, Milestone], earlier: MomentName, later: MomentName) -> None:
        """Report a moment that comes before the one it must follow; `closes` is taken as correct."""
        first, second = milestones[earlier], milestones[later]
        if self.instant(first) <= self.instant(second, at_end=True):
            return
        remedy = Sentence("Correct one of the two.")
        if later is MomentName.CLOSES:
            message = Sentence("it comes after `{name}`, {words}.", name=later, words=second.words)
            self.timing.refuse((earlier,), message, first.words, remedy)
        else:
            message = Sentence("it comes before `{name}`, {words}.", name=earlier, words=first.words)
            if later is MomentName.OPENS:
                remedy = Sentence(
                    "Correct one of the two; `opens` is when the bids are opened, not when the call begins."
                )
            self.timing.refuse((later,), message, second.words, remedy)

    def instant(self, milestone: Milestone, *, at_end: bool = False) -> datetime:
        """Return the instant (UTC) at which a milestone begins, or ends."""
        return instant_bounds(milestone.at, self.calendar.zone)[1 if at_end else 0]

    # -- places ---------------------------------------------------------------------------------

    def place(self) -> Place | None:
        """Return the place; online for a webinar, and if the words of the time say so."""
        place = _place(self.shape.place, self.language)
        says_online = self.timing.says_online
        if place is None and (says_online or self.shape.kind is Kind.WEBINAR):
            return Place(online=True)
        return replace(place, online=True) if place and says_online else place

    def place_zone(self, place: Place | None, schedule: Schedule | None) -> str | None:
        """Return the zone of the place if it is given or its country has only one to propose, else None."""
        if self.shape.timezone or place is None or place.country is None:
            return self.shape.timezone
        zones = zones_to_propose(place.country)
        if len(zones) == 1:
            return zones[0]
        if zones and not place.online and self.lacks_zone(schedule):
            named = ", ".join(zones[:_ENOUGH]) + (" and others" if len(zones) > _ENOUGH else "")
            country = COUNTRIES[place.country]
            message = Sentence(
                "{country} has several time zones ({zones}), so the local time is not shown.",
                country=country,
                zones=named,
            )
            proposed = CAPITAL_ZONES.get(place.country, "Area/City")
            self.timing.note(("place",), message, place.country, Sentence("Say which: timezone: {zone}", zone=proposed))
        return None

    def lacks_zone(self, schedule: Schedule | None) -> bool:
        """Return True if the clock times of the schedule itself were printed without a zone, and none was written."""
        clocked = schedule is not None and isinstance(schedule.span, TimeSpan)
        without_zone = any(field[0] in {"when", "starts", "ends"} for field, _, _ in self.timing.without_zone)
        return clocked and without_zone and "timezone" not in self.unread


def _remedy_for_late(closes: Point, span: Span) -> str:
    """Return the remedy for a registration that closes after the event; a bare date lasts until midnight."""
    if isinstance(span, DaySpan) or not isinstance(closes, EndOfDay) or closes.day != (span.ends or span.starts).day:
        return Sentence("Correct one of the two.")
    return Sentence(
        "Give the hour, such as {words}.",
        words=f"{closes.day.day} {closes.day:%B %Y}, {span.starts.clock:%H:%M}",
    )


def _languages_of(value: object, field: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the languages in which texts are written, each with the field of its text."""
    if isinstance(value, SchemaModel):
        for name, each in value:
            if isinstance(each, (SchemaModel, list, dict)):
                yield from _languages_of(each, (*field, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _languages_of(each, (*field, number))
    elif isinstance(value, dict):
        yield from ((field, code) for code in value)


def _place(value: str | PlaceSchema | None, language: str) -> Place | None:
    if value is None:
        return None
    # Only a name is not made into a shape: what was trimmed to nothing is a problem already, and no shape holds it.
    name = read_text(value.name if isinstance(value, PlaceSchema) else value, language)
    online = any(text.lower() in _ONLINE_WORDS for text in name.values())
    place = Place({} if online else name, online=online)
    if not isinstance(value, PlaceSchema):
        return place
    return replace(place, city=read_text(value.city, language), country=value.country, address=value.address or "")


def _contact(value: str | ContactSchema | None) -> Contact | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Contact(name=value)
    return Contact(value.name or "", value.email or "", value.url or "")
