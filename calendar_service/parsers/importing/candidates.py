"""Candidates: records as a source describes them, before a person has reviewed them; and what was ignored.

A candidate has the fields as they will be in the calendar file, the line it came from, what was not understood, and why
it cannot be a record as it is. Nothing in it is guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from calendar_service.records.enums import MomentName
from calendar_service.records.errors import CalendarError, Sentence
from calendar_service.records.occurrences import first_day_of
from calendar_service.records.shorten import shorten
from calendar_service.records.times import CivilTime, EndOfDay, RepeatedTime, civil_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from calendar_service.records.record import Record

MAX_SOURCE_BYTES = 20 * 1024 * 1024
MAX_ITEMS = 1_000
_MAX_JSON_DEPTH = 100
ONLINE_WORDS = "online"
_LONGEST_TITLE = 500
_LONGEST_BLOCK = 10_000
_LONGEST_ID = 64
_LONGEST_SHOWN = 200
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic texts and emoji need them
_TAG = re.compile(r"[\w][\w .+&'’-]{0,49}")  # as records.source takes it


class UnfitSource(CalendarError):
    """A source cannot be parsed at all; `line` is where parsing stopped, 0 if no line is known."""

    def __init__(self, message: str, *, line: int = 0, remedy: str = "") -> None:
        super().__init__(f"line {line}: {message}" if line else message, remedy=remedy)
        self.line = line


@dataclass
class Candidate:
    """A record as the source describes it.

    `remarks` are notes for the person who reviews it; `problems` are why it cannot be a record yet, and `questions` why
    a person must decide whether it is one at all. With a problem or a question it is printed commented out. `words` are
    those in which the times of one of our own records were announced, by the path of the field; `cells` the row and
    column of each field of a table.
    """

    line: int
    fields: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    first: date | None = None
    words: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)

    def place_of(self, name: str) -> str:
        """Return where in a table a field is, as the beginning of a message; "" if it is in none."""
        return f"{self.cells[name]}: " if name in self.cells else ""

    def remark(self, text: str) -> None:
        """Add a remark, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    @property
    def is_open(self) -> bool:
        """Return True if it can become a record without a decision by a person."""
        return not (self.problems or self.questions)


@dataclass
class Ignored:
    """Something in the source that is not a record."""

    line: int
    text: str


@dataclass
class Imported:
    """Everything in a source, in its order."""

    items: list[Candidate | Ignored] = field(default_factory=list)

    @property
    def candidates(self) -> list[Candidate]:
        """The candidates among the items."""
        return [item for item in self.items if isinstance(item, Candidate)]

    def add(self, item: Candidate | Ignored) -> None:
        """Add an item. Raise UnfitSource if there are too many."""
        if len(self.items) >= MAX_ITEMS:
            remedy = "Split the file."
            raise UnfitSource(f"there are more than {MAX_ITEMS:,} entries.", line=item.line, remedy=remedy)
        self.items.append(item)


# --- texts ---------------------------------------------------------------------------------------


