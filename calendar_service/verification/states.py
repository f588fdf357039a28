"""The state of a record and its reason: what outputs must say of them, and what is read out of their words.

The words are written down here again, and not taken from the catalogues, for the languages that are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from babel import Locale

from calendar_service.records.changes import RecordState
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrence_on
from calendar_service.verification.facts import StatedTime

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Point, Record, Span

_UNKNOWN_LENGTH = timedelta(hours=1)
_AS_PLANNED = "as planned"
_MOST_CHANGES = 20


@dataclass(frozen=True)
class _Words:
    cancelled: str
    withdrawn: str
    postponed: str
    tentative: str
    reason: str
    corrigendum: str
    change: str
    foreign: str


_WORDS = {
    "en": _Words("Cancelled", "Withdrawn", "Postponed", "To be confirmed", "Reason", "Corrigendum", "Change", "in"),
    "fr": _Words("Annulé", "Retiré", "Reporté", "À confirmer", "Motif", "Rectificatif", "Modification", "en"),
}


def is_on(entry: Entry, occurrence: Occurrence | None = None) -> bool:
    """Return True if a record, or one occurrence of it, takes place."""
    return entry.revision.state is RecordState.ON and not (occurrence and occurrence.is_cancelled)


def expect_status(entry: Entry, occurrence: Occurrence | None = None) -> str:
    """Return the status in the words of the file."""
    cancelled = entry.is_called_off or (occurrence is not None and occurrence.is_cancelled)
    return "cancelled" if cancelled else entry.record.status.value


def expect_state(
    entry: Entry, lang: str, occurrence: Occurrence | None = None, name: str = "", *, is_whole: bool = False
) -> list[StatedTime]:
    """Return what people must be told of a state; of a series' occurrences too where it `is_whole`."""
    words = _WORDS.get(lang)
    if words is None:
        return []
    status = expect_status(entry, occurrence)
    word = words.withdrawn if _is_stale(entry) else ""
    word = word or {"cancelled": words.cancelled, "postponed": words.postponed, "tentative": words.tentative}.get(
        status, ""
    )
    corrigendum = [] if _has_state(entry, occurrence) else _corrigendum(entry, lang, words)
    if is_whole and _has_changes(entry):
        return _facts(word, _reasons_of_series(entry, lang, words), name, corrigendum)
    reason = _reason(entry, lang, words, occurrence) if _has_state(entry, occurrence) else ""
    return _facts(word, [reason] if reason else [], name, corrigendum)


def expect_shown_state(entry: Entry, lang: str, occurrence: Occurrence | None = None) -> list[StatedTime]:
    """Return what a part of a page must say of a state: nothing where all is as planned."""
    return [fact for fact in expect_state(entry, lang, occurrence) if fact.value != _AS_PLANNED]


def read_told_state(title: str, text: str, lang: str, name: str = "", record: Record | None = None) -> list[StatedTime]:
    """Return what a title and a text say of the state, as `expect_state` does.

    What the texts of `record` itself say is no corrigendum.
    """
    words = _WORDS.get(lang)
    if words is None:
        return []
    known = (words.cancelled, words.withdrawn, words.postponed, words.tentative)
    word = next((each for each in known if re.match(rf"{each}\s?: ", title)), "")
    lines = text.split("\n")
    own = _own_lines(record) if record else set()
    corrigenda = [each for each in _corrigenda(lines, words) if each not in own]
    return _facts(word, _reasons(lines, words), name, corrigenda)


def read_shown_state(states: Iterable[str], reasons: Iterable[str], lang: str) -> list[StatedTime]:
    """Return what a part of a page says of the state: its marks and its reasons."""
    words = _WORDS.get(lang)
    if words is None:
        return []
    lines = list(reasons)
    told = _facts("", _reasons(lines, words), "", _corrigenda(lines, words))[1:]
    return [StatedTime("state", state) for state in states] + told


def is_reason(line: str, lang: str) -> bool:
    """Return True if a line is labelled as a reason, or as the note of a change."""
    words = _WORDS.get(lang)
    return words is not None and bool(_reasons([line], words) or _corrigenda([line], words))


def says_off(states: Iterable[str], lang: str) -> bool:
    """Return True if the marks of a part of a page say that it does not take place."""
    words = _WORDS.get(lang)
    return words is not None and any(each in (words.cancelled, words.withdrawn, words.postponed) for each in states)


def expect_listed_state(entry: Entry, lang: str) -> list[StatedTime]:
    """Return what lists for programs must say: the status, and the reason with its language."""
    found = [StatedTime("status", expect_status(entry))]
    note = entry.record.note_of_change
    has_changed = _has_state(entry, None) or _has_changes(entry) or entry.deadline_history or entry.has_corrigendum
    if note and has_changed and not _is_stale(entry):
        code = lang if lang in note else next(iter(note))
        found.append(StatedTime("reason", f"{_one_line(note[code])} [{code}]"))
    return found


def links_of(record: Record) -> dict[str, str]:
    """Return the links of a record that what does not take place may not have: to join and to register."""
    others = [record.url, *record.summary.values(), *(each.url for each in record.documents)]
    links = {"join": record.join, "register": record.registration_url}
    return {name: url for name, url in links.items() if url and not any(url in other for other in others)}


