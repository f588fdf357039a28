"""Tags in words. The calendar may name each in several languages; a name in another language than the page's is marked.

A tag without a name is its own, in the calendar's default language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.writers import phrases
from calendar_service.writers.phrases import LocalizedText, MarkedText, mark_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.record import Calendar
    from calendar_service.writers.i18n import Language


def name_tag(tag: str, calendar: Calendar, lang: Language) -> LocalizedText:
    """Return the name of a tag in a language, else the one there is."""
    named = calendar.tag_labels.get(tag.casefold())
    return phrases.pick(named, lang.code) if named else LocalizedText(tag, calendar.default_language)


def name_tags(tags: Iterable[str], calendar: Calendar, lang: Language) -> list[str]:
    """Return the names of tags without a mark, for programs."""
    return [name_tag(tag, calendar, lang).text for tag in tags]


def mark_tag(tag: str, calendar: Calendar, lang: Language) -> MarkedText:
    """Return the name of a tag, with its language behind it if that is not the one of the output."""
    return _mark(name_tag(tag, calendar, lang), lang)


def mark_tags(heading: str, tags: Iterable[str], calendar: Calendar, lang: Language) -> tuple[str, list[MarkedText]]:
    """Return a heading and the names of tags under it. If all are in one other language, only the heading says so."""
    named = [name_tag(tag, calendar, lang) for tag in tags]
    languages = {each.language for each in named}
    if len(languages) == 1 and lang.code not in languages:
        (code,) = languages
        return mark_language(LocalizedText(heading, code), lang).words, [
            MarkedText("", each.text, "", code) for each in named
        ]
    return heading, [_mark(each, lang) for each in named]


def join_tags(tags: Iterable[str], calendar: Calendar, lang: Language) -> list[MarkedText]:
    """Return tags as one text for each language they are in, those in the output's first."""
    by_language: dict[str, list[str]] = {lang.code: []}
    for tag in tags:
        named = name_tag(tag, calendar, lang)
        by_language.setdefault(named.language, []).append(named.text)
    joined = [LocalizedText(", ".join(texts), code) for code, texts in by_language.items() if texts]
    return [_mark(each, lang) for each in joined]


def _mark(name: LocalizedText, lang: Language) -> MarkedText:
    """Return a name with its mark; one in the language of the output needs none, nor to say its language."""
    return MarkedText("", name.text, "", "") if name.language == lang.code else mark_language(name, lang)
