"""Days that stand once for what is below them: hours on lines of their own, and headings of a lower level."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import heads_a_list, is_only_a_kind
from calendar_service.parsers.importing.page_dates import is_place, read_date_line
from calendar_service.parsers.importing.page_labels import Label, label_in, label_of, label_of_line, value_of_date_label
from calendar_service.parsers.importing.page_places import peel_city, place_before, place_on_line
from calendar_service.parsers.importing.page_sentences import read_sentence
from calendar_service.parsers.importing.page_source import Role, SourceLine, is_sentence
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLOCK = r"\d{1,2}(?:[:.h]\d{2}(?: ?[ap]\.?m\.?)?| ?h \d{2}| ?h| ?[ap]\.?m\.?)"
_WHEN = re.compile(r"(?:when|quand|time|heure|horaires?)\s*[:–-]?\s*(?:from |de )?", re.IGNORECASE)
_HOURS = re.compile(
    rf"(?:{_WHEN.pattern})?(?:at |from |de |a )?{_CLOCK}(?: ?(?:[-–—]|to|a|until|jusqu'a) ?{_CLOCK})?"
    r"(?: ?\(?[a-z/+\d: ]{2,24}\)?)?"
)
_LEADING_HOURS = re.compile(rf"[→▪•*\-– ]*(?P<hours>{_CLOCK} ?(?:[-–—]|to|a) ?{_CLOCK})\s*[:–—|-]?\s+(?=[^\W\d])")
_HOURS_ALONE = re.compile(rf"({_CLOCK} ?(?:[-–—]|to) ?{_CLOCK}(?: [A-Z]{{3,4}})?)\.\s+(\S.+)", re.IGNORECASE)
_HOURS_FIRST = re.compile(
    rf"((?:de |from ){_CLOCK} ?(?:[-–—]|to|a|à) ?{_CLOCK}),\s+((?:dans|in|at|au|à|salle|room)\b.+)", re.IGNORECASE
)
_DOTS = re.compile(r"\s+[·•|]\s+")
_HOURS_LED = re.compile(rf"{_CLOCK}(?: ?(?:[-–—]|to|a) ?{_CLOCK})?\s*[:–—-]?\s+(?=[^\W\d])")
_SERIES = re.compile(
    r"\b(?:webinars|webinaires|seminars|seminaires|events|evenements|sessions|rendez-vous|series?|cycles?|weeks?"
    r"|semaines?"
    r"|meetings|reunions|workshops|ateliers|conferences publiques|rencontres|lectures|talks|courses|formations)\b"
)
_MOST_WORDS = 12
_GIVEN = -1  # the level of a day that a heading gives to the one below it
_A_MOMENT = "1 May 2027"  # any day: only the hours are tried


def place_days(lines: list[SourceLine], questions: dict[int, str]) -> list[SourceLine]:
    """Return the lines with each day put before the hours, and below the headings, that it stands for."""
    return _before_hours(_hours_with_titles(_below_headings(lines), questions), questions)


# --- several things on one line ------------------------------------------------------------------


def split_details(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with "10:00-11:30 · Online" as two, if a part is a date, hours or a place."""
    out: list[SourceLine] = []
    for line in lines:
        led = _HOURS_FIRST.match(line.text) or _HOURS_ALONE.match(line.text) if not line.cells else None
        if led and are_hours(led[1]):
            out += [replace(line, text=led[1]), replace(line, text=led[2])]
            continue
        parts = [part.strip() for part in _DOTS.split(line.text)] if not line.cells else []
        if len(parts) > 1 and all(parts) and any(_is_detail(part) for part in parts):
            out += [replace(line, text=part, role=_role(parts, at, line.role)) for at, part in enumerate(parts)]
        else:
            out.append(line)
    return out


def _role(parts: list[str], at: int, role: Role) -> Role:
    """Return what a part of a line is: right behind hours a name is that of a place."""
    if at and are_hours(parts[at - 1]) and place_on_line(parts[at], below_hours=True):
        return Role.PLACE
    return Role.NONE if _is_detail(parts[at]) else role


def _is_detail(text: str) -> bool:
    return (
        are_hours(text) or read_date_line(text) is not None or is_place(text) or place_before(f"{text} {_A_MOMENT}")[1]
    )


