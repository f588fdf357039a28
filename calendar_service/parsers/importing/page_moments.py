"""What a line or a sentence says of time: its dates and what each of them is, with the title and place beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from calendar_service.datephrases import WEEKDAYS, DatePhraseError, parse_when
from calendar_service.parsers.importing.candidates import ONLINE_WORDS
from calendar_service.parsers.importing.dated_text import carries_date, first_date, fold_aligned
from calendar_service.parsers.importing.page_places import (
    is_online,
    is_place,
    names_a_hall,
    peel_place,
    place_after_at,
    place_before,
    read_place,
    says_online,
    without_online,
)
from calendar_service.parsers.importing.page_words import (
    Label,
    is_sentence,
    names_a_call,
    names_a_happening,
    role_before,
    sentences_of,
    split_label,
    state_behind,
    state_in,
    state_of_title,
)

if TYPE_CHECKING:
    from calendar_service.datephrases import DatePhrase

DEADLINE_LABELS = frozenset({Label.CLOSES, Label.APPLICATION, Label.REGISTRATION, Label.QUESTIONS})
_MOST_WORDS = 20  # of a date
_MOST_WORDS_OF_TITLE = 25
_MOST_WORDS_BEHIND = 6
_LONGEST_PLACE = 60
_MOST_WORDS_OF_CITY = 3
_MOST_WORDS_MEANT = 12
_MOST_MOMENTS = 6
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLOCKS = r"\d{1,2}(?:[:.h]\d{0,2})?(?:[ap]\.?m\.?|h)?"
_OPENS = re.compile(
    rf"(?:{'|'.join(WEEKDAYS)}|from|du|le|les|on|the|and|et|to|au|a|at|de|h|noon|midi|{_CLOCKS}(?:[-–—/]{_CLOCKS})?"
    r"|\d{1,2}(?:st|nd|rd|th|er)|[-–—&/])[.,]?"
)
_TELLS_TIME = re.compile(rf"\d|\b(?:{'|'.join(WEEKDAYS)}|noon|midi)\b")
_BEFORE = re.compile(r"\b(before|prior to|avant)(?: le| the)?\s*$")
_LATEST = re.compile(r"\b(?:at the latest|au plus tard|latest|dernier delai|deadline|date limite)\b")
_CURRENT = re.compile(r"[^.;!?]*$")
_BEHIND_TIME = re.compile(
    r"[\s,(–—-]*(?:at |a |by |from |de )?(?:\d{1,2} ?(?:[:.h]|[ap]\.?m\b)|noon|midday|midi|midnight|minuit|end of"
    r"|close of|cob|cet\b|cest\b|utc|gmt|heure|hour|local time)"
)
_BRACKET = re.compile(r"\s*\(([^()]{2,40})\)")
_ASIDE = re.compile(r"\([^()]*\)[.;]?")
_SECONDS = re.compile(r"\d:\d\d:\d\d")  # of a clock, not of an event
_HAPPENS = re.compile(
    r"\b(?:(?:will|shall|is to|are to|is due to|to) (?:also |then )?(?:take place|be (?:held|organi[sz]ed|hosted"
    r"|celebrated)|happen|convene|meet|gather|open|start|begin|run)|takes? place|taking place"
    r"|(?:is|are) (?:now )?(?:being )?(?:held|scheduled|planned|celebrated|moved|postponed|rescheduled)(?: to| for)?"
    r"|se (?:tiendra|tiendront|tient|deroulera|derouleront|deroule|reunira|reuniront|reunit)|(?:aura|auront|a) lieu"
    r"|invit\w+|join us|rendez-vous"
    r"|(?:est|sont|sera|seront) (?:organisee?s?|prevue?s?|celebree?s?|deplacee?s?|reportee?s?|fixee?s?)(?: au)?)\b"
    r"(?P<between>[^.;!?]{0,100}?)(?:,? (?:on|from|du|le|les|of|to|au))?[\s,:]*$"
)
_VERBS = (
    r"(?:will|shall|is to|are to) (?:also |then )?(?:take place|be (?:held|organi[sz]ed|hosted)|meet|gather|convene)"
    r"|takes? place|meets?|gathers?|(?:is|are) (?:being )?(?:held|scheduled|planned)|(?:is|are) (?=(?:in|at|online)\b)"
    r"|(?:which )?(?:(?:was|were) )?(?:initially |originally )?(?:planned|scheduled|foreseen|announced) for"
    r"|se (?:tiendra|tiendront|tient|deroulera|reunira|reuniront)|(?:aura|auront|a) lieu"
    r"|(?:est|sont|sera|seront) (?:organisee?s?|prevue?s?)|(?:est|sont) (?=(?:a|au|en ligne)\b)"
    r"|(?:initialement )?(?:prevue?s?|programmee?s?|annoncee?s?|fixee?s?)"
    r"|(?P<unsure>qui (?:devait|devaient) (?:se tenir|avoir lieu))"
)
_ANNOUNCES = re.compile(
    r"(?:(?:and|but|also|finally|in addition|further|et|mais|enfin|en revanche|par ailleurs|de plus|aussi),? )?"
    r"(?:the |an? |our |this year's |les? |la |l'|une? |notre |nos )"
    rf"(?P<title>[^.;!?]+?),? (?P<verb>{_VERBS})\b(?P<between>[^.;!?]{{0,80}}?)"
    r"(?:,? (?:on|from|du|le|les|of|au))?[\s,:]*"
)
_INVITES = re.compile(
    r".*\b(?:invit\w+ (?:you |all [a-z]+ |cities |members )?to|invit\w+ (?:a|au|aux|a participer (?:a|au))"
    r"|convi\w+ (?:a|au|aux)|join us (?:for|at)|take part in|participer (?:a|au)) "
    r"(?:the |our |an? |la |le |l'|notre |une? )?(?P<title>[^.;!?]{5,120}?)"
    r"(?:(?P<verb>,| which| that|,? qui)(?P<between>[^.;!?]{0,60}?))?(?P<unsure>(?!))?,? (?:on|from|du|le|les)\s*"
)
_ANNOUNCED = re.compile(
    r"\b(?:visits?|gatherings?|groups?|committees?|boards?|bureau|camps?|launch|awards?|visites?|comites?|groupes?"
    r"|remise|prix)\b"
)
_SAYS = re.compile(
    r"\b(?:will|shall|takes? place|is|are|was|were|has|have|aura|auront|sera|seront|est|sont|ont|se tien\w+|organise"
    r"|organisent|attendue?s?)\b"
)
_SEPARATED = re.compile(r"[,:;|(\[–—·•]|\s-|\.\s")
_CALLED = re.compile(r"(?:(?:open|new|nouvel) )?(?:calls?|appels?|tenders?|invitation|avis)\b.* ")
_DEADLINE_BEHIND = re.compile(
    r"[\s,;:(|–—-]+((?:new |final |the )?(?:deadline|closing date|closes|date limite)\b[^,]{0,60})$", re.IGNORECASE
)
_EVENT = re.compile(r"(?:event|évènement|événement)\s*:", re.IGNORECASE)
_DASH = re.compile(r"\s+[–—|·-]\s+")
_SEPARATOR = re.compile(r"\s*[,;(–—.]\s*")
_KIND_BEHIND = re.compile(r"[\s:,–—-]+(?:webinar|workshop|conference|webinaire|atelier|conférence)$", re.IGNORECASE)
_WITH_WHOM = re.compile(r"[\s,–—-]*(?:with|avec|by|par|speakers?|animee? par|hosted by|en presence)\b[^\d]*$")
_BRACKETED = re.compile(r"\s*[\])]\s*(?=[^\W\d])")
_TITLE_FOLLOWS = re.compile(r"\s*(?:[:|–—→]|\s-)\s*(?=[^\W\d]|[«“\"'])")
_AT_HALL = re.compile(r"^(?:in|at|à|au|aux|en|dans) (?:the |la |le |l')?", re.IGNORECASE)
_NO_TITLE = frozenset(  # words with which sentences begin
    "we nous our notre this these cette ce cet ces it il elle they ils elles you vous please merci join rejoignez"  # noqa: SIM905
    " since depuis participants in dans at on from registration registrations inscription inscriptions applications"
    " submissions deadline deadlines apply send submit register contact read see click find download inscrivez"
    " envoyez date dates next edition".split()
)
_EDGES = " ,;:|–—-·•"


@dataclass(frozen=True)
class PageMoment:
    """One date of a text, and what it is. `rest` is not understood; if there is any, `when` may be None."""

    words: str
    when: DatePhrase | None
    role: Label
    rest: str = ""
    aside: str = ""  # in brackets behind it
    is_sentence: bool = False


@dataclass(frozen=True)
class TextReading:
    """The dates of a text, and the title, the place and the state that it gives beside them."""

    moments: list[PageMoment] = field(default_factory=list)
    title: str = ""
    place: Any = None
    taken: str = ""  # a name that was taken as the place
    status: str = ""
    announces: bool = False  # a sentence, with the title in it

    @property
    def main(self) -> PageMoment | None:
        """Its first date that is a moment of an item."""
        return next((each for each in self.moments if each.role is Label.DATE or each.role in DEADLINE_LABELS), None)


def read_piece(text: str, label: Label | None) -> TextReading:
    """Return what a text says of time; `label` is what stands before it."""
    if not _YEAR.search(text) or first_date(text) < 0 or _SECONDS.search(text):
        return TextReading()
    status, bare = state_of_title(text)
    if status and first_date(bare) >= 0:
        return replace(read_piece(bare, label), status=status)
    spans = _spans(text)
    if len(spans) > 1 and (found := _read_with_deadline(text, label, spans)):
        return found
    status, bare = state_behind(text)
    if status and len(bare) >= spans[-1][1]:
        found = _read(bare, label, spans)
        if not any(each.rest for each in found.moments):
            return replace(found, status=status)
    return _read(text, label, spans)


def read_without_year(text: str, with_year: str, label: Label | None) -> TextReading:
    """Return what a text says of time, if only its year is missing: a date that is not understood."""
    found = read_piece(with_year, label)
    main = found.main
    return (
        replace(found, moments=[PageMoment(text, None, main.role, rest=text)])
        if main and not main.is_sentence
        else TextReading()
    )


def meaning(words: str) -> DatePhrase | None:
    """Return the meaning of date words; None if they are not understood."""
    try:
        return parse_when(words)
    except DatePhraseError:
        return None


def has_hours(words: str) -> bool:
    """Return True unless words are whole days."""
    when = meaning(words)
    return when is None or when.start is not None


def split_date(text: str) -> tuple[str, str]:
    """Split a text after the longest prefix that is date words; "" if there is none."""
    words = text.split(" ")[:_MOST_WORDS]
    for count in range(len(words), 0, -1):
        head = " ".join(words[:count])
        if not _YEAR.search(head):
            break
        if meaning(head):
            return head.rstrip(" ,;:|–—-("), text[len(head) :].strip()
    return "", text


def bare_title(title: str) -> tuple[str, Any, str]:
    """Return a title without the place behind it, the place, and the name that was only taken as one."""
    head, place, is_sure = peel_place(title)
    if is_sure and place:
        found = ONLINE_WORDS if is_online(place) else read_place(place)
        return head, found, "" if isinstance(found, dict) or found == ONLINE_WORDS else place
    return (head, place, place) if place and names_a_happening(head) else (title, None, "")


# --- dates in a text -----------------------------------------------------------------------------


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Return where the dates of a text begin and end, and their words; "" for one that is not understood."""
    found: list[tuple[int, int, str]] = []
    end = 0
    while len(found) < _MOST_MOMENTS and (at := first_date(text, end)) >= 0:
        span = _span_at(text, at, end)
        found.append(span)
        end = max(span[1], at + 4)
    return found


