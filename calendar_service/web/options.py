"""Options of the forms for reminders: kinds, leads, zones, countries and digests, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.countries import COUNTRIES, zones_of_country
from calendar_service.records.enums import Kind
from calendar_service.records.errors import gettext_noop
from calendar_service.records.leads import read_lead
from calendar_service.records.selection import countries_of
from calendar_service.records.texts import fold_text
from calendar_service.records.zones import city_words
from calendar_service.reminders.messages.account import DIGEST_LABELS
from calendar_service.writers.i18n import language
from calendar_service.writers.selection_words import describe_lead
from calendar_service.writers.tags import mark_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.writers.i18n import Language

COMMON_LEADS = ("14 days", "7 days", "3 days", "1 day", "5 working days")
_KINDS = {
    Kind.TENDER: gettext_noop("Calls for tenders"),
    Kind.WEBINAR: gettext_noop("Webinars"),
    Kind.EVENT: gettext_noop("Events"),
}
# CLDR's codes of the parts of the world.
_REGIONS = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Arctic": "150",
    "Asia": "142",
    "Atlantic": "150",
    "Australia": "009",
    "Europe": "150",
    "Indian": "002",
    "Pacific": "009",
}


@dataclass(frozen=True)
class Option:
    """One option of a form: its value and its label."""

    value: str
    label: str


@dataclass(frozen=True)
class OptionGroup:
    """Options with a common label."""

    label: str
    options: tuple[Option, ...]


def kinds(lang: Language) -> list[Option]:
    """Return the kinds of records; those with deadlines first, which people must not miss."""
    return [Option(kind, lang.gettext(label)) for kind, label in _KINDS.items()]


def tags(edition: Edition, lang: Language) -> list[Option]:
    """Return the tags of all records that are not called off."""
    coming = (entry.record for entry in edition.entries.values() if not entry.is_called_off)
    found = {tag.casefold(): tag for record in coming for tag in record.tags}
    return _sorted(Option(folded, mark_tag(tag, edition.calendar, lang).words) for folded, tag in found.items())


def places(edition: Edition, lang: Language) -> list[Option]:
    """Return the countries that records are in or concern."""
    codes = {code for entry in edition.entries.values() for code in countries_of(entry.record)}
    return _sorted(Option(code, lang.country(code)) for code in codes)


def leads(lang: Language) -> list[Option]:
    """Return the leads that have a checkbox."""
    return [Option(lead, describe_lead(read_lead(lead), lang)) for lead in COMMON_LEADS]


def digests(lang: Language) -> list[Option]:
    """Return the periods of digests, and single messages."""
    return [Option(value, lang.gettext(label)) for value, label in DIGEST_LABELS.items()]


@lru_cache
def zones(code: str) -> tuple[OptionGroup, ...]:
    """Return the time zones by part of the world, each by its city alone: "Madrid".

    A city is where a person looks at the clock; to which country it belongs may be disputed.
    """
    lang = language(code)
    found: dict[str, list[Option]] = {}
    for country in COUNTRIES:
        for zone in zones_of_country(country):
            region = lang.country(_REGIONS[zone.partition("/")[0]])
            found.setdefault(region, []).append(Option(zone, lang.city_of(zone)))
    groups = [OptionGroup(region, tuple(_sorted(options))) for region, options in found.items()]
    groups.sort(key=lambda group: fold_text(group.label))
    return (*groups, OptionGroup(lang.country("001"), (Option("UTC", "UTC"),)))


@lru_cache
def city_names(code: str) -> str:
    """Return the cities that a script cannot read off their zones' names: "Africa/Cairo=Le Caire|Asia/Seoul=Séoul"."""
    named = [option for group in zones(code) for option in group.options]
    return "|".join(f"{each.value}={each.label}" for each in named if each.label != city_words(each.value))


@lru_cache
def all_countries(code: str) -> tuple[Option, ...]:
    """Return all countries, sorted by name."""
    return tuple(_sorted(Option(each, language(code).country(each)) for each in COUNTRIES))


def _sorted(options: Iterable[Option]) -> list[Option]:
    return sorted(options, key=lambda option: fold_text(option.label))
