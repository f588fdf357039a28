"""Bullets before the titles of a list: "> Annual conference", with the date on the line below."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.page_labels import label_in
from calendar_service.parsers.importing.page_source import Role, SourceLine, is_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

_BULLET = re.compile(r"([>•▪►■◆●◦*→–-]|\d{1,2}[.)])\s+(?=[^\W\d]|[«“\"'])")
_FEWEST = 2
_LONGEST = 160


def bulleted_titles(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with those as titles that have the bullet which several lines above a date have."""
    bullets = {at: found for at, line in enumerate(lines) if (found := _bullet(line))}
    counts = Counter(bullets[at] for at in bullets if _is_above_date(lines, at))
    known = {bullet for bullet, count in counts.items() if count >= _FEWEST}
    out: list[SourceLine] = []
    for at, line in enumerate(lines):
        if bullets.get(at) in known:
            out.append(SourceLine(line.number, "", Role.BREAK))
            out.append(replace(line, text=_BULLET.sub("", line.text, count=1), role=Role.TITLE))
        else:
            out.append(line)
    return out


def _bullet(line: SourceLine) -> str:
    """Return the bullet of a line that may be a title; numbers are all one."""
    match = _BULLET.match(line.text) if line.role is Role.NONE and not line.cells else None
    if (
        match is None
        or line.text.isupper()
        or len(line.text) > _LONGEST
        or carries_date(line.text)
        or is_sentence(line.text)
    ):
        return ""
    if label_in(line.text[match.end() :]):
        return ""
    return "1" if match[1][0].isdigit() else match[1]


def _is_above_date(lines: Sequence[SourceLine], at: int) -> bool:
    below = next((line for line in lines[at + 1 : at + 3] if line.text or line.role is Role.BREAK), None)
    return below is not None and carries_date(below.text) and not _BULLET.match(below.text)
