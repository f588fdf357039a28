"""Windows of lines in which a file is corrected as text. Every line that is not changed keeps its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AROUND = 12


@dataclass(frozen=True)
class TextWindow:
    """Lines of a file, of which `first` counts from 1, and the text that is to stand in their place."""

    first: int
    last: int
    text: str

    @property
    def lines(self) -> list[str]:
        """The text line by line; an empty text in the place of several stands for none."""
        is_none = not self.text and self.first != self.last
        return [] if is_none else self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def open_windows(data: bytes, lines: Iterable[int], windows: Sequence[TextWindow] = ()) -> list[TextWindow]:
    """Return some windows of a file, and new ones around lines that are in none. No line is in two of them."""
    every, found = data.splitlines(), list(windows)
    for line in sorted(min(max(each, 1), max(len(every), 1)) for each in lines):
        if any(each.first <= line <= each.last for each in found):
            continue
        first = max([1, line - AROUND, *(each.last + 1 for each in found if each.last < line)])
        last = min([len(every), line + AROUND, *(each.first - 1 for each in found if each.first > line)])
        found.append(TextWindow(first, last, "\n".join(map(_shown, every[first - 1 : last]))))
    return sorted(found, key=_order)


def replace_windows(data: bytes, windows: Iterable[TextWindow]) -> bytes:
    """Return a file with the texts of windows in it. New lines end as those of the file do."""
    lines, end = data.splitlines(keepends=True), b"\r\n" if b"\r\n" in data else b"\n"
    for each in sorted(windows, key=_order, reverse=True):
        lines[each.first - 1 : each.last] = _replaced(lines[each.first - 1 : each.last], each.lines, end)
    most = [line if line.endswith((b"\n", b"\r")) else line + end for line in lines[:-1]]
    return b"".join([*most, *lines[-1:]])


def locate_line(windows: Iterable[TextWindow], line: int) -> tuple[TextWindow | None, int]:
    """Return the window that has a line of the changed file, None if none has, and its line in the file itself."""
    moved = 0
    for each in sorted(windows, key=_order):
        if line < each.first + moved:
            break
        if line < each.first + moved + len(each.lines):
            return each, each.first
        moved += len(each.lines) - (each.last - each.first + 1)
    return None, line - moved


def shown_first(windows: Sequence[TextWindow], window: TextWindow) -> int:
    """Return the number that the first line of a window has in the changed file."""
    return window.first + sum(
        len(each.lines) - (each.last - each.first + 1) for each in windows if each.first < window.first
    )


def _replaced(old: Sequence[bytes], after: Sequence[str], end: bytes) -> list[bytes]:
    before = [_shown(each.rstrip(b"\r\n")) for each in old]
    made: list[bytes] = []
    for kind, first, last, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        made += old[first:last] if kind == "equal" else [each.encode() + end for each in after[start:stop]]
    return made


def _shown(line: bytes) -> str:
    """Return a line as a form shows it; what browsers would change is replaced, and keeps its bytes if it stays so."""
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in line.decode("utf-8", "replace"))


def _order(window: TextWindow) -> int:
    return window.first