def _span_at(text: str, at: int, floor: int) -> tuple[int, int, str]:
    starts = _starts(text, at, floor)
    for start in starts:
        if _TELLS_TIME.search(fold_aligned(text[starts[0] : start])):
            break
        head, _ = split_date(text[start:])
        if start + len(head) <= at:
            continue
        bracket = _BRACKET.match(text, start + len(head))
        if bracket and (whole := f"{head}, {bracket[1]}") and meaning(whole):
            return start, bracket.end(), whole
        head = _KIND_BEHIND.sub("", head.rstrip("]" if "(" in head else "])"))
        return start, start + len(head), head
    return at, at, ""


def _starts(text: str, at: int, floor: int) -> list[int]:
    """Return where the words of a date may begin: "from 3", "Monday, 3", "10:00-11:30 on 3"; the first one first."""
    start = max(text.rfind(" ", 0, at) + 1, floor)
    found = [start]
    while start > floor:
        before = max(text.rfind(" ", 0, start - 1) + 1, floor)
        if not _OPENS.fullmatch(fold_aligned(text[before : start - 1].strip("([")).strip()) or before >= start:
            break
        start = before
        found.append(start)
    return [each + len(text[each:]) - len(text[each:].lstrip("-–—&([ «“\"'")) for each in reversed(found)]


