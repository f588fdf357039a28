"""Editions: what was published at one time, how it differs from the last one, and when to ask before publishing.

Every revision of every record is kept for ever, after a time without its texts. SEQUENCE, LAST-MODIFIED, the history of
moved deadlines and the withdrawn records are all derived by comparing revisions; none of them is stored separately.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.changes import RecordState, is_other_place, record_state
from calendar_service.records.deadline_history import DEADLINES, DeadlineChange, complete_history
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.errors import Sentence
from calendar_service.records.moments import instant_bounds, moments_of, record_bounds
from calendar_service.records.occurrences import occurrence_on, occurrences_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.rereading import READING, as_read_now, describe_rereading
from calendar_service.records.times import DaySpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from calendar_service.records.moments import Moment
    from calendar_service.records.record import Calendar, Place, Record, Schedule, Span, WithheldRecord

WITHDRAWN_STAYS = timedelta(days=90)
# A year finds nearly every series; the century finds one that comes every few years.
_FAR_AHEAD = (timedelta(days=366), timedelta(days=36525))
_MANY = 3
REMINDABLE = DEADLINES | {MomentName.STARTS}
"""The moments that subscribers are reminded of."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of one record. `withdrawn` means that the record left the file at `changed_at`.

    `edition` is the number of the edition it was published in, 0 before publication. `changed_at` is an aware datetime.
    `is_reread` means that some of its times differ from the revision before only by how their words are read.
    `is_reduced` means that only its times and the like are kept, not its texts and links.
    """

    record: Record
    number: int
    sequence: int
    changed_at: datetime
    withdrawn: bool = False
    edition: int = field(default=0, compare=False)
    is_reread: bool = False
    is_reduced: bool = field(default=False, compare=False)

    @property
    def state(self) -> RecordState:
        """Whether the record holds in this state, and if not, why."""
        return record_state(self.record, withdrawn=self.withdrawn)

    @property
    def holds(self) -> bool:
        """Return True if the record takes place as planned; a tentative one does."""
        return self.state is RecordState.ON


@dataclass(frozen=True, slots=True)
class ArmedSince:
    """The edition since which a moment has had its present time; `is_first` if since the record's first publication."""

    edition: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as an edition shows it: its current revision and `moves`, the deadline changes seen in publishing.

    `armed` has the moments that reminders are sent for, none if the record does not take place. `planned_before` is the
    original start of a record that happens once, None if it has not moved; `place_before` is the original place, None
    if it still happens there. `has_corrigendum` means that its note of change came without another time or place and
    without a status to explain. `is_abridged` means that something was left out of the record for a selection.
    """

    revision: Revision
    moves: tuple[DeadlineChange, ...] = ()
    armed: Mapping[MomentName, ArmedSince] = field(default_factory=dict)
    planned_before: Span | None = None
    place_before: Place | None = None
    has_corrigendum: bool = False
    is_abridged: bool = False

    @property
    def record(self) -> Record:
        """The record itself."""
        return self.revision.record

    @property
    def deadline_history(self) -> tuple[DeadlineChange, ...]:
        """The deadlines that were replaced, oldest first."""
        return complete_history(self.moves, self.record)

    @property
    def is_called_off(self) -> bool:
        """Return True if it will not take place: cancelled, or withdrawn from the calendar."""
        return self.revision.withdrawn or self.record.status is Status.CANCELLED

    def is_shown_at(self, now: datetime) -> bool:
        """Return True if it is public at `now` (aware): all but those withdrawn more than 90 days before."""
        return not self.revision.withdrawn or now < self.revision.changed_at + WITHDRAWN_STAYS


@dataclass(frozen=True)
class Edition:
    """Everything that was published at one time; `entries` and `tags_ever` include withdrawn records.

    `reading` is how times without a zone were read when it was published, see `records.rereading`.
    """

    number: int
    published_at: datetime
    calendar: Calendar
    entries: Mapping[str, Entry]
    tags_ever: frozenset[str] = frozenset()
    reading: int = READING

    def shown_at(self, now: datetime) -> list[Entry]:
        """Return the entries that are public at `now` (aware): all but those withdrawn more than 90 days before."""
        return [entry for entry in self.entries.values() if entry.is_shown_at(now)]


@dataclass(frozen=True)
class Draft:
    """A calendar file that was parsed without errors and is not published yet; of `withheld` nothing is public."""

    calendar: Calendar
    records: tuple[Record, ...]
    withheld: tuple[WithheldRecord, ...] = ()

    @property
    def every_record(self) -> tuple[Record, ...]:
        """All records of the file, also those that are not public."""
        return (*self.records, *(each.record for each in self.withheld))

    def released_at(self, now: datetime) -> Draft:
        """Return the file as it is to be published at `now` (aware): with the records whose time has come."""
        due = [each for each in self.withheld if each.publish_at and each.publish_at <= now]
        if not due:
            return self
        withheld = tuple(each for each in self.withheld if each not in due)
        return Draft(self.calendar, (*self.records, *(each.record for each in due)), withheld)

    def taken_back(self, last: Edition | None) -> list[str]:
        """Return the ids of records that have been public and would be withheld now, which cannot be."""
        return sorted(each.record.id for each in self.withheld if last and each.record.id in last.entries)


@dataclass(frozen=True)
class Comparison:
    """What publishing a draft would do: the revisions it adds, and the reasons to ask a person first."""

    revisions: list[Revision]
    calendar_changed: bool
    doubts: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Return True if the draft changes nothing."""
        return not self.revisions and not self.calendar_changed


