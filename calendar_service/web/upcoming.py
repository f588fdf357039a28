"""Upcoming notifications as text: of one subscriber, and of all for the operator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.records.moments import instant_bounds
from calendar_service.records.notification_keys import DigestKey, DigestPeriod, ReminderKey, record_of
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.forecast import upcoming
from calendar_service.reminders.subscriptions.preferences import readable_watches
from calendar_service.store.engine import reading
from calendar_service.store.schedule import load_first_passes
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead, keep_together

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import DueNotification, NotificationKey
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
    messages: dict[Hashable, list[DueNotification]] = {}
    for due in upcoming(edition, subscriber, now, seen):
        messages.setdefault(due.bundle or due.notification, []).append(due)
    return [_message(dues, edition, subscriber.zone, lang) for dues in list(messages.values())[:_MOST]]


def _message(dues: Sequence[DueNotification], edition: Edition, zone: str, lang: Language) -> UpcomingReminder:
    """Return one message to a subscriber in `zone`: a reminder, or a digest by the first of what it lists."""
    bundle = dues[0].bundle
    first = min(dues, key=lambda due: _at(due, edition)) if bundle else dues[0]
    if isinstance(bundle, DigestKey):
        label = lang.gettext("Daily summary") if bundle.period is DigestPeriod.DAILY else lang.gettext("Weekly summary")
    else:
        label = _label(first.notification, edition.calendar.zone, first.due_at, zone, lang)
    return UpcomingReminder(
        when=phrases.when_words(civil_from_instant(first.due_at, zone), zone, lang),
        title=_with_others(_title(first.notification, edition, lang), len(dues) - 1, lang),
        label=label,
        subscribers=1,
    )


def _at(due: DueNotification, edition: Edition) -> tuple[datetime, str]:
    """Return the sort key of what a digest lists: the earliest first."""
    key = due.notification
    at = key.at if isinstance(key, ReminderKey) else None
    return instant_bounds(at, edition.calendar.zone)[0] if at else due.due_at, record_of(key)


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
    return _with_others(_title(message.items[0].notification, edition, lang), len(message.items) - 1, lang)


def _with_others(title: LocalizedText, others: int, lang: Language) -> LocalizedText:
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
    days = days_ahead(notification.at, zone, due_at, subscriber_zone)
    return keep_together(countdown_words(notification.moment, days, lang))
