"""The state of a record or of one occurrence in words: called off, moved, at another place, and why.

Whatever does not take place has no link to join, to register or to add it to a calendar, on any surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.moments import UNKNOWN_LENGTH, instant_bounds
from calendar_service.records.occurrences import occurrence_on, shift
from calendar_service.writers import phrases
from calendar_service.writers.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date, datetime

    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Calendar, Point, Schedule, Span
    from calendar_service.records.texts import Text
    from calendar_service.writers.i18n import Language

_MOST_CHANGES = 20


@dataclass(frozen=True)
class StateTexts:
    """The state in one word, "" if all is as planned, and the sentences on it, of which each may be empty.

    `reason` is the corrigendum of a record in no such state.
    """

    word: str
    moved: str = ""
    place: str = ""
    reason: phrases.MarkedText | None = None

    @property
    def lines(self) -> list[str]:
        """The sentences that are not empty."""
        return [line for line in (self.moved, self.place, self.reason.words if self.reason else "") if line]


def takes_place(entry: Entry, occurrence: Occurrence | None = None) -> bool:
    """Return True if a record, or one occurrence of it, is neither called off nor postponed."""
    return entry.revision.holds and not (occurrence and occurrence.is_cancelled)


def shown_join(entry: Entry, occurrence: Occurrence | None = None) -> str:
    """Return the address to join at, the same on all surfaces; "" for what does not take place."""
    return entry.record.join if takes_place(entry, occurrence) else ""


def shown_registration(entry: Entry, occurrence: Occurrence | None = None) -> str:
    """Return the address to register at, "" for what does not take place."""
    return entry.record.registration_url if takes_place(entry, occurrence) else ""


def open_registration(entry: Entry, zone: str, now: datetime, occurrence: Occurrence | None = None) -> str:
    """Return the address to register at while one still can: until registration closes, if that is announced.

    Whole days are those of `zone`; `now` is aware.
    """
    closing = entry.record.milestones.get(MomentName.REGISTRATION_CLOSES)
    is_closed = closing is not None and instant_bounds(closing.at, zone)[1] < now
    return "" if is_closed else shown_registration(entry, occurrence)


def is_closed(entry: Entry, zone: str, now: datetime) -> bool:
    """Return True for a call for tenders whose deadline was before `now` (aware); whole days are those of `zone`."""
    closing = entry.record.milestones.get(MomentName.CLOSES)
    return closing is not None and instant_bounds(closing.at, zone)[1] < now


def can_be_added(entry: Entry, zone: str, now: datetime, occurrence: Occurrence | None = None) -> bool:
    """Return True if a record, or one occurrence of it, is worth an entry in somebody's own calendar at `now`."""
    schedule = entry.record.schedule
    span = occurrence.span if occurrence else schedule.span if schedule else None
    has_ended = is_closed(entry, zone, now) or (span is not None and is_over(span, zone, now))
    return takes_place(entry, occurrence) and not has_ended


def is_over(span: Point | Span, zone: str, now: datetime) -> bool:
    """Return True if a span has ended before `now` (aware); an end that is not announced is an hour after the start."""
    begins, ends = instant_bounds(span, zone)
    return ends + (UNKNOWN_LENGTH if begins == ends else timedelta()) < now


def moved_from(entry: Entry, occurrence: Occurrence | None = None) -> Span | None:
    """Return where a record, or one occurrence of a series, was planned before; None if it has not moved."""
    schedule = entry.record.schedule
    if occurrence and occurrence.is_moved and schedule and schedule.rule:
        return shift(schedule.span, occurrence.day)
    return entry.planned_before


def state_texts(entry: Entry, calendar: Calendar, lang: Language, occurrence: Occurrence | None = None) -> StateTexts:
    """Return the state of a record, or of one occurrence, in words; the reason stands wherever there is a state."""
    word = lang.gettext("Cancelled") if occurrence and occurrence.is_cancelled else phrases.state(entry, lang)
    old = moved_from(entry, occurrence)
    moved = lang.gettext("Moved from {old}.", old=phrases.when_words(old, calendar.zone, lang)) if old else ""
    before = phrases.place(entry.place_before, lang)
    place = lang.gettext("Place changed; it was: {place}", place=plain(before)) if before else ""
    has_state = word or moved or place
    reason = reason_of(entry, lang, occurrence) if has_state else _corrigendum(entry, lang)
    return StateTexts(word, moved, place, reason)


