"""Describe a subscription in words: which records, and how long before them to remind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from calendar_service.records.enums import Kind
from calendar_service.records.leads import (
    CalendarLead,
    ExactLead,
    UnknownLead,
    WorkingDayLead,
    read_lead,
    suggested_leads,
)
from calendar_service.records.selection import read_selection
from calendar_service.records.texts import output_languages
from calendar_service.writers import phrases
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.tags import mark_tag

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, time

    from calendar_service.records.edition import Edition
    from calendar_service.records.leads import Lead
    from calendar_service.records.selection import Selection
    from calendar_service.writers.i18n import Language

_MINUTES = 60


def describe_selection(query: str, edition: Edition, lang: Language, *, own_words: bool = True) -> str:
    """Return which records a canonical query selects: "calls for tenders tagged roads", "everything", "“Title”".

    Without `own_words`, the result has no word that a visitor could have made up: search words are only mentioned, and
    tags and records are named only if the calendar has them. Raise BadSelection.
    """
    selection = read_selection(parse_qsl(query), output_languages())
    known = [tag for tag in selection.tags if own_words or tag in edition.tags_ever]
    tags = [mark_tag(tag, edition.calendar, lang).words for tag in known]
    if len(tags) < len(selection.tags):
        tags.append(lang.gettext("something that is not in the calendar"))
    parts = [_what(selection, edition, lang), *_narrowed(selection, tags, lang)]
    if selection.words:
        parts_of_text = lang.gettext("mentioning “{words}”", words=selection.words)
        parts.append(parts_of_text if own_words else lang.gettext("mentioning the words searched for"))
    return " ".join(part for part in parts if part)


def window_words(selection: Selection, lang: Language) -> str:
    """Return the days that `from` and `to` ask for, as a heading: "2020", "March 2027", "From 15 March 2027"; or ""."""
    first, last = selection.first, selection.last
    if first and last:
        words = _days(first, last, lang)
    elif first:
        words = lang.gettext("from {day}", day=lang.day(first, weekday=False))
    elif last:
        words = lang.gettext("until {day}", day=lang.day(last, weekday=False))
    else:
        return ""
    return words[:1].upper() + words[1:]


def _days(first: date, last: date, lang: Language) -> str:
    """Return two days and all between them; a whole month or year by its name."""
    after = last + timedelta(days=1)
    if first == last:
        return lang.day(first)
    if first.day == after.day == 1:
        months = 12 * (after.year - first.year) + after.month - first.month
        if months == 1:
            return lang.month(first)
        if months == 12 and first.month == 1:
            return str(first.year)
    return phrases.days(first, last, lang, weekday=False)


def describe_lead(lead: Lead, lang: Language) -> str:
    """Return how long before a moment: "7 days before", "1 day before at 18:00", "on the day"."""
    match lead:
        case ExactLead(minutes=minutes) if minutes % _MINUTES == 0:
            return lang.ngettext("{number} hour before", "{number} hours before", minutes // _MINUTES)
        case ExactLead(minutes=minutes):
            return lang.ngettext("{number} minute before", "{number} minutes before", minutes)
        case WorkingDayLead(days=days):
            return lang.ngettext("{number} working day before", "{number} working days before", days)
        case CalendarLead(months=months) if months:
            lead_text = lang.ngettext("{number} month before", "{number} months before", months)
        case CalendarLead(days=days) if days:
            lead_text = lang.ngettext("{number} day before", "{number} days before", days)
        case _:
            lead_text = lang.gettext("on the day")
    return _at(lead_text, lead.at, lang)


def writable_lead(words: str, lang: Language) -> str:
    """Return a lead in a language as one may type it: "1 jour avant à 18:00"; as stored where that is not read."""
    try:
        lead = read_lead(words)
        described = describe_lead(lead, lang)
        return described if read_lead(described) == lead else words
    except UnknownLead:
        return words


def describe_leads(words: Iterable[str], lang: Language) -> str:
    """Return leads as text: "14, 7 and 1 day before", "7 days before and 1 day before at 18:00"; "" for none."""
    leads = [read_lead(each) for each in words]
    days = [lead.days for lead in leads if isinstance(lead, CalendarLead) and lead.days and not lead.at]
    if len(days) == len(leads) > 1:
        text = lang.join([str(each) for each in days])
        return lang.ngettext("{days} day before", "{days} days before", days[-1], days=text)
    return lang.join([describe_lead(each, lang) for each in leads])


def describe_suggested(selection: str, edition: Edition, lang: Language) -> str:
    """Return the leads that are suggested for a canonical query as text; of several records, the calendar's own."""
    ids = [value for name, value in parse_qsl(selection) if name == "id"]
    entry = edition.entries.get(ids[0]) if len(ids) == 1 else None
    return describe_leads(suggested_leads(entry.record if entry else None, edition.calendar), lang)


def _at(lead_text: str, clock: time | None, lang: Language) -> str:
    return lang.gettext("{lead} at {time}", lead=lead_text, time=f"{clock:%H:%M}") if clock else lead_text


def _what(selection: Selection, edition: Edition, lang: Language) -> str:
    if selection.ids:
        titles = [title for each in selection.ids if (title := _title(each, edition, lang))]
        unknown = [lang.gettext("something that is not in the calendar")] if len(titles) < len(selection.ids) else []
        return lang.join([*(lang.gettext("“{title}”", title=title) for title in titles), *unknown])
    kinds = {
        Kind.EVENT: lang.gettext("events"),
        Kind.WEBINAR: lang.gettext("webinars"),
        Kind.TENDER: lang.gettext("calls for tenders"),
    }
    chosen = [words for kind, words in kinds.items() if kind in selection.kinds]
    if chosen:
        return lang.gettext("all {kinds}", kinds=lang.join(chosen))
    return lang.gettext("everything")


def _title(record_id: str, edition: Edition, lang: Language) -> str:
    entry = edition.entries.get(record_id)
    return clean_line(phrases.pick(entry.record.title, lang.code).text) if entry else ""


def _narrowed(selection: Selection, tags: list[str], lang: Language) -> list[str]:
    parts_of_text = []
    if tags:
        parts_of_text.append(lang.gettext("on {tags}", tags=_either(tags, lang)))
    if selection.countries:
        countries = [lang.country(code) for code in selection.countries]
        parts_of_text.append(lang.gettext("(country: {countries})", countries=_either(countries, lang)))
    if selection.languages:
        languages = [lang.language(code) for code in selection.languages]
        parts_of_text.append(lang.gettext("in {languages}", languages=_either(languages, lang)))
    if selection.first:
        parts_of_text.append(lang.gettext("from {day}", day=lang.day(selection.first, weekday=False)))
    if selection.last:
        parts_of_text.append(lang.gettext("until {day}", day=lang.day(selection.last, weekday=False)))
    return parts_of_text


def _either(parts: list[str], lang: Language) -> str:
    *firsts, last = parts
    return lang.gettext("{first} or {last}", first=", ".join(firsts), last=last) if firsts else last
