"""The text of a news page, as it was copied from a browser, to sketches of records.

An item is a title with a line of date words below it, or above. News is no record: where a bare date
may be no more than the day of publication, a person is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calendar_service.readers.importing import page_lines
from calendar_service.readers.importing.drafts import ONLINE, Aside, Imported, Sketch, set_text, shorten, tidy_title
from calendar_service.readers.importing.news import ask_about_news, comes_yearly
from calendar_service.readers.importing.page_lines import DateLine, Line, Sort

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEBINAR = re.compile(r"\b(?:e-)?webina(?:r|ire)s?\b", re.IGNORECASE)


@dataclass
class _Item:
    """The lines of one item of the page."""

    languages: list[str] = field(default_factory=list)
    titles: list[Line] = field(default_factory=list)
    dates: list[Line] = field(default_factory=list)
    teaser: list[Line] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line at which it begins."""
        return min(each.number for each in [*self.titles, *self.dates, *self.teaser])


def read_page(text: str, language: str | None) -> Imported:
    """Read a page; `language` is the one that it is in, None where the calendar's own is meant."""
    imported = Imported()
    for item in _items(page_lines.read_lines(text)):
        if item.titles and item.dates:
            imported.add(_sketch(item, language))
        elif item.dates:
            imported.add(Aside(item.line, f"a date without a title: {shorten(item.dates[0].text)}"))
        elif item.titles or item.teaser:
            imported.add(Aside(item.line, f"no date: {shorten((item.titles or item.teaser)[0].text)}"))
    return imported


# --- items ---------------------------------------------------------------------------------------


def _items(lines: list[Line]) -> Iterator[_Item]:
    """Cut the page at "Read More", and each part between at its dates."""
    part: list[Line] = []
    for line in lines:
        if line.sort is Sort.STOP:
            yield from _items_of_part(part)
            part = []
        else:
            part.append(line)
    yield from _items_of_part(part)


def _items_of_part(part: list[Line]) -> Iterator[_Item]:
    texts = [line for line in part if line.sort is not Sort.LANGUAGE]
    if not any(line.sort is Sort.DATE for line in part):
        if texts:
            yield _Item(titles=texts[:1], teaser=texts[1:])
        return
    leads = texts[0].sort is Sort.DATE
    cuts = _starts(part, dates_lead=leads)
    for start, end in zip(cuts, [*cuts[1:], len(part)], strict=True):
        yield from _items_of_stretch(part[start:end], dates_lead=leads)


def _starts(part: list[Line], *, dates_lead: bool) -> list[int]:
    """Find where each item of a part begins: at its title, or at its date where dates stand first."""
    cuts: list[int] = []
    for at, line in enumerate(part):
        follows = at > 0 and part[at - 1].sort is Sort.DATE
        if line.sort is not Sort.DATE or follows:
            continue
        start = at
        if not dates_lead and at > 0 and part[at - 1].sort is Sort.TEXT:
            start = at - 1
        while start > 0 and part[start - 1].sort is Sort.LANGUAGE:
            start -= 1
        cuts.append(start)
    return sorted({0, *cuts}) if cuts and _has_text(part[: cuts[0]]) else cuts


def _has_text(lines: list[Line]) -> bool:
    return any(line.sort is Sort.TEXT for line in lines)


def _items_of_stretch(lines: list[Line], *, dates_lead: bool) -> Iterator[_Item]:
    item = _Item()
    for line in lines:
        if line.sort is Sort.LANGUAGE:
            item.languages.append(line.language)
        elif line.sort is Sort.DATE:
            item.dates.append(line)
        elif item.titles or (item.dates and not dates_lead):
            item.teaser.append(line)
        else:
            item.titles.append(line)
    if item.titles or item.dates or item.teaser:
        yield item


# --- sketches ------------------------------------------------------------------------------------


def _sketch(item: _Item, language: str | None) -> Sketch:
    title = tidy_title(item.titles[0].text)
    main, *others = [line.date for line in item.dates if line.date]
    sketch = Sketch(item.titles[0].number, {"kind": "event"}, first=main.when.first if main.when else None)
    own = list(dict.fromkeys(item.languages))
    set_text(sketch, "title", title, None if own else language)
    if own:
        sketch.fields["languages"] = own
    if item.titles[0].is_cut:
        sketch.remark(f"The line above line {item.titles[0].number} may belong to the title.")
    if main.is_deadline:
        _set_deadline(sketch, main)
    else:
        _set_happening(sketch, main, title)
    for line, date in zip(item.dates[1:], others, strict=True):
        _add_date(sketch, date, line)
    if main.place:
        sketch.fields["place"] = main.place
    if main.when is None:
        sketch.problems.append(f"Line {item.dates[0].number} is not understood: {page_lines.explain(main.words)}")
    elif main.rest:
        words = shorten(main.rest)
        sketch.problems.append(f"Not understood: {words!r}, behind the date in line {item.dates[0].number}.")
    if not main.is_deadline:
        ask_about_news(sketch, main, title, " ".join(line.text for line in item.teaser))
    return sketch


def _set_deadline(sketch: Sketch, date: DateLine) -> None:
    if date.is_about == "registration":
        sketch.fields["registration"] = {"closes": date.words}
        return
    sketch.fields["kind"] = "tender"
    sketch.fields["questions_by" if date.is_about == "questions" else "closes"] = date.words


def _set_happening(sketch: Sketch, date: DateLine, title: str) -> None:
    if _WEBINAR.search(title):
        sketch.fields["kind"] = "webinar"
    sketch.fields["when"] = date.words
    if date.is_online and date.place:
        sketch.fields["when"] = f"{date.words}, {ONLINE}"
    elif date.is_online:
        sketch.fields["place"] = ONLINE
    if comes_yearly(title):
        sketch.remark("If it comes back every year on this day, add: repeats: every year")


def _add_date(sketch: Sketch, date: DateLine, line: Line) -> None:
    """Add what a second line of date words says."""
    fields: dict[str, Any] = sketch.fields
    is_tender = fields["kind"] == "tender"
    name = {"questions": "questions_by", "": "closes"}.get(date.is_about) if date.is_deadline and is_tender else None
    if name and name not in fields and not date.rest:
        fields[name] = date.words
    elif date.is_about == "registration" and not is_tender and "registration" not in fields and not date.rest:
        fields["registration"] = {"closes": date.words}
    else:
        sketch.problems.append(f"Not understood: a second line of dates, line {line.number}: {shorten(line.text)!r}.")