# --- what they are -------------------------------------------------------------------------------


def _read(text: str, label: Label | None, spans: list[tuple[int, int, str]]) -> TextReading:
    start, end, head = spans[0]
    lead = text[:start].strip(" ,;:|([–—-·•→")
    if len(spans) == 1 and (found := _read_line(text, label, lead, spans[0])):
        return found
    is_unclear = any(not head for _, _, head in spans) or any(
        not text[one[1] : other[0]].strip(_EDGES + "()") for one, other in pairwise(spans)
    )
    if is_unclear and _is_meant(text) and (refused := _refused(text, label or Label.DATE)):
        return refused
    moments, begin = [], 0
    for start, end, head in spans:
        moments.append(_moment(text, begin, (start, end, head), label if not begin else None))
        begin = end
    return _announced(text, spans, moments) or TextReading(moments, *_of_sentence(text, spans, moments))


def _read_line(text: str, label: Label | None, lead: str, span: tuple[int, int, str]) -> TextReading | None:
    """Return a line that is a date, or a date with its title or place; None for a sentence."""
    start, end, head = span
    rest = text[end:].strip()
    role = label if label in (*DEADLINE_LABELS, Label.PUBLISHED, Label.OLD) else None
    cue = role_before(fold_aligned(text[:start]))
    if not head:
        return _refused(text, role or Label.DATE) if label or _is_meant(text) else None
    if role is None and cue is None and not _LATEST.search(fold_aligned(head)) and (found := _with_title(text, span)):
        return found
    if lead and (label is None or cue):
        place, is_sure = place_before(lead) if cue is None else ("", False)
        if place and head and not rest.strip(" .)]"):
            taken = "" if is_sure else place
            return TextReading([_date(head, meaning(head), Label.DATE)], place=_place(place), taken=taken)
        return None
    when = meaning(head)
    bare, online = without_online(rest)
    place = read_place(rest, has_clock=bool(when and when.start is not None and when.label is None))
    if rest and _WITH_WHOM.fullmatch(fold_aligned(rest)):
        return TextReading([replace(_date(head, when, role or Label.DATE), aside=rest)])
    is_long = len(rest.split()) > _MOST_WORDS_BEHIND or (is_sentence(rest) and len(rest.split()) > 2)
    if role is None and place is None and is_long and not (when and when.end):
        return None  # a sentence that begins with a date
    moment = _date(head, when, role or Label.DATE, online=online)
    if _ASIDE.fullmatch(rest) and role and not _BEHIND_TIME.match(fold_aligned(rest)):
        return TextReading([replace(moment, aside=rest)])
    if rest.strip(" .") and place is None and bare.strip(" .,;:|()–—-"):
        moment = replace(moment, words=text, rest=rest)
    return TextReading([moment], place=place)


