"""Group the classified lines of a page into items: a title, its dates, its place, its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.news import heads_a_list, heads_a_section, names_a_call, names_a_happening
from calendar_service.parsers.importing.page_labels import label_of
from calendar_service.parsers.importing.page_line import LineKind, PageLine
from calendar_service.parsers.importing.page_source import is_sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE = frozenset(
    {LineKind.PLACE, LineKind.STATUS, LineKind.LANGUAGE, LineKind.NOTE, LineKind.REFERENCE, LineKind.DETAIL}
)
_ABOVE = frozenset({LineKind.STATUS, LineKind.LANGUAGE, LineKind.REFERENCE})
_SECOND = frozenset({"registration", "questions", "application"})
_FIGURES = re.compile(r"[€$%]|(?<!\d)(?!(?:19|20)\d\d(?!\d))\d")  # no year
_ASKED = re.compile(
    r"(?:who|what|how|when|where|why|qui|quoi|comment|quand|ou|pourquoi) [^?]{2,40}\? ?\S"
)  # and answered
_MOST_WORDS_BELOW_TITLE = 4
_POINT = re.compile(r"[-–•*] ")
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
    """Return True if the dates of a part stand above their titles; an introduction may stand above them all."""
    lines = [line for line in part if line.sort not in _BESIDE]
    lines, whole = list(dropwhile(lambda line: line.sort is LineKind.TEXT and heads_a_list(line.text), lines)), lines
    first = next((at for at, line in enumerate(lines) if not _is_sentence(line)), 0)
    if not lines or lines[first].sort is not LineKind.DATE:
        return False
    dates = [at for at, line in enumerate(lines) if line.sort is LineKind.DATE]
    below = [lines[at + 1] for at in dates if at + 1 < len(lines)]
    are_titles = all(line.sort is LineKind.TEXT and not _is_sentence(line) for line in below)
    if first == 0:
        return len(lines) == len(whole) or (len(below) == len(dates) and are_titles)
    return len(dates) > 1 and len(below) == len(dates) and are_titles


def _dates_open(part: list[PageLine]) -> bool:
    """Return True if several paragraphs begin with a date, all that have one, and their titles stand below it."""
    lines = [line for line in part if line.sort not in _BESIDE]
    dates = [at for at, line in enumerate(lines) if line.date and not line.date.is_deadline]
    opening = [at for at in dates if lines[at].opens and lines[at + 1 : at + 2] and not lines[at + 1].opens]
    return len(opening) > 1 and opening == dates and all(lines[at + 1].sort is LineKind.TEXT for at in opening)


def _items_of_part(part: list[PageLine]) -> Iterator[PageItem]:
    if not any(line.sort is LineKind.DATE for line in part):
        if any(line.sort is not LineKind.LANGUAGE for line in part):
            yield _item(part, dates_lead=False)
        return
    leads = _dates_lead(part)
    if any(line.is_headed for line in part) and len(_headings(part)) == 1:
        yield _item(part, dates_lead=leads)
        return
    first = next(at for at, line in enumerate(part) if line.sort is LineKind.DATE)
    if not leads and _dates_open(part):
        yield from _items_of_part(part[:first])
        yield from _items_of_part(part[first:])
        return
    cuts = _starts(part, dates_lead=leads)
    for start, end in zip(cuts, [*cuts[1:], len(part)], strict=True):
        yield _item(part[start:end], dates_lead=leads)


def _headings(part: list[PageLine]) -> list[PageLine]:
    return [line for line in part if line.is_title and not heads_a_section(line.text)]


def _starts(part: list[PageLine], *, dates_lead: bool) -> list[int]:
    """Return where each item of a part begins: at its title, or at its date if dates come first."""
    cuts: list[int] = []
    for at, line in enumerate(part):
        if line.sort is not LineKind.DATE or (cuts and _is_second(part, at, cuts[-1], dates_lead=dates_lead)):
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
    """Return where the title of a date is: above it, over places, sentences and headings of sections between them.

    The date itself if there is none.
    """
    nearest = at
    while nearest > 0 and part[nearest - 1].sort in _BESIDE:
        nearest -= 1
    if nearest == 0 or part[nearest - 1].sort is not LineKind.TEXT:
        return at
    start = nearest
    best = -1
    has_head = any(line.is_title and not heads_a_section(line.text) for line in _texts_above(part, nearest))
    while start > 0 and (part[start - 1].sort is LineKind.TEXT or part[start - 1].sort in _BESIDE):
        start -= 1
        line = part[start]
        if line.sort is LineKind.TEXT and not _is_of_text(line, has_head=has_head):
            if line.is_title or (start == nearest - 1 and not _is_below_title(part, start)):
                return start
            best = start if best < 0 else best
    return best if best >= 0 else nearest - 1


def _is_below_title(part: list[PageLine], at: int) -> bool:
    """Return True for some words right below what stands out as a title: "Advanced course"."""
    above = part[at - 1] if at else None
    is_short = len(part[at].text.split()) <= _MOST_WORDS_BELOW_TITLE
    return bool(
        above and above.is_title and is_short and not heads_a_section(above.text) and not heads_a_list(above.text)
    )


def _texts_above(part: list[PageLine], at: int) -> Iterator[PageLine]:
    """Yield the lines of text above a place, the nearest first, up to the next date."""
    for line in reversed(part[:at]):
        if line.sort is LineKind.DATE:
            return
        if line.sort is LineKind.TEXT:
            yield line


def _is_of_text(line: PageLine, *, has_head: bool = False) -> bool:
    """Return True if a line is a sentence, a detail, or heads a section: the title stands above it."""
    if line.is_title:
        return heads_a_section(line.text)
    if line.is_headed or _ASKED.match(fold_text(line.text)) or label_of(line.text) or _POINT.match(line.text):
        return True
    label = _LABEL.match(line.text)
    is_known = label is not None and (
        has_head or bool(label_of(label[0].strip(" :")) or _FIGURES.search(line.text, label.end()))
    )
    is_detail = label is not None and is_known and not (names_a_happening(label[0]) or names_a_call(label[0]))
    return is_sentence(line.text) or is_detail or heads_a_section(line.text) or heads_a_list(line.text)


def _is_sentence(line: PageLine) -> bool:
    return is_sentence(line.text) and not line.is_title


def _is_second(part: list[PageLine], at: int, begin: int, *, dates_lead: bool) -> bool:
    """Return True if a date belongs to the item above it, which begins at `begin`."""
    line, above = part[at], at - 1
    while above > 0 and part[above].sort in _BESIDE:
        above -= 1
    date = line.date
    over = part[above].date if part[above].sort is LineKind.DATE else None
    if over and dates_lead and date and over.is_deadline and not date.is_deadline:
        return not any(each.sort is LineKind.TEXT for each in part[begin:at])
    if over or date is None:
        return True
    if dates_lead and (date.is_sentence or date.is_about in _SECOND):
        return True
    if date.is_sentence or date.is_about in _SECOND:
        known = {each.date.is_about for each in part[begin:at] if each.date and each.date.is_deadline}
        has_same = date.is_sentence or date.is_about in known
        return not (has_same and _has_own_title(part, at))
    if dates_lead:
        return date.is_deadline
    while above > begin and _is_between(part[above]):
        above -= 1
    is_below_text = part[above].sort is LineKind.DATE or _is_sentence(part[above])
    return is_below_text and not (date.is_deadline and _has_own_title(part, at))


def _is_between(line: PageLine) -> bool:
    return line.sort in _BESIDE or (line.sort is LineKind.TEXT and heads_a_section(line.text))


def _has_own_title(part: list[PageLine], at: int) -> bool:
    """Return True if a line that names a call or an event stands between a date and the one above it."""
    for line in reversed(part[:at]):
        if line.sort is LineKind.DATE:
            return False
        if line.sort is LineKind.TEXT and not _is_of_text(line):
            return names_a_call(line.text) or names_a_happening(line.text)
    return False


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
    texts = [line for line in lines if line.sort is LineKind.TEXT]
    is_headed = any(line.is_headed for line in lines)
    head = (
        next((line for line in texts if line.is_title and not (is_headed and heads_a_section(line.text))), None)
        if (dates_lead or is_headed) and texts and not texts[0].is_title
        else None
    )
    for line in lines:
        if line is head or (head and line.sort is LineKind.TEXT):
            (item.titles if line is head else item.teaser).append(line)
        elif line.sort is LineKind.LANGUAGE:
            item.languages.append(line.language)
        elif line.sort in held:
            held[line.sort].append(line)
        elif item.titles or (item.dates and not dates_lead):
            item.teaser.append(line)
        else:
            item.titles.append(line)
    return item
