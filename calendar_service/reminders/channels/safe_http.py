"""HTTPS requests to URLs that strangers gave, which reach the public Internet and nothing else.

The requests go by http.client over a `TimedSocket`: the total limit of urllib3 does not hold while the head of a reply
comes in drips (see `timeouts.py`).
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.reminders.channels.public_addresses import is_public
from calendar_service.reminders.channels.timeouts import REPLY_LIMIT, TimedSocket, TimeLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from calendar_service.reminders.channels.public_addresses import Network

_PORT, _OTHER_PORT = 443, 8443
_URL_LIMIT = 2000
_NAME_LIMIT = 253
_TRIES = 2
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")  # a last label that browsers and C libraries read as part of an IPv4


class InvalidWebhook(CalendarError):
    """A webhook's URL is not allowed, or its owner did not confirm it. The error never contains the URL."""


@dataclass(frozen=True)
class HttpLimits:
    """Timeouts in seconds: for connecting, and for the whole exchange."""

    connect: float = 5
    total: float = 15


@dataclass(frozen=True)
class HttpReply:
    """A reply: the status, the header fields that matter, and at most REPLY_LIMIT bytes of body."""

    status: int
    retry_after: str
    body: bytes


def check_webhook_url(url: str) -> str:
    """Return the normalised URL of a webhook: https, port 443 or 8443, a public host. Raise InvalidWebhook."""
    if len(url) > _URL_LIMIT or not all("!" <= character <= "~" for character in url) or "\\" in url:
        raise InvalidWebhook(
            gettext_noop("The URL is too long or holds spaces or other characters that a URL has to encode.")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidWebhook(
            gettext_noop("The URL cannot be read."), remedy=gettext_noop("Write https://host/path.")
        ) from None
    if parts.scheme != "https":
        raise InvalidWebhook(gettext_noop("The URL does not begin with https://."))
    if "@" in parts.netloc or "#" in url:
        raise InvalidWebhook(
            gettext_noop("The URL holds a user name or a fragment."), remedy=gettext_noop("Write https://host/path.")
        )
    if port not in (None, _PORT, _OTHER_PORT) or parts.netloc.endswith(":"):
        raise InvalidWebhook(gettext_noop("The URL names another port than 443 or 8443."))
    host = _check_host(parts.hostname or "", is_bracketed=parts.netloc.startswith("["))
    suffix = f":{_OTHER_PORT}" if port == _OTHER_PORT else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{host}{suffix}{parts.path or '/'}{query}"


def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """Return the addresses of a host by the system's resolver. Raise OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(where[0]), int(where[1])) for *_, where in found))


class SafeHttpClient:
    """Sends requests without following redirects or using proxies of the environment.

    `resolver`, `context` and `allowed_networks` let tests call a server of their own; nothing else sets them.
    """

    def __init__(
        self,
        resolver: Callable[[str, int], list[tuple[str, int]]] = resolve,
        context: ssl.SSLContext | None = None,
        allowed_networks: Iterable[Network] = (),
        limits: HttpLimits | None = None,
    ) -> None:
        self._resolver = resolver
        self._context = context or ssl.create_default_context()
        self._allowed_networks = tuple(allowed_networks)
        self._limits = limits or HttpLimits()

    def post(self, url: str, headers: Mapping[str, str], body: bytes, *, reads_body: bool = False) -> HttpReply:
        """Post a body, and read the reply's body if `reads_body`.

        Raise InvalidWebhook for a forbidden address, and OSError or HTTPException if no whole reply came in time.
        """
        parts = urlsplit(check_webhook_url(url))
        deadline = TimeLimit(self._limits.total)
        host = parts.hostname or ""
        addresses = self._public_addresses(host, parts.port or _PORT, deadline)
        connected = self._connect(addresses, host, deadline)
        with contextlib.closing(connected):
            connection = http.client.HTTPConnection(parts.netloc)
            # A connected socket of our own: http.client would ask for the addresses a second time.
            connection.sock = connected
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request("POST", target, body, {**headers, "Host": parts.netloc, "Connection": "close"})
            with contextlib.closing(http.client.HTTPResponse(connected, method="POST")) as response:  # type: ignore[arg-type]  # it uses no more than a TimedSocket has
                response.begin()
                content = response.read(REPLY_LIMIT) if reads_body else b""
                return HttpReply(response.status, response.getheader("Retry-After", ""), content)

    def _public_addresses(self, host: str, port: int, deadline: TimeLimit) -> list[tuple[str, int]]:
        """Resolve once and check: the connection uses these addresses, so a second answer has no effect."""
        addresses = _in_time(lambda: self._resolver(host, port), deadline)
        if not all(is_public(address, self._allowed_networks) for address, _ in addresses):
            raise InvalidWebhook(gettext_noop("The webhook's host is not on the public Internet."))
        return addresses

    def _connect(self, addresses: list[tuple[str, int]], host: str, deadline: TimeLimit) -> TimedSocket:
        failure = OSError("no address")
        for address in addresses[:_TRIES]:
            connecting = deadline.within(self._limits.connect)
            try:
                raw = socket.create_connection(address, connecting.left())
                raw.settimeout(connecting.left())
                return TimedSocket(self._secure(raw, host), deadline)
            except OSError as error:
                failure = error
        raise failure

    def _secure(self, raw: socket.socket, host: str) -> ssl.SSLSocket:
        try:
            return self._context.wrap_socket(raw, server_hostname=host)
        except BaseException:
            raw.close()
            raise


def _check_host(host: str, *, is_bracketed: bool) -> str:
    host = host.lower().removesuffix(".")
    if is_bracketed or _NUMBER.fullmatch(host.rpartition(".")[2]):
        if not is_public(host):
            raise InvalidWebhook(gettext_noop("The URL's host is an address that is not on the public Internet."))
        address = ip_address(host)
        return f"[{address}]" if is_bracketed else str(address)
    if len(host) > _NAME_LIMIT or not _NAME.fullmatch(host):
        raise InvalidWebhook(gettext_noop("The URL's host is not a full name, such as hooks.example.org."))
    return host


def _in_time(ask: Callable[[], list[tuple[str, int]]], deadline: TimeLimit) -> list[tuple[str, int]]:
    """Return the resolver's answer within the time limit; the system call itself has none."""
    answers: queue.SimpleQueue[list[tuple[str, int]] | Exception] = queue.SimpleQueue()

    def put_answer() -> None:
        try:
            answers.put(ask())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=put_answer, daemon=True, name="resolver").start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise OSError("the name has no address") from None
    return answer
