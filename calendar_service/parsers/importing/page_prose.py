"""Events that sentences announce by themselves: "The spring seminar takes place in Riga on 10 March 2027"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.datephrases import parse_when
from calendar_service.parsers.importing.dated_text import carries_date, date_start
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import DateLine, may_be_date
from calendar_service.parsers.importing.page_inline import sentences_of
from calendar_service.parsers.importing.page_sentences import date_at, deadline_at, place_after_at, says_online
from calendar_service.parsers.importing.page_states import state_in
from calendar_service.parsers.importing.page_years import complete_before
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 2_000
_FEWEST_WORDS, _MOST_WORDS = 2, 15
_LONG_WORD = 4
_VERBS = (
    r"(?:will|shall|is to|are to) (?:also |then )?(?:take place|be (?:held|organi[sz]ed|hosted)|meet|gather|convene)"
    r"|takes? place|meets?|gathers?|(?:is|are) (?:being )?(?:held|scheduled|planned)|(?:is|are) (?=(?:in|at|online)\b)"
    r"|(?:which )?(?:(?:was|were) )?(?:initially |originally )?(?:planned|scheduled|foreseen|announced) for"
    r"|se (?:tiendra|tiendront|tient|deroulera)|(?:aura|auront|a) lieu|(?:est|sont|sera|seront) (?:organisee?s?"
    r"|prevue?s?)"
    r"|(?:est|sont) (?=(?:a|au|en ligne)\b)|(?:initialement )?(?:prevue?s?|programmee?s?|annoncee?s?)"
    r"|(?P<unsure>qui (?:devait|devaient) (?:se tenir|avoir lieu))"
)
_SENTENCE = re.compile(
    r"(?:(?:and|but|also|finally|in addition|further|et|mais|enfin|en revanche|par ailleurs|de plus|aussi),? )?"
    r"(?:the |an? |our |this year's |les? |la |l'|une? |notre |nos )"
    rf"(?P<title>[^.;!?]+?),? (?P<verb>{_VERBS})\b(?P<between>[^.;!?]{{0,80}}?)(?:,? (?:on|from|du|le|les|of))?[\s,:]*"
)
_HAPPENING = re.compile(
    r"\b(?:visits?|gatherings?|groups?|committees?|boards?|bureau|camps?|launch|awards?|visites?|comites?|groupes?"
    r"|remise|prix)\b"
)


@dataclass(frozen=True)
class ProseSentence:
    """A sentence, and what it announces; `date` is None for any other sentence."""

    text: str
    title: str = ""
    date: DateLine | None = None


def read_prose(text: str, heads: str) -> list[ProseSentence]:
    """Return the sentences of a paragraph, if some announce events that the headings above do not name already."""
    if not may_be_date(text, longest=_LONGEST):
        return []
    found = list(_announcements(text, heads))
    return found if any(each.title for each in found) else []


def _announcements(text: str, heads: str) -> Iterator[ProseSentence]:
    event = None
    for sentence in sentences_of(text):
        if not carries_date(sentence):
            yield ProseSentence(sentence)
        elif found := _announced(sentence, heads):
            event = found.date.when.first if found.date and found.date.when else None
            yield found
        else:
            whole = complete_before(sentence, event) if event else sentence
            deadline = deadline_at(whole) if event else None
            yield ProseSentence(sentence, date=replace(deadline, is_about="registration") if deadline else None)


def _announced(sentence: str, heads: str) -> ProseSentence | None:
    """Return what a sentence announces; None if it is anything else, or about what a heading names."""
    start = date_start(sentence)
    folded = fold_text(sentence).replace("’", "'")
    match = _SENTENCE.fullmatch(folded[:start]) if len(folded) == len(sentence) else None
    if match is None:
        return None
    title = sentence[match.start("title") : match.end("title")].strip(" ,")
    head, rest = date_at(sentence.rstrip(".;!"), start)
    state = state_in(rest)
    if not head or carries_date(rest) or not _is_title(title, match["verb"], heads) or (match["unsure"] and not state):
        return None
    between = sentence[match.start("between") : start]
    when = parse_when(head)
    when = replace(when, online=when.online or says_online(f"{between} {rest[:60]}"))
    date = DateLine(head, when, place_after_at(rest) or place_after_at(between), status=state, is_sentence=True)
    return ProseSentence(sentence, title[:1].upper() + title[1:], date)


def _is_title(title: str, verb: str, heads: str) -> bool:
    folded = fold_text(title)
    if not _FEWEST_WORDS <= len(title.split()) <= _MOST_WORDS:
        return False
    words = {word for word in re.findall(r"\w+", folded) if len(word) >= _LONG_WORD}
    is_named = words <= set(re.findall(r"\w+", fold_text(heads)))
    return not is_named and (names_a_happening(title) or bool(_HAPPENING.search(folded)) or verb.startswith("meet"))
