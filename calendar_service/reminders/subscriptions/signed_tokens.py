"""Tokens of links: a reference, signed for one purpose."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIRM = "confirm"
MANAGE = "manage"
UNSUBSCRIBE = "unsubscribe"

_MAX_LENGTH = 200


class InvalidToken(CalendarError):
    """Invalid token: bad signature, wrong purpose, expired, or its target was deleted."""

    def __init__(self) -> None:
        super().__init__("This link does not hold.", remedy="Sign up again with the same address.")


class TokenSigner:
    """Signs (HMAC-SHA256) with the first key and accepts all, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        # itsdangerous signs with the last one.
        self._keys = list(reversed(keys))

    def write(self, purpose: str, ref: str, expires: datetime | None = None) -> str:
        """Return a token for one purpose; without `expires` (aware) it never expires."""
        return self._signing_serializer(purpose).dumps([ref, int(expires.timestamp())] if expires else [ref])

    def read(self, purpose: str, token: str, now: datetime) -> str:
        """Return the reference in a token. Raise InvalidToken."""
        if len(token) > _MAX_LENGTH or not token.isascii():
            raise InvalidToken
        try:
            ref, *until = self._signing_serializer(purpose).loads(token)
            _check_spelling(token)
        except BadData:
            raise InvalidToken from None
        if until and now >= datetime.fromtimestamp(until[0], UTC):
            raise InvalidToken
        return str(ref)

    def _signing_serializer(self, purpose: str) -> URLSafeSerializer:
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._keys, salt=f"calendar-{purpose}", signer_kwargs=signing)


def _check_spelling(token: str) -> None:
    """Refuse a signature in another spelling: base64 ignores unknown characters and the last few bits."""
    signature = token.rpartition(".")[2]
    if base64_encode(base64_decode(signature)).decode() != signature:
        raise BadData("spelled in another way")
