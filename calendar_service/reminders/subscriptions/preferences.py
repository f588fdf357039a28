"""The choice of a subscriber: which records, how long before, in which language and zone."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.records.leads import CalendarLead, ExactLead, UnknownLead, WorkingDayLead, read_lead, write_lead
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.selection import BadSelection, read_selection
from calendar_service.records.shorten import shorten
from calendar_service.records.zones import UnknownZone, canonical_zone
from calendar_service.store.subscribers import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calendar_service.records.leads import Lead

MAX_LEADS = 6
DIGEST_CHOICES = ("", *DigestPeriod)
_MAX_SELECTION = 2000
_SHOWN = 60
_DAY = 24 * 60
_PRESENTATION = frozenset({"lang", "tz", "alarms", "cancelled"})
_SPAN = frozenset({"from", "to"})
FORM_FIELDS = {"kind": "kind", "tag": "tag", "place": "country", "id": "id", "q": "q", "spoken": "language"}
"""The form's fields that say what to watch, and their names in the selection grammar.

Two have names of their own: the subscriber has a country and a language too.
"""
_BETWEEN_LEADS = re.compile("[,;]")
_NOT_KNOWN = gettext_noop("There is no such choice: {value}.")
_NEEDS_COUNTRY = gettext_noop("Choose the country whose public holidays count: reminders in working days need it.")
_YES_NO = {"": False, "no": False, "yes": True}


class Form(Protocol):
    """Values by name, some of them several: what a web form sends."""

    def get(self, name: str, /) -> str | None:
        """Return the first value of a name."""

    def getlist(self, name: str, /) -> Sequence[str]:
        """Return all values of a name."""


class InvalidPreferences(CalendarError):
    """A choice is not valid. `field` is that of the form, or the column of the table.

    `message` is a sentence of the catalogue with {names}, and `values` are theirs.
    """

    def __init__(self, field: str, message: str, **values: str) -> None:
        super().__init__(message.format(**values))
        self.field = field
        self.message = message
        self.values = values


@dataclass(frozen=True)
class Preferences:
    """A valid choice: a canonical query, canonical leads (() for the programme's), and how to write."""

    selection: str
    leads: tuple[str, ...]
    wants_new: bool
    digest: str
    language: str
    zone: str
    country: str

    @property
    def watch(self) -> Watch:
        """The watch of this choice."""
        return Watch(self.selection, self.leads, self.wants_new)


def preferences_to_json(choice: Preferences) -> dict[str, Any]:
    """Return a choice as JSON values."""
    return {**asdict(choice), "leads": list(choice.leads)}


def preferences_from_json(values: Mapping[str, Any]) -> Preferences:
    """Return the choice that `preferences_to_json` has written; unknown names are ignored."""
    kept = {name: values[name] for name in Preferences.__dataclass_fields__}
    return Preferences(**{**kept, "leads": tuple(kept["leads"])})


def read_form(form: Form, languages: Sequence[str]) -> Preferences:
    """Return the choice in a form. Raise InvalidPreferences.

    Either `selection` has a query string, or the fields kind, tag, id, q, place (a record's country) and spoken (a
    record's language) select the records. `lead` may be repeated; `own_leads` is separated by commas. The rest are
    wants_new, digest, language, zone and country.
    """
    if query := form.get("selection"):
        selection = read_query(query, "selection")
    else:
        given = {field: [value for value in form.getlist(field) if value.strip()] for field in FORM_FIELDS}
        pairs = [(FORM_FIELDS[field], value) for field, values in given.items() for value in values]
        selection = _select(pairs, {name: field for field, name in FORM_FIELDS.items()})
    leads = [*_leads(form.getlist("lead"), "lead"), *_leads([form.get("own_leads") or ""], "own_leads")]
    return _checked(
        Preferences(
            selection=selection,
            leads=_canonical(leads, "own_leads"),
            wants_new=bool(form.get("wants_new")),
            digest=_digest(form.get("digest") or ""),
            language=_language(form.get("language") or "", languages),
            zone=_zone(form.get("zone") or "", "zone"),
            country=_country(form.get("country") or ""),
        )
    )


def read_row(row: Mapping[str, str], languages: Sequence[str]) -> Preferences:
    """Return the choice in a row of a table: language, timezone, country, selection, leads, new, digest.

    Raise InvalidPreferences.
    """
    return _checked(
        Preferences(
            selection=read_query(row["selection"], "selection"),
            leads=_canonical(_leads([row["leads"]], "leads"), "leads"),
            wants_new=_yes(row.get("new", "")),
            digest=_digest(row.get("digest", "")),
            language=_language(row["language"], languages),
            zone=_zone(row["timezone"], "timezone"),
            country=_country(row["country"]),
        )
    )


def check_countable(leads: Iterable[str], country: str) -> None:
    """Raise InvalidPreferences if leads are counted in working days and no country tells which days these are."""
    if not country and any(isinstance(read_lead(words), WorkingDayLead) for words in leads):
        raise InvalidPreferences("country", _NEEDS_COUNTRY)


def _checked(choice: Preferences) -> Preferences:
    check_countable(choice.leads, choice.country)
    return choice


def read_query(query: str, field: str) -> str:
    """Return the canonical query of a query string, without how to show records. Raise InvalidPreferences."""
    pairs = parse_qsl(query.strip().lstrip("?"), keep_blank_values=True, strict_parsing=False)
    if query.strip() and not pairs:
        raise InvalidPreferences(field, _NOT_KNOWN, value=_short(query))
    return _select(pairs, {}, field)


def readable_watches(watches: Iterable[Watch]) -> tuple[Watch, ...]:
    """Return those of a subscriber's watches that can be read; older versions have accepted others, too."""
    return tuple(watch for watch in watches if _is_readable(watch))


def _is_readable(watch: Watch) -> bool:
    try:
        read_query(watch.selection, "selection")
        read_leads(watch.leads, "leads")
    except InvalidPreferences:
        return False
    return True


def _select(pairs: Iterable[tuple[str, str]], fields: Mapping[str, str], field: str = "selection") -> str:
    """Return the canonical query; `fields` are the form's names for those of the grammar, `field` is for all others."""
    wanted = [(name, value) for name, value in pairs if name not in _PRESENTATION]
    if span := next((name for name, _ in wanted if name in _SPAN), None):
        raise InvalidPreferences(
            fields.get(span, field),
            gettext_noop("Reminders are not limited to a span of time. Leave out from= and to=."),
        )
    try:
        query = read_selection(wanted, ()).query()
        # What is kept is read again at every look at what is due, from its canonical form alone.
        is_stable = read_selection(parse_qsl(query), ()).query() == query
    except BadSelection as error:
        shown = _short(f"{error.name}={error.value}")
        raise InvalidPreferences(fields.get(error.name, field), _NOT_KNOWN, value=shown) from None
    if len(query) > _MAX_SELECTION or not is_stable:
        raise InvalidPreferences(
            next(iter(fields.values()), field),
            gettext_noop("This is too much to choose at once. Choose less, or everything."),
        )
    return query


def read_leads(words: Iterable[str], field: str) -> tuple[str, ...]:
    """Return canonical leads, longest first; a text may have several leads, by commas. Raise InvalidPreferences."""
    return _canonical(_leads(words, field), field)


def _leads(words: Iterable[str], field: str) -> list[Lead]:
    return [_lead(part, field) for each in words for part in _BETWEEN_LEADS.split(each) if part.strip()]


def _lead(words: str, field: str) -> Lead:
    text = " ".join(words.split())
    try:
        return read_lead(text if text.startswith(("P", "-P")) else text.lower())
    except UnknownLead:
        message = gettext_noop(
            "“{value}” is not understood. Write for example 7 days, 36 hours, 5 working days or 1 day before at 18:00."
        )
        raise InvalidPreferences(field, message, value=_short(words.strip())) from None


def _canonical(leads: Iterable[Lead], field: str) -> tuple[str, ...]:
    distinct = dict.fromkeys(leads)
    if len(distinct) > MAX_LEADS:
        raise InvalidPreferences(
            field, gettext_noop("No more than {number} reminders for one date, please."), number=str(MAX_LEADS)
        )
    return tuple(write_lead(lead) for lead in sorted(distinct, key=_length, reverse=True))


def _length(lead: Lead) -> tuple[int, str]:
    """Return the approximate length of a lead, as a sort key."""
    match lead:
        case ExactLead(minutes=minutes):
            about = minutes
        case CalendarLead(months=months, days=days):
            about = (30 * months + days) * _DAY
        case _:
            about = lead.days * _DAY
    return about, write_lead(lead)


def _digest(text: str) -> str:
    if text.strip() not in DIGEST_CHOICES:
        raise InvalidPreferences(
            "digest",
            gettext_noop("“{value}” is not possible. Write daily or weekly, or nothing for one email per date."),
            value=_short(text),
        )
    return text.strip()


def _language(text: str, languages: Sequence[str]) -> str:
    code = text.strip().lower()
    if code not in languages:
        raise InvalidPreferences(
            "language", gettext_noop("Emails are written in: {languages}."), languages=", ".join(languages)
        )
    return code


def _zone(text: str, field: str) -> str:
    try:
        return canonical_zone(text.strip())
    except UnknownZone:
        message = gettext_noop("“{value}” is not a time zone. Write one such as Europe/Paris.")
        raise InvalidPreferences(field, message, value=_short(text)) from None


def _country(text: str) -> str:
    code = text.strip().upper()
    if code and code not in COUNTRIES:
        raise InvalidPreferences(
            "country",
            gettext_noop("“{value}” is not a country. Write its two letters, such as FR."),
            value=_short(text),
        )
    return code


def _yes(text: str) -> bool:
    if text.strip().lower() not in _YES_NO:
        raise InvalidPreferences("new", gettext_noop("“{value}” is neither yes nor no."), value=_short(text))
    return _YES_NO[text.strip().lower()]


def _short(text: str) -> str:
    return shorten(text, _SHOWN)
