"""Publishing into the database: what is asked of a draft before it becomes an edition."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import tzdata  # type: ignore[import-untyped]  # it ships no hints
from sqlalchemy import select, update

from calendar_service.records.derived_instants import derive_instants, describe_shifts, find_shifts
from calendar_service.records.digest import digest_records
from calendar_service.records.edition import Comparison, Draft, Edition, Revision, compare_with_draft
from calendar_service.records.rereading import READING
from calendar_service.store.clocks import check_clock
from calendar_service.store.editions import NewEdition, add_edition, load_edition_in
from calendar_service.store.engine import writing
from calendar_service.store.faults import FaultKind
from calendar_service.store.hosts import name_in_identity
from calendar_service.store.instants import instants_from_json, instants_to_json, present_rows, rewrite_instants
from calendar_service.store.lease import Situation, read_holder, take_lease
from calendar_service.store.older_copies import digest_of_edition, fill_in_digests, look_for_older_copy
from calendar_service.store.outbox import drop_notices
from calendar_service.store.publish_intents import PublishIntent, clear_intent, find_intent
from calendar_service.store.rereading import keep_sent_reminders
from calendar_service.store.scheduled_records import delete_scheduled, keep_schedule, list_scheduled
from calendar_service.store.tables import editions, revisions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.clocks import ClockFault
    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host

# Of the package that zoneinfo reads, so that it is the version of the very rules the instants come from.
TZ_DATABASE: str = tzdata.IANA_VERSION
# A worker may have published a file before a person says that it is to be without messages.
_JUST_NOW = timedelta(minutes=10)


class PublishOutcome(StrEnum):
    """The result of an attempt to publish."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    HELD = "held"
    BROKEN = "broken"


@dataclass(frozen=True)
class PublishResult:
    """The outcome of publishing a draft; `reasons` say why it was held.

    `moved` says which moments a new tz database moved, whatever became of the draft; `newer_tz_database`
    is the version that the newest edition was made with, where the one that is installed here is older.
    `held_by` is LEASE or CLOCK where it is not the draft that must be confirmed; `clock` says what is wrong with this
    host's clock, whatever became of the draft. `holder` has the lease now, `other_host` is its name where it is not
    this host. `notes` say what else a person should know of what was published. `taken_back` are records that have been
    public and that the draft withholds, for which it is refused.
    """

    outcome: PublishOutcome
    edition: Edition | None
    reasons: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    newer_tz_database: str = ""
    held_by: FaultKind | None = None
    clock: str = ""
    other_host: str = ""
    holder: str = field(default="", compare=False)
    notes: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)

    @property
    def situation(self) -> Situation:
        """The lease and the newest edition after the attempt."""
        return Situation(self.holder, self.edition.number if self.edition else 0, not self.clock)


def publish_draft(  # noqa: PLR0913 (each says on what condition)
    engine: Database,
    draft: Draft,
    now: datetime,
    *,
    confirmed: bool = False,
    known: Edition | None = None,
    tz_database: str = TZ_DATABASE,
    host: Host | None = None,
    silent: bool = False,
    file_digest: str = "",
) -> PublishResult:
    """Add an edition if the draft changes something; hold it if a person should be asked first.

    Comparison and writing are one transaction, so that processes that publish the same file at the same time make one
    edition of it. `known` is an edition loaded before, to save loading it again. If the tz database is new, an edition
    for it comes first, and nobody is asked about that one.

    `host` is who publishes: it must hold the lease or get it, and its clock must be right. Confirmed, it takes the
    lease from another host, and corrects stamps that are ahead of its clock. Without `host` neither is checked.

    `file_digest` is that of the file's bytes: what an editor has stored as wanted with that file is done.

    Nothing is announced of a `silent` edition. Where another process has just published the same, its edition becomes
    silent: what of its messages is not sent yet is not sent.
    """
    now = now.replace(microsecond=0)  # LAST-MODIFIED and DTSTAMP have seconds
    with writing(engine, lock=True) as connection:
        intent = _intent(connection, PublishIntent(file_digest, "", confirmed, silent), now)
        gate = _check_gate(connection, now, host, confirmed=intent.is_confirmed)
        if gate.repairs:
            _rewrite_stamps(connection, now)
        followed = gate.mark(_follow_tz_database(connection, now, known, tz_database, gate.clock))
        last = followed.edition
        stamp = _stamp(last, now)
        draft = draft.released_at(stamp)
        comparison = compare_with_draft(last, draft, now, stamp)
        is_new = gate.repairs or not comparison.is_empty
        if is_new and not gate.is_open:
            return gate.hold(followed)
        if taken_back := draft.taken_back(last):
            return replace(followed, outcome=PublishOutcome.BROKEN, taken_back=taken_back)
        if is_new:
            digest = _digest_of_new(connection, draft)
            head = NewEdition(
                draft.calendar, stamp, tz_database, digest, is_silent=intent.is_silent, editor=intent.editor
            )
            followed = _ask_or_add(connection, followed, head, comparison, now, confirmed=intent.is_confirmed)
            if followed.outcome is PublishOutcome.HELD:
                return followed
        elif last and gate.is_open:
            followed = _confirm_last(connection, followed, last, now, silent=intent.is_silent)
        if gate.is_open:
            clear_intent(connection, file_digest)
            keep_schedule(connection, draft.withheld)
            followed = _keep_lease(connection, followed, host)
    return followed


