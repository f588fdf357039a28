"""From the plan to the outbox: what is due is fanned out to its subscribers, once.

The plan is made again for a new edition, a new group or a new day; in between, a pass costs the same however many
subscribers there are. A group, record or change that fails is set aside and tried again later; the rest continues.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import DigestKey, EditionKey, ReminderKey, Topic, lead_of
from calendar_service.reminders.change_notices import notices
from calendar_service.reminders.nearer_leads import NearerLeads, nearest_first
from calendar_service.reminders.plan import plan_reminders, without_unreadable
from calendar_service.reminders.setting_aside import Failures, Job, SetAside, run_isolated
from calendar_service.reminders.subjects import (
    CLOCK,
    change_of,
    is_caught_up,
    is_fan_out,
    is_planned,
    of_change,
    of_due,
    of_group,
    of_joining,
)
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind
from calendar_service.store.outbox import (
    combine_notices,
    fresh_groups,
    list_fresh,
    load_fan_outs,
    load_groups,
    perform_fan_out,
    record_missed,
    release_digest_items,
    release_orphaned_digest_items,
    unmark_fresh,
)
from calendar_service.store.process_state import read_state, write_state
from calendar_service.store.revisions import list_changes, load_change
from calendar_service.store.schedule import (
    begin_memberships,
    is_pass_to_note,
    last_edition_seen_before,
    load_first_passes,
    note_pass,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.notification_keys import DueNotification, RecipientGroup
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.faults import Fault
    from calendar_service.store.outbox import Fresh
    from calendar_service.store.schedule import FirstPass

logger = logging.getLogger(__name__)

_HORIZON = timedelta(days=2)
_ANEW_AFTER = timedelta(days=1)
_LOOK_BACK = timedelta(hours=1)
_MOST_FRESH = 500
_ANNOUNCED, _PLANNED = "announced", "planned"
_KINDS = (FaultKind.GROUP, FaultKind.RECORD, FaultKind.EDITION, FaultKind.CLOCK)
# A clock fault is over when no worker has seen it for so long.
_CLOCK_CALM = timedelta(minutes=10)


class Planner:
    """Fans out what is due. Not thread-safe; several planners, on any machines, do no harm."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine
        self._made_for = 0
        self._made_at: datetime | None = None
        # All that were planned for, and of these the ones that could be read.
        self._seen: set[int] = set()
        self._groups: dict[int, RecipientGroup] = {}
        self._ahead: list[DueNotification] = []
        self._nearer = NearerLeads()
        self._first_passes: dict[int, FirstPass] = {}
        self._aside = SetAside(engine, _KINDS)

    def fan_out(self, edition: Edition, now: datetime) -> int:
        """Fan out all that is due by `now` (aware); return how many deliveries were added. Raise DatabaseFault."""
        with reading(self._engine) as connection:
            joined = fresh_groups(connection)
            announced = _announced(connection)
            self._aside.load(connection)
            is_to_note = is_pass_to_note(connection, edition.number, now)
        if is_to_note:
            self._note_pass(edition, now)
        again = self._aside.to_retry(now)
        failures = Failures()
        over: list[Fault] = []
        added = 0
        if self._made_for != edition.number or self._is_old(now) or any(is_planned(each) for each in again):
            over = self._make_plan(edition, now, failures)
        elif joined - self._seen:
            self._extend_plan(edition, now, failures)
        if announced < edition.number:
            added += self._announce(edition, announced, now, failures)
        added += self._notify_again(edition, again, now, failures)
        added += self._notify_repaired(edition, over, now, failures)
        added += self._fan_out_due(now, failures)
        if joined:
            with writing(self._engine) as connection:
                begin_memberships(connection, now, only_fresh=True)
                self._aside.load(connection)  # what has failed in this pass is not tried for them either
            added += self._catch_up(edition, joined, now, failures)
        ended = [name for name, fault in self._aside.known.items() if is_caught_up(fault, joined)]
        self._aside.write(failures, now, over=[*((each.kind, each.key) for each in over), *ended])
        return added

    def next_due(self) -> datetime | None:
        """Return when something is due next (aware, UTC), as far as the plan reaches."""
        return self._ahead[0].due_at if self._ahead else None

    def _note_pass(self, edition: Edition, now: datetime) -> None:
        """Record this pass and the editions it sees first. If the last pass was later, plan again and log it."""
        failures, over = Failures(), []
        with writing(self._engine) as connection:
            if note_pass(connection, edition.number, now):
                self._made_for = 0
                failures.add(CLOCK, ValueError("reminders were planned later than it is now"))
            elif (fault := self._aside.known.get(CLOCK.name)) and not timedelta(0) <= now - fault.last_at < _CLOCK_CALM:
                over = [CLOCK.name]
            self._aside.write_in(connection, failures, now, over=over)

    # -- the plan -----------------------------------------------------------------------------------------------

    def _is_old(self, now: datetime) -> bool:
        return self._made_at is None or not -_LOOK_BACK < now - self._made_at < _ANEW_AFTER

    def _make_plan(self, edition: Edition, now: datetime, failures: Failures) -> list[Fault]:
        """Plan everything again; return the faults that planning had before, and does not have now."""
        self._seen, self._groups, self._ahead, self._nearer = set(), {}, [], NearerLeads()
        self._extend_plan(edition, now, failures)
        self._made_for, self._made_at = edition.number, now
        known = self._aside.known.items()
        return [fault for name, fault in known if is_planned(fault) and name not in failures.found]

    def _extend_plan(self, edition: Edition, now: datetime, failures: Failures) -> None:
        """Plan the groups that are not in the plan yet."""
        with writing(self._engine) as connection:
            noted = read_state(connection, _PLANNED)
            since = min(now, noted[1]) - _LOOK_BACK if noted else now
            if not self._seen:
                begin_memberships(connection, now, only_fresh=False)
            new = [group for group in load_groups(connection) if group.id not in self._seen]
            fired = load_fan_outs(connection, since)
            self._first_passes = load_first_passes(connection)
            write_state(connection, _PLANNED, "", now)
        groups = {group.id: group for group in without_unreadable(new, edition, failures)}
        found = plan_reminders(edition, groups.values(), since, now + _HORIZON, self._first_passes, failures)
        self._seen |= {group.id for group in new}
        self._groups |= groups
        self._ahead = sorted([*self._ahead, *(due for due in found if due.key not in fired)], key=_by_time)
        self._nearer.add(found)

    # -- doing it -----------------------------------------------------------------------------------------------

    def _fan_out_due(self, now: datetime, failures: Failures) -> int:
        """Fan out what is due. What fails stays in the plan, and is not tried again before its time."""
        due = [each for each in self._ahead if each.due_at <= now]
        fallen_due = [each for each in due if not self._aside.is_held(of_due(each).name, now)]
        fallen_due.sort(key=nearest_first)
        jobs = [Job(of_due(each), partial(self._fan_out_one, due=each, now=now)) for each in fallen_due]
        added, failed = run_isolated(self._engine, jobs, failures)
        if any(isinstance(each.notification, DigestKey) for each in fallen_due):
            with writing(self._engine) as connection:
                release_orphaned_digest_items(connection, now)
        done = {each.key for number, each in enumerate(fallen_due) if number not in failed}
        self._ahead = [each for each in self._ahead if each.due_at > now or each.key not in done]
        left = {of_due(each).name for each in self._ahead}
        over = [name for name, fault in self._aside.known.items() if is_fan_out(fault) and name not in left]
        self._aside.write(failures, now, over=over)
        return added

    def _fan_out_one(self, connection: Transaction, due: DueNotification, now: datetime) -> int:
        if due.expires_at > now:
            return perform_fan_out(connection, due, now, unless=self._nearer.covering(due, now)) or 0
        key = due.notification
        if isinstance(key, DigestKey):
            release_digest_items(connection, key)
        elif isinstance(key, ReminderKey) and (
            missed := record_missed(connection, due, now, self._nearer.covering(due, now))
        ):
            logger.error(
                "%d subscribers were not reminded of %s (%s, %s before): it was over before anything could be sent.",
                missed,
                key.record_id,
                key.moment,
                lead_of(key),
            )
        return 0

    def _fan_out_for(self, connection: Transaction, due: DueNotification, now: datetime, only: tuple[int, ...]) -> int:
        unless = self._nearer.covering(due, now, only)
        return perform_fan_out(connection, due, now, unless=unless, only=only) or 0

    # -- notices ------------------------------------------------------------------------------------------------

    def _announce(self, edition: Edition, announced: int, now: datetime, failures: Failures) -> int:
        """Fan out the changes of new editions. What fails is recorded together with the last edition announced."""
        with reading(self._engine) as connection:
            changes = list_changes(connection, announced, edition.number)
        added = self._notify(changes, list(self._groups.values()), edition, now, failures)
        with writing(self._engine) as connection:
            self._aside.write_in(connection, failures, now)
            if _announced(connection) < edition.number:
                write_state(connection, _ANNOUNCED, str(edition.number), now)
        return added

    def _notify(
        self,
        changes: Iterable[tuple[str, int]],
        groups: Sequence[RecipientGroup],
        edition: Edition,
        now: datetime,
        failures: Failures,
        only: tuple[int, ...] = (),
    ) -> int:
        """Fan out notices of revisions, given as (record, number), to the groups that asked for them."""
        jobs = []
        with reading(self._engine) as connection:
            for change in changes:
                subject = of_change(change)
                try:
                    before, after = load_change(connection, *change)
                    firings = self._notices(before, after, groups, edition, now) if after else []
                except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the other changes are announced)
                    failures.add(subject, error)
                else:
                    jobs += [Job(subject, partial(_perform, due=each, now=now, only=only)) for each in firings]
        added, _ = run_isolated(self._engine, jobs, failures)
        with writing(self._engine) as connection:
            combine_notices(connection, EditionKey(edition.number))
        return added

    def _notices(
        self,
        before: Revision | None,
        after: Revision,
        groups: Sequence[RecipientGroup],
        edition: Edition,
        now: datetime,
    ) -> list[DueNotification]:
        seen = self._first_passes.get(after.edition)
        found = notices((before, after), groups, edition, seen.at if seen else now, now)
        return [replace(each, bundle=each.bundle or EditionKey(edition.number)) for each in found]

    def _notify_again(self, edition: Edition, again: Sequence[Fault], now: datetime, failures: Failures) -> int:
        """Fan out notices of changes that failed before."""
        changes = [change for fault in again if (change := change_of(fault))]
        if not changes:
            return 0
        added = self._notify(changes, list(self._groups.values()), edition, now, failures)
        self._aside.write(failures, now, over=[of_change(each).name for each in changes])
        return added

    def _notify_repaired(self, edition: Edition, over: Iterable[Fault], now: datetime, failures: Failures) -> int:
        """Fan out what changed meanwhile to groups that can be read again."""
        added = 0
        by_name = {of_group(group).name: group for group in self._groups.values()}
        for fault in over:
            group = by_name.get((fault.kind, fault.key))
            if group and group.topic is not Topic.REMINDERS:
                with reading(self._engine) as connection:
                    seen = last_edition_seen_before(connection, min(fault.first_at, now))
                added += self._notify_since(edition, group, seen, now, failures)
        return added

    def _notify_since(
        self,
        edition: Edition,
        group: RecipientGroup,
        known: int,
        now: datetime,
        failures: Failures,
        only: tuple[int, ...] = (),
    ) -> int:
        with reading(self._engine) as connection:
            changes = list_changes(connection, known, edition.number)
        changes = [each for each in changes if of_change(each).name not in self._aside.known]
        return self._notify(changes, [group], edition, now, failures, only)

    # -- who joins later ----------------------------------------------------------------------------------------

    def _catch_up(self, edition: Edition, joined: set[int], now: datetime, failures: Failures) -> int:
        """Fan out to those who have just joined a group what was due since they asked for it."""
        # Only these groups: who joins another meanwhile keeps the mark, and is looked at next time.
        numbers = sorted(joined & self._groups.keys())
        groups = [self._groups[each] for each in numbers if not self._aside.is_held(of_joining(each).name, now)]
        fallen_due = defaultdict(list)
        for each in plan_reminders(edition, groups, now, now + _HORIZON, self._first_passes, failures):
            fallen_due[each.group.id].append(each)
        # Who has joined is among those who are given these when they work.
        failing = self._aside.known
        added, over = 0, []
        for group in groups:
            own = Failures()
            due = [each for each in fallen_due[group.id] if of_due(each).name not in failing]
            added += self._catch_up_group(edition, group, due, now, own)
            if own.found:
                failures.add(of_joining(group.id), next(iter(own.found.values()))[1])
            over.append(of_joining(group.id).name)
        self._aside.write(failures, now, over=over)
        return added

    def _catch_up_group(
        self, edition: Edition, group: RecipientGroup, due: Sequence[DueNotification], now: datetime, failures: Failures
    ) -> int:
        added = 0
        while not failures.found:
            with reading(self._engine) as connection:
                joined = list_fresh(connection, group.id, _MOST_FRESH)
                known = [_edition_at_joining(connection, each) for each in joined]
            if not joined:
                break
            subscribers, since = tuple(each.subscriber_id for each in joined), min(each.since for each in joined)
            jobs = [
                Job(of_joining(group.id), partial(self._fan_out_for, due=each, now=now, only=subscribers))
                for each in sorted(due, key=nearest_first)
                if since <= each.due_at <= now < each.expires_at
            ]
            added += run_isolated(self._engine, jobs, failures)[0]
            if group.topic is not Topic.REMINDERS:
                added += self._notify_since(edition, group, min(known), now, failures, subscribers)
            if not failures.found:
                with writing(self._engine) as connection:
                    unmark_fresh(connection, group.id, joined)
        return added


def _edition_at_joining(connection: Transaction, joined: Fresh) -> int:
    return last_edition_seen_before(connection, joined.since) if joined.edition is None else joined.edition


def _perform(connection: Transaction, due: DueNotification, now: datetime, only: tuple[int, ...]) -> int:
    return perform_fan_out(connection, due, now, only=only) or 0


def _by_time(due: DueNotification) -> tuple[datetime, int]:
    return due.due_at, due.group.id


def _announced(connection: Transaction) -> int:
    noted = read_state(connection, _ANNOUNCED)
    return int(noted[0]) if noted else 0
