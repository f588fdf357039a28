"""Render a claimed delivery: check that it is still useful, and make its message and envelope."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from cachetools import LRUCache

from calendar_service.records.notification_keys import (
    AccountKey,
    AccountKind,
    BundleKey,
    ChangeKey,
    DigestKey,
    EditionKey,
    ReminderKey,
    record_of,
    topic_of,
)
from calendar_service.records.texts import output_languages
from calendar_service.reminders.channels.base import ChannelName, Envelope
from calendar_service.reminders.messages.account import (
    compose_confirmation,
    compose_known,
    compose_new_link,
    compose_trouble,
)
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.edition_notice import compose_notices
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.reminders.relevance import SUPERSEDED, DeliveryObsolete, Relevance, about_record, find_target
from calendar_service.reminders.subscriptions.preferences import preferences_from_json
from calendar_service.store.claims import drop_part, free_part
from calendar_service.store.engine import writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.notification_columns import encode_key
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import RecipientGroup, StoredKey
    from calendar_service.reminders.channels.base import Message
    from calendar_service.reminders.messages.items import RecordNotice
    from calendar_service.reminders.subscriptions.service import SubscriptionService
    from calendar_service.store.claims import ClaimedDelivery, Recipient
    from calendar_service.store.engine import Database
    from calendar_service.store.signups import Signup

logger = logging.getLogger(__name__)

_MAX_MESSAGES = 512

_Item = TypeVar("_Item")


class MessageRenderer:
    """Renders deliveries. A body is rendered once for all subscribers who share language and zone. Not thread-safe."""

    def __init__(self, engine: Database, service: SubscriptionService, base_url: str) -> None:
        self._engine = engine
        self._subscriptions = service
        self._base_url = base_url
        self._written: LRUCache[Hashable, Message] = LRUCache(_MAX_MESSAGES)
        self._relevance = Relevance(engine)

    def render(
        self, delivery: ClaimedDelivery, edition: Edition, active_watches: Sequence[RecipientGroup], now: datetime
    ) -> tuple[Message, Envelope]:
        """Return the message and envelope of a delivery. Raise DeliveryObsolete."""
        if delivery.expires_at <= now:
            raise DeliveryObsolete("too late")
        key = delivery.notification
        if isinstance(key, AccountKey):
            return self._account_message(delivery, key, edition)
        recipient = delivery.recipient
        if recipient is None or not recipient.is_active:
            raise DeliveryObsolete("suppressed: no longer a subscriber")
        view = self._view(recipient.language, recipient.zone, edition)
        if isinstance(key, DigestKey):
            message = self._digest(key, delivery, edition, active_watches, view, now)
        elif isinstance(key, EditionKey):
            message = self._notices(delivery, edition, active_watches, view, now)
        else:
            about = about_record(key)
            if isinstance(about, ChangeKey):
                message = self._told([self._relevance.notice_of(about, recipient.id, edition, now)], edition, view, now)
            else:
                reminder = about
                shared = _shared(about, edition, view, now)
                message = self._once(shared, lambda: self._reminder(reminder, edition, view, now))
            self._relevance.check_wanted(about, edition, active_watches)
        envelope = self._envelope(delivery, recipient, edition, view)
        return message, replace(envelope, address=recipient.address, channel=ChannelName(recipient.channel))

    def _once(self, key: Hashable, write: Callable[[], Message]) -> Message:
        if key not in self._written:
            self._written[key] = write()
        return self._written[key]

    # -- content ------------------------------------------------------------------------------------------------

    def _reminder(self, key: ReminderKey, edition: Edition, view: RenderContext, now: datetime) -> Message:
        entry = find_target(key, edition, view.zone, now)
        return compose_reminder(entry, edition, key.moment, key.at, occurrence=key.occurrence, now=now, view=view)

    def _told(self, told: Sequence[RecordNotice], edition: Edition, view: RenderContext, now: datetime) -> Message:
        """Return the message of some notices; of one record as it is by itself."""
        what = tuple((each.before and each.before.number, each.after.record.id, each.after.number) for each in told)
        if len(told) > 1:
            return self._once(
                _shared(what, edition, view, now), lambda: compose_notices(told, edition, now=now, view=view)
            )
        (each,) = told
        return self._once(
            _shared(what, edition, view, now),
            lambda: compose_notice(each, edition, now=now, view=view),
        )

    def _digest(
        self,
        digest: DigestKey,
        delivery: ClaimedDelivery,
        edition: Edition,
        active_watches: Sequence[RecipientGroup],
        view: RenderContext,
        now: datetime,
    ) -> Message:
        items = {}
        for about, item in self._items(
            delivery,
            edition,
            active_watches,
            lambda part, id_: self._relevance.digest_item(part, id_, edition, view.zone, now),
            now,
        ):
            # Of several leads of one moment, one row.
            items[about.target if isinstance(about, ReminderKey) else about] = item
        if not items:
            raise DeliveryObsolete("nothing left to say")
        return compose_digest(list(items.values()), edition, period=digest.period, now=now, view=view)

    def _notices(
        self,
        delivery: ClaimedDelivery,
        edition: Edition,
        active_watches: Sequence[RecipientGroup],
        view: RenderContext,
        now: datetime,
    ) -> Message:
        def told_of(part: ReminderKey | ChangeKey, recipient_id: int) -> RecordNotice:
            if isinstance(part, ReminderKey):
                raise DeliveryObsolete("not a change")
            return self._relevance.notice_of(part, recipient_id, edition, now)

        told = [notice for _, notice in self._items(delivery, edition, active_watches, told_of, now)]
        if not told:
            raise DeliveryObsolete("nothing that matters has changed")
        return self._told(told, edition, view, now)

    def _items(
        self,
        delivery: ClaimedDelivery,
        edition: Edition,
        active_watches: Sequence[RecipientGroup],
        look: Callable[[ReminderKey | ChangeKey, int], _Item],
        now: datetime,
    ) -> Iterator[tuple[ReminderKey | ChangeKey, _Item]]:
        """Yield the items that are still wanted and useful; one that cannot be written is released to go by itself."""
        recipient_id = delivery.recipient.id if delivery.recipient else 0
        for part in delivery.items:
            try:
                about = about_record(part.notification)
                self._relevance.check_wanted(about, edition, active_watches)
                item = look(about, recipient_id)
            except DeliveryObsolete as reason:
                # It is not told by this message, and so is not to be settled as sent with it.
                if str(reason) == SUPERSEDED and isinstance(delivery.notification, BundleKey):
                    with writing(self._engine) as connection:
                        drop_part(connection, recipient_id, delivery.notification, part.notification, SUPERSEDED, now)
                continue
            except DatabaseFault:
                raise
            except Exception as error:  # noqa: BLE001 (the message goes without it; it is put aside by itself)
                logger.warning("A message goes without %s: %s", topic_of(part.notification), type(error).__name__)
                if isinstance(delivery.notification, BundleKey):
                    with writing(self._engine) as connection:
                        free_part(connection, recipient_id, delivery.notification, part.notification)
                continue
            yield about, item

    def _account_message(
        self, delivery: ClaimedDelivery, key: AccountKey, edition: Edition
    ) -> tuple[Message, Envelope]:
        if delivery.signup is not None and key.account is AccountKind.CONFIRM:
            return self._confirmation(delivery, delivery.signup, edition)
        recipient = delivery.recipient
        if recipient is None:
            raise DeliveryObsolete("erased")
        view = self._view(recipient.language, recipient.zone, edition)
        compose = _ACCOUNT_MESSAGES[key.account]
        return compose(edition, view=view), self._envelope(delivery, recipient, edition, view)

    def _confirmation(self, delivery: ClaimedDelivery, signup: Signup, edition: Edition) -> tuple[Message, Envelope]:
        choice = preferences_from_json(signup.choice)
        view = self._view(choice.language, choice.zone, edition)
        url = self._link(view, "confirm", self._subscriptions.confirm_token(signup.ref, signup.asked_at))
        envelope = Envelope(signup.address, _identifier(edition, delivery.notification, signup.ref))
        return compose_confirmation(choice, url, edition, view=view), envelope

    # -- recipient ----------------------------------------------------------------------------------------------

    def _envelope(
        self, delivery: ClaimedDelivery, recipient: Recipient, edition: Edition, view: RenderContext
    ) -> Envelope:
        """Address a message by mail: to the subscriber, or to the owner of a webhook."""
        record_id = record_of(delivery.notification)
        return Envelope(
            address=recipient.owner or recipient.address,
            message_id=_identifier(edition, delivery.notification, recipient.ref),
            thread_id=_hashed(edition, record_id, recipient.ref) if record_id else "",
            manage_url=self._link(
                view, "manage", self._subscriptions.manage_token(recipient.ref, recipient.link_version)
            ),
            unsubscribe_url=self._link(view, "unsubscribe", self._subscriptions.unsubscribe_token(recipient.ref)),
            secret=recipient.secret,
        )

    def _link(self, view: RenderContext, page: str, token: str) -> str:
        return f"{view.base_url}{view.prefix}/reminders/{page}/{token}"

    def _view(self, code: str, zone: str, edition: Edition) -> RenderContext:
        default = edition.calendar.default_language
        return RenderContext(language(code if code in output_languages() else default), self._base_url, default, zone)


_ACCOUNT_MESSAGES = {
    AccountKind.CONFIRM: compose_known,  # of somebody who has confirmed meanwhile
    AccountKind.KNOWN: compose_known,
    AccountKind.LINK: compose_new_link,
    AccountKind.TROUBLE: compose_trouble,
}


def _shared(what: Hashable, edition: Edition, view: RenderContext, now: datetime) -> Hashable:
    """Return the key under which a message is kept for all who share language and zone."""
    # By the hour: days to go, and whether one can still register or join, depend on the clock.
    hour = now.replace(minute=0, second=0, microsecond=0)
    return what, view.lang.code, view.zone, edition.number, hour


def _identifier(edition: Edition, key: StoredKey, ref: str) -> str:
    """Return the Message-ID (RFC 5322, 3.6.4): the same at each attempt to send a notification to a subscriber."""
    return _hashed(edition, *encode_key(key), ref)


def _hashed(edition: Edition, *parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digest[:40]}@{edition.calendar.id}"