def _corrigendum(entry: Entry, lang: Language) -> phrases.MarkedText | None:
    """Return the note of a change that is none of time, place or status; None if there is none."""
    if not entry.has_corrigendum:
        return None
    message = phrases.CORRIGENDUM if entry.record.kind is Kind.TENDER else phrases.NOTE_OF_CHANGE
    return phrases.reason(_present_reason(entry, None), lang, message)


def reason_of(entry: Entry, lang: Language, occurrence: Occurrence | None = None) -> phrases.MarkedText | None:
    """Return why a record, or one occurrence of it, is as it is.

    What has just left the file was last changed for another reason.
    """
    return phrases.reason(_present_reason(entry, occurrence), lang)


def told_reason(entry: Entry, lang: Language, occurrence: Occurrence | None = None) -> phrases.MarkedText | None:
    """Return the reason of whatever has changed about a record or its occurrences; None if all is as first planned.

    An `occurrence` that has a reason of its own is told of with that.
    """
    return phrases.reason(told_reason_text(entry, occurrence), lang)


def told_reason_text(entry: Entry, occurrence: Occurrence | None = None) -> Text:
    """Return that reason in all its languages; {} if all is as first planned."""
    schedule = entry.record.schedule
    has_changed = (
        entry.is_called_off
        or entry.record.status is not Status.CONFIRMED
        or entry.planned_before
        or entry.place_before
        or entry.deadline_history
        or entry.has_corrigendum
        or (schedule and schedule.changes)
    )
    return _present_reason(entry, occurrence) if has_changed else {}


def _present_reason(entry: Entry, occurrence: Occurrence | None) -> Text:
    if entry.revision.withdrawn and entry.record.status is not Status.CANCELLED:
        return {}
    return (occurrence.reason if occurrence else {}) or entry.record.note_of_change


def series_lines(
    entry: Entry, calendar: Calendar, lang: Language, since: datetime | None = None, besides: Container[date] = ()
) -> list[str]:
    """Return a sentence for each moved or cancelled occurrence of a series, one for the days left out, and the reason.

    With `since` (aware), only what is not over then is named. `besides` are the days by the rule of the occurrences
    that are shown already.
    """
    schedule, zone = entry.record.schedule, calendar.zone
    if schedule is None or schedule.rule is None:
        return []
    changed = [occurrence_on(schedule, change.occurrence) for change in schedule.changes]
    ahead = [each for each in changed if since is None or _is_ahead(each, schedule, zone, since)]
    shown = sorted((each for each in ahead if each.day not in besides), key=lambda each: each.day)[-_MOST_CHANGES:]
    lines = [line for each in shown for line in _changed(each, entry, schedule, calendar, lang)]
    is_told = phrases.state(entry, lang) or entry.planned_before or entry.place_before or entry.has_corrigendum
    reason = None if is_told or all(each.reason for each in shown) else reason_of(entry, lang)
    return [*lines, *([reason.words] if reason else []), *_left_out(schedule, zone, lang, since)]


def _changed(occurrence: Occurrence, entry: Entry, schedule: Schedule, calendar: Calendar, lang: Language) -> list[str]:
    """Return the sentence on a changed occurrence, and its own reason."""
    zone = calendar.zone
    words = phrases.when_words(occurrence.span, zone, lang)
    if occurrence.is_cancelled:
        sentence = lang.gettext("{label}: {title}", label=lang.gettext("Cancelled"), title=words)
    else:
        old = phrases.when_words(shift(schedule.span, occurrence.day), zone, lang)
        sentence = lang.gettext("{when}: moved from {old}.", when=words, old=old)
    reason = reason_of(entry, lang, occurrence) if occurrence.reason else None
    return [sentence, reason.words] if reason else [sentence]


def _left_out(schedule: Schedule, zone: str, lang: Language, since: datetime | None) -> list[str]:
    days = [
        day
        for day in sorted(schedule.excepted)
        if since is None or instant_bounds(shift(schedule.span, day), zone)[1] >= since
    ]
    words = [lang.day(day, weekday=False) for day in days[-_MOST_CHANGES:]]
    return [lang.gettext("Not on {days}.", days=lang.join(words))] if words else []


def _is_ahead(occurrence: Occurrence, schedule: Schedule, zone: str, since: datetime) -> bool:
    spans = (occurrence.span, shift(schedule.span, occurrence.day))
    return any(instant_bounds(span, zone)[1] >= since for span in spans)
