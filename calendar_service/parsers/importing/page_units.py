"""The pieces of a page in their order: lines, sentences, cells with their label, and how strongly each begins anew."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING, Any

from calendar_service.datephrases import parse_clock
from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.parsers.importing.candidates import UnfitSource, tidy
from calendar_service.parsers.importing.dated_text import carries_date, fold_aligned
from calendar_service.parsers.importing.page_moments import DEADLINE_LABELS, TextReading, meaning, read_piece
from calendar_service.parsers.importing.page_places import is_online, is_place, place_near_date
from calendar_service.parsers.importing.page_words import (
    Label,
    is_only_a_kind,
    is_sentence,
    label_of,
    names_an_event,
    sentences_of,
    split_label,
    state_alone,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_LINES = 20_000
_MOST_CELLS = 30
_LONGEST_WRAPPED = 60
_LONGEST_LABEL = 60
_LONGEST_VALUE = 25  # words
_MOST_WORDS_OF_LABEL = 3
_A_MOMENT = "3 May 2027 10:00"
_SENDER = re.compile(r"(?:From|De|Von)\s*:")
_MAIL_HEAD = re.compile(
    r"(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|De|À|A|Envoyé|Date d'envoi|Objet|Répondre à|Von|An|Betreff)\s*:\s"
)
_RULE = re.compile(r"[\s|:=+_*~.–—-]*")
_BULLET = re.compile(r"^\s*(?:[>•▪►‣◦*–→-]|\d{1,2}[.)])\s+(?=\S+\s)")
_NUMBERED = re.compile(r"^\s*\d{1,2}\.\s")
_STOP = re.compile(
    r"(?:continue reading|lire l'article|details?)|(?:read|learn|see|find out|show)? ?more(?: about .{0,80})?|read on"
    r"|(?:lire|voir|en savoir|savoir) (?:la suite|plus)|lire|plus"
)
_BARE_DAYS = re.compile(r"\d{1,2}(?: ?[-–] ?\d{1,2})?")
_SYMBOLS = re.compile(r"^[\s\u2190-\u21ff\u2300-\u27bf\ufe0f\U0001f300-\U0001faff]+")
_KIND_DASH = re.compile(r"([^\W\d]+(?: [^\W\d]+)?)\s+[–—:-]\s+(?=\S*\d)")
_DOTS = re.compile(r"\s+[·•|]\s+")
_BRACKET = re.compile(r"\(([^()]{2,30})\)\s*$")
CLOCK_WORDS = r"\d{1,2}(?:[:.h]\d{2}(?: ?[ap]\.?m\.?)?| ?h \d{2}| ?h| ?[ap]\.?m\.?)"
_WHEN = re.compile(r"(?:when|quand|time|heure|horaires?)\s*[:–-]?\s*(?:from |de )?", re.IGNORECASE)
_HOURS = re.compile(
    rf"(?:{_WHEN.pattern})?(?:at |from |de |a )?{CLOCK_WORDS}(?: ?(?:[-–—]|to|a|until|jusqu'a) ?{CLOCK_WORDS})?"
    r"(?: ?\(?[a-z/+\d: ]{2,24}\)?)?"
)
_NAMES_TITLE = re.compile(
    r"(?:(?:contract|tender|project|call|assignment|procurement|event|notice) )?title|title of .*"
    r"|name of (?:the )?(?:contract|call|event)|objet(?: du marche)?|intitule(?: .*)?|titre"
)
_DATED = (*DEADLINE_LABELS, Label.LIMIT, Label.PUBLISHED, Label.OLD, Label.DATE, Label.END)


class Gap(IntEnum):
    """How strongly a piece begins anew."""

    SAME = 0  # a sentence of the same paragraph, a part of the same line
    LINE = 1
    BLOCK = 2
    HEAD = 3  # a heading, or an entry of a list
    HARD = 4  # a card, a row, what follows a rule or "Read more"


class UnitKind(Enum):
    """What a piece is by itself."""

    TEXT = auto()
    DATE = auto()
    TITLED = auto()  # a date with its title
    DATED = auto()  # names a day that is none of an item
    HOURS = auto()
    PLACE = auto()
    STATUS = auto()
    LANGUAGE = auto()
    REFERENCE = auto()
    EVENT_KIND = auto()
    NOTE = auto()  # left out, and said so
    DETAIL = auto()  # never a title


@dataclass(eq=False)
class Unit:
    """A piece of a page. `text` is without its label; `full` is that with the day, the month and the year it lacks."""

    number: int
    text: str
    gap: Gap = Gap.LINE
    level: int = 0  # of a heading
    label: Label | None = None
    name: str = ""  # the label as it is printed
    hint: Label | None = None  # what its element is called
    url: str = ""
    cells: tuple[str, ...] = ()
    is_event: bool = False  # the head of its column says so
    is_bold: bool = False
    note: str = ""  # why it is left out
    full: str = ""
    question: str = ""
    kind: UnitKind = UnitKind.TEXT
    reading: TextReading = field(default_factory=TextReading)
    place: Any = None
    status: str = ""
    language: str = ""
    head: str = ""  # the title that it begins with
    merged: list[Unit] = field(default_factory=list)  # whose words are in `full`

    @property
    def headline(self) -> str:
        """The words of it that are a title, if it is one."""
        return self.reading.title if self.kind is UnitKind.TITLED else self.head or self.text

    @property
    def printed(self) -> str:
        """The text with its label."""
        return f"{self.name}: {self.text}" if self.name else self.text

    @property
    def is_dated(self) -> bool:
        """Return True if it names a day by itself."""
        return carries_date(self.text)


# --- plain text ----------------------------------------------------------------------------------


def text_units(text: str) -> list[Unit]:
    """Return the lines of plain text. Raise UnfitSource if there are too many."""
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        message = f"the page has more than {_MOST_LINES:,} lines."
        raise UnfitSource(message, line=_MOST_LINES + 1, remedy="Split the page.")
    head = _length_of_mail_head(lines)
    found: list[Unit] = []
    gap = Gap.BLOCK
    for number, line in enumerate(lines, 1):
        words = tidy(line)
        if number <= head:
            found += [Unit(number, words, Gap.HARD, note="of the mail: ")] if words else []
            gap = Gap.HARD
        elif not words:
            gap = max(gap, Gap.BLOCK)
        elif _RULE.fullmatch(line):
            above = found[-1] if found and gap is Gap.LINE else None
            if above and not above.cells and "=" in line and not is_sentence(above.text):
                above.level = 2
            elif not (above and above.cells):
                gap = Gap.HARD
        else:
            if not _join(found, line, words, gap):
                found.append(_line(number, line, words, gap))
            gap = Gap.LINE
    return found


def _line(number: int, line: str, words: str, gap: Gap) -> Unit:
    bare = _BULLET.sub("", words)
    is_entry = bare != words and split_label(bare)[0] is None and not _NUMBERED.match(line)
    level = 2 if words.isupper() and len(words.split()) > 1 and not carries_date(words) else 0
    gap = max(gap, Gap.HEAD) if is_entry else gap
    return Unit(number, bare, gap, level=level, cells=_cells(line))


def _join(found: list[Unit], line: str, words: str, gap: Gap) -> bool:
    """Put a line behind the one above if that was only wrapped; return True if so."""
    above = found[-1] if found and gap is Gap.LINE else None
    if above is None or above.cells or _cells(line) or _BULLET.match(line) or above.note:
        return False
    is_open = above.text[-1:] not in ".!?:;…" and len(above.text) >= _LONGEST_WRAPPED
    if is_open and (words[:1].islower() or above.text[-1:] == ","):
        above.text = f"{above.text} {words}"
        return True
    return False


def _length_of_mail_head(lines: list[str]) -> int:
    """Return how many lines at the beginning are the head of a mail; 0 if there is none."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = first
    while end < len(lines) and _MAIL_HEAD.match(lines[end]):
        end += 1
    return end if end - first > 1 and any(_SENDER.match(line) for line in lines[first:end]) else 0


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row that is written with tabs or pipes; none for any other line."""
    if "\t" in line.strip():
        cells = line.strip("\r\n").split("\t")
    elif " | " in line or line.count("|") > 1:
        cells = line.strip().strip("|").split("|")
    else:
        return ()
    return tuple(tidy(cell) for cell in cells[:_MOST_CELLS])


# --- tables --------------------------------------------------------------------------------------


def spread_tables(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units with each row below a known head as pieces with their labels."""
    head: list[Label | None] = []
    names: tuple[str, ...] = ()
    was_row = False
    for unit in units:
        if len(unit.cells) > 1 and (found := head_of(unit.cells)):
            head, names, was_row = found, unit.cells, True
        elif head and 1 < len(unit.cells) <= len(head):
            yield from _row(unit, head, names)
            was_row = True
        else:
            head = [] if unit.text else head
            yield replace(unit, gap=Gap.HARD) if was_row else unit
            was_row = False


