"""Events that a line, or a sentence of a paragraph, announces whole: title, date and place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.dated_text import carries_date, date_start, first_date
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import (
    is_place,
    may_be_date,
    read_date_line,
    read_place,
    reads_as_name,
    split_date,
)
from calendar_service.parsers.importing.page_labels import Label, label_of, label_of_line, labelled, value_of_date_label
from calendar_service.parsers.importing.page_places import names_a_hall, place_before
from calendar_service.parsers.importing.page_source import Role, SourceLine, is_sentence
from calendar_service.parsers.importing.page_states import state_of_title
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_WORDS = 30
_SENTENCE = re.compile(r"(?:(?<=[^\W\d_][^\W\d_][.!?;])|(?<=[\d)»”\"’][.!?;])|(?<=\s[!?]))\s+(?=[^\W\d_]|[«“\"(])")
_SEPARATED = re.compile(r"[,:;|(\[–—·•]|\s-|\.\s")
_DEADLINE = re.compile(
    r"[\s,;:(|–—-]+((?:new |final |the )?(?:deadline|closing date|closes|date limite)\b[^,]{0,60})$", re.IGNORECASE
)
_ABOUT_DATES = re.compile(
    r"\b(?:dates?|deadlines?|registrations?|inscriptions?|delais?|closing|closes|start|end|limites?)\b"
)
_CALL = re.compile(r"(?:(?:open|new|nouvel) )?(?:calls?|appels?|tenders?|invitation|avis)\b.* ")
_EVENT = re.compile(r"(?:event|évènement|événement)\s*:", re.IGNORECASE)
_BRACKETED = re.compile(r"[\[(]([^\[\]()]{4,40})[\])]\s+(?=[^\W\d])")
_AT_HALL = re.compile(r"^(?:in|at|à|au|dans) (?:the |la |le |l')?", re.IGNORECASE)
_BULLET = re.compile(r"^[-–•*>]\s+")
_REGISTER = re.compile(r"\b(?:regist\w+|sign up|inscri\w+|rsvp|nominat\w+|credentials)\b")
_AT = re.compile(r"^(?:à|au|aux|en|in|at|in the)\s+", re.IGNORECASE)
_BRACKET_BEHIND = re.compile(r"\s*\([^()]*\)$")
_DASH = re.compile(r"\s[-–—|]\s+")
_MOST_DASHES = 3
_HAPPENS_IN = re.compile(r"[-–—|] [^\W\d]+$")
_BEHIND_TITLE = re.compile(
    r"\s+[-–—|]\s+(?:(?P<city>[^\W\d][^-–—|,()]{1,40}) \((?P<country>[A-Z]{2})\)|(?P<online>[Oo]n-?line|[Ee]n ligne))$"
)
_IS_ONLINE = re.compile(
    r"(?:en |par |by |via )?(?:visio(?:-?conference)?|video-?conference|zoom|teams)|on-?line|en ligne"
)
_SECONDS = re.compile(r"\d:\d\d:\d\d")  # of a clock, not of an event
_COLON = re.compile(r"\s*:\s+(?=[^\W\d])")
_ONLINE = re.compile(r"(?:on-?line|en ligne|virtual|virtuel)", re.IGNORECASE)
_NO_TITLE = frozenset(  # words with which sentences begin
    "we nous our notre this these cette ce cet ces it il elle they ils elles you vous please merci join rejoignez"  # noqa: SIM905
    " since depuis participants in dans at on from registration registrations inscription inscriptions applications"
    " submissions deadline deadlines apply send submit register contact read see click find download inscrivez"
    " envoyez".split()
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
        if behind_place := _behind_place(lines, at):
            yield from behind_place
            continue
        found = list(_parts(line)) if _is_text(line) else []
        if not any(isinstance(each, _Inline) or (len(found) > 1 and _label_and_day(each)) for each in found):
            yield line
        elif len(found) == 1 and isinstance(found[0], _Inline) and found[0].title and _date_follows(lines, at):
            yield replace(line, role=Role.TITLE)
        else:
            is_one = sum(isinstance(each, _Inline) for each in found) == 1 and isinstance(found[0], _Inline)
            for each, after in zip(found, [*found[1:], ""], strict=True):
                yield from _spread(line, each)
                is_same = isinstance(after, str) and carries_date(after) and bool(_REGISTER.search(fold_text(after)))
                if len(found) > 1 and not (isinstance(each, str) or is_one or is_same):
                    yield SourceLine(line.number, "", Role.BREAK)


def _is_text(line: SourceLine) -> bool:
    return line.role in (Role.NONE, Role.TITLE) and carries_date(line.text) and may_be_date(line.text, longest=2_000)


def _date_follows(lines: list[SourceLine], at: int) -> bool:
    after = next((line for line in lines[at + 1 : at + 4] if line.text), None)
    if after is None or announces_event(after.text):
        return False
    return after.role is Role.DATE or read_date_line(after.text) is not None


def announces_event(text: str) -> bool:
    """Return True if a line is an event as a whole, with its title and its date."""
    found = _inline(text) if carries_date(text) and may_be_date(text) else None
    return bool(found and found.title)


def _behind_place(lines: list[SourceLine], at: int) -> list[SourceLine]:
    """Return the date and the place of "Lisbon, 28-29 May 2027", if a title is beside it or its country in it."""
    line = lines[at]
    state, text = state_of_title(line.text)
    if state:
        line = replace(line, text=text)
    place, is_sure = place_before(line.text) if line.role is Role.NONE and may_be_date(line.text) else ("", False)
    words = line.text[date_start(line.text) :].rstrip(")") if place else ""
    read = read_date_line(words) if place else None
    if read is None or read.when is None or read.rest or read.place or read.is_deadline:
        return []
    if not is_sure and not any(_is_beside(each) for each in (lines[max(at - 2, 0) : at][::-1], lines[at + 1 : at + 3])):
        return []
    found = [SourceLine(line.number, words), SourceLine(line.number, place, Role.PLACE)]
    if state:
        found.insert(1, SourceLine(line.number, state, Role.STATUS))
    return found if is_sure else [*found, _taken(line.number, place)]


def _is_beside(lines: list[SourceLine]) -> bool:
    """Return True if the first text of some lines, the nearest to a date first, may be its title."""
    line = next((each for each in lines if each.text or each.role is Role.BREAK), None)
    if line is None or line.role not in (Role.NONE, Role.TITLE):
        return False
    return not carries_date(line.text) and not is_sentence(line.text)


def _taken(number: int, place: str) -> SourceLine:
    return SourceLine(number, f"{place!r} is taken as the place.", Role.NOTE)


def _spread(line: SourceLine, found: _Inline | str) -> Iterator[SourceLine]:
    if isinstance(found, str) or not found.title:
        words = found if isinstance(found, str) else found.date
        if behind := _label_and_day(words):
            label, name, value = behind
            yield labelled(label, value.rstrip(" ."), line.number, name)
            return
        yield replace(line, text=words, role=Role.NONE, cells=())
        return
    yield SourceLine(line.number, "", Role.BREAK)
    yield SourceLine(line.number, found.title, Role.TITLE, url=line.url)
    yield SourceLine(line.number, found.date, Role.DATE)
    if found.taken:
        yield SourceLine(line.number, found.taken, Role.PLACE)
        yield _taken(line.number, found.taken)


def _label_and_day(words: str) -> tuple[Label, str, str] | None:
    """Return the label of a sentence, its words and the day behind it: "Registration closes: 3 May 2027"."""
    value, label = value_of_date_label(words), label_of_line(words)
    if label is None or value == words or not carries_date(value):
        return None
    return label, words[: len(words) - len(value)].strip(" :"), value


def _parts(line: SourceLine) -> Iterator[_Inline | str]:
    if read_date_line(line.text) and not _date_first(line.text) and not _begins_with_title(line.text):
        yield line.text
        return
    if whole := _inline(line.text):
        yield whole
        return
    for sentence in sentences_of(line.text):
        yield (carries_date(sentence) and _inline(sentence)) or sentence


def _begins_with_title(text: str) -> bool:
    """Return True if the words before a date are a title, though they may introduce a date too."""
    before = text[: date_start(text)]
    if (lead := _DEADLINE.search(before.rstrip(_EDGES))) and _CALL.match(fold_text(before[: lead.start()])):
        return True
    return names_a_happening(before) and not _ABOUT_DATES.search(fold_text(before))


def _inline(sentence: str) -> _Inline | None:
    """Return the event that a sentence announces; None if it says anything else."""
    text = _BULLET.sub("", sentence.strip()).rstrip(".;")
    if len(text.split()) > _MOST_WORDS or first_date(text) < 0 or _SECONDS.search(text):
        return None
    if first := _date_first(text):
        return first
    start = date_start(text)
    before = text[:start]
    title = before.rstrip(_EDGES + "([.")
    between = before[len(title) :]
    lead = _DEADLINE.search(title)
    if lead:
        title, start = title[: lead.start()], lead.start(1)
    elif not _SEPARATED.search(between):
        return None
    if title.endswith(".") or ("." in between and not (names_a_happening(title) or _EVENT.match(title))):
        return None  # the sentence before
    title = title.rstrip(_EDGES)
    head, rest = split_date(text[start:])
    rest = rest.strip(_EDGES + ".)")
    if head and not lead and not rest and is_place(title) and not names_a_happening(title):
        return _Inline("", f"{head}, {title}")
    is_known = not rest or _ONLINE.fullmatch(rest) or is_place(rest) or names_a_hall(_AT_HALL.sub("", rest))
    if not head or not _is_title(title) or label_of(title) or not is_known:
        return None
    words = f"{head}, {rest}" if rest else head
    title, place = peel_place(title) if not rest else (title, "")
    taken = ""
    if not place and not rest and not lead:
        title, taken = peel_name(title)
    return _Inline(title, f"{words}, {place}" if place else words, taken)


def _date_first(text: str) -> _Inline | None:
    """Return the event of "8 March 2027: Ceremony, Paris, France", or "[8 March 2027] Ceremony"."""
    if bracketed := _BRACKETED.match(text):
        head, left = split_date(bracketed[1])
        return (
            _Inline(text[bracketed.end() :], head) if head and not left and _is_title(text[bracketed.end() :]) else None
        )
    if dashed := _behind_dash(text):
        return dashed
    colon = _COLON.search(text)
    head, rest = split_date(text[: colon.start()]) if colon else ("", "")
    if head and rest and colon and (place := _place_between(rest)):
        title = text[colon.end() :].rstrip(" .;")
        return _Inline(title[:1].upper() + title[1:], head, place) if len(sentences_of(title)) == 1 else None
    head, rest = (head, text[len(head) :]) if head and not rest else split_date(text)
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
    title = title[:1].upper() + title[1:] if colon else title
    if not _is_title(title) or carries_date(title) or len(sentences_of(title)) > 1:
        return None
    return _Inline(title, f"{head}, {place}" if place else head)


def _behind_dash(text: str) -> _Inline | None:
    """Return the event of "19 May 2027, 10:00 - Study visit: dikes - Dunkirk (FR)"."""
    for dash in list(_DASH.finditer(text))[:_MOST_DASHES][::-1]:
        head, rest = split_date(text[: dash.start()])
        if not head or rest or _HAPPENS_IN.search(fold_text(head)):
            continue
        title, place = peel_place(text[dash.end() :].rstrip(" .;"))
        is_whole = _is_title(title) and not carries_date(title) and len(sentences_of(title)) == 1
        is_named = names_a_happening(title) or (bool(place) and len(title.split()) > 1)
        return _Inline(title, f"{head}, {place}" if place else head) if is_whole and is_named else None
    return None


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text."""
    return _SENTENCE.split(text, 49)


