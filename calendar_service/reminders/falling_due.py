"""From the plan to the outbox: whatever has fallen due is fanned out to its readers, once.

The plan is made anew when there is a new edition, a new group of readers, or a new day; in between, a look costs the
same however many readers there are.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.occasions import Kind, Topic
from calendar_service.reminders.announce import notice_of_new, notices
from calendar_service.reminders.plan import plan
from calendar_service.store.editions import edition_before, load_changes
from calendar_service.store.engine import reading, writing
from calendar_service.store.notes import read_note, write_note
from calendar_service.store.outbox import (
    Firing,
    fire,
    free_parts,
    free_stranded,
    fresh_groups,
    load_fired,
    load_groups,
    note_missed,
    take_fresh,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.occasions import Group, Occasion
    from calendar_service.reminders.plan import Due
    from calendar_service.store.engine import Database, Transaction

logger = logging.getLogger(__name__)

_HORIZON = timedelta(days=2)
_ANEW_AFTER = timedelta(days=1)
_LOOK_BACK = timedelta(hours=1)
_TOGETHER = 50
_MOST_FRESH = 500
_ANNOUNCED, _PLANNED = "announced", "planned"


class Planner:
    """Fans out what falls due. Not for two threads at once; several of them, on any machines, do no harm."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine
        self._made_for = 0
        self._made_at: datetime | None = None
        self._groups: dict[int, Group] = {}
        self._ahead: list[Due] = []
        self._nearer: dict[object, list[Due]] = {}

    def fan_out(self, edition: Edition, now: datetime) -> int:
        """Fan out all that has fallen due by now; gives how many deliveries that makes. Raises DatabaseFault."""
        with reading(self._engine) as connection:
            joined = fresh_groups(connection)
            announced = _announced(connection)
        if self._made_for != edition.number or self._is_old(now):
            self._make_plan(edition, now)
        elif joined - self._groups.keys():
            self._extend_plan(edition, now)
        added = self._announce(edition, announced, now) if announced < edition.number else 0
        added += self._fire(now)
        if joined:
            added += self._catch_up(edition, joined, now)
        return added

    def next_due(self) -> datetime | None:
        """Give when something falls due next, as far as the plan reaches."""
        return self._ahead[0].due_at if self._ahead else None

    # -- the plan -----------------------------------------------------------------------------------------------

    def _is_old(self, now: datetime) -> bool:
        return self._made_at is None or not -_LOOK_BACK < now - self._made_at < _ANEW_AFTER

    def _make_plan(self, edition: Edition, now: datetime) -> None:
        self._groups, self._ahead, self._nearer = {}, [], defaultdict(list)
        self._extend_plan(edition, now)
        self._made_for, self._made_at = edition.number, now

    def _extend_plan(self, edition: Edition, now: datetime) -> None:
        """Plan for the groups that are not in the plan yet."""
        with writing(self._engine) as connection:
            noted = read_note(connection, _PLANNED)
            since = min(now, noted[1]) - _LOOK_BACK if noted else now
            groups = {group.id: group for group in load_groups(connection) if group.id not in self._groups}
            fired = load_fired(connection, since)
            write_note(connection, _PLANNED, "", now)
        found = plan(edition, groups.values(), since, now + _HORIZON)
        self._groups |= groups
        self._ahead = sorted([*self._ahead, *(due for due in found if due.key not in fired)], key=_by_time)
        for due in found:
            if due.occasion.kind is Kind.REMINDER:
                self._nearer[_moment(due)].append(due)

    def _firing(self, due: Due, now: datetime, only: tuple[int, ...] = ()) -> Firing:
        return Firing(
            due.group.id,
            due.occasion,
            due.due_at,
            due.expires_at,
            bundle=due.bundle,
            after=due.after,
            unless=() if due.bundle else self._told_by(due, now, only),
            only=only,
        )

    def _told_by(self, due: Due, now: datetime, only: tuple[int, ...]) -> tuple[Occasion, ...]:
        """Name the occasions that have told the same better: nearer leads, and the notice of a new record.

        Nobody can have been told by a nearer lead that is not due yet, but for a reader who has changed zones.
        """
        nearer = {
            each.occasion
            for each in self._nearer.get(_moment(due), ())
            if _nearest_first(each) < _nearest_first(due) and (only or each.due_at <= now)
        }
        if due.counted < due.due_at:
            nearer.add(notice_of_new(due.occasion.record_id))
        return tuple(sorted(nearer, key=lambda each: (each.revision, each.lead)))

    # -- doing it -----------------------------------------------------------------------------------------------

    def _fire(self, now: datetime) -> int:
        fallen_due = sorted((due for due in self._ahead if due.due_at <= now), key=_nearest_first)
        added = 0
        for start in range(0, len(fallen_due), _TOGETHER):
            together = fallen_due[start : start + _TOGETHER]
            with writing(self._engine) as connection:
                for due in together:
                    added += self._fire_one(connection, due, now)
                if any(due.occasion.kind is Kind.DIGEST for due in together):
                    free_stranded(connection, now)
        self._ahead = self._ahead[len(fallen_due) :]
        return added

    def _fire_one(self, connection: Transaction, due: Due, now: datetime) -> int:
        firing = self._firing(due, now)
        if due.expires_at > now:
            return fire(connection, firing, now) or 0
        if due.occasion.kind is Kind.DIGEST:
            free_parts(connection, due.occasion.revision)
        elif missed := note_missed(connection, firing, now):
            logger.error(
                "%d readers were not reminded of %s (%s, %s before): it was over before anything could be sent.",
                missed,
                due.occasion.record_id,
                due.occasion.moment,
                due.occasion.lead,
            )
        return 0

    def _announce(self, edition: Edition, announced: int, now: datetime) -> int:
        added = 0
        with writing(self._engine) as connection:
            for change in load_changes(connection, announced, edition.number):
                for firing in notices(change, list(self._groups.values()), edition, now):
                    added += fire(connection, firing, now) or 0
            if _announced(connection) < edition.number:
                write_note(connection, _ANNOUNCED, str(edition.number), now)
        return added

    def _catch_up(self, edition: Edition, joined: set[int], now: datetime) -> int:
        """Give those who have just joined a group what fell due since they asked for it."""
        added = 0
        # Only these groups: who joins another meanwhile keeps the mark, and is looked at next time.
        groups = {number: self._groups[number] for number in sorted(joined & self._groups.keys())}
        fallen_due = defaultdict(list)
        for due in plan(edition, groups.values(), now, now + _HORIZON):
            fallen_due[due.group.id].append(due)
        taken = [(0, 0, now)]
        while taken:
            with writing(self._engine) as connection:
                taken = take_fresh(connection, groups, _MOST_FRESH)
                for number, group in groups.items():
                    readers = [(reader, since) for group_id, reader, since in taken if group_id == number]
                    if readers:
                        added += self._join(connection, group, readers, fallen_due[number], edition, now)
        return added

    def _join(
        self,
        connection: Transaction,
        group: Group,
        joined: Sequence[tuple[int, datetime]],
        due: Sequence[Due],
        edition: Edition,
        now: datetime,
    ) -> int:
        readers, since = tuple(reader for reader, _ in joined), min(since for _, since in joined)
        added = 0
        for each in sorted(due, key=_nearest_first):
            if since <= each.due_at <= now < each.expires_at:
                added += fire(connection, self._firing(each, now, readers), now) or 0
        if group.topic is not Topic.REMINDERS:
            for change in load_changes(connection, edition_before(connection, since), edition.number):
                for firing in notices(change, [group], edition, now):
                    added += fire(connection, _only(firing, readers), now) or 0
        return added


def _by_time(due: Due) -> tuple[datetime, int]:
    return due.due_at, due.group.id


def _nearest_first(due: Due) -> tuple[bool, float, str]:
    """Order what is due together, so that a nearer lead is in the outbox before farther ones; digests after all."""
    return due.occasion.kind is Kind.DIGEST, -due.counted.timestamp(), due.occasion.lead


def _only(firing: Firing, readers: tuple[int, ...]) -> Firing:
    return replace(firing, only=readers)


def _moment(due: Due) -> object:
    """Name what reminders must have in common for one to stand for another: the moment, and the reader's clock."""
    what = due.occasion
    return what.record_id, what.occurrence, what.moment, what.revision, due.group.zone, due.group.country


def _announced(connection: Transaction) -> int:
    noted = read_note(connection, _ANNOUNCED)
    return int(noted[0]) if noted else 0
