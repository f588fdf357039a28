"""Groups of subscribers who want the same, and the keys of notifications."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from calendar_service.records.leads import write_lead

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.enums import MomentName
    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Point


class Topic(StrEnum):
    """What a group of subscribers wants to hear of."""

    REMINDERS = "reminders"
    CHANGES = "changes"
    NEW = "new"


class NotificationKind(StrEnum):
    """What a notification is. An ACCOUNT message is about the subscriber's own subscription."""

    REMINDER = "reminder"
    NOTICE = "notice"
    DIGEST = "digest"
    ACCOUNT = "letter"


class NoticeKind(StrEnum):
    """What a notice announces of a revision: that the record is new, or that it has changed."""

    NEW = "new"
    CHANGED = "changed"


class DigestPeriod(StrEnum):
    """How often a digest goes."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def days(self) -> int:
        """The days from one digest to the next."""
        return 7 if self is DigestPeriod.WEEKLY else 1


class AccountKind(StrEnum):
    """What a message about the subscription itself is for."""

    CONFIRM = "confirm"
    KNOWN = "known"
    LINK = "link"
    TROUBLE = "trouble"


@dataclass(frozen=True, order=True)
class RecipientGroup:
    """Subscribers who want the same thing at the same time: that makes the group, whatever its number.

    `lead` is "" for the programme's own leads, `digest` for single messages, `zone` and `country` where they make no
    difference. All are as the database has them, so they may be what nobody can read. `id` is 0 where it has none yet.
    """

    topic: Topic
    selection: str
    lead: str = ""
    zone: str = ""
    country: str = ""
    digest: str = ""
    id: int = field(default=0, compare=False, kw_only=True)

    @property
    def subject(self) -> tuple[Topic, str, str]:
        """What it is about, whatever its zone, country and digest."""
        return self.topic, self.selection, self.lead


@dataclass(frozen=True)
class ReminderKey:
    """A reminder of a moment by one lead. `at` is where the moment stands: where it is moved, it is reminded of anew.

    `occurrence` is the day that the rule gave, for a record that recurs.
    """

    kind: ClassVar[NotificationKind] = NotificationKind.REMINDER
    record_id: str
    occurrence: date | None
    moment: MomentName
    at: Point
    lead: Lead

    @property
    def target(self) -> tuple[str, date | None, MomentName, Point]:
        """What all reminders of this moment have in common."""
        return self.record_id, self.occurrence, self.moment, self.at


@dataclass(frozen=True)
class ChangeKey:
    """The notice of one revision of a record."""

    kind: ClassVar[NotificationKind] = NotificationKind.NOTICE
    record_id: str
    revision: int
    notice: NoticeKind


@dataclass(frozen=True)
class DigestKey:
    """The digest that goes at an instant, in whole minutes."""

    kind: ClassVar[NotificationKind] = NotificationKind.DIGEST
    period: DigestPeriod
    at: datetime


@dataclass(frozen=True)
class EditionKey:
    """The one message of all notices that a subscriber gets because of an edition, where there are several."""

    kind: ClassVar[NotificationKind] = NotificationKind.NOTICE
    edition: int


@dataclass(frozen=True)
class AccountKey:
    """One message about a subscription itself. `token` is random, so that another like it may go out later."""

    kind: ClassVar[NotificationKind] = NotificationKind.ACCOUNT
    account: AccountKind
    token: str


@dataclass(frozen=True)
class UnreadableKey:
    """A key that this version cannot read, as its row has it: a newer version may have entered it."""

    columns: tuple[str, ...]


BundleKey = DigestKey | EditionKey
"""A message that has other notifications as its items."""

NotificationKey = ReminderKey | ChangeKey | DigestKey | EditionKey | AccountKey
"""What a notification is: a subscriber gets each key at most once."""

StoredKey = NotificationKey | UnreadableKey


@dataclass(frozen=True)
class DueNotification:
    """A notification as it falls due for a group, and is fanned out then.

    `due_at` is when it goes. Of reminders of one moment that are due together only the one with the latest `counted`
    goes, the instant that the lead alone gives. `bundle` is the message that it is an item of. Only subscribers who
    asked for it `after` (excluded) are meant, and none who asked for it later than `due_at`.

    What is `new_in` an edition (a notice, or a reminder that was due before its record was known) is for those who
    asked before that edition, whenever it falls due; of a reminder also for those who asked up to `counted`.
    """

    group: RecipientGroup
    notification: NotificationKey
    due_at: datetime
    counted: datetime
    expires_at: datetime
    bundle: BundleKey | None = None
    after: datetime | None = None
    new_in: int = 0

    @property
    def key(self) -> tuple[int, NotificationKey, BundleKey | None]:
        """What is done once."""
        return self.group.id, self.notification, self.bundle


def record_of(key: StoredKey) -> str:
    """Return the id of the record that a notification is about, "" where it is about none."""
    return key.record_id if isinstance(key, ReminderKey | ChangeKey) else ""


def topic_of(key: StoredKey) -> str:
    """Name for the log what a notification is about: its record, or its kind."""
    match key:
        case ReminderKey() | ChangeKey():
            return key.record_id
        case UnreadableKey(columns):
            return columns[0]
        case _:
            return key.kind


def lead_of(key: StoredKey) -> str:
    """Return the lead of a reminder as it is kept, such as "7 days"; "" for what is no reminder."""
    return write_lead(key.lead) if isinstance(key, ReminderKey) else ""


def describe_key(key: StoredKey) -> str:
    """Describe a notification for the operator: "reminder roads closes 7 days", "notice roads changed 2"."""
    match key:
        case ReminderKey():
            return f"{key.kind} {key.record_id} {key.moment} {write_lead(key.lead)}"
        case ChangeKey():
            return f"{key.kind} {key.record_id} {key.notice} {key.revision}"
        case DigestKey():
            return f"{key.kind} {key.period} {key.at.isoformat()}"
        case EditionKey():
            return f"{key.kind} edition {key.edition}"
        case AccountKey():
            return f"{key.kind} {key.account}"
        case UnreadableKey(columns):
            return " ".join(part for part in columns if part)
