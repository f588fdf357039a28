"""The words with which pages announce things, English and French: kinds, labels, states, headings, sentences."""

from __future__ import annotations

import re
from enum import Enum, auto

from calendar_service.parsers.importing.dated_text import fold_aligned

_LONGEST_LABEL = 60
_SHORT = 6  # words of a title that may name a list anywhere
_SENTENCE_END = (".", "…", ";", ",")


def is_sentence(text: str) -> bool:
    """Return True if a text ends as a sentence does, or a part of one."""
    return text.endswith(_SENTENCE_END)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text."""
    return _BETWEEN_SENTENCES.split(text, 49)


_BETWEEN_SENTENCES = re.compile(
    r"(?:(?<=[^\W\d_][^\W\d_][.!?;])|(?<=[\d)»”\"’][.!?;])|(?<=\s[!?]))\s+(?=[^\W\d_]|[«“\"(])"
)

# --- what takes place, and what can be applied for -----------------------------------------------

_HAPPENING = re.compile(
    r"\b(?:webinars?|webinaires?|kick-?offs?|conferences?|meetings?|trainings?|workshops?|seminars?|seminaires?|forums?|summits?"
    r"|festivals?|congress|congres|symposium|hearings?|ceremon(?:y|ies)|ceremonies?|celebrations?|lectures?|debates?"
    r"|round tables?|roundtables?|tables? rondes?|colloques?|sommets?|rencontres?|reunions?|formations?|ateliers?"
    r"|assembl(?:y|ee)|exhibitions?|expositions?|hackathons?|study visits?|visites? d'etude|sessions?|courses?"
    r"|info(?:rmation)? days?|open days?|journees? (?:d'information|portes ouvertes)|concerts?|inauguration)\b"
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
    r"(?:calend(?:ar|rier)|agenda|schedule|timetable|programme? of events|liste?|upcoming|coming|past|all"
    r"|prochain(?:e?s)?"
    r"|a venir|events?|evenements?)\b(?: (?:of|de|des|for|du|events?|evenements?|meetings?|reunions?|a venir)\b|$)"
    r"|(?:open |current |our )?(?:calls|tenders|procurement|vacancies|appels|marches|webinars"
    r"|webinaires)(?: (?:en cours|ouverts))?$"
)
_LIST = re.compile(r"\b(?:agenda|calendar|calendrier|timetable)\b")
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
    r"|open|ouverte?|closed|close|clos|ongoing|en cours|upcoming|a venir|menu|home|accueil|actualites?"
    r"|conditions .*|criteres.*|public(?: cible| vise)?|partenaires|intervenants|en savoir plus|au programme)"
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
_MORE_KINDS = re.compile(
    r"\b(?:visits?|visites?|permanences?|excursions?|tours?|talks?|panels?|briefings?|launch|lancement"
    r"|networking|soirees?|rencontre|appel|call|tender|dialogues?|concours|salons?|fairs?)\b"
)
_CALL = re.compile(
    r"\b(?:calls?|tenders?|contracts?|procurements?|procedures?|invitations?|grants?|vacanc\w+|expressions? of interest"
    r"|consultan\w+|supply|quotations?|appels?|marches?|avis|consultations?|subventions?|candidatures?)\b"
)
_CALL_KIND = re.compile(
    r"(?:avis (?:de |d')?|(?:open |public |procurement )?notices? ?(?:of |- )?)?"
    r"(?:(?:international |open |general |special )*"
    r"(?:invitations?|requests?|calls?|appels?|demandes?)?(?: ?(?:for|to|d'|de|a|aux?))?"
    r" ?(?:bids?|tenders?|proposals?|projets|offres|marches?(?: publics?)?|candidatures|quotations?|propositions"
    r"|papers?|abstracts?|contributions?|articles?|nominations?|applications?"
    r"|expressions? of interest|manifestations? d'interet))(?: (?:international|ouvert|national|restreint)e?)*"
)
_STUDY_VISIT = re.compile(r"\bstudy visits?\b|\bvisites? d'etude\b")


def names_a_happening(title: str) -> bool:
    """Return True if a title says that something takes place: a meeting, a world day."""
    folded = _ROOM.sub("", fold_aligned(title))
    return bool(_HAPPENING.search(folded) or _WORLD_DAY.search(folded))


def names_a_call(title: str) -> bool:
    """Return True if a title says that something can be applied for: a call, a tender, a contract."""
    return bool(_CALL.search(fold_aligned(title)))


def names_an_event(column: str) -> bool:
    """Return True if the head of a column says that events are in it, and not any news."""
    return bool(_EVENT.match(fold_aligned(column))) or names_a_happening(column)


def heads_a_list(title: str) -> bool:
    """Return True if a title is that of a list of events: "Calendar of activities"."""
    folded = fold_aligned(title)
    return bool(_LISTING.match(folded) or (len(folded.split()) <= _SHORT and _LIST.search(folded)))


def heads_a_section(text: str) -> bool:
    """Return True if a line is the heading of a part of a page about one thing: "Practical information"."""
    return bool(_SECTION.fullmatch(fold_aligned(text.strip(" .:|-–•?!"))))


def heads_a_detail(text: str) -> bool:
    """Return True if a heading is that of a detail of what the page was about before it: "Registration"."""
    return heads_a_section(text) and not _OTHER_SECTION.search(fold_aligned(text))


def is_only_a_kind(text: str) -> bool:
    """Return True if a line says only what kind of event it is: "Webinar", "Public hearing"."""
    folded = fold_aligned(text.strip(" .:|-–•"))
    is_named = _HAPPENING.search(folded) or _MORE_KINDS.search(folded)
    return bool(is_named and _KIND.fullmatch(folded))


def is_only_a_call(text: str) -> bool:
    """Return True if a line says only what kind of call it is: "Invitation for bids"."""
    return bool(_CALL_KIND.fullmatch(fold_aligned(text.strip(" .:|-–•"))))


def is_news(title: str) -> bool:
    """Return True if a title may be that of news: a report, a survey, something that is out."""
    return bool(_NEWS.search(_STUDY_VISIT.sub("", fold_aligned(title))))


def comes_yearly(title: str) -> bool:
    """Return True if a title looks like the name of a day that is observed every year."""
    return bool(_WORLD_DAY.search(fold_aligned(title)))


# --- labels and heads of columns ------------------------------------------------------------------


class Label(Enum):
    """What a label, the words before a date, or the head of a column announce."""

    REGISTRATION = auto()
    QUESTIONS = auto()
    APPLICATION = auto()
    CLOSES = auto()
    LIMIT = auto()  # "by", and it is not said of what
    PUBLISHED = auto()
    OLD = auto()
    DATE = auto()
    END = auto()
    TIME = auto()
    PLACE = auto()
    STATUS = auto()
    REFERENCE = auto()
    DETAIL = auto()
    TITLE = auto()


_WORDS = {
    Label.END: r"ends?|end date|date de fin|fin|to",
    Label.DATE: r"(?:(?:event|meeting|start|new|nouvelle) )?dates?(?: (?:and|&) (?:time|hour|place|venue|location)s?"
    r"| et (?:heures?|horaires?|lieux?)|/time)?|when|day|quand|jour|starts?|begins?|date de debut|debut"
    r"|dates? (?:of|de|du|des) (?:the |la |le |l')?(?:event|meeting|session|reunion|evenement)s?|periode?|rendez-vous",
    Label.TIME: r"times?|hours?|schedule|heures?|horaires?",
    Label.PLACE: r"(?:virtual )?location|(?:virtual|online) venue|venue|places?|where|city|address|town|lieux?|ou"
    r"|adresse|ville|endroit|country|pays|city and country|format|location/venue|venue/location|acces"
    r"|how to get there|salle|room|lieu de (?:la )?(?:reunion|rencontre)",
    Label.STATUS: r"status|statut|etat",
    Label.REFERENCE: r"[a-z]{2,5} (?:no|n°|ref)\.?"
    r"|(?:tender |procurement |notice )?ref(?:erence)?\.?(?: (?:no\.?|number))?|numero|n°|no\.?",
    Label.DETAIL: r"(?:co-)?organi[sz](?:ers?|ed by|ation)|organisateurs?|organisee? par"
    r"|contacts?(?: (?:person|details))?"
    r"|duration|duree|budget|(?:working )?languages?|langues?(?: de travail)?|type(?: of event)?|categor(?:y|ie)|price"
    r"|fees?|costs?|tarifs?|participants?|partners?|partenaires?|target (?:audience|group)|public(?: vise)?|e-?mail"
    r"|courriel|phone|tel\.?|telephone|website|site(?: web)?|links?|lien|speakers?|intervenante?s?|animation"
    r"|(?:avec|with|pour|for) (?:qui|whom)"
    r"|moderation|moderators?|facilitators?|offert pour|documents?|why|who|how|registration|inscriptions?|hashtag"
    r"|office|process|unit|value|amount|montant|lots?|audience|more|info(?:s|rmations?)?|host(?:ed by)?|animee? par"
    r"|who can (?:apply|attend)|taux d'aide|renseignements|interpretation|programme|note",
    Label.TITLE: r"(?:(?:contract|tender|project|call|assignment|procurement|event|notice) title"
    r"|title|subject|event|meeting|activity|name|topic|object|call|tender|what|description|procurement|session"
    r"|opportunity|quoi|titre|objet|intitule|evenement|reunion|activite|nom|sujet|appel|marche|manifestation|theme)"
    r"(?: (?:of|de|du|d'|des) ?.{1,30})?",
}
_LABELS = {label: re.compile(words) for label, words in _WORDS.items()}
_HEAD = re.compile(r"\s*(.{1,60}?)\s*(?::|\s–|\s-)(?:\s+|$)")
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")  # "Time (CET)"
_MOST_WORDS = 8

_LIMIT_AT_END = re.compile(
    r"\b(?:on or before|by|until|till|up to|no later than|not later than|not after|at the latest(?: by| on)?|latest by"
    r"|au plus tard(?: le)?|jusqu'a[ul]?|d'ici(?: le| au)?|before|prior to|avant(?: le)?|pour)(?: the| le)?\s*$"
)
_DEADLINE = re.compile(
    r"\b(?:dead-?lines?|closing (?:date|time)|closes|clos(?:e|ed|ing)(?= on\b| for\b| at\b|[\s:]*$)|due"
    r"|(?:dates?|heures?) limites?|limite|cloturent|(?<!de )cloture(?= de| le\b| d'|[\s:,]*$)|closes? le"
    r"|echeance|delai|(?:shall|will) (?:end|close|be (?:shut(?: down)?|closed))|prend fin|prennent fin"
    r"|se terminen?t?|cut-?off|last day"
    r"|(?:remise|reception|depot) des (?:offres|plis|dossiers|candidatures)(?=[\s:]*$))\b"
)
_QUESTIONS = re.compile(r"\bquestions?\b|\bclarifications?\b|\beclaircissements?\b|\benquiries\b|\bqueries\b")
_APPLICATION = re.compile(r"\bapplications?\b|\bappl(?:y|ies)\b|\bcandidatures?\b|\bcandidater\b|\bpostuler\b")
_REGISTRATION = re.compile(
    r"\bregist\w+|\binscri\w+|\bsign(?:ing)?[ -]?up\b|\brsvp\b|\bnominat\w+|\bcredentials\b"
    r"|\baccreditations?\b|\battendance\b|\bbook(?:ing)?s?\b|\breserv\w+|\bparticipation\b|\bparticiper\b"
    r"|\bconfirme[rz]?\b|\bconfirm(?:ation)?\b|\btell\b|\bannounce your\b|\benrol\w*"
)
_SUBMISSION = re.compile(
    r"\b(?:submi\w+|sen[dt]|receiv\w+|receipt|reach|proposals?|tenders?|bids?|offers?|offres|quotations?"
    r"|expressions? of interest|open|dossiers?|envoy\w+|adress\w+|depos\w+|depot|transmi\w+|soumet\w*|soumi\w+"
    r"|parveni\w*|notif\w+|communicat\w+|ouverte?s?|remis\w*|remettre|remise|plis|abstracts?|call|appel|replie?s?"
    r"|repon\w+|deliver\w*|deposit\w*|contributions?|propose[rz]?)\b"
)
_PUBLISHED = re.compile(
    r"(?:\b(?:publish\w*|publication|publie\w*|posted|issued?|updated?|modifi\w+|mise? (?:a jour|en ligne)"
    r"|launch\w*|opens?|opened|opening|ouvert(?:e|s|es|ure)?|ouvre(?:nt)?|dispatch\w*|edition|award\w*|attribution"
    r"|copyright|lancement|paru|parution|last (?:changed?|reviewed|edited)|envoye|envoi(?: de l'avis)?|sent|bulletin"
    r"|newsletter|circulaire|available from|a partir|a compter|dated?)|©)"
    r"(?:[ -](?:on|le|du|de|d'|des|at|date|of|from|au|the|bids?|tenders?|offers?|plis|offres|l'avis))*[\s:,(]*$"
)
_OLD = re.compile(r"\b(?:initial(?:ly|ement)?|original(?:ly)?|previous(?:ly)?|formerly|precedemment|instead of)\b")


def label_of(text: str) -> Label | None:
    """Return what a label, or the head of a column, announces."""
    if len(text) > _LONGEST_LABEL:
        return None
    folded = fold_aligned(_ASIDE.sub("", text).strip(" :*•-–?"))
    names = [folded, folded.partition("/")[0].strip()]  # "Date / Period"
    known = next((label for name in names for label, words in _LABELS.items() if words.fullmatch(name)), None)
    return known or (role_before(folded) if folded and len(folded.split()) <= _MOST_WORDS else None)


def split_label(text: str) -> tuple[Label | None, str, str]:
    """Return what the label at the beginning of a line announces, the label itself, and what stands behind it."""
    match = _HEAD.match(text)
    label = label_of(match[1]) if match else None
    return (label, match[1], text[match.end() :].strip()) if match and label else (None, "", text)


def role_before(folded: str) -> Label | None:
    """Return what is said of a date by the words before it; None if they say nothing of it."""
    is_limit = bool(_LIMIT_AT_END.search(folded))
    is_deadline = bool(_DEADLINE.search(folded))
    if _QUESTIONS.search(folded) and (is_limit or is_deadline or len(folded.split()) <= _SHORT):
        return Label.QUESTIONS
    if _OLD.search(folded):
        return Label.OLD
    if is_limit or is_deadline:
        if re.search(r"\bearly[ -]bird\b", folded):
            return Label.PUBLISHED
        kinds = (_REGISTRATION, Label.REGISTRATION), (_APPLICATION, Label.APPLICATION), (_SUBMISSION, Label.CLOSES)
        found = next((label for words, label in kinds if words.search(folded)), None)
        return found or (Label.CLOSES if is_deadline else Label.LIMIT)
    return Label.PUBLISHED if _PUBLISHED.search(folded) else None


# --- states ---------------------------------------------------------------------------------------

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
    rf"{_STATE}(?: until further notice| (?:to a later date|a une date ulterieure|sine die|jusqu'a nouvel ordre))?"
    rf"(?: (?:on|le) \d[\w ./-]{{3,20}})?"
    r"(?:[\s:;,.–—-]+(?:an? |une? )?(?:new dates?|nouvelles? dates?)\b[^\d]*)?[\s!.]*"
)
_SAID = re.compile(
    rf"\b(?:is|are|has been|have been|was|est|sont|a ete|ont ete)(?: now| unfortunately)?(?:, \w+,)? {_STATE}\b"
)
_TRAILING = re.compile(rf"[\s,;:|(\[–—-]+{_SUBJECT}{_STATE}[\s!.)\]]*$")


def state_of_title(title: str) -> tuple[str, str]:
    """Return the state that a title announces, "" for none, and the title without it."""
    folded = fold_aligned(title)
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
    folded = fold_aligned(text)
    match = _TRAILING.search(folded)
    if match is None or len(folded) != len(text):
        return "", text
    return _state(match), text[: match.start()]


def state_alone(text: str) -> str:
    """Return the state if a line says nothing else."""
    match = _ALONE.fullmatch(fold_aligned(text).strip(" *-–—"))
    return _state(match) if match else ""


def state_in(text: str) -> str:
    """Return the state that a sentence says: "is cancelled since", "est reportée en raison"."""
    match = _SAID.search(fold_aligned(text))
    return _state(match) if match else ""


def _state(match: re.Match[str]) -> str:
    return "cancelled" if match["cancelled"] else "postponed"
