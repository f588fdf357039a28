"""Write values as YAML that the reader of the calendar file reads back as the same values."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.parsers.yaml_tree import Tree

WIDTH = 100
_SAMPLE = 5_000
_FEW = 8
_BLOCK_SIGNS = ("|", ">")
# What some YAML parser takes for more than a text, though ours may not.
_RISKY = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=<~]|[-+.]?\d[\w.:+-]*$|.*(?:: | #|[:\s]$)", re.DOTALL)
_RISKY_IN_BRACKETS = re.compile(r"[,\[\]{}]|[:?](?:\s|$)")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True)
class FileStyle:
    """How a file is written: indentations, which quotes it uses, and whether brackets may be used for short values."""

    newline: str = "\n"
    key_indent: int = 2
    list_indent: int = 2
    dash_width: int = 2
    quote: str = '"'
    quotes_all: bool = False
    braces: bool = True
    brackets: bool = True


def style_of(text: str, tree: Tree) -> FileStyle:
    """Return the style that most of a file has; what it does not show is as in `FileStyle`."""
    keys, lists, dashes, signs = Counter[int](), Counter[int](), Counter[int](), Counter[str]()

    def column(place: int) -> int:
        return place - text.rfind("\n", 0, place) - 1

    for path, span in list(tree.spans.items())[:_SAMPLE]:
        if not path:
            continue
        inside = len(path) > 2 and path[0] == "records"
        if inside and path[-1] not in ("id", "kind"):
            signs[span.style] += 1
        if isinstance(path[-1], int):
            dash = column(tree.spans[path[:-1]].start)
            if span.style == ":" and text[span.start - column(span.start) + dash] == "-":
                dashes[column(span.start) - dash] += 1
        elif span.style == ":":
            keys[column(span.start) - column(span.begin)] += 1
        elif span.style == "-" and (inside or path == ("records",)):
            lists[column(span.start) - column(span.begin)] += 1

    def most(counted: Counter[int]) -> int:
        return max(counted, key=lambda width: (counted[width], -width)) if counted else 2

    return FileStyle(
        newline="\r\n" if text[: text.find("\n")].endswith("\r") else "\n",
        key_indent=most(keys),
        list_indent=most(lists),
        dash_width=most(dashes),
        quote="'" if signs["'"] > signs['"'] else '"',
        quotes_all=signs["'"] + signs['"'] > max(4 * signs[""], _FEW),
        braces=signs["{"] > 0 or signs[":"] == 0,
        brackets=signs["["] > 0 or signs["-"] == 0,
    )


# --- texts -----------------------------------------------------------------------------------------------------------


def write_scalar(value: str | int, style: FileStyle, *, sign: str = "", in_brackets: bool = False) -> str:
    """Write a value on one line. A text gets quotes if it needs them, or if `sign` is a quote."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if sign not in ("'", '"') and _is_safe_plain(value, in_brackets=in_brackets):
        return value
    if (sign if sign in ("'", '"') else style.quote) == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'


@lru_cache(maxsize=4_096)
def _is_safe_plain(text: str, *, in_brackets: bool) -> bool:
    if _RISKY.match(text) or not text.isprintable() or (in_brackets and _RISKY_IN_BRACKETS.search(text)):
        return False
    return _reads_as(f"[{text}]" if in_brackets else text, [text] if in_brackets else text)


def _reads_as(written: str, value: Any) -> bool:
    tree = read_tree(f"k: {written}\n".encode())
    return tree.is_whole and not tree.refused and bool(tree.value == {"k": value})


def _block_text(value: str, sign: str) -> list[str] | None:
    """Return a text as the lines of a block scalar, not indented; None if it cannot be one."""
    kept = value.removesuffix("\n")
    if sign == ">":
        # In a folded block an empty line stands for each line break.
        lines = [line for each in kept.split("\n") for line in (*_wrapped(each), "")][:-1]
    else:
        lines = kept.split("\n")
    lines = [f"{sign}{'' if kept != value else '-'}", *lines]
    indented = "\n".join([lines[0], *(f"  {line}" if line else "" for line in lines[1:])])
    return lines if kept.strip() and _reads_as(indented, value) else None


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return lines if " ".join(lines) == text else [text]


