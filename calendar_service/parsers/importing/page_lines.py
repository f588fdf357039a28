"""Classify the lines of a page: dates with a place, places, states, languages, ends of items, titles and text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale

from calendar_service.parsers.importing.candidates import ONLINE_WORDS, UnfitSource
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import (
    heads_a_detail,
    heads_a_section,
    names_a_call,
    names_a_happening,
)
from calendar_service.parsers.importing.page_bullets import bulleted_titles
from calendar_service.parsers.importing.page_context import (
    with_places,
    with_prose,
    with_sentences,
    without_agendas,
    without_kinds,
)
from calendar_service.parsers.importing.page_dates import (
    is_place,
    may_be_date,
    read_date_line,
    read_named_place,
    read_place,
    unread_date,
)
from calendar_service.parsers.importing.page_days import split_details
from calendar_service.parsers.importing.page_inline import spread_inline
from calendar_service.parsers.importing.page_labels import join_labels, label_of_line
from calendar_service.parsers.importing.page_line import LineKind, PageLine
from calendar_service.parsers.importing.page_places import place_on_line
from calendar_service.parsers.importing.page_sentences import read_sentence
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.parsers.importing.page_states import state_alone
from calendar_service.parsers.importing.page_tables import spread_tables
from calendar_service.parsers.importing.page_years import complete_dates, is_of_page
from calendar_service.records.texts import LANGUAGE_NAMES, fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_MOST_DATE_LINES = 1_000
_LONGEST_PLACE = 80
_MOST_BREAKS = 6
_LOCALES = tuple(Locale(code) for code in ("en", "fr"))
_STOP = re.compile(
    r"(?:continue reading|lire l'article|details?)|(?:read|learn|see|find out|show)? ?more(?: about .{0,80})?"
    r"|read on|(?:see|view) (?:the )?details?|(?:voir|consulter) (?:le |les |la )?(?:details?|fiche)"
    r"|(?:lire|voir|en savoir|savoir) (?:la suite|plus)|lire|plus",
)
_ONLY = re.compile(
    r"\(?(?:(?:disponible|available|in|en|only) )*(\w+) (?:only|seulement|uniquement)\)?|\(?only in (\w+)\)?"
)
_SORTS = {
    Role.BREAK: LineKind.STOP,
    Role.REFERENCE: LineKind.REFERENCE,
    Role.NOTE: LineKind.NOTE,
    Role.TEXT: LineKind.TEXT,
    Role.DETAIL: LineKind.DETAIL,
}
_BULLET = re.compile(r"[-–•*>] ")
_WORDS = re.compile(r"[^|]{1,40}(?: \| [^|]{1,40}){2,}")  # "Programme | Event | Slovenia"
_ADDRESS = re.compile(r"(?:[^:]{1,40}:\s*)?(?:https?://|www\.)\S+", re.IGNORECASE)
_ONLINE = re.compile(
    r"(?:(?:online|on-line|virtual|virtuel|en ligne|webinar|remote)(?: (?:event|meeting|only|seulement))?"
    r"(?:[ ,:(–-]+(?:(?:via|on|by|par|sur) )?(?:(?:ms|microsoft) )?(?:teams|zoom|webex|livestream|youtube)\)?)?"
    r"|(?:(?:via|on|by|par|sur) )?(?:(?:ms|microsoft) )?(?:teams|zoom|webex)"
    r"|(?:en |par |by |via )?(?:visio(?:-?conference)?|video-?conference|zoom|teams)|en distanciel|a distance)"
)
_ALL_DAY = re.compile(r"all[ -]day|(?:whole|full|entire) day|toute la journee|journee (?:entiere|complete)")
_FILE = re.compile(
    r"\b(?:pdf|docx?|odt|xlsx?|ods|zip|rtf)\b.{0,30}\b\d[\d.,]* ?[km]?[bo]\b"
    r"|\b\d[\d.,]* ?[km][bo]\b.{0,30}\b(?:pdf|docx?|odt|zip)\b"
)
_LONGEST_FILE = 160
_AND_ONLINE = re.compile(r"\s*(?:,|\band|\bet)\s*(?:also )?(?:online|on-line|en ligne)\)?\s*$", re.IGNORECASE)
_HYBRID = re.compile(r"^hybrid[e]?\s*[:(–-]?\s*", re.IGNORECASE)


def read_lines(source: Iterable[SourceLine]) -> list[PageLine]:
    """Return the classified lines of a page; paragraphs of plain text are joined. Raise UnfitSource."""
    lines: list[PageLine] = []
    dates = 0
    given = _joined_sections(split_details([_without_page_day(line) for line in source]))
    for line in given:
        dates += may_be_date(line.text) or (len(line.text) <= _LONGEST_PLACE and carries_date(line.text))
        if dates > _MOST_DATE_LINES:
            message = f"there are more than {_MOST_DATE_LINES:,} lines that may be dates."
            raise UnfitSource(message, line=line.number, remedy="Split the page.")
    given, questions = complete_dates(bulleted_titles(given))
    for block in _blocks(spread_inline(join_labels(spread_tables(given)))):
        found = [_classified(line) for line in block]
        first = next((at for at, line in enumerate(found) if line.sort is not LineKind.DETAIL), 0)
        found[first] = replace(found[first], opens=len(found) > 1 and block[first].role is Role.NONE)
        is_text = all(each.sort is LineKind.TEXT and not each.is_title for each in found)
        is_listed = sum(bool(_BULLET.match(line.text)) for line in block) > 1
        if len(block) > 1 and is_text and not is_listed and not _begins_with_title(block):
            joined = tuple((line.number, line.text) for line in block)
            whole = SourceLine(block[0].number, " ".join(line.text for line in block))
            spread = list(spread_inline([whole])) if any(carries_date(line.text) for line in block) else [whole]
            if len(spread) == 1:
                lines.append(replace(found[0], text=whole.text, joined=joined))
            else:
                lines += [_classified(line) for line in spread if line.text or line.role is Role.BREAK]
        else:
            lines += _marked_cuts(found)
    lines = with_places(with_sentences(with_prose(without_agendas(without_kinds(lines)))))
    asked = [replace(line, question=questions.get(line.number, "")) for line in lines]
    return [each if each.sort is LineKind.DATE else replace(each, question="") for each in asked]


def _without_page_day(line: SourceLine) -> SourceLine:
    """Return a line with the day of a file, "Terms (PDF, 210 kB)", or of the page, "Updated on", as a note."""
    is_short = line.role is Role.NONE and not line.cells and len(line.text) <= _LONGEST_FILE
    if not is_short or not carries_date(line.text):
        return line
    folded = fold_text(line.text)
    if _FILE.search(folded):
        return replace(line, role=Role.NOTE, text=f"left out, a file: {line.text}")
    if is_of_page(folded) and not label_of_line(line.text):
        return replace(line, role=Role.NOTE, text=f"left out, {line.text}")
    return line


def _joined_sections(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines without the breaks before headings of sections: "Registration" is about what stands above."""
    out = lines[:]
    for at, line in enumerate(lines):
        if line.role is Role.BREAK:
            below = next((each for each in lines[at + 1 : at + _MOST_BREAKS] if each.text), None)
            if below and below.role is Role.TITLE and heads_a_detail(below.text):
                out[at] = replace(line, role=Role.NONE)
    return out


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