def _intent(connection: Connection, asked: PublishIntent, now: datetime) -> PublishIntent:
    """Return what is asked for together with what an editor wants done with the same file."""
    stored = find_intent(connection, asked.digest, now)
    if stored is None:
        return asked
    return replace(
        stored,
        is_confirmed=stored.is_confirmed or asked.is_confirmed,
        is_silent=stored.is_silent or asked.is_silent,
    )


def _keep_lease(connection: Connection, followed: PublishResult, host: Host | None) -> PublishResult:
    if host is None:
        return followed
    take_lease(connection, host)
    return replace(followed, holder=host.identity, other_host="")


def _digest_of_new(connection: Connection, draft: Draft) -> str:
    """Return the digest of a draft's records, once all editions have theirs to compare it with."""
    fill_in_digests(connection)
    return digest_records(draft.records)


def _ask_or_add(
    connection: Connection,
    followed: PublishResult,
    head: NewEdition,
    comparison: Comparison,
    now: datetime,
    *,
    confirmed: bool,
) -> PublishResult:
    """Add an edition; return HELD where a person should be asked first."""
    last = followed.edition
    if last and not confirmed:
        doubts, notes = look_for_older_copy(connection, last, comparison, head.digest, now)
        if doubts or comparison.doubts:
            return replace(followed, outcome=PublishOutcome.HELD, reasons=doubts + comparison.doubts)
        followed = replace(followed, notes=notes)
    if last:
        keep_sent_reminders(connection, last, comparison.revisions)
    return _publish(followed, add_edition(connection, head, last, comparison.revisions), comparison.revisions)


def _confirm_last(
    connection: Connection, followed: PublishResult, last: Edition, now: datetime, *, silent: bool
) -> PublishResult:
    """Return the result for a file that says the same as the last edition."""
    notes = _silence(connection, last, now) if silent else []
    return replace(followed, edition=_mark_reading(connection, last), notes=[*followed.notes, *notes])


def _silence(connection: Connection, edition: Edition, now: datetime) -> list[str]:
    """Make an edition silent that has just been published; return what has become of its messages."""
    if now - edition.published_at >= _JUST_NOW:
        return []
    connection.execute(update(editions).where(editions.c.number == edition.number).values(is_silent=True))
    dropped = drop_notices(connection, edition.number, now)
    waited = "message of it that waited is" if dropped == 1 else "messages of it that waited are"
    return [f"edition {edition.number} was published already; {dropped} {waited} not sent"]


def _mark_reading(connection: Connection, last: Edition) -> Edition:
    """Note that the last edition is the same in the present reading; return it so."""
    if last.reading == READING:
        return last
    connection.execute(update(editions).where(editions.c.number == last.number).values(reading=READING))
    return replace(last, reading=READING)


def _publish(followed: PublishResult, edition: Edition, added: list[Revision]) -> PublishResult:
    changed = {*followed.changed, *(each.record.id for each in added)}
    return replace(followed, outcome=PublishOutcome.PUBLISHED, edition=edition, changed=sorted(changed))


@dataclass(frozen=True)
class _Gate:
    """The reasons why a host must not publish, whatever its file says, and those that a person has overridden."""

    holder: str = ""
    is_foreign: bool = False
    clock: ClockFault | None = None
    repairs: bool = False
    confirmed: bool = False

    @property
    def is_open(self) -> bool:
        return self.clock is None and (self.confirmed or not self.is_foreign)

    def mark(self, publication: PublishResult) -> PublishResult:
        """Return the result with the findings added."""
        return replace(
            publication,
            holder=self.holder,
            other_host=name_in_identity(self.holder) if self.is_foreign else "",
            clock=self.clock.reason if self.clock else "",
        )

    def hold(self, publication: PublishResult) -> PublishResult:
        """Return the result as held, with the reason."""
        if self.is_foreign and not self.confirmed:
            reason = f"{publication.other_host} publishes this calendar, and this file says something else"
            return replace(publication, outcome=PublishOutcome.HELD, held_by=FaultKind.LEASE, reasons=[reason])
        return replace(publication, outcome=PublishOutcome.HELD, held_by=FaultKind.CLOCK, reasons=[publication.clock])