def head_of(cells: tuple[str, ...]) -> list[Label | None]:
    """Return what each column holds; nothing if this is no head row."""
    if any(carries_date(cell) for cell in cells):
        return []
    labels = [label_of(cell) for cell in cells]
    if not any(label in (Label.DATE, Label.CLOSES, Label.APPLICATION) for label in labels):
        return []
    if Label.TITLE not in labels:
        unknown = [at for at, label in enumerate(labels) if label is None and cells[at]]
        if len(unknown) != 1:
            return []
        labels[unknown[0]] = Label.TITLE
    return labels


def _row(unit: Unit, head: list[Label | None], names: tuple[str, ...]) -> Iterator[Unit]:
    """Yield the cells of a row, the title first, then the date with the hours behind it."""
    cells = [each for each in zip(head, names, unit.cells, strict=False) if each[2]]
    order = (Label.TITLE, Label.DATE, Label.TIME)
    cells.sort(key=lambda each: order.index(each[0]) if each[0] in order else len(order))
    gap, seen = Gap.HARD, False
    for label, name, cell in cells:
        words = _with_zone(cell, name) if label is Label.TIME else cell
        is_first = label is Label.TITLE and not seen
        if is_first:
            seen = True
            yield Unit(unit.number, words, gap, label=label, url=unit.url, is_event=names_an_event(name))
        else:
            kind = Label.DETAIL if label in (Label.TITLE, None) else label
            yield Unit(unit.number, words, gap, label=kind, name=name)
        gap = Gap.LINE


