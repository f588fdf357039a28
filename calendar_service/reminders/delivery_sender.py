"""Send deliveries: claim, send and mark, in three separate steps, in as many threads as needed.

A message is sent at least once, and at most one for each thread of a killed process is sent twice, with the same
Message-ID. One thread is enough while sending is quick; if the other side is slow or hangs, more are started.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import topic_of
from calendar_service.reminders.ahead import as_if_later
from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.relevance import DeliveryObsolete
from calendar_service.reminders.send_results import (
    RETRIED,
    clear_delivery,
    postpone_unrendered,
    settle_failed,
    settle_sent,
)
from calendar_service.store.claims import (
    claim_deliveries,
    count_waiting,
    load_active_watches,
    load_bare,
    load_deliveries,
    mark_settled,
    release_claims,
)
from calendar_service.store.engine import concerns_all, reading, writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.outbox import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import RecipientGroup
    from calendar_service.reminders.channels.base import Channel, ChannelName, Envelope, Message
    from calendar_service.reminders.message_renderer import MessageRenderer
    from calendar_service.reminders.send_results import Sent
    from calendar_service.store.claims import ClaimedDelivery
    from calendar_service.store.engine import Database, Transaction

logger = logging.getLogger(__name__)

_BATCH = 20
_MAX_THREADS = 8
# With more than this before it, a thread gets another beside it.
_SECONDS_OF_WORK = 30.0
_COUNTED = 10_000
_STUCK_AFTER = 5.0
_POLL = 0.02
_OUR_FAULTS = 3
_MARK_PATIENCE = 60.0
_UNFORESEEN = DeliveryFailed("an unforeseen fault")

_Rendered = tuple["ClaimedDelivery", "Message", "Envelope"]


@dataclass
class SenderThread:
    """One sending thread with its own connections; `since` is when it took its present message."""

    thread: threading.Thread
    since: float | None = None


class DeliverySender:
    """Sends due deliveries. `channels` returns a set of channels for a thread.

    `ahead_of` is the wall clock where `clock` is ahead of it. Then what is sent is marked as sent, and all else is
    given back as it was: what is too late, or cannot be sent yet, by `clock` alone.
    """

    def __init__(
        self,
        engine: Database,
        renderer: MessageRenderer,
        channels: Callable[[], Mapping[ChannelName, Channel]],
        clock: Callable[[], datetime],
        worker_id: int,
        *,
        ahead_of: Callable[[], datetime] | None = None,
    ) -> None:
        self._ahead_of = ahead_of
        self._engine = engine
        self._renderer = renderer
        self._channels = channels
        self._clock = clock
        self._worker_id = worker_id
        self._queue: queue.Queue[_Rendered | None] = queue.Queue()
        self._sender_threads: list[SenderThread] = []
        self._lock = threading.Lock()
        # Messages that are in the queue or with a thread.
        self._in_hand = 0
        # Claimed deliveries that are neither there nor settled: they are given back when the pass ends.
        self._not_queued: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._seconds_per_message = 0.0
        self._our_faults = 0
        self.own_fault = ""
        """What in our own settings or connection kept the last message back; "" if one went out since."""

    def send_due(
        self, edition: Callable[[], Edition | None], stop: threading.Event, beat: Callable[[], None]
    ) -> Counter[str]:
        """Send until nothing is due or `stop` is set; return the deliveries by result. Raise DatabaseFault.

        Afterwards nothing is claimed except what a hanging thread is sending.
        """
        self._counts = Counter()
        self._our_faults = 0
        try:
            while not stop.is_set() and self._our_faults < _OUR_FAULTS:
                beat()
                current = edition()
                if current is None:
                    break
                if self._queue.qsize() < _BATCH and self._claim(current):
                    continue
                if self._in_hand == 0:
                    break
                self._open_threads()
                time.sleep(_POLL)
        finally:
            self._release()
        return self._counts

    def close(self, patience: float) -> None:
        """Wait at most `patience` seconds for the sender threads to finish, and end them."""
        for _ in self._sender_threads:
            self._queue.put(None)
        end = time.monotonic() + patience
        for sender_thread in self._sender_threads:
            sender_thread.thread.join(max(0.0, end - time.monotonic()))
        self._sender_threads = [
            sender_thread for sender_thread in self._sender_threads if sender_thread.thread.is_alive()
        ]

    @property
    def has_hung(self) -> bool:
        """Return True if a thread was still busy when all were stopped."""
        return bool(self._sender_threads)

    # -- claiming -----------------------------------------------------------------------------------------------

    def _claim(self, edition: Edition) -> bool:
        now = self._clock()
        with writing(self._engine) as connection:
            claimed = claim_deliveries(connection, self._worker_id, now, _BATCH)
        if not claimed:
            return False
        self._not_queued.update(claimed)
        claimed_deliveries, active_watches = self._load(claimed, now)
        for delivery in claimed_deliveries:
            watches = active_watches.get(delivery.recipient.id, []) if delivery.recipient else []
            if self._render_and_queue(delivery, edition, watches, now):
                self._not_queued.discard(delivery.id)
        self._open_threads()
        return True

    def _load(self, claimed: list[int], now: datetime) -> tuple[list[ClaimedDelivery], dict[int, list[RecipientGroup]]]:
        """Load the claimed deliveries; postpone those that cannot be read."""
        try:
            with reading(self._engine) as connection:
                return _load_together(connection, claimed)
        except Exception as error:
            if concerns_all(error):
                raise
            if len(claimed) == 1:
                if self._ahead_of is None:
                    with writing(self._engine) as connection:
                        self._postpone(connection, load_bare(connection, claimed[0]), error, now)
                    self._not_queued.discard(claimed[0])
                return [], {}
        claimed_deliveries: list[ClaimedDelivery] = []
        active_watches: dict[int, list[RecipientGroup]] = {}
        for delivery_id in claimed:
            found, of_subscriber = self._load([delivery_id], now)
            claimed_deliveries += found
            active_watches |= of_subscriber
        return claimed_deliveries, active_watches

    def _postpone(self, connection: Transaction, delivery: ClaimedDelivery, error: Exception, now: datetime) -> None:
        if delivery.attempts == 0:
            logger.error("A message about %s cannot be written.", topic_of(delivery.notification), exc_info=error)
        self._counts[
            postpone_unrendered(connection, self._worker_id, delivery, "it cannot be written", error, now)
        ] += 1

    def _render_and_queue(
        self, delivery: ClaimedDelivery, edition: Edition, active_watches: list[RecipientGroup], now: datetime
    ) -> bool:
        """Have a thread send a delivery, or settle it; return False if it is to be given back."""
        try:
            if self._ahead_of:
                delivery = as_if_later(delivery, edition, now, self._ahead_of())
            message, envelope = self._renderer.render(delivery, edition, active_watches, now)
        except DeliveryObsolete as reason:
            if self._ahead_of:
                return False
            self._mark(delivery, DeliveryState.DROPPED, str(reason))
        except DatabaseFault:
            raise
        except Exception as error:
            if self._ahead_of:
                logger.warning("A message about %s cannot be written.", topic_of(delivery.notification), exc_info=error)
                return False
            with writing(self._engine) as connection:
                self._postpone(connection, delivery, error, now)
        else:
            with self._lock:
                self._in_hand += 1
            self._queue.put((delivery, message, envelope))
        return True

    def _mark(self, delivery: ClaimedDelivery, state: DeliveryState, reason: str) -> None:
        with writing(self._engine) as connection:
            if mark_settled(connection, self._worker_id, delivery, state, self._clock(), reason):
                self._counts[state] += 1
            clear_delivery(connection, delivery)

    def _release(self) -> None:
        while True:
            try:
                rendered = self._queue.get_nowait()
            except queue.Empty:
                break
            if rendered is not None:
                self._not_queued.add(rendered[0].id)
                with self._lock:
                    self._in_hand -= 1
        if self._not_queued:
            with writing(self._engine) as connection:
                release_claims(connection, self._worker_id, sorted(self._not_queued))
            self._not_queued.clear()

    # -- threads --------------------------------------------------------------------------------------------------

    def _open_threads(self) -> None:
        self._sender_threads = [
            sender_thread for sender_thread in self._sender_threads if sender_thread.thread.is_alive()
        ]
        while len(self._sender_threads) < self._threads_wanted():
            sender_thread = SenderThread(threading.Thread())
            sender_thread.thread = threading.Thread(target=self._run, args=(sender_thread,), name="sender", daemon=True)
            self._sender_threads.append(sender_thread)
            sender_thread.thread.start()

    def _threads_wanted(self) -> int:
        if self._queue.empty():
            return 0
        now = time.monotonic()
        stuck = sum(
            sender_thread.since is not None and now - sender_thread.since > _STUCK_AFTER
            for sender_thread in self._sender_threads
        )
        busy = 1
        if self._seconds_per_message * _COUNTED > _SECONDS_OF_WORK and len(self._sender_threads) < _MAX_THREADS:
            with reading(self._engine) as connection:
                waiting = count_waiting(connection, self._clock(), _COUNTED)
            busy += int(waiting * self._seconds_per_message / _SECONDS_OF_WORK)
        return min(_MAX_THREADS, busy + stuck)

    def _run(self, sender_thread: SenderThread) -> None:
        try:
            channels = self._channels()
        except Exception:
            logger.exception("Messages cannot be sent: their channels cannot be opened.")
            with self._lock:
                self._our_faults += _OUR_FAULTS
            return
        try:
            while (rendered := self._queue.get()) is not None:
                delivery, message, envelope = rendered
                sender_thread.since = time.monotonic()
                if self._our_faults < _OUR_FAULTS:
                    try:
                        self._send(channels[envelope.channel], delivery, message, envelope)
                    except Exception:
                        # It stays claimed until this process ends: whether it arrived is not known.
                        logger.exception("The result of a message by %s could not be stored.", envelope.channel)
                else:  # it would fail like those before it; the pass gives it back
                    self._not_queued.add(delivery.id)
                sender_thread.since = None
                with self._lock:
                    self._in_hand -= 1
        finally:
            for channel in channels.values():
                channel.close()

    def _send(self, channel: Channel, delivery: ClaimedDelivery, message: Message, envelope: Envelope) -> None:
        sent = delivery, envelope.channel
        began = time.monotonic()
        try:
            channel.send(message, envelope)
        except DeliveryFailed as fault:
            failure = fault  # Python forgets the other name too soon
            self._settle_failed(sent, failure)
            with self._lock:
                self._our_faults += failure.is_ours
                self.own_fault = failure.message if failure.is_ours else ""
        except Exception:
            logger.exception("A message by %s failed in an unforeseen way; it is tried again.", envelope.channel)
            self._settle_failed(sent, _UNFORESEEN)
        else:
            self.own_fault = ""
            self._settle(lambda: settle_sent(self._engine, self._worker_id, sent, self._clock()))
        took = time.monotonic() - began
        with self._lock:
            self._seconds_per_message += (took - self._seconds_per_message) / 10

    def _settle_failed(self, sent: Sent, failure: DeliveryFailed) -> None:
        if self._ahead_of and not failure.permanent:
            logger.warning("A message about %s did not go out: %s", topic_of(sent[0].notification), failure)
            self._not_queued.add(sent[0].id)
            with self._lock:
                self._counts[RETRIED] += 1
            return
        now = self._ahead_of or self._clock
        self._settle(lambda: settle_failed(self._engine, self._worker_id, sent, failure, now()))

    def _settle(self, settle: Callable[[], str]) -> None:
        """Store the result, however long the database takes: otherwise the message would be sent again."""
        end = time.monotonic() + _MARK_PATIENCE
        while True:
            try:
                what = settle()
            except DatabaseFault as fault:
                if time.monotonic() > end:
                    logger.error("The result of a message could not be stored: %s", fault)  # noqa: TRY400 (the traceback adds nothing)
                    # More messages would only be more that nobody can mark as sent.
                    with self._lock:
                        self._our_faults += _OUR_FAULTS
                    return
                time.sleep(0.2)
            else:
                with self._lock:
                    self._counts[what] += 1
                return


def _load_together(
    connection: Transaction, claimed: list[int]
) -> tuple[list[ClaimedDelivery], dict[int, list[RecipientGroup]]]:
    claimed_deliveries = load_deliveries(connection, claimed)
    return claimed_deliveries, load_active_watches(
        connection, {each.recipient.id for each in claimed_deliveries if each.recipient}
    )