def _refused(text: str, role: Label) -> TextReading | None:
    if len(text.split()) > _MOST_WORDS_MEANT:
        return None
    return TextReading([PageMoment(text, None, role, rest=text)])


def _is_meant(text: str) -> bool:
    """Return True if a line begins with a day, and so is meant as a date."""
    return first_date(text) - len(_OPENING.match(fold_aligned(text))[0]) <= 0  # type: ignore[index]


_OPENING = re.compile(rf"(?:(?:{_OPENS.pattern})(?= |$) ?)*")


def _date(head: str, when: DatePhrase | None, role: Label, *, online: bool = False) -> PageMoment:
    bare, online = _trimmed(head), online or without_online(head)[1]
    return PageMoment(bare, replace(when, online=when.online or online) if when else None, role)


def _trimmed(head: str) -> str:
    """Return date words without "on" in front and "online" behind, if the meaning is the same."""
    bare = re.sub(r"^(?:on|of|the|le|les) (?=\S*\d|[^\W\d_]+ \d)", "", without_online(head)[0], flags=re.IGNORECASE)
    found, whole = meaning(bare), meaning(head)
    is_same = found and whole and replace(found, words="", online=False) == replace(whole, words="", online=False)
    return bare if is_same else head


def _place(words: str) -> Any:
    return ONLINE_WORDS if is_online(words) else read_place(words)


