"""Messages over SMTP (RFC 5321): one connection kept over many messages, and what a server's answers mean.

The dialogue is smtplib's. Connecting, STARTTLS and reading are our own, because each must go through a `TimedSocket`
(see `timeouts.py`): smtplib would wait for a reply that comes in drips without end.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from calendar_service.reminders.channels.base import DeliveryFailed, Envelope
from calendar_service.reminders.channels.mail_message import needs_smtputf8, sender_address, write_message
from calendar_service.reminders.channels.timeouts import REPLY_LIMIT, TimedSocket, TimeLimit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.reminders.channels.base import Message

_GOODBYE_SECONDS = 2
_READY, _GO_AHEAD, _OK, _FORWARDS, _CLOSING, _PERMANENT, _FULL = 220, 354, 250, 251, 421, 500, 552
_NOT_AUTHENTICATED = frozenset({530, 535, 538})
_FULL_STATUS = re.compile(r"^5\.2\.2\b")  # RFC 3463
_POLICY_STATUS = re.compile(r"^5\.7\.\d")
_TEXT_LIMIT = 100
_SHORTEST_NAME = 3


@dataclass(frozen=True)
class SmtpLimits:
    """Timeouts in seconds, and how many messages one connection serves."""

    connect: float = 10
    reply: float = 30
    message: float = 60
    idle: float = 60
    messages: int = 100


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    is_tls: bool
    user: str
    password: str

    @property
    def is_local(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class SmtpChannel:
    """Mail through the server of an smtp:// (STARTTLS if offered) or smtps:// URL.

    A user and password leave this machine only over TLS. `context` is for servers with a certificate of a private
    authority; the default trusts the system's, and on this same machine any.
    """

    def __init__(
        self,
        url: str,
        sender: str,
        calendar_id: str,
        clock: Callable[[], datetime],
        limits: SmtpLimits | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = _read_url(url)
        self._sender = sender
        self._calendar_id = calendar_id
        self._clock = clock
        self._limits = limits or SmtpLimits()
        self._context = context or _default_context(self._server)
        self._connection: _Connection | None = None
        self._messages_sent = 0
        self._used_at = 0.0

    def send(self, message: Message, envelope: Envelope) -> None:
        """Send one message. Raise DeliveryFailed."""
        content = write_message(message, envelope, self._sender, self._calendar_id, self._clock())
        deadline = TimeLimit(self._limits.message)
        connection = self._begin_mail(envelope, deadline)
        try:
            self._transmit(connection, envelope.address, content)
        except DeliveryFailed:
            self._forget_mail(connection)
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise DeliveryFailed(f"The mail server {_how_lost(error)} before it took the message.") from None
        self._used_at = time.monotonic()

    def try_out(self) -> None:
        """Log in, and ask the server whether it takes our sender; nothing is sent. Raise DeliveryFailed."""
        nobody = Envelope(address="", message_id="")
        try:
            self._begin_mail(nobody, TimeLimit(self._limits.message))
        finally:
            self.close()

    def close(self) -> None:
        """Close the session to the server."""
        connection, self._connection = self._connection, None
        if connection:
            connection.deadline = TimeLimit(_GOODBYE_SECONDS)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.docmd("QUIT")
            connection.close()

    def _begin_mail(self, envelope: Envelope, deadline: TimeLimit) -> _Connection:
        """Return a connection on which the server has accepted the sender.

        Nothing has been transmitted by then, so a kept connection that turns out to be closed loses no message.
        """
        is_stale = time.monotonic() - self._used_at > self._limits.idle
        if is_stale or self._messages_sent >= self._limits.messages:
            self.close()
        if self._connection is not None:
            try:
                return self._mail_from(self._connection, envelope, deadline)
            except DeliveryFailed:
                if self._connection is not None:  # it was no fault of the connection
                    raise
        return self._mail_from(self._connect(deadline), envelope, deadline)

    def _connect(self, deadline: TimeLimit) -> _Connection:
        connection = _Connection(self._server, self._context, self._limits, deadline, sender_address(self._sender))
        try:
            connection.log_in()
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            # Not the server's text: some repeat what was sent, and that may be the password.
            raise DeliveryFailed(f"The mail server {_how_refused(error)}.", is_ours=True) from None
        self._connection = connection
        self._messages_sent = 0
        return connection

    def _mail_from(self, connection: _Connection, envelope: Envelope, deadline: TimeLimit) -> _Connection:
        connection.deadline = deadline
        options = ["SMTPUTF8"] if needs_smtputf8(envelope.address) else []
        if options and not connection.has_extn("smtputf8"):
            raise DeliveryFailed("The mail server does not take addresses outside ASCII (SMTPUTF8).", permanent=True)
        if options and connection.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        try:
            code, text = connection.mail(sender_address(self._sender), options)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise DeliveryFailed(f"The mail server {_how_lost(error)}.", is_ours=True) from None
        if code != _OK:
            self._drop()
            raise DeliveryFailed(_quote("refused the sender", code, text, envelope.address), is_ours=True)
        self._messages_sent += 1
        return connection

    @staticmethod
    def _transmit(connection: _Connection, address: str, content: bytes) -> None:
        code, text = connection.rcpt(address)
        if code not in (_OK, _FORWARDS):
            raise _refused_recipient(code, text, address)
        try:
            code, text = connection.data(content)
        except smtplib.SMTPDataError as error:
            code, text = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        if code != _OK:
            mime = _quote("refused the message", code, text, address)
            raise DeliveryFailed(mime, permanent=code >= _PERMANENT)

    def _forget_mail(self, connection: _Connection) -> None:
        """Keep the connection for the next message, if the server allows it."""
        try:
            code, _ = connection.rset()
        except (smtplib.SMTPException, OSError):
            code = _CLOSING
        if code != _OK:
            self._drop()
        self._used_at = time.monotonic()

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


class _Connection(smtplib.SMTP):
    """One connection, each of whose steps obeys the time limit of the present message."""

    sock: TimedSocket | None  # type: ignore[assignment]  # smtplib asks no more of it than a TimedSocket has

    def __init__(
        self, server: _Server, context: ssl.SSLContext, limits: SmtpLimits, deadline: TimeLimit, sender: str
    ) -> None:
        # The sender's domain as our name: the standard library would ask the DNS, for as long as that takes.
        super().__init__(local_hostname=sender.rpartition("@")[2])
        self.deadline = deadline
        self._server = server
        self._context = context
        self._limits = limits

    def log_in(self) -> None:
        """Connect, greet, encrypt and authenticate. Raise SMTPException and OSError."""
        server = self._server
        code, text = self.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, text)
        self.ehlo_or_helo_if_needed()
        if not server.is_tls and self.has_extn("starttls"):
            self._start_tls()
            self.ehlo_or_helo_if_needed()
        elif server.user and not server.is_tls and not server.is_local:
            raise smtplib.SMTPNotSupportedError
        if server.user:
            self.login(server.user, server.password)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock:
            self.sock.deadline = self.deadline.within(self._limits.reply)
            self.sock.reply_left = REPLY_LIMIT
        return super().getreply()

    def send(self, s: str | bytes) -> None:  # type: ignore[override]  # typeshed also has buffers here
        if self.sock:
            self.sock.deadline = self.deadline
        super().send(s)

    def _get_socket(self, host: str, port: int, timeout: float) -> TimedSocket:  # noqa: ARG002 (smtplib's own hook)
        deadline = self.deadline.within(self._limits.connect)
        raw = _connect_any(host, port, deadline)
        return TimedSocket(self._wrap(raw, deadline) if self._server.is_tls else raw, self.deadline)

    def _start_tls(self) -> None:
        code, text = self.docmd("STARTTLS")
        if code != _READY:
            raise smtplib.SMTPResponseException(code, text)
        if not self.sock:
            raise smtplib.SMTPServerDisconnected
        self.sock = TimedSocket(self._wrap(self.sock.raw, self.deadline.within(self._limits.reply)), self.deadline)
        # What came before TLS is forgotten (RFC 3207 section 4.2), also bytes that were sent ahead of it.
        if self.file:
            self.file.close()
        self.file = None
        self.ehlo_resp = self.helo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def _wrap(self, raw: socket.socket, deadline: TimeLimit) -> ssl.SSLSocket:
        raw.settimeout(deadline.left())
        try:
            return self._context.wrap_socket(raw, server_hostname=self._server.host)
        except OSError:
            raw.close()
            raise


def _connect_any(host: str, port: int, deadline: TimeLimit) -> socket.socket:
    failure: OSError = OSError("no address")
    for family, kind, protocol, _, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(deadline.left())
            raw.connect(where)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raw.close()
            failure = error
        else:
            return raw
    raise failure


def _read_url(url: str) -> _Server:
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return _Server(
        host=parts.hostname or "",
        port=parts.port or (465 if is_tls else 587 if parts.username else 25),
        is_tls=is_tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _default_context(server: _Server) -> ssl.SSLContext:
    if not server.is_local:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a mail server's first certificate is one that it made itself
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _refused_recipient(code: int, text: bytes, address: str) -> DeliveryFailed:
    """Describe what a refusal of the recipient means (RFC 5321 section 4.2.3, RFC 3463)."""
    status = text.decode("utf-8", "replace")
    mime = _quote("refused the recipient", code, text, address)
    if code in _NOT_AUTHENTICATED:
        return DeliveryFailed(mime, is_ours=True)
    is_full = code == _FULL or bool(_FULL_STATUS.match(status))
    is_permanent = code >= _PERMANENT and not is_full
    # 5.7 is a rule of some server ("relay access denied"), which says nothing about whether the address exists.
    is_dead = is_permanent and not _POLICY_STATUS.match(status)
    return DeliveryFailed(mime, permanent=is_permanent, address_is_dead=is_dead)


def _quote(what: str, code: int, text: bytes, address: str) -> str:
    return f"The mail server {what}: {code} {_mask(text.decode('utf-8', 'replace'), address)}".rstrip()


def _mask(text: str, address: str) -> str:
    """Return the first words of a server's text without anything that looks like an address."""
    text = re.sub(r"\S*\s?(?:@|%40|=40)\s?\S*", "(address)", " ".join(text.split()), flags=re.IGNORECASE)
    name = address.rpartition("@")[0]
    if len(name) >= _SHORTEST_NAME:
        text = re.sub(re.escape(name), "(address)", text, flags=re.IGNORECASE)
    return "".join(character for character in text if character.isprintable())[:_TEXT_LIMIT]


def _how_lost(error: Exception) -> str:
    is_late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    return "did not answer in time" if is_late else "closed the connection"


def _how_refused(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"did not take the user and password: {error.smtp_code}"
        case smtplib.SMTPResponseException():
            return f"refused the connection: {error.smtp_code}"
        case smtplib.SMTPNotSupportedError():
            return "offers no TLS (or no way to log in that we know), and the password is not sent without"
        case ssl.SSLError():
            return f"failed at TLS: {error.reason or 'no certificate that fits'}"
        case smtplib.SMTPServerDisconnected():
            return _how_lost(error)
        case TimeoutError():
            return "did not answer in time"
        case _:
            return "cannot be reached"
