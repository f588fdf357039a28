"""The clerk: looks at a claimed delivery once more, and writes its letter and its envelope as things stand now."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

from calendar_service.records.due import too_late
from calendar_service.records.enums import MomentName
from calendar_service.records.moments import write_point
from calendar_service.records.notification_keys import NotificationKind, Topic
from calendar_service.reminders.change_notices import CHANGED, NEW, differences_of
from calendar_service.reminders.channels.base import ChannelName, Envelope
from calendar_service.reminders.messages import (
    DigestItem,
    compose_confirmation,
    compose_digest,
    compose_known,
    compose_notice,
    compose_reminder,
    compose_trouble,
)
from calendar_service.reminders.plan import next_point, point_at, selected
from calendar_service.reminders.subscriptions.preferences import preferences_from_json
from calendar_service.store.claims import free_part, load_digest_items
from calendar_service.store.engine import DatabaseFault, reading, writing
from calendar_service.store.revisions import load_change
from calendar_service.store.schedule import first_pass_of
from calendar_service.writers.i18n import available, language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.records.notification_keys import NotificationKey
    from calendar_service.records.record import Point
    from calendar_service.reminders.channels.base import Message
    from calendar_service.reminders.subscriptions.service import SubscriptionService
    from calendar_service.store.claims import ActiveWatch, ClaimedDelivery, PendingSignup, Recipient
    from calendar_service.store.engine import Database
    from calendar_service.store.schedule import FirstPass

logger = logging.getLogger(__name__)

_MOST_LETTERS = 512
_MOST_CHANGES = 128


_Change = tuple["Revision | None", "Revision | None", "FirstPass | None"]
"""A revision, after the one before it, and when the planner first saw it."""


class DeliveryObsolete(Exception):
    """A delivery has lost its sense since it fell due; the message is the reason, for the receipts."""


@dataclass(frozen=True)
class RenderedDelivery:
    """A delivery ready to go."""

    delivery: ClaimedDelivery
    channel: ChannelName
    message: Message
    envelope: Envelope


class MessageRenderer:
    """Writes letters. The body is written once for all readers who share language and zone. Not for two threads."""

    def __init__(self, engine: Database, service: SubscriptionService, base_url: str) -> None:
        self._engine = engine
        self._subscriptions = service
        self._base_url = base_url
        self._written: LRUCache[Hashable, Message] = LRUCache(_MOST_LETTERS)
        self._changes: LRUCache[tuple[str, int], _Change] = LRUCache(_MOST_CHANGES)

    def render(
        self, delivery: ClaimedDelivery, edition: Edition, active_watches: Sequence[ActiveWatch], now: datetime
    ) -> RenderedDelivery:
        """Write letter and envelope. Raise NothingToSay."""
        if delivery.expires_at <= now:
            raise DeliveryObsolete("too late")
        if delivery.notification.kind is NotificationKind.LETTER:
            return self._own_letter(delivery, edition)
        recipient = delivery.recipient
        if recipient is None or not recipient.is_active:
            raise DeliveryObsolete("suppressed: not a reader any more")
        view = self._view(recipient.language, recipient.zone, edition)
        if delivery.notification.kind is NotificationKind.DIGEST:
            message = self._digest(delivery, recipient, edition, active_watches, view, now)
        else:
            message = self._once(
                # By the hour: days to go, and whether it is time for the link to join, depend on the clock.
                (
                    delivery.notification,
                    recipient.language,
                    recipient.zone,
                    edition.number,
                    now.replace(minute=0, second=0, microsecond=0),
                ),
                lambda: self._about_record(delivery.notification, edition, view, now),
            )
            self._check_wish(delivery.notification, edition, active_watches)
        return RenderedDelivery(
            delivery, ChannelName(recipient.channel), message, self._envelope(delivery, recipient, edition, view)
        )

    def _once(self, key: Hashable, write: Callable[[], Message]) -> Message:
        if key not in self._written:
            self._written[key] = write()
        return self._written[key]

    # -- what is said -------------------------------------------------------------------------------------------

    def _about_record(
        self, notification: NotificationKey, edition: Edition, view: RenderContext, now: datetime
    ) -> Message:
        if notification.kind is NotificationKind.NOTICE:
            return self._notice(notification, edition, view, now)
        entry, at = _find_target(notification, edition, view.zone, now)
        moment = MomentName(notification.moment)
        return compose_reminder(entry, edition, moment, at, occurrence=notification.occurrence, now=now, view=view)

    def _check_wish(
        self, notification: NotificationKey, edition: Edition, active_watches: Sequence[ActiveWatch]
    ) -> None:
        """Make sure that the reader still wants to hear this. Raise NothingToSay."""
        topic = _TOPICS[notification.moment] if notification.kind is NotificationKind.NOTICE else Topic.REMINDERS
        records = [edition.entries[notification.record_id].record]
        if topic is Topic.CHANGES:
            # What a notice tells may be just that the record has left the selection.
            records += [each.record for each in self._change(notification)[:2] if each]
        for active_watch in active_watches:
            if active_watch.topic is topic and active_watch.lead in ("", notification.lead):
                chosen = selected(active_watch.selection, edition.calendar.languages)
                if any(chosen.accepts(record) for record in records):
                    return
        raise DeliveryObsolete("not asked for any more")

    def _change(self, notification: NotificationKey) -> _Change:
        key = notification.record_id, int(notification.revision)
        if key not in self._changes:
            with reading(self._engine) as connection:
                before, after = load_change(connection, *key)
                self._changes[key] = before, after, first_pass_of(connection, after.edition) if after else None
        return self._changes[key]

    def _notice(self, notification: NotificationKey, edition: Edition, view: RenderContext, now: datetime) -> Message:
        before, after, seen = self._change(notification)
        entry = edition.entries.get(notification.record_id)
        if after is None or entry is None:
            raise DeliveryObsolete("the record is no more")
        if notification.moment == NEW:
            if not entry.revision.holds:
                raise DeliveryObsolete("called off")
            return compose_notice(None, after, entry, edition, [], now=now, view=view)
        differences = differences_of(before, after, edition, seen.at if seen else now) if before else []
        if not differences:
            raise DeliveryObsolete("nothing that matters has changed")
        return compose_notice(before, after, entry, edition, differences, now=now, view=view)

    def _digest(
        self,
        delivery: ClaimedDelivery,
        recipient: Recipient,
        edition: Edition,
        active_watches: Sequence[ActiveWatch],
        view: RenderContext,
        now: datetime,
    ) -> Message:
        name = delivery.notification.revision
        with reading(self._engine) as connection:
            parts = load_digest_items(connection, recipient.id, name)
        items = {}
        for part in parts:
            try:
                self._check_wish(part, edition, active_watches)
                item = _digest_item(part, edition, view.zone, now)
            except DeliveryObsolete:
                continue
            except DatabaseFault:
                raise
            except Exception as error:  # noqa: BLE001 (the digest goes without it; it is put aside by itself)
                logger.warning("A digest goes without %s: %s", part.record_id, type(error).__name__)
                with writing(self._engine) as connection:
                    free_part(connection, recipient.id, name, part)
                continue
            items[part.record_id, part.occurrence, part.moment] = item
        if not items:
            raise DeliveryObsolete("nothing left to say")
        return compose_digest(
            list(items.values()), edition, period="weekly" if name.startswith("weekly") else "daily", now=now, view=view
        )

    def _own_letter(self, delivery: ClaimedDelivery, edition: Edition) -> RenderedDelivery:
        if delivery.signup is not None and delivery.notification.moment == "confirm":
            return self._confirmation(delivery, delivery.signup, edition)
        recipient = delivery.recipient
        if recipient is None:
            raise DeliveryObsolete("erased")
        view = self._view(recipient.language, recipient.zone, edition)
        compose = compose_known if delivery.notification.moment == "known" else compose_trouble
        envelope = self._envelope(delivery, recipient, edition, view, address=recipient.owner or recipient.address)
        return RenderedDelivery(delivery, ChannelName.MAIL, compose(edition, view=view), envelope)

    def _confirmation(self, delivery: ClaimedDelivery, signup: PendingSignup, edition: Edition) -> RenderedDelivery:
        choice = preferences_from_json(signup.choice)
        view = self._view(choice.language, choice.zone, edition)
        url = self._link(view, "confirm", self._subscriptions.confirm_token(signup.ref, signup.asked_at))
        envelope = Envelope(signup.address, _identifier(edition, delivery.notification, signup.ref))
        return RenderedDelivery(
            delivery, ChannelName.MAIL, compose_confirmation(choice, url, edition, view=view), envelope
        )

    # -- to whom ------------------------------------------------------------------------------------------------

    def _envelope(
        self,
        delivery: ClaimedDelivery,
        recipient: Recipient,
        edition: Edition,
        view: RenderContext,
        *,
        address: str = "",
    ) -> Envelope:
        record_id = delivery.notification.record_id
        return Envelope(
            address=address or recipient.address,
            message_id=_identifier(edition, delivery.notification, recipient.ref),
            thread_id=_hashed(edition, record_id, recipient.ref) if record_id else "",
            manage_url=self._link(view, "manage", self._subscriptions.manage_token(recipient.ref)),
            unsubscribe_url=self._link(view, "unsubscribe", self._subscriptions.unsubscribe_token(recipient.ref)),
            secret=recipient.secret,
        )

    def _link(self, view: RenderContext, page: str, token: str) -> str:
        return f"{view.base_url}{view.prefix}/reminders/{page}/{token}"

    def _view(self, code: str, zone: str, edition: Edition) -> RenderContext:
        default = edition.calendar.default_language
        return RenderContext(language(code if code in available() else default), self._base_url, default, zone)


def _identifier(edition: Edition, notification: NotificationKey, ref: str) -> str:
    """Make the Message-ID (RFC 5322, 3.6.4): the same for each attempt to say the same to the same reader."""
    day = notification.occurrence.isoformat() if notification.occurrence else ""
    said = notification.kind, notification.record_id, day, notification.moment, notification.revision, notification.lead
    return _hashed(edition, *said, ref)


def _hashed(edition: Edition, *parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digest[:40]}@{edition.calendar.id}"


def _find_target(notification: NotificationKey, edition: Edition, zone: str, now: datetime) -> tuple[Entry, Point]:
    entry = edition.entries.get(notification.record_id)
    if entry is None or not entry.revision.holds:
        raise DeliveryObsolete("called off")
    at = point_at(entry.record, MomentName(notification.moment), notification.occurrence)
    if at is None or write_point(at) != notification.revision:
        raise DeliveryObsolete("moved")
    if too_late(at, zone or edition.calendar.zone) <= now:
        raise DeliveryObsolete("too late")
    return entry, at


def _digest_item(part: NotificationKey, edition: Edition, zone: str, now: datetime) -> DigestItem:
    if part.kind is NotificationKind.NOTICE:
        entry = edition.entries.get(part.record_id)
        if entry is None or not entry.revision.holds:
            raise DeliveryObsolete("called off")
        if (found := next_point(entry.record, edition.calendar.zone, now)) is None:
            raise DeliveryObsolete("too late")
        return DigestItem(entry, "new", *found)
    entry, at = _find_target(part, edition, zone, now)
    return DigestItem(entry, "reminder", MomentName(part.moment), at, part.occurrence)


_TOPICS = {CHANGED: Topic.CHANGES, NEW: Topic.NEW}