def _moment(text: str, begin: int, span: tuple[int, int, str], label: Label | None) -> PageMoment:
    """Return a date inside a text with its role, by the words before it."""
    start, end, head = span
    clause = _CURRENT.search(text[begin:start])
    lead = fold_aligned(clause[0] if clause else "")
    role = role_before(lead)
    role = label if role is Label.LIMIT and label in DEADLINE_LABELS else role
    when = meaning(head) if head else None
    if role is None and _LATEST.search(fold_aligned(f"{head}{text[end : end + 20]}")):
        role = role_before(f"{lead} au plus tard") if lead else label
    if role is None:
        role = label if label and not begin else Label.DATE if _HAPPENS.search(lead) else Label.DETAIL
    if role is Label.LIMIT and re.search(
        r"\b(?:please|merci|veuillez|prier\w*|kindly|must|should|doi(?:t|vent))\b", lead
    ):
        role = Label.REGISTRATION
    words, rest = _trimmed(head), ""
    if role in DEADLINE_LABELS and (before := _BEFORE.search(lead)) and when and when.start is None:
        words = rest = f"{before[1]} {head}"  # it does not tell the last day, so that a person has to
    elif _BEHIND_TIME.match(fold_aligned(text[end:])) or not head:
        words = rest = text[start:].strip() if head else text.strip()
    return PageMoment(words, None if rest else when, role, rest=rest, is_sentence=True)


def _read_with_deadline(text: str, label: Label | None, spans: list[tuple[int, int, str]]) -> TextReading | None:
    """Return a line with a date, and with another one behind it that closes something: "3 May (register by 2 May)"."""
    end, other = spans[0][1], spans[1]
    for sign in _SEPARATOR.finditer(text, end, other[0]):
        if role_before(fold_aligned(text[sign.end() : other[0]])) in (*DEADLINE_LABELS, Label.PUBLISHED):
            first = read_piece(text[: sign.start()].rstrip(), label)
            main = first.main
            if main and main.role is Label.DATE and not main.is_sentence:
                more = [_moment(text, sign.end(), span, None) for span in spans[1:]]
                return replace(first, moments=[*first.moments, *more])
    return None


# --- titles beside dates -------------------------------------------------------------------------


def _with_title(text: str, span: tuple[int, int, str]) -> TextReading | None:
    """Return the event of "Conference, 3 May 2027, Paris, France", "3 May 2027: Conference" and the like."""
    start, end, head = span
    if not head:
        return None
    before = text[:start].rstrip(_EDGES + "([.")
    rest = text[end:]
    if not before:
        return _title_behind(rest, head)
    if place_before(before)[1]:
        return None
    title, lead = before, _DEADLINE_BEHIND.search(before)
    between = text[len(before) : start]
    if lead or not (_SEPARATED.search(between) or (names_a_happening(before) and between.strip())):
        return None
    if "." in between and not (names_a_happening(title) or _EVENT.match(title)):
        return None  # the sentence before
    rest = rest.strip(_EDGES + ".)]")
    if not is_title(title):
        return None
    known = _place_behind(rest)
    if rest and not known:
        return None
    title, place, taken = (title, known, "") if known else bare_title(title)
    return TextReading([_date(head, meaning(head), Label.DATE)], title, place, taken)


def _place_behind(rest: str) -> Any:
    if is_online(rest):
        return ONLINE_WORDS
    bare, online = without_online(rest)
    if is_place(bare):
        found = read_place(bare)
        return {**found, "online": True} if online else found
    name = _AT_HALL.sub("", rest)
    if name != rest and len(name.split()) <= _MOST_WORDS_OF_CITY:
        return read_place(name)
    return name if names_a_hall(name) else None


def _title_behind(rest: str, head: str) -> TextReading | None:
    """Return the event of what stands behind a date: its title, or its place and then its title."""
    follows = _TITLE_FOLLOWS.match(rest) or _BRACKETED.match(rest)
    place: Any = None
    if follows is None and (colon := re.search(r"\s*:\s+(?=[^\W\d]|[«“\"])", rest)) and colon.start() < _LONGEST_PLACE:
        place = _place_between(rest[: colon.start()])
        follows = colon if place else None
    body = rest[follows.end() :].rstrip(" .;") if follows else rest.strip(_EDGES)
    if follows is None and (not names_a_happening(body) or is_sentence(body) or not rest[:1].isspace()):
        return None
    first, dash, behind = _DASH.sub("\n", body, count=1).partition("\n")
    if follows and dash and not names_a_happening(first) and (place := place or _place_between(first)):
        body = behind
    is_colon = bool(follows and ":" in follows[0])
    if not place and ((read_place(body) and not names_a_happening(body) and not is_colon) or is_online(body)):
        return None  # "3 May 2027 - Paris, France" is a date and a place
    title, found, taken = (body, place, "") if place else bare_title(body)
    title = title[:1].upper() + title[1:] if is_colon or place else title
    if (
        not is_title(title)
        or (not place and names_a_hall(title))
        or carries_date(title)
        or len(sentences_of(title)) > 1
    ):
        return None
    return TextReading([_date(head, meaning(head), Label.DATE)], title, found, taken)


