"""The result of sending: sent, tried again later, or given up, and what that means for the subscriber."""

from __future__ import annotations

import contextlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import AccountKind, describe_key, topic_of
from calendar_service.reminders.channels.base import ChannelName, DeliveryFailed
from calendar_service.reminders.channels.registry import CHANNELS
from calendar_service.reminders.setting_aside import next_retry
from calendar_service.reminders.subjects import UNWRITABLE
from calendar_service.store.claims import clear_failures, count_failure, mark_settled, postpone
from calendar_service.store.engine import writing
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.signups import queue_account_message
from calendar_service.store.subscribers import NoSuchSubscriber, end, pause
from calendar_service.store.suppressions import BOUNCED, suppress

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.store.claims import ClaimedDelivery
    from calendar_service.store.engine import Database, Transaction

logger = logging.getLogger(__name__)

# The last try before a moment, where the next step would come too late.
_LAST_CALL = timedelta(minutes=2)
_OUR_PAUSE = timedelta(minutes=1)
_BOUNCE_HOLDS = timedelta(days=30)
_MOST_FAILURES, _FAILING_FOR = 20, timedelta(days=5)
_TROUBLE_KEPT = timedelta(hours=48)
RETRIED = "retried"
"""The result of a delivery that is tried again later."""

Sent = tuple["ClaimedDelivery", ChannelName]
"""A delivery, and the channel that its message went by."""


def settle_sent(engine: Database, worker_id: int, sent: Sent, now: datetime) -> str:
    """Mark a delivery as sent; return its state. Raise DatabaseFault."""
    delivery, channel = sent
    with writing(engine) as connection:
        mark_settled(connection, worker_id, delivery, DeliveryState.SENT, now)
        clear_delivery(connection, delivery)
        if delivery.recipient and not CHANNELS[channel].ends_unreachable:
            clear_failures(connection, delivery.recipient.id)
    return DeliveryState.SENT


def settle_failed(engine: Database, worker_id: int, sent: Sent, failure: DeliveryFailed, now: datetime) -> str:
    """Have a delivery tried again, or give it up; nothing more is sent to a dead address. Raise DatabaseFault."""
    delivery, channel = sent
    logger.warning("A message about %s did not go out: %s", topic_of(delivery.notification), failure)
    again = None if failure.permanent else next_try(delivery.attempts, failure, now, delivery.expires_at)
    state = DeliveryState.BOUNCED if failure.address_is_dead else DeliveryState.FAILED
    failures, since = 0, now
    with writing(engine) as connection:
        clear_delivery(connection, delivery)
        if failure.is_ours:
            postpone(connection, worker_id, delivery.id, now + _OUR_PAUSE, failure.message, tried=False)
            return RETRIED
        if again:
            postpone(connection, worker_id, delivery.id, again, failure.message, tried=True)
        else:
            mark_settled(connection, worker_id, delivery, state, now, failure.message)
        if delivery.recipient and not CHANNELS[channel].ends_unreachable:
            failures, since = count_failure(connection, delivery.recipient.id, now)
    has_failed_for_days = failures >= _MOST_FAILURES and now - since >= _FAILING_FOR
    if failure.address_is_dead or has_failed_for_days:
        with contextlib.suppress(NoSuchSubscriber):  # erased meanwhile
            _stop(engine, delivery, channel, now)
    return RETRIED if again else state


def postpone_unrendered(
    connection: Transaction, worker_id: int, delivery: ClaimedDelivery, reason: str, error: Exception, now: datetime
) -> str:
    """Postpone a delivery that could not be rendered, or give it up; report the fault."""
    again = next_try(delivery.attempts, DeliveryFailed(reason), now, delivery.expires_at)
    if again is None:
        mark_settled(connection, worker_id, delivery, DeliveryState.FAILED, now, reason)
        clear_delivery(connection, delivery)
        return DeliveryState.FAILED
    postpone(connection, worker_id, delivery.id, again, reason, tried=True)
    about = f"delivery {delivery.id}: {describe_key(delivery.notification)}"
    report_fault(
        connection,
        FaultKind.DELIVERY,
        str(delivery.id),
        UNWRITABLE,
        now,
        details=[about, f"{type(error).__name__}: {error}"],
        retry_at=again,
    )
    return RETRIED


def clear_delivery(connection: Transaction, delivery: ClaimedDelivery) -> None:
    """Clear the fault of a delivery that could be rendered, or is over; only one that was tried before can have one."""
    if delivery.attempts:
        clear_fault(connection, FaultKind.DELIVERY, str(delivery.id))


def next_try(attempts: int, failure: DeliveryFailed, now: datetime, expires_at: datetime) -> datetime | None:
    """Return when to try again after so many attempts before this one; None if that would be too late."""
    asked = timedelta(seconds=failure.retry_after or 0)
    again = max(next_retry(attempts, now), now + asked)
    if again >= expires_at:
        again = max(expires_at - _LAST_CALL, next_retry(0, now))
    return again if again < expires_at else None


def _stop(engine: Database, delivery: ClaimedDelivery, channel: ChannelName, now: datetime) -> None:
    """Stop sending where nothing arrives: end a mail subscription, pause any other and notify its owner."""
    recipient, signup = delivery.recipient, delivery.signup
    if recipient and not CHANNELS[channel].ends_unreachable:
        pause(engine, recipient.id, now)
        if recipient.owner:
            with writing(engine) as connection:
                queue_account_message(
                    connection, AccountKind.TROUBLE, now, subscriber_id=recipient.id, expires_at=now + _TROUBLE_KEPT
                )
        return
    if recipient:
        end(engine, recipient.id, now)
    if dead := recipient or signup:
        with writing(engine) as connection:
            suppress(connection, dead.address_key, BOUNCED, now, until=now + _BOUNCE_HOLDS)
