"""Find the changes between two revisions of a record that subscribers are notified of: times, status, place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrence_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from calendar_service.records.record import Link, Place, Point, Question, Record, Schedule, Span
    from calendar_service.records.texts import Text


class ChangeKind(StrEnum):
    """The kind of a change to a record or to a part of it."""

    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    POSTPONED = "postponed"
    REVIVED = "revived"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"
    OCCURRENCE_CANCELLED = "occurrence cancelled"
    OCCURRENCE_RESTORED = "occurrence restored"
    SERIES = "series"
    PLACE = "place"
    DOCUMENT = "document"
    QUESTION = "question"
    CORRIGENDUM = "corrigendum"


@dataclass(frozen=True)
class RecordChange:
    """One change of a record.

    `moment` is the moment that was moved, added or removed; STARTS stands for the whole time span of an event.
    `session` is the id of the session concerned, `occurrence` the day that the rule gave to it. A SERIES change says
    only that the rule or its days differ. A CORRIGENDUM is a note of change without any other change. CONFIRMED says
    that a tentative record, of which other things have changed, is sure now.
    """

    what: ChangeKind
    moment: MomentName | None = None
    session: str = ""
    occurrence: date | None = None
    old: Point | Span | None = None
    new: Point | Span | None = None
    old_place: Place | None = None
    new_place: Place | None = None
    old_document: Link | None = None
    new_document: Link | None = None
    old_answer: Question | None = None
    new_answer: Question | None = None


class RecordState(StrEnum):
    """Whether a record takes place, as far as reminders are concerned."""

    ON = "on"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


def record_state(record: Record, *, withdrawn: bool) -> RecordState:
    """Return the state of a record that is `withdrawn` or not; a tentative record counts as taking place."""
    if withdrawn:
        return RecordState.WITHDRAWN
    match record.status:
        case Status.CANCELLED:
            return RecordState.CANCELLED
        case Status.POSTPONED:
            return RecordState.POSTPONED
    return RecordState.ON


def find_changes(
    old: tuple[Record, RecordState], new: tuple[Record, RecordState], zone: str, now: datetime
) -> list[RecordChange]:
    """Return the changes that subscribers are notified of, most important first.

    `zone` is the calendar's, `now` an aware datetime: what is past on both sides is left out. For a record that takes
    place neither before nor after, only a change of its state is returned.
    """
    before, old_state = old
    after, new_state = new
    found = [RecordChange(_STANDINGS[new_state])] if old_state is not new_state else []
    if new_state is not RecordState.ON:
        return found
    found += [each for each in _moved(before, after) if _is_ahead(each, zone, now)]
    if _where(before) != _where(after):
        found.append(RecordChange(ChangeKind.PLACE, old_place=before.place, new_place=after.place))
    found += [each for each in _moved_sessions(before, after) if _is_ahead(each, zone, now)]
    if found and (before.status, after.status) == (Status.TENTATIVE, Status.CONFIRMED):
        found.insert(0, RecordChange(ChangeKind.CONFIRMED))
    if after.kind is Kind.TENDER:
        found += [*_new_documents(before, after), *_new_answers(before, after)]
        if not found and after.note_of_change and after.note_of_change != before.note_of_change:
            found.append(RecordChange(ChangeKind.CORRIGENDUM))
    return found


def _new_documents(old: Record, new: Record) -> Iterator[RecordChange]:
    """Yield the documents that were not there; one of the same title replaces the other."""
    known = {each.url for each in old.documents}
    kept = {each.url for each in new.documents}
    for each in new.documents:
        if each.url not in known:
            replaced = [other for other in old.documents if other.title == each.title and other.url not in kept]
            old_document = replaced[0] if replaced else None
            yield RecordChange(ChangeKind.DOCUMENT, old_document=old_document, new_document=each)


def _new_answers(old: Record, new: Record) -> Iterator[RecordChange]:
    """Yield the questions that are newly answered, and those of the same words with another answer.

    Neither a translation that is added nor a question that is put better is news.
    """
    for each in new.questions:
        same = [other for other in old.questions if not _says_other(other.question, each.question)]
        gone = [other for other in old.questions if other not in new.questions]
        if not any(_answers_alike(other, each) for other in [*same, *gone]):
            yield RecordChange(ChangeKind.QUESTION, old_answer=same[0] if same else None, new_answer=each)


def _answers_alike(old: Question, new: Question) -> bool:
    return not _says_other(old.answer, new.answer)


_STANDINGS = {
    RecordState.ON: ChangeKind.REVIVED,
    RecordState.POSTPONED: ChangeKind.POSTPONED,
    RecordState.CANCELLED: ChangeKind.CANCELLED,
    RecordState.WITHDRAWN: ChangeKind.WITHDRAWN,
}


def _moved(old: Record, new: Record) -> Iterator[RecordChange]:
    milestones = [name for name in MomentName if name in old.milestones or name in new.milestones]
    for name in sorted(milestones, key=lambda each: each is not MomentName.CLOSES):
        was, now_at = old.milestones.get(name), new.milestones.get(name)
        yield from _change(name, was.at if was else None, now_at.at if now_at else None)
    if old.schedule and new.schedule:
        yield from _rescheduled(old.schedule, new.schedule)


def _moved_sessions(old: Record, new: Record) -> Iterator[RecordChange]:
    was_sessions = {each.id: each.span for each in old.sessions}
    for each in new.sessions:
        yield from _change(MomentName.STARTS, was_sessions.pop(each.id, None), each.span, each.id)
    for session_id, span in was_sessions.items():
        yield RecordChange(ChangeKind.REMOVED, MomentName.STARTS, session_id, old=span)


def _change(
    name: MomentName, old: Point | Span | None, new: Point | Span | None, session: str = ""
) -> Iterator[RecordChange]:
    if old == new:
        return
    what = ChangeKind.ADDED if old is None else ChangeKind.REMOVED if new is None else ChangeKind.MOVED
    yield RecordChange(what, name, session, old=old, new=new)


def _rescheduled(old: Schedule, new: Schedule) -> Iterator[RecordChange]:
    if old.rule is None and new.rule is None:
        yield from _change(MomentName.STARTS, old.span, new.span)
        return
    if _series(old) != _series(new):
        yield RecordChange(ChangeKind.SERIES, MomentName.STARTS, old=old.span, new=new.span)
        return
    days = {each.occurrence for each in (*old.changes, *new.changes)}
    for day in sorted(days):
        was, now_at = occurrence_on(old, day), occurrence_on(new, day)
        if now_at.is_cancelled and not was.is_cancelled:
            what = ChangeKind.OCCURRENCE_CANCELLED
        elif was.is_cancelled and not now_at.is_cancelled:
            what = ChangeKind.OCCURRENCE_RESTORED
        elif was.span != now_at.span:
            what = ChangeKind.MOVED
        else:
            continue
        yield RecordChange(what, MomentName.STARTS, occurrence=day, old=was.span, new=now_at.span)


def _series(schedule: Schedule) -> tuple[object, ...]:
    rule = replace(schedule.rule, words="") if schedule.rule else None
    return schedule.span, rule, frozenset(schedule.excepted)


def _is_ahead(difference: RecordChange, zone: str, now: datetime) -> bool:
    spans = [span for span in (difference.old, difference.new) if span is not None]
    return difference.what is ChangeKind.SERIES or any(instant_bounds(span, zone)[1] >= now for span in spans)


def is_other_place(old: Place, new: Place) -> bool:
    """Return True if what was told of the old place is no longer so; telling more of the same place changes nothing."""
    if _says_other(old.name, new.name) or _says_other(old.city, new.city):
        return True
    lines = ((old.country, new.country), (old.address, new.address))
    return old.online != new.online or any(was and now != was for was, now in lines)


def _says_other(old: Text, new: Text) -> bool:
    """Return True if a text reads differently in a language that it had."""
    return any(new.get(code) != text for code, text in old.items())


def _where(record: Record) -> tuple[object, ...]:
    place = record.place
    return (place.name, place.city, place.country, place.address, place.online) if place else ()
