"""Parse YAML bytes into plain values with their places, and refuse the surprises of YAML.

Every scalar stays text as in the file, except whole numbers, `true`, `false` and `null`. What other YAML parsers would
convert (`no`, `11:30`, `012`, `1e3`) is refused, so that the file means the same to all. libyaml's event stream is used
without its composer: deep nesting and aliases are stopped before they cost anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from calendar_service.parsers.yaml_advice import explain_line, quoted
from calendar_service.parsers.yaml_text import UnfitYaml, decode_yaml, position_in, strange_characters, without_strange
from calendar_service.records.errors import Path, Problem
from calendar_service.records.shorten import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.parsers.yaml_text import Position

MAX_DEPTH = 20
MAX_VALUES = 300_000
MAX_KEYS = 1_000
MAX_REFUSED = 1_000
_MAX_KEY = 100

_FALSE_FRIEND = re.compile(r"(?:yes|no|on|off)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_COLON = re.compile(r"\s*:")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*|0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*\.[0-9_]*(?:e[-+]?[0-9]+)?|\.[0-9][0-9_]*(?:e[-+]?[0-9]+)?"
    r"|[0-9][0-9_]*e[-+]?[0-9]+|\.inf)|\.nan",
    re.IGNORECASE,
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class TextSpan(NamedTuple):
    """Where a value stands in the text, without its byte order mark: characters, counted from 0.

    `begin` is the start of its key, or its own start if it has none. A block scalar ends with the line end of its last
    line, a block mapping or list where its last value ends. `style` is empty for a plain scalar, the sign that opens a
    quoted or block scalar or a flow collection, ":" for a block mapping and "-" for a block list.
    """

    begin: int
    start: int
    end: int
    style: str


@dataclass
class Tree:
    """The plain values of a file, the place of each key or item, their spans, and what was refused.

    `is_whole` is False if parsing stopped before the end; `value` is meaningless then. `unread` are the refused values,
    which cannot be checked any further.
    """

    value: Any = None
    is_whole: bool = True
    places: dict[Path, Position] = field(default_factory=dict)
    spans: dict[Path, TextSpan] = field(default_factory=dict)
    refused: list[tuple[Position, Problem]] = field(default_factory=list)
    unread: set[Path] = field(default_factory=set)

    def place_of(self, path: Path) -> Position:
        """Return the place of a path, or of its nearest parent that is in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def refuse(self, place: Position, path: Path, message: str, remedy: str) -> None:
        """Add a refused value. Raise UnfitYaml if there are too many."""
        self.refused.append((place, Problem(path, message, None, remedy)))
        if len(self.refused) >= MAX_REFUSED:
            raise UnfitYaml(f"the file has more than {MAX_REFUSED:,} problems.", place, remedy="Correct those above.")


def read_tree(data: bytes) -> Tree:
    """Parse one YAML document. Never raises, whatever the bytes are: what is wrong is in `refused`."""
    tree = Tree()
    try:
        text = decode_into(tree, data)
        tree.is_whole = text is not None
        if text is not None:
            build(tree, text)
    except UnfitYaml as error:
        tree.is_whole = False
        tree.refused.append((error.place, Problem(error.path, error.message, None, error.remedy)))
    return tree


def decode_into(tree: Tree, data: bytes) -> str | None:
    """Return the text of a file without strange characters, which the tree refuses; None if they mean too much.

    Raise UnfitYaml.
    """
    text = decode_yaml(data)
    for place, message, remedy in strange_characters(text):
        tree.refuse(place, (), message, remedy)
    return without_strange(text) if tree.refused else text


def build(tree: Tree, text: str, lines_before: int = 0, first_record: int = 0) -> int:
    """Parse a text into a tree, and return the number of its values. Raise UnfitYaml.

    If it is a part of a file, there are so many lines before it, and that is the number of its first record.
    """
    builder = _Builder(tree, text, lines_before, first_record)
    tree.value = builder.document()
    return builder.values


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise _unfit(error, text) from None
    except yaml.reader.ReaderError as error:
        raise _not_yaml(error.reason, position_in(text, error.position)) from None
    except yaml.YAMLError as error:
        raise _not_yaml(str(error), (1, 1)) from None


