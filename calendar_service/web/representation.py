"""An output as HTTP sends it: bytes, their compressed copy, and the response to a conditional request.

Both the cache middleware and Flask's views answer from here, so that they cannot differ.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MAX_PLAIN = 1_000_000
"""In bytes. Larger bodies are stored compressed only; feeds have the same limit."""
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class ConditionalResponse:
    """A status with its headers and body; for HEAD too, whose body the server leaves out."""

    status: HTTPStatus
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Representation:
    """A finished output. Equal bytes have equal entity tags, in every process and after every restart.

    `compressed` is the body as gzip, `length` its length in bytes, `digest` what the entity tags are made of. Of a
    large output only the compressed copy is kept: `plain` is then empty.
    """

    plain: bytes
    compressed: bytes
    length: int
    digest: str
    media_type: str
    changed_at: datetime
    disposition: str = ""
    next_url: str = ""
    max_age: int = 300

    @classmethod
    def of(
        cls,
        body: bytes,
        media_type: str,
        changed_at: datetime,
        disposition: str = "",
        compressed: bytes = b"",
        next_url: str = "",
    ) -> Representation:
        """Return the representation of a body; equal bodies have equal compressed copies.

        `compressed` is the gzip of the body if it was made already, `next_url` the URL of the next page.
        """
        compressed = compressed or gzip.compress(body, compresslevel=6, mtime=0)
        digest = blake2b(body, digest_size=16).hexdigest()
        plain = body if len(body) <= _MAX_PLAIN else b""
        return cls(plain, compressed, len(body), digest, media_type, changed_at, disposition, next_url)

    @property
    def body(self) -> bytes:
        """The bytes as they were rendered."""
        return self.plain or gzip.decompress(self.compressed)

    @property
    def size(self) -> int:
        """How many bytes it takes, with its compressed copy."""
        return len(self.plain) + len(self.compressed)

    def etag(self, *, gzipped: bool) -> str:
        """Return the strong entity tag of a coding (RFC 9110, 8.8.3.3: each coding has its own)."""
        return f'"{self.digest}-gz"' if gzipped else f'"{self.digest}"'

    def answer(self, request: Mapping[str, str], now: datetime) -> ConditionalResponse:
        """Return the response to a GET or HEAD; of `request`, its WSGI environment, only header fields are used.

        `now` is the present (aware): a date of the client or of ours that is later is ignored.
        """
        gzipped = takes_gzip(request.get("HTTP_ACCEPT_ENCODING", ""))
        etag = self.etag(gzipped=gzipped)
        shared = [
            ("ETag", etag),
            ("Cache-Control", f"max-age={self.max_age}"),
            ("Vary", "Accept-Encoding"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link" if self.next_url else "ETag, Last-Modified"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if self.next_url:
            shared.append(("Link", f'<{self.next_url}>; rel="next"'))  # RFC 8288
        if self._is_met(request, etag, now):
            return ConditionalResponse(HTTPStatus.NOT_MODIFIED, shared, b"")
        body = self.compressed if gzipped else self.body
        return ConditionalResponse(HTTPStatus.OK, shared + self._body_headers(body, now, gzipped=gzipped), body)

    def _is_met(self, request: Mapping[str, str], etag: str, now: datetime) -> bool:
        """Return True if the client's copy is still valid; with a tag the date is ignored (RFC 9110, 13.2.2)."""
        if given := request.get("HTTP_IF_NONE_MATCH", "").strip():
            return has_tag(given, etag)
        since = parse_date(request.get("HTTP_IF_MODIFIED_SINCE"))
        # A date in the future is not from us (RFC 9110, 13.1.3), and would be valid for an unknown time.
        return since is not None and self.changed_at.replace(microsecond=0) <= since <= now

    def _body_headers(self, body: bytes, now: datetime, *, gzipped: bool) -> Headers:
        """Return the headers of a response with a body; werkzeug leaves Last-Modified out of a 304 too."""
        found = [
            ("Last-Modified", _http_date(min(self.changed_at, now))),  # never ahead (RFC 9110, 8.8.2.1)
            ("Content-Type", self.media_type),
            ("Content-Length", str(len(body))),
        ]
        if self.disposition:
            found.append(("Content-Disposition", self.disposition))
        if gzipped:
            found.append(("Content-Encoding", "gzip"))
        return found


_http_date = lru_cache(maxsize=256)(http_date)


def has_tag(given: str, etag: str) -> bool:
    """Return True if an If-None-Match names an entity tag (with its quotes) or is "*"; weak tags count as equal."""
    # Most clients send back the one tag that they got.
    return given == etag or parse_etags(given).contains_weak(etag.strip('"'))


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Return True if an Accept-Encoding accepts gzip and does not prefer identity."""
    if not accepted:
        return False
    codings = parse_accept_header(accepted, Accept)
    gzip_quality = codings.quality("gzip")
    plain = max((quality for coding, quality in codings if coding.lower() == "identity"), default=0)
    return gzip_quality > 0 and gzip_quality >= plain
