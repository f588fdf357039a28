"""Build a message as an Internet message (RFC 5322); no value can inject a header."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any

from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.reminders.channels.base import Envelope, Message

MESSAGE_LIMIT = 100 * 1024
"""The size of a whole message, in bytes."""

_TOKEN_LIMIT = 900  # of the 998 octets of a line (RFC 5322 section 2.1.1)
_ADDRESS_LIMIT = 254
_LINE = 76  # RFC 2045 section 6.7, RFC 2047 section 2
_ATOM = r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+"
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})*")
_DOT_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_MESSAGE_ID = re.compile(f"{_DOT_ATOM}@{_DOT_ATOM}", re.ASCII)
_LIST_NAME = re.compile(r"[A-Za-z0-9.-]+")
_LINK = re.compile(r"https?://[!-;=?-~]+")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]+")
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]+")
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_AS_GIVEN = frozenset(
    {"from", "to", "subject", "message-id", "references", "in-reply-to", "list-id", "list-unsubscribe"}
)


class _MailPolicy(EmailPolicy):
    """RFC 5322, but our own header values are written unchanged.

    The standard library parses every value before writing it: a subject "=?utf-8?q?=0D=0ABcc:...?=" becomes a line of
    its own, spaces between encoded words get lost, and a link longer than a line is written as encoded words, in which
    no mail program finds it (RFC 8058).
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return (name, value) if name.lower() in _AS_GIVEN else super().header_store_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        folded: str = f"{name}: {value}{self.linesep}" if name.lower() in _AS_GIVEN else super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        is_given = name.lower() in _AS_GIVEN
        return self.fold(name, value).encode() if is_given else super().fold_binary(name, value)


_POLICY = _MailPolicy(linesep="\r\n", raise_on_defect=True, max_line_length=_LINE)


def build_message(message: Message, envelope: Envelope, sender: str, calendar_id: str, now: datetime) -> EmailMessage:
    """Return one message to one subscriber as MIME; the same arguments give the same bytes.

    `sender` is an address, with or without a name before it; `now` is aware. Write the result with `as_bytes()`; its
    headers are UTF-8 (RFC 6532) if the recipient's address is not ASCII. Raise DeliveryFailed, permanent, for a value
    that does not fit its header, and for a message over MESSAGE_LIMIT.
    """
    return _build(message, envelope, sender, calendar_id, now)[0]


def write_message(message: Message, envelope: Envelope, sender: str, calendar_id: str, now: datetime) -> bytes:
    """Return the message of `build_message` as bytes."""
    return _build(message, envelope, sender, calendar_id, now)[1]


def sender_address(sender: str) -> str:
    """Return the bare address of a sender such as "Calendar <calendar@example.org>"."""
    return parseaddr(sender)[1]


def needs_smtputf8(address: str) -> bool:
    """Return True if only a server with SMTPUTF8 (RFC 6531) can take mail to the address."""
    return not address.isascii()


def _build(
    message: Message, envelope: Envelope, sender: str, calendar_id: str, now: datetime
) -> tuple[EmailMessage, bytes]:
    _check(message, envelope, sender, calendar_id)
    try:
        mime = _write(message, envelope, sender, calendar_id, now)
        content = mime.as_bytes()
    except (ValueError, LookupError):  # of the email package; its text quotes the value
        raise DeliveryFailed("The message cannot be written as a mail.", permanent=True) from None
    if len(content) > MESSAGE_LIMIT:
        raise DeliveryFailed(
            f"The message is {len(content):,} bytes as a mail; {MESSAGE_LIMIT:,} is the most.", permanent=True
        )
    return mime, content


