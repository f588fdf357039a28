"""Import Open Contracting Data (OCDS 1.1), a release or record package, as candidates for tenders."""

from __future__ import annotations

from datetime import date
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

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALLED_OFF = frozenset({"cancelled", "withdrawn", "unsuccessful"})


def read_ocds(text: str, language: str | None) -> Imported:
    """Parse a package; the latest release of each process counts. Raise UnfitSource."""
    latest: dict[str, dict[str, Any]] = {}
    imported = Imported()
    for release in _releases(read_json(text)):
        name = _string(release.get("ocid")) or f"#{len(latest)}"
        if not isinstance(release.get("tender"), dict):
            imported.add(_ignored(release, text, "it has no tender."))
            continue
        # A later line of the same date replaces the earlier, as publishers append.
        former = latest.get(name, {})
        is_later = _string(release.get("date")) >= _string(former.get("date"))
        if former:
            imported.add(_ignored(former if is_later else release, text, "a later release replaces it."))
        if is_later:
            latest[name] = release
    if not latest:
        raise UnfitSource("there is no OCDS tender in it.", remedy="Give a release package or a record package.")
    for release in latest.values():
        imported.add(_candidate(release, _line_of(release, text), language))
    return imported


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
            compiled = record.get("compiledRelease")
            yield from [compiled] if isinstance(compiled, dict) else _dicts(record.get("releases"))


def _line_of(release: dict[str, Any], text: str) -> int:
    name = _string(release.get("ocid"))
    at = text.find(f'"{name}"') if name else -1
    return text.count("\n", 0, max(at, 0)) + 1


def _candidate(release: dict[str, Any], line: int, language: str | None) -> Candidate:
    tender = release["tender"]
    candidate = Candidate(line, {"kind": "tender"})
    own = language or _string(release.get("language")).partition("-")[0].lower() or None
    title = candidates.tidy_title(_string(tender.get("title")))
    if not title:
        candidate.problems.append("It has no tender.title.")
    candidates.set_text_field(candidate, "title", title, own)
    candidates.set_text_field(candidate, "summary", candidates.tidy_block(_string(tender.get("description"))), own)
    _set_end(candidate, "closes", tender, "tenderPeriod")
    _set_end(candidate, "questions_by", tender, "enquiryPeriod")
    buyer = release.get("buyer")
    name = _string(buyer.get("name")) if isinstance(buyer, dict) else ""
    candidates.set_text_field(candidate, "buyer", candidates.tidy_title(name), own)
    if reference := candidates.tidy_title(_string(tender.get("id")) or _string(release.get("ocid"))):
        candidate.fields["reference"] = reference
    _set_documents(candidate, tender, own)
    status = _string(tender.get("status"))
    if status in _CALLED_OFF:
        candidate.fields["status"] = "cancelled"
    return candidate


def _set_end(candidate: Candidate, field: str, tender: dict[str, Any], name: str) -> None:
    period = tender.get(name)
    words = _string(period.get("endDate")) if isinstance(period, dict) else ""
    if not words:
        if field == "closes":
            candidate.problems.append("It has no tender.tenderPeriod.endDate.")
        return
    at = candidates.read_iso(words)
    if at is None:
        candidate.fields[field] = shorten_value(words)
        candidate.problems.append(
            f"{name}.endDate {shorten_value(words)!r} is no day and no time with its offset from UTC."
        )
    elif isinstance(at, date):
        candidate.fields[field] = at.isoformat()
    else:
        candidate.fields[field] = candidates.moment_in_words(at)
    if field == "closes" and at:
        candidate.first = at if isinstance(at, date) else at.day


def _set_documents(candidate: Candidate, tender: dict[str, Any], language: str | None) -> None:
    documents = []
    for each in _dicts(tender.get("documents"))[:200]:
        url = _string(each.get("url"))
        label = candidates.tidy_title(_string(each.get("title")) or _string(each.get("id"))) or "Document"
        if candidates.is_https(url):
            documents.append({"title": {language: label} if language else label, "url": url})
        elif url:
            candidate.remark(f"Left out, a document that is not at an https address: {shorten_value(url)}")
    if documents:
        candidate.fields["documents"] = documents


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
