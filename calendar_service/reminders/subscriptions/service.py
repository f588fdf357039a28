"""The subscription service: everything that people do with their own reminders, from sign-up to leaving."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.records.notification_keys import AccountKind
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.channels.webhook import InvalidWebhook, new_secret
from calendar_service.reminders.subscriptions.addresses import AddressHasher, check_mail_address
from calendar_service.reminders.subscriptions.preferences import (
    preferences_from_json,
    preferences_to_json,
    readable_watches,
)
from calendar_service.reminders.subscriptions.signed_tokens import (
    CONFIRM,
    MANAGE,
    UNSUBSCRIBE,
    InvalidToken,
    TokenSigner,
)
from calendar_service.store import signups, subscribers
from calendar_service.store.engine import writing
from calendar_service.store.purge import SIGNUPS_KEPT
from calendar_service.store.subscriber_outbox import list_messages
from calendar_service.store.subscribers import MAX_ADDRESS, AddressTaken, NewSubscriber, NoSuchSubscriber
from calendar_service.store.suppressions import NOT_ME, suppress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from calendar_service.reminders.subscriptions.preferences import Preferences
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.signups import Signup
    from calendar_service.store.subscribers import Subscriber, Watch

HOUR = timedelta(hours=1)
ASKS_PER_HOUR = 20
"""From one client: an IPv4 address, or a /64 of IPv6."""
SHORT_FORM = "record"
"""How the name of the form begins that has no settings: those of a known subscriber stay."""
LINKS_PER_HOUR = 3
"""Renewals of one subscriber's link; each sends a mail."""
_VERSION = "~"
_NOT_EXPORTED = {"id", "watches", "link_version"}
WEBHOOKS_PER_HOUR = 5
"""Tries of one subscriber to name a webhook; each makes this service call somewhere."""


class TooManyRequests(CalendarError):
    """Something was requested too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(gettext_noop("Too many attempts. Try again later."))
        self.retry_after = retry_after


class NoMailAddress(CalendarError):
    """The mail address of a webhook's owner is not known."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("No email address is known for these reminders. Sign up with one."))


