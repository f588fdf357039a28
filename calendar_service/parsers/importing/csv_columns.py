"""Names of columns: ours, Google's, Outlook's, and usual words in English and French."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import UnfitSource, shorten_value
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS = (
    "id kind title summary when closes place url start_day start_time end_day end_time all_day".split()  # noqa: SIM905
)
_WORDS = {
    "id": "id|identifiant|reference|ref",
    "kind": "kind|type|nature|categorie",
    "title": "title|subject|name|event|event name|summary|titre|objet|nom|intitule|evenement|sujet",
    "summary": "description|details|text|resume|texte|contenu|body",
    "when": "when|date|dates|date and time|quand|date et heure",
    "closes": "closes|deadline|closing date|due|due date|date limite|echeance|cloture|date de cloture",
    "place": "place|location|where|venue|city|lieu|endroit|ou|emplacement|ville",
    "url": "url|link|website|web page|lien|site|site web|adresse web",
    "start_day": "start date|start|starts|begins|date de debut|debut|commence le",
    "start_time": "start time|heure de debut|debut heure",
    "end_day": "end date|end|ends|date de fin|fin|se termine le",
    "end_time": "end time|heure de fin|fin heure",
    "all_day": "all day event|all day|journee entiere|toute la journee",
}
_BY_WORD = {word: field for field, words in _WORDS.items() for word in words.split("|")}


def map_columns(head: Sequence[str], given: Mapping[str, str]) -> dict[int, str]:
    """Return the field of each column, by its place; what was `given` counts first. Raise UnfitSource."""
    asked = {_fold(name): field for name, field in given.items()}
    if strange := asked.keys() - {_fold(name) for name in head}:
        raise UnfitSource(f"--map names a column that is not there: {shorten_value(min(strange))}.", line=1)
    if unknown := set(asked.values()) - {*FIELDS, ""}:
        raise UnfitSource(
            f"--map names a field that is not known: {min(unknown)}.", remedy=f"Known: {', '.join(FIELDS)}."
        )
    found: dict[int, str] = {at: asked[_fold(name)] for at, name in enumerate(head) if asked.get(_fold(name))}
    for at, name in enumerate(head):
        field = _BY_WORD.get(_fold(name), "")
        if field and _fold(name) not in asked and field not in found.values():
            found[at] = field
    return found


def mapping_in_words(head: Sequence[str], columns: Mapping[int, str]) -> str:
    """Format what each column is taken as: "Subject=title, Notes=(left out)"."""
    return ", ".join(f"{shorten_value(name)}={columns.get(at, '(left out)')}" for at, name in enumerate(head))


def words_of_start(row: Mapping[str, str]) -> str:
    """Return the words of date of a row whose start and end have columns of their own."""
    start, end = row.get("start_day", ""), row.get("end_day", "")
    begins, ends = (_SECONDS.sub(r"\1", row.get(name, "")) for name in ("start_time", "end_time"))
    if row.get("all_day", "").strip().lower() in ("true", "yes", "1", "vrai", "oui") or not begins:
        return f"{start} - {end}" if end and end != start else start
    if not end or end == start:
        return f"{start}, {begins} - {ends}" if ends and ends != begins else f"{start}, {begins}"
    return f"{start} {begins} - {end} {ends}".strip()


_SECONDS = re.compile(r"(\d{1,2}:\d\d):00\b")


def _fold(name: str) -> str:
    return " ".join(re.sub(r"[_()*]+", " ", fold_text(name)).replace("’", "'").split())