# --- values ----------------------------------------------------------------------------------------------------------


def write_inline(value: Any, style: FileStyle, *, sign: str = "", in_brackets: bool = False) -> str:
    """Write a value on one line; lists and mappings in brackets."""
    if isinstance(value, dict):
        pairs = (f"{write_key(key, style)}: {write_inline(value[key], style, in_brackets=True)}" for key in value)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(write_inline(each, style, in_brackets=True) for each in value)}]"
    sign = sign or (style.quote if style.quotes_all and isinstance(value, str) else "")
    return write_scalar(value, style, sign=sign, in_brackets=in_brackets)


def write_key(key: str, style: FileStyle) -> str:
    """Write a key, in quotes if it needs them."""
    return write_scalar(key, style, in_brackets=True)


def write_value(value: Any, style: FileStyle, indent: int, *, taken: int = 0, sign: str = "") -> list[str]:
    """Write a value in block style, with its own indentation from the second line on.

    The first line follows the key, which has `indent` spaces before it, on its line; it is empty if the value begins
    below. `taken` columns of that line are used already. `sign` is the style that a text had before.
    """
    if isinstance(value, str):
        return _text_lines(value, style, indent, taken, sign)
    inline = write_inline(value, style)
    if not isinstance(value, (dict, list)) or _fits_inline(value, style, taken + len(inline)):
        return [inline]
    if isinstance(value, dict):
        below = indent + style.key_indent
        return ["", *(" " * below + line if line else "" for line in write_mapping(value, style, below))]
    below = indent + style.list_indent
    return ["", *(line for each in value for line in write_item(each, style, below))]


def _text_lines(value: str, style: FileStyle, indent: int, taken: int, sign: str) -> list[str]:
    inline = write_inline(value, style, sign=sign if sign in ("'", '"') else "")
    is_long = taken + len(inline) > WIDTH and " " in value.strip()
    wanted = [sign] if sign in _BLOCK_SIGNS else []
    wanted += ["|"] if "\n" in value[:-1] else [">"] if is_long and not sign else []
    if value.endswith("\n") and sign not in _BLOCK_SIGNS:
        wanted = []  # a block loses it at the end of a file without a last line break
    for each in wanted:
        if lines := _block_text(value, each):
            below = " " * (indent + style.key_indent)
            return [lines[0], *(below + line if line else "" for line in lines[1:])]
    return [inline]


def _fits_inline(value: dict[str, Any] | list[Any], style: FileStyle, width: int) -> bool:
    allowed = style.braces if isinstance(value, dict) else style.brackets
    inner = value.values() if isinstance(value, dict) else value
    flat = not any(isinstance(each, (dict, list)) or (isinstance(each, str) and "\n" in each) for each in inner)
    return allowed and flat and width <= WIDTH


def write_mapping(value: dict[str, Any], style: FileStyle, indent: int) -> Iterator[str]:
    """Yield the lines of a mapping in block style, from the second key's on as if after `indent` columns.

    The indentation itself is not in them, but the further indentation of what is inside.
    """
    for key, each in value.items():
        written = f"{write_key(key, style)}:"
        first, *rest = write_value(each, style, indent, taken=indent + len(written) + 1)
        yield f"{written} {first}".rstrip(" ")
        yield from (line[indent:] for line in rest)


def write_item(value: Any, style: FileStyle, indent: int, *, whole: bool = False) -> list[str]:
    """Write a list item with its dash, after `indent` spaces; a `whole` mapping has a line for each key."""
    dash = "-".ljust(style.dash_width)
    inside = indent + style.dash_width
    inline = write_inline(value, style)
    if isinstance(value, dict) and (whole or not _fits_inline(value, style, inside + len(inline))):
        lines = list(write_mapping(value, style, inside))
    else:
        lines = write_value(value, style, indent, taken=inside) if isinstance(value, str) else [inline]
        return [" " * indent + dash + lines[0], *lines[1:]]
    return [" " * indent + dash + lines[0], *(" " * inside + line if line else "" for line in lines[1:])]
