"""The things that can fail alone when reminders are planned and fanned out, and their fault keys.

A key without a slash is that of the plan itself: a group that cannot be read, a record that cannot be planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.records.notification_keys import DigestKey, describe_key, record_of
from calendar_service.reminders.setting_aside import Subject
from calendar_service.store.faults import FaultKind
from calendar_service.store.notification_columns import encode_bundle

if TYPE_CHECKING:
    from calendar_service.records.notification_keys import DueNotification, RecipientGroup
    from calendar_service.store.faults import Fault

# No host has this name: the other faults of clocks have the names of hosts.
CLOCK = Subject(
    FaultKind.CLOCK, "planning of reminders", gettext_noop("The clock was ahead when reminders were last planned.")
)
UNWRITABLE = gettext_noop("An email cannot be written.")
_UNREADABLE = gettext_noop("The choices of a group of subscribers cannot be read.")
_UNPLANNABLE = gettext_noop("The reminders of a record cannot be planned.")
_NOT_FANNED_OUT = gettext_noop("What was due could not be queued for a group of subscribers.")
_NOT_NOTIFIED = gettext_noop("A change notice could not be sent.")
_NOT_CAUGHT_UP = gettext_noop("New subscribers could not be sent what was due.")


def of_group(group: RecipientGroup) -> Subject:
    """Return the subject of a group that cannot be read."""
    about = f"group {group.id}: selection {group.selection!r}, lead {group.lead!r}, zone {group.zone!r}"
    return Subject(FaultKind.GROUP, str(group.id), _UNREADABLE, about)


def of_record(record_id: str) -> Subject:
    """Return the subject of a record whose reminders cannot be planned."""
    return Subject(FaultKind.RECORD, record_id, _UNPLANNABLE, f"record {record_id}")


def of_due(due: DueNotification) -> Subject:
    """Return the subject of a fan-out."""
    key, group_id = due.notification, due.group.id
    about = f"{describe_key(key)} for group {group_id}"
    if isinstance(key, DigestKey):
        return Subject(FaultKind.GROUP, f"{group_id}/{encode_bundle(key)}", _NOT_FANNED_OUT, about)
    return Subject(FaultKind.RECORD, f"{record_of(key)}/{group_id}", _NOT_FANNED_OUT, about)


def of_change(change: tuple[str, int]) -> Subject:
    """Return the subject of a revision, as (record, number), that is to be announced."""
    record_id, number = change
    return Subject(FaultKind.EDITION, f"{record_id}/{number}", _NOT_NOTIFIED, f"record {record_id}, revision {number}")


def change_of(fault: Fault) -> tuple[str, int] | None:
    """Return the revision that a fault is about, as `of_change` has named it; None for any other fault."""
    record_id, _, number = fault.key.rpartition("/")
    return (record_id, int(number)) if fault.kind is FaultKind.EDITION and number.isdecimal() else None


def of_joining(group_id: int) -> Subject:
    """Return the subject of the catch-up of those who have just joined a group."""
    return Subject(FaultKind.GROUP, f"{group_id}/joined", _NOT_CAUGHT_UP, f"group {group_id}")


def is_planned(fault: Fault) -> bool:
    """Return True for a fault of the plan itself: a group that cannot be read, a record that cannot be planned."""
    return fault.kind in (FaultKind.GROUP, FaultKind.RECORD) and "/" not in fault.key


def is_fan_out(fault: Fault) -> bool:
    """Return True for the fault of one fan-out."""
    return fault.kind in (FaultKind.GROUP, FaultKind.RECORD) and "/" in fault.key and not fault.key.endswith("/joined")


def is_caught_up(fault: Fault, joined: set[int]) -> bool:
    """Return True for the fault of a catch-up for which nobody waits any more."""
    is_of_joining = fault.kind is FaultKind.GROUP and fault.key.endswith("/joined")
    return is_of_joining and fault.key not in {of_joining(group_id).key for group_id in joined}
