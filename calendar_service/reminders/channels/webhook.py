"""Send messages to programs: signed JSON over HTTPS, by the Standard Webhooks specification."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import re
import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook

from calendar_service.records.errors import gettext_noop
from calendar_service.records.times import write_instant
from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.safe_http import HttpReply, InvalidWebhook, SafeHttpClient, check_webhook_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendar_service.reminders.channels.base import Envelope, Message

__all__ = ["InvalidWebhook", "SafeHttpClient", "WebhookChannel", "check_webhook_url", "new_secret", "sign", "verify"]

BODY_LIMIT = 20_000
LONGEST_WAIT = 3600
"""The most, in seconds, that a Retry-After is given."""

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)")
_ID = re.compile(r"[!-~]{1,200}")
_OK, _REDIRECT = 200, 300
_GONE = 410
_WAIT = frozenset({429, 503})


def new_secret() -> str:
    """Return a new secret for the signatures of one webhook."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a body: "v1,…", and one more after a space for each more secret in `secret`, while an old one is replaced.

    Raise ValueError for a secret that is none.
    """
    secrets_given = secret.split()
    if not all(map(_SECRET.fullmatch, secrets_given)):  # the library would leave out what is no base64
        raise ValueError("a secret is whsec_ and base64")
    at = datetime.fromtimestamp(timestamp, UTC)
    return " ".join(Webhook(each).sign(message_id, at, body.decode()) for each in secrets_given)


class WebhookChannel:
    """Webhooks: `envelope.address` is the URL, `envelope.secret` what its owner checks the signature with."""

    def __init__(self, clock: Callable[[], datetime], outward: SafeHttpClient | None = None) -> None:
        self._clock = clock
        self._outward = outward or SafeHttpClient()

    def send(self, message: Message, envelope: Envelope) -> None:
        """Post the data of one message. Raise DeliveryFailed, which contains nothing of the reply."""
        now = self._clock()
        body = _write_body({"type": message.data["type"], "timestamp": write_instant(now), "data": dict(message.data)})
        if len(body) >= BODY_LIMIT:
            raise DeliveryFailed(
                f"The message's data is {len(body):,} bytes; a webhook takes less than {BODY_LIMIT:,}.", permanent=True
            )
        try:
            headers = _headers(envelope.secret, envelope.message_id, now, body)
        except ValueError:
            raise DeliveryFailed("The webhook's secret or the message's id cannot be read.", permanent=True) from None
        try:
            reply = self._outward.post(envelope.address, headers, body)
        except InvalidWebhook as refusal:
            raise DeliveryFailed(refusal.message, permanent=True) from None
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryFailed(f"The webhook {_how_failed(error)}.") from None
        _check_status(reply, now)

    def close(self) -> None:
        """Do nothing: no connection stays open."""


def verify(url: str, secret: str, *, clock: Callable[[], datetime], outward: SafeHttpClient | None = None) -> None:
    """Check that the owner of the URL wants our messages: it must answer 200 and repeat a challenge.

    The reply is {"challenge": "…"} as JSON, or the challenge alone as text. Raise InvalidWebhook with the same text
    whatever went wrong, so that nobody can explore a network through us.
    """
    challenge = secrets.token_urlsafe(32)
    body = _write_body({"type": "challenge", "challenge": challenge})
    headers = _headers(secret, f"challenge-{secrets.token_hex(8)}", clock(), body)
    url = check_webhook_url(url)
    try:
        reply = (outward or SafeHttpClient()).post(url, headers, body, reads_body=True)
        is_proved = reply.status == _OK and _repeats(challenge, reply.body)
    except (InvalidWebhook, OSError, http.client.HTTPException):
        is_proved = False
    if not is_proved:
        raise InvalidWebhook(
            gettext_noop("The webhook did not repeat the challenge."),
            remedy=gettext_noop(
                'Answer a POST of {"type": "challenge", "challenge": "…"} with status 200 and the same challenge.'
            ),
        )


def _headers(secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    if not secret or not _ID.fullmatch(message_id):
        raise ValueError("no secret, or an id that is no header's value")
    timestamp = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "calendar-service",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def _write_body(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _check_status(reply: HttpReply, now: datetime) -> None:
    if _OK <= reply.status < _REDIRECT:
        return
    is_gone = reply.status == _GONE
    raise DeliveryFailed(
        f"The webhook answered {reply.status}.",
        permanent=is_gone,
        address_is_dead=is_gone,
        retry_after=_read_wait(reply.retry_after, now) if reply.status in _WAIT else None,
    )


def _read_wait(text: str, now: datetime) -> int | None:
    """Return the seconds of a Retry-After header (RFC 9110 section 10.2.3): a number, or a date; None if invalid."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    wait = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(max(int(wait), 0), LONGEST_WAIT)


def _repeats(challenge: str, body: bytes) -> bool:
    text = body.decode("utf-8", "replace").strip()
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = text
    given = answer.get("challenge") if isinstance(answer, dict) else answer
    return isinstance(given, str) and hmac.compare_digest(given.encode(), challenge.encode())


def _how_failed(error: Exception) -> str:
    return "did not answer in time" if isinstance(error, TimeoutError) else "could not be reached or broke off"