def _with_zone(cell: str, name: str) -> str:
    """Return hours with the zone in the head of their column: "Time (CET)"."""
    zone = _BRACKET.search(name)
    when = meaning(f"{_A_MOMENT} {zone[1]}") if zone else None
    return f"{cell} {zone[1]}" if zone and when and when.label else cell


# --- parts of lines ------------------------------------------------------------------------------


def split_units(units: list[Unit]) -> list[Unit]:
    """Return the units with labels, parts of lines and sentences taken apart."""
    return [each for unit in _with_labels(_parts(spread_tables(units))) for each in _sentences(unit)]


def _parts(units: Iterable[Unit]) -> Iterator[Unit]:
    gap = Gap.SAME
    for unit in units:
        if (
            _STOP.fullmatch(fold_aligned(unit.text.strip(" .…>»→[]-–")))
            and not unit.label
            and not carries_date(unit.text)
        ):
            gap = Gap.HARD
            continue
        unit.gap = max(unit.gap, gap)
        gap = Gap.SAME
        bare = _SYMBOLS.sub("", unit.text)
        unit.text = bare if bare != unit.text and (_is_detail(bare) or split_label(bare)[0]) else unit.text
        if (match := _KIND_DASH.match(unit.text)) and is_only_a_kind(match[1]) and carries_date(unit.text):
            yield replace(unit, text=match[1], cells=())
            unit.text, unit.gap = unit.text[match.end() :], Gap.SAME
        parts = [part.strip() for part in _DOTS.split(unit.text)] if not (unit.label or unit.note) else []
        if len(parts) < 2 or not any(map(_is_detail, parts)):
            yield replace(unit, cells=())
            continue
        begin = max(unit.gap, Gap.HEAD) if unit.cells else unit.gap
        for at, part in enumerate(part for part in parts if part):
            hint = Label.PLACE if at and are_hours(parts[at - 1]) and place_near_date(part, below_hours=True) else None
            yield replace(unit, text=part, cells=(), hint=hint, gap=Gap.SAME if at else begin)


