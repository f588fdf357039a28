"""Group the classified lines of a page into items: a title, its dates, its place, its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.page_lines import LineKind, PageLine

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENTENCE_END = (".", "…", ";", ",")
_BESIDE = frozenset(
    {LineKind.PLACE, LineKind.STATUS, LineKind.LANGUAGE, LineKind.NOTE, LineKind.REFERENCE, LineKind.DETAIL}
)
_ABOVE = frozenset({LineKind.STATUS, LineKind.LANGUAGE})
_SECOND = frozenset({"registration", "questions", "application"})
_LABEL = re.compile(r"[^:.]{1,40} ?: ")


@dataclass
class PageItem:
    """The lines of one item of the page."""

    languages: list[str] = field(default_factory=list)
    titles: list[PageLine] = field(default_factory=list)
    dates: list[PageLine] = field(default_factory=list)
    teaser: list[PageLine] = field(default_factory=list)
    places: list[PageLine] = field(default_factory=list)
    states: list[PageLine] = field(default_factory=list)
    references: list[PageLine] = field(default_factory=list)
    notes: list[PageLine] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The number of its first line."""
        return min(each.number for each in self.all)

    @property
    def all(self) -> list[PageLine]:
        """All its lines but those of languages."""
        return [*self.titles, *self.dates, *self.teaser, *self.places, *self.states, *self.references, *self.notes]

    @property
    def summary(self) -> PageLine | None:
        """Its first line of text that is no list of details."""
        return next(
            (line for line in self.teaser if len(line.text.split()) > 3 and not _LABEL.match(line.text)),
            None,
        )


def group_lines(lines: list[PageLine]) -> Iterator[PageItem]:
    """Yield the items: the page is split at "Read More", and each part at its dates."""
    parts: list[list[PageLine]] = [[]]
    for line in lines:
        if line.sort is LineKind.STOP:
            parts.append([])
        else:
            parts[-1].append(line)
    firsts = [next((at for at, line in enumerate(part) if line.sort is LineKind.DATE), -1) for part in parts]
    dated = sum(first >= 0 for first in firsts)
    mostly_lead = dated > 2 and 2 * sum(_dates_lead(part) for part in parts) > dated
    for part, first in zip(parts, firsts, strict=True):
        has_text = any(line.sort is LineKind.TEXT for line in part[max(first, 0) :])
        if mostly_lead and first >= 0 and has_text and not _dates_lead(part):
            yield from _items_of_part(part[:first])  # the head of the page stands above its first item
            yield from _items_of_part(part[first:])
        else:
            yield from _items_of_part(part)


def _dates_lead(part: list[PageLine]) -> bool:
    first = next((line for line in part if line.sort not in _BESIDE), None)
    return first is not None and first.sort is LineKind.DATE


def _dates_open(part: list[PageLine]) -> bool:
    """Return True if several paragraphs begin with a date, all that have one, and their titles stand below it."""
    dates = [at for at, line in enumerate(part) if line.sort is LineKind.DATE]
    opening = [at for at in dates if part[at].opens and part[at + 1 : at + 2] and not part[at + 1].opens]
    return len(opening) > 1 and opening == dates and all(part[at + 1].sort is LineKind.TEXT for at in opening)


def _items_of_part(part: list[PageLine]) -> Iterator[PageItem]:
    if not any(line.sort is LineKind.DATE for line in part):
        if any(line.sort is not LineKind.LANGUAGE for line in part):
            yield _item(part, dates_lead=False)
        return
    leads = _dates_lead(part)
    first = next(at for at, line in enumerate(part) if line.sort is LineKind.DATE)
    if not leads and _dates_open(part):
        yield from _items_of_part(part[:first])
        yield from _items_of_part(part[first:])
        return
    cuts = _starts(part, dates_lead=leads)
    for start, end in zip(cuts, [*cuts[1:], len(part)], strict=True):
        yield _item(part[start:end], dates_lead=leads)


def _starts(part: list[PageLine], *, dates_lead: bool) -> list[int]:
    """Return where each item of a part begins: at its title, or at its date if dates come first."""
    cuts: list[int] = []
    for at, line in enumerate(part):
        if line.sort is not LineKind.DATE or (cuts and _is_second(part, at, dates_lead=dates_lead)):
            continue
        start = at if dates_lead else _title_above(part, at)
        while start > 0 and part[start - 1].sort in _ABOVE:
            start -= 1
        if not cuts or start > cuts[-1]:
            cuts.append(start)
    if cuts and any(line.sort is LineKind.TEXT for line in part[: cuts[0]]):
        return [0, *cuts]
    return [0, *cuts[1:]]


def _title_above(part: list[PageLine], at: int) -> int:
    """Return where the title above a date is, over the places and states between them; the date if there is none."""
    start = at
    while start > 0 and part[start - 1].sort in _BESIDE:
        start -= 1
    if start == 0 or part[start - 1].sort is not LineKind.TEXT:
        return at
    over = part[start - 2] if start > 1 else part[start - 1]
    is_sentence = _is_sentence(part[start - 1]) and over.sort is LineKind.TEXT and not _is_sentence(over)
    return start - 2 if is_sentence else start - 1


def _is_sentence(line: PageLine) -> bool:
    return line.text.endswith(_SENTENCE_END) and not line.is_title


def _is_second(part: list[PageLine], at: int, *, dates_lead: bool) -> bool:
    """Return True if a date belongs to the item above it."""
    line, above = part[at], at - 1
    while above > 0 and part[above].sort in _BESIDE:
        above -= 1
    if part[above].sort is LineKind.DATE or (line.date and line.date.is_about in _SECOND):
        return True
    return bool(line.date and line.date.is_deadline) if dates_lead else _is_sentence(part[above])


def _item(lines: list[PageLine], *, dates_lead: bool) -> PageItem:
    item = PageItem()
    held = {
        LineKind.PLACE: item.places,
        LineKind.STATUS: item.states,
        LineKind.REFERENCE: item.references,
        LineKind.NOTE: item.notes,
        LineKind.DATE: item.dates,
        LineKind.DETAIL: item.teaser,
    }
    for line in lines:
        if line.sort is LineKind.LANGUAGE:
            item.languages.append(line.language)
        elif line.sort in held:
            held[line.sort].append(line)
        elif item.titles or (item.dates and not dates_lead):
            item.teaser.append(line)
        else:
            item.titles.append(line)
    return item
