"""A pass as if it were a later time: it sends early what falls due until then, and changes nothing else.

What it sends is known by its deliveries, so that it is not sent again. It enters no fan-out, no pass and nothing as
missed: later passes find everything else as if it had never been.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from calendar_service.records.edition import is_coming
from calendar_service.records.notification_keys import ChangeKey, DigestKey, ReminderKey, record_of
from calendar_service.reminders.nearer_leads import NearerLeads, nearest_first
from calendar_service.reminders.plan import plan_reminders
from calendar_service.reminders.relevance import DeliveryObsolete
from calendar_service.reminders.setting_aside import Failures, Job, run_isolated
from calendar_service.reminders.subjects import of_due
from calendar_service.store.ahead_passes import note_ahead_pass
from calendar_service.store.engine import writing
from calendar_service.store.outbox import (
    load_fan_outs,
    load_groups,
    perform_fan_out,
    release_digest_items,
    release_orphaned_digest_items,
)

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import DueNotification
    from calendar_service.store.claims import ClaimedDelivery
    from calendar_service.store.engine import Database, Transaction

logger = logging.getLogger(__name__)

_LOOK_BACK = timedelta(hours=1)
_MOMENT = timedelta(seconds=1)


def fan_out_ahead(engine: Database, edition: Edition, until: datetime, now: datetime) -> int:
    """Add deliveries of what falls due by `until`, after a pass at `now` (both aware); return how many.

    What is over by `until` is left to later passes, and so is what fails. Raise DatabaseFault.
    """
    failures = Failures()
    with writing(engine) as connection:
        seen, since = note_ahead_pass(connection, until, now)
        start = since - _LOOK_BACK
        groups, done = load_groups(connection), load_fan_outs(connection, start)
    found = plan_reminders(edition, groups, start, until + _MOMENT, seen, failures)
    nearer = NearerLeads(found)
    seen_ahead = {number for number, each in seen.items() if each.at > now}
    due = [
        _by_the_clock(each) if each.new_in in seen_ahead else each
        for each in found
        if each.due_at <= until and each.key not in done
    ]
    jobs = [Job(of_due(each), partial(_add, due=each, nearer=nearer, until=until)) for each in _in_order(due)]
    added, _ = run_isolated(engine, jobs, failures)
    with writing(engine) as connection:
        release_orphaned_digest_items(connection, until)
    for subject, error in failures.found.values():
        logger.error("%s (%s)", subject.reason, subject.about, exc_info=error)
    return added


def _in_order(due: list[DueNotification]) -> list[DueNotification]:
    return sorted(due, key=nearest_first)


def _add(connection: Transaction, due: DueNotification, nearer: NearerLeads, until: datetime) -> int:
    key = due.notification
    if due.expires_at <= until:
        if isinstance(key, DigestKey):
            release_digest_items(connection, key, useful_at=until)
        return 0
    unless = nearer.covering(due, until)
    return perform_fan_out(connection, due, until, unless=unless, is_ahead=True) or 0


def _by_the_clock(due: DueNotification) -> DueNotification:
    """Return what is late by the later time alone as a later pass has it, so that it waits no longer.

    Otherwise it would wait until then where it cannot be sent now, or for a digest after it.
    """
    return replace(due, due_at=due.counted, bundle=None) if due.counted < due.due_at else due


def as_if_later(delivery: ClaimedDelivery, edition: Edition, until: datetime, now: datetime) -> ClaimedDelivery:
    """Return a delivery as it is at `until`, ahead of `now`: what only tells of now is no older by then.

    Raise DeliveryObsolete if it tells of a change of what is over by then.
    """
    key = delivery.notification
    if isinstance(key, ReminderKey | DigestKey):
        return delivery
    entry = edition.entries.get(record_of(key))
    if isinstance(key, ChangeKey) and entry and not is_coming(entry.record, edition.calendar.zone, until):
        raise DeliveryObsolete("too late")
    return replace(delivery, expires_at=delivery.expires_at + (until - now))