def compare_with_draft(last: Edition | None, draft: Draft, now: datetime, stamp: datetime) -> Comparison:
    """Compare a draft with the last edition; the revisions are ordered by record id.

    `now` decides what is past and `stamp` becomes LAST-MODIFIED, both aware; they differ if a clock was set back.
    """
    if last is None:
        first = [_first_revision(record, stamp) for record in draft.records]
        return Comparison(sorted(first, key=_record_id), calendar_changed=True)
    changed = [each for record in draft.records if (each := _next_revision(last, record, stamp))]
    kept = {record.id for record in draft.records}
    gone = [entry.revision for name, entry in last.entries.items() if name not in kept and not entry.revision.withdrawn]
    withdrawals = [Revision(old.record, old.number + 1, old.sequence + 1, stamp, withdrawn=True) for old in gone]
    revisions = sorted(changed + withdrawals, key=_record_id)
    return Comparison(revisions, draft.calendar != last.calendar, _doubts(last, draft.calendar, revisions, now))


def _record_id(revision: Revision) -> str:
    return revision.record.id


def advance(
    last: Edition | None, number: int, published_at: datetime, calendar: Calendar, revisions: Iterable[Revision]
) -> Edition:
    """Return the edition that follows `last` once `revisions`, oldest first, are published."""
    entries = dict(last.entries) if last else {}
    tags = set(last.tags_ever) if last else set()
    for revision in revisions:
        name = revision.record.id
        entries[name] = _grow(entries.get(name), replace(revision, edition=revision.edition or number))
        tags.update(tag.casefold() for tag in revision.record.tags)
    return Edition(number, published_at, calendar, entries, frozenset(tags))


def _grow(entry: Entry | None, revision: Revision) -> Entry:
    if entry:
        entry = replace(entry, revision=reread(entry.revision, revision))
    moves = (*entry.moves, *_moves(entry.record, revision)) if entry else ()
    planned, place = _planned_before(entry, revision.record), _place_before(entry, revision.record)
    return Entry(revision, moves, _arm(entry, revision), planned, place, _has_corrigendum(entry, revision))


def reread(before: Revision, after: Revision) -> Revision:
    """Return a revision to compare the following one with: without what differs only by how the words are read."""
    return replace(before, record=as_read_now(before.record, after.record)) if after.is_reread else before


def _planned_before(entry: Entry | None, record: Record) -> Span | None:
    first = entry and (entry.planned_before or _once(entry.record))
    present = _once(record)
    return first if first and present and _is_moved(first, present) else None


def _place_before(entry: Entry | None, record: Record) -> Place | None:
    first = entry and (entry.place_before or entry.record.place)
    return first if first and record.place and is_other_place(first, record.place) else None


def _has_corrigendum(entry: Entry | None, revision: Revision) -> bool:
    record = revision.record
    if entry is None or revision.withdrawn or not record.note_of_change:
        return False
    if record.note_of_change == entry.record.note_of_change:
        # What moves a deadline is told with that.
        return entry.has_corrigendum and not _moves(entry.record, revision)
    return record.status is Status.CONFIRMED and _explained(entry.record) == _explained(record)


