"""A YAML text whose values are set, added and removed by replacing only their own characters.

Comments are never lost: what stands beside or inside a value that goes is kept on a line of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from calendar_service.parsers.editing.edits import UnfitEdit, value_at
from calendar_service.parsers.editing.key_order import key_order
from calendar_service.parsers.editing.render import write_inline, write_item, write_key, write_value
from calendar_service.parsers.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendar_service.parsers.editing.render import FileStyle
    from calendar_service.parsers.yaml_tree import TextSpan, Tree
    from calendar_service.records.errors import Path

_COMMENT = re.compile(r"#[^\r\n]*")
_KEY = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\r\n]*?(?=[ ]*:(?:\s|$)))[ ]*:""")
_COLLECTIONS = (":", "-", "{", "[")
_BLOCK_TEXTS = ("|", ">")


class _Comment(NamedTuple):
    start: int
    text: str


class YamlDocument:
    """A YAML text and its values. `text` is read again after each change."""

    def __init__(self, text: str, style: FileStyle, root: Path = (), tree: Tree | None = None) -> None:
        """Hold `text`; what is at `root` is never emptied. `tree` is what it reads as, if that is known."""
        self.style = style
        self.root = root
        self._hold(text, tree or read_tree(text.encode()))

    def _hold(self, text: str, tree: Tree) -> None:
        self.text, self.tree = text, tree
        if not self.tree.is_whole or self.tree.refused:
            raise UnfitEdit("the values are written in a way that cannot be edited.", remedy="Edit the file by hand.")

    def _splice(self, start: int, end: int, new: str) -> None:
        text = self.text[:start] + new + self.text[end:]
        self._hold(text, read_tree(text.encode()))

    # --- what is asked for -------------------------------------------------------------------------------------------

    def set(self, path: Path, value: Any) -> None:
        """Set the value at a path; a mapping or list that is there already changes only where it differs."""
        old = value_at(self.tree.value, path)
        if path not in self.tree.spans:
            self._add(path, value)
        elif isinstance(old, dict) and isinstance(value, dict) and old.keys() & value.keys():
            for key, each in value.items():
                self.set((*path, key), each)
            for key in old.keys() - value.keys():
                self.remove((*path, key))
        elif isinstance(old, list) and isinstance(value, list) and old:
            self._set_list(path, old, value)
        elif type(old) is not type(value) or old != value:
            self._replace(path, value)

    def _set_list(self, path: Path, old: list[Any], new: list[Any]) -> None:
        """Change a list where it differs: items at its beginning and end that are the same are not touched."""
        begin = end = 0
        shorter = min(len(old), len(new))
        while begin < shorter and old[begin] == new[begin]:
            begin += 1
        while end < shorter - begin and old[-1 - end] == new[-1 - end]:
            end += 1
        shared = shorter - end
        for number in range(begin, shared):
            self.set((*path, number), new[number])
        for number in reversed(range(shared, len(old) - end)):
            self.remove((*path, number))
        for number in range(shared, len(new) - end):
            self.insert_item(path, number, new[number])

    def _add(self, path: Path, value: Any) -> None:
        """Add a key or item that is not there; with what it must stand in."""
        parent_path, step = path[:-1], path[-1]
        parent = value_at(self.tree.value, parent_path)
        if parent_path not in self.tree.spans:
            self._add(parent_path, [value] if isinstance(step, int) else {step: value})
        elif isinstance(parent, list) and step == len(parent):
            self.insert_item(parent_path, len(parent), value)
        elif isinstance(parent, dict) and parent and isinstance(step, str):
            order = key_order(path[len(self.root) : -1])
            earlier = order[: order.index(step)] if step in order else list(parent)
            self._insert_key(path, value, [each for each in earlier if each in parent])
        else:
            where = ".".join(map(str, parent_path))
            raise UnfitEdit(f"{where} has no place for {step!r}.", remedy=f"Set the whole of {where}.")

    # --- replacing ---------------------------------------------------------------------------------------------------

    def _replace(self, path: Path, value: Any) -> None:
        span = self.tree.spans[path]
        comments = self._comments(span.start, span.end)
        is_plain_swap = span.style not in (":", "-", *_BLOCK_TEXTS) and not comments
        if self._in_brackets(path):
            written = write_inline(value, self.style, sign=span.style, in_brackets=True)
            kept = "".join(f" {each.text}{self.style.newline}{' ' * self._column(span.start)}" for each in comments)
            self._splice(span.start, span.end, written + kept)
            return
        lines = self._lines_for(path, value)
        if is_plain_swap and len(lines) == 1:
            space = "" if span.start == 0 or self.text[span.start - 1].isspace() else " "
            self._splice(span.start, span.end, space + lines[0])
        else:
            self._replace_lines(path, lines)

    def _lines_for(self, path: Path, value: Any) -> list[str]:
        """Return the lines of a value in the place of an old one, the first to follow its key or dash."""
        span = self.tree.spans[path]
        sign = span.style if span.style not in _COLLECTIONS else ""
        if isinstance(path[-1], str):
            taken = self._value_column(span)
            return write_value(value, self.style, self._column(span.begin), taken=taken, sign=sign)
        column = self._column(self.tree.spans[path[:-1]].start)
        if isinstance(value, str):
            return write_value(value, self.style, column, taken=self._column(span.start), sign=sign)
        as_here = replace(self.style, dash_width=self._column(span.start) - column)
        first, *rest = write_item(value, as_here, column)
        return [first.strip(" ").removeprefix("-").lstrip(" "), *rest]

    def _value_column(self, span: TextSpan) -> int:
        return self._column(span.begin) + len(self._key_of(span)) + 1

    def _replace_lines(self, path: Path, lines: Sequence[str]) -> None:
        """Replace a value with all of its lines; a comment beside its first line stays there, others follow it."""
        span = self.tree.spans[path]
        begin = span.begin + len(self._key_of(span)) if isinstance(path[-1], str) else span.start
        end = self._line_end(span.end)
        comments = self._comments(begin, end)
        head_end = self._line_end(begin)
        beside = [each for each in comments if each.start < head_end]
        # Not further in than the lines of a block text: it would be taken for one of them.
        indent = " " * self._column(span.begin if isinstance(path[-1], str) else self.tree.spans[path[:-1]].start)
        first = f" {lines[0]}".rstrip(" ") if isinstance(path[-1], str) else lines[0]
        for each in beside:
            before = self.text[: each.start]
            first += before[len(before.rstrip(" ")) :] + each.text
        below = [f"{indent}{each.text}" for each in comments if each not in beside]
        self._splice(begin, end, self.style.newline.join([first, *lines[1:], *below]))

    # --- adding ------------------------------------------------------------------------------------------------------

    def _insert_key(self, path: Path, value: Any, before: Sequence[str]) -> None:
        """Insert a key in a mapping behind the last of the keys `before`; without one, as its first key."""
        parent, key = path[:-1], str(path[-1])
        first_key = next(iter(value_at(self.tree.value, parent)))
        neighbour = self.tree.spans[(*parent, before[-1] if before else first_key)]
        written = f"{write_key(key, self.style)}:"
        if self.tree.spans[parent].style == "{" or self._in_brackets(parent):
            pair = f"{written} {write_inline(value, self.style, in_brackets=True)}"
            if before:
                self._splice(neighbour.end, neighbour.end, f", {pair}")
            else:
                self._splice(neighbour.begin, neighbour.begin, f"{pair}, ")
            return
        column = self._column(neighbour.begin)
        first, *rest = write_value(value, self.style, column, taken=column + len(written) + 1)
        entry = self.style.newline.join([f"{written} {first}".rstrip(" "), *rest])
        if before:
            place = self._line_end(neighbour.end)
            self._splice(place, place, f"{self.style.newline}{' ' * column}{entry}")
        else:
            self._splice(neighbour.begin, neighbour.begin, f"{entry}{self.style.newline}{' ' * column}")

    def insert_item(self, path: Path, number: int, value: Any, *, whole: bool = False, space: str = "") -> None:
        """Insert a list item so that it has this number; `whole` as in `write_item`, `space` is put before its line."""
        span = self.tree.spans[path]
        items = len(value_at(self.tree.value, path))
        if span.style == "[" and items == 0:
            self._replace_lines(path, ["", *self._item_lines(value, self._column(span.begin), whole=whole)])
        elif span.style == "[":
            written = write_inline(value, self.style, in_brackets=True)
            item = self.tree.spans[*path, max(number - 1, 0)]
            if number:
                self._splice(item.end, item.end, f", {written}")
            else:
                self._splice(item.begin, item.begin, f"{written}, ")
        else:
            column = self._column(span.start)
            entry = self.style.newline.join(write_item(value, self.style, column, whole=whole))
            place = self._line_end(self.tree.spans[*path, number - 1].end) if number else span.start
            if number:
                self._splice(place, place, f"{self.style.newline}{space}{entry}")
            else:
                self._splice(place, place, f"{entry.lstrip(' ')}{self.style.newline}{' ' * column}")

    def _item_lines(self, value: Any, key_column: int, *, whole: bool) -> list[str]:
        return write_item(value, self.style, key_column + self.style.list_indent, whole=whole)

    # --- removing ----------------------------------------------------------------------------------------------------

    def remove(self, path: Path) -> None:
        """Remove a key or an item, and what holds nothing else."""
        if path not in self.tree.spans:
            raise UnfitEdit(f"{'.'.join(map(str, path))} is not there.", remedy="Reload the file.")
        while len(value_at(self.tree.value, path[:-1])) == 1:
            path = path[:-1]
            if len(path) <= len(self.root):
                raise UnfitEdit("the last of its kind cannot be removed.", remedy="Edit the file by hand.")
        if self.tree.spans[path[:-1]].style in ("{", "["):
            self._remove_from_brackets(path)
        else:
            self._remove_lines(path)

    def _siblings(self, path: Path) -> tuple[TextSpan | None, TextSpan | None]:
        """Return the spans before and after a value in its mapping or list."""
        parent = value_at(self.tree.value, path[:-1])
        steps: list[str | int] = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        place = steps.index(path[-1])
        around = [self.tree.spans[*path[:-1], step] for step in steps]
        return (around[place - 1] if place else None), (around[place + 1] if place + 1 < len(around) else None)

    def _remove_from_brackets(self, path: Path) -> None:
        span = self.tree.spans[path]
        before, after = self._siblings(path)
        inside = "".join(f" {each.text}{self.style.newline}" for each in self._comments(span.begin, span.end))
        if after:
            comma = self._comma(span.end, after.begin)
            rest = self.text[comma + 1 : after.begin]
            gap = len(rest) - len(rest.lstrip(" "))
            self._splice(span.begin, comma + 1 + gap, inside)
        elif before:
            comma = self._comma(before.end, span.begin)
            between = self.text[comma + 1 : span.begin]
            self._splice(comma, span.end, (between.rstrip(" ") if between.strip() else "") + inside)

    def _comma(self, start: int, end: int) -> int:
        """Return where the comma between two values in brackets is; one in a comment is none."""
        comments = self._comments(start, end)
        places = (place for place in range(start, end) if self.text[place] == ",")
        return next(
            place for place in places if not any(each.start <= place < each.start + len(each.text) for each in comments)
        )

    def _remove_lines(self, path: Path) -> None:
        span = self.tree.spans[path]
        begin = self._dash(path) if isinstance(path[-1], int) else span.begin
        end = self._line_end(span.end)
        kept = [each.text for each in self._comments(begin, end)]
        _, after = self._siblings(path)
        indent = " " * self._column(begin)
        line = self.text.rfind("\n", 0, begin) + 1
        if self.text[line:begin].strip(" "):  # the first key stands on the line of its dash
            if after is None or not self.text[line:begin].strip(" ").strip("- ") == "":
                raise UnfitEdit(f"{path[-1]!r} cannot be taken out of its line.", remedy="Edit the file by hand.")
            between = self.text[end : after.begin]
            tail = "" if not kept and not between.strip() else f"{self.style.newline}{indent}".join(kept) + between
            begin = len(self.text[:begin].rstrip(" ")) if tail.startswith(("\r", "\n")) else begin
            self._splice(begin, after.begin, tail)
        elif kept:
            self._splice(begin, end, f"{self.style.newline}{indent}".join(kept))
        else:
            following = re.compile(r"\r?\n").match(self.text, end)
            start = line if following else max(line - len(self.style.newline), 0)
            self._splice(start, following.end() if following else end, "")

    def _dash(self, path: Path) -> int:
        """Return where the dash of a list item is."""
        first = self.tree.spans[path[:-1]].start
        if path[-1] == 0:
            return first
        before = self.tree.spans[*path[:-1], int(path[-1]) - 1]
        line = re.compile(rf"^ {{{self._column(first)}}}-", re.MULTILINE)
        found = line.search(self.text, before.end)
        if found is None:
            raise UnfitEdit("the dash of a list item was not found.", remedy="Edit the file by hand.")
        return found.end() - 1

    def entry(self, path: Path) -> tuple[int, int]:
        """Return where a list item begins and ends: in a block list, from its dash to the end of its last line."""
        span = self.tree.spans[path]
        if self.tree.spans[path[:-1]].style != "-":
            return span.start, span.end
        return self._dash(path), self._line_end(span.end)

    # --- places ------------------------------------------------------------------------------------------------------

    def _in_brackets(self, path: Path) -> bool:
        return any(self.tree.spans[path[:length]].style in ("{", "[") for length in range(len(path)))

    def _column(self, place: int) -> int:
        return place - self.text.rfind("\n", 0, place) - 1

    def _line_end(self, place: int) -> int:
        """Return the end of the line that a place is in, without its line break."""
        end = self.text.find("\n", place)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > place and self.text[end - 1] == "\r" else end

    def _key_of(self, span: TextSpan) -> str:
        """Return the key as it is written, with its colon."""
        found = _KEY.match(self.text, span.begin, max(span.start, span.begin))
        if found is None:
            raise UnfitEdit("a key is written in a way that cannot be edited.", remedy="Edit the file by hand.")
        return found[0]

    def _comments(self, start: int, end: int) -> list[_Comment]:
        """Return the comments between two places; a # inside a text or key is none."""
        if "#" not in self.text[start:end]:
            return []
        found = []
        for begin, finish in (*sorted(self._texts(start, end)), (end, end)):
            found += [_Comment(each.start(), each[0]) for each in _COMMENT.finditer(self.text, start, begin)]
            start = max(start, finish)
        return found

    def _texts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the keys and texts that begin or end between two places are; block texts without their header."""
        for path, span in self.tree.spans.items():
            if span.end <= start or span.begin >= end:
                continue
            if span.begin != span.start or (path and isinstance(path[-1], str)):
                yield span.begin, span.begin + len(self._key_of(span))
            if span.style in _BLOCK_TEXTS:
                yield self._line_end(span.start), span.end
            elif span.style not in _COLLECTIONS:
                yield span.start, span.end
