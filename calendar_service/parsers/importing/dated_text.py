"""Find dates in text that may be no date phrase at all, so that no line that names a day is dropped without a word."""

from __future__ import annotations

import re

from calendar_service.datephrases import MONTHS
from calendar_service.records.texts import fold_text

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_DATE = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er)?[ .-]{{0,2}}(?:(?:of|de|day of) )?{_MONTH}(?![^\W\d_])"
    rf"|(?<![^\W\d_]){_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19|20)\d\d|\d\d)(?!\d)"
)

_OPENS = re.compile(
    r"(?:[a-z]{3,9}day|(?:mon|tue|wed|thu|fri|sat|sun)|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|from|du|le|les|on|the|and|et|to|au|\d{1,2}(?:st|nd|rd|th|er)?|[-–—&]|\d{1,2}[-–]\d{1,2})[.,]?"
)


def carries_date(text: str) -> bool:
    """Return True if a text names a day, with or without its year."""
    return first_date(text) >= 0


def first_date(text: str) -> int:
    """Return where the first day is in a text, -1 if there is none."""
    folded = fold_text(text)
    match = _DATE.search(folded)
    if match is None:
        return -1
    return match.start() if len(folded) == len(text) else 0


def date_start(text: str) -> int:
    """Return where the words of the first date begin: "from 3", "Monday, 3", "11-12"."""
    start = text.rfind(" ", 0, first_date(text)) + 1
    while start > 0:
        before = text.rfind(" ", 0, start - 1) + 1
        if not _OPENS.fullmatch(fold_text(text[before : start - 1])):
            break
        start = before
    while text[start : start + 1] in tuple("-–—&([ "):
        start += 1
    return start


def around_date(text: str, width: int = 120) -> str:
    """Return a text, or that part of a long one which stands around its first date."""
    at = first_date(text)
    if len(text) <= width or at < width // 2:
        return text
    sentence = max(text.rfind(sign, 0, at) for sign in (". ", "! ", "? ", "; "))
    near = at - width if at - sentence <= width else at - width // 2
    begin = max(sentence + 1, text.find(" ", max(near, 0)))
    return f"… {text[begin:].strip()}"
