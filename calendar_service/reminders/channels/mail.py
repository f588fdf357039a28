"""Send messages by mail: through a mail server, or as files in a folder if there is none."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.mail_message import write_message
from calendar_service.reminders.channels.smtp import SmtpChannel
from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.reminders.channels.base import Channel, Envelope, Message

logger = logging.getLogger(__name__)

_NAME_LIMIT = 120


@dataclass(frozen=True)
class MailSettings:
    """How mail is sent: the server's URL, "" for files in `folder`, and the sender.

    `editors` are the addresses that get mails about faults; if there are none, the sender's own does.
    """

    smtp_url: str
    folder: Path
    sender: str
    editors: tuple[str, ...] = ()


def open_mail_channel(mailing: MailSettings, calendar_id: str, clock: Callable[[], datetime]) -> Channel:
    """Return a channel to the mail server, or to the folder if there is no server."""
    if mailing.smtp_url:
        return SmtpChannel(mailing.smtp_url, mailing.sender, calendar_id, clock)
    return FolderChannel(mailing.folder, mailing.sender, calendar_id, clock)


class FolderChannel:
    """Mail as .eml files, one for each message."""

    def __init__(self, folder: Path, sender: str, calendar_id: str, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._sender = sender
        self._calendar_id = calendar_id
        self._clock = clock

    def send(self, message: Message, envelope: Envelope) -> None:
        """Write one message, whole or not at all. Raise DeliveryFailed."""
        now = self._clock()
        content = write_message(message, envelope, self._sender, self._calendar_id, now)
        name = re.sub(r"[^A-Za-z0-9.-]", "_", envelope.message_id)[:_NAME_LIMIT]
        path = self._folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}.eml"
        try:
            write_whole(path, content)
        except OSError as error:
            raise DeliveryFailed(
                f"The mail folder {self._folder} cannot be written: {error.strerror}.", is_ours=True
            ) from None
        logger.info("A mail was written to %s.", path)

    def close(self) -> None:
        """Do nothing: no file stays open."""
