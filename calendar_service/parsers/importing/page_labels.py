"""Labels in front of a value, "Date:", "Lieu :", on the same line or on the line above it; also heads of columns."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.news import names_a_happening
from calendar_service.parsers.importing.page_dates import read_date_line
from calendar_service.parsers.importing.page_source import Role, SourceLine, is_sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")  # "Time (CET)"
_LINES_BETWEEN = 6


class Label(Enum):
    """What a label announces."""

    REGISTRATION = auto()
    QUESTIONS = auto()
    APPLICATION = auto()
    CLOSES = auto()
    PUBLISHED = auto()
    DATE = auto()
    END = auto()
    TIME = auto()
    PLACE = auto()
    STATUS = auto()
    REFERENCE = auto()
    DETAIL = auto()
    TITLE = auto()


_WORDS = {
    Label.PUBLISHED: r"ouverture (?:du|des|de la|de) (?:depots?|appel|candidatures)(?: .{1,30})?"
    r"|open(?:s|ed|ing)?(?: on)?|next (?:edition|issue)|(?:edition|issue) of|ouvert(?:e|ure)?(?: le)?"
    r"|prochaine edition|(?:page )?last (?:modified|changed?|reviewed|edited)(?: on)?|modified(?: on)?|modifiee? le"
    r"|derniere (?:mise a jour|modification)|(?:opening|evaluation) of (?:the )?(?:tenders|bids|offers|applications)"
    r"|(?:tender|bid) opening(?: date)?|site visits?"
    r"|ouverture des (?:plis|offres)|visites? (?:du |des |de )?(?:sites?|lieux)(?: \w+)?"
    r"|(?:date of )?(?:publish\w*|publication|posted|issued|issue date"
    r"|last updated?|updated)"
    r"(?: (?:on|date))?|(?:date de )?(?:publication|mise en ligne|mise a jour|lancement|ouverture)|publiee? le"
    r"|mis a jour le|launch(?: date)?|opening date|date of launch",
    Label.QUESTIONS: r"(?:requests? for )?clarifications? (?:until|by|before)|questions? (?:until|before)"
    r"|(?:deadlines? for )?(?:questions|clarifications?)(?: (?:until|by|deadline|to be sent by))?"
    r"|(?:questions|eclaircissements) jusqu'au"
    r"|date limite (?:pour|de) (?:poser|depot|reception|envoi)(?: de)? (?:des |les |vos )?questions"
    r"|date limite (?:des|pour les) (?:questions|eclaircissements)",
    Label.REGISTRATION: r"rsvp(?: by| before)?|registration(?: deadline| closes| until| by| is open until| open until)"
    r"|(?:last day|deadline) (?:to register|for (?:the )?registrations?)|register (?:by|until|before)|sign up by"
    r"|(?:date limite|cloture|fin) (?:d'|des |de l')inscriptions?|inscriptions? (?:jusqu'au|avant le)",
    Label.APPLICATION: r"application deadline|(?:apply|applications?) by|applications? (?:close|due|until)"
    r"|(?:deadline|closing date) for (?:the )?(?:receipt of |submission of )?applications?"
    r"|date limite (?:de (?:depot|reception|soumission) )?des candidatures|candidatures jusqu'au",
    Label.CLOSES: r"deadline date|(?:time |closing )?limits? (?:for|of) .{1,40}|deadline on"
    r"|(?:cloture|fin) (?:du|des|de la|de) (?:depots?|appel|reception|candidatures)(?: .{1,30})?"
    r"|(?:submission |closing |bid |tender |final )?deadlines?(?: (?:for|of) .{1,40})?"
    r"|closing(?: date| time)?(?: for .{1,40})?|closes|due(?: date)?|submit by|open until|ouverte? jusqu'au"
    r"|(?:bids?|tenders?|offers?|proposals?|submissions?) (?:due|by|close)"
    r"|dates? limites?(?: (?:de|d'|des|du|pour) ?.{1,40})?|(?:date de )?(?:cloture|fin de depot)(?: initiale)?|echeance"
    r"|dates? et heures? limites?(?: (?:de|d'|des|du|pour) ?.{1,40})?"
    r"|remise des offres",
    Label.END: r"ends?|end date|date de fin|fin|to",
    Label.DATE: r"(?:initial|original|new|nouvelle) dates?|(?:nouvelle )?dates? (?:initiale|prevue)s?"
    r"|(?:(?:event|meeting|start) )?dates?(?: and (?:time|hour)s?| et (?:heures?|horaires?)|/time)?"
    r"|when|day|quand|jour|starts?|begins?|date de debut|debut|dates? of (?:the )?(?:event|meeting)",
    Label.TIME: r"times?|hours?|schedule|heures?|horaires?",
    Label.PLACE: r"(?:virtual )?location|(?:virtual|online) venue"
    r"|venue|places?|where|city|address|town|lieux?|ou|adresse|ville|endroit|country|pays"
    r"|city and country|format|location/venue|venue/location",
    Label.STATUS: r"status|statut|etat",
    Label.REFERENCE: r"[a-z]{2,5} (?:no|n°|ref)\.?"
    r"|(?:tender |procurement )?ref(?:erence)?\.?(?: (?:no\.?|number))?|numero|n°|no\.?",
    Label.DETAIL: r"organi[sz](?:ers?|ed by|ation)|organisateurs?|organisee? par|contacts?(?: (?:person|details))?"
    r"|duration|duree|budget|types? (?:of|de) \w+"
    r"|(?:estimated )?value|valeur(?: estimee)?|montant|lots?|cpv(?: code)?"
    r"|contracting authority|acheteur|pouvoir adjudicateur|funding programme"
    r"|languages?|langues?|type(?: of event)?|categor(?:y|ie)|price|fees?|costs?|tarifs?"
    r"|participants?|partners?|partenaires?|target (?:audience|group)|public(?: vise)?|e-?mail|courriel|phone|tel\.?"
    r"|telephone|website|site(?: web)?|links?|lien|speakers?|intervenante?s?|animation|moderation|moderators?"
    r"|facilitators?|offert pour|documents?|why|who|how"
    r"|registration|inscriptions?|hashtag",
    Label.TITLE: r"(?:(?:contract|tender|project|call|assignment|procurement|event) title"
    r"|title|subject|event|meeting|activity|name|topic|object|call|tender|what|description|procurement"
    r"|opportunity|titre|objet|intitule|evenement|reunion|activite|nom|sujet|appel|marche|manifestation|theme)"
    r"(?: (?:of|de|du|d'|des) ?.{1,30})?",
}
_LABELS = {label: re.compile(words) for label, words in _WORDS.items()}
_HEAD = re.compile(r"\s*(.{1,60}?)\s*(?::|\s–|\s-|(?<=[^\W\d]{2}) ?\?)(?:\s+|$)")
_MAY_CLOSE = re.compile(
    r"\b(?:regist|inscri|rsvp|deadline|clos|clotur|limit|appl[iy]|candidat|book|due\b|until\b|jusqu)"
)
_REGISTERS = re.compile(r"registration|inscription")
_NAMES_TITLE = re.compile(
    r"(?:(?:contract|tender|project|call|assignment|procurement|event) )?title|title of .*"
    r"|name of (?:the )?(?:contract|call|event)"
    r"|objet(?: du marche)?|intitule(?: .*)?|titre"
)
_ANY_DATE = re.compile(r"dates? ")
_LEAD = re.compile(
    r"(?:please )?(?P<registration>(?:register|sign up) (?:by|until|before)"
    r"|registrations? (?:closes|is open until|open until|until|by)(?: on)?"
    r"|inscri(?:ptions?|vez-vous)(?: ouvertes?)? (?:jusqu'au|avant le)|s'inscrire (?:jusqu'au|avant le))"
    r"|(?P<application>(?:apply|(?:applications?|nominations?|proposals?|submissions?)(?: are)?(?: due)?) (?:by"
    r"|until|before)"
    r"|candidatures?(?: ouvertes?)? (?:jusqu'au|avant le))"
    r"|(?P<published>(?:published|posted|last updated?|updated|issued)(?: on)?"
    r"|publiee? le|mise? (?:a jour|en ligne) le) "
)
_ADDRESS_BEHIND = re.compile(r"\s*[:,;(–-]*\s*https?://\S+$")
_SHORT_LABEL = re.compile(
    r"(?:languages?|langues?|type of event|organi[sz]ers?|organisateurs?|categor(?:y|ie)|price|fees?|tarifs?)"
)
_BEFORE = re.compile(r"(?:before|avant)(?: le)?$")
_ALONE = (
    Label.REFERENCE,
    Label.STATUS,
    Label.PUBLISHED,
    Label.DATE,
    Label.TIME,
    Label.PLACE,
    Label.CLOSES,
    Label.REGISTRATION,
    Label.APPLICATION,
)
_LONGEST_VALUE = 12
_MOST_WORDS_OF_LABEL = 5
_PREFIX = {
    Label.REGISTRATION: "Registration deadline: ",
    Label.APPLICATION: "Application deadline: ",
    Label.QUESTIONS: "Deadline for questions: ",
    Label.CLOSES: "Deadline: ",
    Label.DATE: "",
}


def label_of(text: str) -> Label | None:
    """Return what a label, or the head of a column, announces."""
    if len(text) > _LONGEST:
        return None
    folded = fold_text(_ASIDE.sub("", text).strip(" :*•-–?")).replace("’", "'")
    names = [folded, folded.partition("/")[0].strip()]  # "Date / Period"
    return next((label for name in names for label, words in _LABELS.items() if words.fullmatch(name)), None)


def labelled(label: Label, value: str, number: int, name: str) -> SourceLine:
    """Return a value behind its label as a line that says what it is."""
    if label in _PREFIX and carries_date(value):
        return SourceLine(number, f"{_PREFIX[label]}{value}", Role.DATE)
    if label is Label.PLACE:
        return SourceLine(number, value, Role.PLACE)
    if label is Label.STATUS:
        return SourceLine(number, value, Role.STATUS)
    if label is Label.REFERENCE:
        return SourceLine(number, value, Role.REFERENCE)
    if label is Label.TITLE:
        return SourceLine(number, value, Role.TITLE)
    if label is Label.DETAIL and carries_date(value) and _REGISTERS.match(fold_text(name)):
        return SourceLine(number, f"{name}: {value}")
    if label is Label.DETAIL:
        return SourceLine(number, f"{name}: {value}", Role.DETAIL)
    if label is Label.PUBLISHED or label is Label.TIME:
        return SourceLine(number, f"left out, {name}: {value}", Role.NOTE)
    return SourceLine(number, f"{name}: {value}")


def detail(line: SourceLine) -> SourceLine:
    """Return a line behind a label that is not known: a detail, and a note where it names a day."""
    if not carries_date(line.text):
        return replace(line, role=Role.DETAIL)
    if _MAY_CLOSE.search(fold_text(line.text)):
        return line
    return replace(line, text=f"left out, {line.text}", role=Role.NOTE)


def join_labels(lines: Iterable[SourceLine]) -> list[SourceLine]:
    """Return the lines with the values behind labels marked; "Time:" is put behind its "Date:"."""
    found = list(lines)
    out: list[SourceLine] = []
    at = 0
    is_below_label = False
    while at < len(found):
        line = found[at]
        label, name, value, used = _labelled_at(found, at)
        if label is Label.DATE and value and (before := _day_above_title(out)) is not None:
            out[before] = replace(out[before], text=f"left out, above the title: {out[before].text}", role=Role.NOTE)
        at += used
        if label is None and is_below_label and _has_unknown_label(line):
            out.append(detail(line))
        elif label is None:
            out.append(_lead(line))
            is_below_label = False
        elif label in (Label.TIME, Label.END) and (before := _date_before(out)) is not None and value:
            between = ", " if label is Label.TIME else " - "
            out[before] = replace(out[before], text=f"{out[before].text}{between}{value}")
        else:
            out.append(labelled(label, value, line.number, name))
        is_below_label = is_below_label or label is not None
    return out


def _has_unknown_label(line: SourceLine) -> bool:
    match = _HEAD.match(line.text) if line.role is Role.NONE else None
    return bool(match and not names_a_happening(match[1]) and len(match[1].split()) <= _MOST_WORDS_OF_LABEL)


def _labelled_at(lines: list[SourceLine], at: int) -> tuple[Label | None, str, str, int]:
    """Return the label of a line, its words, its value, and how many lines they take."""
    line = lines[at]
    nothing = (None, "", "", 1)
    if bare := _bare_label(lines, at):
        return bare
    match = _HEAD.match(line.text) if line.role is Role.NONE else None
    if match is None:
        return nothing
    label = label_of(match[1])
    value = line.text[match.end() :].strip()
    if label is None and _ANY_DATE.match(fold_text(match[1])) and read_date_line(value):
        label = Label.DATE if names_a_happening(match[1]) else Label.PUBLISHED  # "Date of dispatch"
    if label is None or (label is Label.TITLE and not _NAMES_TITLE.fullmatch(fold_text(match[1]).strip(" *•"))):
        return nothing
    if value:
        return label, match[1], value, 1
    for ahead in range(at + 1, min(at + 3, len(lines))):
        if lines[ahead].role is not Role.NONE or label_in(lines[ahead].text):
            break
        if lines[ahead].text:
            return label, match[1], lines[ahead].text, ahead - at + 1
    return nothing


def _bare_label(lines: list[SourceLine], at: int) -> tuple[Label, str, str, int] | None:
    """Return a label on a line of its own without a colon, if the next line is surely its value."""
    line = lines[at]
    label = label_of(line.text) if line.role in (Role.NONE, Role.TITLE) and line.text[-1:].isalpha() else None
    ahead = next((number for number in range(at + 1, min(at + 3, len(lines))) if lines[number].text), 0)
    if (
        label is None
        or label not in (*_ALONE, Label.DETAIL)
        or not ahead
        or lines[ahead].role is not Role.NONE
        or label_in(lines[ahead].text)
    ):
        return None
    value = lines[ahead].text
    if label is Label.DETAIL:
        is_value = len(value.split()) <= _LONGEST_VALUE and label_of(value) is None and not is_sentence(value)
        return (
            (label, line.text, value, ahead - at + 1)
            if is_value and _SHORT_LABEL.fullmatch(fold_text(line.text))
            else None
        )
    is_short = len(value.split()) <= _LONGEST_VALUE and (label is Label.STATUS or label_of(value) is None)
    is_fit = carries_date(value) == (label in (*_PREFIX, Label.PUBLISHED)) and (
        label in (Label.PLACE, Label.STATUS) or bool(re.search(r"\d", value))
    )
    return (label, line.text, value, ahead - at + 1) if is_short and is_fit else None


def value_of_date_label(text: str) -> str:
    """Return what stands behind a label of a date, the whole text if there is none."""
    folded = fold_text(text).replace("’", "'")
    if len(folded) == len(text) and (lead := _LEAD.match(folded)):
        return text[lead.end() :]
    match = _HEAD.match(text)
    return text[match.end() :] if match and label_of(match[1]) in _PREFIX else text


def label_of_line(text: str) -> Label | None:
    """Return what the label at the beginning of a line announces."""
    match = _HEAD.match(text)
    return label_of(match[1]) if match else None


def label_in(text: str) -> bool:
    """Return True if a line begins with a label."""
    match = _HEAD.match(text)
    return bool(match and label_of(match[1]))


def _day_above_title(lines: list[SourceLine]) -> int | None:
    """Return the place of a bare day right above the title that a labelled date follows: that of publication."""
    texts = [at for at in range(len(lines) - 1, -1, -1) if lines[at].text or lines[at].role is Role.BREAK][:2]
    if len(texts) < 2 or any(lines[at].role not in (Role.NONE, Role.TITLE) for at in texts):
        return None
    title, day = texts
    read = read_date_line(lines[day].text)
    if carries_date(lines[title].text) or read is None or read.rest or read.place or read.is_deadline:
        return None
    when = read.when
    return day if when and when.start is None and when.first == when.last else None


def _date_before(lines: list[SourceLine]) -> int | None:
    """Return the place of the labelled date that a time belongs to."""
    for back, line in enumerate(reversed(lines[-_LINES_BETWEEN:]), 1):
        if line.role is Role.DATE:
            return len(lines) - back
        if line.role in (Role.NONE, Role.TITLE, Role.BREAK) and line.text:
            return None
    return None


def _lead(line: SourceLine) -> SourceLine:
    """Return a line that begins with "Register by" or "Published on" as what it is."""
    folded = fold_text(line.text).replace("’", "'")
    match = _LEAD.match(folded) if line.role is Role.NONE and len(folded) == len(line.text) else None
    if match is None or not carries_date(line.text):
        return line
    if match["published"]:
        return replace(line, text=f"left out, {line.text}", role=Role.NOTE) if len(line.text.split()) <= 10 else line
    head = match[0].strip()
    rest = line.text[match.end() :].strip()
    if address := _ADDRESS_BEHIND.search(rest):
        rest = rest[: address.start()]
    before = _BEFORE.search(head)
    words = f"{before[0]} {rest}" if before else rest
    prefix = _PREFIX[Label.REGISTRATION if match["registration"] else Label.APPLICATION]
    return replace(line, text=f"{prefix}{words}", role=Role.DATE) if len(rest.split()) <= 12 else line