def read_links(record: Record, text: str, name: str) -> StatedTime:
    """Return which of a record's links a text has."""
    return StatedTime(f"links of {name}", " ".join(key for key, url in links_of(record).items() if url in text))


def expect_links(entry: Entry, occurrence: Occurrence | None, name: str) -> StatedTime:
    """Return which links an entry must have: none if it does not take place."""
    return StatedTime(f"links of {name}", " ".join(links_of(entry.record)) if is_on(entry, occurrence) else "")


def open_links(entry: Entry, occurrence: Occurrence | None, span: Point | Span, zone: str, now: datetime) -> list[str]:
    """Return the names of the links that are of use at `now` (aware)."""
    if not is_on(entry, occurrence) or has_ended(span, zone, now):
        return []
    closing = entry.record.milestones.get(MomentName.REGISTRATION_CLOSES)
    is_closed = closing is not None and instant_bounds(closing.at, zone)[1] < now
    return [name for name in links_of(entry.record) if not (name == "register" and is_closed)]


def has_ended(span: Point | Span, zone: str, now: datetime) -> bool:
    """Return True if a span has ended; an end that is not announced is taken to be an hour after the start."""
    begins, ends = instant_bounds(span, zone)
    return ends + (_UNKNOWN_LENGTH if begins == ends else timedelta()) < now


def _facts(word: str, reasons: Iterable[str], name: str, corrigenda: Iterable[str] = ()) -> list[StatedTime]:
    of = f" of {name}" if name else ""
    told = [StatedTime(f"reason{of}", each) for each in reasons]
    told += [StatedTime(f"corrigendum{of}", each) for each in corrigenda]
    return [StatedTime(f"state{of}", word or _AS_PLANNED), *told]


def _reasons(lines: Iterable[str], words: _Words) -> list[str]:
    found = (re.match(rf"{words.reason}\s?:\s(.*)", _one_line(line)) for line in lines)
    return [match[1] for match in found if match]


def _corrigenda(lines: Iterable[str], words: _Words) -> list[str]:
    """Return the lines that are labelled as the note of a change that is none of time, place or status."""
    label = rf"({words.corrigendum}|{words.change})\s?:\s"
    return [_labelled(each) for each in lines if re.match(label, _one_line(each))]


def _own_lines(record: Record) -> set[str]:
    """Return the lines of a record's summary, and those of its documents."""
    lines = [line for text in record.summary.values() for line in text.split("\n")]
    lines += [f"{title}: {each.url}" for each in record.documents for title in each.title.values()]
    return {_labelled(each) for each in lines}


def _labelled(line: str) -> str:
    return re.sub(r"\s:", ":", _one_line(line), count=1)


def expect_own_reason(occurrence: Occurrence, lang: str) -> str:
    """Return the reason that is told of one occurrence alone, with its language; "" if there is none."""
    if not occurrence.reason:
        return ""
    code = lang if lang in occurrence.reason else next(iter(occurrence.reason))
    return f"{_one_line(occurrence.reason[code])} [{code}]"


def _reason(entry: Entry, lang: str, words: _Words, occurrence: Occurrence | None = None) -> str:
    note = (occurrence.reason if occurrence else {}) or entry.record.note_of_change
    if not note or _is_stale(entry):
        return ""
    code = lang if lang in note else next(iter(note))
    mark = f" ({words.foreign} {Locale.parse(lang).languages.get(code, code)})" if code != lang else ""
    return f"{_one_line(note[code])}{mark}"


def _corrigendum(entry: Entry, lang: str, words: _Words) -> list[str]:
    label = words.corrigendum if entry.record.kind is Kind.TENDER else words.change
    return [f"{label}: {_reason(entry, lang, words)}"] if entry.has_corrigendum else []


def _reasons_of_series(entry: Entry, lang: str, words: _Words) -> list[str]:
    """Return the reasons in a text about a whole series: of each changed occurrence its own, and once the record's."""
    schedule = entry.record.schedule
    changes = schedule.changes[-_MOST_CHANGES:] if schedule else ()
    changed = [occurrence_on(schedule, each.occurrence) for each in changes] if schedule else []
    found = [_reason(entry, lang, words, each) for each in changed if each.reason and not _is_stale(entry)]
    if _has_state(entry, None) or not (entry.has_corrigendum or all(each.reason for each in changed)):
        found.append(_reason(entry, lang, words))
    return [each for each in found if each]


def _is_stale(entry: Entry) -> bool:
    """Return True if the reason was given for something else: nothing says why a record left the file."""
    return entry.revision.withdrawn and entry.record.status is not Status.CANCELLED


def _has_state(entry: Entry, occurrence: Occurrence | None) -> bool:
    is_planned = expect_status(entry, occurrence) == Status.CONFIRMED
    differs = occurrence is not None and (occurrence.is_moved or occurrence.is_cancelled)
    return not is_planned or differs or bool(entry.planned_before or entry.place_before)


def _has_changes(entry: Entry) -> bool:
    schedule = entry.record.schedule
    return schedule is not None and bool(schedule.rule and schedule.changes)


def _one_line(text: str) -> str:
    return " ".join(text.split())