class SubscriptionService:
    """Serves people one at a time. `keys` are the secret keys, newest first."""

    def __init__(self, engine: Database, keys: tuple[str, ...]) -> None:
        self._engine = engine
        self._hasher = AddressHasher(keys)
        self._signer = TokenSigner(keys)

    # -- signing up -----------------------------------------------------------------------------------------------

    def ask(self, address: str, choice: Preferences, *, consent: Mapping[str, str], client: str, now: datetime) -> None:
        """Store a sign-up. `consent` has the words that were shown and the form's name.

        The work is the same for every address, so that its duration reveals nothing; the worker decides what to do.
        Raise InvalidAddress, and TooManyRequests if one client asks too often.
        """
        address = check_mail_address(address)
        hashes = self._hasher.address_keys(address)[0], self._hasher.mailbox_keys(address)[0]
        asked = {**preferences_to_json(choice), "consent": {name: consent[name] for name in ("words", "form")}}
        callers = [f"client:{key}" for key in self._hasher.client_keys(client)]
        with writing(self._engine) as connection:
            count_request(connection, callers, ASKS_PER_HOUR, now)
            signups.add_signup(connection, address, hashes, asked, now)

    def signup_of(self, token: str, now: datetime) -> Signup:
        """Return the sign-up that a link asks to confirm. Raise InvalidToken."""
        signup = signups.find_signup(self._engine, self._signer.read(CONFIRM, token, now))
        if signup is None:
            raise InvalidToken
        return signup

    def confirm(self, token: str, now: datetime) -> Subscriber:
        """Add the subscriber of a sign-up, or add the watch to the one with this address. Raise InvalidToken.

        A link confirms once; opened again, it returns the subscriber and changes nothing. Raise TooManyWatches if the
        subscriber has as many as are allowed; the link then stays valid.
        """
        try:
            return self._confirm(token, now)
        except AddressTaken:
            # Two links of one new address were opened at the same time; the other one has made the subscriber.
            return self._confirm(token, now)

    def _confirm(self, token: str, now: datetime) -> Subscriber:
        ref = self._signer.read(CONFIRM, token, now)
        with writing(self._engine) as connection:
            signup = signups.lock_signup(connection, ref)
            if signup is None:
                raise InvalidToken
            address_keys = self._hasher.address_keys(signup.address)
            if signup.state != signups.CONFIRMED:
                signups.settle(connection, signup.id, signups.CONFIRMED, now)
                new = _confirmed(signup, now)
                # The short form beside a record asks for nothing but its reminders.
                is_short = str(new.consent.get("form", "")).startswith(SHORT_FORM)
                return subscribers.join_in(connection, new, address_keys, now, keep_settings=is_short)
            known = subscribers.select_by_keys(connection, address_keys)
            if known is None:
                raise InvalidToken
            return known

    def confirmed_subscriber(self, token: str, now: datetime) -> Subscriber | None:
        """Return the subscriber whose address a confirmation link belongs to, or None. Raise InvalidToken."""
        return self.subscriber_at(self.signup_of(token, now).address)

    def refuse(self, token: str, now: datetime) -> None:
        """Never write to this address again: somebody else entered it. Raise InvalidToken."""
        ref = self._signer.read(CONFIRM, token, now)
        with writing(self._engine) as connection:
            signup = signups.lock_signup(connection, ref)
            if signup is None:
                raise InvalidToken
            suppress(connection, signup.address_key, NOT_ME, now)
            signups.delete_signups_of(connection, self._hasher.address_keys(signup.address), now)

    # -- looking after one's reminders ----------------------------------------------------------------------------

    def subscriber_of(self, token: str, purpose: str, now: datetime) -> Subscriber:
        """Return the subscriber of a link. Raise InvalidToken, also if their data were deleted."""
        ref, _, version = self._signer.read(purpose, token, now).partition(_VERSION)
        subscriber = subscribers.find_by_ref(self._engine, ref)
        if subscriber is None or (purpose == MANAGE and version != str(subscriber.link_version or "")):
            raise InvalidToken
        return subscriber

    def renew_link(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """End the links to manage that were sent, and mail the new one. Raise NoMailAddress, TooManyRequests.

        It is only mailed: who has got hold of an old link must not get the new one. Links to confirm that were mailed
        end too, as the page behind them shows it.
        """
        if subscriber.channel != ChannelName.MAIL and not subscriber.owner:
            raise NoMailAddress
        with writing(self._engine) as connection:
            count_request(connection, [f"link:{subscriber.ref}"], LINKS_PER_HOUR, now)
            renewed = subscribers.renew_link_in(connection, subscriber.id, now)
            keys = self._hasher.address_keys(subscriber.owner or subscriber.address)
            signups.delete_signups_of(connection, keys, now, state=signups.MAILED)
            expires_at = now + SIGNUPS_KEPT
            signups.queue_account_message(
                connection, AccountKind.LINK, now, subscriber_id=subscriber.id, expires_at=expires_at
            )
        return renewed

    def subscriber_at(self, address: str) -> Subscriber | None:
        """Return the subscriber with an address, or None."""
        return subscribers.find_by_keys(self._engine, self._hasher.address_keys(address))

    def change(  # noqa: PLR0913 (one form, one call)
        self,
        subscriber: Subscriber,
        *,
        language: str,
        zone: str,
        country: str,
        digest: str,
        watches: tuple[Watch, ...],
        now: datetime,
    ) -> Subscriber:
        """Save a subscriber's new choices; without any watch the subscription ends.

        A subscriber without a readable watch does not end by changing something else. Raise NoSuchSubscriber,
        TooManyWatches.
        """
        if not watches and readable_watches(subscriber.watches):
            return self.end(subscriber, now)
        changed = replace(subscriber, language=language, zone=zone, country=country, digest=digest, watches=watches)
        return subscribers.change(self._engine, changed, now)

    def pause(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """Pause a subscriber."""
        return subscribers.pause(self._engine, subscriber.id, now)

    def resume(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """Resume a subscriber, for what is due from now on."""
        return subscribers.resume(self._engine, subscriber.id, now)

    def end(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """End a subscription. Ending twice is allowed."""
        return subscribers.end(self._engine, subscriber.id, now)

    def take_back_end(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """Make a subscriber who has ended active again, with the watches they had. Raise NoSuchSubscriber."""
        return subscribers.take_back_end(self._engine, subscriber.id, now)

    def forget(self, subscriber: Subscriber, now: datetime) -> None:
        """Delete all data about a subscriber at once, except the keyed hash that documents the wish.

        Their sign-ups are deleted too, also those of the mail address behind a webhook. It may be called twice.
        """
        self.forget_address(subscriber.owner or subscriber.address, now)
        try:
            subscribers.erase(self._engine, subscriber.id, now)
        except NoSuchSubscriber:
            return

    def forget_address(self, address: str, now: datetime) -> int:
        """Delete the sign-ups of an address; return how many there were."""
        with writing(self._engine) as connection:
            return signups.delete_signups_of(connection, self._hasher.address_keys(address), now)

    def export(self, subscriber: Subscriber) -> dict[str, Any]:
        """Return all data about a subscriber, as JSON values."""
        kept = {name: _plain(value) for name, value in vars(subscriber).items() if name not in _NOT_EXPORTED}
        watches = [
            {
                name: list(value) if name == "leads" else value
                for name, value in vars(watch).items()
                if name != "problem"
            }
            for watch in subscriber.watches
        ]
        return {**kept, "watches": watches, "letters": list_messages(self._engine, subscriber.id)}

    # -- ways to a subscriber -----------------------------------------------------------------------------------------

    def use_webhook(
        self, subscriber: Subscriber, url: str, verify: Callable[[str, str], None], now: datetime
    ) -> Subscriber:
        """Send to a URL from now on, after `verify(url, secret)` has checked that its owner wants that.

        Raise InvalidWebhook, what `verify` raises, AddressTaken, and TooManyRequests after five tries in an hour.
        """
        if len(url) > MAX_ADDRESS:
            raise InvalidWebhook(
                gettext_noop("The URL is too long or holds spaces or other characters that a URL has to encode.")
            )
        secret = new_secret()
        with writing(self._engine) as connection:
            count_request(connection, [f"webhook:{subscriber.ref}"], WEBHOOKS_PER_HOUR, now)
        verify(url, secret)
        owner = subscriber.owner if subscriber.channel != ChannelName.MAIL else subscriber.address
        return self._use(replace(subscriber, channel=ChannelName.WEBHOOK, address=url, owner=owner, secret=secret), now)

    def use_mail(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """Send to the owner's mail address again. Raise AddressTaken, NoMailAddress."""
        if subscriber.channel == ChannelName.MAIL:
            return subscriber
        if not subscriber.owner:
            raise NoMailAddress
        changed = replace(subscriber, channel=ChannelName.MAIL, address=subscriber.owner, owner="", secret="")
        return self._use(changed, now)

    def _use(self, changed: Subscriber, now: datetime) -> Subscriber:
        address_key = self._hasher.address_keys(changed.address)[0]
        return subscribers.change(self._engine, replace(changed, address_key=address_key), now)

    # -- links ----------------------------------------------------------------------------------------------------

    def confirm_token(self, signup_ref: str, asked_at: datetime) -> str:
        """Return the token that confirms a sign-up, valid as long as the sign-up is kept."""
        return self._signer.write(CONFIRM, signup_ref, asked_at + SIGNUPS_KEPT)

    def manage_token(self, ref: str, link_version: int = 0) -> str:
        """Return the token of a subscriber's own page."""
        return self._signer.write(MANAGE, f"{ref}{_VERSION}{link_version}" if link_version else ref)

    def unsubscribe_token(self, ref: str) -> str:
        """Return the token that ends a subscription."""
        return self._signer.write(UNSUBSCRIBE, ref)


def count_request(connection: Transaction, keys: list[str], most: int, now: datetime) -> None:
    """Count one more under the first key; all keys are checked. Raise TooManyRequests without counting."""
    signups.count_event(connection, keys[0], now)
    if signups.count_since(connection, keys, now - HOUR) > most:
        first = signups.first_since(connection, keys, now - HOUR) or now
        # Counted by minutes: the first one makes room when its whole minute is over.
        raise TooManyRequests(max(1, int((first + HOUR + timedelta(minutes=1) - now).total_seconds())))


def _confirmed(signup: Signup, now: datetime) -> NewSubscriber:
    choice = preferences_from_json(signup.choice)
    return NewSubscriber(
        channel=ChannelName.MAIL,
        address=signup.address,
        address_key=signup.address_key,
        language=choice.language,
        zone=choice.zone,
        country=choice.country,
        digest=choice.digest,
        watches=(choice.watch,),
        consent={
            **signup.choice["consent"],
            "asked_at": signup.asked_at.isoformat(),
            "confirmed_at": now.isoformat(),
        },
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
