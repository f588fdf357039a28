"""What lines of a page are by what stands around them: kinds, sentences that hold a date, places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.news import heads_a_list, is_only_a_kind, names_a_call, names_a_happening
from calendar_service.parsers.importing.page_line import LineKind, PageLine
from calendar_service.parsers.importing.page_places import place_on_line
from calendar_service.parsers.importing.page_prose import read_prose
from calendar_service.parsers.importing.page_sentences import read_sentence, title_before_text
from calendar_service.parsers.importing.page_source import is_sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.datephrases import DatePhrase
    from calendar_service.parsers.importing.page_dates import DateLine
    from calendar_service.parsers.importing.page_prose import ProseSentence

_HOUR_LED = re.compile(r"\d{1,2}(?:[:.]\d\d| ?h ?\d\d| ?h)\b(?! ?[-–] ?\d)")
_BESIDE_DATE = frozenset({LineKind.PLACE, LineKind.STATUS, LineKind.LANGUAGE, LineKind.NOTE})


def without_kinds(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with those that only name a kind of event as notes, where another line is the title."""
    found = lines[:]
    for at, line in enumerate(lines):
        if line.sort is not LineKind.TEXT or line.is_title or not is_only_a_kind(line.text):
            continue
        around = [each for each in (found[at - 1 : at] + lines[at + 1 : at + 2]) if each.sort is LineKind.TEXT]
        if around and not any(is_only_a_kind(each.text) or each.text.endswith(".") for each in around):
            found[at] = replace(line, sort=LineKind.NOTE, text=f"left out, its kind: {line.text}", is_kind=True)
    return found


def with_sentences(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with running sentences as dates; beside other dates of a part, only where it is sure of what."""
    found = lines[:]
    for start, end in _parts(lines):
        has_date = any(line.sort is LineKind.DATE for line in lines[start:end])
        for at in range(start, end):
            line = lines[at]
            date = read_sentence(line.text) if line.sort is LineKind.TEXT and not line.is_title else None
            if date and not date.title and _is_below_list(found[start:at]):
                date = replace(date, title=title_before_text(line.text))
            if date and (not has_date or date.title or _is_of_own(found[start:at], date)):
                found[at] = replace(line, sort=LineKind.DATE, date=date)
    return [each for line in found for each in _with_title(line)]


def without_agendas(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with the agenda of each event, days of it with hours below, as its details."""
    found = lines[:]
    span: DatePhrase | None = None
    is_agenda = False
    for at, line in enumerate(lines):
        if line.sort is LineKind.DATE and line.date:
            when = line.date.when
            below = next((each for each in lines[at + 1 :] if each.sort is not LineKind.NOTE), None)
            is_led = below is not None and below.sort is LineKind.TEXT and bool(_HOUR_LED.match(below.text))
            is_day = bool(when and when.start is None and not line.date.is_deadline)
            is_agenda = bool(is_led and is_day and when and span and span.first <= when.first <= when.last <= span.last)
            if is_agenda:
                found[at] = replace(line, sort=LineKind.DETAIL, date=None)
            elif when and not line.date.is_deadline:
                span = when
        elif line.sort is LineKind.TEXT and is_agenda and (_HOUR_LED.match(line.text) or is_sentence(line.text)):
            found[at] = replace(line, sort=LineKind.DETAIL)
    return found


def _is_below_list(above: list[PageLine]) -> bool:
    """Return True if the nearest text above heads a list, so that it is no title."""
    text = next((line.text for line in reversed(above) if line.sort is LineKind.TEXT), "")
    return heads_a_list(text) or fold_text(text) in ("call", "appel")


def _with_title(line: PageLine) -> list[PageLine]:
    """Return a paragraph with its title in front as an item of its own."""
    if line.date is None or not line.date.title:
        return [line]
    return [_stop(line), PageLine(line.number, line.date.title, is_title=True), line, _stop(line)]


def _stop(line: PageLine) -> PageLine:
    return PageLine(line.number, "", LineKind.STOP)


def with_prose(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with the events that sentences announce as items of their own."""
    out: list[PageLine] = []
    heads: list[str] = []
    later: list[PageLine] = []  # what stands above and below goes together
    for line in lines:
        if line.sort is LineKind.STOP:
            out += later
            heads, later = [], []
        is_text = line.sort is LineKind.TEXT and not line.is_title
        found = read_prose(line.text, " ".join(heads)) if is_text else []
        heads += [line.text] if line.sort is LineKind.TEXT and not is_sentence(line.text) else []
        later += _spread_prose(line, found) if found else []
        out += [] if found else [line]
    return out + later


def _spread_prose(line: PageLine, found: list[ProseSentence]) -> Iterator[PageLine]:
    is_open = False
    for each in found:
        here = PageLine(line.number, each.text, sort=LineKind.DATE if each.date else LineKind.TEXT, date=each.date)
        if each.title:
            yield _stop(line)
            yield PageLine(line.number, each.title, is_title=True)
        yield here if each.date or not is_open else replace(here, sort=LineKind.DETAIL)
        is_open = is_open or bool(each.title)
    yield _stop(line)


def _parts(lines: list[PageLine]) -> Iterator[tuple[int, int]]:
    """Yield where each part begins and ends, between "Read more" and the like."""
    start = 0
    for at, line in enumerate(lines):
        if line.sort is LineKind.STOP:
            yield start, at
            start = at + 1
    yield start, len(lines)


def _is_of_own(above: list[PageLine], date: DateLine) -> bool:
    """Return True if a sentence says until when to register, or a title stands between it and the date above."""
    if date.is_deadline and date.is_about in ("registration", "application"):
        return True
    for line in reversed(above):
        if line.sort is LineKind.DATE:
            return False
        if line.sort is LineKind.TEXT and not is_sentence(line.text):
            names = names_a_call if date.is_deadline else names_a_happening
            last = next((each.date for each in reversed(above) if each.date), None)
            is_other = not last or not last.when or not date.when or last.when.first != date.when.first
            return is_other and names(line.text)
    return False


def with_places(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with those as places that have a street, or stand below a date and name a hall or a city."""
    found = lines[:]
    for at, line in enumerate(lines):
        if line.sort is not LineKind.TEXT or line.is_title or is_sentence(line.text):
            continue
        place = place_on_line(line.text, below_hours=_is_below_hours(lines, at))
        if place and (isinstance(place, dict) or _is_below_date(lines, at)):
            found[at] = replace(line, sort=LineKind.PLACE, place=place)
    return found


def _is_below_hours(lines: list[PageLine], at: int) -> bool:
    above = next((line for line in reversed(lines[max(at - 4, 0) : at]) if line.sort not in _BESIDE_DATE), None)
    return bool(above and above.date and above.date.when and above.date.when.start and not above.date.is_deadline)


def _is_below_date(lines: list[PageLine], at: int) -> bool:
    """Return True if a line stands where its place does: below a title and its date, or a date and its title."""
    above = [line.sort for line in lines[max(at - 8, 0) : at] if line.sort not in _BESIDE_DATE]
    over = [None, None, None, *above][-3:]
    if over[1:] == [LineKind.TEXT, LineKind.DATE]:
        return True
    return over[0] in (None, LineKind.STOP) and over[1:] == [LineKind.DATE, LineKind.TEXT]
