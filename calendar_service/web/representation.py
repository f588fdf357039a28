"""An output as HTTP sends it: bytes, their compressed copy, and the answer that a request's conditions ask for.

Both the fast layer and Flask's views answer from here, so that they cannot differ.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class ConditionalResponse:
    """A status with its headers and body; the body is there for HEAD too, where the server leaves it out."""

    status: HTTPStatus
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Representation:
    """A finished output. Equal bytes have equal entity tags, in every process and after every restart."""

    body: bytes
    media_type: str
    changed_at: datetime
    disposition: str = ""
    max_age: int = 300

    @cached_property
    def compressed(self) -> bytes:
        """The body as gzip, the same bytes each time it is made."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)

    @cached_property
    def digest(self) -> str:
        """What the entity tags are made of."""
        return blake2b(self.body, digest_size=16).hexdigest()

    def etag(self, *, gzipped: bool) -> str:
        """Give the strong entity tag of a coding (RFC 9110, 8.8.3.3: each coding has its own)."""
        return f'"{self.digest}-gz"' if gzipped else f'"{self.digest}"'

    def answer(self, request: Mapping[str, str]) -> ConditionalResponse:
        """Answer a GET or HEAD; `request` is its WSGI environment, of which header fields count alone."""
        gzipped = takes_gzip(request.get("HTTP_ACCEPT_ENCODING", ""))
        etag = self.etag(gzipped=gzipped)
        shared = [
            ("ETag", etag),
            ("Cache-Control", f"public, max-age={self.max_age}"),
            ("Vary", "Accept-Encoding"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", "ETag, Last-Modified"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if self._is_met(request, etag):
            return ConditionalResponse(HTTPStatus.NOT_MODIFIED, shared, b"")
        body = self.compressed if gzipped else self.body
        return ConditionalResponse(HTTPStatus.OK, shared + self._body_headers(body, gzipped=gzipped), body)

    def _is_met(self, request: Mapping[str, str], etag: str) -> bool:
        """Tell whether what the client has is still good; with a tag the date does not count (RFC 9110, 13.2.2)."""
        if given := request.get("HTTP_IF_NONE_MATCH", "").strip():
            return parse_etags(given).contains_weak(etag.strip('"'))
        since = parse_date(request.get("HTTP_IF_MODIFIED_SINCE"))
        return since is not None and self.changed_at.replace(microsecond=0) <= since

    def _body_headers(self, body: bytes, *, gzipped: bool) -> Headers:
        """Give the headers that only go with a body; werkzeug leaves Last-Modified out of a 304 too."""
        found = [
            ("Last-Modified", http_date(self.changed_at)),
            ("Content-Type", self.media_type),
            ("Content-Length", str(len(body))),
        ]
        if self.disposition:
            found.append(("Content-Disposition", self.disposition))
        if gzipped:
            found.append(("Content-Encoding", "gzip"))
        return found


def takes_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip and does not like plain bytes better."""
    if not accepted:
        return False
    codings = parse_accept_header(accepted, Accept)
    gzip_quality = codings.quality("gzip")
    plain = max((quality for coding, quality in codings if coding.lower() == "identity"), default=0)
    return gzip_quality > 0 and gzip_quality >= plain
