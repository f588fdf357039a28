"""Events that a line, or a sentence of a paragraph, announces whole: title, date and place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.dated_text import carries_date, first_date
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import (
    is_place,
    may_be_date,
    read_date_line,
    reads_as_name,
    split_date,
)
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_WORDS = 30
_SENTENCE = re.compile(r"(?:(?<=[^\W\d_][^\W\d_][.!?;])|(?<=[\d)»”\"’][.!?;]))\s+(?=[^\W\d_]|[«“\"(])")
_OPENS = re.compile(
    r"(?:[a-z]{3,9}day|(?:mon|tue|wed|thu|fri|sat|sun)|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|from|du|le|les|on|the|and|et|to|au|\d{1,2}(?:st|nd|rd|th|er)?|[-–—&]|\d{1,2}[-–]\d{1,2})[.,]?"
)
_SEPARATED = re.compile(r"[,:;|(\[–—·•]|\s-")
_DEADLINE = re.compile(
    r"[\s,;:(|–—-]+((?:new |final |the )?(?:deadline|closing date|closes|date limite)\b[^,]{0,60})$", re.IGNORECASE
)
_ABOUT_DATES = re.compile(
    r"\b(?:dates?|deadlines?|registrations?|inscriptions?|delais?|closing|closes|start|end|limites?)\b"
)
_CALL = re.compile(r"(?:(?:open|new|nouvel) )?(?:calls?|appels?|tenders?|invitation|avis)\b.* ")
_ONLINE = re.compile(r"(?:on-?line|en ligne|virtual|virtuel)", re.IGNORECASE)
_NO_TITLE = frozenset(  # words with which sentences begin
    "we nous our notre this these cette ce cet ces it il elle they ils elles you vous please merci join rejoignez"  # noqa: SIM905
    " since depuis participants in dans at on from".split()
)
_EDGES = " ,;:|–—-·•"


@dataclass(frozen=True)
class _Inline:
    """An event in one sentence: its title, its words of date and place, and whether a name was taken as the place."""

    title: str
    date: str
    taken: str = ""


def spread_inline(lines: list[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each event inside a line as an item of its own."""
    for at, line in enumerate(lines):
        found = list(_parts(line)) if _is_text(line) else []
        if not any(isinstance(each, _Inline) for each in found):
            yield line
        elif len(found) == 1 and isinstance(found[0], _Inline) and found[0].title and _date_follows(lines, at):
            yield replace(line, role=Role.TITLE)
        else:
            for each in found:
                yield from _spread(line, each)


def _is_text(line: SourceLine) -> bool:
    return line.role in (Role.NONE, Role.TITLE) and carries_date(line.text) and may_be_date(line.text, longest=2_000)


def _date_follows(lines: list[SourceLine], at: int) -> bool:
    after = next((line for line in lines[at + 1 : at + 4] if line.text), None)
    return after is not None and (after.role is Role.DATE or read_date_line(after.text) is not None)


def _spread(line: SourceLine, found: _Inline | str) -> Iterator[SourceLine]:
    if isinstance(found, str) or not found.title:
        words = found if isinstance(found, str) else found.date
        yield replace(line, text=words, role=Role.NONE, cells=())
        return
    yield SourceLine(line.number, "", Role.BREAK)
    yield SourceLine(line.number, found.title, Role.TITLE, url=line.url)
    yield SourceLine(line.number, found.date, Role.DATE)
    if found.taken:
        yield SourceLine(line.number, found.taken, Role.PLACE)
        yield SourceLine(line.number, f"{found.taken!r} is taken as the place.", Role.NOTE)
    yield SourceLine(line.number, "", Role.BREAK)


def _parts(line: SourceLine) -> Iterator[_Inline | str]:
    if read_date_line(line.text) and not _date_first(line.text) and not _begins_with_title(line.text):
        yield line.text
        return
    if whole := _inline(line.text):
        yield whole
        return
    for sentence in _SENTENCE.split(line.text)[:50]:
        yield (carries_date(sentence) and _inline(sentence)) or sentence


