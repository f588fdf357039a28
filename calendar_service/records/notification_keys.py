"""What can be said to whom: groups of readers who want the same, and the occasions on which something is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Topic(StrEnum):
    """What a group of readers wants to hear of."""

    REMINDERS = "reminders"
    CHANGES = "changes"
    NEW = "new"


class NotificationKind(StrEnum):
    """What can be said once to a reader. A LETTER is about the reader's own subscription."""

    REMINDER = "reminder"
    NOTICE = "notice"
    DIGEST = "digest"
    LETTER = "letter"


@dataclass(frozen=True)
class RecipientGroup:
    """Readers who want the same thing at the same time; `lead` is "" for the programme's own leads."""

    id: int
    topic: Topic
    selection: str
    lead: str = ""
    zone: str = ""
    country: str = ""
    digest: str = ""


@dataclass(frozen=True)
class NotificationKey:
    """What is said: the key under which nothing is said twice to one reader.

    `revision` is the moment's own, the time at which it stands; of a notice it is the number of the record's revision,
    of a digest its name.
    """

    kind: NotificationKind
    record_id: str = ""
    occurrence: date | None = None
    moment: str = ""
    revision: str = ""
    lead: str = ""