def _explained(record: Record) -> tuple[object, ...]:
    """Return the fields whose change is shown with the reason beside it."""
    milestones = {name: milestone.at for name, milestone in record.milestones.items()}
    return record.schedule and timing_of(record.schedule), milestones, record.place


def _once(record: Record) -> Span | None:
    """Return the time span of a record that does not recur, else None."""
    return record.schedule.span if record.schedule and not record.schedule.rule else None


def _is_moved(first: Span, present: Span) -> bool:
    """Return True if a start has changed; adding a clock time to the same day is not a move."""
    if isinstance(first, TimeSpan) and isinstance(present, TimeSpan):
        return first.starts.instant != present.starts.instant
    days = [span.first if isinstance(span, DaySpan) else span.starts.day for span in (first, present)]
    return days[0] != days[1]


def _arm(entry: Entry | None, revision: Revision) -> dict[MomentName, ArmedSince]:
    """Return the moments to remind of, armed anew if they moved or if the record takes place again."""
    if not revision.holds:
        return {}
    before = _remindable(entry.record) if entry else {}
    anew = ArmedSince(revision.edition, is_first=entry is None)
    return {
        name: entry.armed[name] if entry and name in entry.armed and before.get(name) == at else anew
        for name, at in _remindable(revision.record).items()
    }


def _remindable(record: Record) -> dict[MomentName, object]:
    found: dict[MomentName, object] = {
        name: milestone.at for name, milestone in record.milestones.items() if name in REMINDABLE
    }
    if record.schedule:
        found[MomentName.STARTS] = timing_of(record.schedule)
    return found


def timing_of(schedule: Schedule) -> Schedule:
    """Return a schedule without the words it was printed in."""
    return replace(
        schedule,
        words="",
        rule=schedule.rule and replace(schedule.rule, words=""),
        changes=tuple(replace(change, words="") for change in schedule.changes),
    )


def is_coming(record: Record, zone: str, now: datetime) -> bool:
    """Return True if any moment of a record, or of one of its occurrences, is after `now` (aware)."""
    schedule = record.schedule
    if schedule and schedule.rule:
        return any(occurrences_of(schedule, now, now + ahead, zone) for ahead in _FAR_AHEAD)
    return record_bounds(record, zone)[1] >= now


def _first_revision(record: Record, now: datetime) -> Revision:
    """Return the first revision of a record. SEQUENCE begins at 1 if it is already cancelled, as clients expect."""
    dates_off = record.schedule is not None and any(change.span is None for change in record.schedule.changes)
    called_off = record.status is Status.CANCELLED or dates_off
    return Revision(record, 1, int(called_off), now)


def _next_revision(last: Edition, record: Record, now: datetime) -> Revision | None:
    entry = last.entries.get(record.id)
    if entry is None:
        return _first_revision(record, now)
    old = entry.revision
    if old.record == record and not old.withdrawn:
        return None
    significant = old.withdrawn or _matters(old.record) != _matters(record)
    is_reread = last.reading < READING and not old.withdrawn and as_read_now(old.record, record) != old.record
    return Revision(record, old.number + 1, old.sequence + significant, now, is_reread=is_reread)


def _matters(record: Record) -> tuple[object, ...]:
    """Return the fields whose change increments SEQUENCE: time, place and status (RFC 5545, 3.8.7.4)."""
    schedule = record.schedule and timing_of(record.schedule)
    milestones = {name: milestone.at for name, milestone in record.milestones.items()}
    sessions = [(each.id, each.span, each.place) for each in record.sessions]
    return schedule, milestones, sessions, record.place, record.status, record.join


def _moves(old: Record, new: Revision) -> list[DeadlineChange]:
    pairs = ((name, milestone, new.record.milestones.get(name)) for name, milestone in old.milestones.items())
    return [
        DeadlineChange(
            name, before, after, new.changed_at, new.record.note_of_change, is_correction=is_correction(old, new.record)
        )
        for name, before, after in pairs
        if after and after.at != before.at
    ]


