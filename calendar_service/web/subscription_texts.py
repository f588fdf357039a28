"""Preferences as text: the same on the confirmation page and on the page to change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.leads import UnknownLead
from calendar_service.records.selection import BadSelection
from calendar_service.records.texts import output_languages
from calendar_service.web import options
from calendar_service.writers.i18n import language
from calendar_service.writers.selection_words import describe_leads, describe_selection, describe_suggested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.reminders.subscriptions.preferences import Preferences
    from calendar_service.web.options import Option, OptionGroup
    from calendar_service.writers.i18n import Language


@dataclass(frozen=True)
class LeadOptions:
    """All options of a form, in the language of its page."""

    kinds: list[Option]
    tags: list[Option]
    places: list[Option]
    leads: list[Option]
    digests: list[Option]
    languages: list[Option]
    zones: tuple[OptionGroup, ...]
    zone_names: frozenset[str]
    all_countries: tuple[Option, ...]


@dataclass(frozen=True)
class SubscriptionTexts:
    """Preferences as text."""

    what: str
    leads: str
    wants_new: bool
    digest: str
    language: str
    zone: str
    country: str


def lead_options(edition: Edition, lang: Language) -> LeadOptions:
    """Return the options of a form."""
    zones = options.zones(lang.code)
    codes = [code for code in edition.calendar.languages if code in output_languages()]
    return LeadOptions(
        kinds=options.kinds(lang),
        tags=options.tags(edition, lang),
        places=options.places(edition, lang),
        leads=options.leads(lang),
        digests=options.digests(lang),
        languages=[options.Option(code, language(code).own_name()) for code in codes],
        zones=zones,
        zone_names=frozenset(option.value for group in zones for option in group.options),
        all_countries=options.all_countries(lang.code),
    )


def selection_text(selection: str, edition: Edition, lang: Language) -> str:
    """Return a selection (a canonical query) as text; the query itself if it cannot be parsed any more."""
    try:
        return describe_selection(selection, edition, lang)
    except BadSelection:
        return selection


def leads_text(leads: Iterable[str], selection: str, edition: Edition, lang: Language) -> str:
    """Return leads as text; without any, those that are suggested. A lead that cannot be parsed is shown as stored."""
    leads = tuple(leads)
    try:
        words = describe_leads(leads, lang)
    except UnknownLead:
        words = ", ".join(leads)
    return words or suggested_text(selection, edition, lang)


def suggested_text(selection: str, edition: Edition, lang: Language) -> str:
    """Return the leads that are suggested for a selection as text: "As suggested: 14, 7 and 1 day before"."""
    return lang.gettext("As suggested: {leads}", leads=describe_suggested(selection, edition, lang))


def subscription_texts(choice: Preferences, edition: Edition, lang: Language) -> SubscriptionTexts:
    """Return preferences as text."""
    return SubscriptionTexts(
        what=selection_text(choice.selection, edition, lang),
        leads=leads_text(choice.leads, choice.selection, edition, lang),
        wants_new=choice.wants_new,
        digest=_label(options.digests(lang), choice.digest),
        language=language(choice.language).own_name(),
        zone=_label((option for group in options.zones(lang.code) for option in group.options), choice.zone),
        country=lang.country(choice.country) if choice.country else "",
    )


def _label(found: Iterable[Option], value: str) -> str:
    return next((option.label for option in found if option.value == value), value)
