"""Editions: what was published at one time, how it grew out of the last, and when to ask first.

Every state of every record is a revision and is kept for ever. SEQUENCE, LAST-MODIFIED, the ledger of
moved deadlines and withdrawn records all come from comparing revisions; nothing here is stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName, Status
from calendar_service.records.moments import instant_bounds, moments_of, record_bounds
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.record import Calendar, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.record import Milestone
    from calendar_service.records.texts import Text

WITHDRAWN_STAYS = timedelta(days=90)
_FAR_AHEAD = timedelta(days=366)
_MANY = 3


@dataclass(frozen=True)
class Revision:
    """One state of one record. `withdrawn` means that the record left the file at `changed_at`."""

    record: Record
    number: int
    sequence: int
    changed_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True)
class Move:
    """A deadline that was moved, with the reason given at the time."""

    moment: MomentName
    old: Milestone
    new: Milestone
    decided_at: datetime
    reason: Text

    @property
    def is_extension(self) -> bool:
        """Tell whether the new deadline is later than the old."""
        return instant_bounds(self.new.at, "UTC") > instant_bounds(self.old.at, "UTC")


@dataclass(frozen=True)
class Entry:
    """A record as an edition shows it: its present revision, and each deadline it ever had."""

    revision: Revision
    moves: tuple[Move, ...] = ()

    @property
    def record(self) -> Record:
        """The record itself."""
        return self.revision.record

    @property
    def is_called_off(self) -> bool:
        """Tell whether it will not take place: cancelled, or taken out of the calendar."""
        return self.revision.withdrawn or self.record.status is Status.CANCELLED


@dataclass(frozen=True)
class Edition:
    """Everything that was published at one time; `entries` and `tags_ever` include what was withdrawn."""

    number: int
    published_at: datetime
    calendar: Calendar
    entries: Mapping[str, Entry]
    tags_ever: frozenset[str] = frozenset()

    def shown_at(self, now: datetime) -> list[Entry]:
        """List the entries that are public: all but those withdrawn more than 90 days ago."""
        return [
            entry
            for entry in self.entries.values()
            if not entry.revision.withdrawn or now < entry.revision.changed_at + WITHDRAWN_STAYS
        ]


@dataclass(frozen=True)
class Draft:
    """A calendar file that was read without error, not yet published."""

    calendar: Calendar
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Comparison:
    """What publishing a draft would do: the revisions it adds and the reasons to ask a person first."""

    revisions: list[Revision]
    calendar_changed: bool
    doubts: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether the draft says nothing new."""
        return not self.revisions and not self.calendar_changed


def compare(last: Edition | None, draft: Draft, now: datetime) -> Comparison:
    """Compare a draft with the last edition. `now` is aware and becomes LAST-MODIFIED."""
    if last is None:
        return Comparison([Revision(record, 1, 0, now) for record in draft.records], calendar_changed=True)
    revisions = [each for record in draft.records if (each := _next_revision(last.entries.get(record.id), record, now))]
    kept = {record.id for record in draft.records}
    gone = [entry.revision for name, entry in last.entries.items() if name not in kept and not entry.revision.withdrawn]
    withdrawals = [Revision(old.record, old.number + 1, old.sequence + 1, now, withdrawn=True) for old in gone]
    doubts = _doubts(last, revisions, withdrawals, now)
    return Comparison(revisions + withdrawals, draft.calendar != last.calendar, doubts)


def advance(
    last: Edition | None, number: int, published_at: datetime, calendar: Calendar, revisions: Iterable[Revision]
) -> Edition:
    """Grow an edition out of the last by the revisions made since, oldest first."""
    entries = dict(last.entries) if last else {}
    tags = set(last.tags_ever) if last else set()
    for revision in revisions:
        name = revision.record.id
        entries[name] = _grow(entries.get(name), revision)
        tags.update(tag.casefold() for tag in revision.record.tags)
    return Edition(number, published_at, calendar, entries, frozenset(tags))


def _grow(entry: Entry | None, revision: Revision) -> Entry:
    moves = (*entry.moves, *_moves(entry.record, revision)) if entry else ()
    return Entry(revision, moves)


def is_coming(record: Record, zone: str, now: datetime) -> bool:
    """Tell whether any moment of a record, or of a coming occurrence, is not past."""
    if record.schedule and record.schedule.rule:
        return bool(occurrences_of(record.schedule, now, now + _FAR_AHEAD, zone))
    return record_bounds(record, zone)[1] >= now


def _next_revision(entry: Entry | None, record: Record, now: datetime) -> Revision | None:
    if entry is None:
        return Revision(record, 1, 0, now)
    old = entry.revision
    if old.record == record and not old.withdrawn:
        return None
    significant = old.withdrawn or _matters(old.record) != _matters(record)
    return Revision(record, old.number + 1, old.sequence + significant, now)


def _matters(record: Record) -> tuple[object, ...]:
    """Give what makes subscribers replan: time, place and status (RFC 5545, 3.8.7.4)."""
    schedule = record.schedule and replace(
        record.schedule,
        words="",
        rule=record.schedule.rule and replace(record.schedule.rule, words=""),
        changes=tuple(replace(change, words="") for change in record.schedule.changes),
    )
    stones = {name: stone.at for name, stone in record.milestones.items()}
    sessions = [(each.id, each.span, each.place) for each in record.sessions]
    return schedule, stones, sessions, record.place, record.status, record.join


def _moves(old: Record, new: Revision) -> list[Move]:
    pairs = ((name, stone, new.record.milestones.get(name)) for name, stone in old.milestones.items())
    return [
        Move(name, before, after, new.changed_at, new.record.note_of_change)
        for name, before, after in pairs
        if after and after.at != before.at
    ]


def _doubts(last: Edition, revisions: list[Revision], withdrawals: list[Revision], now: datetime) -> list[str]:
    zone = last.calendar.zone
    coming = [
        entry for entry in last.entries.values() if not entry.revision.withdrawn and is_coming(entry.record, zone, now)
    ]
    lost = [each.record.id for each in withdrawals if is_coming(each.record, zone, now)]
    doubts = []
    if len(lost) >= _MANY or (len(lost) > 1 and 2 * len(lost) >= len(coming)):
        doubts.append(f"it withdraws {len(lost)} of {len(coming)} coming records: {', '.join(sorted(lost))}")
    for revision in revisions:
        if entry := last.entries.get(revision.record.id):
            doubts += _doubts_of_record(entry.record, revision.record, zone, now)
    return doubts


def _doubts_of_record(old: Record, new: Record, zone: str, now: datetime) -> list[str]:
    before = {moment.name: moment for moment in moments_of(old)}
    doubts = []
    for moment in moments_of(new):
        was = before.get(moment.name)
        if was is None or was.at == moment.at:
            continue
        old_end, new_end = (instant_bounds(each.at, zone)[1] for each in (was, moment))
        change = f"{new.id}: {moment.name} moves from {was.words!r} to {moment.words!r}"
        if old_end >= now > new_end:
            doubts.append(f"{change}, which is past")
        elif moment.name in _DEADLINES and new_end < old_end:
            doubts.append(f"{change}, which is earlier")
    return doubts


_DEADLINES = frozenset({MomentName.CLOSES, MomentName.QUESTIONS_BY, MomentName.REGISTRATION_CLOSES})