def _check_gate(connection: Connection, now: datetime, host: Host | None, *, confirmed: bool) -> _Gate:
    if host is None:
        return _Gate(confirmed=confirmed)
    holder, clock = read_holder(connection), check_clock(connection, now)
    repairs = confirmed and clock is not None and clock.is_repairable
    is_foreign = holder not in {"", host.identity}
    return _Gate(holder, is_foreign, None if repairs else clock, repairs, confirmed)


def _rewrite_stamps(connection: Connection, now: datetime) -> None:
    """Set stamps in the future to `now`; the edition that follows makes other processes reload."""
    for column in (editions.c.published_at, revisions.c.changed_at):
        connection.execute(update(column.table).where(column > now).values({column: now}))


def follow_tz_database(
    engine: Database,
    now: datetime,
    *,
    known: Edition | None = None,
    tz_database: str = TZ_DATABASE,
    host: Host | None = None,
) -> PublishResult:
    """Add an edition if the tz database is newer than the last one's: each record it moves has a new revision.

    Subscribers learn of it by SEQUENCE, as if the record had been changed. Any host may do so, with or without the
    lease: what is written comes from the database and is the same on every host. But the clock of `host` must be right,
    if it is given.
    """
    now = now.replace(microsecond=0)
    with writing(engine, lock=True) as connection:
        gate = _check_gate(connection, now, host, confirmed=False)
        return gate.mark(_follow_tz_database(connection, now, known, tz_database, gate.clock))


def release_due(
    engine: Database,
    now: datetime,
    *,
    known: Edition | None = None,
    host: Host | None = None,
    only: Collection[str] | None = None,
) -> PublishResult:
    """Add an edition with the records of the last good file whose time has come, for a file that cannot be published.

    `only` are the ids of those that it may release, None for all. `host` must have the lease or get it.
    """
    now = now.replace(microsecond=0)
    with writing(engine, lock=True) as connection:
        gate, last = _check_gate(connection, now, host, confirmed=False), load_edition_in(connection, known)
        result = gate.mark(PublishResult(PublishOutcome.UNCHANGED, last))
        if last is None or not gate.is_open:
            return result
        stamp = _stamp(last, now)
        scheduled = tuple(
            each
            for each in list_scheduled(connection)
            if each.record.id not in last.entries and (only is None or each.record.id in only)
        )
        present = tuple(each.record for each in last.entries.values() if not each.revision.withdrawn)
        draft = Draft(last.calendar, present, scheduled).released_at(stamp)
        if draft.withheld == scheduled:
            return result
        added = compare_with_draft(last, draft, now, stamp).revisions
        tz_database = connection.scalar(select(editions.c.tz_database).where(editions.c.number == last.number)) or ""
        head = NewEdition(last.calendar, stamp, tz_database, digest_records(draft.records), last.reading)
        delete_scheduled(connection, [each.record.id for each in added])
        return _publish(result, add_edition(connection, head, last, added), added)


def _follow_tz_database(
    connection: Connection, now: datetime, known: Edition | None, tz_database: str, clock: ClockFault | None
) -> PublishResult:
    last = load_edition_in(connection, known)
    if last is None or clock:
        return PublishResult(PublishOutcome.UNCHANGED, last)
    before = connection.execute(select(editions.c.tz_database).where(editions.c.number == last.number)).scalar_one()
    if tz_database < before:
        # Another machine is ahead. To move everything back and forth would be worse than to lag behind.
        return PublishResult(PublishOutcome.UNCHANGED, last, newer_tz_database=before)
    stamp = _stamp(last, now)
    revised, moved, rewritten = [], [], []
    for row in present_rows(connection, only_without_instants=tz_database == before):
        revision = last.entries[row.record_id].revision
        derived = derive_instants(revision.record, stamp)
        if shifts := find_shifts(instants_from_json(row.instants or []), derived, now):
            revised.append(Revision(revision.record, revision.number + 1, revision.sequence + 1, stamp))
            moved += describe_shifts(row.record_id, shifts, (before, tz_database))
        elif (instants := instants_to_json(derived)) != row.instants:
            rewritten.append({"of_record": row.record_id, "of_number": row.number, "anew": instants})
    rewrite_instants(connection, rewritten)
    if tz_database == before:
        return PublishResult(PublishOutcome.UNCHANGED, last)
    head = NewEdition(last.calendar, stamp, tz_database, digest_of_edition(connection, last), last.reading)
    edition = add_edition(connection, head, last, revised)
    return PublishResult(PublishOutcome.PUBLISHED, edition, changed=[each.record.id for each in revised], moved=moved)


def _stamp(last: Edition | None, now: datetime) -> datetime:
    # A clock that was set back must not make LAST-MODIFIED fall: clients would keep what they have.
    return max(now, last.published_at) if last else now
