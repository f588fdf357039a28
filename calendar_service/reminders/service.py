"""The reminder service of one worker process. Several may run side by side."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.ahead import fan_out_ahead
from calendar_service.reminders.channels.registry import CHANNELS
from calendar_service.reminders.delivery_sender import DeliverySender
from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.setting_aside import Failures, SetAside, Subject
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.reminders.subscriptions.signup_worker import MESSAGES_PER_HOUR, process_signups
from calendar_service.store.claims import next_wake, release_claims
from calendar_service.store.editions import LoadedEdition, is_newest
from calendar_service.store.engine import concerns_all, reading, writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import FaultKind
from calendar_service.store.hosts import host_name
from calendar_service.store.purge import purge_expired
from calendar_service.store.purge_history import DEFAULT_RETENTION_DAYS, purge_history
from calendar_service.store.workers import delete_idle_workers, enter_worker, heartbeat, is_surely_dead, list_claimers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.reminders.channels.base import Channel, ChannelName
    from calendar_service.reminders.channels.mail import MailSettings
    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)

SAFETY_SECONDS = 5.0
"""How long at most between two looks; somebody may have signed up on another machine."""
_LEASE_SECONDS = 300.0
"""For how long a worker on another machine may give no sign of life before its claims are given back."""
_BEAT_SECONDS = 2.0
_PURGE_SECONDS = 3600.0
_PURGE_RETRY_SECONDS = 60.0
_EDITION_SECONDS = 0.5
_CHECK_SECONDS = 0.25
_FORGET_WORKERS_AFTER = timedelta(hours=1)
_STAGE_FAILS = gettext_noop("A part of the reminder service has failed.")
_UNREADABLE_EDITION = Subject(
    FaultKind.EDITION,
    "newest",
    gettext_noop("The newest edition cannot be read. Reminders go on with the one before it."),
)


class ReminderService:
    """Schedules what is due, and sends it: two jobs for two threads, each running once at a time.

    `clock` decides what is due. It may differ from the wall clock, to try another time; heartbeats and purging use
    `wall_clock`. Where `clock` is ahead of it, what is due by `clock` is sent, but all that is stored for later passes
    follows the wall clock.
    """

    def __init__(
        self,
        engine: Database,
        keys: tuple[str, ...],
        base_url: str,
        mailing: MailSettings,
        clock: Callable[[], datetime],
        wall_clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._mailing = mailing
        self._clock = clock
        self._wall_clock = wall_clock or clock
        self._planner = Planner(engine)
        self._renderer = MessageRenderer(engine, SubscriptionService(engine, keys), base_url)
        # Another one takes its place where this host can remember how far the database has come.
        self.guard = RestoreGuard(engine, None)
        self.loaded = LoadedEdition()
        self.history_kept = timedelta(days=DEFAULT_RETENTION_DAYS)
        self.confirmations_per_hour = MESSAGES_PER_HOUR
        self._is_paused = True
        self._checked = float("-inf")
        self._aside = SetAside(engine, [FaultKind.SCHEDULE, FaultKind.EDITION])
        self._sender: DeliverySender | None = None
        self._worker_id = 0
        self._entering = threading.Lock()
        self._edition: Edition | None = None
        self._edition_error: Exception | None = None
        self._edition_seen = self._beat_at = self._purged_at = float("-inf")
        self._heartbeats: dict[int, tuple[int, float]] = {}

    def schedule_due(self) -> None:
        """Answer sign-ups, and fan out what is due unless sending is paused.

        If one stage fails the others still run. Raise DatabaseFault after all of them.
        """
        now = self._now()
        self._enter()
        is_paused = self._check_pause()
        self.heartbeat()
        self._enter()
        stages: dict[str, Callable[[], object]] = {"release of claims": self._release_dead}
        if time.monotonic() - self._purged_at > _PURGE_SECONDS:
            stages["housekeeping"] = self._purge_expired
        if is_paused:
            self._planner = Planner(self._engine)  # what a plan was made of may be another when it goes on
        else:
            stages["sign-ups"] = lambda: process_signups(self._engine, self._keys, now, self.confirmations_per_hour)
            stages["reminders"] = lambda: self._fan_out(now)
        self._run_stages(stages, now)

    def _fan_out(self, now: datetime) -> None:
        if edition := self.edition():
            self._planner.fan_out(edition, now)
            if (until := self._clock()) > now and self._is_ahead():
                fan_out_ahead(self._engine, edition, until, now)

    def _is_ahead(self) -> bool:
        return self._wall_clock is not self._clock and self._clock() > self._wall_clock()

    def _now(self) -> datetime:
        """Return the time to store: never one that is still to come."""
        return self._wall_clock() if self._is_ahead() else self._clock()

    def _run_stages(self, stages: dict[str, Callable[[], object]], now: datetime) -> None:
        failures, fault = Failures(), None
        for name, run in stages.items():
            try:
                run()
            except DatabaseFault as error:
                fault = fault or error
            except Exception as error:  # noqa: BLE001 (whatever it is, the other stages have their turn)
                failures.add(Subject(FaultKind.SCHEDULE, _stage_key(name), _STAGE_FAILS, name), error)
        if fault:
            raise fault
        if self._edition_error:
            failures.add(_UNREADABLE_EDITION, self._edition_error)
        with reading(self._engine) as connection:
            self._aside.load(connection)
        over = [(FaultKind.SCHEDULE, _stage_key(name)) for name in stages]
        self._aside.write(failures, now, over=[*over, _UNREADABLE_EDITION.name])

    def send(self, stop: threading.Event) -> Counter[str]:
        """Send until nothing is due, sending is paused, or `stop` is set; return the results. Raise DatabaseFault."""
        self._enter()
        if self._check_pause():
            return Counter()
        if self._sender is None:
            self._sender = DeliverySender(
                self._engine,
                self._renderer,
                self._open_channels,
                self._clock,
                self._worker_id,
                ahead_of=self._wall_clock if self._is_ahead() else None,
            )
        counts = self._sender.send_due(self._edition_to_send, stop, self.heartbeat)
        if counts:
            self._beat()  # what was sent is after any copy that was made meanwhile
        return counts

    @property
    def sending_fault(self) -> str:
        """The fault in our own settings or connection that prevents sending; "" if there is none."""
        return self._sender.own_fault if self._sender else ""

    def next_wake_up(self) -> datetime | None:
        """Return when something becomes due or is to be tried again (aware, UTC); None if that is unknown."""
        with reading(self._engine) as connection:
            again = next_wake(connection, self._clock())
        return min((at for at in (again, self._planner.next_due()) if at), default=None)

    def close(self, patience: float) -> None:
        """Finish the messages in hand, for at most `patience` seconds, and release all claims. Raise DatabaseFault."""
        if self._sender:
            self._sender.close(patience)
        if self._worker_id:
            with writing(self._engine) as connection:
                # What a thread still has in hand stays claimed: it may arrive yet.
                if not (self._sender and self._sender.has_hung):
                    release_claims(connection, self._worker_id)

    # -- its parts ----------------------------------------------------------------------------------------------

    def edition(self) -> Edition | None:
        """Return the current edition, None where there is none yet. Raise DatabaseFault."""
        if time.monotonic() - self._edition_seen > _EDITION_SECONDS:
            if self._edition is None or not is_newest(self._engine, self._edition):
                self._edition = self._load_edition()
            self._edition_seen = time.monotonic()
        return self._edition

    def _load_edition(self) -> Edition | None:
        """Load the newest edition; if it cannot be read, keep the last one."""
        try:
            edition = self.loaded.load(self._engine, self._edition)
        except Exception as error:
            if concerns_all(error) or self._edition is None:
                raise
            self._edition_error = error
            return self._edition
        self._edition_error = None
        return edition

    def _edition_to_send(self) -> Edition | None:
        if time.monotonic() - self._checked > _CHECK_SECONDS:
            self._check_pause()
        return None if self._is_paused else self.edition()

    def _check_pause(self) -> bool:
        self._is_paused = bool(self.guard.check(self._now()))
        self._checked = time.monotonic()
        return self._is_paused

    def _enter(self) -> None:
        with self._entering:
            if not self._worker_id:
                with writing(self._engine) as connection:
                    self._worker_id = enter_worker(connection, self._wall_clock())

    def heartbeat(self) -> None:
        """Write a heartbeat, every other second at most."""
        if time.monotonic() - self._beat_at > _BEAT_SECONDS:
            self._beat()

    def _beat(self) -> None:
        now = self._wall_clock()
        with writing(self._engine) as connection:
            is_entered = heartbeat(connection, self._worker_id, now)
            identity = self.guard.advance(connection, now)
        self._beat_at = time.monotonic()
        self.guard.remember(identity, self._now(), self._clock())
        if not is_entered:
            self._leave()

    def _leave(self) -> None:
        """Register this worker again, since the database was restored and may know another one by its number."""
        with self._entering:
            self._worker_id, sender, self._sender = 0, self._sender, None
            self._planner = Planner(self._engine)
        if sender:
            sender.close(0)

    def _release_dead(self) -> None:
        """Release the claims of dead workers: detected at once on this machine, by missing heartbeats elsewhere.

        Silence is measured on our own monotonic clock, so that no jump of a wall clock makes a worker seem dead.
        """
        with reading(self._engine) as connection:
            others = list_claimers(connection, self._worker_id)
        for other in others:
            seen, since = self._heartbeats.get(other.id, (-1, 0.0))
            if seen != other.beat:
                self._heartbeats[other.id] = seen, since = other.beat, time.monotonic()
            if is_surely_dead(other.process) or time.monotonic() - since > _LEASE_SECONDS:
                with writing(self._engine) as connection:
                    released = release_claims(connection, other.id)
                logger.warning("A worker has died; %d messages that it had claimed go out from here.", released)

    def _purge_expired(self) -> None:
        # Until it has been done, it is tried every minute.
        self._purged_at = time.monotonic() - _PURGE_SECONDS + _PURGE_RETRY_SECONDS
        now = self._wall_clock()
        with writing(self._engine) as connection:
            delete_idle_workers(connection, now - _FORGET_WORKERS_AFTER)
        purge_expired(self._engine, now)
        purge_history(self._engine, now, self.history_kept)
        self._purged_at = time.monotonic()

    def _open_channels(self) -> dict[ChannelName, Channel]:
        edition = self.edition()
        calendar_id = edition.calendar.id if edition else "localhost"
        return {name: kind.open(self._mailing, calendar_id, self._clock) for name, kind in CHANNELS.items()}


def _stage_key(name: str) -> str:
    return f"{name} on {host_name()}"