def _check(message: Message, envelope: Envelope, sender: str, calendar_id: str) -> None:
    if not _is_address(envelope.address):
        raise DeliveryFailed("Invalid recipient address.", permanent=True, address_is_dead=True)
    if _breaks_lines(sender) or not _is_address(sender_address(sender)) or not sender_address(sender).isascii():
        raise DeliveryFailed(
            "The sender of mails is not a mail address. Set CALENDAR_MAIL_FROM.", permanent=True, is_ours=True
        )
    if not _fits(_LIST_NAME, calendar_id):
        raise DeliveryFailed(
            "The calendar's id cannot name a mailing list: letters, digits, dots and hyphens can.",
            permanent=True,
            is_ours=True,
        )
    wanted = (
        ("Message-ID", _MESSAGE_ID, envelope.message_id, True),
        ("References", _MESSAGE_ID, envelope.thread_id, False),
        ("List-Unsubscribe", _LINK, envelope.unsubscribe_url, False),
        ("Content-Language", _LANGUAGE, message.language, True),
        ("attachment's name", _FILE_NAME, message.attachment_name, bool(message.attachment)),
    )
    for name, pattern, value, is_needed in wanted:
        if (value or is_needed) and not _fits(pattern, value):
            raise DeliveryFailed(
                f"The message's {name} contains characters that are not allowed there.", permanent=True
            )
    if _breaks_lines(message.subject):
        raise DeliveryFailed("The message's Subject contains a control character.", permanent=True)


def _is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text)) and not _breaks_lines(text) and len(text.encode()) <= _ADDRESS_LIMIT


def _fits(pattern: re.Pattern[str], value: str) -> bool:
    return len(value) <= _TOKEN_LIMIT and bool(pattern.fullmatch(value))


def _breaks_lines(text: str) -> bool:
    return any(unicodedata.category(character) in _BREAKING for character in text)


def _write(message: Message, envelope: Envelope, sender: str, calendar_id: str, now: datetime) -> EmailMessage:
    mime = EmailMessage(_POLICY.clone(utf8=needs_smtputf8(envelope.address)))
    mime["From"] = _write_sender(sender)
    mime["To"] = envelope.address
    mime["Subject"] = _write_subject(message.subject)
    mime["Date"] = now
    mime["Message-ID"] = f"<{envelope.message_id}>"
    if envelope.thread_id:
        mime["References"] = mime["In-Reply-To"] = f"<{envelope.thread_id}>"
    mime["List-Id"] = f"<reminders.{calendar_id}>"
    if envelope.unsubscribe_url:
        mime["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
        mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mime["Auto-Submitted"] = "auto-generated"
    mime["X-Auto-Response-Suppress"] = "All"
    mime.set_content(fill_links(message.text, envelope), cte="quoted-printable")
    mime.add_alternative(fill_html_links(message.html, envelope), subtype="html", cte="quoted-printable")
    if message.attachment:
        mime.add_attachment(
            message.attachment,
            maintype="text",
            subtype="calendar",
            filename=message.attachment_name,
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    mime["Content-Language"] = message.language  # last: setting the content clears the content's headers
    _set_boundaries(mime, envelope.message_id)
    return mime


def _write_sender(sender: str) -> str:
    name, address = parseaddr(sender)
    return formataddr((name, address)) if name.isascii() else f"{_encode(name, 'From')} <{address}>"


def _write_subject(subject: str) -> str:
    """Format a subject, as encoded words (RFC 2047) if it is not a single line of ASCII."""
    is_plain = subject.isascii() and "=?" not in subject and subject == subject.strip()
    return subject if is_plain and len(subject) <= _LINE - len("Subject: ") else _encode(subject, "Subject")


def _encode(text: str, header: str) -> str:
    return Header(text, "utf-8", _LINE, header).encode(linesep="\r\n")


def _set_boundaries(mime: EmailMessage, message_id: str) -> None:
    """Set boundaries that cannot occur in the parts: quoted-printable and base64 never contain "=_"."""
    digest = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    containers = [part for part in mime.walk() if part.is_multipart()]
    for number, part in enumerate(containers):
        part.set_boundary(f"=_{digest}_{number}")