def _hours_with_titles(lines: list[SourceLine], questions: dict[int, str]) -> list[SourceLine]:
    """Return the lines with "10:00-11:00 A title" as two, below the days of a series of events.

    The agenda of a single conference looks the same, so that a person is asked unless a heading above names a series.
    """
    days = [
        at for at, line in enumerate(lines) if line.role is Role.NONE and not line.cells and _is_bare_day(line.text)
    ]
    found = {at: match for at in range(days[0], len(lines)) if (match := _hours_and_title(lines[at]))} if days else {}
    of_days = {max(day for day in days if day <= at) for at in found}
    if not found or (len(of_days) < 2 and not _names_series(lines[: days[0]])):
        return lines
    out: list[SourceLine] = []
    for at, line in enumerate(lines):
        if at in of_days and out and not out[-1].text:
            out[-1] = replace(out[-1], role=Role.BREAK)
        if at in found:
            hours, title = found[at]
            title, place = peel_city(title)
            out += [SourceLine(line.number, ""), replace(line, text=hours), replace(line, text=title, role=Role.TITLE)]
            out += [replace(line, text=place, role=Role.PLACE)] if place else []
            if not _names_series(lines[: days[0]]):
                questions[line.number] = "It may be a point of an agenda: is it an event by itself?"
        else:
            out.append(line)
    return out


def _names_series(lines: Sequence[SourceLine]) -> bool:
    """Return True if a heading says that several events follow."""
    return any(
        heads_a_list(line.text) or (len(line.text.split()) <= _MOST_WORDS and _SERIES.search(fold_text(line.text)))
        for line in lines
    )


def _hours_and_title(line: SourceLine) -> tuple[str, str] | None:
    match = _LEADING_HOURS.match(fold_text(line.text)) if line.role is Role.NONE and not line.cells else None
    if match is None or len(fold_text(line.text)) != len(line.text) or are_hours(line.text):
        return None
    hours = line.text[match.start("hours") : match.end("hours")]
    title = line.text[match.end() :]
    return (hours, title) if are_hours(hours) and not carries_date(title) else None


# --- headings ------------------------------------------------------------------------------------


