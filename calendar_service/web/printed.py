"""An output as HTTP sends it: bytes, their compressed copy, and the headers that let caches work."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from werkzeug.http import http_date

if TYPE_CHECKING:
    from datetime import datetime

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Printed:
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

    def headers(self, *, gzipped: bool) -> Headers:
        """Give the headers that a 200 and a 304 share (RFC 9110, 15.4.5)."""
        return [
            ("ETag", self.etag(gzipped=gzipped)),
            ("Last-Modified", http_date(self.changed_at)),
            ("Cache-Control", f"public, max-age={self.max_age}"),
            ("Vary", "Accept-Encoding"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", "ETag, Last-Modified"),
            ("X-Content-Type-Options", "nosniff"),
        ]

    def body_headers(self, *, gzipped: bool) -> Headers:
        """Give the headers that only go with a body."""
        found = [
            ("Content-Type", self.media_type),
            ("Content-Length", str(len(self.compressed if gzipped else self.body))),
        ]
        if self.disposition:
            found.append(("Content-Disposition", self.disposition))
        if gzipped:
            found.append(("Content-Encoding", "gzip"))
        return found
