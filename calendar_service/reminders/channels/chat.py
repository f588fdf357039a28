"""Send messages to chat rooms, through the services of Apprise (the extra "chat")."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from calendar_service.records.errors import CalendarError
from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.link_placeholders import fill_links

if TYPE_CHECKING:
    from calendar_service.reminders.channels.base import Envelope, Message

SCHEMES = frozenset(
    {
        "discord",
        "gchat",
        "matrix",
        "matrixs",
        "mmost",
        "mmosts",
        "ntfy",
        "ntfys",
        "rocket",
        "rockets",
        "slack",
        "tgram",
        "webex",
        "workflows",
        "wxteams",
        "zulip",
    }
)
"""The chat services of Apprise that take messages; others open files, devices or programs of this machine."""

_INSTALL = "pip install 'calendar-service[chat]'"
_URL_LIMIT = 2000
_REFUSED_OPTIONS = frozenset({"attach", "redirect", "store", "template", "verify"})


class InvalidChatUrl(CalendarError):
    """The URL of a chat room is not supported. The error never contains the URL, which has secrets."""


def check_chat_url(url: str) -> str:
    """Return the URL of a chat room unchanged if it is supported. Raise InvalidChatUrl."""
    url = url.strip()
    if len(url) > _URL_LIMIT or not all("!" <= character <= "~" for character in url):
        raise InvalidChatUrl("The chat URL is too long or holds spaces or other characters that a URL has to encode.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidChatUrl("The chat URL cannot be read.") from None
    if parts.scheme not in SCHEMES:
        raise InvalidChatUrl("Unsupported chat service.", remedy=f"Known are {_known()}.")
    # Options that read a file of this machine, leave the host that was named, or drop the check of its certificate.
    options = {name.strip("+-: ").lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if options & _REFUSED_OPTIONS:
        raise InvalidChatUrl("The chat URL holds an option that is not taken.", remedy="Leave out what follows the ?.")
    return url


class ChatChannel:
    """Chat rooms: `envelope.address` is an Apprise URL; the subject and the text part are sent."""

    def send(self, message: Message, envelope: Envelope) -> None:
        """Send one message to the room. Raise DeliveryFailed."""
        apprise = _load()
        try:
            url = check_chat_url(envelope.address)
        except InvalidChatUrl as refusal:
            raise DeliveryFailed(str(refusal), permanent=True) from None
        asset = apprise.AppriseAsset(app_id="calendar-service", http_redirects=False, async_mode=False)
        room = apprise.Apprise.instantiate(url, asset=asset)
        if room is None:
            raise DeliveryFailed("The chat URL cannot be read by its service.", permanent=True)
        text = fill_links(message.text, envelope)
        if not room.notify(body=text, title=message.subject, body_format=apprise.NotifyFormat.TEXT):
            raise DeliveryFailed("The chat service did not take the message.")

    def close(self) -> None:
        """Do nothing: no connection stays open."""


def _load() -> Any:
    try:
        import apprise  # noqa: PLC0415 (an optional library, and slow to load)
    except ImportError:
        raise DeliveryFailed(f"Chat needs one more library: {_INSTALL}.", is_ours=True) from None
    # Both log URLs, and with them the keys of chat rooms, also when nothing is wrong.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return apprise


def _known() -> str:
    return ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES))
