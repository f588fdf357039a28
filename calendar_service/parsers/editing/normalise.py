"""Write a calendar file in the usual form: order of keys, indentation, quotes, ends of lines. Its values stay the same.

Comments stay; those above a key go with it.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from calendar_service.parsers.editing.edits import value_at
from calendar_service.parsers.editing.file_edit import check_values, read_editable
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.editing.render import style_of, write_scalar
from calendar_service.parsers.yaml_text import decode_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.parsers.editing.render import FileStyle
    from calendar_service.parsers.yaml_tree import TextSpan, Tree
    from calendar_service.records.errors import Path

_STEP = 2
_BLOCK_TEXTS = ("|", ">")


def normalise(data: bytes) -> bytes:
    """Return the bytes of a file in the usual form. Raise UnfitEdit if that cannot be done without changing a value."""
    tree = read_editable(data)
    text = decode_yaml(data)
    style = style_of(text, tree)
    values = tree.value
    for change in (_with_line_ends, _without_quotes, _with_keys_in_order, _with_indentation):
        text = change(text, tree, style)
        tree = read_editable(text.encode())
    check_values(tree, values)
    return (codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"") + text.encode()


_Change = tuple[int, int, str]


def _with_changes(text: str, changes: Iterable[_Change]) -> str:
    """Replace the text between two places, several times."""
    parts, place = [], 0
    for start, end, new in sorted(changes):
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


def _without_quotes(text: str, tree: Tree, style: FileStyle) -> str:
    """Take quotes off where a text does not need them, unless the file has them everywhere."""
    changes = []
    for path, span in tree.spans.items():
        if style.quotes_all or span.style not in ("'", '"') or "\n" in text[span.start : span.end]:
            continue
        value = value_at(tree.value, path)
        inside = any(tree.spans[path[:length]].style in ("{", "[") for length in range(len(path)))
        if write_scalar(value, style, in_brackets=inside) == value:
            changes.append((span.start, span.end, value))
    return _with_changes(text, changes)


# --- order of keys ---------------------------------------------------------------------------------------------------


def _with_keys_in_order(text: str, tree: Tree, _style: FileStyle) -> str:
    changes = []
    for number, record in enumerate(tree.value["records"] or ()):
        keys = list(record) if isinstance(record, dict) else []
        order = list(sort_keys(record)) if keys else []
        if keys != order and tree.spans["records", number].style == ":":
            changes += _reordered(text, {key: tree.spans["records", number, key] for key in keys}, order)
    return _with_changes(text, changes)


def _reordered(text: str, spans: dict[str, TextSpan], order: list[str]) -> list[_Change]:
    """Return the change that puts the keys of a record in order, each with the comments above it.

    A record that is not written simply is left as it is.
    """
    keys = list(spans)
    ends = [_next_line(text, spans[key].end) for key in keys]
    begin = spans[keys[0]].begin
    line = text.rfind("\n", 0, begin) + 1
    head = text[line:begin]
    # A text that keeps its last empty lines, or ends the file without a line break, cannot be moved.
    has_kept = any("+" in each for each in re.findall(r"[|>][-+\d]*", text[begin : ends[-1]]))
    if not re.fullmatch(r" *- +", head) or has_kept or text[ends[-1] - 1] != "\n":
        return []
    starts = [begin, *ends[:-1]]
    parts = {key: text[start:end] for key, start, end in zip(keys, starts, ends, strict=True)}
    parts[keys[0]] = " " * len(head) + parts[keys[0]]
    first, *rest = (parts[key] for key in order)
    above = first[: spans[order[0]].begin - starts[keys.index(order[0])]] if order[0] != keys[0] else ""
    comments = above[: above.rfind("\n") + 1]
    beside_dash = re.sub(r"(?m)^ +", head[: head.index("-")], comments)
    return [(line, ends[-1], "".join([beside_dash, head, first[len(comments) :].lstrip(" "), *rest]))]


def _next_line(text: str, place: int) -> int:
    return text.find("\n", place) + 1 or len(text)


# --- indentation -----------------------------------------------------------------------------------------------------


def _with_indentation(text: str, tree: Tree, _style: FileStyle) -> str:
    """Indent each level by two columns; what is inside a text moves with it."""
    columns = _Columns(text, tree)
    columns.place((), 0)
    lines = text.split("\n")
    # From the last line to the first: a comment has the indentation of what follows it.
    last = max(columns.lines)
    ahead = columns.lines[last][1]
    moved: list[str] = []
    for number in reversed(range(len(lines))):
        line = lines[number]
        old = len(line) - len(line.lstrip(" "))
        if number in columns.lines:
            line = _with_dashes(line, columns.dashes.get(number, ()))
            new = ahead = columns.lines[number][1]
        elif number in columns.owners:
            new = max(old + columns.owners[number], 0)
        else:
            new = min(old, ahead) if number > last else ahead
        moved.append(" " * new + line.lstrip(" ") if line.strip() else line)
    return "\n".join(reversed(moved))


def _with_dashes(line: str, dashes: tuple[int, ...]) -> str:
    """Return a line with one space behind each of its dashes."""
    for place in sorted(dashes, reverse=True):
        line = line[: place + 1] + " " + line[place + 1 :].lstrip(" ")
    return line


class _Columns:
    """The lines on which keys and items of block style begin, with their columns before and after."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text, self.tree = text, tree
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.lines: dict[int, tuple[int, int]] = {}
        self.owners: dict[int, int] = {}
        self.dashes: dict[int, tuple[int, ...]] = {}

    def place(self, path: Path, column: int) -> None:
        """Place a block mapping or list whose keys or dashes begin at a column, and all that is inside."""
        span = self.tree.spans[path]
        value = value_at(self.tree.value, path)
        for step in value if span.style == ":" else range(len(value)):
            child = (*path, step)
            inner = self.tree.spans[child]
            begin = inner.begin if span.style == ":" else self._dash(path, int(step))
            self._mark(begin, column, inner)
            if inner.style in (":", "-"):
                self.place(child, column + _STEP)

    def _dash(self, path: Path, number: int) -> int:
        if number == 0:
            return self.tree.spans[path].start
        column = self.tree.spans[path].start - self.text.rfind("\n", 0, self.tree.spans[path].start) - 1
        found = re.compile(rf"^ {{{column}}}-", re.MULTILINE).search(self.text, self.tree.spans[*path, number - 1].end)
        return found.end() - 1 if found else self.tree.spans[*path, number].start

    def line_of(self, place: int) -> int:
        """Return the number of the line that a place is in, counted from 0."""
        return bisect_right(self.starts, place) - 1

    def _mark(self, begin: int, column: int, span: TextSpan) -> None:
        line = self.line_of(begin)
        old = begin - self.starts[line]
        self.lines.setdefault(line, (old, column))
        if self.text[begin] == "-" and begin < span.start and self.line_of(span.start) == line:
            self.dashes[line] = (*self.dashes.get(line, ()), old)
        if span.style not in (":", "-"):
            for below in range(line + 1, self.line_of(span.end) + 1):
                self.owners[below] = column - old


# --- ends of lines ---------------------------------------------------------------------------------------------------


def _with_line_ends(text: str, tree: Tree, style: FileStyle) -> str:
    """Take blanks off the ends of lines, but not inside a text, and end the last line."""
    columns = _Columns(text, tree)
    kept = {line for span in tree.spans.values() for line in _lines_inside(span, columns)}
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number not in kept:
            end = "\r" if line.endswith("\r") else ""
            lines[number] = line.removesuffix("\r").rstrip(" ") + end
    ended = "\n".join(lines)
    return ended if ended.endswith("\n") or not ended else ended + style.newline


def _lines_inside(span: TextSpan, columns: _Columns) -> range:
    """Return the lines whose ends belong to a text."""
    first, last = columns.line_of(span.start), columns.line_of(span.end)
    if span.style in _BLOCK_TEXTS:
        return range(first + 1, last + 1)
    return range(first, last) if span.style not in (":", "-", "{", "[") else range(0)
