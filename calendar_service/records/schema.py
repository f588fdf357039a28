"""Schema of the calendar file: every field, with its value as people write it.

Values stay text here; `resolve` interprets them. The JSON Schema that editors use for completion is generated from
these models, so each field has a description for people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StringConstraints,
    Tag,
)

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.enums import Kind
from calendar_service.records.errors import CalendarError, Sentence, suggest
from calendar_service.records.leads import read_lead
from calendar_service.records.texts import check_language, clean_input_block, clean_input_line
from calendar_service.records.zones import tzinfo_of

if TYPE_CHECKING:
    from collections.abc import Callable

_HOST = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_SLUG = r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?"
_URL = re.compile(r"[!#-;=?-\[\]_a-z~%]+", re.ASCII)


def _digit(value: object) -> object:
    return int(value) if isinstance(value, str) and value in {"0", "1"} else value


def _check_zone(name: str) -> str:
    tzinfo_of(name)
    return name


def _check_lead(words: str) -> str:
    read_lead(words)
    return words


def _check_country(code: str) -> str:
    if code.upper() not in COUNTRIES:
        near = suggest(code, COUNTRIES.values())
        named = [
            Sentence("Write {code} for {name}.", code=short, name=name)
            for short, name in COUNTRIES.items()
            if f"{name!r}?" in near
        ]
        remedy = named[0] if named else ""
        raise CalendarError(
            Sentence("{value} is not a country code.", value=repr(code)),
            remedy=remedy or Sentence("Write ISO 3166, as in FR."),
        )
    return code.upper()


def _check_url(url: str) -> str:
    remedy, shown = Sentence("Write an address such as https://example.org/page."), repr(url)
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise CalendarError(Sentence("{value} is not a web address.", value=shown), remedy=remedy) from None
    if parts.scheme == "http" and parts.hostname:
        raise CalendarError(
            Sentence("{value} is not a safe address.", value=shown), remedy=Sentence("Write it with https:// in front.")
        )
    if parts.scheme != "https" or not parts.hostname or not port_is_number:
        raise CalendarError(Sentence("{value} is not a full https address.", value=shown), remedy=remedy)
    if parts.username is not None or not _URL.fullmatch(url):
        raise CalendarError(
            Sentence("{value} holds a character that a web address cannot.", value=shown), remedy=remedy
        )
    return url


Line = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(clean_input_line)]
Block = Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(clean_input_block)]
LanguageCode = Annotated[
    str,
    StringConstraints(max_length=35),
    AfterValidator(check_language),
    Field(json_schema_extra={"pattern": "^[a-z]{2,3}$"}),
]
ONE, MANY = "\0one", "\0many"
"""Marks by which pydantic names the two ways to write a value; no key can hold their NUL."""


def _one_or_many(value: object) -> str:
    return MANY if isinstance(value, (dict, BaseModel)) else ONE


_EITHER = Discriminator(_one_or_many)
LineText = Annotated[
    Annotated[Line, Tag(ONE)] | Annotated[dict[LanguageCode, Line], Field(min_length=1), Tag(MANY)], _EITHER
]
BlockText = Annotated[
    Annotated[Block, Tag(ONE)] | Annotated[dict[LanguageCode, Block], Field(min_length=1), Tag(MANY)], _EITHER
]
Slug = Annotated[str, StringConstraints(pattern=f"^{_SLUG}$")]
ZoneName = Annotated[str, StringConstraints(max_length=100), AfterValidator(_check_zone)]
Country = Annotated[str, StringConstraints(max_length=100), AfterValidator(_check_country)]
Url = Annotated[
    str,
    StringConstraints(max_length=2000),
    AfterValidator(_check_url),
    Field(json_schema_extra={"pattern": "^https://"}),
]
LeadWords = Annotated[str, StringConstraints(max_length=100), AfterValidator(_check_lead)]
PhraseText = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(clean_input_line)]
_TAG = r"^[\w][\w .+&'’-]{0,49}$"
TagWord = Annotated[str, StringConstraints(pattern=_TAG), AfterValidator(clean_input_line)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")]


def describe_type(text: str, *examples: str) -> Any:
    """Return an empty field with a description, which editors show."""
    return Field(default=None, description=text, examples=list(examples) or None)


FileStatus = Literal["confirmed", "tentative", "postponed", "cancelled", "draft"]


class SchemaModel(BaseModel):
    """Base class of the schema: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceSchema(SchemaModel):
    """Where a record happens. `name: online` means that one can take part from anywhere."""

    name: LineText | None = describe_type("The building or hall, or online.", "Palais de l'Europe")
    city: LineText | None = describe_type("The city.", "Strasbourg")
    country: Country | None = describe_type("The country, ISO 3166 alpha-2.", "FR")
    address: Line | None = describe_type("Street and number.")


PlaceOrName = Annotated[Annotated[Line, Tag(ONE)] | Annotated[PlaceSchema, Tag(MANY)], _EITHER]


class RegistrationSchema(SchemaModel):
    """How to register, and the deadline."""

    url: Url | None = describe_type("Where to register.")
    closes: PhraseText | None = describe_type("When registration closes.", "1 July 2027")


