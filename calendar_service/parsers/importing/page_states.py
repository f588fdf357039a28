"""Read from a page that something is cancelled or postponed."""

from __future__ import annotations

import re

from calendar_service.records.texts import fold_text

_STATE = r"(?:(?P<cancelled>cancell?ed|called off|annule(?:e|s|es)?)|(?P<postponed>postponed|reporte(?:e|s|es)?))"
_SUBJECT = (
    r"(?:(?:procedure|event|meeting|session|webinar|workshop|call|tender|evenement|seance|reunion|appel|webinaire)"
    r"(?: is| has been| est| a ete)? )?"
)
_AHEAD = re.compile(rf"[\W_]*{_STATE}\s*[\])*]?\s*[:!\-–—|\]*]+\s*(?=\S)")
_BEHIND = re.compile(rf"\s*(?:[-–—|:,;]{{1,3}}\s*|[(\[]\s*){_STATE}\s*[!.\])–-]*$")
_SHOUTED = re.compile(r"\s((?:CANCELL?ED|ANNULÉE?S?|POSTPONED|REPORTÉE?S?))[!.]*$")
_ALONE = re.compile(
    rf"(?:note ?: ?)?(?:(?:this|the|cette?|le|la|l') ?[\w' -]{{0,30}} (?:is|has been|was|est|a ete|sera) )?"
    rf"{_SUBJECT}{_STATE}(?: until further notice"
    r"| (?:to a later date|a une date ulterieure|sine die|jusqu'a nouvel ordre))?"
    rf"(?: (?:on|le) \d[\w ./-]{{3,20}})?[\s!.]*"
)
_SAID = re.compile(
    rf"\b(?:is|are|has been|have been|was|est|sont|a ete|ont ete)(?: now| unfortunately)?(?:, \w+,)? {_STATE}\b"
)
_TRAILING = re.compile(rf"[\s,;:|(\[–—-]+{_SUBJECT}{_STATE}[\s!.)\]]*$")


def state_of_title(title: str) -> tuple[str, str]:
    """Return the state that a title announces, "" for none, and the title without it."""
    folded = _fold(title)
    if len(folded) != len(title):
        return "", title
    if (match := _AHEAD.match(folded)) and len(title) > match.end():
        return _state(match), title[match.end() :].strip()
    if (match := _SHOUTED.search(title)) and match.start():
        return state_alone(match[1]), title[: match.start()].rstrip(" -–—:|,([")
    if (match := _BEHIND.search(folded)) and match.start():
        return _state(match), title[: match.start()].strip()
    return "", title


def state_behind(text: str) -> tuple[str, str]:
    """Return the state that stands behind a date, and the text before it."""
    folded = _fold(text)
    match = _TRAILING.search(folded)
    if match is None or len(folded) != len(text):
        return "", text
    return _state(match), text[: match.start()]


def state_alone(text: str) -> str:
    """Return the state if a line says nothing else."""
    match = _ALONE.fullmatch(_fold(text).strip(" *-–—"))
    return _state(match) if match else ""


def state_in(text: str) -> str:
    """Return the state that a sentence says: "is cancelled since", "est reportée en raison"."""
    match = _SAID.search(_fold(text))
    return _state(match) if match else ""


def _state(match: re.Match[str]) -> str:
    return "cancelled" if match["cancelled"] else "postponed"


def _fold(text: str) -> str:
    return fold_text(text).replace("’", "'")
