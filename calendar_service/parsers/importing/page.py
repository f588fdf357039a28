"""Import the text of a news page, copied from a browser, as candidates.

An item is a title with a line of date words below or above it. News is not a record: if a bare date may be only the day
of publication, a person is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing import page_lines
from calendar_service.parsers.importing.candidates import (
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    set_text_field,
    shorten_value,
    tidy_title,
)
from calendar_service.parsers.importing.dated_text import around_date
from calendar_service.parsers.importing.news import ask_about_news, comes_yearly
from calendar_service.parsers.importing.page_lines import DateLine, LineKind, PageLine

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEBINAR = re.compile(r"\b(?:e-)?webina(?:r|ire)s?\b", re.IGNORECASE)


@dataclass
class _Item:
    """The lines of one item of the page."""

    languages: list[str] = field(default_factory=list)
    titles: list[PageLine] = field(default_factory=list)
    dates: list[PageLine] = field(default_factory=list)
    teaser: list[PageLine] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The number of its first line."""
        return min(each.number for each in [*self.titles, *self.dates, *self.teaser])


def read_page(text: str, language: str | None) -> Imported:
    """Parse a page; `language` is the page's language, None for the calendar's own."""
    imported = Imported()
    for item in _items(page_lines.read_lines(text)):
        if item.titles and item.dates:
            candidate = _candidate(item, language)
            imported.add(candidate)
            used = {candidate.line, *(line.number for line in item.dates)}
        else:
            used = _ignore(imported, item)
        for line in (*item.titles, *item.teaser):
            for number, words in line.dated():
                if number not in used:
                    imported.add(Ignored(number, f"a day inside a text: {shorten_value(around_date(words))}"))
    return imported


def _ignore(imported: Imported, item: _Item) -> set[int]:
    """Report an item that lacks a title or a date, and return the numbers of the lines that are reported."""
    for line in item.dates:
        imported.add(Ignored(line.number, f"a date without a title: {shorten_value(line.text)}"))
    first = next((line for line in (*item.titles, *item.teaser)), None)
    if first and not item.dates and not first.dated():
        imported.add(Ignored(item.line, f"no date: {shorten_value(first.text)}"))
    return {line.number for line in item.dates}


# --- items ---------------------------------------------------------------------------------------


def _items(lines: list[PageLine]) -> Iterator[_Item]:
    """Yield the items: the page is split at "Read More", and each part at its dates."""
    part: list[PageLine] = []
    for line in lines:
        if line.sort is LineKind.STOP:
            yield from _items_of_part(part)
            part = []
        else:
            part.append(line)
    yield from _items_of_part(part)


def _items_of_part(part: list[PageLine]) -> Iterator[_Item]:
    texts = [line for line in part if line.sort is not LineKind.LANGUAGE]
    if not any(line.sort is LineKind.DATE for line in part):
        if texts:
            yield _Item(titles=texts[:1], teaser=texts[1:])
        return
    leads = texts[0].sort is LineKind.DATE
    cuts = _starts(part, dates_lead=leads)
    for start, end in zip(cuts, [*cuts[1:], len(part)], strict=True):
        yield from _items_of_stretch(part[start:end], dates_lead=leads)


def _starts(part: list[PageLine], *, dates_lead: bool) -> list[int]:
    """Return where each item of a part begins: at its title, or at its date if dates come first."""
    cuts: list[int] = []
    for at, line in enumerate(part):
        follows = at > 0 and part[at - 1].sort is LineKind.DATE
        if line.sort is not LineKind.DATE or follows:
            continue
        start = at
        if not dates_lead and at > 0 and part[at - 1].sort is LineKind.TEXT:
            start = at - 1
        while start > 0 and part[start - 1].sort is LineKind.LANGUAGE:
            start -= 1
        cuts.append(start)
    return sorted({0, *cuts}) if cuts and _has_text(part[: cuts[0]]) else cuts


def _has_text(lines: list[PageLine]) -> bool:
    return any(line.sort is LineKind.TEXT for line in lines)


def _items_of_stretch(lines: list[PageLine], *, dates_lead: bool) -> Iterator[_Item]:
    item = _Item()
    for line in lines:
        if line.sort is LineKind.LANGUAGE:
            item.languages.append(line.language)
        elif line.sort is LineKind.DATE:
            item.dates.append(line)
        elif item.titles or (item.dates and not dates_lead):
            item.teaser.append(line)
        else:
            item.titles.append(line)
    if item.titles or item.dates or item.teaser:
        yield item


# --- candidates ----------------------------------------------------------------------------------


def _candidate(item: _Item, language: str | None) -> Candidate:
    title = tidy_title(item.titles[0].text)
    main, *others = [line.date for line in item.dates if line.date]
    candidate = Candidate(item.titles[0].number, {"kind": "event"}, first=main.when.first if main.when else None)
    own = list(dict.fromkeys(item.languages))
    set_text_field(candidate, "title", title, None if own else language)
    if own:
        candidate.fields["languages"] = own
    if item.titles[0].is_cut:
        candidate.remark(f"The line above line {item.titles[0].number} may belong to the title.")
    if main.is_deadline:
        _set_deadline(candidate, main)
    else:
        _set_happening(candidate, main, title)
    for line, date in zip(item.dates[1:], others, strict=True):
        _add_date(candidate, date, line)
    if main.place:
        candidate.fields["place"] = main.place
    if main.when is None:
        candidate.problems.append(f"Line {item.dates[0].number} is not understood: {page_lines.explain(main.words)}")
    elif main.rest:
        words = shorten_value(main.rest)
        candidate.problems.append(f"Not understood: {words!r}, behind the date in line {item.dates[0].number}.")
    if not main.is_deadline:
        ask_about_news(candidate, main, title, " ".join(line.text for line in item.teaser))
    return candidate


def _set_deadline(candidate: Candidate, date: DateLine) -> None:
    if date.is_about == "registration":
        candidate.fields["registration"] = {"closes": date.words}
        return
    candidate.fields["kind"] = "tender"
    candidate.fields["questions_by" if date.is_about == "questions" else "closes"] = date.words


def _set_happening(candidate: Candidate, date: DateLine, title: str) -> None:
    if _WEBINAR.search(title):
        candidate.fields["kind"] = "webinar"
    candidate.fields["when"] = date.words
    if date.is_online and date.place:
        candidate.fields["when"] = f"{date.words}, {ONLINE_WORDS}"
    elif date.is_online:
        candidate.fields["place"] = ONLINE_WORDS
    if comes_yearly(title):
        candidate.remark("If it comes back every year on this day, add: repeats: every year")


def _add_date(candidate: Candidate, date: DateLine, line: PageLine) -> None:
    """Add the times of a second line of date words."""
    fields: dict[str, Any] = candidate.fields
    is_tender = fields["kind"] == "tender"
    name = {"questions": "questions_by", "": "closes"}.get(date.is_about) if date.is_deadline and is_tender else None
    if name and name not in fields and not date.rest:
        fields[name] = date.words
    elif date.is_about == "registration" and not is_tender and "registration" not in fields and not date.rest:
        fields["registration"] = {"closes": date.words}
    else:
        candidate.problems.append(
            f"Not understood: a second line of dates, line {line.number}: {shorten_value(line.text)!r}."
        )
