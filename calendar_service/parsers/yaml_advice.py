"""Explain in plain words what is wrong with a line that YAML cannot read, and how to write it.

libyaml says what it expected, in words of its grammar, and often at the line after the mistake. Here the line itself is
looked at. What no rule fits keeps the words of libyaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.shorten import shorten

if TYPE_CHECKING:
    from calendar_service.parsers.yaml_text import Position

_MAX_LINE = 80
_ENTRY = re.compile(r"(?P<head>[ ]*(?:- +)*(?:[^\s:#'\"\[{-][^:#]*:[ ]+)?)(?P<value>.*)")
_TIGHT_COLON = re.compile(r"(?P<head>[ ]*(?:- +)*[a-z_]+):(?P<value>[^\s:/].*)")
_TIGHT_DASH = re.compile(r"(?P<head>[ ]*)-(?P<value>[^\s-].*)")
_BRACKETS = {"[": "]", "{": "}"}
_SIGNS = "@`%*&>|-?!"


@dataclass(frozen=True)
class YamlAdvice:
    """What is wrong, how to write it, and where."""

    message: str
    remedy: str
    place: Position


def explain_line(text: str, problem: str, place: Position, context_place: Position | None) -> YamlAdvice | None:
    """Return what is wrong with the line that libyaml's `problem` is about; None if no rule fits.

    `context_place` is where that what it read began.
    """
    lines = text.split("\n")
    began = context_place or place

    def line_at(number: int) -> str:
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    here, there = line_at(place[0]), line_at(began[0])
    if "mapping values are not allowed" in problem:
        return _unexpected_colon(here, line_at(place[0] - 1), place)
    if "end of stream" in problem or "document indicator" in problem:
        return _unclosed_quote(there, began)
    if "expected ',' or" in problem:
        return _unclosed_bracket(there, began)
    if "could not find expected ':'" in problem:
        return _missing_colon(there, began)
    if "unknown escape character" in problem:
        return _needs_quotes(here, place, "a backslash in double quotes stands for something else")
    if "expected key" in problem or "expected '-' indicator" in problem:
        return _after_value(here, place) or _indentation(here, place)
    return _sign(here, place) or _sign(there, began)


def _unexpected_colon(line: str, before: str, place: Position) -> YamlAdvice | None:
    for each, row in ((line, place[0]), (before, place[0] - 1)):
        if found := _TIGHT_DASH.fullmatch(each):
            fixed = f"{found['head']}- {found['value']}"
            return YamlAdvice(
                f"there is no space after the dash: {_shown(each)}.",
                f"Write `{fixed.strip()}`.",
                (row, each.index("-") + 1),
            )
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry and ":" in entry["head"] and ":" in entry["value"] and place[1] > len(entry["head"]):
        return _needs_quotes(line, place, "a colon stands inside the text")
    return _indentation(line, place)


def _unclosed_quote(line: str, place: Position) -> YamlAdvice | None:
    mark = line[place[1] - 1 : place[1]]
    if mark not in ("'", '"'):
        return None
    return YamlAdvice(
        f"the quote {mark} is opened here and not closed: {_shown(line)}.", f"Write `{line.strip()}{mark}`.", place
    )


def _unclosed_bracket(line: str, place: Position) -> YamlAdvice | None:
    mark = line[place[1] - 1 : place[1]]
    if mark not in _BRACKETS:
        return None
    closing = _BRACKETS[mark]
    if closing in line[place[1] :]:
        return YamlAdvice(
            f"the values between {mark} and {closing} need commas between them, or quotes: {_shown(line)}.",
            f"Write for example `{'[one, two]' if mark == '[' else '{en: One, fr: Un}'}`.",
            place,
        )
    message = f"the bracket {mark} is opened here and not closed: {_shown(line)}."
    return YamlAdvice(message, f"Write `{line.strip().removesuffix(',')}{closing}`.", place)


def _missing_colon(line: str, place: Position) -> YamlAdvice:
    if found := _TIGHT_COLON.fullmatch(line):
        fixed = f"{found['head'].strip()}: {found['value']}"
        return YamlAdvice(f"there is no space after the colon: {_shown(line)}.", f"Write `{fixed}`.", place)
    return YamlAdvice(
        f"there is no colon in the line: {_shown(line)}.",
        "Write `key: value`; a text that goes on over two lines needs quotes.",
        place,
    )


def _after_value(line: str, place: Position) -> YamlAdvice | None:
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry is None or entry["value"][:1] not in ("'", '"', *_BRACKETS):
        return None
    mark = entry["value"][0]
    what = "bracket" if mark in _BRACKETS else "quote"
    closing = _BRACKETS.get(mark, mark)
    return _needs_quotes(line, place, f"text follows the closing {what} {closing}")


def _indentation(line: str, place: Position) -> YamlAdvice | None:
    if not line.strip():
        return None
    what = "the item" if line.lstrip().startswith("-") else "the line"
    return YamlAdvice(
        f"{what} is not indented like the lines beside it: {_shown(line)}.",
        "Begin it with as many spaces as those.",
        (place[0], len(line) - len(line.lstrip()) + 1),
    )


def _sign(line: str, place: Position) -> YamlAdvice | None:
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry is None or entry["value"][:1] not in _SIGNS or not entry["value"]:
        return None
    begins = (place[0], len(entry["head"]) + 1)
    return _needs_quotes(line, begins, f"a text cannot begin with {entry['value'][0]} without quotes")


def _needs_quotes(line: str, place: Position, what: str) -> YamlAdvice | None:
    """Return the advice to put the value of a line in quotes; None if the line has none."""
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry is None or not entry["value"]:
        return None
    fixed = f"{entry['head'].strip()} {quoted(entry['value'])}".strip()
    return YamlAdvice(f"{what}: {_shown(line)}.", f"Put it in quotes: `{fixed}`.", place)


def quoted(value: str) -> str:
    """Return a value in quotes that need no changes in it, if there are such. Quotes around it are replaced."""
    mark = value[0]
    if mark in ("'", '"') and value.endswith(mark) and len(value) > 1:
        value = value[1:-1]
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def _shown(line: str) -> str:
    return f"`{shorten(line.strip(), _MAX_LINE)}`"
