"""Decide whether a news item is a record: its bare date may be that of an event, or only of its publication."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.parsers.importing.candidates import Candidate
    from calendar_service.parsers.importing.page_dates import DateLine

_HAPPENING = re.compile(
    r"\b(?:webinars?|webinaires?|conferences?|meetings?|trainings?|workshops?|seminars?|seminaires?|forums?|summits?"
    r"|festivals?|congress|congres|symposium|hearings?|ceremon(?:y|ies)|ceremonies?|celebrations?|lectures?|debates?"
    r"|round tables?|roundtables?|tables? rondes?|colloques?|sommets?|rencontres?|reunions?|formations?|ateliers?"
    r"|assembl(?:y|ee)|exhibitions?|expositions?|hackathons?|study visits?|visites? d'etude|sessions?|courses?"
    r"|info(?:rmation)? days?|open days?|journees? (?:d'information|portes ouvertes)|concerts?|inauguration)\b"
)
_WEBINAR = re.compile(
    r"\b(?:e-)?webina(?:r|ire)s?\b|\bweb[ -]?seminars?\b|\bonline seminars?\b|\bseminaires? en ligne\b"
)
_ROOM = re.compile(
    r"\b(?:centre|salle|palais|maison|espace|hotel)s? (?:de |des |of |d')?(?:conferences?|congres|reunions?"
    r"|seminaires?|expositions?)\b"
    r"|\b(?:conference|congress|meeting|exhibition|training|seminar|forum) (?:centre|center|room|hall|suite)s?\b"
)
_WORLD_DAY = re.compile(
    r"\b(?:world|international|european|national|global|universal|europe|europe's)\b(?: [\w'-]+){0,4} day\b"
    r"|\bday (?:of|for|against)\b"
    r"|\bjournee (?:mondiale|internationale|europeenne|nationale|universelle|de|des|du|d'|pour|contre)"
)
_NEWS = re.compile(
    r"\b(?:new|now|available|out|reports?|results?|stud(?:y|ies)|briefs?|papers?|publications?|publish(?:ed|es)"
    r"|manuals?"
    r"|handbooks?|guides?|guidelines|surveys?|recordings?|videos?|podcasts?|summary|conclusions|outcomes?|findings"
    r"|minutes"
    r"|interviews?|practices?|updated?|launch(?:es|ed)?|looking back|lessons|newsletters?|releases?d?|adopts?|adopted"
    r"|join(?:s|ed)|welcomes?|wins?|won|awarded|highlights?|takeaways|impact|follow-up|what we learn(?:ed|t)"
    r"|success(?:ful)?"
    r"|comptes? rendus?|rapports?|nouveau|nouvelles?|nouveaux|etudes?|publi(?:e|ee|es|ees|cation|cations)|disponibles?"
    r"|resultats?|enregistrements?|manuels?|enquetes?|bilan|retour sur|paru|parution|lancement|enseignements|actes)\b"
)
_LISTING = re.compile(
    r"(?:the |our |le |la |les |nos )?(?:(?:full|press|weekly|monthly|biweekly|annual) )?"
    r"(?:calend(?:ar|rier)|agenda|schedule|programme? of events|liste?|upcoming|coming|past|all|prochain(?:e?s)?"
    r"|a venir|events?|evenements?)\b(?: (?:of|de|des|for|du|events?|evenements?|meetings?|reunions?|a venir)\b|$)"
    r"|(?:open |current |our )?(?:calls|tenders|procurement|vacancies|appels|marches|webinars"
    r"|webinaires)(?: (?:en cours|ouverts))?$"
)
_EVENT_LIST = re.compile(
    r"\b(?:agendas?|calendars?|calendrier|events?|evenements?|manifestations|meetings|reunions|webinars|webinaires"
    r"|workshops|ateliers|conferences|seminars|seminaires|rendez-vous|sorties)\b"
)
_NEWS_LIST = re.compile(
    r"\b(?:news|actualites?|actus?|press|presse|communiques?|blog|publications?|archives?|a la une)\b"
)
_LIST = re.compile(r"\b(?:agenda|calendar|calendrier)\b")
_SHORT = 6  # words of a title that may name a list anywhere
_SECTION = re.compile(
    r"(?:(?:the|our|more|le|la|les|nos|plus d') ?)?(?:background|about(?: (?:the|this|us|it)\b(?: [\w-]+){0,2})?"
    r"|overview|descriptions?"
    r"|introduction|context|summary|objectives?|aims?|programmes?|practical(?: information| details)?|(?:further "
    r"|more |event )?"
    r"(?:information|details)|(?:key|important|save the) dates?|dates?(?: (?:and|&) (?:venue|place|location|time))?"
    r"|registrations?"
    r"|how to (?:apply|register|participate|take part|submit|join|attend|get there)(?: .*)?|contacts?(?: us)?|venue"
    r"|location|when(?: (?:and|&) where)?|where|eligibility|who (?:can|should) .*|timeline|timetable"
    r"|deadlines?|what|why|news|save the date|next steps|documents?|links?|speakers?|share|target (?:audience"
    r"|group)|conditions"
    r"|requirements|procedure|budget|funding|selection(?: criteria)?|a propos(?: .*)?|contexte|presentation|objectifs?"
    r"|informations?(?: (?:pratiques?|generales?|utiles?))?|infos?(?: pratiques?)?|modalites.*|inscriptions?|participer"
    r"|dates? (?:cles?|importantes?|limites?|et lieux?|et horaires?)|calendrier|lieu(?: et dates?)?"
    r"|comment (?:candidater|participer|s'inscrire|postuler|venir)(?: .*)?|pour qui|quand|ou"
    r"|(?:page |table of )?contents|on this page|sommaire|(?:dans|sur) cette page|details?"
    r"|open|ouverte?|closed|close|clos|ongoing|en cours|upcoming|a venir|menu|home|accueil|actualites?"
    r"|conditions .*|criteres.*|l'essentiel|en bref|at a glance|key facts"
    r"|register(?: now| here| online)?|sign up|book now|s'inscrire|inscrivez-vous"
    r"|thematiques?|themes?|topics?|audience"
    r"|public(?: cible| vise)?|partenaires|intervenants|en savoir plus|au programme)"
)
_OTHER_SECTION = re.compile(
    r"\b(?:news|actualites?|upcoming|a venir|contacts?|about|a propos|home|accueil|menu|links?|share|save"
    r"|partenaires)\b"
)
_EVENT = re.compile(r"events?\b|evenements?\b|manifestations?\b|activit(?:y|ies|es?)\b")
_KIND = re.compile(
    r"(?:study visit|round table|open day|info(?:rmation)? day|info(?:rmation)? session|side event|training course"
    r"|summer school"
    r"|peer review|table ronde|visite d'etude|journee d'(?:etudes?|information))s?|(?:(?:online|virtual|hybrid"
    r"|public|international|regional|technical|training|side|free|en ligne|virtuelle?"
    r"|hybride|publique?|internationale?|regionale?) ){0,2}[\w'-]+(?: (?:en ligne|hybride|internationale?|publique?))?"
)
_CALL = re.compile(
    r"\b(?:calls?|tenders?|contracts?|procurements?|procedures?|invitations?|grants?|vacanc\w+|expressions? of interest"
    r"|consultan\w+|supply|quotations?|appels?|marches?|avis|consultations?|subventions?|candidatures?)\b"
)
_STUDY_VISIT = re.compile(r"\bstudy visits?\b|\bvisites? d'etude\b")
_DAY_BEFORE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er)?(?: of)? ([^\W\d_]+)")
_DAY_BEHIND = re.compile(r"\b([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?\b")
NEWS_QUESTION = Sentence(
    "A bare date, and nothing says that something happens on that day: only news of that day? If not, take it in."
)


def names_a_happening(title: str) -> bool:
    """Return True if a title says that something takes place: a meeting, a world day."""
    folded = _ROOM.sub("", _fold(title))
    return bool(_HAPPENING.search(folded) or _WORLD_DAY.search(folded))


def names_a_webinar(text: str) -> bool:
    """Return True if a text speaks of a webinar."""
    return bool(_WEBINAR.search(_fold(text)))


def names_a_call(title: str) -> bool:
    """Return True if a title says that something can be applied for: a call, a tender, a contract."""
    return bool(_CALL.search(_fold(title)))


def names_an_event(column: str) -> bool:
    """Return True if the head of a column says that events are in it, and not any news."""
    return bool(_EVENT.match(_fold(column))) or names_a_happening(column)


def heads_a_list(title: str) -> bool:
    """Return True if a title is that of a list of events: "Calendar of activities"."""
    folded = _fold(title)
    return bool(_LISTING.match(folded) or (len(folded.split()) <= _SHORT and _LIST.search(folded)))


def heads_events(text: str) -> bool | None:
    """Return True for the heading of a list of events, False for one of news or the like, None for any other line."""
    folded = _fold(text.strip(" .:|-–•#"))
    if not folded or len(folded.split()) > _SHORT:
        return None
    if _NEWS_LIST.search(folded):
        return False
    return True if _EVENT_LIST.search(folded) else None


def heads_a_section(text: str) -> bool:
    """Return True if a line is the heading of a part of a page about one thing: "Practical information"."""
    return bool(_SECTION.fullmatch(_fold(text.strip(" .:|-–•?!"))))


def heads_a_detail(text: str) -> bool:
    """Return True if a heading is that of a detail of what the page was about before it: "Registration"."""
    return heads_a_section(text) and not _OTHER_SECTION.search(_fold(text))


def is_only_a_kind(text: str) -> bool:
    """Return True if a line says only what kind of event it is: "Webinar", "Public hearing"."""
    folded = _fold(text.strip(" .:|-–•"))
    match = _HAPPENING.search(folded)
    return match is not None and bool(_KIND.fullmatch(folded))


def comes_yearly(title: str) -> bool:
    """Return True if a title looks like the name of a day that is observed every year."""
    return bool(_WORLD_DAY.search(_fold(title)))


def ask_about_news(candidate: Candidate, date: DateLine, title: str, teaser: str) -> None:
    """Add a question to the candidate if its date may be the date of publication."""
    when = date.when
    if when is None or when.start is not None or when.first != when.last:
        return  # nobody prints the hour or the length of a publication
    title, teaser = _fold(title), _fold(teaser)
    happens = bool(_HAPPENING.search(title) or _WORLD_DAY.search(title))
    days = set(_days(teaser))
    if (when.first.day, when.first.month) in days:
        is_announced = happens or bool(_HAPPENING.search(teaser))
    else:
        is_news = bool(_NEWS.search(_STUDY_VISIT.sub("", title)))
        is_announced = not days and not is_news and (happens or date.is_online)
    if not is_announced:
        candidate.questions.append(NEWS_QUESTION)


def _fold(text: str) -> str:
    return fold_text(text).replace("’", "'")


def _days(text: str) -> Iterator[tuple[int, int]]:
    """Yield the days that a teaser names, as day and month."""
    for match in _DAY_BEFORE.finditer(text):
        if match[2] in MONTHS:
            yield int(match[1]), MONTHS[match[2]]
    for match in _DAY_BEHIND.finditer(text):
        if match[1] in MONTHS:
            yield int(match[2]), MONTHS[match[1]]
