"""Process sign-ups in the worker: who gets a mail, within limits that no flood of requests can exceed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.errors import gettext_noop
from calendar_service.records.notification_keys import AccountKind
from calendar_service.reminders.setting_aside import Failures, SetAside, Subject
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.preferences import preferences_from_json
from calendar_service.store import signups, subscribers
from calendar_service.store.engine import concerns_all, reading, writing
from calendar_service.store.faults import FaultKind
from calendar_service.store.purge import SIGNUPS_KEPT
from calendar_service.store.subscribers import SubscriberState
from calendar_service.store.suppressions import is_suppressed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from calendar_service.reminders.subscriptions.preferences import Preferences
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.signups import Signup
    from calendar_service.store.subscribers import Subscriber

MESSAGES_PER_HOUR = 500
MAILBOX_BOUNDS = ((timedelta(hours=1), 1), (timedelta(days=30), 3))
"""Within which time how many mails one mailbox gets at most because somebody gave its address."""

_HOUR = timedelta(hours=1)
# A transaction holds the lock that publishing waits for, so it stays short.
_BATCH = 100
_ALL, _ALARM = "signups", "alarm:signups"

logger = logging.getLogger(__name__)


def process_signups(
    engine: Database, keys: Sequence[str], now: datetime, messages_per_hour: int = MESSAGES_PER_HOUR
) -> int:
    """Answer sign-ups, oldest first; return how many were processed.

    Somebody with the same watch gets a mail that says so, others are asked to confirm. A suppressed address, or one
    that was written to often enough, gets nothing, and its data are deleted. Above `messages_per_hour` the rest waits.
    One that fails is set aside and tried again later; the others are answered. Raise DatabaseFault.
    """
    aside = SetAside(engine, [FaultKind.SIGNUP])
    with reading(engine) as connection:
        if not signups.load_requested(connection, 1):
            return 0  # without the lock, which would be taken in vain every few seconds
        aside.load(connection)
    failures = Failures()
    held = {int(key) for kind, key in aside.known if aside.is_held((kind, key), now)}
    answering = _Answering(engine, AddressHasher(keys), messages_per_hour, now)
    handled = 0
    while batch := answering.handle_batch(held, failures):
        handled += batch
    with reading(engine) as connection:
        waiting = signups.pending_ids(connection, [int(key) for _, key in aside.known])
    aside.write(failures, now, over=[name for name in aside.known if int(name[1]) not in waiting])
    return handled


@dataclass(frozen=True)
class _Answering:
    """Answers sign-ups at one time, up to so many mails an hour in all."""

    engine: Database
    hasher: AddressHasher
    messages_per_hour: int
    now: datetime

    def handle_batch(self, held: set[int], failures: Failures) -> int:
        """Answer a batch; one that fails is added to `held` and `failures`. Return how many were handled."""
        try:
            return self._answer_many(held, _BATCH)
        except Exception as error:  # one of them fails; each by itself shows which
            if concerns_all(error):
                raise
        handled = 0
        for _ in range(_BATCH):
            taken: list[int] = []
            try:
                if not self._answer_many(held, 1, taken):
                    break
            except Exception as error:  # whatever is wrong with it, the others are answered
                if not taken:
                    raise
                held.update(taken)
                key = str(taken[0])
                reason = gettext_noop("A sign-up cannot be processed.")
                failures.add(Subject(FaultKind.SIGNUP, key, reason, f"sign-up {key}"), error)
            handled += 1
        return handled

    def _answer_many(self, held: Collection[int], most: int, taken: list[int] | None = None) -> int:
        """Answer up to so many in one transaction, none of those that are held; add their ids to `taken`."""
        # One process at a time: two that look at one mailbox at once would each send a message.
        with writing(self.engine, lock=True) as connection:
            room = self.messages_per_hour - signups.count_since(connection, [_ALL], self.now - _HOUR)
            asked = signups.load_requested(connection, most, held)
            if asked and room <= 0:
                self._alarm(connection)
            handled = 0
            for signup in asked:
                if room <= 0:
                    break
                if taken is not None:
                    taken.append(signup.id)
                room -= _answer(connection, self.hasher, signup, self.now)
                handled += 1
            return handled

    def _alarm(self, connection: Transaction) -> None:
        if not signups.count_since(connection, [_ALARM], self.now - _HOUR):
            signups.count_event(connection, _ALARM, self.now)
            logger.warning("More than %d people an hour ask for reminders; the rest waits.", self.messages_per_hour)


def _answer(connection: Transaction, hasher: AddressHasher, signup: Signup, now: datetime) -> bool:
    """Return True if a mail was queued."""
    address_keys = hasher.address_keys(signup.address)
    mailbox = [f"mailbox:{key}" for key in hasher.mailbox_keys(signup.address)]
    is_fresh = now < signup.asked_at + SIGNUPS_KEPT
    if not is_fresh or is_suppressed(connection, address_keys, now) or _had_enough(connection, mailbox, now):
        signups.delete_signup(connection, signup.id)
        return False
    known = subscribers.select_by_keys(connection, address_keys)
    if known and _has(known, preferences_from_json(signup.choice)):
        state, message, subscriber_id = signups.KNOWN, AccountKind.KNOWN, known.id
    else:
        state, message, subscriber_id = signups.MAILED, AccountKind.CONFIRM, None
    signups.settle(connection, signup.id, state, now)
    expires_at = signup.asked_at + SIGNUPS_KEPT
    signups.queue_account_message(
        connection, message, now, signup_id=signup.id, subscriber_id=subscriber_id, expires_at=expires_at
    )
    signups.count_event(connection, mailbox[0], now)
    signups.count_event(connection, _ALL, now)
    return True


def _had_enough(connection: Transaction, mailbox: list[str], now: datetime) -> bool:
    return any(signups.count_since(connection, mailbox, now - span) >= most for span, most in MAILBOX_BOUNDS)


def _has(known: Subscriber, choice: Preferences) -> bool:
    watched = [each for each in known.watches if not each.problem]
    return known.state is SubscriberState.ACTIVE and choice.watch in watched
