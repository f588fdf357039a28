"""The dead man's handle: when reminders stand still, the operator is told, by whichever process still runs."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from calendar_service.reminders.channels.mail import open_mail_channel
from calendar_service.reminders.channels.post import DeliveryFailed, Envelope
from calendar_service.reminders.health import SILENT_AFTER, Health, judge
from calendar_service.reminders.letters import compose_alarm
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import writing
from calendar_service.store.gauges import take_pulse
from calendar_service.store.notes import enter_note, remove_note
from calendar_service.writers.language import language
from calendar_service.writers.view import View

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.reminders.office import Mailing
    from calendar_service.store.engine import Database
    from calendar_service.store.gauges import Pulse

logger = logging.getLogger(__name__)

_NOTE = "alarm"
_AGAIN_AFTER = timedelta(minutes=5)


class Alarm:
    """Writes to the sender's own address when reminders stand still: once for each time, by one process of all."""

    def __init__(self, engine: Database, base_url: str, mailing: Mailing, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._base_url = base_url
        self._mailing = mailing
        self._clock = clock
        self._begun_at: datetime | None = None
        self._again_at: datetime | None = None

    def look(self) -> None:
        """Raise the alarm, or take it back. Raises DatabaseFault."""
        now = self._clock()
        self._begun_at = self._begun_at or now
        pulse = take_pulse(self._engine, now)
        health = judge(pulse, now)
        if health is Health.OK:
            self._again_at = None
            with writing(self._engine) as connection:
                if remove_note(connection, _NOTE):
                    logger.warning("Reminders are on their way again.")
            return
        if now - self._begun_at < SILENT_AFTER:
            return  # everything may just have been started, and the worker had no time yet
        with writing(self._engine) as connection:
            is_first = enter_note(connection, _NOTE, health, now)
        if is_first or (self._again_at and now >= self._again_at):
            self._raise(health, pulse, now)

    def _raise(self, health: Health, pulse: Pulse, now: datetime) -> None:
        lines = list(_lines(health, pulse))
        logger.error("%s", " ".join(lines))
        edition = load_edition(self._engine)
        if edition is None:
            return
        default = edition.calendar.languages[0]
        letter = compose_alarm(lines, edition, view=View(language("en"), self._base_url, default))
        digest = hashlib.sha256(f"{_NOTE}\n{health}\n{now.isoformat()}".encode()).hexdigest()
        sender = self._mailing.sender
        channel = open_mail_channel(
            self._mailing.smtp_url, self._mailing.folder, sender, edition.calendar.id, self._clock
        )
        self._again_at = None
        try:
            channel.send(letter, Envelope(parseaddr(sender)[1], f"{digest[:40]}@{edition.calendar.id}"))
        except DeliveryFailed as failure:
            # What keeps letters back may keep this one back too, so it is tried again.
            logger.error("The alarm could not be sent by mail either: %s", failure)  # noqa: TRY400 (the trace tells nothing more)
            self._again_at = now + _AGAIN_AFTER
        finally:
            channel.close()


def _lines(health: Health, pulse: Pulse) -> list[str]:
    if health is Health.SILENT:
        last = f"since {pulse.last_tick:%Y-%m-%d %H:%M} UTC" if pulse.last_tick else "at all"
        return [
            f"Nothing that sends reminders has given a sign of life {last}.",
            "Start calendar-service serve, or calendar-service worker, and look at its log.",
        ]
    return [
        f"Letters have been waiting since {pulse.oldest_due:%Y-%m-%d %H:%M} UTC.",
        "Look at the log of the worker and at the mail server.",
    ]
