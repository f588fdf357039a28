"""Parse selections: which records a URL or a subscriber asks for, the same for every output.

`kind`, `tag`, `country`, `language`, `id`, `q`, `from` and `to` filter records; `lang`, `tz`, `alarms` and `cancelled`
choose how they are shown. Names may be repeated, or values separated by commas: several values of one name are
alternatives, different names must all match.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.enums import Kind, Status
from calendar_service.records.errors import CalendarError, gettext_noop, nearest
from calendar_service.records.leads import CalendarLead, ExactLead, UnknownLead, read_lead
from calendar_service.records.texts import LANGUAGE_NAMES, UnfitText, clean_input_line, fold_text
from calendar_service.records.zones import COMMON_ZONES, UnknownZone, canonical_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from calendar_service.records.record import Record
    from calendar_service.records.texts import Text

MAX_PARAMETERS = 20
MAX_VALUE = 200
MAX_ALL_VALUES = 4_100
"""Characters of all values together: twenty of the longest, and the commas between them."""
_LISTS = frozenset({"kind", "tag", "country", "language", "id"})
_WRITE_A_LENGTH = gettext_noop("Write days, weeks, hours or minutes.")
_EARLIEST, _LATEST = date(1970, 1, 1), date(2100, 12, 31)


class BadSelection(CalendarError):
    """A selection has an unknown name or value; `name` and `value` say which.

    `sentence` and `advice` are in the catalogue, with placeholders for `values`: pages show them translated.
    """

    def __init__(self, name: str, value: str, sentence: str, advice: str, **values: str) -> None:
        self.values = {"name": name, "value": value, **values}
        super().__init__(sentence.format(**self.values), remedy=advice.format(**self.values))
        self.name = name
        self.value = value
        self.sentence = sentence
        self.advice = advice


@dataclass(frozen=True)
class Selection:
    """Which records, and how to show them. Empty tuples and None select everything."""

    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    words: str = ""
    first: date | None = None
    last: date | None = None
    lang: str = ""
    zone: str = ""
    alarm: str = ""
    hide_cancelled: bool = False

    @property
    def is_windowed(self) -> bool:
        """Return True if the selection has a time window of its own."""
        return bool(self.first or self.last or self.ids)

    @property
    def is_bounded(self) -> bool:
        """Return True if `from` or `to` bounds what is listed."""
        return bool(self.first or self.last)

    @property
    def has_filters(self) -> bool:
        """Return True if `accepts` may refuse a record."""
        lists = self.kinds or self.ids or self.tags or self.countries or self.languages
        return bool(lists or self.words or self.hide_cancelled)

    def accepts(self, record: Record, tag_labels: Mapping[str, Text]) -> bool:
        """Return True if a record matches kind, tag, country, language, id and words; time is not considered.

        `tag_labels` are the calendar's names of tags, which words are searched in, too.
        """
        return (
            (not self.kinds or record.kind in self.kinds)
            and (not self.ids or record.id in self.ids)
            and (not self.tags or (bool(record.tags) and _meets(self.tags, (tag.casefold() for tag in record.tags))))
            and (not self.countries or _meets(self.countries, countries_of(record)))
            and (not self.languages or _meets(self.languages, record.languages))
            and not (self.hide_cancelled and record.status is Status.CANCELLED)
            and (not self.words or fold_text(self.words) in searchable(record, tag_labels))
        )

    def query(self) -> str:
        """Return the canonical query string: the same for all spellings of one selection."""
        return urlencode(self.pairs(), safe=",/:")

    def pairs(self) -> list[tuple[str, str]]:
        """Return the names and values of the canonical query."""
        pairs = [
            ("kind", ",".join(self.kinds)),
            ("tag", ",".join(self.tags)),
            ("country", ",".join(self.countries)),
            ("language", ",".join(self.languages)),
            ("id", ",".join(self.ids)),
            ("q", self.words),
            ("from", self.first.isoformat() if self.first else ""),
            ("to", self.last.isoformat() if self.last else ""),
            ("lang", self.lang),
            ("tz", self.zone),
            ("alarms", self.alarm),
            ("cancelled", "hide" if self.hide_cancelled else ""),
        ]
        return [(name, value) for name, value in pairs if value]


def countries_of(record: Record) -> tuple[str, ...]:
    """Return the country codes (ISO 3166 alpha-2) that a record is in or concerns."""
    own = (record.place.country,) if record.place and record.place.country else ()
    return own + record.countries


def searchable(record: Record, tag_labels: Mapping[str, Text]) -> str:
    """Return the folded text that `q` is searched in: titles, summaries, place, tags with their names."""
    place = record.place
    texts = [*record.title.values(), *record.summary.values(), *record.tags, *record.buyer.values(), record.reference]
    texts += [name for tag in record.tags for name in tag_labels.get(tag.casefold(), {}).values()]
    if place:
        texts += [*place.name.values(), *place.city.values(), place.address, COUNTRIES.get(place.country or "", "")]
    return fold_text("\n".join(texts))


def read_selection(pairs: Iterable[tuple[str, str]], languages: tuple[str, ...]) -> Selection:
    """Return the selection of query parameters. Raise BadSelection for anything unknown.

    `languages` are those that outputs can be shown in (`lang=`). `from` and `to` are days, both included, in the
    calendar's zone.
    """
    given: dict[str, list[str]] = {}
    length = 0
    for count, (name, value) in enumerate(pairs):
        length += len(value)
        if count >= MAX_PARAMETERS or length > MAX_ALL_VALUES or _is_too_long(name, value):
            raise _too_long(name, value)
        if name not in _PARSERS:
            raise _unknown(name, value, gettext_noop("There is no parameter '{name}'."), name, list(_PARSERS))
        given.setdefault(name, []).append(value)
    parts: dict[str, object] = {}
    for name, values in given.items():
        field_name, parse = _PARSERS[name]
        parts[field_name] = parse(name, values, languages)
    selection = Selection(**parts)  # type: ignore[arg-type]  # each parser returns its field's type
    if selection.first and selection.last and selection.last < selection.first:
        raise BadSelection(
            "to", selection.last.isoformat(), gettext_noop("to= is before from=."), gettext_noop("Swap them.")
        )
    _check_canonical_length(selection)
    return selection


def _check_canonical_length(selection: Selection) -> None:
    """Refuse a selection whose canonical form could not be parsed again: lower case may be longer than upper case."""
    pairs = selection.pairs()
    for name, value in pairs:
        if _is_too_long(name, value) or sum(len(each) for _, each in pairs) > MAX_ALL_VALUES:
            raise _too_long(name, value)


def _is_too_long(name: str, value: str) -> bool:
    parts = value.split(",") if name in _LISTS else [value]
    return len(name) > MAX_VALUE or any(len(part) > MAX_VALUE for part in parts)


def _too_long(name: str, value: str) -> BadSelection:
    return BadSelection(name[:50], value[:50], gettext_noop("The selection is too long."), gettext_noop("Choose less."))


def _meets(wanted: tuple[str, ...], present: Iterable[str]) -> bool:
    return not set(wanted).isdisjoint(present)


def _split(name: str, values: list[str]) -> list[str]:
    found = [part.strip() for value in values for part in value.split(",")]
    for part in found:
        if not part:
            raise BadSelection(
                name,
                ",".join(values),
                gettext_noop("{name}= has an empty value."),
                gettext_noop("Leave it out, or name one."),
            )
    return sorted({_clean(name, part) for part in found})


def _clean(name: str, value: str) -> str:
    try:
        return clean_input_line(value)
    except UnfitText:
        advice = gettext_noop("Take out line breaks and invisible characters; they may have come with a copied text.")
        raise BadSelection(name, value, gettext_noop("{name}= cannot be read."), advice) from None


def _single(name: str, values: list[str]) -> str:
    found = [value.strip() for value in values]
    if len(found) != 1 or not found[0]:
        raise BadSelection(
            name, ",".join(values), gettext_noop("{name}= takes one value."), gettext_noop("Give it once.")
        )
    return _clean(name, found[0])


def _choice(name: str, value: str, known: Iterable[str], advice: str = "") -> str:
    options = [str(each) for each in known]
    if value not in options:
        raise _unknown(name, value, gettext_noop("{name}={value} is unknown."), value, options, advice)
    return value


def _unknown(name: str, value: str, sentence: str, word: str, options: list[str], advice: str = "") -> BadSelection:
    """Return an error that names the most similar option, or all of them if they are few, or else gives the advice."""
    if close := nearest(word, options):
        return BadSelection(name, value, sentence, gettext_noop("Did you mean '{close}'?"), close=close)
    if len(options) < MAX_PARAMETERS:
        return BadSelection(name, value, sentence, gettext_noop("Possible: {known}."), known=", ".join(options))
    return BadSelection(name, value, sentence, advice)


def _kinds(name: str, values: list[str], _: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_choice(name, value, list(Kind)) for value in _split(name, values))


def _tags(name: str, values: list[str], _: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({value.casefold() for value in _split(name, values)}))


def _countries(name: str, values: list[str], _: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                _choice(name, value.upper(), COUNTRIES, gettext_noop("Write two letters, such as FR."))
                for value in _split(name, values)
            }
        )
    )


def _languages(name: str, values: list[str], _: tuple[str, ...]) -> tuple[str, ...]:
    found = _split(name, values)
    for value in found:
        if value not in LANGUAGE_NAMES:
            raise _unknown_language(name, value)
    return tuple(found)


def _unknown_language(name: str, value: str) -> BadSelection:
    sentence = gettext_noop("{name}={value} is unknown.")
    for code, tongue in LANGUAGE_NAMES.items():
        if tongue.lower() == value.lower():
            return BadSelection(
                name, value, sentence, gettext_noop("Write {code} for {tongue}."), code=code, tongue=tongue
            )
    return BadSelection(name, value, sentence, gettext_noop("Write a code such as en, fr or uk."))


def _ids(name: str, values: list[str], _: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_split(name, values))


def _words(name: str, values: list[str], _: tuple[str, ...]) -> str:
    return _single(name, values)


def _day(name: str, values: list[str], _: tuple[str, ...]) -> date:
    value = _single(name, values)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None:
        raise BadSelection(
            name, value, gettext_noop("{name}={value} is not a day."), gettext_noop("Write it as 2027-03-15.")
        )
    if not _EARLIEST <= day <= _LATEST:
        sentence, advice = (
            gettext_noop("{name}={value} is out of range."),
            gettext_noop("Write a day from {first} to {last}."),
        )
        raise BadSelection(name, value, sentence, advice, first=str(_EARLIEST), last=str(_LATEST))
    return day


def _lang(name: str, values: list[str], languages: tuple[str, ...]) -> str:
    return _choice(name, _single(name, values), languages)


def _zone(name: str, values: list[str], _: tuple[str, ...]) -> str:
    value = _single(name, values)
    try:
        return canonical_zone(value)
    except UnknownZone:
        return _choice(name, value, COMMON_ZONES, gettext_noop("Write one such as Europe/Paris."))


def _alarm(name: str, values: list[str], _: tuple[str, ...]) -> str:
    value = " ".join(_single(name, values).split())
    value = value if value.startswith(("P", "-P")) else value.lower()
    try:
        lead = read_lead(value)
    except UnknownLead:
        raise BadSelection(name, value, gettext_noop("'{value}' is not understood."), _WRITE_A_LENGTH) from None
    plain_days = isinstance(lead, CalendarLead) and not lead.months
    if not (plain_days or isinstance(lead, ExactLead)):
        raise BadSelection(name, value, gettext_noop("'{value}' cannot be an alarm in a calendar."), _WRITE_A_LENGTH)
    return value


def _cancelled(name: str, values: list[str], _: tuple[str, ...]) -> bool:
    return _choice(name, _single(name, values), ["show", "hide"]) == "hide"


_PARSERS: dict[str, tuple[str, Callable[[str, list[str], tuple[str, ...]], object]]] = {
    "kind": ("kinds", _kinds),
    "tag": ("tags", _tags),
    "country": ("countries", _countries),
    "language": ("languages", _languages),
    "id": ("ids", _ids),
    "q": ("words", _words),
    "from": ("first", _day),
    "to": ("last", _day),
    "lang": ("lang", _lang),
    "tz": ("zone", _zone),
    "alarms": ("alarm", _alarm),
    "cancelled": ("hide_cancelled", _cancelled),
}
