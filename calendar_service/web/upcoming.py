"""Upcoming notifications as text: of one subscriber, and of all for the operator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import ReminderKey, record_of
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.forecast import upcoming
from calendar_service.reminders.subscriptions.preferences import readable_watches
from calendar_service.store.engine import reading
from calendar_service.store.schedule import load_first_passes
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import NotificationKey
    from calendar_service.reminders.forecast import PlannedMessage
    from calendar_service.store.engine import Database
    from calendar_service.store.subscribers import Subscriber
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.phrases import LocalizedText

PLANNED_WITHIN = timedelta(days=30)
_MOST = 5


@dataclass(frozen=True)
class UpcomingReminder:
    """An upcoming notification: when, about what, and to how many subscribers."""

    when: str
    title: LocalizedText
    label: str
    subscribers: int


def list_upcoming(
    engine: Database, edition: Edition, subscriber: Subscriber, now: datetime, lang: Language
) -> list[UpcomingReminder]:
    """Return the next messages of a subscriber, with times in their zone; only of watches that can be parsed."""
    subscriber = replace(subscriber, watches=readable_watches(subscriber.watches))
    with reading(engine) as connection:
        seen = load_first_passes(connection)
    return [
        UpcomingReminder(
            when=phrases.when_words(civil_from_instant(due.due_at, subscriber.zone), subscriber.zone, lang),
            title=_title(due.notification, edition, lang),
            label=_label(due.notification, edition.calendar.zone, due.due_at, subscriber.zone, lang),
            subscribers=1,
        )
        for due in upcoming(edition, subscriber, now, seen)[:_MOST]
    ]


def list_planned(planned: Iterable[PlannedMessage], edition: Edition, lang: Language) -> list[UpcomingReminder]:
    """Return planned messages to all subscribers; one about several records by the first of them."""
    zone = edition.calendar.zone
    return [
        UpcomingReminder(
            when=phrases.when_words(civil_from_instant(each.due_at, zone), zone, lang),
            title=_title_of_message(each, edition, lang),
            label=_label(each.items[0].notification, zone, each.due_at, zone, lang),
            subscribers=each.subscribers,
        )
        for each in planned
        if record_of(each.items[0].notification)
    ]


def _title_of_message(message: PlannedMessage, edition: Edition, lang: Language) -> LocalizedText:
    title, others = _title(message.items[0].notification, edition, lang), len(message.items) - 1
    if not others:
        return title
    more = lang.ngettext("and {number} more", "and {number} more", others)
    return replace(title, text=f"{title.text}, {more}")


def _title(notification: NotificationKey, edition: Edition, lang: Language) -> LocalizedText:
    record_id = record_of(notification)
    entry = edition.entries.get(record_id)
    return phrases.pick(entry.record.title, lang.code) if entry else phrases.LocalizedText(record_id, "")


def _label(notification: NotificationKey, zone: str, due_at: datetime, subscriber_zone: str, lang: Language) -> str:
    """Return how far away the moment will be then, as the message says it."""
    if not isinstance(notification, ReminderKey):
        return lang.gettext("Change notice")
    return countdown_words(notification.moment, days_ahead(notification.at, zone, due_at, subscriber_zone), lang)