def decode_source(data: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark. Raise UnfitSource."""
    if len(data) > MAX_SOURCE_BYTES:
        raise UnfitSource(f"the source has more than {MAX_SOURCE_BYTES:,} bytes.", remedy="Split it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnfitSource("the source is not in UTF-8.", line=line, remedy="Save it with that encoding.") from None


def read_json(text: str) -> Any:
    """Parse JSON text. Raise UnfitSource."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnfitSource(f"this is not JSON: {error.msg}.", line=error.lineno) from None
    except (ValueError, RecursionError):
        raise UnfitSource("this is not JSON that can be read: nested too deep, or too long a number.") from None
    level = [value]
    for _ in range(_MAX_JSON_DEPTH):
        level = [each for held in level for each in _held(held)]
    if level:
        raise UnfitSource(f"objects are nested more than {_MAX_JSON_DEPTH} deep.")
    return value


def _held(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def tidy(text: str) -> str:
    """Return a text on one line, without invisible characters."""
    seen = (
        char if char in _JOINERS or unicodedata.category(char) not in _CONTROLS else " " if char in "\t\r\n\v\f" else ""
        for char in re.sub("[\u0085\u2028\u2029]", " ", text)
    )
    return " ".join("".join(seen).split())


def tidy_title(text: str) -> str:
    """Return a title on one line, no longer than a record's title may be."""
    return shorten(tidy(text), _LONGEST_TITLE)


def tidy_block(text: str) -> str:
    """Return a longer text with its paragraphs, without invisible characters."""
    lines = [tidy(line) for line in text.splitlines()]
    return shorten(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), _LONGEST_BLOCK)


def shorten_value(text: str) -> str:
    """Return a text short enough for a message."""
    return shorten(tidy(text[: 4 * _LONGEST_SHOWN]), _LONGEST_SHOWN)


# --- names ---------------------------------------------------------------------------------------


def slug(text: str, year: int | None) -> str:
    """Return an id made of a title and a year: "world-refugee-day-2020"; "" if the title has no Latin letters."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
    ending = [] if year is None or str(year) in words else [str(year)]
    kept: list[str] = []
    for word in words:
        if len("-".join([*kept, word, *ending])) > _LONGEST_ID - 4:
            break
        kept.append(word)
    if not kept and words:
        kept = [words[0][: _LONGEST_ID - 10]]
    if year is not None and str(year) not in kept:
        ending = [str(year)]
    return "-".join([*kept, *ending]) if kept else ""


def unused_id(wanted: str, taken: AbstractSet[str]) -> str:
    """Return an id, with a number behind it if it is taken."""
    number, name = 2, wanted
    while name in taken:
        name = f"{wanted[: _LONGEST_ID - 5].rstrip('-')}-{number}"
        number += 1
    return name


def propose_id(record: Record, taken: AbstractSet[str]) -> str:
    """Return an id for a record, made of its title and its year."""
    at = record.schedule.span if record.schedule else record.milestones[MomentName.CLOSES].at
    year = (at.day if isinstance(at, (CivilTime, EndOfDay)) else first_day_of(at)).year
    return unused_id(slug(next(iter(record.title.values())), year) or f"{record.kind}-{year}", taken)


def assign_ids(candidates: Iterable[Candidate], taken: frozenset[str]) -> None:
    """Set a unique id, the first key of its fields, in every candidate."""
    used: set[str] = set()
    for candidate in candidates:
        title = candidate.fields.get("title", "")
        words = next(iter(title.values()), "") if isinstance(title, dict) else title
        year = candidate.first.year if candidate.first else None
        wanted = candidate.fields.pop("id", None) or slug(str(words), year)
        wanted = wanted or "-".join([candidate.fields["kind"], str(year or candidate.line)])
        if wanted in taken:
            candidate.remark(
                Sentence("The calendar file has a record {wanted} already: is this the same?", wanted=repr(wanted))
            )
        name = unused_id(wanted, used | taken)
        used.add(name)
        candidate.fields = {"id": name, **candidate.fields}


# --- values --------------------------------------------------------------------------------------


def set_text_field(candidate: Candidate, name: str, text: str, language: str | None) -> None:
    """Set a text, by its language if that is known."""
    if text:
        candidate.fields[name] = {language: text} if language else text


def set_url(candidate: Candidate, name: str, url: str) -> None:
    """Set a URL if it is an https one; add a remark if it is not."""
    if is_https(url):
        candidate.fields[name] = url
    elif url:
        candidate.remark(
            Sentence("Left out, not an https address ({name}): {text}", name=name, text=shorten_value(url))
        )


def is_https(url: str) -> bool:
    """Return True if a text is an https URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isascii() and " " not in url


def set_tags(candidate: Candidate, words: Iterable[str]) -> None:
    """Set the tags; add a remark for a word that cannot be one."""
    tags = []
    for word in dict.fromkeys(tidy(each) for each in words):
        if _TAG.fullmatch(word):
            tags.append(word)
        elif word:
            candidate.remark(Sentence("Left out, not a tag: {text}", text=shorten_value(word)))
    if tags:
        candidate.fields["tags"] = tags


# --- times ---------------------------------------------------------------------------------------


def days_in_words(first: date, last: date) -> str:
    """Format whole days as the calendar file has them."""
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def moment_in_words(civil: CivilTime) -> str:
    """Format a clock time as the calendar file has it: "2027-03-15 11:00 Europe/Paris"."""
    return f"{civil.day.isoformat()} {_clock(civil)} {civil.zone}"


def set_days(candidate: Candidate, first: date, last: date) -> None:
    """Set the whole days on which something happens."""
    candidate.first = first
    candidate.fields["when"] = days_in_words(first, last)


def set_span(candidate: Candidate, starts: CivilTime, ends: CivilTime | None) -> None:
    """Set the start and end of something, formatted as the calendar file has them."""
    candidate.first = starts.day
    if ends is None or ends == starts:
        candidate.fields["when"] = moment_in_words(starts)
    elif ends.zone != starts.zone:
        candidate.fields["starts"] = moment_in_words(starts)
        candidate.fields["ends"] = moment_in_words(ends)
    elif ends.day == starts.day:
        candidate.fields["when"] = f"{starts.day.isoformat()} {_clock(starts)}-{_clock(ends)} {ends.zone}"
    else:
        candidate.fields["when"] = f"{starts.day.isoformat()} {_clock(starts)} - {moment_in_words(ends)}"
    set_fold(candidate, starts, ends)


def set_fold(candidate: Candidate, *moments: CivilTime | None) -> None:
    """Set which of a repeated time is meant; add a problem for what the calendar file cannot express."""
    folds: set[int] = set()
    for civil in (each for each in moments if each):
        try:
            civil_time(civil.day, civil.clock, civil.zone, None)
        except RepeatedTime:
            folds.add(civil.fold)
        except CalendarError as error:
            candidate.problems.append(str(error))
    if len(folds) == 1:
        candidate.fields["fold"] = folds.pop()
    elif folds:
        candidate.problems.append(Sentence("It runs from the first to the second of a repeated hour; write it in UTC."))


def read_iso(text: str) -> date | CivilTime | None:
    """Parse an ISO 8601 day, or a time with an offset; return None for anything else, also a time without an offset."""
    try:
        if len(text) <= len("2027-03-15"):
            return date.fromisoformat(text)
        read = datetime.fromisoformat(text).replace(microsecond=0)
        offset = read.utcoffset()
        return None if offset is None else CivilTime(read.date(), read.time(), _offset_zone(offset))
    except (ValueError, OverflowError):
        return None


def _clock(civil: CivilTime) -> str:
    return f"{civil.clock:%H:%M:%S}" if civil.clock.second else f"{civil.clock:%H:%M}"


def _offset_zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}"
