"""What may fail alone when reminders are planned and fanned out: how each is named in the table of faults.

A key without a slash is that of the plan itself: a group that cannot be read, a record that cannot be planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.records.notification_keys import NotificationKind
from calendar_service.reminders.setting_aside import Subject
from calendar_service.store.faults import FaultKind

if TYPE_CHECKING:
    from calendar_service.reminders.plan import DueNotification
    from calendar_service.store.faults import Fault

# No host has this name: the other faults of clocks have the names of hosts.
CLOCK = Subject(
    FaultKind.CLOCK, "planning of reminders", gettext_noop("The clock was ahead when reminders were last planned.")
)
UNWRITABLE = gettext_noop("A letter cannot be written.")
_NOT_FIRED = gettext_noop("What has fallen due could not be entered for a group of subscribers.")
_NOT_TOLD = gettext_noop("A change of a record could not be told.")
_NOT_CAUGHT_UP = gettext_noop("Subscribers who have just joined could not be given what was due.")


def of_due(due: DueNotification) -> Subject:
    """Name what falls due for one group."""
    what = due.notification
    about = f"{what.kind} {what.record_id} {what.moment} {what.lead} for group {due.group.id}"
    if what.kind is NotificationKind.DIGEST:
        return Subject(FaultKind.GROUP, f"{due.group.id}/{what.revision}", _NOT_FIRED, about)
    return Subject(FaultKind.RECORD, f"{what.record_id}/{due.group.id}", _NOT_FIRED, about)


def of_change(change: tuple[str, int]) -> Subject:
    """Name a revision, as (record, number), that is to be told."""
    record_id, number = change
    return Subject(FaultKind.EDITION, f"{record_id}/{number}", _NOT_TOLD, f"record {record_id}, revision {number}")


def of_joining(group_id: int) -> Subject:
    """Name what those are given who have just joined a group."""
    return Subject(FaultKind.GROUP, f"{group_id}/joined", _NOT_CAUGHT_UP, f"group {group_id}")


def is_planned(fault: Fault) -> bool:
    """Return True for a fault of the plan itself: a group that cannot be read, a record that cannot be planned."""
    return fault.kind in (FaultKind.GROUP, FaultKind.RECORD) and "/" not in fault.key


def is_fired(fault: Fault) -> bool:
    """Return True for the fault of one firing."""
    return fault.kind in (FaultKind.GROUP, FaultKind.RECORD) and "/" in fault.key and not fault.key.endswith("/joined")


def is_caught_up(fault: Fault, joined: set[int]) -> bool:
    """Return True for the fault of giving who joined a group what was due, if nobody waits for that any more."""
    number, _, what = fault.key.partition("/")
    return fault.kind is FaultKind.GROUP and what == "joined" and int(number) not in joined
