"""Classify the lines of a page: dates with a place, places, states, languages, ends of items, titles and text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale

from calendar_service.parsers.importing.candidates import ONLINE_WORDS, UnfitSource
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import is_only_a_kind
from calendar_service.parsers.importing.page_dates import (
    DateLine,
    is_place,
    may_be_date,
    read_date_line,
    read_named_place,
    read_place,
)
from calendar_service.parsers.importing.page_inline import spread_inline
from calendar_service.parsers.importing.page_labels import join_labels
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.parsers.importing.page_states import state_alone
from calendar_service.parsers.importing.page_tables import spread_tables
from calendar_service.parsers.importing.page_years import complete_dates
from calendar_service.records.texts import LANGUAGE_NAMES, fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MOST_DATE_LINES = 1_000
_LONGEST_PLACE = 80
_LOCALES = tuple(Locale(code) for code in ("en", "fr"))
_STOP = re.compile(
    r"(?:read|learn|see|find out|show)? ?more(?: about .{0,80})?|read on"
    r"|(?:lire|voir|en savoir|savoir) (?:la suite|plus)|lire|plus",
)
_ONLY = re.compile(
    r"\(?(?:(?:disponible|available|in|en|only) )*(\w+) (?:only|seulement|uniquement)\)?|\(?only in (\w+)\)?"
)
_ONLINE = re.compile(
    r"(?:(?:online|on-line|virtual|virtuel|en ligne|webinar)(?: (?:event|meeting|only|seulement))?|zoom|teams)"
)
_AND_ONLINE = re.compile(r"\s*(?:,|\band|\bet)\s*(?:also )?(?:online|on-line|en ligne)\)?\s*$", re.IGNORECASE)
_HYBRID = re.compile(r"^hybrid[e]?\s*[:(–-]?\s*", re.IGNORECASE)


class LineKind(Enum):
    """The kind of a line."""

    TEXT = auto()
    DATE = auto()
    PLACE = auto()
    STATUS = auto()
    LANGUAGE = auto()
    REFERENCE = auto()
    NOTE = auto()
    DETAIL = auto()
    STOP = auto()


@dataclass(frozen=True)
class PageLine:
    """One line, or the joined lines of one paragraph. `is_cut`: the line above it may belong to it."""

    number: int
    text: str
    sort: LineKind = LineKind.TEXT
    date: DateLine | None = None
    language: str = ""
    is_cut: bool = False
    joined: tuple[tuple[int, str], ...] = ()
    place: Any = None
    status: str = ""
    is_title: bool = False
    url: str = ""
    question: str = ""
    is_event: bool = False
    opens: bool = False  # a paragraph of several lines

    def dated(self) -> list[tuple[int, str]]:
        """Return its lines in the source that name a day, with their numbers."""
        return [(number, text) for number, text in self.joined or ((self.number, self.text),) if carries_date(text)]


def read_lines(source: Iterable[SourceLine]) -> list[PageLine]:
    """Return the classified lines of a page; paragraphs of plain text are joined. Raise UnfitSource."""
    lines: list[PageLine] = []
    dates = 0
    given = list(source)
    for line in given:
        dates += may_be_date(line.text) or (len(line.text) <= _LONGEST_PLACE and carries_date(line.text))
        if dates > _MOST_DATE_LINES:
            message = f"there are more than {_MOST_DATE_LINES:,} lines that may be dates."
            raise UnfitSource(message, line=line.number, remedy="Split the page.")
    given, questions = complete_dates(given)
    for block in _blocks(spread_inline(join_labels(spread_tables(given)))):
        found = [_classified(line) for line in block]
        found[0] = replace(found[0], opens=len(found) > 1 and block[0].role is Role.NONE)
        if len(block) > 1 and all(each.sort is LineKind.TEXT and not each.is_title for each in found):
            joined = tuple((line.number, line.text) for line in block)
            whole = SourceLine(block[0].number, " ".join(line.text for line in block))
            spread = list(spread_inline([whole])) if any(carries_date(line.text) for line in block) else [whole]
            if len(spread) == 1:
                lines.append(replace(found[0], text=whole.text, joined=joined))
            else:
                lines += [_classified(line) for line in spread if line.text or line.role is Role.BREAK]
        else:
            lines += _marked_cuts(found)
    lines = _without_kinds(lines)
    asked = [replace(line, question=questions.get(line.number, "")) for line in lines]
    return [each if each.sort is LineKind.DATE else replace(each, question="") for each in asked]


def _without_kinds(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with those that only name a kind of event as notes, where another line is the title."""
    found = lines[:]
    for at, line in enumerate(lines):
        if line.sort is not LineKind.TEXT or line.is_title or not is_only_a_kind(line.text):
            continue
        around = [each for each in (found[at - 1 : at] + lines[at + 1 : at + 2]) if each.sort is LineKind.TEXT]
        if around and not any(is_only_a_kind(each.text) or each.text.endswith(".") for each in around):
            found[at] = replace(line, sort=LineKind.NOTE, text=f"left out, its kind: {line.text}")
    return found


