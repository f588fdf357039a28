"""Remove what our own feeds add to a record, so that a feed of calendar-service can be imported again."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.parsers.importing import candidates, ics_times
from calendar_service.parsers.importing.candidates import ONLINE_WORDS
from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.ics_times import UnfitMoment
from calendar_service.parsers.importing.own_record import ask_about_differences, own_candidate
from calendar_service.records.enums import Status
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Container

    from calendar_service.parsers.importing.candidates import Candidate
    from calendar_service.parsers.importing.ics_lines import Component

_KINDS = {
    "event": "event",
    "événement": "event",
    "webinar": "webinar",
    "webinaire": "webinar",
    "call for tenders": "tender",
    "appel d'offres": "tender",
    "appel d’offres": "tender",
}
_BEFORE = re.compile(
    r"^(?:(?:Cancelled|Postponed|To be confirmed|Annulé|Reporté|À confirmer)\s*: )?"
    r"(?:(?:Closes|Clôture)(?: \d[^:]*:\d\d[^:]*?)?\s*: )?"
)
_ONLY = re.compile(r" \(([\w ,-]+) (?:only|seulement)\)$")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WRITTEN_OUT = re.compile(r"(.+)-\d{8}")
_BOUNDS = ("DTSTART", "DTEND")
_STATES = {
    "CONFIRMED": frozenset({Status.CONFIRMED}),
    "TENTATIVE": frozenset({Status.TENTATIVE, Status.POSTPONED}),
    "CANCELLED": frozenset({Status.CANCELLED}),
}
_LANGUAGES = {"English": "en", "French": "fr", "anglais": "en", "français": "fr"}


def is_own_prodid(prodid: str) -> bool:
    """Return True if a feed was written by calendar-service."""
    return "//calendar-service//" in prodid


def own_feed_candidate(event: Component, text: str, title: str) -> Candidate | None:
    """Return the candidate of the record that an entry has whole in `text`; None if that cannot be read."""
    candidate = own_candidate(text, event.line)
    if candidate is None or event.value("UID").rpartition("@")[0] != candidate.fields["id"]:
        return candidate
    states = _STATES.get(event.value("STATUS").strip().upper(), frozenset(Status))
    try:
        starts, ends = (ics_times.read_moment(found) if found else None for found in map(event.get, _BOUNDS))
    except UnfitMoment as error:
        candidate.questions.append(Sentence("Its times are not understood: {error}", error=error))
        return candidate
    if ends and isinstance(ends, date):
        ends -= timedelta(days=1)  # DTEND is exclusive
    ask_about_differences(candidate, title, states, starts, ends)
    return candidate


def is_date_of_own(event: Component, whole: Container[str]) -> bool:
    """Return True if an entry is a date of a series, written out, of which another entry has the whole record."""
    match = _WRITTEN_OUT.fullmatch(event.value("UID").rpartition("@")[0])
    return match is not None and match[1] in whole


def strip_own_decorations(candidate: Candidate, event: Component) -> None:
    """Restore the record's own id, kind, title and deadline in the candidate."""
    name = event.value("UID").rpartition("@")[0]
    if _ID.fullmatch(name):
        candidate.fields["id"] = name
    tags = candidate.fields.get("tags", [])
    kind = next((_KINDS[tag.lower()] for tag in tags[:1] if tag.lower() in _KINDS), None)
    if kind:
        candidate.fields["kind"] = kind
        candidate.fields["tags"] = tags[1:]
    if not candidate.fields.get("tags"):
        candidate.fields.pop("tags", None)
    _undo_title(candidate)
    _undo_place(candidate)
    if kind == "tender":
        _undo_deadline(candidate, event)


def _undo_title(candidate: Candidate) -> None:
    title = candidate.fields.get("title", "")
    language, text = next(iter(title.items())) if isinstance(title, dict) else (None, title)
    text = _BEFORE.sub("", text)
    if match := _ONLY.search(text):
        codes = [_LANGUAGES[word] for word in match[1].split(", ") if word in _LANGUAGES]
        if codes:
            candidate.fields["languages"] = codes
            text, language = text[: match.start()], language if language in codes else codes[0]
    elif isinstance(title, dict) and candidate.fields["kind"] == "tender":
        candidate.remark(Sentence("A feed does not say in which languages a call was published; look at `languages`."))
    candidates.set_text_field(candidate, "title", text, language)


def _undo_place(candidate: Candidate) -> None:
    """Restore the place of "Online, Cyprus": online, and in a country."""
    first, comma, rest = str(candidate.fields.get("place", "")).partition(", ")
    country = country_code(rest) if comma else None
    if country and first.lower() in ("online", "en ligne"):
        candidate.fields["place"] = {"name": ONLINE_WORDS, "country": country}


def _undo_deadline(candidate: Candidate, event: Component) -> None:
    """Restore a deadline: it is the end of whole days, and of the one-hour block that shows it."""
    for key in ("when", "starts", "ends", "fold", "place"):
        candidate.fields.pop(key, None)
    found = event.get("DTEND") or event.get("DTSTART")
    if found is None or candidate.problems:
        return
    moment = ics_times.read_moment(found)
    if isinstance(moment, date):
        first = ics_times.read_moment(event.get("DTSTART") or found)
        candidate.first = first if isinstance(first, date) else moment
        candidate.fields["closes"] = candidate.first.isoformat()
        return
    candidate.first = moment.day
    candidate.fields["closes"] = candidates.moment_in_words(moment)
    candidates.set_fold(candidate, moment)
