"""Texts about changes of a record: the headline of a notice, and old and new values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.changes import ChangeKind
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import first_day_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.shorten import shorten
from calendar_service.records.times import DaySpan, write_instant
from calendar_service.reminders.messages.content import ChangedValue
from calendar_service.writers import phrases
from calendar_service.writers.description import as_session, message_times
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.states import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Link, Point, Record, Session, Span
    from calendar_service.records.texts import Text
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_ANSWER = 600

STANDINGS = frozenset(
    {
        ChangeKind.CANCELLED,
        ChangeKind.WITHDRAWN,
        ChangeKind.POSTPONED,
        ChangeKind.REVIVED,
        ChangeKind.CONFIRMED,
        ChangeKind.CORRIGENDUM,
    }
)
"""Differences of a record as a whole, which have no old and new time."""


def headline(difference: RecordChange, lang: Language, *, is_correction: bool = False) -> str:
    """Return a short headline for a change: "Deadline extended", or "Date corrected"."""
    gettext = lang.gettext
    session = bool(difference.session)
    match difference.what:
        case ChangeKind.MOVED:
            return gettext("Date corrected") if is_correction else _moved(difference, lang)
        case ChangeKind.ADDED:
            return gettext("Session added") if session else gettext("Date added")
        case ChangeKind.REMOVED:
            return gettext("Session removed") if session else gettext("Date removed")
        case ChangeKind.DOCUMENT:
            return gettext("Document replaced") if difference.old_document else gettext("New document")
        case ChangeKind.QUESTION:
            return gettext("Answer changed") if difference.old_answer else gettext("Question answered")
    words = {
        ChangeKind.CANCELLED: gettext("Cancelled"),
        ChangeKind.WITHDRAWN: gettext("Withdrawn"),
        ChangeKind.POSTPONED: gettext("Postponed"),
        ChangeKind.REVIVED: gettext("Takes place after all"),
        ChangeKind.CONFIRMED: gettext("Confirmed"),
        ChangeKind.OCCURRENCE_CANCELLED: gettext("One date cancelled"),
        ChangeKind.OCCURRENCE_RESTORED: gettext("One date takes place after all"),
        ChangeKind.SERIES: gettext("New dates"),
        ChangeKind.PLACE: gettext("Place changed"),
        ChangeKind.CORRIGENDUM: gettext("Corrigendum"),
    }
    return words[difference.what]


def planned_label(kind: Kind, lang: Language) -> str:
    """Return the label of a time that is called off: of a call for tenders it was the deadline."""
    return lang.gettext("The deadline was") if kind is Kind.TENDER else lang.gettext("Was planned for")


def new_headline(kind: Kind, lang: Language) -> str:
    """Return the headline for a new record."""
    names = {
        Kind.EVENT: lang.gettext("New event"),
        Kind.WEBINAR: lang.gettext("New webinar"),
        Kind.TENDER: lang.gettext("New call for tenders"),
    }
    return names[kind]


def _moved(difference: RecordChange, lang: Language) -> str:
    gettext, later = lang.gettext, _is_later(difference)
    if difference.session:
        return gettext("Session moved")
    match difference.moment:
        case MomentName.CLOSES:
            return gettext("Deadline extended") if later else gettext("Deadline brought forward")
        case MomentName.QUESTIONS_BY:
            return gettext("More time for questions") if later else gettext("Less time for questions")
        case MomentName.REGISTRATION_CLOSES:
            return gettext("Registration open longer") if later else gettext("Registration closes earlier")
        case MomentName.OPENS:
            return gettext("Opening of bids moved")
        case MomentName.AWARD_EXPECTED:
            return gettext("Award date changed")
    return gettext("New time") if _same_day(difference) else gettext("New date")


def _is_later(difference: RecordChange) -> bool:
    old, new = difference.old, difference.new
    return old is not None and new is not None and instant_bounds(new, "UTC") > instant_bounds(old, "UTC")


def _same_day(difference: RecordChange) -> bool:
    match difference.old, difference.new:
        case (DaySpan() | TimeSpan()) as old, (DaySpan() | TimeSpan()) as new:
            return first_day_of(old) == first_day_of(new)
    return False


def changed_row(
    difference: RecordChange,
    records: tuple[Record | None, Record],
    entry: Entry,
    calendar: Calendar,
    view: RenderContext,
) -> ChangedValue:
    """Return the old and the new value of a change. `records` are the record before and after."""
    reason = own_reason(difference, records[1], view.lang)
    row = _values_of(difference, records, entry, calendar, view)
    return replace(row, reason=reason.words) if reason else row


def own_reason(difference: RecordChange, after: Record, lang: Language) -> phrases.MarkedText | None:
    """Return the reason that is told of one occurrence of a series alone; None if there is none."""
    changes = after.schedule.changes if after.schedule and difference.occurrence else ()
    reasons = (phrases.reason(each.reason, lang) for each in changes if each.occurrence == difference.occurrence)
    return next(reasons, None)


def reason_for(differences: Iterable[RecordChange], entry: Entry, lang: Language) -> phrases.MarkedText | None:
    """Return the record's reason for changes, None if each of them has one of its own."""
    has_own = all(own_reason(each, entry.record, lang) for each in differences)
    return None if has_own else reason_of(entry, lang)


