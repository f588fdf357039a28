"""What a page says once for all that it announces: "All hours are Brussels time", "All sessions are online"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing.candidates import ONLINE_WORDS, shorten_value
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import NEWS_QUESTION, heads_a_list, names_a_happening, names_a_webinar
from calendar_service.parsers.importing.page_dates import has_hours, split_date
from calendar_service.parsers.importing.page_sentences import read_sentence
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.parsers.importing.candidates import Candidate
    from calendar_service.parsers.importing.page_source import SourceLine

_HOURS = re.compile(
    r"\b(?:all|toutes les|les) (?:the )?(?:[a-z]+ ){0,2}?(?:hours|times|heures|horaires)\b.{0,50}?"
    r"\b(?:are|is|sont|s'entendent|indiquee?s?|donnee?s?|exprimee?s?|given|shown|in)\b"
)
_ONLINE = re.compile(
    r"\b(?:all|every|each|tous les|toutes les|chaque)\b[^.;]{0,60}\b(?:online|en ligne|zoom|teams|webex|visio\w*"
    r"|video-?conference)\b"
)
_SENTENCE = re.compile(r"(?<=[.;!])\s+")
_ARTICLE = re.compile(r"\b[lL][’']")
_FOR_ALL = re.compile(
    r"\bregistration gives access to all\b"
    r"|\b(?:regist\w+|inscri\w+)\b.{0,20}\b(?:for one or more|for the (?:sessions|webinars)"
    r"|(?:a|pour) une ou plusieurs)\b"
    r"|\b(?:regist\w+|inscri\w+)\b.{0,20}\b(?:for (?:all|each|every)|pour (?:tou(?:te)?s|chaque))\b"
)
_ALL_HOURS = re.compile(
    r"\b(?:all|every|each|tous les|toutes les|chaque)\b[^.;]{0,40}?\b(?P<hours>(?:from "
    r"|de )?\d{1,2}[:.h]\d{0,2} ?(?:to|-|–|a) ?\d{1,2}[:.h])"
)
_UNLESS = re.compile(r"[,(]| unless | except | sauf | if not ")
_MOST_WORDS = 7
_MOST_WORDS_OF_HEAD = 6
_A_MOMENT = "3 May 2027 10:00"


def apply_to_all(candidates: list[Candidate], lines: Iterable[SourceLine]) -> None:
    """Set the zone and the place that a page names for all; ask about the zone if it is not understood."""
    lines = list(lines)
    _set_webinars(candidates, lines)
    for line in lines:
        if _FOR_ALL.search(fold_text(line.text)):
            _set_registration(candidates, line)
        for sentence in _SENTENCE.split(line.text):
            folded = fold_text(sentence).replace("’", "'")
            if match := _HOURS.search(folded):
                tail = _ARTICLE.sub("", sentence[match.end() :]) if len(folded) == len(sentence) else ""
                _set_zone(candidates, _zone_words(_UNLESS.split(tail)[0].strip(" .;!)")), line, sentence)
            if len(folded) == len(sentence) and (hours := _ALL_HOURS.search(folded)):
                _set_hours(candidates, sentence[hours.start("hours") :].strip(" .;"), line, sentence)
            if _ONLINE.search(folded):
                _set_online(candidates, line, sentence)


def _set_webinars(candidates: list[Candidate], lines: list[SourceLine]) -> None:
    """Set the kind of what is online below a heading that names webinars and nothing else."""
    online = [each for each in candidates if each.fields["kind"] == "event" and _is_online(each)]
    heads = [line for line in lines if _is_head(line.text)] if online else []
    for candidate in online:
        above = next((line.text for line in reversed(heads) if line.number < candidate.line), "")
        if names_a_webinar(above):
            candidate.fields["kind"] = "webinar"


def _is_online(candidate: Candidate) -> bool:
    return candidate.fields.get("place") == ONLINE_WORDS or candidate.fields.get("when", "").endswith(ONLINE_WORDS)


def _is_head(text: str) -> bool:
    if len(text.split()) > _MOST_WORDS_OF_HEAD or carries_date(text):
        return False
    return names_a_webinar(text) or names_a_happening(text) or heads_a_list(text)


def _zone_words(text: str) -> str:
    """Return the last words of a sentence that name a zone; "" if none do."""
    words = text.split()
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        tail = " ".join(words[-count:])
        try:
            if parse_when(f"{_A_MOMENT} {tail}").label:
                return tail
        except DatePhraseError:
            continue
    return ""


def _set_zone(candidates: list[Candidate], zone: str, line: SourceLine, sentence: str) -> None:
    for candidate in candidates:
        registration = candidate.fields.get("registration", {})
        for fields, name in ((candidate.fields, "when"), (candidate.fields, "closes"), (registration, "closes")):
            words = fields.get(name, "")
            if not _has_bare_hours(words):
                continue
            if zone and not _has_bare_hours(f"{words} {zone}"):
                fields[name] = f"{words} {zone}"
                candidate.remark(
                    Sentence("Line {line} says of all hours: {text}", line=line.number, text=shorten_value(sentence))
                )
            else:
                candidate.questions.append(
                    Sentence(
                        "Line {line} says of all hours: {text} Which zone?",
                        line=line.number,
                        text=shorten_value(sentence),
                    )
                )


def _has_bare_hours(words: str) -> bool:
    """Return True if words have an hour without a zone."""
    try:
        when = parse_when(words)
    except DatePhraseError:
        return False
    return when.start is not None and when.label is None


def _set_registration(candidates: list[Candidate], line: SourceLine) -> None:
    """Set until when to register for all."""
    date = read_sentence(line.text)
    for candidate in candidates:
        is_open = candidate.fields["kind"] != "tender" and "registration" not in candidate.fields
        if date and date.is_deadline and date.when and is_open:
            candidate.fields["registration"] = {"closes": date.words}
            candidate.remark(
                Sentence("Line {line} says of all: {text}", line=line.number, text=shorten_value(line.text))
            )


def _set_hours(candidates: list[Candidate], text: str, line: SourceLine, sentence: str) -> None:
    """Set hours that hold for all events of a day; `text` begins with them."""
    for candidate in candidates:
        words = candidate.fields.get("when", "")
        if not words or has_hours(words):
            continue
        head, rest = split_date(f"{words}, {text}")
        if head and has_hours(head) and not rest[:1].isdigit():
            candidate.fields["when"] = head
            candidate.questions = [each for each in candidate.questions if each != NEWS_QUESTION]
            candidate.remark(
                Sentence("Line {line} says of all: {text}", line=line.number, text=shorten_value(sentence))
            )


def _set_online(candidates: list[Candidate], line: SourceLine, sentence: str) -> None:
    for candidate in candidates:
        if candidate.fields["kind"] != "tender" and "place" not in candidate.fields:
            candidate.fields["place"] = ONLINE_WORDS
            candidate.remark(
                Sentence("Line {line} says of all: {text}", line=line.number, text=shorten_value(sentence))
            )
