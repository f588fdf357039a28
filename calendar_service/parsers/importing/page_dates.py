"""Read a line of a page that is a date, or a date and a place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from calendar_service.datephrases import MONTHS, WEEKDAYS, DatePhraseError, parse_when
from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_states import state_behind
from calendar_service.records.errors import CalendarError
from calendar_service.records.texts import fold_text
from calendar_service.records.times import civil_time

if TYPE_CHECKING:
    from datetime import date

    from calendar_service.datephrases import DatePhrase

_LONGEST_DATE_LINE = 160
_MOST_WORDS = 20
_MOST_WORDS_MEANT = 12
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DEADLINE = re.compile(
    r"(?:(?:new|extended|final|application|submission|registration|the|nouvelle|nouveau) )*"
    r"(?:deadlines?|closing(?: date)?|closes|due(?: date)?|date limite|dates limites|echeance|delai|cloture)\b"
)
_UNTIL = re.compile(r"(?:open |ouverte? )?(?:until|till|up to|jusqu'au)\b")
_WHAT_FOR = re.compile(r" (?:for|of|de|des|du|d'|pour)\b")
_QUESTIONS = re.compile(r"\bquestions?\b|\bclarifications?\b|\beclaircissements?\b")
_APPLICATION = re.compile(r"\bapplications?\b|\bapply\b|\bcandidatures?\b")
_REGISTRATION = re.compile(
    r"\bregistrations?\b|\binscriptions?\b|\bregister\b|\binscri(?:re|vez)\b|\bsign up\b|\brsvp\b|\bnominations?\b"
    r"|\bcredentials\b|\baccreditations?\b|\battendance\b"
)
_ONLINE_WORD = re.compile(
    r"[\s,;|()–—-]*\b(?:on-?line|en ligne"
    r"|(?:en|par|by|via) (?:visio(?:-?conf[ée]rence)?|video-?conference|zoom|teams))\b[\s).]*$",
    re.IGNORECASE,
)
# Words that belong to a time: a place that holds one of them is no place.
_OF_TIME = re.compile(
    r"\d|\b(?:time|times|local|hours?|hrs?|heures?|locales?|noon|midi|midnight|minuit|am|pm|gmt|utc|from|until|till|to"
    r"|au|jusqu'au|before|avant|or|ou|tbc|tba|cancelled|annule|annulee|postponed|reporte|reportee|every|each|chaque)\b"
)
_NUMBERED = re.compile(r"\b(?:room|salle|hall|floor|etage|building|batiment|amphi|stand|studio) [a-z]?\d{1,4}\b")
_SMALL = frozenset(
    "a and at d da de del della der des di du e el en et für i im in l la le les of on s sur the und y & van".split()  # noqa: SIM905
)
# A short line that is meant as a date, whether it is one or not: "31 April-2 May 2027", "03/05/2027".
_MEANT = re.compile(
    rf"(?:(?:{'|'.join(WEEKDAYS)})\.?,? )?(?:(?:from|on|the|du|le|les) )?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|er)?(?:[-–—/.]| (?:to|and|et|au|of) | ?[-–—] ?| (?:{'|'.join(MONTHS)})\b)"
    rf"|(?:{'|'.join(MONTHS)})\.? \d{{1,2}}\b)"
)
_BETWEEN = re.compile(r"\s*(?:[,()]\s*)+|\s[–—-]\s")  # the parts of a place
_BRACKETS = re.compile(r"\s*[()]+\s*")
_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6} (?=[^\W\d])")
_PREPOSITION = re.compile(r"^(?:in|at|à|au|aux|en|dans) (?:the |la |le |l')?(?=[A-ZÀ-Ý])")
_ASIDE = re.compile(r"\([^()]*\)[.;]?")
_OF_CHANGE = re.compile(
    r"\((?:[^()]*\b)?(?:report|new|extended|prolong\w*|nouvelle|initial\w*|instead|previously|au lieu|was)\b[^()]*\)"
)
_ZONES = {"CET": "Europe/Paris", "CEST": "Europe/Paris"}  # the clock of all cities where it is said
_ABBREVIATION = re.compile(r"\b[A-Z]{2,5}\b")


@dataclass(frozen=True)
class DateLine:
    """A line that begins with date words. `rest` is neither date nor place; if there is any, `when` may be None."""

    words: str
    when: DatePhrase | None
    place: Any = None
    rest: str = ""
    is_deadline: bool = False
    is_about: str = ""
    status: str = ""
    is_sentence: bool = False
    aside: str = ""  # in brackets behind it
    title: str = ""  # of what a sentence announces

    @property
    def is_online(self) -> bool:
        """Return True if it says that one can take part from anywhere."""
        return bool(self.when and self.when.online)


def may_be_date(text: str, longest: int = _LONGEST_DATE_LINE) -> bool:
    """Return True if a line is worth parsing as a date, which is slow."""
    return len(text) <= longest and bool(_YEAR.search(text))


def read_date_line(text: str) -> DateLine | None:
    """Return a line that is a date, or a date and a place; None for any other."""
    if not may_be_date(text):
        return None
    status, bare = state_behind(text)
    line = _read_date(bare)
    if status and (line is None or line.rest):
        return _read_date(text)  # the state is that of something else
    return replace(line, status=status) if line else None


def _read_date(text: str) -> DateLine | None:
    folded = fold_text(text).replace("’", "'")
    deadline = _DEADLINE.match(folded) or begins_with_until(text)
    head, rest = split_date(text)
    if not head:
        return _refused_line(text, is_deadline=bool(deadline)) if deadline or _MEANT.match(folded) else None
    when = parse_when(head)
    place = read_place(rest, has_clock=when.start is not None and when.label is None)
    if rest and place is None and not deadline and not _is_short(rest) and not when.end:
        return None  # a sentence that begins with a date
    online = bool(_ONLINE_WORD.search(rest) or _ONLINE_WORD.search(head)) or when.online
    line = DateLine(_trimmed(head), replace(when, online=online), place, is_deadline=bool(deadline))
    if deadline and _ASIDE.fullmatch(rest) and (_OF_CHANGE.search(folded) or not _OF_TIME.search(fold_text(rest))):
        line = replace(line, place=None, aside=rest)
    elif rest and place is None and _ONLINE_WORD.sub("", rest):
        line = replace(line, words=text, rest=rest)
    return replace(line, is_about=about_what(folded)) if deadline else line


def _refused_line(text: str, *, is_deadline: bool) -> DateLine | None:
    """Return a line whose date is not understood: ignoring it would be worse."""
    if len(text.split()) > _MOST_WORDS_MEANT:
        return None
    return DateLine(text, None, rest=text, is_deadline=is_deadline, is_about=about_what(fold_text(text)))


def unread_date(text: str) -> DateLine:
    """Return a line that must be a date as one that is not understood."""
    folded = fold_text(text).replace("’", "'")
    is_deadline = bool(_DEADLINE.match(folded))
    return DateLine(text, None, rest=text, is_deadline=is_deadline, is_about=about_what(folded) if is_deadline else "")


def explain(words: str) -> str:
    """Return why date words are not understood."""
    try:
        parse_when(words)
    except DatePhraseError as error:
        return str(error)
    return words


def has_hours(words: str) -> bool:
    """Return True unless words are whole days."""
    try:
        return parse_when(words).start is not None
    except DatePhraseError:
        return True


def last_day(words: str) -> date | None:
    """Return the last day that words name; None if they are not understood."""
    try:
        return parse_when(words).last
    except DatePhraseError:
        return None


def starts_then(words: str, other: DatePhrase) -> bool:
    """Return True if words have a start and no end, and the start is that of a phrase with an end, in whatever zone."""
    try:
        when = parse_when(words)
        starts = [
            civil_time(each.first, each.start, _ZONES.get(each.zone, each.zone), None)
            for each in (when, other)
            if each.start and each.zone
        ]
    except CalendarError:
        return False
    return (
        when.end is None
        and other.end is not None
        and len(starts) == len((when, other))
        and starts[0].instant == starts[1].instant
    )


def begins_with_until(text: str) -> bool:
    """Return True for "until 3 May 2027", which does not say what ends then."""
    return bool(_UNTIL.match(fold_text(text).replace("’", "'")))


def about_what(folded: str) -> str:
    """Return what a deadline is about: questions, an application, registration, or "" where it does not say."""
    if _QUESTIONS.search(folded):
        return "questions"
    if _APPLICATION.search(folded):
        return "application"
    return "registration" if _REGISTRATION.search(folded) else ""


def split_date(text: str) -> tuple[str, str]:
    """Split a line after the longest prefix that is date words; "" if there is none."""
    words = text.split(" ")[:_MOST_WORDS]
    for count in range(len(words), 0, -1):
        head = " ".join(words[:count])
        if not _YEAR.search(head):
            break
        try:
            parse_when(head)
        except DatePhraseError:
            continue
        return head.rstrip(" ,;:|–—-("), text[len(head) :].strip()
    return "", text


def _trimmed(head: str) -> str:
    """Return date words without a leading "Deadline" and a trailing "Online", if the meaning is the same."""
    start = _DEADLINE.match(fold_text(head))
    if start and _WHAT_FOR.match(fold_text(head), start.end()):
        start = None
    for words in (head[start.end() :].lstrip(" :–—-") if start else head, head):
        bare = _ONLINE_WORD.sub("", words)
        try:
            found, whole = parse_when(bare), parse_when(head)
        except DatePhraseError:
            continue
        if replace(found, words="", online=False) == replace(whole, words="", online=False):
            return bare
    return head


def _is_short(rest: str) -> bool:
    return len(rest.split()) <= 6 and not rest.endswith((".", "…"))  # more is a sentence


def is_place(words: str) -> bool:
    """Return True if words are surely a place: they end with a country."""
    found = read_place(words, has_clock=False)
    return isinstance(found, dict)


def read_named_place(words: str) -> Any:
    """Return words behind a label as a place: all that is before the city and the country is its name."""
    for each in (words, words.split(". ", maxsplit=1)[0]):
        parts = [part.strip() for part in each.split(",") if part.strip()]
        country = country_code(parts[-1].rstrip(".")) if len(parts) > 1 else None
        city = _POSTCODE.sub("", parts[-2]) if country else ""
        if country and reads_as_name(city) and not any(char.isdigit() for char in city):
            name = ", ".join(parts[:-2])
            return {**({"name": name} if name else {}), "city": city, "country": country}
    return words


def read_place(rest: str, *, has_clock: bool) -> Any:
    """Return the words behind a date as a place: "Ansan, South Korea"; None if they are not one."""
    words = _PREPOSITION.sub("", _ONLINE_WORD.sub("", rest).strip(" ,;:|()–—-@·•"))
    folded = fold_text(words).replace("’", "'")
    if not words or _OF_TIME.search(_NUMBERED.sub("", folded)) or not reads_as_name(words):
        return None
    ends = [match.start() for match in _BETWEEN.finditer(words)]
    starts = [0, *(match.end() for match in _BETWEEN.finditer(words))]
    parts = [words[start:end].strip() for start, end in zip(starts, [*ends, len(words)], strict=True)]
    country = country_code(parts[-1])
    if has_clock and any(_ABBREVIATION.fullmatch(word) and word not in {"UK", "USA"} for word in words.split()):
        return None  # "EST", "AMT": it may be a time zone
    if country is None:
        return None if names_a_happening(words) else _BRACKETS.sub(", ", words)
    place: dict[str, str] = {}
    if len(parts) > 2:  # a hall, a city, a country
        place["name"] = _BRACKETS.sub(", ", words[: ends[-2]].strip(" ,;:|(–—-"))
    if len(parts) > 1:
        place["city"] = parts[-2]
    return {**place, "country": country}


def reads_as_name(words: str) -> bool:
    """Return True if words are written as names: capitalised, except for "of", "de" and the like."""
    found = [word.strip("()'’\"“”.,") for word in re.split(r"[\s’']+", words)]
    found = [word for word in found if word]
    is_name = all(word[0].isupper() or not word[0].isalpha() or word.lower() in _SMALL for word in found)
    return bool(found) and is_name and any(word[0].isupper() for word in found) and not words.endswith((".", "…"))