def _begins_with_title(text: str) -> bool:
    """Return True if the words before a date are a title, though they may introduce a date too."""
    before = text[: _date_start(text)]
    if (lead := _DEADLINE.search(before.rstrip(_EDGES))) and _CALL.match(fold_text(before[: lead.start()])):
        return True
    return names_a_happening(before) and not _ABOUT_DATES.search(fold_text(before))


def _inline(sentence: str) -> _Inline | None:
    """Return the event that a sentence announces; None if it says anything else."""
    text = sentence.strip().rstrip(".;")
    if len(text.split()) > _MOST_WORDS or first_date(text) < 0:
        return None
    if first := _date_first(text):
        return first
    start = _date_start(text)
    before = text[:start]
    title = before.rstrip(_EDGES + "([")
    between = before[len(title) :]
    lead = _DEADLINE.search(title)
    if lead:
        title, start = title[: lead.start()], lead.start(1)
    elif not _SEPARATED.search(between):
        return None
    title = title.rstrip(_EDGES)
    head, rest = split_date(text[start:])
    rest = rest.strip(_EDGES + ".)")
    if head and not lead and not rest and is_place(title) and not names_a_happening(title):
        return _Inline("", f"{head}, {title}")
    if not head or not _is_title(title) or not (not rest or _ONLINE.fullmatch(rest) or is_place(rest)):
        return None
    words = f"{head}, {rest}" if rest else head
    title, place = peel_place(title) if not rest else (title, "")
    taken = ""
    if not place and not rest and not lead:
        title, taken = _peel_name(title)
    return _Inline(title, f"{words}, {place}" if place else words, taken)


def _date_first(text: str) -> _Inline | None:
    """Return the event of "8 March 2027: Ceremony, Paris, France"."""
    head, rest = split_date(text)
    match = re.match(r"\s*[:|–—-]\s*", rest) if head else None
    if match is None or not rest[match.end() :]:
        trailing = re.search(r"\s*[:|–—-]\s*$", text[: len(text) - len(rest)]) if head and rest else None
        if trailing is None:
            return None
    title = rest[match.end() :] if match else rest
    if (
        read_date_line(text)
        and not re.match(r".*\S\s*:", text[: len(text) - len(title)])
        and not names_a_happening(title)
    ):
        return None  # "3 May 2027 - Paris, France" is a date and a place
    title, place = peel_place(title.rstrip(" .;"))
    if not _is_title(title) or carries_date(title):
        return None
    return _Inline(title, f"{head}, {place}" if place else head)


def _date_start(text: str) -> int:
    """Return where the words of the first date begin: "from 3", "Monday, 3", "11-12"."""
    start = text.rfind(" ", 0, first_date(text)) + 1
    while start > 0:
        before = text.rfind(" ", 0, start - 1) + 1
        if not _OPENS.fullmatch(fold_text(text[before : start - 1])):
            break
        start = before
    return start + (text[start] in "([")


def _is_title(title: str) -> bool:
    words = title.split()
    if not words or fold_text(words[0]) in _NO_TITLE:
        return False
    if len(words) > 25 or title[0].islower() or re.search(r"[a-z]{3}\. [A-Z]", title):
        return False
    return len(words) > 1 or names_a_happening(title)


def peel_place(title: str) -> tuple[str, str]:
    """Return a title without the place behind it, and the place: a city and a country, or online."""
    parts = re.split(r",\s+", title)
    if len(parts) > 1 and _ONLINE.fullmatch(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1]
    if len(parts) > 2 and country_code(parts[-1]) and reads_as_name(parts[-2]) and len(parts[-2].split()) <= 3:
        return ", ".join(parts[:-2]), ", ".join(parts[-2:])
    return title, ""


def _peel_name(title: str) -> tuple[str, str]:
    """Return a title without one name behind it, which is likely its city."""
    head, comma, name = title.rpartition(", ")
    is_name = bool(comma) and len(name.split()) == 1 and name.isalpha() and name[0].isupper()
    if is_name and len(head.split()) > 2 and names_a_happening(head) and not names_a_happening(name):
        return head, name
    return title, ""
