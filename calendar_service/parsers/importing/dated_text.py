"""Find dates in text that may be no date phrase at all, so that no line that names a day is dropped without a word."""

from __future__ import annotations

import re
from functools import lru_cache

from calendar_service.datephrases import MONTHS
from calendar_service.records.texts import fold_text

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_DATE = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er)?[ .-]{{0,2}}(?:(?:of|de|day of) )?{_MONTH}(?![^\W\d_])"
    rf"|(?<![^\W\d_]){_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19|20)\d\d|\d\d)(?!\d)"
)


def carries_date(text: str) -> bool:
    """Return True if a text names a day, with or without its year."""
    return first_date(text) >= 0


def first_date(text: str, start: int = 0) -> int:
    """Return where the first day is in a text, -1 if there is none."""
    match = _DATE.search(fold_aligned(text), start)
    return match.start() if match else -1


@lru_cache(maxsize=4_096)
def fold_aligned(text: str) -> str:
    """Return a text without capitals and accents, with plain apostrophes, each character in its place."""
    if text.isascii():
        return text.lower()
    folded = fold_text(text)
    return (folded if len(folded) == len(text) else "".join(map(_folded, text))).replace("’", "'")


@lru_cache(maxsize=4_096)
def _folded(char: str) -> str:
    folded = fold_text(char)
    return folded if len(folded) == 1 else char


def around_date(text: str, width: int = 120) -> str:
    """Return a text, or that part of a long one which stands around its first date."""
    at = first_date(text)
    if len(text) <= width or at < width // 2:
        return text
    sentence = max(text.rfind(sign, 0, at) for sign in (". ", "! ", "? ", "; "))
    near = at - width if at - sentence <= width else at - width // 2
    begin = max(sentence + 1, text.find(" ", max(near, 0)))
    return f"… {text[begin:].strip()}"