def _values_of(
    difference: RecordChange,
    records: tuple[Record | None, Record],
    entry: Entry,
    calendar: Calendar,
    view: RenderContext,
) -> ChangedValue:
    lang = view.lang
    label = _label(difference, records, lang)
    if difference.what is ChangeKind.PLACE:
        was, new = (
            [clean_line(text)] if (text := phrases.place(place, lang)) else []
            for place in (difference.old_place, difference.new_place)
        )
        return ChangedValue(label, was, new or [lang.gettext("not yet known")])
    if difference.new_document:
        return ChangedValue(headline(difference, lang), [], [document_title(difference.new_document, lang)])
    if difference.new_answer:
        was = [_short(difference.old_answer.answer, lang)] if difference.old_answer else []
        texts = (difference.new_answer.question, difference.new_answer.answer)
        return ChangedValue(headline(difference, lang), was, [_short(text, lang) for text in texts])

    session = _session_of(difference, records)
    record = as_session(entry.record, session) if session else entry.record

    def lines(span: Point | Span | None) -> list[str]:
        return message_times(span, record, calendar, view) if span else []

    old = lines(difference.old)[:1]  # what is no longer valid is shown on one clock
    match difference.what:
        case ChangeKind.OCCURRENCE_CANCELLED:
            return ChangedValue(headline(difference, lang), old, [])
        case ChangeKind.OCCURRENCE_RESTORED:
            return ChangedValue(headline(difference, lang), [], lines(difference.new))
        case ChangeKind.ADDED if difference.session:
            return ChangedValue(headline(difference, lang), [], _named(label, lines(difference.new)))
        case ChangeKind.REMOVED:
            return ChangedValue(headline(difference, lang), _named(label, old), [])
        case ChangeKind.SERIES:
            return _series(label, records, difference, calendar.zone, lang)
    return ChangedValue(label, old, lines(difference.new))


def _named(label: str, lines: list[str]) -> list[str]:
    """Return the lines with what they are the times of before the first."""
    return [f"{label}, {lines[0]}", *lines[1:]] if lines else [label]


def _series(
    label: str, records: tuple[Record | None, Record], difference: RecordChange, zone: str, lang: Language
) -> ChangedValue:
    sides = []
    for record, span in zip(records, (difference.old, difference.new), strict=True):
        rule = record.schedule.rule if record and record.schedule else None
        first = phrases.when_words(span, zone, lang) if span else ""
        sides.append([text for text in (first, phrases.rule(rule, lang) if rule else "") if text])
    return ChangedValue(label, sides[0], sides[1])


def _session_of(difference: RecordChange, records: tuple[Record | None, Record]) -> Session | None:
    """Return the session that a change is about, as it is now, or was last."""
    sessions = [each for record in records if record for each in record.sessions]
    return next((each for each in reversed(sessions) if each.id == difference.session), None)


def _label(difference: RecordChange, records: tuple[Record | None, Record], lang: Language) -> str:
    if difference.what is ChangeKind.PLACE:
        return lang.gettext("Where")
    if difference.session:
        session = _session_of(difference, records)
        return clean_line(phrases.pick(session.title, lang.code).text) if session else lang.gettext("Session")
    if difference.moment is MomentName.STARTS or difference.moment is None:
        # Of a series it is one date of several.
        is_one_of_series = difference.occurrence and difference.what is ChangeKind.MOVED
        return headline(difference, lang) if is_one_of_series else lang.gettext("When")
    return phrases.moment_label(difference.moment, lang)


def document_title(document: Link, lang: Language) -> str:
    """Return the title of a document on one line."""
    return clean_line(phrases.pick(document.title, lang.code).text) or document.url


def news_title(difference: RecordChange, lang: Language) -> str:
    """Return the title of a document, or the question, that a change is about; "" if it is about neither."""
    if difference.new_document:
        return document_title(difference.new_document, lang)
    return clean_line(phrases.pick(difference.new_answer.question, lang.code).text) if difference.new_answer else ""


def _short(text: Text, lang: Language) -> str:
    picked = phrases.pick(text, lang.code)
    kept = shorten(clean_line(picked.text), _MAX_ANSWER, at_word=True)
    return phrases.mark_language(phrases.LocalizedText(kept, picked.language), lang).words


def written_at(at: Point | Span) -> str:
    """Format a point, or the start of a span, for programs: an instant in UTC, or a date."""
    match at:
        case DaySpan(first, _):
            return first.isoformat()
        case TimeSpan(starts, _):
            return write_instant(starts.instant)
    return write_instant(at.instant)
