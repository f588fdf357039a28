"""Mail links to editors who sign in: at once and beside the outbox, which may be paused."""

from __future__ import annotations

import logging
import secrets
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.channels.base import DeliveryFailed, Envelope
from calendar_service.reminders.channels.mail import open_mail_channel
from calendar_service.reminders.messages.sign_in import compose_sign_in
from calendar_service.store.editions import load_calendar
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import FaultKind
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.record import Calendar
    from calendar_service.reminders.channels.mail import MailSettings
    from calendar_service.reminders.faults.log import FaultLog
    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)

_SOURCE = "sign-in"
_NOT_SENT = gettext_noop("The link by which an editor signs in could not be mailed.")
WAITS = (1.0, 20.0, 60.0, 120.0, 240.0)
"""Seconds before each attempt: mail servers often refuse a first one. The first wait keeps the answer to whoever asked
from taking longer where a mail is written."""


class SignInMailer:
    """Sends each mail in a thread of its own, until a mail server takes it."""

    def __init__(
        self,
        engine: Database,
        base_url: str,
        mailing: MailSettings,
        clock: Callable[[], datetime],
        faults: FaultLog,
        waits: tuple[float, ...] = WAITS,
    ) -> None:
        self._engine = engine
        self._base_url = base_url
        self._mailing = mailing
        self._clock = clock
        self._faults = faults
        self._waits = waits

    @property
    def folder(self) -> str:
        """Return the folder that mails are written into where there is no mail server, else ""."""
        return "" if self._mailing.smtp_url else f"{self._mailing.folder}/"

    def send(self, address: str, url: str, minutes: int, code: str) -> None:
        """Begin to send a link to an editor, in the language `code`. A failure is tried again and reported.

        Without an address nothing is sent, but the call takes as long.
        """
        threading.Thread(target=self._send, args=(address, url, minutes, code), name=_SOURCE, daemon=True).start()

    def _send(self, address: str, url: str, minutes: int, code: str) -> None:
        failure: Exception | None = None
        message_id = secrets.token_hex(20)
        for wait in self._waits:
            threading.Event().wait(wait)
            if not address:
                return
            try:
                self._try(address, url, minutes, code, message_id)
            except DeliveryFailed as error:
                failure = error
                if error.permanent:
                    break
            except Exception as error:  # it must be reported, whatever it is
                logger.exception("A link to sign in could not be written.")
                failure = error
                break
            else:
                self._faults.clear(_SOURCE)
                return
        details = f"{type(failure).__name__}: {failure}"
        logger.error("A link to sign in was not mailed: %s", details)
        self._faults.report(_SOURCE, FaultKind.SENDING, _NOT_SENT, details=(details,))

    def _try(self, address: str, url: str, minutes: int, code: str, message_id: str) -> None:
        calendar, lang = self._calendar(), language(code)
        host = urlsplit(self._base_url).hostname or "localhost"
        name = clean_line(phrases.pick(calendar.name, code).text) if calendar else ""
        calendar_id = calendar.id if calendar else host
        view = RenderContext(lang, self._base_url, calendar.default_language if calendar else "en")
        message = compose_sign_in(url, minutes, name or host, view=view)
        channel = open_mail_channel(self._mailing, calendar_id, self._clock)
        try:
            channel.send(message, Envelope(address, f"{message_id}@{calendar_id}"))
        finally:
            channel.close()

    def _calendar(self) -> Calendar | None:
        try:
            return load_calendar(self._engine)
        except DatabaseFault:
            return None