class SessionSchema(SchemaModel):
    """One part of an event, with a time of its own."""

    id: Slug = Field(description="A name that never changes; becomes part of the session's UID.", examples=["opening"])
    title: LineText = Field(description="What the session is called.", examples=["Opening"])
    when: PhraseText = Field(description="When, as the page words it.", examples=["3 May 2027 at 9.30-10.00 CET"])
    place: PlaceOrName | None = describe_type("Where, if elsewhere than the event.")


class ExtensionSchema(SchemaModel):
    """A deadline that was replaced by a later one."""

    closes: PhraseText = Field(description="The deadline that was replaced.", examples=["10 July 2027"])
    decided: PhraseText | None = describe_type("The day on which the extension was decided.", "2 July 2027")
    reason: BlockText | None = describe_type("Why.")


class DocumentSchema(SchemaModel):
    """A file or page that belongs to the record."""

    title: LineText = Field(description="What the document is called.", examples=["Terms of reference"])
    url: Url = Field(description="Where it is.", examples=["https://example.org/terms.pdf"])


class QuestionSchema(SchemaModel):
    """A question that was asked, with its answer."""

    q: BlockText = Field(description="The question.", examples=["Does lot 2 cover Cyprus?"])
    a: BlockText = Field(description="The answer.", examples=["Yes."])
    published: PhraseText | None = describe_type("The day on which the answer was published.", "3 July 2027")


class ContactSchema(SchemaModel):
    """Contact details."""

    name: Line | None = describe_type("A person or office.")
    email: Email | None = describe_type("A public address.")
    url: Url | None = describe_type("A page to write from.")


class ChangeSchema(SchemaModel):
    """A change of one occurrence of a recurring record."""

    occurrence: PhraseText = Field(description="The day on which it would have been.", examples=["9 March 2027"])
    when: PhraseText | None = describe_type("When it is instead.", "10 March 2027 at 10.00-11.00 CET")
    status: Literal["cancelled"] | None = describe_type("cancelled, if it does not take place.")
    reason: BlockText | None = describe_type(
        "Why, if the record's note_of_change does not say it.", "The hall is closed."
    )


class RecordSchema(SchemaModel):
    """Fields of every kind of record."""

    id: Slug = Field(
        description="A name that never changes: it is the record's page and its UID in calendars.",
        examples=["refugee-day-2027"],
    )
    title: LineText = Field(
        description="One text, or one per language: {en: …, fr: …}.", examples=["World Refugee Day"]
    )
    summary: BlockText | None = describe_type("A few sentences.")
    url: Url | None = describe_type("The page that tells more.")
    place: PlaceOrName | None = describe_type("online, a name, or {name, city, country, address}.")
    timezone: ZoneName | None = describe_type(
        "The zone it is scheduled in: a time without a zone is in this one. Pages show it beside the programme's.",
        "Asia/Seoul",
    )
    status: FileStatus | None = describe_type("confirmed unless it says otherwise; draft: nothing of it is public.")
    publish_at: PhraseText | None = describe_type(
        "When it becomes public by itself; until then nothing of it is.", "25 November 2027, 14:00 CET"
    )
    tags: Annotated[list[TagWord], Field(max_length=50)] | None = describe_type("Words to select by.")
    languages: Annotated[list[LanguageCode], Field(max_length=50)] | None = describe_type(
        "The languages it is held in or written in.", "[en]"
    )
    countries: Annotated[list[Country], Field(max_length=300)] | None = describe_type(
        "The countries it concerns, ISO 3166.", "[FR, CY]"
    )
    organisers: Annotated[list[LineText], Field(max_length=100)] | None = describe_type("Who organises it.")
    contact: Annotated[Annotated[Line, Tag(ONE)] | Annotated[ContactSchema, Tag(MANY)], _EITHER] | None = describe_type(
        "Whom to ask."
    )
    documents: Annotated[list[DocumentSchema], Field(max_length=200)] | None = describe_type(
        "Files and pages that belong to it."
    )
    questions: Annotated[list[QuestionSchema], Field(max_length=200)] | None = describe_type(
        "Questions and answers on it, oldest first."
    )
    reminders: Annotated[list[LeadWords], Field(max_length=20)] | None = describe_type(
        "When to remind, instead of the calendar's.", "[14 days, 24 hours]"
    )
    note_of_change: BlockText | None = describe_type("The reason, shown where a date has moved; alone, a corrigendum.")
    correction: bool | None = describe_type(
        "true beside a change that corrects a mistake: subscribers hear of it, but it does not count as an extension."
    )
    fold: Annotated[Literal[0, 1], BeforeValidator(_digit)] | None = describe_type(
        "0 or 1: which of a local time that happens twice is meant."
    )