def is_correction(old: Record, new: Record) -> bool:
    """Return True if a revision says of itself that it corrects a mistake."""
    return new.correction and not old.correction


def _doubts(last: Edition, calendar: Calendar, revisions: list[Revision], now: datetime) -> list[str]:
    zone = last.calendar.zone
    doubts: list[str] = []
    if calendar.id != last.calendar.id:
        renamed = Sentence(
            "it renames the calendar from {before} to {after}, and so every UID",
            before=repr(last.calendar.id),
            after=repr(calendar.id),
        )
        doubts.append(renamed)
    doubts += _doubts_of_withdrawals(last, [each.record for each in revisions if each.withdrawn], now)
    for revision in revisions:
        entry = last.entries.get(revision.record.id)
        if entry and revision.is_reread and (doubt := describe_rereading(entry.record, revision.record)):
            doubts.append(doubt)
        if entry and not revision.withdrawn and revision.record.status is not Status.CANCELLED:
            doubts += _doubts_of_record(reread(entry.revision, revision).record, revision.record, zone, now)
    return doubts


def _doubts_of_withdrawals(last: Edition, withdrawn: list[Record], now: datetime) -> list[str]:
    zone = last.calendar.zone
    lost = [record.id for record in withdrawn if record.status is not Status.CANCELLED and is_coming(record, zone, now)]
    if len(lost) <= 1:
        return []
    public = [entry.record for entry in last.entries.values() if not entry.is_called_off]
    coming = sum(is_coming(record, zone, now) for record in public)
    if len(lost) < _MANY and 2 * len(lost) < coming:
        return []
    names = ", ".join(sorted(lost))
    return [
        Sentence("it withdraws {number} of {all} coming records: {names}", number=len(lost), all=coming, names=names)
    ]


def _doubts_of_record(old: Record, new: Record, zone: str, now: datetime) -> list[str]:
    doubts = _doubts_of_moments(old, new, zone, now)
    if old.schedule and new.schedule and (old.schedule.rule or new.schedule.rule):
        doubts += _doubts_of_changes(new.id, old.schedule, new.schedule, zone, now)
        if not doubts and is_coming(old, zone, now) and not is_coming(new, zone, now):
            doubts.append(_of_record(new.id, Sentence("it was still to come and would be past")))
    return doubts


def _doubts_of_moments(old: Record, new: Record, zone: str, now: datetime) -> list[str]:
    after = {moment.name: moment for moment in moments_of(new)}
    found = {was.name: _doubt_of_moment(was, after.get(was.name), zone, now) for was in moments_of(old)}
    if found.get(MomentName.STARTS):
        found.pop(MomentName.ENDS, None)  # the words of the two are the same
    return [_of_record(new.id, doubt) for doubt in found.values() if doubt]


def _of_record(record_id: str, doubt: str) -> str:
    return Sentence("{record}: {doubt}", record=record_id, doubt=doubt)


def _doubt_of_moment(was: Moment, moment: Moment | None, zone: str, now: datetime) -> str:
    old_end = instant_bounds(was.at, zone)[1]
    if moment is None:
        lost = was.name in DEADLINES and old_end >= now
        taken = Sentence("{name} {words} is taken away, which was still ahead", name=was.name, words=repr(was.words))
        return taken if lost else ""
    new_end = instant_bounds(moment.at, zone)[1]
    change = {"name": moment.name.value, "before": repr(was.words), "after": repr(moment.words)}
    if old_end >= now > new_end:
        return Sentence("{name} moves from {before} to {after}, which is past", **change)
    is_earlier = moment.name in DEADLINES and new_end < old_end
    return Sentence("{name} moves from {before} to {after}, which is earlier", **change) if is_earlier else ""


def _doubts_of_changes(name: str, old: Schedule, new: Schedule, zone: str, now: datetime) -> list[str]:
    doubts: list[str] = []
    for change in new.changes:
        was = occurrence_on(old, change.occurrence)
        if change.span is None or was.span == change.span:
            continue
        if instant_bounds(was.span, zone)[1] >= now > instant_bounds(change.span, zone)[1]:
            moves = Sentence(
                "the occurrence of {day} moves to {words}, which is past",
                day=change.occurrence,
                words=repr(change.words),
            )
            doubts.append(_of_record(name, moves))
    return doubts