def _begins_with_title(block: list[SourceLine]) -> bool:
    """Return True if the first line of a paragraph is a title by itself: a sentence with a date begins on the next."""
    head, below = block[0].text, block[1].text
    is_title = names_a_call(head) or names_a_happening(head)
    is_whole = len(head) <= _LONGEST_PLACE and head[-1:].isalnum() | (head[-1:] in '»”")!?') and below[:1].isupper()
    return is_title and is_whole and any(read_sentence(line.text) for line in block[1:])


def _classified(line: SourceLine) -> PageLine:
    found = PageLine(line.number, line.text, url=line.url, is_event=line.is_event, is_headed=line.is_headed)
    match line.role:
        case Role.TITLE:
            return replace(found, is_title=True)
        case Role.DATE:
            date = read_date_line(line.text) or unread_date(line.text)
            return replace(found, sort=LineKind.DATE, date=date)
        case Role.PLACE:
            if heads_a_section(line.text):
                return replace(found, sort=LineKind.DETAIL)
            return replace(found, sort=LineKind.PLACE, place=_place(line.text) or _named(line.text))
        case Role.STATUS:
            state = state_alone(line.text)
            return replace(found, sort=LineKind.STATUS if state else LineKind.NOTE, status=state)
    return replace(found, sort=_SORTS[line.role]) if line.role in _SORTS else _sorted(found)


def _sorted(line: PageLine) -> PageLine:
    text = line.text
    folded = fold_text(text.strip(" .…>»→[]-–")).replace("’", "'")
    if _STOP.fullmatch(folded) and not carries_date(text) and not text.isupper():
        return replace(line, sort=LineKind.STOP)
    if language := _only_language(folded):
        return replace(line, sort=LineKind.LANGUAGE, language=language)
    if _ADDRESS.fullmatch(text) or (_WORDS.fullmatch(text) and not carries_date(text)):
        return replace(line, sort=LineKind.DETAIL)
    if _ALL_DAY.fullmatch(folded):
        return replace(line, sort=LineKind.NOTE, text=f"left out, its hours: {text}")
    if state := state_alone(text):
        return replace(line, sort=LineKind.STATUS, status=state)
    if date := read_date_line(text):
        inside = None if date.is_deadline else read_sentence(text)
        return replace(line, sort=LineKind.DATE, date=inside or date)
    if len(text) <= _LONGEST_PLACE and (place := _place(text)) and not isinstance(place, str):
        return replace(line, sort=LineKind.PLACE, place=place)
    return replace(line, sort=LineKind.PLACE, place=ONLINE_WORDS) if _ONLINE.fullmatch(folded) else line


def _place(text: str) -> Any:
    """Return a line as a place: a mapping if it surely is one, "online", or None."""
    if _ONLINE.fullmatch(fold_text(text.strip(" .()"))):
        return ONLINE_WORDS
    bare = _HYBRID.sub("", _AND_ONLINE.sub("", text)).strip(" ()")
    if ":" in bare or not is_place(bare):
        return None
    found = read_place(bare, has_clock=False)
    if bare != text.strip(" ()"):
        found = {**found, "online": True}
    return found if "city" in found else None


def _named(text: str) -> Any:
    """Return words that surely are a place as one; both a place and online if they say so."""
    found = place_on_line(text, below_hours=True)
    return found if isinstance(found, dict) else read_named_place(text)


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
