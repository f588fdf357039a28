"""Dates inside running sentences: "The forum will take place on 3-5 May 2027 in Utrecht, the Netherlands"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from calendar_service.datephrases import MONTHS, WEEKDAYS, parse_when
from calendar_service.parsers.importing.dated_text import carries_date, date_start
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import (
    DateLine,
    about_what,
    is_place,
    may_be_date,
    read_place,
    reads_as_name,
    split_date,
)
from calendar_service.parsers.importing.page_inline import sentences_of
from calendar_service.records.texts import fold_text

_FEWEST_WORDS = 4
_LIMIT = re.compile(
    r"\b(?:(?:on or before|by|until|till|up to|no later than|not later than|not after|at the latest (?:by|on)"
    r"|au plus tard(?: le)?|jusqu'au"
    r"|d'ici(?: le| au)?)|(?P<kept>before|avant))(?: le)?\s*$"
)
_HANDED_IN = re.compile(
    r"\b(?:submi\w+|sen[dt]|receiv\w+|reach|appl(?:y|ications?|ying)|proposals?|tenders?|bids?|offers?|offres"
    r"|expressions? of interest|open|candidatures?|candidater|dossiers?|envoy\w+|adress\w+|depos\w+|transmi\w+"
    r"|soumet\w*"
    r"|soumi\w+|parveni\w*"
    r"|notif\w+|communicat\w+|nominat\w+|confirm\w*|regist\w+|sign up|inscri\w+|questions?"
    r"|clarifications?|ouverte?s?|postuler)\b"
)
_CLOSES = re.compile(
    r"\b(?:(?:deadlines?|closing date|date limite|dates limites|cloture|echeance)\b.{0,80}?\b(?:is|are|will be|est"
    r"|sont|sera)"
    r"(?: set (?:for|at|on)| (?:now )?extended (?:to|until)| (?:fixee?|prevue?|reportee?|prolongee?)(?: au| le)?)?"
    r"|(?:calls?|forms?|formulaires?|registrations?|applications?|appels?|inscriptions?"
    r"|candidatures?)\b.{0,60}?\b(?:closes?|close|ends?"
    r"|(?:will|shall) (?:close|end|be (?:shut(?: down)?|closed))"
    r"|cloturent|cloture|se termine|se terminent|prennent fin|prend fin)|[(,:–—-] ?(?:deadline|closing date|closes"
    r"|cloture|date limite)"
    r")(?: (?:on|at|le|au))?[\s:]*$"
)
_HAPPENS = re.compile(
    r"\b(?:(?:will|shall|is to|are to|is due to|to) (?:also |then )?(?:take place|be (?:held|organi[sz]ed|hosted"
    r"|celebrated)"
    r"|happen|convene|meet|gather)"
    r"|takes? place|taking place|(?:is|are) (?:being )?(?:held|scheduled|planned|celebrated)"
    r"|se (?:tiendra|tiendront|tient|deroulera|derouleront|deroule)|(?:aura|auront|a) lieu"
    r"|(?:est|sont|sera|seront) (?:organisee?s?|prevue?s?|celebree?s?))\b(?P<between>[^.;!?]{0,100}?)"
    r"(?:,? (?:on|from|du|le|les|of))?[\s,:]*$"
)
_AT = re.compile(r"\b(?:in|at|à|au|aux)\s+(?:the\s+)?(?=[^\W\d_a-zà-ÿ])")
_OF_TIME = re.compile(
    r"[\s,(–—-]*(?:at |a |by |from |de )?(?:\d{1,2} ?(?:[:.h]|[ap]\.?m\b)|noon|midday|midi|midnight|minuit|end of"
    r"|close of|cob|cet\b"
    r"|cest\b|utc|gmt|heure|hour|local time)"
)
_TITLE_BEFORE = re.compile(r"(?:[-*•] )?(?P<title>[^\W\d_a-z][^.:!?]{8,100}?)(?: ?: | [–—] )\S")
_ON = re.compile(r"(?:on|of|the|le|les) (?=\S*\d|[^\W\d_]+ \d)", re.IGNORECASE)
_ONLINE = re.compile(r"\b(?:online|on-line|en ligne|virtually|virtuellement)\b")
_NO_PLACE = frozenset({"english", "french", "german", "spanish", "anglais", "francais", "allemand", *MONTHS, *WEEKDAYS})
_MOST_WORDS = 10
_MOST_NAMES = 4
_LONGEST_TEXT = 2_000


def read_sentence(text: str) -> DateLine | None:
    """Return the only date of a text, if the sentence around it says that something happens or ends then."""
    if not may_be_date(text, longest=_LONGEST_TEXT):
        return None
    dated = [each for each in sentences_of(text) if carries_date(each)]
    if len(dated) == 1:
        return _read_only(dated[0])
    found = [(each, date) for each in dated if (date := _read_only(each))]
    if len(found) != 1 or not found[0][1].is_deadline:
        return None
    others = " ".join(each.strip() for each in dated if each is not found[0][0])
    return replace(found[0][1], aside=others)


def _read_only(text: str) -> DateLine | None:
    sentence = text.strip().rstrip(".;!")
    folded = fold_text(sentence).replace("’", "'")
    start = date_start(sentence) if len(folded) == len(sentence) and len(sentence.split()) >= _FEWEST_WORDS else 0
    if start <= 0:
        return None
    if limit := _limit(sentence, folded, start):
        return limit
    if _CLOSES.search(folded[:start]):
        return _deadline(sentence, start)
    match = _HAPPENS.search(folded[:start])
    return _happening(sentence, start, match) if match else None


def title_before_text(text: str) -> str:
    """Return the title that a paragraph begins with, "Small grants: up to 5,000 euros …"; "" if there is none."""
    match = _TITLE_BEFORE.match(text)
    words = match["title"] if match else ""
    return words if len(words.split()) > 1 and not carries_date(words) else ""


def _limit(sentence: str, folded: str, start: int) -> DateLine | None:
    """Return the date behind "must be sent by": hours may stand before the day."""
    for cut in (start, *(match.start() for match in re.finditer(r"\d", folded[:start]))):
        match = _LIMIT.search(folded[:cut])
        if match and _HANDED_IN.search(folded[: match.start()]):
            return _deadline(sentence, cut, match["kept"] or "")
    return None


def _deadline(sentence: str, start: int, before: str = "") -> DateLine | None:
    """Return the deadline at `start`; "before" a day does not tell the last one, so that a person has to."""
    head, rest = date_at(sentence, start)
    if not head or carries_date(rest):
        return None
    about, when = about_what(fold_text(sentence)), parse_when(head)
    words = f"{before} {head}" if before and when.start is None else ""
    if not words and _may_go_on(rest):
        words = f"{head} {rest}"
    if words:
        return DateLine(words, None, rest=words, is_deadline=True, is_about=about, is_sentence=True)
    return DateLine(_bare(head), when, is_deadline=True, is_about=about, is_sentence=True)


def date_at(sentence: str, start: int) -> tuple[str, str]:
    """Return the date words at `start`, with an hour in brackets behind them, and the rest."""
    head, rest = split_date(sentence[start:])
    bracket = re.match(r"\s*\(([^()]{2,40})\)", rest)
    if head and bracket:
        whole, left = split_date(f"{head}, {bracket[1]}")
        if not left:
            return whole, rest[bracket.end() :]
    return head, rest


def _may_go_on(rest: str) -> bool:
    """Return True if the words right behind a date say more of its time."""
    return bool(_OF_TIME.match(fold_text(rest)))


def _happening(sentence: str, start: int, match: re.Match[str]) -> DateLine | None:
    head, rest = date_at(sentence, start)
    if not head or carries_date(rest):
        return None
    words = f"{head} {rest}" if _may_go_on(rest) else ""
    when, between = parse_when(head), sentence[match.start("between") : start]
    place = place_after_at(rest) or place_after_at(between)
    is_online = when.online or says_online(f"{between} {rest[:60]}")
    if words:
        return DateLine(words, None, rest=words, is_sentence=True)
    return DateLine(_bare(head), replace(when, online=is_online), place, is_sentence=True)


def says_online(text: str) -> bool:
    """Return True if one can take part from anywhere."""
    return bool(_ONLINE.search(fold_text(text)))


def deadline_at(sentence: str) -> DateLine | None:
    """Return the day behind "by" or "until", whatever has to be done until then."""
    start = date_start(sentence)
    folded = fold_text(sentence).replace("’", "'")
    return _deadline(sentence, start) if start > 0 and _LIMIT.search(folded[:start]) else None


def _bare(words: str) -> str:
    """Return date words without "on" or "le" in front."""
    return _ON.sub("", words)


def place_after_at(text: str) -> Any:
    """Return the place behind the first "in" or "at"; None if there is none."""
    match = _AT.search(text)
    words = text[match.end() :].split()[:_MOST_WORDS] if match and match.start() < _MOST_WORDS else []
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).rstrip(" ,;:")
        is_known = is_place(name)
        if is_known or (count <= _MOST_NAMES and _is_name(name)):
            return read_place(name, has_clock=False)
    return None


def _is_name(name: str) -> bool:
    folded = fold_text(name)
    is_place = reads_as_name(name) and name.rsplit(maxsplit=1)[-1][:1].isupper() and not names_a_happening(name)
    return is_place and _NO_PLACE.isdisjoint(folded.replace(",", " ").split())
