"""Send messages by mail: through a mail server, or as files in a folder if there is none."""

from __future__ import annotations

import logging
import re
from datetime import UTC
from typing import TYPE_CHECKING

from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.mail_message import build_message, write_message
from calendar_service.reminders.channels.smtp import SmtpChannel
from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from calendar_service.reminders.channels.base import Channel, Envelope, Message

__all__ = ["FolderChannel", "SmtpChannel", "build_message", "open_mail_channel"]

logger = logging.getLogger(__name__)

_NAME_LIMIT = 120


def open_mail_channel(
    smtp_url: str, folder: Path, sender: str, calendar_id: str, clock: Callable[[], datetime]
) -> Channel:
    """Return a channel to the mail server of a URL, or to the folder if the URL is ""."""
    if smtp_url:
        return SmtpChannel(smtp_url, sender, calendar_id, clock)
    return FolderChannel(folder, sender, calendar_id, clock)


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
