"""YAML bytes to plain values that know their places, with the surprises of YAML refused.

Every scalar stays the text that stands in the file, but for `null`, `true` and `false`; so `no`,
`11:30` and `2026-13-10` never turn into something else. What other YAML readers would turn into
something else is refused, so that the file means the same to all. libyaml's event stream is read
without its composer: deep nesting and aliases are stopped before they cost anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

from calendar_service.records.errors import CalendarError, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 16 * 1024 * 1024
MAX_LINE = 64 * 1024
MAX_DEPTH = 20

Place = tuple[int, int]
"""Line and column, both counted from 1."""

_LONG_LINE = re.compile(rb"[^\n]{%d,}" % MAX_LINE)
# What clean_block refuses, and tabs: seen here first, they can be named by line and column.
_STRANGE = re.compile(
    "[\t\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\r(?!\n)|(?<!^)\ufeff"
)
_FALSE_FRIEND = re.compile(r"(?:y|n|yes|no|on|off)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}


class UnfitYaml(CalendarError):
    """The file cannot be read as plain YAML; `place` says where, `path` under which key."""

    def __init__(self, message: str, place: Place, *, path: Path = (), value: object = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.place = place
        self.path = path
        self.value = value


@dataclass
class Tree:
    """The plain values of a file, where each key or item stands, and what was refused on the way."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    refused: list[UnfitYaml] = field(default_factory=list)

    def place_of(self, path: Path) -> Place:
        """Give the place of a path, or of the nearest thing above it that stands in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_tree(data: bytes) -> Tree:
    """Read one YAML document. Raises UnfitYaml where reading cannot go on."""
    text = _decode(data)
    tree = Tree()
    events = _events(text)
    try:
        tree.value = _Builder(tree, events).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"this is not YAML: {error.problem or error.context}."
        raise UnfitYaml(
            message, place, remedy="Look at the indentation, colons and quotes here and just above."
        ) from None
    return tree


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise UnfitYaml(f"the file has {len(data):,} bytes; {MAX_BYTES:,} are read.", (1, 1), remedy="Split it.")
    if long := _LONG_LINE.search(data):
        line = data.count(b"\n", 0, long.start()) + 1
        raise UnfitYaml(f"the line has more than {MAX_LINE:,} bytes.", (line, 1), remedy="Break it up.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise UnfitYaml("the file is not in UTF-8.", (line, column), remedy="Save it in the encoding UTF-8.") from None
    if strange := _STRANGE.search(text):
        start = strange.start()
        place = (text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        name = "a tab" if strange[0] == "\t" else f"the invisible character U+{ord(strange[0]):04X}"
        raise UnfitYaml(f"the file holds {name}.", place, remedy="Use spaces." if strange[0] == "\t" else "Delete it.")
    return text


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)


class _Builder:
    """Builds plain values from libyaml's events, noting the place of every key and item."""

    def __init__(self, tree: Tree, events: Iterator[Any]) -> None:
        self.tree = tree
        self.events = events

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
                        raise UnfitYaml(
                            "a second document begins here.", _place(event), remedy="Keep one: delete the line ---."
                        )
                case ScalarEvent() | MappingStartEvent() | SequenceStartEvent() | AliasEvent():
                    value = self.node(event, (), 0)
        return value

    def node(self, event: Any, path: Path, depth: int) -> Any:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise UnfitYaml(
                "anchors (&) and aliases (*) are not read.",
                _place(event),
                path=path,
                remedy="Write the value out; quote a text that begins with & or *.",
            )
        if event.tag not in (None, "!"):
            raise UnfitYaml(
                f"the tag {event.tag!r} is not read.",
                _place(event),
                path=path,
                remedy="Take it out; quote a text that begins with !.",
            )
        if depth > MAX_DEPTH:
            raise UnfitYaml(
                f"values are nested more than {MAX_DEPTH} deep.",
                _place(event),
                path=path[:3],
                remedy="Close the brackets.",
            )
        if isinstance(event, MappingStartEvent):
            return self.mapping(path, depth)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path, depth)
        return self.scalar(event, path)

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(key_event := next(self.events), MappingEndEvent):
            if not isinstance(key_event, ScalarEvent) or key_event.anchor or key_event.tag not in (None, "!"):
                raise UnfitYaml(
                    "a key must be a plain word.", _place(key_event), path=path, remedy="Look at the colons here."
                )
            key = key_event.value
            child = (*path, key)
            if key in found:
                line, _ = self.tree.places[child]
                self.refuse(key_event, child, f"the key {key!r} stands twice; first in line {line}.", "Keep one.")
            elif not key_event.style and _FALSE_FRIEND.fullmatch(key):
                self.refuse(
                    key_event,
                    child,
                    f"the plain key {key} means true or false to other readers.",
                    f'Write "{key}" in quotes.',
                )
            self.tree.places.setdefault(child, _place(key_event))
            value = self.node(next(self.events), child, depth + 1)
            found.setdefault(key, value)
        return found

    def sequence(self, path: Path, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            child = (*path, len(found))
            self.tree.places[child] = _place(event)
            found.append(self.node(event, child, depth + 1))
        return found

    def scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.style is not None and event.style != "":
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _FALSE_FRIEND.fullmatch(text):
            self.refuse(
                event, path, f"plain {text} means true or false to other readers of YAML.", f'Write "{text}" in quotes.'
            )
        elif _SEXAGESIMAL.fullmatch(text):
            self.refuse(
                event,
                path,
                f"plain {text} means a number to other readers of YAML.",
                f'Write "{text}" in quotes, with its day.',
            )
        return text

    def refuse(self, event: Any, path: Path, message: str, remedy: str) -> None:
        self.tree.refused.append(UnfitYaml(message, _place(event), path=path, value=event.value, remedy=remedy))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1
