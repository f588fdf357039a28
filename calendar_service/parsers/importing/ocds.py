"""Import Open Contracting Data (OCDS 1.1), a release or record package, as candidates for tenders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing import candidates
from calendar_service.parsers.importing.candidates import (
    Candidate,
    Ignored,
    Imported,
    UnfitSource,
    read_json,
    shorten_value,
)
from calendar_service.records.errors import Sentence, counted
from calendar_service.records.times import CivilTime, write_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALLED_OFF = frozenset({"cancelled", "withdrawn", "unsuccessful"})
_MAX_DEPTH = 30
_MOST_EXTENSIONS = 50


@dataclass
class _Process:
    """All releases of one contracting process, in order, and its compiled state after each."""

    releases: list[dict[str, Any]]
    states: list[dict[str, Any]]

    @property
    def state(self) -> dict[str, Any]:
        """The compiled state over all releases."""
        return self.states[-1]


def read_ocds(text: str, language: str | None) -> Imported:
    """Parse a package; each process is in the state that all its releases give. Raise UnfitSource."""
    by_ocid: dict[str, list[dict[str, Any]]] = {}
    imported = Imported()
    for release in _releases(read_json(text)):
        name = _string(release.get("ocid")) or f"#{len(by_ocid)}"
        by_ocid.setdefault(name, []).append(release)
    found: list[Candidate] = []
    for process in map(_compile, by_ocid.values()):
        has_tender = isinstance(process.state.get("tender"), dict)
        for release in process.releases[: -1 if has_tender else None]:
            imported.add(_ignored(release, text, "a later release adds to it." if has_tender else "it has no tender."))
        if has_tender:
            last = process.releases[-1]
            found.append(_candidate(process, _line_of(last, text), language))
    if not found:
        raise UnfitSource("there is no OCDS tender in it.", remedy="Give a release package or a record package.")
    for candidate in found:
        imported.add(candidate)
    return imported


def _compile(releases: list[dict[str, Any]]) -> _Process:
    """Merge releases by their dates (OCDS 1.1, Merging): what a later one leaves out is kept, null takes it away."""
    # Of the same date the later line counts, as publishers append.
    ordered = sorted(releases, key=_date_of)
    states: list[dict[str, Any]] = []
    for release in ordered:
        states.append(_merged(states[-1] if states else {}, release, 0))
    return _Process(ordered, states)


def _date_of(release: dict[str, Any]) -> str:
    at = candidates.read_iso(_string(release.get("date")))
    return write_instant(at.instant) if isinstance(at, CivilTime) else _string(release.get("date"))


def _merged(old: Any, new: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise UnfitSource(f"objects are nested more than {_MAX_DEPTH} deep.")
    if isinstance(new, dict):
        kept = dict(old) if isinstance(old, dict) else {}
        for key, value in new.items():
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = _merged(kept.get(key), value, depth + 1)
        return kept
    if isinstance(old, list) and isinstance(new, list) and _have_ids(old) and _have_ids(new):
        by_id = {_string(each["id"]): each for each in old}
        for each in new:
            name = _string(each["id"])
            by_id[name] = _merged(by_id.get(name), each, depth + 1)
        return list(by_id.values())
    return new


def _have_ids(values: list[Any]) -> bool:
    return all(isinstance(each, dict) and _string(each.get("id")) for each in values)


def _ignored(release: dict[str, Any], text: str, reason: str) -> Ignored:
    name = _string(release.get("id")) or _string(release.get("ocid")) or "without an id"
    return Ignored(_line_of(release, text), f"release {shorten_value(name)}: {reason}")


def _releases(value: Any) -> Iterator[dict[str, Any]]:
    for package in value if isinstance(value, list) else [value]:
        if not isinstance(package, dict):
            continue
        if "tender" in package:
            yield package
        yield from _dicts(package.get("releases"))
        for record in _dicts(package.get("records")):
            # Releases may be given as links only; a compiled one has the state, but not what was before.
            whole = [each for each in _dicts(record.get("releases")) if "ocid" in each]
            compiled = record.get("compiledRelease")
            yield from whole or ([compiled] if isinstance(compiled, dict) else [])


def _line_of(release: dict[str, Any], text: str) -> int:
    name = _string(release.get("ocid"))
    at = text.find(f'"{name}"') if name else -1
    return text.count("\n", 0, max(at, 0)) + 1


def _candidate(process: _Process, line: int, language: str | None) -> Candidate:
    release = process.state
    tender = release["tender"]
    candidate = Candidate(line, {"kind": "tender"})
    own = language or _string(release.get("language")).partition("-")[0].lower() or None
    title = candidates.tidy_title(_string(tender.get("title")))
    if not title:
        candidate.problems.append(Sentence("It has no tender.title."))
    candidates.set_text_field(candidate, "title", title, own)
    candidates.set_text_field(candidate, "summary", candidates.tidy_block(_string(tender.get("description"))), own)
    _set_end(candidate, "closes", tender, "tenderPeriod")
    _set_end(candidate, "questions_by", tender, "enquiryPeriod")
    _set_end(candidate, "award_expected", tender, "awardPeriod")
    buyer = release.get("buyer")
    name = _string(buyer.get("name")) if isinstance(buyer, dict) else ""
    candidates.set_text_field(candidate, "buyer", candidates.tidy_title(name), own)
    if reference := candidates.tidy_title(_string(tender.get("id")) or _string(release.get("ocid"))):
        candidate.fields["reference"] = reference
    _set_documents(candidate, tender, own)
    _set_changes(candidate, process, own)
    if _string(tender.get("status")) in _CALLED_OFF:
        candidate.fields["status"] = "cancelled"
    if asked := _dicts(tender.get("enquiries")):
        candidate.remark(
            Sentence(
                "Left out: {questions} with answers (tender.enquiries).", questions=counted(len(asked), "question")
            )
        )
    if words := _string(tender.get("procurementMethodRationale")):
        candidate.remark(Sentence("Left out, why this procedure was chosen: {text}", text=shorten_value(words)))
    return candidate


def _set_changes(candidate: Candidate, process: _Process, language: str | None) -> None:
    """Set the deadlines that later releases have replaced, and the reason of the last amendment."""
    present = candidate.fields.get("closes")
    known: set[str] = set()
    extensions: list[dict[str, Any]] = []
    reason = ""
    for before, after in pairwise([{}, *process.states]):
        added = [each for each in _amendments(after) if _amendment_key(each) not in known]
        known |= {_amendment_key(each) for each in added}
        reasons = [_string(each.get("rationale")) or _string(each.get("description")) for each in added]
        reason = candidates.tidy_block(next((each for each in reversed(reasons) if each), "")) or reason
        old, new = (_words_of(_end_of(state.get("tender"), "tenderPeriod")) for state in (before, after))
        if old and old not in (new, present):
            days = [candidates.read_iso(_string(each.get("date"))) for each in added]
            extensions.append(_extension(old, days, reason if any(reasons) else "", language))
    if extensions:
        candidate.fields["extensions"] = extensions[-_MOST_EXTENSIONS:]
    candidates.set_text_field(candidate, "note_of_change", reason, language)


def _extension(old: str, days: list[date | CivilTime | None], reason: str, language: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"closes": old}
    if decided := next((day for day in reversed(days) if day), None):
        found["decided"] = (decided if isinstance(decided, date) else decided.day).isoformat()
    if reason:
        found["reason"] = {language: reason} if language else reason
    return found


def _amendments(release: dict[str, Any]) -> list[dict[str, Any]]:
    tender = release.get("tender")
    if not isinstance(tender, dict):
        return []
    single = tender.get("amendment")  # of OCDS 1.0
    return [*_dicts(tender.get("amendments")), *([single] if isinstance(single, dict) else [])]


def _amendment_key(amendment: dict[str, Any]) -> str:
    return "\n".join(_string(amendment.get(name)) for name in ("id", "date", "rationale", "description"))


def _set_end(candidate: Candidate, field: str, tender: dict[str, Any], name: str) -> None:
    words = _end_of(tender, name)
    if not words:
        if field == "closes":
            candidate.problems.append(Sentence("It has no tender.tenderPeriod.endDate."))
        return
    candidate.fields[field] = _words_of(words) or shorten_value(words)
    if not _words_of(words):
        candidate.problems.append(
            Sentence(
                "{name}.endDate {text} is no day and no time with its offset from UTC.",
                name=name,
                text=repr(shorten_value(words)),
            )
        )
    elif field == "closes" and (at := candidates.read_iso(words)):
        candidate.first = at if isinstance(at, date) else at.day


def _end_of(tender: Any, name: str) -> str:
    period = tender.get(name) if isinstance(tender, dict) else None
    return _string(period.get("endDate")) if isinstance(period, dict) else ""


def _words_of(words: str) -> str:
    """Return a day or an exact time as the calendar file has it; "" if it is neither."""
    at = candidates.read_iso(words)
    if at is None:
        return ""
    return at.isoformat() if isinstance(at, date) else candidates.moment_in_words(at)


def _set_documents(candidate: Candidate, tender: dict[str, Any], language: str | None) -> None:
    documents = []
    for each in _dicts(tender.get("documents"))[:200]:
        url = _string(each.get("url"))
        label = candidates.tidy_title(_string(each.get("title")) or _string(each.get("id"))) or "Document"
        if candidates.is_https(url):
            documents.append({"title": {language: label} if language else label, "url": url})
        elif url:
            candidate.remark(
                Sentence("Left out, a document that is not at an https address: {text}", text=shorten_value(url))
            )
    if documents:
        candidate.fields["documents"] = documents


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
