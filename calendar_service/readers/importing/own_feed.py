"""Feeds of calendar-service itself: what they say beside the record is taken off again."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.readers.importing import drafts, ics_times
from calendar_service.readers.importing.countries import country_code
from calendar_service.readers.importing.drafts import ONLINE

if TYPE_CHECKING:
    from calendar_service.readers.importing.drafts import Sketch
    from calendar_service.readers.importing.ics_lines import Component

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
_LANGUAGES = {"English": "en", "French": "fr", "anglais": "en", "français": "fr"}


def is_own(prodid: str) -> bool:
    """Tell whether a feed was written by calendar-service."""
    return "//calendar-service//" in prodid


def undo(sketch: Sketch, event: Component) -> None:
    """Give the sketch the record's own id, kind, title and deadline."""
    name = event.value("UID").rpartition("@")[0]
    if _ID.fullmatch(name):
        sketch.fields["id"] = name
    tags = sketch.fields.get("tags", [])
    kind = next((_KINDS[tag.lower()] for tag in tags[:1] if tag.lower() in _KINDS), None)
    if kind:
        sketch.fields["kind"] = kind
        sketch.fields["tags"] = tags[1:]
    if not sketch.fields.get("tags"):
        sketch.fields.pop("tags", None)
    _undo_title(sketch)
    _undo_place(sketch)
    if kind == "tender":
        _undo_deadline(sketch, event)


def _undo_title(sketch: Sketch) -> None:
    title = sketch.fields.get("title", "")
    language, text = next(iter(title.items())) if isinstance(title, dict) else (None, title)
    text = _BEFORE.sub("", text)
    if match := _ONLY.search(text):
        codes = [_LANGUAGES[word] for word in match[1].split(", ") if word in _LANGUAGES]
        if codes:
            sketch.fields["languages"] = codes
            text, language = text[: match.start()], language if language in codes else codes[0]
    elif isinstance(title, dict) and sketch.fields["kind"] == "tender":
        sketch.remark("A feed does not say in which languages a call was published; look at `languages`.")
    drafts.set_text(sketch, "title", text, language)


def _undo_place(sketch: Sketch) -> None:
    """Read "Online, Cyprus" back: online, and in a country."""
    first, comma, rest = str(sketch.fields.get("place", "")).partition(", ")
    country = country_code(rest) if comma else None
    if country and first.lower() in ("online", "en ligne"):
        sketch.fields["place"] = {"name": ONLINE, "country": country}


def _undo_deadline(sketch: Sketch, event: Component) -> None:
    """Read a deadline back: whole days end with it, and so does the block that shows an hour."""
    for key in ("when", "starts", "ends", "fold", "place"):
        sketch.fields.pop(key, None)
    found = event.get("DTEND") or event.get("DTSTART")
    if found is None or sketch.problems:
        return
    moment = ics_times.read_moment(found)
    if isinstance(moment, date):
        first = ics_times.read_moment(event.get("DTSTART") or found)
        sketch.first = first if isinstance(first, date) else moment
        sketch.fields["closes"] = sketch.first.isoformat()
        return
    sketch.first = moment.day
    sketch.fields["closes"] = drafts.moment_in_words(moment)
    drafts.set_fold(sketch, moment)
