"""The channels: which addresses each takes, how it is opened, and what happens where nothing arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.reminders.channels import chat
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.channels.mail import open_mail_channel
from calendar_service.reminders.channels.safe_http import check_webhook_url
from calendar_service.reminders.channels.webhook import WebhookChannel
from calendar_service.reminders.subscriptions.addresses import check_mail_address

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.reminders.channels.base import Channel
    from calendar_service.reminders.channels.mail import MailSettings


@dataclass(frozen=True)
class ChannelKind:
    """One kind of channel.

    `check_address` returns an address as it is stored, or raises CalendarError. `open` makes a channel for one thread,
    of the mail settings, the calendar's id and a clock (aware, UTC). `schemes` are those of its addresses, none for
    mail. With `signs` each subscriber has a secret. A subscription whose address is dead is ended with
    `ends_unreachable`; else it is paused, its owner gets a mail, and failures are counted.
    """

    check_address: Callable[[str], str]
    open: Callable[[MailSettings, str, Callable[[], datetime]], Channel]
    schemes: frozenset[str] = frozenset()
    signs: bool = False
    ends_unreachable: bool = False


CHANNELS = {
    ChannelName.MAIL: ChannelKind(check_mail_address, open_mail_channel, ends_unreachable=True),
    ChannelName.WEBHOOK: ChannelKind(
        check_webhook_url, lambda _mailing, _id, clock: WebhookChannel(clock), frozenset({"https"}), signs=True
    ),
    ChannelName.CHAT: ChannelKind(chat.check_chat_url, lambda *_: chat.ChatChannel(), chat.SCHEMES),
}


def read_address(text: str) -> tuple[ChannelName, str]:
    """Return the channel that an address belongs to, and the address as it is stored.

    Raise CalendarError; a URL of an unknown scheme gets the error of a webhook.
    """
    scheme, is_url, _ = text.partition("://")
    by_scheme = {scheme: name for name, kind in CHANNELS.items() for scheme in kind.schemes}
    name = by_scheme.get(scheme.lower(), ChannelName.WEBHOOK) if is_url else ChannelName.MAIL
    return name, CHANNELS[name].check_address(text)