def _place_between(words: str) -> str:
    """Return the place between a date and the colon before a title, "à Ajaccio"; "" if it is anything else."""
    bare = _BRACKET_BEHIND.sub("", _AT.sub("", words.strip(_EDGES)))
    if _IS_ONLINE.fullmatch(fold_text(words.strip(_EDGES))):
        return "online"
    if names_a_happening(bare):
        return ""
    return bare if bare and len(bare.split()) <= 8 and read_place(bare, has_clock=False) else ""


def _is_title(title: str) -> bool:
    words = title.split()
    if not words or fold_text(words[0]) in _NO_TITLE:
        return False
    if len(words) > 25 or title[0].islower() or re.search(r"[a-z]{3}\. [A-Z]", title):
        return False
    return len(words) > 1 or names_a_happening(title)


def peel_place(title: str) -> tuple[str, str]:
    """Return a title without the place behind it, and the place: a city and a country, or online."""
    if behind := _BEHIND_TITLE.search(title):
        words = behind["city"] or behind["online"]
        return title[: behind.start()], f"{words}, {behind['country']}" if behind["country"] else words
    parts = re.split(r",\s+", title)
    if len(parts) > 1 and _ONLINE.fullmatch(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1]
    if len(parts) > 2 and country_code(parts[-1]) and reads_as_name(parts[-2]) and len(parts[-2].split()) <= 3:
        return ", ".join(parts[:-2]), ", ".join(parts[-2:])
    return title, ""


def peel_name(title: str) -> tuple[str, str]:
    """Return a title without one name behind it, which is likely its city."""
    head, comma, name = title.rpartition(", ")
    bare = name.removeprefix("The ").removeprefix("La ")
    is_name = bool(comma) and len(bare.split()) == 1 and bare.replace("-", "").isalpha() and name[0].isupper()
    if is_name and len(head.split()) > 2 and names_a_happening(head) and not names_a_happening(name):
        return head, name
    return title, ""
