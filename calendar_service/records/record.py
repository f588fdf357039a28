"""A record with resolved values: every time in civil form, every text by language.

Editions store these objects and every writer reads them. Instants are derived when needed.
"""

# ruff: noqa: TC001, TC003 (pydantic reads the annotations when the module runs)

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from calendar_service.datephrases.rrule import RecurrenceRule
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.texts import Text, output_languages
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay

Point = CivilTime | EndOfDay | DaySpan
"""A point that a record names: a clock time, the end of a day, or whole days without a clock."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time span between two clock times; `ends` is None if no end was announced."""

    starts: CivilTime
    ends: CivilTime | None = None


Span = DaySpan | TimeSpan


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record happens. `online` may be combined with a country, as for a national conference held online."""

    name: Text = field(default_factory=dict)
    city: Text = field(default_factory=dict)
    country: str | None = None
    address: str = ""
    online: bool = False


@dataclass(frozen=True, slots=True)
class Milestone:
    """A moment of a record, with the words in which it was printed."""

    at: Point
    words: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A deadline that was replaced by a later one, with the day on which that was decided and the reason."""

    at: Point
    words: str
    decided: date | None = None
    reason: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OccurrenceChange:
    """A changed occurrence: moved to `span`, or cancelled if `span` is None; `reason` is why it alone was changed."""

    occurrence: date
    span: Span | None
    words: str = ""
    reason: Text = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an event or webinar happens, once or repeatedly."""

    span: Span
    words: str
    rule: RecurrenceRule | None = None
    excepted: tuple[date, ...] = ()
    changes: tuple[OccurrenceChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One part of an event, with a time of its own."""

    id: str
    title: Text
    span: Span
    words: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A URL with a title."""

    title: Text
    url: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer, and the day on which that was published, if it is known."""

    question: Text
    answer: Text
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact details; any field may be empty."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event, a webinar or a tender.

    `zone` is the place's zone if it is known, else None; times keep the zone they were announced in. `languages` are
    those the record is held or written in. With `correction`, deadlines that move in the edition that adds it were
    mistakes. `extensions` are the deadlines before, oldest first.
    """

    id: str
    kind: Kind
    title: Text
    status: Status = Status.CONFIRMED
    summary: Text = field(default_factory=dict)
    url: str = ""
    place: Place | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    organisers: tuple[Text, ...] = ()
    contact: Contact | None = None
    documents: tuple[Link, ...] = ()
    questions: tuple[Question, ...] = ()
    reminders: tuple[str, ...] = ()
    note_of_change: Text = field(default_factory=dict)
    schedule: Schedule | None = None
    join: str = ""
    registration_url: str = ""
    sessions: tuple[Session, ...] = ()
    milestones: dict[MomentName, Milestone] = field(default_factory=dict)
    buyer: Text = field(default_factory=dict)
    reference: str = ""
    extensions: tuple[Extension, ...] = ()
    correction: bool = False


@dataclass(frozen=True, slots=True)
class WithheldRecord:
    """A record of the file that is not public: a draft, or one that becomes public at a time.

    `publish_at` is that instant (aware), None for a draft; `words` are those of the file.
    """

    record: Record
    publish_at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Settings of the whole calendar.

    `languages[0]` is the default language. `closures` are days on which the organiser's office is closed, in order.
    `tag_labels` are the names of tags, by the tag without case.
    """

    id: str
    name: Text
    zone: str
    languages: tuple[str, ...]
    description: Text = field(default_factory=dict)
    url: str = ""
    reminders: tuple[str, ...] = ()
    day_first: bool = False
    closures: tuple[date, ...] = ()
    tag_labels: dict[str, Text] = field(default_factory=dict)

    @property
    def default_language(self) -> str:
        """The code of the language that stands where none is asked for: the first."""
        return self.languages[0]

    @property
    def shown_languages(self) -> tuple[str, ...]:
        """The codes of the languages of outputs: those that have a catalogue."""
        return tuple(code for code in self.languages if code in output_languages())


_RECORD: TypeAdapter[Record] = TypeAdapter(Record)
_CALENDAR: TypeAdapter[Calendar] = TypeAdapter(Calendar)


def record_to_json(record: Record) -> dict[str, Any]:
    """Return the record as plain JSON values, without fields that have their default."""
    plain: dict[str, Any] = _RECORD.dump_python(record, mode="json", exclude_defaults=True)
    return plain


def record_from_json(plain: dict[str, Any]) -> Record:
    """Return the record that `record_to_json` has written."""
    return _RECORD.validate_python(plain)


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """Return the calendar as plain JSON values, without fields that have their default."""
    plain: dict[str, Any] = _CALENDAR.dump_python(calendar, mode="json", exclude_defaults=True)
    return plain


def calendar_from_json(plain: dict[str, Any]) -> Calendar:
    """Return the calendar that `calendar_to_json` has written."""
    return _CALENDAR.validate_python(plain)
