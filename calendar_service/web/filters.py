"""The filters of a page, as plain links with the selection grammar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.enums import Kind
from calendar_service.records.selection import Selection, countries_of
from calendar_service.records.texts import fold_text
from calendar_service.writers.phrases import MarkedText
from calendar_service.writers.tags import mark_tag, mark_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar
    from calendar_service.writers.i18n import Language

_MOST = 40
_Words = Callable[[str, list[str]], tuple[str, list[MarkedText]]]
"""Return the heading of a group, and the words for its values."""


@dataclass(frozen=True)
class Chip:
    """A link to another selection; `is_current` if it is part of the present one."""

    label: MarkedText
    url: str
    is_current: bool = False
    kind: str = ""


@dataclass(frozen=True)
class FilterGroup:
    """The values of one name of the grammar; `is_cut` if only the most frequent are listed."""

    label: str
    chips: list[Chip]
    is_cut: bool


@dataclass(frozen=True)
class Filters:
    """All filters: kinds, values in groups, and each value chosen with the link that removes it."""

    kinds: list[Chip]
    groups: list[FilterGroup]
    chosen: list[Chip]
    everything: str
    carried: list[tuple[str, str]]


def make_filters(
    selection: Selection,
    entries: list[Entry],
    calendar: Calendar,
    address: Callable[[Selection], str],
    lang: Language,
) -> Filters:
    """Return the filters for `entries`; `address` returns the URL of a selection."""
    nothing = Selection(lang=selection.lang, zone=selection.zone, alarm=selection.alarm)
    carried = replace(selection, words="", lang="").pairs()
    return Filters(
        kinds=_kinds(selection, address, lang),
        groups=[group for group in _groups(selection, entries, calendar, address, lang) if group.chips],
        chosen=_chosen(selection, calendar, address, lang),
        everything=address(nothing),
        carried=carried,
    )


def _kinds(selection: Selection, address: Callable[[Selection], str], lang: Language) -> list[Chip]:
    labels = {
        "": lang.gettext("Everything"),
        Kind.EVENT: lang.gettext("Events"),
        Kind.WEBINAR: lang.gettext("Webinars"),
        Kind.TENDER: lang.gettext("Calls for tenders"),
    }
    chips = []
    for kind, label in labels.items():
        kinds = (kind,) if kind else ()
        chips.append(
            Chip(_own(label), address(replace(selection, kinds=kinds)), selection.kinds == kinds, kind or "all")
        )
    return chips


def _groups(
    selection: Selection,
    entries: list[Entry],
    calendar: Calendar,
    address: Callable[[Selection], str],
    lang: Language,
) -> list[FilterGroup]:
    def group(label: str, name: str, values: Iterable[str], word: _Words) -> FilterGroup:
        counted = Counter(values)
        own = getattr(selection, name)
        # Equally frequent values are sorted, so that every process shows the same page.
        most = sorted(counted, key=lambda value: (-counted[value], value))[:_MOST]
        listed = list({*most, *own})
        heading, words = word(label, listed)
        shown = sorted(zip(listed, words, strict=True), key=lambda pair: (fold_text(pair[1].text), pair[0]))
        chips = [Chip(text, address(_toggle(selection, name, value)), value in own) for value, text in shown]
        # A single value that all entries have would filter nothing.
        useful = len(chips) > 1 or bool(own)
        return FilterGroup(heading, chips if useful else [], len(counted) > _MOST)

    def tags(heading: str, values: list[str]) -> tuple[str, list[MarkedText]]:
        return mark_tags(heading, values, calendar, lang)

    def countries(heading: str, values: list[str]) -> tuple[str, list[MarkedText]]:
        return heading, [_own(lang.country(each)) for each in values]

    def languages(heading: str, values: list[str]) -> tuple[str, list[MarkedText]]:
        return heading, [_own(lang.language(each)) for each in values]

    records = [entry.record for entry in entries]
    return [
        group(lang.gettext("Topics"), "tags", (tag.casefold() for each in records for tag in set(each.tags)), tags),
        group(
            lang.gettext("Countries"), "countries", (c for each in records for c in set(countries_of(each))), countries
        ),
        group(lang.gettext("Languages"), "languages", (code for each in records for code in each.languages), languages),
    ]


def _own(text: str) -> MarkedText:
    """Return words in the language of the page."""
    return MarkedText("", text, "", "")


def _toggle(selection: Selection, name: str, value: str) -> Selection:
    own: tuple[str, ...] = getattr(selection, name)
    values = tuple(each for each in own if each != value) if value in own else tuple(sorted((*own, value)))
    return replace(selection, **{name: values})  # type: ignore[arg-type]  # the name is of one of the tuples


def _chosen(
    selection: Selection, calendar: Calendar, address: Callable[[Selection], str], lang: Language
) -> list[Chip]:
    """Return the chosen values except kinds, each with the URL without it."""
    marked = [(mark_tag(value, calendar, lang), _toggle(selection, "tags", value)) for value in selection.tags]
    words: list[tuple[str, Selection]] = []
    for name, word in (("countries", lang.country), ("languages", lang.language), ("ids", str)):
        words += [(word(value), _toggle(selection, name, value)) for value in getattr(selection, name)]
    if selection.words:
        words.append((lang.gettext("“{words}”", words=selection.words), replace(selection, words="")))
    if selection.first and selection.first == selection.last:
        words.append((lang.day(selection.first), replace(selection, first=None, last=None)))
    else:
        if selection.first:
            words.append(
                (
                    lang.gettext("from {day}", day=lang.day(selection.first, weekday=False)),
                    replace(selection, first=None),
                )
            )
        if selection.last:
            words.append(
                (
                    lang.gettext("until {day}", day=lang.day(selection.last, weekday=False)),
                    replace(selection, last=None),
                )
            )
    if selection.zone:
        words.append((lang.gettext("time in {city}", city=lang.city_of(selection.zone)), replace(selection, zone="")))
    if selection.hide_cancelled:
        words.append((lang.gettext("without what is cancelled"), replace(selection, hide_cancelled=False)))
    marked += [(_own(label), without) for label, without in words]
    return [Chip(label, address(without), is_current=True) for label, without in marked]