class HappeningSchema(RecordSchema):
    """Fields of events and webinars."""

    when: PhraseText | None = describe_type("Day and time as the page words it.", "7 July 2020 at 11.00-12.30 CET")
    starts: PhraseText | None = describe_type("The start, if not written as `when`.", "2027-03-15T11:00")
    ends: PhraseText | None = describe_type("The end, beside `starts`.", "2027-03-15T12:30")
    join: Url | None = describe_type("The link to take part online.")
    registration: RegistrationSchema | None = describe_type("How to register and until when.")
    sessions: Annotated[list[SessionSchema], Field(max_length=200)] | None = describe_type(
        "Parts with their own times."
    )
    repeats: PhraseText | None = describe_type(
        "How it comes again.", "every year", "every second Tuesday of the month until June 2027"
    )
    except_: Annotated[list[PhraseText], Field(max_length=500)] | None = Field(
        default=None, alias="except", description="Days on which it does not take place."
    )
    changes: Annotated[list[ChangeSchema], Field(max_length=500)] | None = describe_type(
        "Occurrences that are moved or cancelled."
    )


class EventSchema(HappeningSchema):
    """An event that people attend, or a day that is observed."""

    kind: Literal[Kind.EVENT] = Field(description="event: people attend it, or a day is kept.")


class WebinarSchema(HappeningSchema):
    """An event that people attend online."""

    kind: Literal[Kind.WEBINAR] = Field(description="webinar: people attend it online.")


class TenderSchema(RecordSchema):
    """A call with a closing date."""

    kind: Literal[Kind.TENDER] = Field(description="tender: a call that closes.")
    closes: PhraseText = Field(
        description="The deadline; a bare date means the end of that day.", examples=["10 July 2027"]
    )
    questions_by: PhraseText | None = describe_type("Until when questions are answered.")
    opens: PhraseText | None = describe_type("When the bids are opened; not before it closes.")
    award_expected: PhraseText | None = describe_type("When the award is expected.")
    buyer: LineText | None = describe_type("Who buys.")
    reference: Line | None = describe_type("The call's number.")
    extensions: Annotated[list[ExtensionSchema], Field(max_length=50)] | None = describe_type(
        "The deadlines that were replaced, oldest first, with the days of the decisions."
    )


AnyRecordShape = EventSchema | WebinarSchema | TenderSchema
RECORD_SCHEMAS: dict[str, type[AnyRecordShape]] = {
    Kind.EVENT: EventSchema,
    Kind.WEBINAR: WebinarSchema,
    Kind.TENDER: TenderSchema,
}


class CalendarSchema(SchemaModel):
    """Settings of the whole calendar."""

    id: Annotated[str, StringConstraints(pattern=f"^{_HOST}$", max_length=100)] = Field(
        description="The right side of every UID, such as calendar.example.org; never changes.",
        examples=["calendar.example.org"],
    )
    name: LineText = Field(
        description="What subscribers see as the calendar's name.", examples=["Intercultural Cities"]
    )
    description: BlockText | None = describe_type("One or two sentences on the programme.")
    timezone: ZoneName = Field(
        description="The seat's zone: what CET stands for, and the zone of times without one in most records.",
        examples=["Europe/Paris"],
    )
    languages: list[LanguageCode] = Field(
        min_length=1,
        description="The languages of the pages and feeds; the first is the default.",
        examples=["[en, fr]"],
    )
    url: Url | None = describe_type("The programme's own site.")
    reminders: Annotated[list[LeadWords], Field(max_length=20)] | None = describe_type(
        "When deadlines remind unless they say otherwise."
    )
    day_first: StrictBool | None = describe_type("true if 10/07/2020 means 10 July.")
    tag_labels: Annotated[dict[TagWord, LineText], Field(max_length=500)] | None = describe_type(
        "What tags are called on pages: {youth: {en: Youth, fr: Jeunesse}}."
    )
    closures: Annotated[list[PhraseText], Field(max_length=366)] | None = describe_type(
        "Days on which the office is closed, beside weekends and holidays: no working days.",
        "[24 December 2026 - 1 January 2027]",
    )


class CalendarFileSchema(SchemaModel):
    """The whole file."""

    calendar: CalendarSchema = Field(description="What holds for the whole calendar.")
    records: list[Annotated[AnyRecordShape, Field(discriminator="kind")]] = Field(
        description="Every event, webinar and tender."
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the calendar file."""
    schema = CalendarFileSchema.model_json_schema(by_alias=True)
    _walk(schema, _without_null)
    _walk(schema, _without_other_keys)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Calendar file"}


def _walk(node: object, visit: Callable[[dict[str, Any]], None]) -> None:
    if isinstance(node, dict):
        visit(node)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _walk(child, visit)


def _without_other_keys(node: dict[str, Any]) -> None:
    """Forbid additional keys in texts by language: pydantic allows those that match no pattern."""
    if "patternProperties" in node:
        node["additionalProperties"] = False


def _without_null(node: dict[str, Any]) -> None:
    """Remove null from optional fields: an absent key is not the value null."""
    if node.get("default", ...) is None:
        del node["default"]
    if isinstance(options := node.get("anyOf"), list):
        kept = [option for option in options if option != {"type": "null"}]
        if len(kept) == 1:
            del node["anyOf"]
            node.update(kept[0])
        else:
            node["anyOf"] = kept