def _unfit(error: yaml.MarkedYAMLError, text: str) -> UnfitYaml:
    context = _mark_place(error.context_mark)
    place = _mark_place(error.problem_mark) or context or (1, 1)
    if advice := explain_line(text, error.problem or "", place, context):
        return UnfitYaml(advice.message, advice.place, remedy=advice.remedy)
    return _not_yaml(", ".join(part for part in (error.context, error.problem) if part), place)


def _mark_place(mark: yaml.Mark | None) -> Position | None:
    return (mark.line + 1, mark.column + 1) if mark else None


def _not_yaml(message: str, place: Position) -> UnfitYaml:
    message = f"the lines do not fit together as YAML ({message or 'no reason known'})."
    return UnfitYaml(message, place, remedy="Look at the indentation, colons and quotes here and just above.")


class _Builder:
    """Builds plain values from libyaml's events, and records the place and span of every value."""

    def __init__(self, tree: Tree, text: str, lines_before: int, first_record: int) -> None:
        self.tree = tree
        self.lines_before = lines_before
        self.first_record = first_record
        self.text = text
        self.events = _events(text)
        self.values = 0
        self.end = 0

    def document(self) -> Any:
        value = None
        documents = 0
        for event in self.events:
            match event:
                case StreamStartEvent() | StreamEndEvent():
                    continue
                case DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        message = "a second document begins here."
                        raise UnfitYaml(message, self.place(event), remedy="Keep one: delete the line ---.")
                case ScalarEvent() | MappingStartEvent() | SequenceStartEvent() | AliasEvent():
                    value = self.node(event, (), 0, event)
        return value

    def node(self, event: Any, path: Path, depth: int, key: Any) -> Any:
        """Build the value that begins with `event`; `key` is the event of its key, or `event` itself."""
        self.values += 1
        if self.values > MAX_VALUES:
            raise UnfitYaml(f"the file has more than {MAX_VALUES:,} values.", self.place(event), remedy="Split it.")
        if depth > MAX_DEPTH:
            message = f"brackets or lists are nested more than {MAX_DEPTH} deep."
            raise UnfitYaml(message, self.place(event), path=path[:3], remedy="Close the brackets.")
        if isinstance(event, AliasEvent):
            self.check_plain(event, path)
            self.tree.unread.add(path)
            return f"*{event.anchor}"
        if event.anchor is not None or event.tag is not None:
            self.check_plain(event, path)
        if isinstance(event, ScalarEvent):
            self.end = self.end_of(event)
            style = event.style or ""
            value: Any = self.scalar(event, path)
        elif isinstance(event, MappingStartEvent):
            style = "{" if event.flow_style else ":"
            value = self.mapping(path, depth, is_flow=bool(event.flow_style))
        else:
            style = "[" if event.flow_style else "-"
            value = self.sequence(path, depth)
        begin, start = key.start_mark.index, event.start_mark.index
        self.tree.spans.setdefault(path, TextSpan(begin, start, self.end, style))
        return value

    def end_of(self, event: Any) -> int:
        """Return where a scalar ends; a block scalar without the empty lines below it, unless they belong to it."""
        start, end = event.start_mark.index, event.end_mark.index
        if event.style not in ("|", ">"):
            return int(end)
        raw = self.text[start:end]
        kept = raw[:3].strip("|>123456789")[:1] == "+"
        last = len(raw.removesuffix("\n")) if kept else max(raw.find("\n", len(raw.rstrip())), 0) or len(raw)
        return int(start) + len(raw[:last].removesuffix("\r"))

    def close(self, event: Any) -> None:
        if event.end_mark.index > event.start_mark.index:  # a bracket; the end of a block has no sign
            self.end = event.end_mark.index

    def check_plain(self, event: Any, path: Path) -> None:
        if event.anchor is not None:
            sign = "*" if isinstance(event, AliasEvent) else "&"
            remedy = f"Write the value out; put quotes around a text that begins with {sign}."
            self.refuse(event, path, f"anchors (&) and aliases (*) such as {sign}{event.anchor} are not read.", remedy)
        elif getattr(event, "tag", None) is not None:
            remedy = "Take it out; put quotes around a text that begins with !."
            self.refuse(event, path, f"the tag {event.tag!r} is not read.", remedy)

    def mapping(self, path: Path, depth: int, *, is_flow: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        last = ""
        while not isinstance(key_event := next(self.events), MappingEndEvent):
            if not isinstance(key_event, ScalarEvent) or key_event.anchor or key_event.tag is not None:
                remedy = "Look at the colons, brackets and question marks here."
                raise UnfitYaml("a key must be a plain word.", self.place(key_event), path=path, remedy=remedy)
            key = intern(key_event.value)  # most records have the same
            if len(key) > _MAX_KEY or not key.isprintable():
                remedy = "Write it on one line, in visible characters."
                raise UnfitYaml(f"a key is too long or too strange: {key[:40]!r}.", self.place(key_event), path, remedy)
            if len(found) >= MAX_KEYS:
                message = f"there are more than {MAX_KEYS:,} keys in one place."
                raise UnfitYaml(message, self.place(key_event), path, "A record has some twenty.")
            child = (*path, key)
            if is_flow and found and self.is_rest_of_text(key_event, (*path, last)):
                self.refuse_comma((*path, last), key_event)
                next(self.events)
                continue
            last = key
            if key in found:
                self.refuse_twice(key_event, child)
            elif not key_event.style and _FALSE_FRIEND.fullmatch(key):
                message = f"{key} without quotes means true or false to other programs."
                self.refuse(key_event, child, message, f'Write "{key}" in quotes.')
            self.tree.places.setdefault(child, self.place(key_event))
            value = self.node(next(self.events), child, depth + 1, key_event)
            found.setdefault(key, value)
        self.close(key_event)
        return found

    def is_rest_of_text(self, event: Any, before: Path) -> bool:
        """Return True if a key without a colon, in braces, ends the text `before` it: a comma parted the two."""
        span = self.tree.spans.get(before)
        is_text = span is not None and span.style == "" and span.start < span.end
        return is_text and not event.style and not _COLON.match(self.text, event.end_mark.index)

    def refuse_comma(self, path: Path, rest: Any) -> None:
        """Refuse a text in braces with a comma in it and `rest` behind it, once for all of its commas."""
        span = self.tree.spans[path]
        key, value = self.text[span.begin : span.start], " ".join(self.text[span.start : rest.end_mark.index].split())
        if path in self.tree.unread:
            self.tree.refused.pop()
        self.tree.unread.add(path)
        message = f"a comma stands inside the text, in braces: `{shorten(key + value, _MAX_KEY)}`."
        self.tree.refuse(self.tree.places[path], path, message, f"Put it in quotes: `{key}{quoted(value)}`.")

    def refuse_twice(self, event: Any, path: Path) -> None:
        line, _ = self.tree.places[path]
        message = f"the key {path[-1]!r} appears twice, first in line {line}."
        self.tree.refuse(self.place(event), path, message, "Keep one of the two.")

    def sequence(self, path: Path, depth: int) -> list[Any]:
        found: list[Any] = []
        first = self.first_record if path == ("records",) else 0
        while not isinstance(event := next(self.events), SequenceEndEvent):
            child = (*path, first + len(found))
            self.tree.places.setdefault(child, self.place(event))
            found.append(self.node(event, child, depth + 1, event))
        self.close(event)
        return found

    def scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.style:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        if surprise := _surprise(text):
            self.tree.unread.add(path)
            self.refuse(event, path, *surprise)
        return text

    def place(self, event: Any) -> Position:
        return event.start_mark.line + self.lines_before + 1, event.start_mark.column + 1

    def refuse(self, event: Any, path: Path, message: str, remedy: str) -> None:
        self.tree.refuse(self.tree.places.get(path, self.place(event)), path, message, remedy)


def _surprise(text: str) -> tuple[str, str] | None:
    """Return message and remedy for a plain scalar that other programs would convert into something else."""
    shown = shorten(text, _MAX_KEY)
    remedy = f'Write "{shown}" in quotes.'
    if _FALSE_FRIEND.fullmatch(text):
        return f"{shown} without quotes means true or false to other programs.", remedy
    if _SEXAGESIMAL.fullmatch(text):
        remedy = f'Write the day, too, as in 7 July 2027 at {shown}, or put it in quotes: "{shown}".'
        return f"{shown} without quotes means a number to other programs.", remedy
    if _NUMBER.fullmatch(text):
        return f"{shown} without quotes means a number to other programs.", remedy
    return None
