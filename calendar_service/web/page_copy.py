"""Copies of public pages, each valid for a minute: the same page need not be written for each visitor.

Pages tell how long it is until something, and what is on now. As all times of records are whole minutes (a day ends
with its last second), a page says the same throughout a minute, and nothing in it depends on who asks.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, g, request

from calendar_service.web.context import cache
from calendar_service.web.representation import ConditionalResponse, has_tag, takes_gzip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.web.representation import Headers

_STATE = "page_copy_state"
_OF_THE_BODY = frozenset({"content-type", "content-length"})


@dataclass(frozen=True)
class PageCopy:
    """A page as it was answered, with its compressed copy; `headers` are those of a 304 too."""

    headers: Headers
    etag: str
    media_type: str
    plain: bytes
    compressed: bytes

    @classmethod
    def of(cls, response: Response) -> PageCopy:
        """Return the copy of an uncompressed response with all its headers."""
        plain = response.get_data()
        headers = [(name, value) for name, value in response.headers if name.lower() not in _OF_THE_BODY]
        etag = f'"{blake2b(plain, digest_size=16).hexdigest()}"'
        # Weak, as the compressed copy has the same tag.
        headers += [("ETag", f"W/{etag}"), ("Vary", "Accept-Encoding")]
        compressed = gzip.compress(plain, compresslevel=6, mtime=0)
        return cls(headers, etag, response.content_type or "", plain, compressed)

    @property
    def size(self) -> int:
        """How many bytes it takes, with its compressed copy."""
        return len(self.plain) + len(self.compressed)

    def answer(self, request: Mapping[str, str], _now: datetime) -> ConditionalResponse:
        """Return the response to a GET or HEAD; of `request`, its WSGI environment, only header fields are used."""
        if has_tag(request.get("HTTP_IF_NONE_MATCH", ""), self.etag):
            return ConditionalResponse(HTTPStatus.NOT_MODIFIED, self.headers, b"")
        gzipped = takes_gzip(request.get("HTTP_ACCEPT_ENCODING", ""))
        body = self.compressed if gzipped else self.plain
        own = [("Content-Type", self.media_type), ("Content-Length", str(len(body)))]
        coding = [("Content-Encoding", "gzip")] if gzipped else []
        return ConditionalResponse(HTTPStatus.OK, [*self.headers, *own, *coding], body)


def keep_copy(edition: Edition, now: datetime) -> None:
    """Keep a copy of the page that answers this request, of an edition and a moment (aware), when it is finished."""
    setattr(g, _STATE, (cache().page_state(edition, now), now))


def answer_from_copy(response: Response) -> Response:
    """Keep a copy of a page where `keep_copy` asked for it, and answer from the copy: all visitors get the same."""
    state, now = g.pop(_STATE, (None, None))
    if state is None or response.status_code != HTTPStatus.OK:
        return response
    copy = PageCopy.of(response)
    cache().pages.put((request.environ["PATH_INFO"], request.environ["QUERY_STRING"]), state, copy)
    answer = copy.answer(request.environ, now)
    found = Response(answer.body, answer.status)
    found.headers.clear()
    found.headers.extend(answer.headers)
    return found