def _below_headings(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with the day of a heading below each heading of a lower level that has no date of its own."""
    out: list[SourceLine] = []
    day: SourceLine | None = None
    for at, line in enumerate(lines):
        if line.level < 1:
            out.append(line)
        elif _is_bare_day(line.text) and (first := _next_heading(lines, at)) and first.level > line.level:
            day = line
            out.append(replace(line, text="", role=Role.BREAK))
        else:
            day = day if day and line.level > day.level else None
            out.append(line)
            if day and line.text and not _has_date(lines, at):
                out.append(SourceLine(day.number, day.text, level=_GIVEN))
    return out


def _next_heading(lines: Sequence[SourceLine], at: int) -> SourceLine | None:
    return next((line for line in lines[at + 1 :] if line.level > 0), None)


def _has_date(lines: Sequence[SourceLine], at: int) -> bool:
    """Return True if a day stands in a heading, or below it before the next one; also if nothing else does."""
    if carries_date(lines[at].text):
        return True
    for line in lines[at + 1 :]:
        if line.level > 0:
            return False
        read = read_date_line(line.text)
        if read and not read.is_deadline and not _is_deadline(line.text):
            return True
    return False


def _is_deadline(text: str) -> bool:
    found = read_sentence(text)
    return found is not None and found.is_deadline


# --- hours ---------------------------------------------------------------------------------------


def _before_hours(lines: list[SourceLine], questions: dict[int, str]) -> list[SourceLine]:
    if not any(are_hours(line.text) for line in lines):
        return lines
    out = lines[:]
    day, hours = -1, []
    for at, line in enumerate([*lines, SourceLine(0, "", Role.DATE)]):
        if day >= 0 and are_hours(line.text):
            hours.append(at)
        elif line.level > 0 and day >= 0 and lines[day].level == _GIVEN:
            _give_day(out, day, hours, questions)
            day, hours = -1, []
        elif line.role is Role.DATE or (line.text and not line.cells and _is_date(line.text)):
            _give_day(out, day, hours, questions)
            day, hours = (at if _is_bare_day(line.text) else -1), []
    return out


def _is_date(text: str) -> bool:
    """Return True for a date that is no deadline."""
    value, label = value_of_date_label(text), label_of_line(text)
    if label not in (None, Label.DATE) or (label is None and value != text):
        return False
    read = read_date_line(value)
    return read is not None and not read.is_deadline and not _is_deadline(text)


def _give_day(lines: list[SourceLine], day: int, hours: list[int], questions: dict[int, str]) -> None:
    if len(hours) == 1:
        _join_hours(lines, day, hours[0], questions)
    elif hours:
        _spread_day(lines, day, hours, questions)


def are_hours(text: str) -> bool:
    """Return True if a line has hours and nothing else."""
    text = text.rstrip(".")
    if not text[:1] or not _HOURS.fullmatch(fold_text(text).replace("’", "'")):
        return False
    try:
        return parse_when(f"{_A_MOMENT}, {_WHEN.sub('', text)}").start is not None
    except DatePhraseError as error:
        return "time zone" in str(error)


def begins_with_hours(text: str) -> bool:
    """Return True for a point of an agenda: "10:00 Welcome", "14h-16h : Ateliers"."""
    return bool(_HOURS_LED.match(fold_text(text)))


def _is_bare_day(text: str) -> bool:
    read = read_date_line(text)
    if read is None or read.when is None or read.rest or read.place or read.is_deadline:
        return False
    return read.when.start is None and read.when.first == read.when.last


def _join_hours(lines: list[SourceLine], day: int, at: int, questions: dict[int, str]) -> None:
    """Put the only hours below a day behind it; ask if more than one title stands between them."""
    between = lines[day + 1 : at]
    if any(line.role is Role.BREAK for line in between):
        if lines[day].level > 0:
            _spread_day(lines, day, [at], questions)
        return
    titles = [line for line in between if _is_like_a_title(line)]
    headed = [line for line in titles if line.role is Role.TITLE]
    hours = lines[at]
    lines[day] = replace(lines[day], text=f"{lines[day].text}, {_WHEN.sub('', hours.text)}")
    lines[at] = replace(hours, text="", role=Role.NONE)
    if titles:
        _mark_place(lines, at)
    if len(titles) > 1 and len(headed) != 1:
        questions[lines[day].number] = Sentence(
            "Its hours are taken from line {line}: {text}. Right?", line=hours.number, text=repr(hours.text)
        )


def _mark_place(lines: list[SourceLine], at: int) -> None:
    """Mark the line right below hours as a place if it is a short name; the title stands above them."""
    below = next((number for number in range(at + 1, min(at + 3, len(lines))) if lines[number].text), 0)
    if below and lines[below].role is Role.NONE and place_on_line(lines[below].text, below_hours=True):
        lines[below] = replace(lines[below], role=Role.PLACE)


def _is_like_a_title(line: SourceLine) -> bool:
    text = line.text
    if line.role is not Role.NONE:
        return line.role is Role.TITLE
    if (
        not text
        or is_only_a_kind(text)
        or carries_date(text)
        or is_sentence(text)
        or text.endswith("?")
        or label_in(text)
        or label_of(text)
    ):
        return False
    return not is_place(text) and place_on_line(text) is None


def _spread_day(lines: list[SourceLine], day: int, hours: list[int], questions: dict[int, str]) -> None:
    """Put a day before each of the hours below it; ask, unless each of them surely has a title of its own."""
    heading = lines[day]
    is_sure = _heads_its_day(lines, day) and _are_titled(lines, day, hours)
    lines[day] = replace(heading, text="", role=Role.BREAK)
    for at in hours:
        line = lines[at]
        lines[at] = replace(line, text=f"{heading.text}, {_WHEN.sub('', line.text)}", role=Role.NONE)
        if any(_is_like_a_title(each) for each in lines[day + 1 : hours[0]]):
            _mark_place(lines, at)
        if not is_sure:
            questions[line.number] = Sentence(
                "The day of these hours is taken from line {line}: {text}. Right?",
                line=heading.number,
                text=repr(heading.text),
            )


def _heads_its_day(lines: Sequence[SourceLine], day: int) -> bool:
    """Return True if the line above a day is no title that the day could be of."""
    if lines[day].level > 0:
        return True
    above = next((line for line in reversed(lines[:day]) if line.text or line.role is Role.BREAK), None)
    return above is None or above.role is Role.BREAK or is_sentence(above.text) or heads_a_list(above.text)


def _are_titled(lines: Sequence[SourceLine], day: int, hours: list[int]) -> bool:
    """Return True if one title stands before each of the hours, or one behind each of them."""
    titles = [at for at in range(day + 1, len(lines)) if _is_like_a_title(lines[at]) and at not in hours]
    bounds = [day, *hours]
    before = [sum(start < at < end for at in titles) for start, end in zip(bounds, hours, strict=False)]
    return before[1:] == [1] * (len(hours) - 1) and before[0] in (0, 1)
