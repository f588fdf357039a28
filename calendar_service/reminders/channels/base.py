"""Messages and the channel interface: content, envelope, and why sending can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGE_URL = "\ue000manage\ue001"
UNSUBSCRIBE_URL = "\ue000unsubscribe\ue001"
"""Where a message's texts have the subscriber's own links; private-use characters, which no text of a record holds."""


class ChannelName(StrEnum):
    """The channel of a subscriber."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    CHAT = "chat"


@dataclass(frozen=True)
class Message:
    """One rendered message, the same for all subscribers who share language and zone.

    `record_id` is "" if it is not about a single record. `attachment` is the record's iCalendar file, named
    `attachment_name`. `data` is the payload for programs, as JSON values.
    """

    subject: str
    text: str
    html: str
    language: str
    record_id: str = ""
    attachment: bytes = b""
    attachment_name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """What is one subscriber's own: address, identifiers and links, and by which `channel` it goes.

    `message_id` is the same at each attempt, without angle brackets; `thread_id` is shared by all messages about one
    record to one subscriber, "" for none. The links are "" in messages that nobody has subscribed to.
    """

    address: str
    message_id: str
    thread_id: str = ""
    manage_url: str = ""
    unsubscribe_url: str = ""
    secret: str = field(default="", repr=False)
    channel: ChannelName = ChannelName.MAIL


class DeliveryFailed(CalendarError):
    """A message was not sent. The error contains no address and no secret.

    `permanent`: trying again would not help. `address_is_dead`: the subscriber cannot be reached there at all.
    `is_ours`: the cause is our own settings or connection, so every message would fail. `retry_after` is the wait that
    the other side asked for, in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        address_is_dead: bool = False,
        is_ours: bool = False,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.address_is_dead = address_is_dead
        self.is_ours = is_ours
        self.retry_after = retry_after


class Channel(Protocol):
    """A way to send messages. One object serves one thread at a time and may keep a connection open."""

    def send(self, message: Message, envelope: Envelope) -> None:
        """Send a message; it has been accepted when this returns. Raise DeliveryFailed."""

    def close(self) -> None:
        """Close all connections."""
