"""The web server of `serve`: waitress, with limits on what a client may send."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from calendar_service.admin.access import MAX_EDITOR_BODY_BYTES
from calendar_service.admin.layout import ADMIN
from calendar_service.web.app import MAX_BODY_BYTES
from calendar_service.web.errors import TOO_LONG, TOO_LONG_FOR_EDITORS, TOO_LONG_UNLESS_SIGNED_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    MaySendMore = Callable[[str, Mapping[str, str], str], bool]

THREADS = 16
_CONNECTIONS = 1000
# So many long bodies at a time; waitress keeps them on the disk.
_MOST_LONG = 4


def serve_application(
    app: WSGIApplication, host: str, port: int, may_send_more: MaySendMore = lambda *_: False
) -> None:
    """Serve until the process is told to end. Raise OSError if the address cannot be used.

    `may_send_more` says by path, header fields and peer whether a client may send as much as a signed-in editor.
    """
    HTTPChannel.parser_class = _parser_of
    _Parser.may_send_more = staticmethod(may_send_more)
    # Waitress reads requests whole before a thread takes them, so slow clients hold up nobody.
    waitress.serve(
        app,
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=_CONNECTIONS,
        ident="",
        # Waitress refuses from this length on.
        max_request_body_size=MAX_BODY_BYTES + 1,
        # The application reads these headers itself, for as many proxies as it is told.
        clear_untrusted_proxy_headers=False,
    )


def _parser_of(channel: HTTPChannel, adj: Any) -> _Parser:
    """Return a parser that knows who has connected; waitress calls it as a method of the channel."""
    parser = _Parser(adj)
    parser.peer = channel.addr[0] if isinstance(channel.addr, tuple) else ""
    return parser


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses a long body in words, and before it comes."""

    error: Any
    adj: Any
    may_send_more: ClassVar[Any]
    peer = ""
    # The requests with a long body that are being received or answered.
    _long: ClassVar[WeakSet[_Parser]] = WeakSet()

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the header, and tell a client to go on only if its body is wanted.

        Waitress forgets a request that has no body once it has told its client to go on.
        """
        super().parse_header(header_plus)
        is_long = MAX_BODY_BYTES < self.content_length <= MAX_EDITOR_BODY_BYTES
        if is_long and len(self._long) < _MOST_LONG and self.may_send_more(self.path, self.headers, self.peer):
            self._long.add(self)
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = MAX_EDITOR_BODY_BYTES + 1
        elif self.body_rcv is None or self.content_length > MAX_BODY_BYTES:
            self.expect_continue = False

    def received(self, data: bytes) -> int:
        """Take the next bytes of a request and return how many belong to it."""
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = RequestEntityTooLarge(self._refusal())
        return consumed

    def _refusal(self) -> str:
        if not self.path.startswith(f"{ADMIN}/"):
            return TOO_LONG
        return TOO_LONG_FOR_EDITORS if self.content_length > MAX_EDITOR_BODY_BYTES else TOO_LONG_UNLESS_SIGNED_IN