def _place_between(words: str) -> Any:
    """Return the place between a date and a title: "à Ajaccio", "Lyon"; None if it is anything else."""
    words = re.sub(r"\s*\([^()]*\)$", "", words.strip(_EDGES))
    if is_online(words):
        return ONLINE_WORDS
    return read_place(words) if _AT_HALL.match(words) or place_before(words)[0] else None


def is_title(title: str) -> bool:
    """Return True if the words before a date may be a title."""
    words = title.split()
    if not words or fold_aligned(words[0]) in _NO_TITLE or split_label(f"{title}: x")[0] not in (None, Label.TITLE):
        return False
    if _SAYS.search(fold_aligned(title)):
        return False
    if len(words) > _MOST_WORDS_OF_TITLE or title[0].islower() or re.search(r"[a-z]{3}\. [A-Z]", title):
        return False
    return len(words) > 1 or names_a_happening(title)


def _announced(text: str, spans: list[tuple[int, int, str]], moments: list[PageMoment]) -> TextReading | None:
    """Return what a sentence announces with its title: "The spring seminar takes place in Riga on 10 March 2027"."""
    lead = fold_aligned(text[: spans[0][0]])
    match = _ANNOUNCES.fullmatch(lead) or _INVITES.fullmatch(f"{lead}on " if lead.endswith((", ", " ")) else lead)
    if match is None or not spans[0][2]:
        return None
    title = text[match.start("title") : match.end("title")].strip(" ,")
    rest = text[spans[-1][1] :]
    state = state_in(rest)
    folded = fold_aligned(title)
    is_named = names_a_happening(title) or bool(_ANNOUNCED.search(folded)) or (match["verb"] or "").startswith("meet")
    if not 2 <= len(title.split()) <= 15 or not is_named or (match["unsure"] and not state):
        return None
    if len(moments) > 1 and not any(each.role is Label.DATE for each in moments[1:]):
        return None
    first = (
        moments[0] if len(moments) == 1 or moments[0].role is not Label.DETAIL else replace(moments[0], role=Label.OLD)
    )
    if first.role is not Label.OLD:
        first = replace(first, role=Label.DATE)
    between = text[match.start("between") : spans[0][0]]
    online = says_online(f"{between} {rest[:60]}")
    if online and first.when:
        first = replace(first, when=replace(first.when, online=True))
    place = place_after_at(rest) or place_after_at(between) or (ONLINE_WORDS if online else None)
    return TextReading([first, *moments[1:]], title[:1].upper() + title[1:], place, "", state, announces=True)


def _of_sentence(text: str, spans: list[tuple[int, int, str]], moments: list[PageMoment]) -> tuple[str, Any, str, str]:
    """Return the title, the place, the name taken as one, and the state, that a sentence gives beside its date."""
    start, end, _ = spans[0]
    main = moments[0]
    place: Any = None
    title = ""
    if main.role is Label.DATE and (match := _HAPPENS.search(fold_aligned(text[:start]))):
        between, rest = text[match.start("between") : start], text[end:]
        place = place_after_at(rest) or place_after_at(between)
        if place is None and says_online(f"{between} {rest[:60]}"):
            place = ONLINE_WORDS
    lead = _DEADLINE_BEHIND.search(text[:start].rstrip(_EDGES))
    if lead and _CALLED.match(fold_aligned(text[: lead.start()])) and is_title(text[: lead.start()].strip(_EDGES)):
        title = text[: lead.start()].strip(_EDGES)
    return title, place, "", state_in(text)


def names_call(title: str) -> bool:
    """Return True if a title is that of a call, also without its state."""
    return names_a_call(state_of_title(title)[1])
