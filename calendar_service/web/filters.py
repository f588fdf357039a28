"""The filters of a page, as plain links with the selection grammar."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.enums import Kind
from calendar_service.records.selection import Selection, countries_of
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calendar_service.records.edition import Entry
    from calendar_service.writers.i18n import Language

_MOST = 40


@dataclass(frozen=True)
class Chip:
    """A link to another selection; `is_current` if it is part of the present one."""

    label: str
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
    selection: Selection, entries: list[Entry], address: Callable[[Selection], str], lang: Language
) -> Filters:
    """Return the filters for `entries`; `address` returns the URL of a selection."""
    nothing = Selection(lang=selection.lang, zone=selection.zone, alarm=selection.alarm)
    carried = replace(selection, words="", lang="").pairs()
    return Filters(
        kinds=_kinds(selection, address, lang),
        groups=[group for group in _groups(selection, entries, address, lang) if group.chips],
        chosen=_chosen(selection, address, lang),
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
        chips.append(Chip(label, address(replace(selection, kinds=kinds)), selection.kinds == kinds, kind or "all"))
    return chips


def _groups(
    selection: Selection, entries: list[Entry], address: Callable[[Selection], str], lang: Language
) -> list[FilterGroup]:
    def group(label: str, name: str, values: Iterable[str], word: Callable[[str], str]) -> FilterGroup:
        counted = Counter(values)
        own = getattr(selection, name)
        # Equally frequent values are sorted, so that every process shows the same page.
        most = sorted(counted, key=lambda value: (-counted[value], value))[:_MOST]
        shown = sorted({*most, *own}, key=lambda value: fold_text(word(value)))
        chips = [Chip(word(value), address(_toggle(selection, name, value)), value in own) for value in shown]
        # A single value that all entries have would filter nothing.
        useful = len(chips) > 1 or bool(own)
        return FilterGroup(label, chips if useful else [], len(counted) > _MOST)

    records = [entry.record for entry in entries]
    return [
        group(lang.gettext("Topics"), "tags", (tag.casefold() for each in records for tag in set(each.tags)), str),
        group(
            lang.gettext("Countries"),
            "countries",
            (c for each in records for c in set(countries_of(each))),
            lang.country,
        ),
        group(
            lang.gettext("Languages"), "languages", (code for each in records for code in each.languages), lang.language
        ),
    ]


def _toggle(selection: Selection, name: str, value: str) -> Selection:
    own: tuple[str, ...] = getattr(selection, name)
    values = tuple(each for each in own if each != value) if value in own else tuple(sorted((*own, value)))
    return replace(selection, **{name: values})  # type: ignore[arg-type]  # the name is of one of the tuples


def _chosen(selection: Selection, address: Callable[[Selection], str], lang: Language) -> list[Chip]:
    """Return the chosen values except kinds, each with the URL without it."""
    words: list[tuple[str, Selection]] = []
    for name, word in (("tags", str), ("countries", lang.country), ("languages", lang.language), ("ids", str)):
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
    return [Chip(label, address(without), is_current=True) for label, without in words]