def _blocks(lines: Iterable[SourceLine]) -> Iterator[list[SourceLine]]:
    block: list[SourceLine] = []
    for line in lines:
        if line.text or line.role is Role.BREAK:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _marked_cuts(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with each title marked whose first half may be the line above."""
    found = lines[:]
    for at in range(1, len(lines) - 1):
        if [each.sort for each in lines[at - 1 : at + 2]] == [LineKind.TEXT, LineKind.TEXT, LineKind.DATE]:
            found[at] = replace(lines[at], is_cut=not lines[at].is_title)
    return found


def _classified(line: SourceLine) -> PageLine:
    found = PageLine(line.number, line.text, url=line.url, is_event=line.is_event)
    match line.role:
        case Role.BREAK:
            return replace(found, sort=LineKind.STOP)
        case Role.TITLE:
            return replace(found, is_title=True)
        case Role.REFERENCE:
            return replace(found, sort=LineKind.REFERENCE)
        case Role.NOTE:
            return replace(found, sort=LineKind.NOTE)
        case Role.DATE:
            date = read_date_line(line.text) or DateLine(line.text, None, rest=line.text)
            return replace(found, sort=LineKind.DATE, date=date)
        case Role.PLACE:
            return replace(found, sort=LineKind.PLACE, place=_place(line.text) or read_named_place(line.text))
        case Role.STATUS:
            state = state_alone(line.text)
            return replace(found, sort=LineKind.STATUS if state else LineKind.NOTE, status=state)
        case Role.TEXT:
            return found
        case Role.DETAIL:
            return replace(found, sort=LineKind.DETAIL)
    return _sorted(found)


def _sorted(line: PageLine) -> PageLine:
    text = line.text
    folded = fold_text(text.strip(" .…>»→[]-–")).replace("’", "'")
    if _STOP.fullmatch(folded) and not carries_date(text):
        return replace(line, sort=LineKind.STOP)
    if language := _only_language(folded):
        return replace(line, sort=LineKind.LANGUAGE, language=language)
    if date := read_date_line(text):
        return replace(line, sort=LineKind.DATE, date=date)
    if not carries_date(text) and (state := state_alone(text)):
        return replace(line, sort=LineKind.STATUS, status=state)
    if len(text) <= _LONGEST_PLACE and (place := _place(text)) and not isinstance(place, str):
        return replace(line, sort=LineKind.PLACE, place=place)
    return replace(line, sort=LineKind.PLACE, place=ONLINE_WORDS) if _ONLINE.fullmatch(folded) else line


def _place(text: str) -> Any:
    """Return a line as a place: a mapping if it surely is one, "online", or None."""
    if _ONLINE.fullmatch(fold_text(text.strip(" .()"))):
        return ONLINE_WORDS
    bare = _HYBRID.sub("", _AND_ONLINE.sub("", text)).strip(" ()")
    if not is_place(bare):
        return None
    found = read_place(bare, has_clock=False)
    if bare != text.strip(" ()"):
        found = {**found, "online": True}
    return found if "city" in found else None


def _only_language(folded: str) -> str:
    match = _ONLY.fullmatch(folded)
    return _language_names().get(match[1] or match[2], "") if match else ""


@lru_cache(maxsize=1)
def _language_names() -> Mapping[str, str]:
    return {
        fold_text(name): code
        for locale in _LOCALES
        for code, name in locale.languages.items()
        if code in LANGUAGE_NAMES
    }
