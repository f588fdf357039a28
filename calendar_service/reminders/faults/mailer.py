"""Mail faults to the editors, without the outbox: the database may be what fails."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_service.records.texts import output_languages
from calendar_service.reminders.channels.base import DeliveryFailed, Envelope
from calendar_service.reminders.channels.mail import open_mail_channel
from calendar_service.reminders.messages.fault import compose_fault_mail
from calendar_service.store.hosts import host_name
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from calendar_service.records.record import Calendar
    from calendar_service.reminders.channels.mail import MailSettings
    from calendar_service.store.faults import Fault

logger = logging.getLogger(__name__)

_REMEMBERED = timedelta(hours=2)


class FaultMailer:
    """Sends mails to the editors, or to the sender's own address if there are none."""

    def __init__(
        self, base_url: str, mailing: MailSettings, clock: Callable[[], datetime], operator_url: str = ""
    ) -> None:
        self._base_url = base_url
        self._mailing = mailing
        self._clock = clock
        self._operator_url = operator_url
        self._reached: dict[str, datetime] = {}

    def send(self, faults: Sequence[Fault], calendar: Calendar | None) -> bool:
        """Send one mail about some faults to each editor; return False if one of them could not be reached."""
        host = urlsplit(self._base_url).hostname or "localhost"
        default = calendar.default_language if calendar else "en"
        lang = language(default if default in output_languages() else "en")
        name = clean_line(phrases.pick(calendar.name, lang.code).text) if calendar else ""
        calendar_id = calendar.id if calendar else host
        view = RenderContext(lang, self._base_url, default)
        message = compose_fault_mail(faults, name or host, host_name(), view=view, operator_url=self._operator_url)
        sender = self._mailing.sender
        channel = open_mail_channel(self._mailing, calendar_id, self._clock)
        incident = "\n".join(f"{each.kind} {each.key} {each.first_at.isoformat()}" for each in faults)
        try:
            for address in self._mailing.editors or (parseaddr(sender)[1],):
                digest = hashlib.sha256(f"{incident}\n{address}".encode()).hexdigest()[:40]
                if digest not in self._reached:
                    channel.send(message, Envelope(address, f"{digest}@{calendar_id}"))
                    self._reached[digest] = self._clock()
        except DeliveryFailed as failure:
            # What keeps messages back may keep this one back too, so it is tried again.
            logger.error("The alarm could not be sent by mail either: %s", failure)  # noqa: TRY400 (the traceback adds nothing)
            return False
        finally:
            channel.close()
            self._forget()
        return True

    def _forget(self) -> None:
        before = self._clock() - _REMEMBERED
        self._reached = {digest: at for digest, at in self._reached.items() if at > before}