def _is_detail(text: str) -> bool:
    if are_hours(text) or is_place(text) or is_online(text) or _BARE_DAYS.fullmatch(text):
        return True
    return carries_date(text) and not is_sentence(text)


def are_hours(text: str) -> bool:
    """Return True if a text is a time of day, or a range of it, and nothing else."""
    return len(text) <= _LONGEST_LABEL and bool(_HOURS.fullmatch(fold_aligned(text.strip(" .()")))) and _is_clock(text)


def _is_clock(text: str) -> bool:
    bare = _WHEN.sub("", text.strip(" .()"), count=1)
    if meaning(f"1 May 2027, {bare}"):
        return True
    try:
        return parse_clock(bare) is not None
    except DatePhraseError:
        return True


def _with_labels(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units with the labels in front of them, or on a line of their own above them."""
    waiting: Unit | None = None
    for unit in units:
        if waiting is not None:
            label = label_of(waiting.text)
            if not unit.label and split_label(unit.text)[0] is None and label and _is_value(label, unit, waiting):
                name = waiting.text.rstrip(" :")
                yield replace(unit, label=label, name=name, gap=waiting.gap, number=unit.number, hint=None, level=0)
                waiting = None
                continue
            yield waiting
            waiting = None
        if unit.label or unit.note:
            yield unit
        elif label_of(unit.text) and not carries_date(unit.text):
            waiting = unit
        else:
            yield _labelled(unit)
    if waiting is not None:
        yield waiting


def _is_value(label: Label, unit: Unit, head: Unit) -> bool:
    """Return True if a piece may be the value of the label above it."""
    if unit.gap >= Gap.HEAD or unit.level or len(unit.text.split()) > _LONGEST_VALUE or label_of(unit.text):
        return False
    if label in _DATED:
        return carries_date(unit.text) and (head.text.endswith(":") or not is_sentence(unit.text))
    if label is Label.TIME:
        return are_hours(unit.text)
    if label is Label.PLACE:
        return not carries_date(unit.text) and (not is_sentence(unit.text) or bool(re.search(r"\d", unit.text)))
    return (label is Label.DETAIL and head.text.endswith(":")) or (label is Label.DETAIL and not is_sentence(unit.text))


def _labelled(unit: Unit) -> Unit:
    label, name, value = split_label(unit.text)
    if label is None or not value or (label in _DATED and "," in name):
        return unit
    if label is Label.TITLE:
        return replace(unit, label=label, text=value) if _NAMES_TITLE.fullmatch(fold_aligned(name)) else unit
    if label in _DATED and not carries_date(value):
        is_hours = label is Label.DATE and are_hours(value)
        if label is Label.PUBLISHED or len(name.split()) > _MOST_WORDS_OF_LABEL:
            return unit
        return replace(unit, label=Label.TIME if is_hours else Label.DETAIL, name=name, text=value)
    if label is Label.STATUS and not state_alone(value):
        return replace(unit, label=Label.DETAIL, name=name, text=value)
    is_running = label is Label.DETAIL and carries_date(value)
    return unit if is_running else replace(unit, label=label, name=name, text=value)


def _sentences(unit: Unit) -> list[Unit]:
    if not carries_date(unit.text) or unit.label in (*_DATED, Label.PLACE, Label.STATUS) or unit.note:
        return [unit]
    found = sentences_of(unit.text)
    if len(found) < 2 or read_piece(unit.text, None).title:
        return [unit]
    return [replace(unit, text=text, gap=Gap.SAME if at else unit.gap) for at, text in enumerate(found)]
