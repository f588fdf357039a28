"""Parse a calendar file record by record, so that a record that was parsed before is not parsed again.

In block style a record is a range of lines, and what it says does not depend on the lines around it: its first line is
the only one that begins with a dash at its indentation, and all others are indented more. Any other form of file, and
what libyaml cannot read, is left to `read_tree`, which gives the same result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.yaml_text import UnfitYaml
from calendar_service.parsers.yaml_tree import MAX_REFUSED, MAX_VALUES, Tree, build, decode_into
from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from calendar_service.parsers.yaml_text import Position
    from calendar_service.records.errors import Path

_HEADER = re.compile(r"^records:[ ]*(?:#.*)?\r?$", re.MULTILINE)
_FIRST = re.compile(r"(?:[ ]*(?:#.*)?\r?\n)+([ ]*)-[ \r\n]")


class NotSplit(CalendarError):
    """The file cannot be parsed record by record."""


@dataclass
class SplitTree(Tree):
    """The tree of a file whose records are texts, each parsed when its value or a place in it is asked for.

    `lines_before` has the number of lines before each.
    """

    texts: list[str] = field(default_factory=list)
    lines_before: list[int] = field(default_factory=list)
    values: int = 0

    def place_of(self, path: Path) -> Position:
        """Return the place of a path, or of its nearest parent that is in the file."""
        if len(path) > 1 and path[0] == "records":
            return self._parse(int(path[1]))[0].place_of(path)
        return super().place_of(path)

    def value_of(self, number: int) -> tuple[Any, int]:
        """Return the plain value of a record; and 0 if a part of it was refused, else the number of its values.

        Raise NotSplit.
        """
        tree, values = self._parse(number)
        self.refused += tree.refused
        self.unread |= tree.unread
        self.count(values)
        return tree.value["records"][0], 0 if tree.refused else values

    def _parse(self, number: int) -> tuple[Tree, int]:
        tree = Tree()
        try:
            # Under its key, so that libyaml reads it as in the file.
            values = build(tree, f"records:\n{self.texts[number]}", self.lines_before[number] - 1, number)
        except UnfitYaml:
            raise NotSplit("a record cannot be read by itself.") from None
        return tree, values

    def count(self, values: int) -> None:
        """Count the values of a record. Raise NotSplit if the file has too many, or too many that were refused."""
        self.values += values - 2  # without the file and the list
        if self.values > MAX_VALUES or len(self.refused) >= MAX_REFUSED:
            raise NotSplit("the file is too large.")


def split_tree(data: bytes) -> SplitTree:
    """Parse a file except its records. Raise NotSplit."""
    tree = SplitTree()
    try:
        text = decode_into(tree, data)
        if text is None:
            raise NotSplit("characters of it change what its lines mean.")
        starts, strange = _starts(text), len(tree.refused)
        tree.values = build(tree, text[: starts[0]])
    except UnfitYaml:
        raise NotSplit("it cannot be read.") from None
    value = tree.value
    if len(tree.refused) > strange or not isinstance(value, dict) or list(value.items())[-1:] != [("records", None)]:
        raise NotSplit("the line of the records may be a part of something else.")
    tree.texts = [text[start:end] for start, end in pairwise((*starts, len(text)))]
    tree.lines_before = list(
        accumulate((each.count("\n") for each in tree.texts), initial=text.count("\n", 0, starts[0]))
    )
    tree.value["records"] = tree.texts
    return tree


def _starts(text: str) -> list[int]:
    """Return where the records of a text begin. Raise NotSplit."""
    header = _HEADER.search(text)
    first = _FIRST.match(text, header.end()) if header else None
    if header is None or first is None:
        raise NotSplit("its records are not a list in block style.")
    indent = first[1]
    # Each line belongs to a record, begins one, is a comment or empty.
    lines = re.compile(rf"(?:(?:{indent}(?: |-(?=[ \r\n]|\Z))|[ ]*+(?:#|\r?(?=\n|\Z))).*+(?:\n|\Z))*+")
    if not lines.fullmatch(text, header.end() + 1):
        raise NotSplit("its records are not the last part of it.")
    return [each.start() + 1 for each in re.compile(rf"\n{indent}-").finditer(text, first.start(1) - 1)]
